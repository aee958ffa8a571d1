"""The library that ships: every file keeps the format; loading, binding and running from Python."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import BadParameter, QueryFileError, QueryRefused, SettingsError, UnknownPlace, UnknownQuery
from toolkit.graphdb.library import (
    bind,
    check_library,
    check_on_server,
    library_folder,
    load_library,
    parse_parameters,
    run_query,
)
from toolkit.graphdb.query_checks import answer
from toolkit.graphdb.query_costs import Cost, read_costs, write_costs
from toolkit.graphdb.query_docs import listing, with_listing
from toolkit.graphdb.query_file import parse_query
from toolkit.graphdb.query_needs import why_no_rows
from toolkit.graphdb.query_spec import QuerySpec
from toolkit.graphdb.query_values import examples

ROOT = Path(__file__).parents[2]
TYPED = """\
// name: a.typed
// summary: All types.
// access: read
// param: city_id string | A city.
// param: whole int = 1 | W.
// param: part float? = null | P.
// param: flag bool = false | F.
// param: names list<string> = [] | N.
// param: year_from int = 2015 | Y.
// param: year_to int = 2024 | Y.
// param: top_n int = 5 | T.
// column: id string | I.
// column: n int | N.
// column: m int? | M.
// column: x float? | X.
// column: ok bool | O.
// column: tags list<string>? | T.
// browser: :param city_id => '1'
// browser: :param whole => 1
// browser: :param part => null
// browser: :param flag => false
// browser: :param names => []
// browser: :param year_from => 2015
// browser: :param year_to => 2024
// browser: :param top_n => 5

WITH [$city_id, $whole, $part, $flag, $names, $year_from, $year_to] AS used
RETURN 'a' AS id, 1 AS n, null AS m, 1.0 AS x, true AS ok, ['a'] AS tags
ORDER BY id LIMIT toInteger($top_n);
"""


class Fake:
    """Answers by query name and keeps what it was asked."""

    def __init__(self, answers: Mapping[str, pd.DataFrame | Exception]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.planned: list[str] = []

    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
        self.asked.append((name, cypher, dict(parameters or {})))
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def write(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
        raise AssertionError(f"reading query {name} was sent to write: {cypher}, {parameters}")

    def require_reading(self, cypher: str, *_: object, **__: object) -> None:
        self.planned.append(cypher)


@pytest.fixture
def typed() -> QuerySpec:
    return parse_query(TYPED, path=Path("a/typed.cypher"))


def places(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["id", "name", "region", "country"])


def typed_rows(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["id", "n", "m", "x", "ok", "tags"])


BEIJING = places(("1816670", "Beijing", "22", "CN"))


# the files


def test_every_file_is_in_order() -> None:
    assert [str(problem) for problem in check_library()] == []


def test_every_group_of_the_design_is_there() -> None:
    groups = load_library().groups
    asked = "places output collaboration partnerships hubs communities bridges paths quality careers ties"
    assert set(groups) >= set(asked.split())
    assert sum(map(len, groups.values())) >= 65


@pytest.mark.parametrize("name", list(load_library()))
def test_every_query_says_what_it_answers(name: str) -> None:
    spec = load_library()[name]
    assert spec.question.endswith("?")
    assert "Left out: " in spec.notes
    assert spec.summary.endswith(".")
    assert not [column.name for column in spec.columns if column.type == "float" and not _has_unit(column.meaning)]


def _has_unit(meaning: str) -> bool:
    ratios = ("[articles/year]", "[1/articles]", "[articles/researcher]", "[researchers/1000 articles]", "[percent]")
    units = ("[articles]", "[researchers]", "[km]", "[1]", "0 to 1", "[unit of the measure]")
    return any(unit in meaning for unit in (*units, *ratios))


def test_files_are_plain_and_fit_the_page() -> None:
    for path in library_folder().rglob("*.cypher"):
        text = path.read_text(encoding="utf-8")
        assert text.isascii(), path
        assert max(map(len, text.split("\n"))) <= 120, path
        assert text.endswith(";\n"), path


def test_a_checkout_has_its_own_library_and_a_wheel_its_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert library_folder() == ROOT / "cypher"
    package = tmp_path / "toolkit"
    (tmp_path / "cypher").mkdir()
    monkeypatch.setattr("toolkit.graphdb.query_file.resources.files", lambda _: package)
    assert (
        library_folder() == package / "cypher"
    )  # somebody else's folder of that name beside the package is no library
    (tmp_path / "pyproject.toml").touch()
    assert library_folder() == tmp_path / "cypher"


def test_the_page_lists_the_queries_as_they_are() -> None:
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    assert page == with_listing(page, load_library()), "run: python -m toolkit.graphdb.query_docs docs/queries.md"
    with pytest.raises(SettingsError, match="lacks the lines"):
        with_listing("# A page", load_library())


def test_the_example_of_the_page_keeps_the_format() -> None:
    page = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
    example = page.partition("```cypher\n")[2].partition("```")[0]
    text = "\n".join(line.removeprefix("   ") for line in example.split("\n"))
    assert parse_query(text, path=Path("cypher/hubs/top.cypher"), name="hubs.top").question


# the mapping


def test_a_misspelt_name_gets_the_nearest() -> None:
    library = load_library()
    with pytest.raises(UnknownQuery, match=r"no query named 'hubs.by_strenght'. Did you mean hubs.by_strength\?"):
        library.get("hubs.by_strenght")
    with pytest.raises(UnknownQuery, match=r"Did you mean hubs\.by_strength"):
        library["by_strength"]
    with pytest.raises(UnknownQuery, match="`scicities query list` shows all"):
        library["zzz"]
    assert "zzz" not in library
    assert list(library) == sorted(library)


def test_a_broken_file_is_told_and_stops_no_other(tmp_path: Path) -> None:
    shutil.copytree(library_folder(), tmp_path / "cypher")
    broken = tmp_path / "cypher" / "hubs" / "by_strength.cypher"
    broken.write_text(broken.read_text(encoding="utf-8").replace("// access: read\n", ""), encoding="utf-8")
    unused = tmp_path / "cypher" / "output" / "by_year.cypher"
    unused.write_text(unused.read_text(encoding="utf-8").replace("o.year <= $year_to", "true"), encoding="utf-8")
    with pytest.raises(QueryFileError, match=r"by_strength\.cypher:1: no `access:` line"):
        load_library(tmp_path / "cypher")
    kept = load_library(tmp_path / "cypher", strict=False)
    assert len(kept) == len(load_library()) - 1
    with pytest.raises(QueryFileError, match="no `access:` line"):
        kept["hubs.by_strength"]
    first, second = map(str, check_library(tmp_path / "cypher"))
    assert "no `access:` line" in first
    assert "doesn't use $year_to" in second
    broken.unlink()
    with pytest.raises(QueryFileError, match=r"doesn't use \$year_to"):
        load_library(tmp_path / "cypher")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hubs").mkdir()
    shutil.copy(library_folder() / "hubs" / "by_strength.cypher", tmp_path / "hubs")
    with pytest.raises(QueryFileError, match=r"by_strength\.cypher:1: hubs\.by_strength is also the name of"):
        load_library(library_folder(), tmp_path)


def test_a_folder_without_queries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"has no \*\.cypher file"):
        load_library(tmp_path / "nowhere")


# parameters


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("whole", "10", 10),
        ("whole", 10.0, 10),
        ("whole", np.int64(10), 10),
        ("whole", np.float64(10), 10),
        ("part", "0.5", 0.5),
        ("part", 2, 2.0),
        ("part", None, None),
        ("flag", "True", True),
        ("flag", np.bool_(True), True),
        ("names", "a, b,,c", ["a", "b", "c"]),
        ("names", ("a", "b"), ["a", "b"]),
        ("names", "", []),
        ("city_id", 1816670, "1816670"),
        ("city_id", "Xi'an", "Xi'an"),
    ],
)
def test_values_become_the_declared_types(typed: QuerySpec, name: str, value: Any, bound: Any) -> None:
    result = bind(typed, {"city_id": "1", name: value})[name]
    assert result == bound
    assert type(result) is type(bound)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "city_id is missing: a.typed needs it: A city."),
        ({"city_id": None}, "city_id = None can't be used: text is needed."),
        ({"city_id": 1.5}, "city_id = 1.5 can't be used: text is needed."),
        ({"city_id": "1", "town": 2}, "town = 2 can't be used: a.typed has no such parameter; it has city_id, whole"),
        ({"city_id": "1", "whole": 10.5}, "whole = 10.5 can't be used: a whole number is needed."),
        ({"city_id": "1", "whole": True}, "whole = True can't be used: a whole number is needed."),
        ({"city_id": "1", "whole": 2**63}, "a whole number is needed."),
        ({"city_id": "1", "whole": float("inf")}, "a whole number is needed."),
        ({"city_id": "1", "whole": "many"}, "whole = 'many' can't be used: a whole number is needed."),
        ({"city_id": "1", "part": "nan"}, "part = 'nan' can't be used: a number is needed."),
        ({"city_id": "1", "flag": "yes"}, "flag = 'yes' can't be used: true or false is needed."),
        ({"city_id": "1", "flag": 1}, "flag = 1 can't be used: true or false is needed."),
        ({"city_id": "1", "names": 3}, "names = 3 can't be used: a list of texts, or texts between commas, is needed."),
        ({"city_id": "1", "names": [1.5]}, "names = [1.5] can't be used: a list of texts"),
        ({"city_id": "1", "top_n": 0}, "top_n = 0 can't be used: a whole number from 1 up is needed."),
        ({"city_id": "1", "year_from": 2020, "year_to": 2019}, "year_from = 2020 can't be used: it can't be later"),
    ],
)
def test_bad_parameters_are_told(typed: QuerySpec, given: dict[str, Any], message: str) -> None:
    with pytest.raises(BadParameter) as caught:
        bind(typed, given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("hubs.triangles", {"hubs_n": 0}, "hubs_n = 0 can't be used: a whole number from 1 up is needed."),
        (
            "paths.cheapest",
            {"city_id": "1", "other_city_id": "2", "via_n": -5},
            "via_n = -5 can't be used: a whole number from 1 up is needed.",
        ),
        (
            "output.growth",
            {"before_from": 2020},
            "before_from = 2020 can't be used: it can't be later than before_to = 2019",
        ),
        ("output.growth", {"year_to": 2019}, "year_from = 2020 can't be used: it can't be later than year_to = 2019"),
    ],
)
def test_numbers_of_things_and_windows_of_every_name_are_checked(name: str, given: dict[str, Any], told: str) -> None:
    with pytest.raises(BadParameter) as caught:
        bind(load_library()[name], given, years=(2015, 2024))
    assert told in str(caught.value)


def test_a_list_of_places_is_looked_up_one_by_one() -> None:
    spec = load_library()["collaboration.among_cities"]
    columns = pd.DataFrame(columns=[column.name for column in spec.columns])
    graph = Fake({"places/named_city": BEIJING, spec.name: columns})
    run_query(graph, spec, {"city_ids": ["Beijing", "1816670"], "year_from": 2015, "year_to": 2024})
    assert [name for name, _, _ in graph.asked] == ["places/named_city", "places/named_city", spec.name]
    assert graph.asked[-1][2]["city_ids"] == ["1816670", "1816670"]


def test_costs_stand_beside_the_queries_and_a_torn_table_is_told(tmp_path: Path) -> None:
    costs = {"hubs.triangles": Cost(1200, 25, "10 nodes"), "gone.query": Cost(9, 9, "10 nodes")}
    write_costs(costs, tmp_path / "costs.csv")
    assert read_costs(tmp_path / "costs.csv") == costs
    told = listing(load_library(), costs)
    assert "| `hubs.triangles` | 1,200 | 25 |" in told
    assert "Cost: 1,200 db hits for 25 rows." in told
    assert "gone.query" not in told
    (tmp_path / "costs.csv").write_text("query,db_hits\nhubs.triangles,many\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is no table of costs"):
        read_costs(tmp_path / "costs.csv")
    assert read_costs(tmp_path / "nowhere.csv") == {}


def test_what_is_not_given_has_its_default(typed: QuerySpec) -> None:
    assert bind(typed, {"city_id": "1"}) == {"city_id": "1", **typed.defaults}


def test_parameters_as_text() -> None:
    assert parse_parameters(["a=1", "b=x=y", "c=", 'd="1"', "e=NaN"]) == {
        "a": 1,
        "b": "x=y",
        "c": "",
        "d": "1",
        "e": "NaN",
    }
    for wrong, message in (
        (["a"], "it is written name=value"),
        (["=1"], "name=value"),
        (["a=1", "a=2"], "given twice"),
        (["a=" + "[" * 100_000], "its brackets are too deep"),
    ):
        with pytest.raises(BadParameter, match=message):
            parse_parameters(wrong)


# running


def test_a_query_is_sent_bound_and_comes_back_typed(typed: QuerySpec) -> None:
    rows = typed_rows(("a", 1, 2, 0.5, True, ["x"]), ("b", 2, None, None, False, None))
    graph = Fake({"a.typed": rows, "places/named_city": BEIJING})
    frame = run_query(graph, typed, {"city_id": "beijing", "whole": "7"})
    name, cypher, sent = graph.asked[-1]
    assert (name, cypher) == ("a.typed", typed.statement)
    assert (sent["city_id"], sent["whole"]) == ("1816670", 7)
    assert graph.asked[0][2] == {"text": "beijing"}
    assert dict(frame.dtypes.map(str)) == {
        "id": "str",
        "n": "int64",
        "m": "Int64",
        "x": "float64",
        "ok": "bool",
        "tags": "object",
    }
    assert frame["m"].isna().tolist() == [False, True]


def test_types_stand_without_rows(typed: QuerySpec) -> None:
    graph = Fake({"a.typed": typed_rows(), "places/named_city": BEIJING})
    full = Fake({"a.typed": typed_rows(("a", 1, 2, 0.5, True, ["x"])), "places/named_city": BEIJING})
    empty = run_query(graph, typed, {"city_id": "1816670"})
    assert len(empty) == 0
    assert dict(empty.dtypes) == dict(run_query(full, typed, {"city_id": "1816670"}).dtypes)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", 1.5, 2, 0.5, True, []), "column 'n' holds 1.5, which is no int"),
        (("a", 1, 2.5, 0.5, True, []), "column 'm' holds 2.5, which is no int"),
        (("a", None, 2, 0.5, True, []), "column 'n' holds null; declare it int?"),
        ((1, 1, 2, 0.5, True, []), "column 'id' holds 1, which is no string"),
        (("a", 1, 2, 1, True, []), "column 'x' holds 1, which is no float"),
        (("a", 1, 2, 0.5, 1, []), "column 'ok' holds 1, which is no bool"),
        (("a", 1, 2, 0.5, True, [1]), "column 'tags' holds [1], which is no list<string>"),
    ],
)
def test_other_types_than_declared_are_refused(typed: QuerySpec, row: tuple[Any, ...], message: str) -> None:
    graph = Fake({"a.typed": typed_rows(row), "places/named_city": BEIJING})
    with pytest.raises(QueryFileError) as caught:
        run_query(graph, typed, {"city_id": "1816670"})
    assert message in str(caught.value)


def test_other_columns_than_declared_are_refused(typed: QuerySpec) -> None:
    graph = Fake({"a.typed": typed_rows().rename(columns={"n": "k"}), "places/named_city": BEIJING})
    with pytest.raises(QueryFileError, match=r"the database returned \['id', 'k'"):
        run_query(graph, typed, {"city_id": "1816670"})


def test_names_stand_for_ids_unless_ambiguous(typed: QuerySpec) -> None:
    two = places(("2653941", "Cambridge", "ENG", "GB"), ("4931972", "Cambridge", "MA", "US"))
    answers = {"a.typed": typed_rows(), "places/named_city": two}
    with pytest.raises(UnknownPlace, match=r"Cambridge \(ENG, GB\) = 2653941; Cambridge \(MA, US\) = 4931972"):
        run_query(Fake(answers), typed, {"city_id": "Cambridge"})
    graph = Fake(answers)
    run_query(graph, typed, {"city_id": "4931972"})
    assert graph.asked[-1][2]["city_id"] == "4931972"
    with pytest.raises(UnknownPlace, match="no city named 'Nowhere'"):
        run_query(Fake({**answers, "places/named_city": places()}), typed, {"city_id": "Nowhere"})


def test_which_parameters_are_places() -> None:
    asked = {"places/named_city": BEIJING, "places/named_country": places(("CN", "China", "", "CN"))}
    spec = load_library()["bridges.between_countries"]
    graph = Fake({**asked, spec.name: pd.DataFrame(columns=[column.name for column in spec.columns])})
    run_query(graph, spec, {"country": "China", "other_country": "china", "year_from": 2015, "year_to": 2024})
    assert [name for name, _, _ in graph.asked] == ["places/named_country", "places/named_country", spec.name]
    assert graph.asked[-1][2]["other_country"] == "CN"


# values that come from the graph

YEARS = pd.DataFrame({"first_year": [1998], "last_year": [2007]})
LARGEST = pd.DataFrame({"id": ["1", "2"], "name": ["Oslo", "New York City"]})


def no_rows(spec: QuerySpec) -> pd.DataFrame:
    return pd.DataFrame(columns=[column.name for column in spec.columns])


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("hubs.triangles", {}, {"year_from": 1998, "year_to": 2007}),
        ("hubs.triangles", {"year_to": 2000}, {"year_from": 1998, "year_to": 2000}),
        ("output.growth", {}, {"before_from": 1998, "before_to": 2002, "year_from": 2003, "year_to": 2007}),
        ("ties.after_moves", {}, {"year_from": 2001, "year_to": 2005}),
    ],
)
def test_years_that_are_not_given_are_those_of_the_graph(
    name: str, given: dict[str, Any], sent: dict[str, int]
) -> None:
    spec = load_library()[name]
    graph = Fake({"queries/years": YEARS, name: no_rows(spec)})
    run_query(graph, spec, given)
    assert sent.items() <= graph.asked[-1][2].items()


def test_a_graph_is_asked_for_its_years_only_where_a_default_needs_them() -> None:
    spec = load_library()["hubs.triangles"]
    graph = Fake({spec.name: no_rows(spec)})
    run_query(graph, spec, {"year_from": 2015, "year_to": 2024})
    assert [name for name, _, _ in graph.asked] == [spec.name]
    unsaid = Fake({"queries/years": YEARS.head(0)})
    with pytest.raises(BadParameter, match="does not say which years it holds; give year_from and year_to"):
        run_query(unsaid, spec, {})


def test_a_missing_place_is_asked_for_with_places_of_the_graph() -> None:
    spec = load_library()["collaboration.common_partners"]
    graph = Fake({"queries/largest": LARGEST})
    with pytest.raises(BadParameter) as caught:
        run_query(graph, spec, {"other_city_id": "Oslo"})
    assert str(caught.value) == (
        "city_id is missing: collaboration.common_partners needs a city, by name or GeoNames id; the largest in this "
        "graph: Oslo, New York City (for example --city-id Oslo)."
    )
    with pytest.raises(BadParameter, match="It also needs other_city_id"):
        run_query(graph, spec, {})


def test_no_query_has_a_default_of_the_sample() -> None:
    for spec in load_library().values():
        for param in spec.params:
            assert not (param.kind and param.default), (spec.name, param.name)
            is_year = re.search(r"^year_|_from$|_to$", param.name)
            assert not is_year or not isinstance(param.default, int) or param.default in (1900, 2100), spec.name


def test_examples_are_the_defaults_and_the_largest_places() -> None:
    graph = Fake({"queries/years": YEARS, "queries/largest": LARGEST})
    spec = load_library()["collaboration.common_partners"]
    assert examples(graph, spec) == {
        "city_id": "1",
        "other_city_id": "2",
        "year_from": 1998,
        "year_to": 2007,
        "top_n": 25,
    }
    assert examples(graph, load_library()["collaboration.among_cities"])["city_ids"] == ["1", "2"]


@pytest.mark.parametrize("there", [True, False])
def test_no_rows_are_explained_by_what_the_graph_lacks(there: bool) -> None:
    spec = load_library()["communities.members"]
    graph = Fake({"needs/communities": pd.DataFrame({"there": [there]})})
    told = why_no_rows(graph, spec, {"community": None, "year_from": 2015, "top_n": 25})
    if there:
        assert told == "no rows: nothing in the graph matches year_from = 2015"
    else:
        assert told == ("no rows: the graph has no communities. Type: scicities communities --from local --write")


@pytest.mark.parametrize("name", ["collaboration.far_ties", "places.nearby_cities"])
def test_distances_without_rows_name_missing_coordinates(name: str) -> None:
    graph = Fake({"needs/coordinates": pd.DataFrame({"there": [False]})})
    assert why_no_rows(graph, load_library()[name], {}).startswith(
        "no rows: the graph has no cities with coordinates. Type: scicities ingest ror FILE"
    )


def test_no_moves_of_a_rule_are_told_by_the_rule() -> None:
    graph = Fake({"needs/moves": pd.DataFrame({"there": [False]})})
    told = why_no_rows(graph, load_library()["flows.corridors"], {"rule": "imported"})
    assert "no moves by this rule (imported). Type: scicities load" in told
    assert graph.asked[0][2] == {"rule": "imported"}


def test_every_query_that_reads_what_is_not_always_there_says_what_it_needs() -> None:
    marks = {
        "MOVED_TO": "moves",
        "WORKED_AT": "researchers",
        ".community_support": "support",
        ".community ": "communities",
    }
    for spec in load_library().values():
        needed = {need for mark, need in marks.items() if mark in spec.statement}
        assert needed - {"communities"} <= set(spec.needs), spec.name
        assert "communities" not in needed or {"communities", "support"} & set(spec.needs), spec.name


# checks on a server


def test_what_only_a_server_shows(typed: QuerySpec) -> None:
    library = {"a.typed": typed}
    good = typed_rows(("a", 1, 2, 0.5, True, ["x"]))
    assert check_on_server(Fake({"a.typed": good}), library) == []
    cases = {
        "ORDER BY id is not total": pd.concat([good, good]),
        "the plan gives ['id']": good[["id"]],
        "column 'n' holds null": good.assign(n=None),
        "the server refused it: no": QueryRefused("no"),
    }
    for message, rows in cases.items():
        problems = check_on_server(Fake({"a.typed": rows}), library)
        assert len(problems) == 1
        assert str(problems[0]).startswith("a/typed.cypher:27: ")
        assert message in str(problems[0])


def test_numbers_sent_by_the_browser_must_change_nothing(typed: QuerySpec) -> None:
    class Fickle(Fake):
        def read(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
            rows = super().read(cypher, parameters, name=name)
            return rows.iloc[:0] if isinstance((parameters or {})["whole"], float) else rows

    (problem,) = check_on_server(Fickle({"a.typed": typed_rows(("a", 1, 2, 0.5, True, ["x"]))}), {"a.typed": typed})
    assert "whole numbers sent as floats" in str(problem)


def test_query_of_the_users_own_folder_is_planned_before_it_is_run_and_a_shipped_one_is_not(typed: QuerySpec) -> None:
    own = Fake({"a.typed": typed_rows(("a", 1, 2, 0.5, True, ["x"]))})
    answer(typed, own, {})
    assert own.planned == [typed.statement]
    shipped = load_library()["quality.totals"]
    fake = Fake({shipped.name: pd.DataFrame(columns=[column.name for column in shipped.columns])})
    answer(shipped, fake, {})
    assert fake.planned == []


def test_writing_query_is_sent_only_with_write(typed: QuerySpec) -> None:
    class Writable(Fake):
        def write(self, cypher: str, parameters: Mapping[str, Any] | None = None, *, name: str = "") -> pd.DataFrame:
            return self.read(cypher, parameters, name=name)

    writing = replace(typed, access="write")
    fake = Writable({"a.typed": typed_rows(("a", 1, 2, 0.5, True, ["x"]))})
    with pytest.raises(BadParameter, match=r"a\.typed changes the graph; --write \(write=True in Python\)"):
        run_query(fake, writing, {})
    with pytest.raises(BadParameter, match="changes the graph"):
        answer(writing, fake, {})
    assert fake.asked == []
    assert len(answer(writing, fake, {}, write=True)) == 1


def test_write_does_not_lift_the_guard_of_a_query_that_says_read(typed: QuerySpec) -> None:
    own = Fake({"a.typed": typed_rows(("a", 1, 2, 0.5, True, ["x"]))})
    answer(typed, own, {}, write=True)
    assert own.planned == [typed.statement]


def test_check_on_server_plans_a_writing_query_and_does_not_run_it(typed: QuerySpec) -> None:
    fake = Fake({"a.typed": typed_rows(("a", 1, 2, 0.5, True, ["x"]))})
    assert check_on_server(fake, {"a.typed": replace(typed, access="write")}) == []
    assert [text.split()[0] for _, text, _ in fake.asked] == ["EXPLAIN"]
