"""The report's listings and comparisons on the sample: what was planted is told, by the command line too."""

from pathlib import Path

import pytest
from command_line import Cli

from toolkit.corpus.checking import LISTINGS


def test_the_help_names_every_listing(cli: Cli) -> None:
    told = " ".join(cli("check", "--help").out.replace("│", " ").split())
    assert [name for name in LISTINGS if name not in told] == []


def test_planted_errors_stand_in_their_listings(cli: Cli, sample_workspace: Path) -> None:
    def rows(name: str) -> list[dict[str, object]]:
        return cli("check", "--list", name, "-w", sample_workspace, "--format", "json").rows()

    assert rows("matching")[0]["name"] == "Sample School"
    (corridor,) = rows("corridors")
    assert (corridor["authors"], corridor["back_and_forth"]) == (4, 4)
    (person,) = rows("people")
    assert (person["institutions"], person["works"]) == (22, 22)
    assert {row["status"] for row in rows("registry")} == {"inactive", "withdrawn", "no ROR id"}
    assert {row["reason"] for row in rows("uncounted")} == {"no author", "no year", "author list cut"}
    shares = [float(str(row["share"])) for row in rows("kin")]
    assert shares == sorted(shares, reverse=True)


def test_a_listing_goes_to_a_file_with_the_same_rows(cli: Cli, sample_workspace: Path, tmp_path: Path) -> None:
    old = cli("check", "--unlocated", "-w", sample_workspace, "--format", "csv").out
    out = tmp_path / "nowhere.csv"
    assert cli("check", "--list", "no city", "-w", sample_workspace, "-o", out).code == 0
    assert out.read_text(encoding="utf-8") == old
    assert out.with_name("nowhere.csv.run.json").exists()


def test_lines_beside_the_same_workspace_do_not_differ(cli: Cli, sample_workspace: Path) -> None:
    rows = cli("check", "--against", sample_workspace, "-w", sample_workspace, "--format", "json").rows()
    assert list(rows[0]) == ["section", "item", "value", "old_value", "difference", "note"]
    assert all(row["difference"] == 0 and row["value"] == row["old_value"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--list", "nonsense"), "list = 'nonsense' can't be used: it is one of rejects"),
        (("--list", "kin", "--rejects"), "one listing at a time"),
        (("--rejects", "--against", "."), "listings are not"),
    ],
)
def test_what_can_not_be_listed_is_refused(
    cli: Cli, sample_workspace: Path, arguments: tuple[str, ...], text: str
) -> None:
    done = cli("check", *arguments, "-w", sample_workspace)
    assert (done.code, done.out) == (4, "")
    assert text in " ".join(done.err.split())


def test_ranks_of_the_sample_do_not_move_by_themselves(cli: Cli, sample_workspace: Path) -> None:
    done = cli("compare", sample_workspace, sample_workspace, "--moved", "--format", "json")
    assert done.code == 0, done.err
    assert done.rows() == []
