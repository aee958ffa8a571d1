"""What an answer without rows says: which earlier step is missing, and what to type; and cities of one name."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from toolkit.corpus.example import NJU, example_workspace, team_tables
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter
from toolkit.measures.answers import flows, internal, lists, pairs, ratios, share, subjects
from toolkit.measures.city_labels import city_labels
from toolkit.present.labels import labelled


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An article of two people without ids, at an institution without a city, country or type."""
    rows = {
        "works": [("W1", None, "made up", 2020, None, "article", 2, False, "made up")],
        "authorships": [("W1", f"W1#{place}", None, place, "i@") for place in (1, 2)],
        "institutions": [("i", "I", [], None, [])],
        "sites": [("i@", "i", None, None, None)],
    }
    tables = {
        name: pa.Table.from_pylist([dict(zip(TABLES[name].names, row, strict=True)) for row in content], TABLES[name])
        for name, content in rows.items()
    }
    return example_workspace(tmp_path_factory.mktemp("bare"), tables=tables)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (flows, "No author has an id, so nobody can be followed: ingest records with author ids."),
        (pairs, "No city is known: type `scicities ingest ror FILE` with the registry, or give cities"),
        (lambda ws: internal(ws, level="country"), "No country is known: type `scicities ingest ror FILE`"),
        (lambda ws: pairs(ws, level="region"), "No region is known: type `scicities ingest ror FILE`"),
        (lambda ws: pairs(ws, level="institution"), "Nothing in these records matches: widen the years"),
        (
            lists,
            "No institution carries a mark, so there is no list: type `scicities ingest marks FILE`",
        ),
        (
            lambda ws: subjects(ws, level="institution"),
            "The records have no subjects, so every article is in none: type",
        ),
        (ratios, "The records have no indicators: type `scicities ingest indicators FILE`"),
    ],
)
def test_empty_answers_name_the_missing_step(bare, ask, said):
    assert any(note.startswith(said) for note in ask(bare).run.notes), ask(bare).run.notes


def test_empty_flows_of_people_who_stay_say_so(tmp_path):
    workspace = example_workspace(
        tmp_path, tables=team_tables([("W1", 2009, [("a", [NJU])]), ("W2", 2010, [("a", [NJU])])])
    )
    assert flows(workspace).run.notes[-1].startswith("No move matches: the authors followed stay where they are")


def test_refusals_name_the_missing_step(bare):
    with pytest.raises(BadParameter, match="the records have no indicators: type `scicities ingest indicators FILE`"):
        ratios(bare, "population", level="country")
    with pytest.raises(BadParameter, match="no institution carries a mark, so there is no list: type"):
        lists(bare, "league")


def test_cities_of_one_name_have_a_label_with_the_country(tmp_path):
    workspace = example_workspace(tmp_path)
    answer = share(workspace)
    assert answer.frame.name[answer.frame.id == "2653941"].tolist() == ["Cambridge"]
    shown = labelled(answer.frame)
    assert set(shown.name) >= {"Cambridge (GB)", "Beijing"}
    both = labelled(pairs(workspace, city="Cambridge, GB").frame)
    assert "Cambridge (GB)" in {*both.a_name, *both.b_name}
    assert labelled(share(workspace, level="institution").frame).equals(share(workspace, level="institution").frame)


def test_labels_add_what_tells_places_apart_and_nothing_else():
    cities = [
        ("1", "Springfield", "US", "Illinois"),
        ("2", "Springfield", "US", "Ohio"),
        ("3", "Springfield", "GB", None),
        ("4", "Albany", "US", "Georgia"),
        ("5", "Nowhere", None, None),
        ("6", "Nowhere", None, None),
        ("7", None, "US", None),
        ("8", None, "GB", None),
    ]
    assert city_labels(cities) == {
        "1": "Springfield (Illinois, US)",
        "2": "Springfield (Ohio, US)",
        "3": "Springfield (GB)",
        "5": "Nowhere (5)",
        "6": "Nowhere (6)",
    }


def test_labels_apply_to_every_column_of_names():
    frame = pd.DataFrame({"from_id": ["1"], "from_name": ["Cambridge"], "city_id": ["2"], "city": ["Cambridge"]})
    assert labelled(frame).equals(frame)
    frame.attrs["labels"] = {"1": "Cambridge (GB)", "2": "Cambridge (US)"}
    assert labelled(frame).iloc[0].tolist() == ["1", "Cambridge (GB)", "2", "Cambridge (US)"]
    assert frame.from_name.tolist() == ["Cambridge"]
