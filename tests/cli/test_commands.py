"""The commands on the small sample: what they print, where, and how they end."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from command_line import Cli, Done

from toolkit.analyses.repeating import repeat
from toolkit.corpus.sample import read_truth
from toolkit.measures import answers
from toolkit.runs import RunRecord

Row = dict[str, object]


@pytest.fixture(scope="session")
def truth(sample_folder: Path) -> dict[str, object]:
    return read_truth(sample_folder).expected


def test_check_balances_and_lists_what_was_set_aside(cli: Cli, sample_workspace: Path) -> None:
    done = cli("check", "-w", sample_workspace)
    assert done.code == 0, done.err
    assert "synthetic records" in done.err
    rejects = cli("check", "--rejects", "-w", sample_workspace, "--format", "json").rows()
    assert {"source", "line", "reason", "excerpt"} == set(rejects[0])
    assert any(row["reason"] == "broken JSON" for row in rejects)


def test_shares_add_up_to_the_articles(cli: Cli, sample_workspace: Path, truth: dict[str, object]) -> None:
    totals = set()
    for level in ("city", "institution", "country"):
        rows = cli("share", "--level", level, "--top", "0", "-w", sample_workspace, "--format", "json").rows()
        assert {"unassigned", "unlocated"} & {row["id"] for row in rows}
        totals.add(round(sum(float(str(row["share"])) for row in rows), 6))
    assert len(totals) == 1
    assert totals == {truth["counted"]}


def test_a_city_by_name_is_the_city_by_id(cli: Cli, sample_workspace: Path) -> None:
    rows = cli("share", "--top", "0", "-w", sample_workspace, "--format", "json").rows()
    city = next(row for row in rows if row["name"] == "Beijing")
    by_name = cli("share", "--place", "beijing", "-w", sample_workspace, "--format", "json").rows()
    by_id = cli("share", "--place", str(city["id"]), "-w", sample_workspace, "--format", "json").rows()
    assert by_name == by_id == [city]


def test_articles_add_up_to_the_pair_they_stand_behind(cli: Cli, sample_workspace: Path) -> None:
    pair = cli("pairs", "--top", "1", "-w", sample_workspace, "--format", "json").rows()[0]
    ends = ("--place", str(pair["a_id"]), "--partner", str(pair["b_id"]))
    behind = cli("articles", *ends, "--top", "0", "-w", sample_workspace, "--format", "json").rows()
    assert len(behind) == pair["joint"]
    total = sum(float(str(row["share_a"])) + float(str(row["share_b"])) for row in behind)
    assert total == pytest.approx(pair["score"], abs=1e-6)


def test_ranks_compete_and_remember(cli: Cli, sample_workspace: Path) -> None:
    options = ("--years", "2020:2024", "--top", "0", "-w", sample_workspace, "--format", "json")
    rows = cli("rank", *options).rows()
    values = [float(str(row["value"])) for row in rows]
    assert values == sorted(values, reverse=True)
    assert [row["rank"] for row in rows] == [1 + sum(v > value for v in values) for value in values]
    earlier = cli("rank", "--years", "2015:2019", "--top", "0", "-w", sample_workspace, "--format", "json").rows()
    ranks = {row["id"]: row["rank"] for row in earlier}
    assert all(row["previous_rank"] == ranks.get(row["id"]) for row in rows)


def test_partnerships_of_a_year_are_new_or_kept(cli: Cli, sample_workspace: Path) -> None:
    options = ("--by-year", "--years", "2018:2020", "--top", "0", "-w", sample_workspace, "--format", "json")
    rows = cli("partnerships", *options).rows()
    assert {row["year"] for row in rows} == {2018, 2019, 2020}
    assert all(row["partnerships"] == int(str(row["new"])) + int(str(row["kept"])) for row in rows)


def test_planted_communities_and_hubs_are_found(cli: Cli, sample_workspace: Path, sample_folder: Path) -> None:
    from toolkit.network.partition import agreement

    rows = cli("communities", "-w", sample_workspace, "--seed", "7", "--format", "json").rows()
    planted = read_truth(sample_folder)
    assert agreement({row["id"]: row["community"] for row in rows}, planted.communities).ami > 0.9
    hubs = cli("hubs", "--top", str(len(planted.hubs)), "-w", sample_workspace, "--format", "json").rows()
    assert hubs[0]["id"] == planted.hubs[0]
    assert len(set(planted.hubs) & {row["id"] for row in hubs}) >= len(planted.hubs) - 1


def test_a_file_tells_how_it_came_about_and_can_be_made_again(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in (first, second):
        done = cli("pairs", "--level", "country", "--years", "2016:2023", "-w", sample_workspace, "-o", path)
        assert (done.code, done.out) == (0, "")
        assert f" rows to {path} (run record: {path.name}.run.json)." in done.err
    assert first.read_bytes() == second.read_bytes()
    record = RunRecord.read(first.with_name("a.csv.run.json"))
    assert record.method == "pairs"
    assert record.run_id == RunRecord.read(second.with_name("b.csv.run.json")).run_id
    assert record.fingerprint == json.loads((sample_workspace / "state.json").read_text())["fingerprint"]


def test_a_result_is_followed_by_one_short_line_about_its_run(cli: Cli, sample_workspace: Path) -> None:
    done = cli("share", "--level", "country", "--years", "2016:2023", "-w", sample_workspace, "--format", "csv")
    rows = len(done.out.splitlines()) - 1
    first, *notes = done.err.splitlines()
    assert re.fullmatch(rf"run [0-9a-f]{{8}} · share · 2016-2023 · {rows} rows", first)
    assert notes
    assert all(note.startswith("note: ") for note in notes)


@pytest.mark.parametrize("before", [True, False], ids=["before the command", "after it"])
def test_quiet_prints_data_alone_and_verbose_every_option(cli: Cli, sample_workspace: Path, before: bool) -> None:
    asked = ("share", "--level", "country", "-w", sample_workspace, "--format", "csv")

    def with_option(option: str) -> Done:
        return cli(option, *asked) if before else cli(*asked, option)

    plain, quiet, verbose = cli(*asked), with_option("--quiet"), with_option("--verbose")
    assert quiet.out == verbose.out == plain.out
    assert quiet.err == ""
    assert "level=country" in verbose.err
    assert "rollup=split" in verbose.err
    assert "rollup" not in plain.err
    assert set(plain.err.splitlines()[1:]) <= set(verbose.err.splitlines())
    assert "quiet" not in plain.out


def test_verbosity_comes_from_the_environment_and_from_the_workspace_too(
    cli: Cli, sample_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("share", "--level", "country", "-w", sample_workspace, "--format", "csv")
    settings = sample_workspace / "scicities.toml"
    try:
        settings.write_text('verbosity = "quiet"\n')
        assert cli(*asked).err == ""
        monkeypatch.setenv("SCICITIES_VERBOSITY", "verbose")
        assert "rollup=split" in cli(*asked).err
        assert cli(*asked, "-q").err == ""
        monkeypatch.setenv("SCICITIES_VERBOSITY", "loud")
        done = cli(*asked)
        assert (done.code, done.out) == (4, "")
        assert "verbosity = 'loud' can't be used: it must be one of quiet, normal, verbose" in done.err
    finally:
        settings.unlink()


def test_files_and_pipes_hold_every_row_unless_top_is_given(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    asked = ("share", "-w", sample_workspace)
    piped = cli(*asked, "--format", "csv")
    done = cli(*asked, "-o", whole)
    rows = len(pd.read_csv(whole))
    assert rows > 25
    assert piped.out == whole.read_text(encoding="utf-8")
    assert f"Wrote {rows} rows to {whole} (run record: whole.csv.run.json)." in done.err
    done = cli(*asked, "--top", "5", "-o", cut)
    record = RunRecord.read(cut.with_name("cut.csv.run.json"))
    total = record.rows["in_all"]
    assert f"Wrote 5 of {total} rows to {cut} (run record: cut.csv.run.json)." in done.err
    assert (record.rows["result"], record.parameters["top"], len(pd.read_csv(cut))) == (5, 5, 5)
    again = repeat(record, sample_workspace).frame
    assert again["id"].tolist() == pd.read_csv(cut, dtype={"id": str})["id"].tolist()


@pytest.mark.parametrize(("command", "rows"), [("share", 30), ("rank", 30), ("partnerships", 30)])
def test_top_by_year_is_the_same_on_the_command_line_and_in_python(
    cli: Cli, sample_workspace: Path, command: str, rows: int
) -> None:
    found = cli(command, "--by-year", "--top", "3", "-w", sample_workspace, "--format", "json").rows()
    answer = getattr(answers, command)(sample_workspace, by_year=True, top=3)
    key = "a_id" if command == "partnerships" else "id"
    assert [(row["year"], row[key]) for row in found] == list(zip(answer.frame["year"], answer.frame[key], strict=True))
    assert len(found) == rows


def test_a_terminal_shows_25_rows_and_says_of_how_many(
    cli: Cli, sample_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolkit.cli.output.to_terminal", lambda: True)
    done = cli("pairs", "-w", sample_workspace)
    total = len(cli("pairs", "-w", sample_workspace, "--top", "0", "--format", "json").rows())
    assert re.search(rf"run [0-9a-f]{{8}} · pairs · 2015-2024 · 25 of {total:,} rows \(--top 0 for all\)", done.err)
    assert sum("   " in line for line in done.out.splitlines()) >= 25
    assert len(cli("pairs", "-w", sample_workspace, "--format", "json").rows()) == total


def test_quiet_still_prints_errors(cli: Cli, sample_workspace: Path) -> None:
    done = cli("share", "--place", "Atlantis", "-q", "-w", sample_workspace)
    assert done.code == 4
    assert "no city named 'Atlantis'" in done.err
    assert cli("share", "-q", "-v", "-w", sample_workspace).code == 2


@pytest.mark.parametrize("fmt", ["csv", "json", "ndjson", "parquet", "table"])
def test_formats_hold_the_same_rows(cli: Cli, sample_workspace: Path, tmp_path: Path, fmt: str) -> None:
    path = tmp_path / f"a.{fmt}"
    assert cli("share", "--top", "5", "--format", fmt, "-o", path, "-w", sample_workspace).code == 0
    expected = cli("share", "--top", "5", "--format", "json", "-w", sample_workspace).rows()
    names = [row["name"] for row in expected]
    if fmt == "csv":
        assert pd.read_csv(path)["name"].tolist() == names
    elif fmt == "parquet":
        assert pd.read_parquet(path)["name"].tolist() == names
    elif fmt == "table":
        assert all(str(name) in path.read_text() for name in names if name)
    else:
        text = path.read_text()
        rows = json.loads(text) if fmt == "json" else [json.loads(line) for line in text.splitlines()]
        assert rows == expected


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("share", "--level", "planet"), 4, "level = 'planet' can't be used"),
        (("share", "--years", "2024:2015"), 4, "years"),
        (("share", "--years", "last"), 4, "years"),
        (("share", "--place", "Atlantis"), 4, "no city named 'Atlantis'"),
        (("share", "--format", "xls"), 4, "one of table, csv, json, ndjson, parquet"),
        (("share", "-o", "cities"), 4, "name a file ending in"),
        (("share", "--base-year", "1890"), 4, "1890"),
        (("rank", "--by", "beauty"), 4, "beauty"),
        (("pairs", "--link", "none"), 4, "link"),
        (("communities", "--method", "guess"), 4, "method"),
        (("hubs", "--measure", "fame"), 4, "fame"),
        (("hubs", "--country", "Nowhereland"), 4, "Nowhereland"),
        (("query", "run", "hubs.by_strengt"), 4, "Did you mean hubs.by_strength"),
        (("query", "show", "hubs.by_strengt"), 4, "Did you mean hubs.by_strength"),
        (("share", "--top", "-1"), 2, "--top"),
        (("nonsense",), 2, "No such command"),
        (("hubs", "--from", "ftp://there"), 4, "ftp://there"),
        (("load", "--with", "people"), 4, "it is one of researchers, names"),
        (("load", "--without", "researchers"), 4, "it is one of moves"),
        (("load", "--max-gap", "-1"), 2, "--max-gap"),
    ],
)
def test_a_wrong_argument_is_refused_in_a_sentence(
    cli: Cli, sample_workspace: Path, arguments: tuple[str, ...], code: int, text: str
) -> None:
    needs_workspace = arguments[0] not in {"query", "nonsense"}
    done = cli(*arguments, *(("-w", sample_workspace) if needs_workspace else ()))
    assert (done.code, done.out) == (code, "")
    assert text in done.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("command", "option", "words"),
    [
        (("share",), ("-o", "cities.doc"), "name a file ending in"),
        (("pairs",), ("--format", "xml"), "it must be one of"),
        (("flows",), ("--plot", "flows.doc"), "the file's ending is one of"),
        (("careers", "--author", "A1"), ("--plot", "career"), "the file's ending is one of"),
        (("query", "raw", "RETURN 1"), ("--format", "xml"), "it must be one of"),
        (("query", "run", "hubs.runs"), ("-o", "runs"), "name a file ending in"),
    ],
)
def test_what_could_not_be_written_is_refused_before_anything_is_opened(
    cli: Cli, tmp_path: Path, command: tuple[str, ...], option: tuple[str, str], words: str
) -> None:
    done = cli(*command, *option, "-w", tmp_path / "there is none")
    assert done.code == 4
    assert words in " ".join(done.err.split())


def test_an_empty_workspace_says_what_to_type(cli: Cli, tmp_path: Path) -> None:
    for command in ("share", "pairs", "hubs", "check", "load"):
        done = cli(command, "-w", tmp_path / "none")
        assert done.code == 4
        assert "scicities ingest openalex" in done.err
    assert not (tmp_path / "none").exists()


def test_a_missing_or_wrong_file_leaves_the_workspace_as_it_was(
    cli: Cli, sample_workspace: Path, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in (sample_workspace / "corpus").iterdir()}
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n\x00\x01")
    for path in (tmp_path / "missing.jsonl", tmp_path / "empty", tmp_path / "a.pdf"):
        done = cli("ingest", "openalex", path, "-w", sample_workspace)
        assert done.code in {2, 4}
        assert str(path) in done.err.replace("\n", "")
    assert {path.name: path.read_bytes() for path in (sample_workspace / "corpus").iterdir()} == before


def test_cities_from_addresses_are_counted(cli: Cli, sample_folder: Path, tmp_path: Path) -> None:
    for kind in ("ror", "institutions"):
        assert cli("ingest", kind, sample_folder / kind, "-w", tmp_path).code == 0
    done = cli("ingest", "openalex", sample_folder / "works", "-w", tmp_path, "--city-from", "affiliation")
    assert "cities by address: as the registry " in done.err
    assert "several cities 0" in done.err
    refused = cli("ingest", "openalex", sample_folder / "works", "-w", tmp_path, "--city-from", "guess")
    assert refused.code == 4
    assert "one of registry, affiliation" in " ".join(refused.err.split())


def test_an_interrupt_ends_with_130_and_the_next_call_goes_on(sample_folder: Path, tmp_path: Path) -> None:
    ws = tmp_path / "ws"
    command = [sys.executable, "-m", "toolkit", "ingest", "openalex", sample_folder / "works", "-w", ws]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (ws / "staging").exists():
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not (ws / "corpus").exists()
    subprocess.run(command, check=True, capture_output=True)
    assert (ws / "corpus" / "works.parquet").exists()


def test_an_interrupt_while_the_program_is_still_loading_is_no_traceback() -> None:
    program = """
import sys
class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "toolkit.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Impatient())
from toolkit.__main__ import run
run()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_an_interrupt_that_comes_out_as_another_error_is_told_as_what_it_is(
    cli: Cli, sample_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from toolkit.measures import answers

    def interrupted(*_: object, **__: object) -> None:
        raise ImportError("initialization failed") from KeyboardInterrupt()

    monkeypatch.setattr(answers, "share", interrupted)
    done = cli("share", "-w", sample_workspace)
    assert done.code == 130
    assert done.err.startswith("interrupted")


def test_a_closed_pipe_is_no_error(sample_workspace: Path) -> None:
    command = [sys.executable, "-m", "toolkit", "pairs", "--level", "institution", "--top", "0", "-w", sample_workspace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        process.wait()
    assert "Traceback" not in err
    assert "error:" not in err
    assert process.returncode in {0, 1, -signal.SIGPIPE}


def test_a_fault_of_ours_is_a_sentence_unless_asked_for_more(
    cli: Cli, sample_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from toolkit.measures import answers

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(answers, "share", broken)
    done = cli("share", "-w", sample_workspace)
    assert done.code == 1
    assert "ZeroDivisionError" in done.err
    assert "SCICITIES_DEBUG=1" in done.err
    monkeypatch.setenv("SCICITIES_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli("share", "-w", sample_workspace)


def test_help_takes_no_heavy_import() -> None:
    heavy = "{'pandas', 'ibis', 'neo4j', 'networkx', 'igraph', 'duckdb'}"
    code = f"import sys; from toolkit.cli import main; main(['--help']); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_recipe_reads_an_export_and_says_what_stays_open(cli: Cli, tmp_path: Path) -> None:
    lines = "id,year,authors,author_ids,affiliations\n", '1,2020,A; B,a; b,"Lab, Oslo, Norway; Lab, Utopia"\n'
    (tmp_path / "outputs.csv").write_text("".join(lines))
    (tmp_path / "people.csv").write_text("author_id,becomes\na,b\n")
    arguments = ["--recipe", "cris-wide", "--corrections", tmp_path / "people.csv", "-w", tmp_path / "data"]
    done = cli("ingest", "tables", tmp_path / "outputs.csv", *arguments)
    assert done.code == 0, done.err
    assert "kept without a place: the affiliation does not end with a country" in done.err
    assert "corrections: 1 rows, 1 authors on works changed, 0 rows that change nothing" in done.err
    rows = cli("share", "--level", "country", "-w", tmp_path / "data", "--format", "json").rows()
    assert {row["id"]: row["share"] for row in rows} == {"NO": 0.5, "unlocated": 0.5}
    unknown = cli("ingest", "tables", tmp_path / "outputs.csv", "--recipe", "skopus", "-w", tmp_path / "data")
    assert unknown.code == 2
    assert "there are cris-long, cris-wide, scopus, wos" in unknown.err
