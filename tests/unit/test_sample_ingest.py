"""The sample through the readers: every number of truth.json comes out again, from tables, report and measures."""

from collections import Counter

import ibis
import pytest

from toolkit.corpus import ingest
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.sample import write_sample
from toolkit.measures.answers import moves, share
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.levels import SPECIAL
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.tables import Tables
from toolkit.workspace import open_workspace


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("raw") / "sample", works=1000, seed=3)


@pytest.fixture(scope="module")
def loaded(truth, tmp_path_factory):
    workspace = open_workspace(tmp_path_factory.mktemp("data"))
    ingest.ingest_ror(workspace, [truth.ror_folder])
    ingest.ingest_institutions(workspace, [truth.institutions_folder])
    return workspace, ingest.ingest_openalex(workspace, [truth.works_folder])


@pytest.fixture(scope="module")
def report(loaded):
    return reconciliation(loaded[0])


def values(report, section):
    rows = report.lines[report.lines["section"] == section]
    return dict(zip(rows["item"], rows["value"], strict=True))


def test_every_dirty_record_is_met_with_its_reason(truth, loaded):
    expected, ingested = truth.expected, loaded[1]
    assert ingested.read == expected["records"]
    assert ingested.left_out == expected["left_out"]
    assert ingested.rejects == {**expected["rejected"], "kept without a year: impossible year": 2}
    assert ingested.kept == expected["kept"] + expected["duplicates"]


def test_the_report_agrees_with_the_truth(truth, report):
    expected = truth.expected
    works = values(report, "works")
    assert works == {
        "the same work once more": expected["duplicates"],
        "kept": expected["kept"],
        "without authors": expected["without_authors"],
        "without a year": expected["without_year"],
        "author list cut": expected["truncated"],
        "more than 100 authors": 1,
        "counted in Shares": expected["counted"],
    }
    assert values(report, "years") == expected["per_year"]
    authors = values(report, "authors")
    assert authors["authors on works"] == expected["authors"]
    assert authors["without an id"] == expected["authors_without_id"]
    assert authors["without affiliation"] == expected["authors_without_affiliation"]
    assert authors["unassigned Share"] == pytest.approx(truth.content["measures"]["unassigned"], abs=1e-8)
    affiliations = values(report, "affiliations")
    assert affiliations["author and site"] == expected["affiliations"]
    assert affiliations["without a city"] == expected["affiliations_without_city"]
    assert affiliations["without a country"] == expected["affiliations_without_country"]
    assert affiliations["unlocated Share"] == pytest.approx(truth.content["measures"]["unlocated_city"], abs=1e-8)
    assert values(report, "kin") == {"authors at an institution and its ancestor": expected["authors_at_kin"]}
    assert report.balanced
    assert report.faults == 0


PLANTED = {
    ("affiliations", "without a country"): 1,
    ("institutions", "without a type"): 1,
    ("institutions", "without a country"): 1,
    ("institutions", "in a circle of ancestors"): 1,
    ("registry", "inactive institutions in use"): 1,
    ("registry", "withdrawn institutions in use"): 1,
    ("untyped", "institutions without a type"): 1,
    ("placeless", "cities with no coordinates"): 1,
    ("matching", "institutions that sign with one far larger partner far off"): 1,
    ("matching", "institutions without a place that sign with one larger partner"): 1,
    ("matching", "institutions that sign with one larger partner near by"): 1,
    ("strangers", "institutions whose authors are otherwise at one other"): 1,
    ("strangers", "institutions whose authors are there once and otherwise abroad"): 2,  # and the school that shadows
    ("circles", "institutions in a circle of ancestors"): 2,
    ("titles", "works without a title"): 1,
    ("titles", "works whose title is front matter"): 1,
    ("titles", "works with markup in the title"): 1,
    ("corridors", "pairs with authors going back and forth"): 1,
    ("people", "authors at more than 20 institutions in a year"): 1,
    ("orcids", "author ids that share an ORCID"): 2,
    ("doubles", "works with another's DOI"): 1,
    ("doubles", "works with another's title, year and an author"): 1,
}
"""What check says of each kind of dirty record that the sample plants once."""


@pytest.mark.parametrize(("section", "item"), PLANTED)
def test_check_finds_every_planted_oddity(report, section, item):
    assert values(report, section)[item] == PLANTED[section, item]


def test_the_listings_name_the_planted_oddities(report):
    assert set(report.listing("matching")["name"]) == {
        "Sample School",
        "Sample Clinic Boston",
        "Sample Department without a City",
    }
    alone = report.listing("strangers").set_index("name")
    assert alone.loc["Sample Valley College", ["partner_name", "strangers"]].tolist() == [
        "Sample University of London",
        4,
    ]
    assert alone.loc["Sample Academy of Governance", ["rule", "strangers"]].tolist() == ["authors from abroad", 5]
    assert set(report.listing("circles")["name"]) == {"Sample Circle Institute One", "Sample Circle Institute Two"}
    corridor = report.listing("corridors").iloc[0]
    assert {corridor["a_name"], corridor["b_name"]} == {
        "Sample University of Houston",
        "Sample Institute of Biology, Houston",
    }
    assert corridor["authors"] == corridor["back_and_forth"] == 4
    assert report.listing("people").iloc[0]["institutions"] == 22


def test_the_workspace_knows_it_is_synthetic(loaded):
    assert loaded[0].synthetic
    assert loaded[0].snapshot == "2025-01-31"


@pytest.mark.parametrize("level", ["institution", "city", "country"])
def test_measures_give_the_planted_counts_and_shares(truth, loaded, level):
    with Tables.of(loaded[0]) as tables:
        frame = unit_shares(tables, level=level).to_pyarrow().to_pandas()
    rows = {row.id: (row.count_, row.share) for row in frame.rename(columns={"count": "count_"}).itertuples()}
    wanted = truth.content["measures"][f"by_{level}"]
    assert set(rows) - {"unassigned", "unlocated"} == set(wanted)
    for place, row in wanted.items():
        assert rows[place] == (row["count"], pytest.approx(row["share"], abs=1e-8))


def test_measures_give_the_planted_shares_by_year_and_subject(truth, loaded):
    measures = truth.content["measures"]
    yearly = share(loaded[0], by_year=True).frame
    found = {(row.id, str(row.year)): row.share for row in yearly.itertuples() if row.id not in SPECIAL}
    wanted = {(place, year): part for place, years in measures["by_city_year"].items() for year, part in years.items()}
    assert found == pytest.approx(wanted, abs=1e-8)
    for subject in ("Physics", "Astronomy", "none"):
        frame = share(loaded[0], subject=subject).frame
        found = {row.id: row.share for row in frame.itertuples() if row.id not in SPECIAL}
        wanted = {place: row[subject] for place, row in measures["by_city_subject"].items() if subject in row}
        assert found == pytest.approx(wanted, abs=1e-8)


def test_the_two_ids_of_one_city_are_one(truth, loaded):
    merged = loaded[0].state()["report"]["merged_cities"]
    assert {row["merged_id"]: row["kept_id"] for row in merged} == truth.content["twin_cities"]
    assert merged[0]["share"] > 0


def test_measures_give_the_strongest_city_pairs(truth, loaded):
    with Tables.of(loaded[0]) as tables:
        scores = collaboration_scores(tables, level="city")
        ranked = scores.order_by([ibis.desc(scores.score.round(9)), "a_id", "b_id"]).to_pyarrow().to_pandas()
    assert len(ranked) == truth.content["measures"]["city_pairs"]
    wanted = truth.content["measures"]["top_city_pairs"]
    top = ranked.head(len(wanted))
    assert list(zip(top.a_id, top.b_id, top.joint, strict=True)) == [
        (row["a_id"], row["b_id"], row["joint"]) for row in wanted
    ]
    assert top.score.tolist() == pytest.approx([row["score"] for row in wanted], abs=1e-8)


def test_umbrella_institutes_stand_in_their_cities(truth, loaded):
    with Tables.of(loaded[0]) as tables:
        lineage = tables.lineage.to_pyarrow().to_pandas()
        sites = tables.sites.to_pyarrow().to_pandas()
    city_of = dict(zip(sites.institution_id, sites.city_id, strict=True))
    for umbrella in truth.content["umbrellas"]:
        below = lineage.loc[lineage.ancestor_id == umbrella["institution_id"], "institution_id"]
        found = {one: city_of[one] for one in below if one in city_of}
        assert found
        assert found.items() <= umbrella["institutes"].items()
        assert set(below) <= set(umbrella["institutes"])


RULES_FIND = {
    # of the true moves of each kind: those found by the rule, and its other findings
    "tenure": {"move": 10, "return": 2, "short overlap": 1, "abroad": 1, "group": 3},
    "mode-year": {"move": 10, "return": 2, "abroad": 1, "group": 3},
}
RATES = {"tenure": (1.0, 17 / 18), "mode-year": (0.30, 16 / 18)}
"""Precision and recall of each rule."""


@pytest.mark.parametrize("rule", RULES_FIND)
def test_each_rule_recovers_the_planted_moves(truth, loaded, rule):
    planted = {(m["author_id"], m["from_id"], m["to_id"]): ("move", m["year"]) for m in truth.content["moves"]}
    for career in truth.content["careers"]:
        for m in career["moves"]:
            planted[career["author_id"], m["from_id"], m["to_id"]] = (career["kind"], m["year"])
    found = moves(loaded[0], level="institution", rule=rule).frame
    kinds = Counter()
    for row in found.itertuples():
        kind, year = planted.get((row.author_id, row.from_id, row.to_id), ("", 0))
        kinds[kind if abs(row.year - year) <= 1 else "wrong"] += 1
    kinds.pop("wrong", 0)
    precision, recall = sum(kinds.values()) / len(found), sum(kinds.values()) / len(planted)
    assert kinds == RULES_FIND[rule]
    assert len(planted) == 10 + 2 + 1 + 1 + 1 + 3
    # the tenure rule finds nothing that was not planted, and calls the long overlap a dual affiliation; the mode-year
    # rule dates overlaps by their end, and follows four planted people back and forth in Houston every year
    assert (precision, recall) == (pytest.approx(RATES[rule][0], abs=0.005), pytest.approx(RATES[rule][1], abs=0.005))


def test_visits_dual_affiliations_and_returns_are_told_apart(truth, loaded):
    people = {career["author_id"]: career["kind"] for career in truth.content["careers"]}
    frame = moves(loaded[0], level="institution", kind="all").frame
    frame = frame[frame.author_id.isin(people)]
    assert sorted({(people[row.author_id], row.kind) for row in frame.itertuples()}) == [
        ("abroad", "migration"),
        ("dual", "dual"),
        ("group", "migration"),
        ("long overlap", "dual"),
        ("return", "migration"),
        ("short overlap", "migration"),
        ("visit", "visit"),
    ]
    back = frame[frame["flags"].str.contains("return to origin")]
    assert [people[author] for author in back.author_id] == ["return"]
