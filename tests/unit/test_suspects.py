"""Institutions and corridors that look like matching errors: found once, marked in answers, left out on request."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plain.random_careers import random_careers
from plain.ties import in_teams

from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.repeating import repeat
from toolkit.corpus.checking.reconciliation import reconciliation
from toolkit.corpus.example import BEIJING, NANJING, example_tables, example_workspace
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.corpus.schema import TABLES
from toolkit.measures.answers import corridors, flows, moves, pairs, rank, share
from toolkit.measures.tables import Tables
from toolkit.workspace import open_workspace

NAMES = TABLES["suspects"].names
OWN = ["share", "count"]


def with_suspects(tables, *rows):
    content = [dict(zip(NAMES, row, strict=True)) for row in rows]
    return {**tables, "suspects": pa.Table.from_pylist(content, schema=TABLES["suspects"])}


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """Six people of a big university are matched to a small school far off as well; others travel up and down a way."""
    folder = tmp_path_factory.mktemp("suspects")
    works, signed = ["work_id,year"], ["work_id,author_id,institution_id"]

    def article(year, *authors):
        work = f"W{len(works)}"
        works.append(f"{work},{year}")
        signed.extend(f"{work},{author},{institution}" for author, *places in authors for institution in places)

    for number in range(6):
        article(2010 + number, (f"a{number}", "big", "ross"), (f"b{number}", "big"), (f"c{number}", "other"))
    for number in range(12):
        article(2010, (f"d{number}", "big"))
    for person in range(8):
        for year, place in enumerate(("penn", "cal", "penn", "cal", "penn")):
            article(2010 + year, (f"p{person}", place))
    for person in range(2):
        for year, place in ((2010, "penn"), (2011, "penn"), (2014, "cal"), (2015, "cal")):
            article(year, (f"m{person}", place))
    for number in range(12):
        article(2012, (f"q{number}", "penn"))
    institutions = (
        "institution_id,institution_name,city,country,city_id,lat,lon",
        "big,Big University,Ann Arbor,US,1,42.3,-83.7",
        "ross,Ross School,Ross,GB,2,51.9,-2.6",
        "other,Other University,Ross,GB,2,51.9,-2.6",
        "penn,Penn,Philadelphia,US,3,39.9,-75.2",
        "cal,Cal Penn,California,US,4,40.1,-79.9",
    )
    for name, rows in (("works", works), ("authorships", signed), ("institutions", institutions)):
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n")
    workspace = open_workspace(folder / "data")
    ingest_tables(workspace, **{name: folder / f"{name}.csv" for name in ("works", "authorships", "institutions")})
    return workspace


def names_of(workspace, table, key):
    rows = pq.read_table(workspace.table(table), columns=[key, "name"]).to_pylist()
    return {row[key]: row["name"] for row in rows}


def test_suspects_are_the_listings_of_check_and_kept_when_tables_are_assembled(ingested):
    names = {
        "institution": names_of(ingested, "institutions", "institution_id"),
        "city": names_of(ingested, "cities", "city_id"),
    }
    rows = pq.read_table(ingested.table("suspects")).to_pylist()
    found = [
        (row["level"], row["list"], *(names[row["level"]][row[end]] for end in ("id", "other_id") if row[end]))
        for row in rows
    ]
    assert sorted((*row[:2], *sorted(row[2:])) for row in found) == [
        ("city", "corridors", "California", "Philadelphia"),
        ("city", "matching", "Ann Arbor", "Ross"),
        ("institution", "corridors", "Cal Penn", "Penn"),
        ("institution", "matching", "Ross School"),
        ("institution", "strangers", "Cal Penn"),
    ]
    listings = reconciliation(ingested).listings
    assert listings["matching"].name.tolist() == ["Ross School"]
    assert sorted(listings["strangers"].name) == ["Cal Penn", "Ross School"]
    assert set(listings["corridors"][["a_name", "b_name"]].to_numpy().ravel()) == {"Penn", "Cal Penn"}


def test_rows_that_rest_on_suspects_are_marked_with_their_listing(ingested):
    by_name = pairs(ingested, level="institution")
    marks = {frozenset((row.a_name, row.b_name)): row.suspect for row in by_name.frame.itertuples()}
    assert marks == {
        frozenset(("Big University", "Ross School")): "matching",
        frozenset(("Other University", "Ross School")): "matching",
        frozenset(("Big University", "Other University")): "",
    }
    assert by_name.run.notes[-1] == (
        "2 of 3 rows rest on institutions or corridors that look like matching errors (column suspect): see `scicities "
        "check --list matching`; --without-suspects leaves these institutions out."
    )
    ranked = rank(ingested, level="institution").frame.set_index("name").suspect
    assert ranked[ranked != ""].to_dict() == {"Ross School": "matching", "Cal Penn": "strangers"}
    ways = flows(ingested, level="city").frame
    assert set(ways.suspect) == {"corridors"}
    assert set(corridors(ingested, level="city").frame.suspect) == {"corridors"}
    assert set(moves(ingested, level="institution").frame.suspect) == {"strangers"}
    assert "suspect" not in pairs(ingested, level="city").frame, "cities work together whatever moves between them"
    assert "suspect" not in flows(ingested, level="country").frame
    hub_marks = hubs(ingested, level="institution").frame.set_index("name").suspect
    assert hub_marks[hub_marks != ""].to_dict() == {"Ross School": "matching"}
    assert repeat(by_name.run, ingested).frame.equals(by_name.frame)


def test_without_suspects_their_affiliations_matched_nothing(ingested):
    answer = pairs(ingested, level="institution", without_suspects=True)
    assert answer.frame[["a_name", "b_name"]].to_numpy().tolist() in (
        [["Big University", "Other University"]],
        [["Other University", "Big University"]],
    )
    assert "suspect" not in answer.frame
    assert answer.run.parameters["without_suspects"] is True
    # 6 affiliations with the school, and 20 with the small end of the corridor
    assert any(note.startswith("Without suspects: 26 affiliations with 2 institutions") for note in answer.run.notes)
    own = share(ingested, level="institution", without_suspects=True).frame.set_index("name")
    before = share(ingested, level="institution").frame.set_index("name")
    assert before.share["Big University"] == 12 + 6 * (1 / 6 + 1 / 3)
    assert own.share["Big University"] == 12 + 6 * 2 / 3
    assert own.share["unassigned"] == 20
    assert own.share.sum() == before.share.sum()
    assert flows(ingested, level="city", without_suspects=True).frame.empty
    assert repeat(answer.run, ingested).frame.equals(answer.frame)


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")
def test_without_suspects_equals_records_without_these_affiliations(engine):
    content = in_teams(random_careers(3, people=60), seed=3)
    marked = with_suspects(content, ("institution", "i2", None, "matching"), ("institution", "i1", "i3", "corridors"))
    wrong = {"i2@c1", "i2@"}
    rows = {}
    for row in content["authorships"].to_pylist():
        rows.setdefault((row["work_id"], row["author_key"]), []).append(row)
    expected = []
    for own in rows.values():
        right = [row for row in own if row["site_id"] not in wrong]
        expected += right or [own[0] | {"site_id": None}]
    with Tables.on(getattr(ibis, engine).connect(), marked) as tables:
        less = tables.without_suspects()
        found = less.authorships.to_pyarrow().to_pylist()
        assert less.suspect_affiliations() == sum(row["site_id"] in wrong for row in content["authorships"].to_pylist())
    columns = ("work_id", "author_key", "author_id", "site_id")

    def spelled(rows):
        return sorted(tuple(str(row[column]) for column in columns) for row in rows)

    assert spelled(found) == spelled(expected)
    assert len(expected) < content["authorships"].num_rows


def test_answers_without_suspect_rows_keep_their_columns(tmp_path):
    marked = with_suspects(example_tables(), ("city", BEIJING, NANJING, "corridors"))
    workspace = example_workspace(tmp_path / "marked", tables=marked)
    plain = example_workspace(tmp_path / "plain")
    for asked in (share, lambda ws: pairs(ws, level="institution"), pairs):
        assert asked(workspace).frame.equals(asked(plain).frame)
