"""The query library on the command line, as far as it needs no server: lists, help, options, folders, completion."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from command_line import Cli
from typer.testing import CliRunner

import toolkit
from toolkit.cli import build_app
from toolkit.errors import QueryFileError, SettingsError
from toolkit.graphdb.library import library, library_folder, load_library

MINE = """\
// name: mine.partners
// summary: Partners of cities.
// access: read
// param: seats list<city> = ["1816670"] | Cities.
// param: country string? = null | Country code; null takes all.
// param: strict bool = false | Count strictly.
// column: city_id string | GeoNames id.
// browser: :param seats => ["1816670"]
// browser: :param country => null
// browser: :param strict => false
//
// Question: who?
// Left out: nothing.

MATCH (c:City) WHERE c.id IN $seats AND $country IS NULL AND NOT $strict RETURN c.id AS city_id ORDER BY city_id;
"""

RUN = typer.main.get_command(build_app()).commands["query"].commands["run"].commands


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "own" / "mine").mkdir(parents=True)
    (tmp_path / "own" / "mine" / "partners.cypher").write_text(MINE, encoding="utf-8")
    return tmp_path / "own"


def options_of(name: str) -> dict[str, Any]:
    """Options of a query's command, by parameter."""
    return {option.name: option for option in RUN[name].params}


def test_every_query_is_a_command_with_its_options_and_meanings() -> None:
    for name, spec in load_library().items():
        options = options_of(name)
        for param in spec.params:
            option = options[param.name]
            assert "--" + param.name.replace("_", "-") in option.opts
            assert param.meaning in option.help
            assert option.help.endswith("[required]") == param.required
        assert spec.question in " ".join(RUN[name].help.split())
        assert {"source", "fmt", "output", "explain", "graph", "workspace"} <= set(options)


def test_names_of_places_have_options_without_id() -> None:
    options = options_of("collaboration.common_partners")
    assert options["city_id"].opts == ["--city-id", "--city"]
    assert options["other_city_id"].opts == ["--other-city-id", "--other-city"]
    assert options_of("collaboration.among_cities")["city_ids"].opts == ["--city-ids", "--city"]
    assert options_of("output.top_cities")["country"].opts == ["--country"]


def test_the_list_tells_questions(cli: Cli) -> None:
    rows = cli("query", "list", "paths", "--format", "json").rows()
    assert [row["query"] for row in rows] == [name for name in load_library() if name.startswith("paths.")]
    assert all(str(row["question"]).endswith("?") for row in rows)
    assert len(cli("query", "list", "--format", "json").rows()) == len(load_library()) >= 65
    done = cli("query", "list", "nothing")
    assert done.code == 4
    assert "there are bridges, careers, collaboration, communities, flows" in done.err


def test_a_misspelt_query_is_told_its_nearest(cli: Cli) -> None:
    done = cli("query", "run", "hubs.by_strenght")
    assert done.code == 4
    assert "Did you mean hubs.by_strength?" in done.err
    assert "Did you mean paths.cheapest?" in cli("query", "show", "cheapest").err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("output.top_cities", "--top-n", "many"), "Invalid value for '--top-n'"),
        (("output.top_cities", "--min", "1"), "No such option"),
        (("places.nearby_cities", "--max-km", "far"), "Invalid value for '--max-km'"),
    ],
)
def test_values_of_a_wrong_type_are_usage_errors(cli: Cli, arguments: tuple[str, ...], told: str) -> None:
    done = cli("query", "run", *arguments)
    assert done.code == 2
    assert told in " ".join(done.err.replace("│", " ").split())


# folders of one's own


def test_own_queries_have_the_same_commands_help_and_checks(cli: Cli, mine: Path) -> None:
    assert cli("query", "list", "mine", "--library", mine, "--format", "json").rows()[0]["query"] == "mine.partners"
    told = cli("query", "run", "--library", mine, "mine.partners", "--help").out
    assert all(option in told for option in ("--seats", "--country", "--strict", "--no-strict", "--explain"))
    assert "mine.partners" in cli("query", "run", "--library", mine, "--help").out
    assert cli("query", "show", "mine.partners", "--library", mine).out.strip().endswith(MINE.strip())
    assert f"{len(load_library()) + 1} queries, all in order" in cli("query", "check", "--library", mine).err
    done = cli("query", "run", "mine.partners")
    assert done.code == 4
    assert "no query named 'mine.partners'" in done.err


def test_the_setting_names_folders_too(cli: Cli, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICITIES_LIBRARY", str(mine))
    assert "Partners of cities" in cli("query", "run", "mine.partners", "--help").out
    assert "mine.partners" in library()
    monkeypatch.delenv("SCICITIES_LIBRARY")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "scicities.toml").write_text(f"library = '{mine}'\n", encoding="utf-8")
    assert "Partners of cities" in cli("query", "run", "mine.partners", "--help", "-w", workspace).out
    assert cli("query", "run", "mine.partners", "--help").code == 4


def test_a_name_of_a_shipped_query_is_refused_and_nothing_is_shadowed(cli: Cli, mine: Path) -> None:
    (mine / "hubs").mkdir()
    copied = mine / "hubs" / "by_strength.cypher"
    shutil.copy(library_folder() / "hubs" / "by_strength.cypher", copied)
    with pytest.raises(QueryFileError, match=r"own/hubs/by_strength\.cypher:1: hubs\.by_strength is also the name of"):
        library(mine)
    done = cli("query", "run", "--library", mine, "hubs.by_strength", "--help")
    assert done.code == 4
    assert f"{copied}:1: hubs.by_strength is also the name of" in done.err
    assert "Partners of cities" in cli("query", "run", "--library", mine, "mine.partners", "--help").out
    assert cli("query", "run", "hubs.by_strength", "--help").code == 0
    done = cli("query", "check", "--library", mine)
    assert done.code == 4
    assert "1 problems in the query library" in done.err


def test_two_folders_may_not_share_a_name_and_one_may_be_named_twice(mine: Path, tmp_path: Path) -> None:
    shutil.copytree(mine, tmp_path / "other")
    with pytest.raises(QueryFileError, match=r"other/mine/partners\.cypher:1: mine\.partners is also the name of"):
        library(mine, tmp_path / "other")
    assert len(library(mine, mine)) == len(load_library()) + 1
    with pytest.raises(SettingsError, match=r"nowhere has no \*\.cypher file: there is no such folder"):
        library(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("// access: read", "// access: raed", "partners.cypher:3: access is 'raed'; it is read or write"),
        ("list<city>", "list<town>", "partners.cypher:4: type 'list<town>' of param 'seats' is none of"),
        ("MATCH (c:City) WHERE", "MATCH (c:City) SET c.x = 1 WITH c WHERE", "SET in a query whose access is read"),
        ("MATCH (c:City) WHERE", "MATCH (c:City) INSERT (:X) WITH c WHERE", "INSERT in a query whose access is read"),
        ("MATCH (c:City) WHERE", "MATCH (c:City) \\u0053ET c.x = 1 WITH c WHERE", "in a query whose access is read"),
        ("name: mine.partners", "name: mine.others", "name is 'mine.others', but the path asks for 'mine.partners'"),
    ],
)
def test_a_broken_file_of_ones_own_is_told_and_stops_nothing_else(
    cli: Cli, mine: Path, old: str, new: str, told: str
) -> None:
    assert old in MINE
    (mine / "mine" / "partners.cypher").write_text(MINE.replace(old, new), encoding="utf-8")
    for done in (cli("query", "check", "--library", mine), cli("query", "run", "--library", mine, "mine.partners")):
        assert done.code == 4
        assert told in done.err
    assert cli("query", "run", "--library", mine, "hubs.triangles", "--help").code == 0


def test_a_query_that_writes_waits_for_leave(cli: Cli, mine: Path) -> None:
    text = MINE.replace("access: read", "access: write").replace("RETURN c.id", "SET c.seen = true RETURN c.id")
    (mine / "mine" / "partners.cypher").write_text(text, encoding="utf-8")
    done = cli("query", "run", "--library", mine, "mine.partners")
    assert done.code == 4
    assert "mine.partners changes the graph; --write (write=True in Python) allows it" in done.err
    told = cli("query", "run", "--library", mine, "mine.partners", "--help").out
    assert "--write" in told
    assert "--graph" not in told
    assert "--write" not in cli("query", "run", "hubs.triangles", "--help").out


def test_the_library_is_a_public_name(mine: Path) -> None:
    assert toolkit.library(mine)["mine.partners"].param("seats").level == "city"  # type: ignore[union-attr]


# the shell


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("scicities query run bridges.", {"bridges.between_cities", "bridges.gateways"}),
        ("scicities query show quality.t", {"quality.totals"}),
        ("scicities query list pa", {"partnerships", "paths"}),
        ("scicities query run hubs.triangles --h", {"--hubs-n", "--help"}),
        ("scicities query run --library {mine} mine.", {"mine.partners"}),
    ],
)
def test_the_shell_completes(mine: Path, words: str, wanted: set[str]) -> None:
    words = words.replace("{mine}", str(mine))
    environment = {"_SCICITIES_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = CliRunner().invoke(build_app(), env=environment, prog_name="scicities")
    assert wanted <= set(done.output.split())
