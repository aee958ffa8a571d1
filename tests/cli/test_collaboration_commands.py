"""The commands about collaboration beside the pairs, on the small sample."""

from pathlib import Path

import pytest
from command_line import Cli


def test_connections_are_the_pairs_and_partnerships_of_a_city(cli: Cli, sample_workspace: Path) -> None:
    options = ("--years", "2018:2020", "--top", "0", "-w", sample_workspace, "--format", "json")
    rows = cli("connections", "--city", "Beijing", "--by", "score", *options).rows()
    pairs = cli("pairs", "--city", "Beijing", *options).rows()
    assert [(row["joint"], row["score"]) for row in rows] == [(pair["joint"], pair["score"]) for pair in pairs]
    first = str(rows[0]["id"])
    one = cli("partnerships", "--city", "Beijing", "--partner", first, *options).rows()
    assert one[0]["partnerships"] == rows[0]["partnerships"]
    abroad = cli("connections", "--city", "Beijing", "--scope", "international", *options).rows()
    home = cli("connections", "--city", "Beijing", "--scope", "domestic", *options).rows()
    assert {row["country"] for row in home} == {"CN"}
    assert len(abroad) + len(home) == len(rows) > len(home) > 0
    by_year = cli("connections", "--city", "Beijing", "--by-year", *options).rows()
    joint = sum(int(str(row["joint"])) for row in by_year if row["id"] == first)
    assert joint == rows[0]["joint"]


def test_types_of_articles_add_up_to_count_and_share(cli: Cli, sample_workspace: Path) -> None:
    options = ("--by-year", "--top", "0", "-w", sample_workspace, "--format", "json")
    rows = cli("sectors", "--city", "Beijing", *options).rows()
    whole = {row["year"]: row for row in cli("share", "--place", "Beijing", *options).rows()}
    assert len(rows) == 5 * len(whole) > 0
    for year, row in whole.items():
        of_year = [found for found in rows if found["year"] == year]
        assert sum(int(str(found["count"])) for found in of_year) == row["count"]
        assert sum(float(str(found["share"])) for found in of_year) == pytest.approx(row["share"], abs=1e-8)
    corpus = cli("sectors", "--type", "international", *options).rows()
    assert {(row["id"], row["type"]) for row in corpus} == {("all", "international")}


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("connections",), 2, "--city"),
        (("connections", "--city", "Atlantis"), 4, "There is no city named 'Atlantis'"),
        (("sectors", "--city", "Beijing", "--each"), 4, "give either a place or each"),
        (("connections", "--city", "Beijing", "--scope", "near"), 4, "it is one of all, domestic, international"),
    ],
)
def test_what_can_not_be_answered_is_said(
    cli: Cli, sample_workspace: Path, arguments: tuple[str, ...], code: int, text: str
) -> None:
    done = cli(*arguments, "-w", sample_workspace)
    assert done.code == code
    assert text in " ".join(done.err.split())
