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


def test_scopes_are_compared_by_the_top_pairs(cli: Cli, sample_workspace: Path) -> None:
    options = ("-w", sample_workspace, "--format", "json")
    done = cli("pairs", "--city", "Beijing", "--compare-scopes", "--partner-country", "US", "--top", "5", *options)
    rows = {str(row["scope"]): row for row in done.rows()}
    assert list(rows) == ["inside", "domestic", "international", "US"]
    within = ("--level", "institution", "--within", "Beijing", "--by", "joint", "--top", "5")
    joint = [int(str(row["joint"])) for row in cli("pairs", *within, *options).rows()]
    assert rows["inside"]["mean_joint"] == sum(joint) / 5
    assert rows["inside"]["median_joint"] == sorted(joint)[2]
    assert rows["inside"]["ratio_to_inside"] == 1.0
    assert rows["US"]["pairs"] == 5
    assert float(str(rows["US"]["mean_joint"])) <= float(str(rows["international"]["mean_joint"]))


def test_a_set_and_the_inside_of_a_city(cli: Cli, sample_workspace: Path) -> None:
    options = ("-w", sample_workspace, "--format", "json")
    pair = cli("pairs", "--top", "1", *options).rows()[0]
    both = cli("together", "--place", str(pair["a_id"]), "--place", str(pair["b_id"]), *options).rows()
    assert (both[0]["id"], both[0]["joint"], both[0]["score"]) == ("set", pair["joint"], pair["score"])
    rows = cli("internal", "--top", "1", *options).rows()
    ranked = cli("rank", "--by", "internal_share", "--top", "1", *options).rows()
    assert (rows[0]["id"], rows[0]["internal_share"]) == (ranked[0]["id"], ranked[0]["value"])
    behind = cli("articles", "--city", str(rows[0]["id"]), "--inside", "--top", "0", *options).rows()
    assert len(behind) == rows[0]["internal_joint"]


def test_companies_of_a_city_are_those_of_its_list(cli: Cli, sample_workspace: Path) -> None:
    options = ("--city", "Beijing", "--companies", "--top", "0", "-w", sample_workspace, "--format", "json")
    rows = {str(row["standing"]): row for row in cli("sectors", *options).rows()}
    listed = cli("sectors", "--list", *options).rows()
    assert len({row["id"] for row in listed}) == rows["all"]["companies"]
    for standing in ("same city", "same region", "other region", "abroad"):
        found = {row["id"] for row in listed if row["standing"] == standing}
        assert len(found) == rows[standing]["companies"]
    assert int(str(rows["abroad"]["companies"])) > 0
    kept = cli("sectors", *options, "--kin", "keep")
    with_related = {str(row["standing"]): row for row in kept.rows()}
    assert int(str(with_related["all"]["joint"])) >= int(str(rows["all"]["joint"]))


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("connections",), 2, "--city"),
        (("connections", "--city", "Atlantis"), 4, "There is no city named 'Atlantis'"),
        (("pairs", "--partner-country", "US"), 2, "--partner-country goes with --compare-scopes"),
        (("pairs", "--compare-scopes", "--within", "Beijing"), 2, "--within means nothing with --compare-scopes"),
        (("pairs", "--compare-scopes", "--city", "Beijing", "--wfc"), 2, "does not depend on --wfc: leave it out"),
        (
            ("sectors", "--companies", "--city", "Beijing", "--rollup", "rollup-first"),
            2,
            "does not depend on --rollup: leave it out",
        ),
        (("pairs", "--compare-scopes"), 4, "name the place whose scopes are compared"),
        (("together", "--place", "Beijing"), 4, "at least two different places"),
        (("internal", "--by", "fame"), 4, "it is one of internal_share, internal_joint"),
        (("sectors", "--kin", "keep"), 2, "does not depend on --kin: leave it out"),
        (("sectors", "--list"), 2, "--list goes with --companies"),
        (("sectors", "--companies"), 2, "--companies goes with one --city"),
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
