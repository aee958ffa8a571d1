"""The query library on a real server: rows equal the workspace's numbers, or a plain computation from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from plain import graph_questions as plain
from plain.loaded_graph import ASKED, Loaded, same

from toolkit.errors import BadParameter, QueryRefused, UnknownPlace, UnknownQuery
from toolkit.graphdb.browser.saved_queries import browser_query
from toolkit.graphdb.library import check_on_server, load_library
from toolkit.graphdb.projection import project
from toolkit.graphdb.query_values import examples, param_lines
from toolkit.measures.answers import pairs, partnerships, share
from toolkit.measures.collaboration.internal import internal_collaboration
from toolkit.measures.tables import Tables
from toolkit.network.hubs import hubs

BEIJING, SHANGHAI, XIAN, MILAN = "1816670", "1796236", "1790630", "3173435"
WINDOWS = ((2015, 2024), (2019, 2021))


# the library as a whole


def test_every_query_keeps_its_promises_on_the_server(loaded: Loaded) -> None:
    assert [str(problem) for problem in check_on_server(loaded.graph)] == []


@pytest.mark.parametrize("name", list(load_library()))
def test_every_query_answers_as_it_comes(loaded: Loaded, name: str) -> None:
    spec = load_library()[name]
    needed = ASKED.get(name, {})
    frame = loaded.graph.run(name, **needed)
    assert len(frame) > 0
    assert list(frame.columns) == [column.name for column in spec.columns]
    if spec.param("top_n"):
        pd.testing.assert_frame_equal(loaded.graph.run(name, **needed, top_n=2), frame.head(2), check_dtype=False)
    long_ago: dict[str, Any] = {"year_from": 1900, "year_to": 1901} if spec.param("year_from") else {}
    nothing = loaded.graph.run(name, **needed, **long_ago)
    assert dict(nothing.dtypes) == dict(frame.dtypes)


@pytest.mark.parametrize("name", list(load_library()))
def test_every_file_runs_as_browser_sends_it(loaded: Loaded, name: str) -> None:
    """Parameters by its ``:param`` lines, which ask the graph; the rest of the file as it is."""
    spec = load_library()[name]
    text = spec.path.read_text(encoding="utf-8").rstrip().rstrip(";")
    written = [line.removeprefix(":param ").split(" => ") for line in param_lines(spec)]
    asked = "RETURN " + ", ".join(f"{value} AS {param}" for param, value in written or [("none", "null")])
    sent = loaded.graph.read(asked).iloc[0].to_dict()
    values = {param.name: None if pd.isna(one := sent[param.name]) is True else one for param in spec.params}
    tried = examples(loaded.graph, spec)
    assert values == tried
    pd.testing.assert_frame_equal(
        loaded.graph.read(text, values), loaded.graph.run(name, **tried), check_dtype=False, check_exact=True
    )


@pytest.mark.parametrize("name", list(load_library()))
def test_every_saved_query_gives_the_rows_of_the_command(loaded: Loaded, name: str) -> None:
    """With the values of this graph written in, and with expressions that ask any graph."""
    spec = load_library()[name]
    tried = examples(loaded.graph, spec)
    wanted = loaded.graph.run(name, **tried)
    for text in (browser_query(spec, tried), browser_query(spec)):
        pd.testing.assert_frame_equal(loaded.graph.read(text), wanted, check_dtype=False, check_exact=True)


def test_names_stand_for_ids(loaded: Loaded) -> None:
    by_id = loaded.rows("collaboration.common_partners", city_id=XIAN, other_city_id=BEIJING)
    pd.testing.assert_frame_equal(
        loaded.rows("collaboration.common_partners", city_id="xi'an", other_city_id="Beijing, CN"), by_id
    )
    china = loaded.rows("output.top_cities", country="China")
    assert set(china.country) == {"CN"}
    with pytest.raises(UnknownPlace, match=r"Cambridge \(.*GB\) = 2653941; Cambridge \(.*US\) = 4931972"):
        loaded.rows("output.by_year", city_id="Cambridge")
    with pytest.raises(UnknownPlace, match="no city named 'Atlantis'"):
        loaded.rows("output.by_year", city_id="Atlantis")


def test_wrong_questions_are_refused(loaded: Loaded) -> None:
    with pytest.raises(UnknownQuery, match=r"Did you mean hubs\.by_strength"):
        loaded.graph.run("hubs.by_strenght")
    with pytest.raises(BadParameter, match="it has year_from, year_to, country, top_n"):
        loaded.graph.run("hubs.by_strength", years=3)


def test_a_writing_query_is_refused_where_reading_was_promised(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.cypher").write_text(
        "// name: a.b\n// summary: S.\n// access: read\n// column: id string | I.\n\n"
        "CALL db.createLabel('Sneaked') MATCH (c:City) RETURN c.id AS id ORDER BY id;\n",
        encoding="utf-8",
    )
    (problem,) = check_on_server(loaded.graph, load_library(tmp_path))
    assert "the server refused it" in str(problem)
    with pytest.raises(QueryRefused):
        loaded.graph.read(load_library(tmp_path)["a.b"].statement)


# where a measure has the number


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("country", [None, "CN"])
def test_top_cities_are_the_shares(loaded: Loaded, window: tuple[int, int], country: str | None) -> None:
    answer = share(loaded.workspace, level="city", years=window, country=country).frame
    answer = answer[~answer.id.isin(["unassigned", "unlocated"])]
    frame = loaded.rows("output.top_cities", window, country=country)
    expected = [
        (*loaded.corpus.city(i), n, s) for i, n, s in zip(answer.id, answer["count"], answer.share, strict=True)
    ]
    same(frame, expected, keys=("city_id",), by="share")
    assert frame.city_id.tolist() == answer.id.tolist()


def test_top_institutions_are_the_shares(loaded: Loaded) -> None:
    answer = share(loaded.workspace, level="institution", years=WINDOWS[1]).frame
    answer = answer[~answer.id.isin(["unassigned", "unlocated"])]
    frame = loaded.rows("output.top_institutions", WINDOWS[1])
    columns = ["institution_id", "institution", "count", "share"]
    expected = answer[["id", "name", "count", "share"]].itertuples(index=False, name=None)
    same(frame[columns], expected, keys=("institution_id",), by="share")
    assert frame.institution_id.tolist() == answer.id.tolist()


def test_by_year_is_share_by_year_and_internal_collaboration(loaded: Loaded) -> None:
    answer = share(loaded.workspace, level="city", by_year=True, places=[BEIJING]).frame
    answer = answer[answer.id == BEIJING].sort_values("year")
    with Tables.of(loaded.workspace) as tables:
        inside = internal_collaboration(tables, level="city", by_year=True).to_pyarrow().to_pandas()
    inside = inside[inside.id == BEIJING].set_index("year")
    frame = loaded.graph.run("output.by_year", city_id=BEIJING)
    assert frame.year.tolist() == answer.year.tolist() == list(range(2015, 2025))
    for name in ("count", "share", "adjusted_share"):
        assert frame[name].tolist() == answer[name].tolist()
    assert frame.internal_joint.tolist() == inside.internal_joint.reindex(frame.year).tolist()
    assert frame.internal_share.tolist() == pytest.approx(inside.internal_share.reindex(frame.year).tolist(), abs=1e-9)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("country", [None, "US"])
def test_strongest_pairs_are_the_pairs(loaded: Loaded, window: tuple[int, int], country: str | None) -> None:
    answer = pairs(loaded.workspace, level="city", years=window, country=country).frame
    frame = loaded.rows("collaboration.strongest_pairs", window, country=country)
    expected = answer[list(frame.columns)].itertuples(index=False, name=None)
    same(frame, expected, keys=("a_id", "b_id"), by="score")
    assert frame[["a_id", "b_id"]].to_numpy().tolist() == answer[["a_id", "b_id"]].to_numpy().tolist()


@pytest.mark.parametrize("window", WINDOWS)
def test_partnerships_between_cities_are_the_partnerships(loaded: Loaded, window: tuple[int, int]) -> None:
    answer = partnerships(loaded.workspace, level="city", years=window).frame
    ends = [
        answer[answer[own] == BEIJING].set_index(other).partnerships
        for own, other in (("a_id", "b_id"), ("b_id", "a_id"))
    ]
    frame = loaded.rows("partnerships.between_cities", window, city_id=BEIJING)
    assert frame.set_index("partner_id").partnerships.to_dict() == pd.concat(ends).to_dict()
    same(frame, plain.between_cities(loaded.corpus, BEIJING, *window), keys=("partner_id",), by="partnerships")


@pytest.mark.parametrize("window", WINDOWS)
def test_hubs_by_strength_are_degree_and_strength(loaded: Loaded, window: tuple[int, int]) -> None:
    g = project(loaded.graph, level="city", weight="score", years=window)
    answer = hubs(g, weight="score", measures=("degree", "strength"))
    frame = loaded.rows("hubs.by_strength", window)
    expected = [
        (*loaded.corpus.city(i), d, s) for i, d, s in zip(answer.id, answer.degree, answer.strength, strict=True)
    ]
    same(frame, expected, keys=("city_id",), by="strength")
    own = pairs(loaded.workspace, level="city", years=window).frame
    total = frame.strength.sum()
    assert total == pytest.approx(2 * own.score.sum(), abs=1e-6)


# where only a plain computation has it


@pytest.mark.parametrize("window", WINDOWS)
def test_inside_and_across(loaded: Loaded, window: tuple[int, int]) -> None:
    with Tables.of(loaded.workspace) as tables:
        inside = (
            internal_collaboration(tables, level="city", years=window)
            .to_pyarrow()
            .to_pandas()
            .set_index("id")
            .internal_share
        )
    answer = share(loaded.workspace, level="city", years=window, top=20).frame
    answer = answer[~answer.id.isin(["unassigned", "unlocated"])].head(15)
    outputs = pd.DataFrame({"id": answer.id, "internal_share": [inside.get(i, 0.0) for i in answer.id]})
    frame = loaded.rows("collaboration.inside_and_across", window, top_n=15)
    expected = plain.inside_and_across(loaded.corpus, outputs, *window)
    assert frame.city_id.tolist() == answer.id.tolist()
    same(
        frame.assign(n=range(15, 0, -1)), [(*row, 15 - i) for i, row in enumerate(expected)], keys=("city_id",), by="n"
    )


@pytest.mark.parametrize("window", WINDOWS)
def test_common_partners(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("collaboration.common_partners", window, city_id=BEIJING, other_city_id=SHANGHAI)
    expected = plain.common_partners(loaded.corpus, BEIJING, SHANGHAI, *window)
    same(frame, expected, keys=("partner_id",), by="weaker")


@pytest.mark.parametrize(("via_n", "max_joint"), [(20, 0), (3, 2)])
def test_not_yet_partners(loaded: Loaded, via_n: int, max_joint: int) -> None:
    frame = loaded.rows("collaboration.not_yet_partners", WINDOWS[0], city_id=XIAN, via_n=via_n, max_joint=max_joint)
    expected = plain.not_yet_partners(loaded.corpus, XIAN, *WINDOWS[0], via_n=via_n, max_joint=max_joint)
    same(frame, expected, keys=("partner_id",), by="promise")
    assert (frame.joint <= max_joint).all()


@pytest.mark.parametrize("window", WINDOWS)
def test_bridges(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("bridges.between_countries", window, country="CN", other_country="US")
    same(frame, plain.bridges(loaded.corpus, "CN", "US", *window), keys=("city_id",), by="weaker")


@pytest.mark.parametrize("min_score", [0.25, 0.5, 1.0, 2.0, 500.0])
def test_chain(loaded: Loaded, min_score: float) -> None:
    frame = loaded.rows("paths.strongest_chain", WINDOWS[0], city_id=XIAN, other_city_id=MILAN, min_score=min_score)
    expected = plain.chain(loaded.corpus, XIAN, MILAN, *WINDOWS[0], min_score=min_score)
    assert frame.city_id.tolist() == [row[1] for row in expected]
    assert frame.score.iloc[1:].tolist() == pytest.approx([row[4] for row in expected[1:]])
    assert (len(frame) == 0) == (min_score == 500.0)


@pytest.mark.parametrize("window", WINDOWS)
def test_triangles(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("hubs.triangles", window, hubs_n=12)
    same(frame, plain.triangles(loaded.corpus, 12, *window), keys=("a_id", "b_id", "c_id"), by="weakest")


@pytest.mark.parametrize("window", WINDOWS)
def test_brokers(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("hubs.brokers", window, hubs_n=12, partners_n=8)
    same(frame, plain.brokers(loaded.corpus, 12, 8, *window), keys=("city_id",), by="brokered_part")


def test_partnerships_of_two_cities(loaded: Loaded) -> None:
    frame = loaded.rows("partnerships.of_two_cities", WINDOWS[0], city_id=BEIJING, other_city_id=SHANGHAI)
    ids = frame.drop(columns=["institution", "partner", "suspect"])
    expected = plain.of_two_cities(loaded.corpus, BEIJING, SHANGHAI, *WINDOWS[0])
    same(ids, expected, keys=("institution_id", "partner_id"), by="score")
    pair = partnerships(loaded.workspace, place=BEIJING, partner=SHANGHAI, years=WINDOWS[0]).frame
    assert len(frame) == pair.partnerships.iloc[0]


@pytest.mark.parametrize("quiet", [1, 3])
def test_new_partnerships(loaded: Loaded, quiet: int) -> None:
    frame = loaded.rows("partnerships.new_in_window", (2020, 2021), city_id=BEIJING, quiet_years=quiet)
    ids = frame.drop(columns=["institution", "partner", "partner_city", "suspect"])
    expected = plain.new_in_window(loaded.corpus, BEIJING, 2020, 2021, quiet)
    same(ids, expected, keys=("institution_id", "partner_id", "partner_city_id"), by="score")


def test_new_partnerships_of_one_year_are_the_measures_new(loaded: Loaded) -> None:
    answer = partnerships(loaded.workspace, years=(2021, 2021), by_year=True, window=2).frame
    ends = [answer[answer[own] == BEIJING].set_index(other).new for own, other in (("a_id", "b_id"), ("b_id", "a_id"))]
    frame = loaded.rows("partnerships.new_in_window", (2021, 2021), city_id=BEIJING, quiet_years=2)
    expected = {city: n for city, n in pd.concat(ends).items() if n}
    assert frame.groupby("partner_city_id").size().to_dict() == expected


@pytest.mark.parametrize("window", WINDOWS)
def test_partnerships_not_yet(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("partnerships.not_yet", window, city_id=BEIJING, other_city_id=SHANGHAI, strongest_n=8)
    ids = frame[["institution_id", "partner_id", "common", "promise"]]
    expected = plain.not_yet_partnerships(loaded.corpus, BEIJING, SHANGHAI, *window, n=8)
    same(ids, expected, keys=("institution_id", "partner_id"), by="promise")


def test_cities_and_their_institutions(loaded: Loaded) -> None:
    sites = loaded.corpus.sites
    frame = loaded.rows("places.cities")
    assert (
        frame.set_index("city_id").institutions.to_dict() == sites.groupby("city_id").institution_id.nunique().to_dict()
    )
    inside = loaded.rows("places.institutions_of_city", WINDOWS[1], city_id=BEIJING)
    assert set(inside.institution_id) == set(sites.institution_id[sites.city_id == BEIJING])
    answer = share(loaded.workspace, level="institution", years=WINDOWS[1]).frame.set_index("id")
    for row in inside.itertuples():
        known = row.institution_id in answer.index
        assert row.share_total == pytest.approx(answer.share[row.institution_id] if known else 0.0, abs=1e-7)
        assert row.count_total == (answer["count"][row.institution_id] if known else 0)


@pytest.mark.parametrize("window", WINDOWS)
def test_umbrella_reach(loaded: Loaded, window: tuple[int, int]) -> None:
    everything = loaded.rows("places.umbrella_reach", window)
    assert set(everything.umbrella_id) == plain.umbrellas(loaded.corpus)
    umbrella = everything.umbrella_id.iloc[0]
    frame = loaded.rows("places.umbrella_reach", window, institution_id=umbrella)
    pd.testing.assert_frame_equal(
        frame, everything[everything.umbrella_id == umbrella].reset_index(drop=True), check_dtype=False
    )
    expected = plain.umbrella_reach(loaded.corpus, umbrella, *window)
    same(frame.drop(columns="umbrella"), expected, keys=("city_id",), by="institutes")


def test_umbrella_reach_follows_more_than_one_step(loaded: Loaded) -> None:
    direct = loaded.corpus.lineage[loaded.corpus.lineage.depth == 1]
    umbrella = loaded.rows("places.umbrella_reach").umbrella_id.iloc[0]
    assert plain.descendants(loaded.corpus, umbrella) > set(direct.institution_id[direct.ancestor_id == umbrella])


@pytest.mark.parametrize("window", WINDOWS)
def test_community_members(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("communities.members", window)
    same(
        frame.assign(order=-frame.community),
        [(*row, -row[0]) for row in plain.community_members(loaded.corpus, loaded.community, *window)],
        keys=("city_id",),
        by="order",
    )
    first = loaded.rows("communities.members", window, community=1)
    pd.testing.assert_frame_equal(first, frame[frame.community == 1].reset_index(drop=True), check_dtype=False)
    assert first.inside.round(6).is_monotonic_decreasing


@pytest.mark.parametrize("window", WINDOWS)
def test_links_between_communities(loaded: Loaded, window: tuple[int, int]) -> None:
    frame = loaded.rows("communities.links_between", window)
    expected = plain.community_links(loaded.corpus, loaded.community, *window)
    same(frame, expected, keys=("a_community", "b_community"), by="score")


@pytest.mark.parametrize("min_strength", [0.0, 20.0])
def test_connectors(loaded: Loaded, min_strength: float) -> None:
    frame = loaded.rows("communities.connectors", WINDOWS[0], min_strength=min_strength)
    expected = plain.connectors(loaded.corpus, loaded.community, *WINDOWS[0], min_strength)
    same(frame, expected, keys=("city_id",), by="participation")
