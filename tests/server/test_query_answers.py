"""Each query of the library against the measure that has the number, a plain computation, and what was planted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import networkx as nx
import pyarrow.parquet as pq
import pytest
from plain import graph_answers as plain
from plain import graph_circles as circles
from plain.graph_questions import umbrellas
from plain.loaded_graph import WHOLE, Case, Loaded, same_rows

from toolkit.errors import BadParameter, UnknownPlace
from toolkit.graphdb.library import load_library
from toolkit.graphdb.query_values import examples
from toolkit.measures.answers import company_partners, internal, pairs, rank, scope_comparison, share
from toolkit.measures.output.group_answers import umbrella

BEIJING, SHANGHAI, XIAN, MILAN, NEW_YORK, LONDON = "1816670", "1796236", "1790630", "3173435", "5128581", "2643743"
UNIVERSITY, FAR_UNIVERSITY = "0zz003117", "0zz0p5a17"
SHORT = (2019, 2021)


CITY, PAIR, THREE = ("city_id",), ("a_id", "b_id"), ("a_id", "b_id", "c_id")
PARTNER = ("partner_id",)
TIE = ("institution_id", "partner_id", "partner_city_id")
CASES: list[Case[Loaded]] = [
    Case("places.countries", lambda at: plain.countries(at.records, SHORT), ("country",), "share", SHORT),
    Case(
        "places.nearby_cities",
        lambda at: plain.nearby_cities(at.records, BEIJING, 2000, WHOLE),
        PARTNER,
        params={"max_km": 2000},
    ),
    Case(
        "places.companies_near_universities",
        lambda at: plain.companies_near_universities(at.records, "US", 100, WHOLE),
        ("company_id", "city_id"),
        "score",
        params={"country": "US", "max_km": 100},
    ),
    Case(
        "output.growth",
        lambda at: plain.growth(at.records, (2015, 2018), SHORT, 2.0),
        CITY,
        "change",
        SHORT,
        {"before_from": 2015, "before_to": 2018, "min_share": 2},
    ),
    Case(
        "output.standing",
        lambda at: plain.standing(at.records, LONDON, SHORT),
        ("year",),
        None,
        SHORT,
        {"city_id": LONDON},
    ),
    Case("output.standing", lambda at: plain.standing(at.records, XIAN, WHOLE), ("year",), params={"city_id": XIAN}),
    Case(
        "output.concentration",
        lambda at: plain.concentration(at.records, SHORT, 2),
        ("country",),
        "first_part",
        SHORT,
        {"min_cities": 2},
    ),
    Case(
        "collaboration.pair_by_year",
        lambda at: plain.pair_by_year(at.records, BEIJING, XIAN, WHOLE),
        ("year",),
        params={"other_city_id": XIAN},
    ),
    Case(
        "collaboration.new_and_lost",
        lambda at: plain.new_and_lost(at.records, LONDON, SHORT, 2),
        PARTNER,
        None,
        SHORT,
        {"city_id": LONDON, "before_years": 2},
    ),
    Case(
        "collaboration.rising_ties",
        lambda at: plain.rising_ties(at.records, (2015, 2018), SHORT, "CN"),
        PAIR,
        "change",
        SHORT,
        {"before_from": 2015, "before_to": 2018, "country": "CN"},
    ),
    Case(
        "collaboration.far_ties",
        lambda at: plain.far_ties(at.records, 9000, WHOLE),
        PAIR,
        "score",
        params={"min_km": 9000},
    ),
    Case(
        "collaboration.partner_countries",
        lambda at: plain.partner_countries(at.records, XIAN, SHORT),
        ("country",),
        "score",
        SHORT,
        {"city_id": XIAN},
    ),
    Case(
        "collaboration.institution_partners",
        lambda at: plain.institution_partners(at.records, UNIVERSITY, SHORT),
        PARTNER,
        "score",
        SHORT,
    ),
    Case(
        "collaboration.among_cities",
        lambda at: plain.among_cities(at.records, [BEIJING, XIAN, MILAN, LONDON], WHOLE),
        PAIR,
        "score",
        params={"city_ids": [BEIJING, XIAN, MILAN, LONDON]},
    ),
    Case(
        "bridges.between_cities",
        lambda at: plain.bridges_between_cities(at.records, BEIJING, LONDON, WHOLE),
        ("institution_id",),
        "weaker",
        params={"other_city_id": LONDON},
    ),
    Case(
        "bridges.gateways",
        lambda at: plain.gateways(at.records, "US", "CN", WHOLE),
        CITY,
        "score",
        params={"country": "US", "other_country": "China"},
    ),
    Case(
        "bridges.sole_contacts",
        lambda at: plain.sole_contacts(at.records, "CN", WHOLE, 0.6),
        ("other_country",),
        "part",
        params={"min_part": 0.6},
    ),
    Case("hubs.first_partners", lambda at: plain.first_partners(at.records, SHORT), CITY, "followers", SHORT),
    Case(
        "hubs.institutions_of_city",
        lambda at: plain.institutions_of_city(at.records, LONDON, SHORT),
        ("institution_id",),
        "strength",
        SHORT,
        {"city_id": LONDON},
    ),
    Case(
        "hubs.international_triangles",
        lambda at: plain.international_triangles(at.records, 40, WHOLE),
        THREE,
        "weakest",
        params={"hubs_n": 40},
    ),
    Case(
        "partnerships.lost_in_window",
        lambda at: circles.lost_in_window(at.records, LONDON, SHORT, 2),
        TIE,
        "score",
        SHORT,
        {"city_id": LONDON, "before_years": 2},
    ),
    Case(
        "partnerships.lasting",
        lambda at: circles.lasting(at.records, LONDON, WHOLE, 2),
        TIE,
        "years",
        params={"city_id": LONDON, "min_years": 2},
    ),
    Case(
        "communities.summary",
        lambda at: circles.community_summary(at.records, at.community, SHORT),
        ("community",),
        None,
        SHORT,
    ),
    Case(
        "communities.border",
        lambda at: circles.border(at.records, at.community, 2, None, WHOLE),
        ("city_id", "partner_id"),
        "score",
        params={"community": 2},
    ),
    Case(
        "communities.border",
        lambda at: circles.border(at.records, at.community, 1, 3, SHORT),
        ("city_id", "partner_id"),
        "score",
        SHORT,
        {"other_community": 3},
    ),
    Case(
        "communities.countries",
        lambda at: circles.community_countries(at.records, at.community, SHORT),
        ("community", "country"),
        None,
        SHORT,
    ),
    Case(
        "communities.least_at_home",
        lambda at: circles.least_at_home(at.records, at.community, WHOLE, 20),
        CITY,
        None,
        params={"min_strength": 20},
    ),
    Case("paths.cheapest", lambda at: circles.cheapest(at.records, XIAN, MILAN, SHORT), ("step",), None, SHORT),
    Case(
        "paths.alternatives",
        lambda at: circles.alternatives(at.records, XIAN, MILAN, SHORT, via_n=8, top_n=12),
        ("rank",),
        None,
        SHORT,
        {"via_n": 8, "top_n": 12},
    ),
    Case(
        "paths.reach",
        lambda at: circles.reach(at.records, XIAN, 6.0, WHOLE),
        ("links",),
        None,
        params={"city_id": XIAN, "min_score": 6},
    ),
    Case(
        "paths.between_institutions",
        lambda at: circles.institution_chain(at.records, UNIVERSITY, FAR_UNIVERSITY, 2, WHOLE),
        ("step",),
        None,
        params={"min_joint": 2},
    ),
    Case(
        "quality.institutions_without_city",
        lambda at: circles.institutions_without_city(at.records, SHORT),
        ("institution_id",),
        "share",
        SHORT,
    ),
    Case(
        "quality.sites_without_coordinates",
        lambda at: circles.sites_without_coordinates(at.records, WHOLE),
        ("site_id",),
        "share",
        None,
    ),
    Case(
        "quality.isolated_cities",
        lambda at: circles.isolated_cities(at.records, (2017, 2017)),
        CITY,
        "share",
        (2017, 2017),
    ),
    Case("quality.totals", lambda at: circles.totals(at.records, SHORT), ("country",), "without_city", SHORT),
    Case(
        "quality.jumps",
        lambda at: circles.jumps(at.records, WHOLE, 6, 2.5),
        ("institution_id", "year"),
        None,
        params={"min_count": 6, "factor": 2.5},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows_are_those_of_a_plain_computation(loaded: Loaded, case: Case[Loaded]) -> None:
    frame = case.frame(loaded, loaded)
    if case.by:
        assert len(frame) > 1
        assert frame[case.by].round(6).is_monotonic_decreasing


def test_every_query_has_an_answer_of_its_own() -> None:
    """A query whose rows are held against nothing is no query: each is named by a test, here or in another file."""
    files = Path(__file__).parent.glob("test_*.py")
    told = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in load_library() if f'"{name}"' not in told] == []


# where a measure has the number


@pytest.mark.parametrize("window", [WHOLE, SHORT])
def test_written_inside_is_the_measures_part_of_share(loaded: Loaded, window: tuple[int, int]) -> None:
    answer = internal(loaded.workspace, by="part_of_share", years=window).frame
    answer = answer[answer.share >= 3].rename(columns={"id": "city_id", "part_of_share": "inside_part"})
    frame = loaded.rows("output.written_inside", window, min_share=3)
    columns = ["city_id", "share", "internal_joint", "internal_share", "inside_part"]
    same_rows(frame, answer[columns].to_dict("records"), keys=CITY)
    assert frame.city_id.tolist() == answer.city_id.tolist()


@pytest.mark.parametrize("country", [None, "NA"])
def test_pairs_of_countries_are_the_pairs(loaded: Loaded, country: str | None) -> None:
    answer = pairs(loaded.workspace, level="country", years=SHORT).frame
    answer = answer[(answer.a_id == country) | (answer.b_id == country)] if country else answer
    frame = loaded.rows("collaboration.country_pairs", SHORT, country=country)
    answer = answer.rename(columns={"a_id": "a_code", "b_id": "b_code"})
    same_rows(frame, answer[list(frame.columns)].to_dict("records"), keys=("a_code", "b_code"))
    assert frame.a_code.tolist() == answer.a_code.tolist()


def test_countries_are_the_shares(loaded: Loaded) -> None:
    answer = share(loaded.workspace, level="country", years=SHORT).frame
    answer = answer[~answer.id.isin(["unassigned", "unlocated"])]
    frame = loaded.rows("places.countries", SHORT)
    assert frame.country.tolist() == answer.id.tolist()
    assert frame.share.tolist() == pytest.approx(answer.share.tolist(), abs=1e-7)


def test_standing_is_the_rank(loaded: Loaded) -> None:
    answer = rank(loaded.workspace, level="city", by_year=True).frame
    answer = answer[answer.id == XIAN].set_index("year")["rank"]
    frame = loaded.rows("output.standing", city_id=XIAN).set_index("year")
    assert frame["rank"].to_dict() == answer.to_dict()


def test_institution_partners_are_the_pairs(loaded: Loaded) -> None:
    answer = pairs(loaded.workspace, level="institution", years=WHOLE).frame
    answer = answer[(answer.a_id == UNIVERSITY) | (answer.b_id == UNIVERSITY)]
    frame = loaded.rows("collaboration.institution_partners", WHOLE)
    assert frame.partner_id.tolist() == [
        a if b == UNIVERSITY else b for a, b in zip(answer.a_id, answer.b_id, strict=True)
    ]
    assert frame.score.tolist() == pytest.approx(answer.score.tolist(), abs=1e-7)
    assert frame.joint.tolist() == answer.joint.tolist()


@pytest.mark.parametrize(("city", "top"), [(BEIJING, 10), (LONDON, 25)])
def test_scopes_are_the_measures(loaded: Loaded, city: str, top: int) -> None:
    answer = scope_comparison(loaded.workspace, city=city, years=WHOLE, top=top).frame
    frame = loaded.rows("partnerships.inside_against_abroad", WHOLE, city_id=city, pairs_n=top)
    columns = ["scope", "pairs", "mean_joint", "median_joint"]
    same_rows(frame, answer[columns].to_dict("records"), keys=("scope",))
    assert frame.scope.tolist() == ["inside", "domestic", "international"]


def test_companies_are_the_measures(loaded: Loaded) -> None:
    answer = company_partners(loaded.workspace, city=LONDON, listed=True, years=WHOLE).frame
    wanted = answer.rename(columns={"id": "company_id", "own_institutions": "partners"})
    frame = loaded.rows("partnerships.companies", WHOLE, city_id=LONDON)
    same_rows(
        frame,
        wanted[["company_id", "city_id", "standing", "partners"]].to_dict("records"),
        keys=("company_id", "city_id"),
    )
    assert set(frame.standing) >= {"same city", "other region", "abroad"}


def test_institutes_of_an_umbrella(loaded: Loaded) -> None:
    everything = loaded.rows("places.umbrella_institutes", SHORT)
    assert set(everything.umbrella_id) == umbrellas(loaded.corpus)
    for planted in loaded.truth.content["umbrellas"]:
        own = planted["institution_id"]
        frame = loaded.rows("places.umbrella_institutes", SHORT, institution_id=own)
        same_rows(frame, plain.umbrella_institutes(loaded.records, own, SHORT), keys=("institute_id",))
        assert set(frame.institute_id) == set(planted["institutes"])
        answer = umbrella(loaded.workspace, own, institutes=True, years=SHORT).frame.set_index("id").share
        shares = frame.set_index("institute_id").share
        assert shares[shares > 0].to_dict() == pytest.approx(answer.drop(own, errors="ignore").to_dict(), abs=1e-7)
    assert (everything.depth > 1).any()


def test_partners_of_an_umbrella(loaded: Loaded) -> None:
    own = loaded.truth.content["umbrellas"][0]["institution_id"]
    frame = loaded.rows("partnerships.of_umbrella", SHORT, institution_id=own)
    same_rows(frame, circles.of_umbrella(loaded.records, own, SHORT), keys=PARTNER)
    assert frame.score.round(6).is_monotonic_decreasing
    everything = loaded.rows("partnerships.of_umbrella", SHORT)
    assert set(frame.partner_id) == set(everything.partner_id[everything.umbrella_id == own])


# what was planted comes out again


def test_output_is_the_truths(loaded: Loaded) -> None:
    measures = loaded.truth.content["measures"]
    for name, level, key in (
        ("output.top_cities", "city", "city_id"),
        ("output.top_institutions", "institution", "institution_id"),
        ("places.countries", "country", "country"),
    ):
        frame = loaded.rows(name)
        frame = frame.set_index(frame[key].replace(loaded.truth.content["twin_cities"]))
        assert frame["count"].to_dict() == {place: row["count"] for place, row in measures[f"by_{level}"].items()}
        planted = {place: row["share"] for place, row in measures[f"by_{level}"].items()}
        assert frame.share.to_dict() == pytest.approx(planted, abs=1e-6)
    by_year = loaded.rows("output.by_year", city_id=NEW_YORK).set_index("year").share
    assert {str(year): value for year, value in by_year.items()} == pytest.approx(measures["by_city_year"][NEW_YORK])


def test_pairs_are_the_truths(loaded: Loaded) -> None:
    measures = loaded.truth.content["measures"]
    frame = loaded.rows("collaboration.strongest_pairs")
    assert len(frame) == measures["city_pairs"]
    top = measures["top_city_pairs"]
    assert frame.head(len(top))[["a_id", "b_id", "joint"]].to_dict("records") == [
        {key: row[key] for key in ("a_id", "b_id", "joint")} for row in top
    ]
    assert frame.head(len(top)).score.tolist() == pytest.approx([row["score"] for row in top], abs=1e-6)


def test_the_planted_hubs_lead_and_hold_each_other(loaded: Loaded) -> None:
    hubs = loaded.truth.hubs
    assert loaded.rows("hubs.by_strength").city_id.tolist()[: len(hubs)] == hubs
    triangles = loaded.rows("hubs.triangles", hubs_n=len(hubs))
    assert len(triangles) == 20  # every three of six
    assert set(loaded.rows("hubs.first_partners").city_id.head(4)) <= set(hubs)


def test_the_planted_communities_come_out(loaded: Loaded) -> None:
    planted = loaded.truth.communities
    members = loaded.rows("communities.members")
    found = {city: Counter() for city in set(members.community)}
    for city, number in zip(members.city_id, members.community, strict=True):
        found[number][planted.get(city)] += 1
    assert sum(max(own.values()) for own in found.values()) >= 0.9 * len(members)
    summary = loaded.rows("communities.summary")
    assert len(summary) == len(set(planted.values()))
    assert set(summary.city_id) == set(loaded.truth.hubs)  # a hub in each leads it
    assert (loaded.rows("communities.countries").groupby("community").country.nunique() == 1).sum() == 1


def test_what_is_in_no_city_is_the_truths(loaded: Loaded) -> None:
    measures = loaded.truth.content["measures"]
    assert loaded.rows("quality.institutions_without_city").share.sum() == pytest.approx(measures["unlocated_city"])
    without = measures["unlocated_city"] - measures["unlocated_country"]
    assert loaded.rows("quality.totals").without_city.sum() == pytest.approx(without, abs=1e-6)


def test_the_cheapest_way_is_dijkstras(loaded: Loaded) -> None:
    g = nx.Graph()
    for city, ties in loaded.records.near(WHOLE).items():
        g.add_weighted_edges_from(((city, other, 1 / score) for other, score in ties.items()), weight="cost")
    lengths = Counter()
    for other in sorted(set(g) - {XIAN})[::7]:
        way = nx.dijkstra_path(g, XIAN, other, weight="cost")
        frame = loaded.rows("paths.cheapest", city_id=XIAN, other_city_id=other)
        assert len(way) <= 5
        assert frame.city_id.tolist() == way
        assert frame.cost.iloc[-1] == pytest.approx(nx.path_weight(g, way, "cost"))
        lengths[len(way)] += 1
    assert len(lengths) > 1
    best = loaded.rows("paths.alternatives", top_n=3)
    assert best.cost.iloc[0] == pytest.approx(loaded.rows("paths.cheapest").cost.iloc[-1])
    assert loaded.rows("paths.cheapest", other_city_id=XIAN).empty


# what must never be wrong is found when it is


def test_suspects_are_those_of_the_workspace(loaded: Loaded) -> None:
    listed = pq.read_table(loaded.workspace.table("suspects")).to_pandas()
    listed = listed[listed.other_id.isna()].set_index("id")["list"]
    shares = share(loaded.workspace, level="institution").frame.set_index("id")
    frame = loaded.rows("quality.suspects").set_index("institution_id")
    assert frame.suspect.to_dict() == {place: listed[place] for place in frame.index}
    assert set(frame.index) == set(listed.index) & set(loaded.records.sites.institution_id)
    assert frame.share.to_dict() == pytest.approx({place: shares.share[place] for place in frame.index})
    assert frame.share.is_monotonic_decreasing


def test_queries_that_list_institutions_mark_suspects(loaded: Loaded) -> None:
    suspects = loaded.rows("quality.suspects").set_index("institution_id").suspect
    ranked = loaded.rows("output.top_institutions").set_index("institution_id").suspect.dropna()
    assert ranked.to_dict() == suspects[suspects.index.isin(ranked.index)].to_dict()
    assert len(ranked) > 1
    partners = loaded.rows("collaboration.institution_partners", institution_id=suspects.index[0])
    own = loaded.rows("collaboration.institution_partners", institution_id=partners.partner_id[0])
    assert own.set_index("partner_id").suspect.dropna()[suspects.index[0]] == suspects.iloc[0]


def test_a_sound_graph_has_nothing_wrong(loaded: Loaded) -> None:
    ends = loaded.rows("quality.ends_without_output")
    assert set(ends.kind) == {"City", "Country", "Institution"}
    assert ends[["without_output", "too_many"]].to_numpy().sum() == 0
    twice = loaded.rows("quality.pairs_told_twice")
    assert twice[["loops", "turned", "twice"]].to_numpy().sum() == 0
    assert twice.pairs.sum() == sum(
        loaded.graph.info().relationships[kind] for kind in ("COLLABORATES_WITH", "COAUTHORS_WITH", "PARTNERS_WITH")
    )
    kin = loaded.rows("quality.kin_edges")
    assert kin.joint.sum() == kin.years.sum() == 0
    lineage = loaded.corpus.lineage
    known = set(loaded.records.sites.institution_id)
    told = lineage[
        lineage.institution_id.isin(known) & lineage.depth.notna() & (lineage.institution_id != lineage.ancestor_id)
    ]
    assert set(zip(kin.institute_id, kin.umbrella_id, strict=True)) == set(
        zip(told.institution_id, told.ancestor_id, strict=True)
    )


@pytest.mark.parametrize(
    ("harm", "query", "column"),
    [
        (
            "MATCH (:City {id: $a})-[:PRODUCED]->(o {year: 2020}) DETACH DELETE o",
            "quality.ends_without_output",
            "without_output",
        ),
        (
            "MATCH (:City {id: $a})-[r:COLLABORATES_WITH]-(:City {id: $b}) SET r.joint = 9999",
            "quality.ends_without_output",
            "too_many",
        ),
        (
            "MATCH (a {id: $a})-[r:COLLABORATES_WITH]-(b {id: $b}) CREATE (a)-[:COLLABORATES_WITH {year: r.year}]->(b)",
            "quality.pairs_told_twice",
            "twice",
        ),
        (
            "MATCH (a:City {id: $a}) CREATE (a)-[:COLLABORATES_WITH {year: 2020}]->(a)",
            "quality.pairs_told_twice",
            "loops",
        ),
        (
            "MATCH (a:City {id: $a}), (b:City {id: $b}) CREATE (b)-[:COLLABORATES_WITH {year: 2020}]->(a)",
            "quality.pairs_told_twice",
            "turned",
        ),
        (
            "MATCH (i)-[:PART_OF]->(u) CREATE (i)-[:COAUTHORS_WITH {year: 2020, joint: 3}]->(u)",
            "quality.kin_edges",
            "joint",
        ),
    ],
    ids=lambda value: value.split(".")[-1] if value.startswith("quality.") else None,
)
def test_what_is_wrong_is_found(loaded: Loaded, harm: str, query: str, column: str) -> None:
    """The harm is done in a transaction that is rolled back."""
    spec = load_library()[query]
    a, b = sorted((BEIJING, NEW_YORK))
    with loaded.graph.driver.session(database="neo4j") as session, session.begin_transaction() as transaction:
        transaction.run(harm, a=a, b=b).consume()
        rows = transaction.run(spec.statement, **examples(loaded.graph, spec)).data()
        transaction.rollback()
    assert sum(row[column] for row in rows) > 0


# names and wrong values


def test_a_list_of_cities_takes_names_too(loaded: Loaded) -> None:
    by_id = loaded.rows("collaboration.among_cities", city_ids=[BEIJING, XIAN, MILAN])
    by_name = loaded.rows("collaboration.among_cities", city_ids="Beijing, xi'an, Milan")
    assert by_name.to_dict() == by_id.to_dict()
    with pytest.raises(UnknownPlace, match="no city named 'Atlantis'"):
        loaded.rows("collaboration.among_cities", city_ids=["Beijing", "Atlantis"])
    with pytest.raises(BadParameter, match="top_n = -1"):
        loaded.rows("output.top_cities", top_n=-1)
