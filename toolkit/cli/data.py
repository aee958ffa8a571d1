"""Commands that bring records in and say what is in them: sample, ingest, check, build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from toolkit.cli import options as opt
from toolkit.cli.checked_early import CheckedTyper
from toolkit.cli.families import takes
from toolkit.cli.output import emit, say, say_always, say_run, warn_synthetic
from toolkit.cli.progress import progress_bar
from toolkit.errors import SettingsError
from toolkit.runs import first_rows
from toolkit.workspace import open_workspace

if TYPE_CHECKING:
    from toolkit.corpus.ingest import IngestReport

__all__ = ["ingest_app", "pseudonymise", "register", "take_in"]

_Paths = Annotated[list[Path], typer.Argument(help="Files or folders; folders are searched through.")]
ingest_app = CheckedTyper(no_args_is_help=True, help="Bring raw records into the workspace.")


def sample(
    out: Annotated[Path, typer.Argument(help="Folder to write to.")],
    works: Annotated[int, typer.Option("--works", min=200, help="Number of articles.")] = 20_000,
    seed: opt.SeedOption = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a sample that is there.")] = False,
) -> None:
    """Write synthetic records in the raw shape of OpenAlex and ROR, with the planted truth in truth.json."""
    from toolkit.corpus.sample import write_sample

    with progress_bar() as progress:
        write_sample(out, works=works, seed=seed, overwrite=overwrite, progress=progress)
    say(f"synthetic sample of {works:,} works in {out} (seed {seed}): works/, institutions/, ror/, truth.json")
    say(f"next: scicities ingest openalex {out}/works")


@ingest_app.command("openalex")
@takes(opt.LISTS_LAID_OVER, into="lists")
@takes(opt.PSEUDONYMS, into="people")
def ingest_openalex(
    paths: _Paths,
    *,
    types: Annotated[
        str | None,
        typer.Option(
            "--types", help="Work types kept, comma between; 'all' keeps all. [default: the four of articles]"
        ),
    ] = None,
    include_xpac: Annotated[
        bool,
        typer.Option(
            "--include-xpac", help="Keep works of OpenAlex's expansion corpus (is_xpac), as its API does not."
        ),
    ] = False,
    subjects: Annotated[
        str | None,
        typer.Option(
            "--subjects", help="Level of topics that is a subject: field, subfield, domain or topic. [default: field]"
        ),
    ] = None,
    corrections: opt.CorrectionsOption = None,
    lists: dict[str, Any],
    cities: opt.CitiesOption = None,
    city_from: opt.CityFromOption = None,
    people: dict[str, Any],
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """OpenAlex works: JSON as the API and the snapshot give them, plain or gzip, with merged and deleted ids."""
    from toolkit.corpus import ingest
    from toolkit.corpus.schema import KEPT_TYPES

    kept = KEPT_TYPES if types is None else None if types == "all" else tuple(t.strip() for t in types.split(","))
    report = take_in(
        ingest.ingest_openalex,
        workspace,
        paths,
        types=kept,
        include_xpac=include_xpac,
        subjects=subjects,
        corrections=corrections or (),
        lists=_by_kind(lists),
        cities=cities,
        city_from=city_from,
        pseudonymise=pseudonymise(people),
        strict=strict,
        accept_rejects=accept_rejects,
    )
    ended = report.run.facts["report"]["city_from_affiliation"]
    if ended:
        say("cities by address: " + ", ".join(f"{how} {number:,}" for how, number in ended.items()))


@ingest_app.command("institutions")
@takes(opt.LISTS_LAID_OVER, into="lists")
def ingest_institutions(
    paths: _Paths,
    *,
    lists: dict[str, Any],
    cities: opt.CitiesOption = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """OpenAlex institutions: JSON in any layout, plain or gzip."""
    from toolkit.corpus import ingest

    take_in(
        ingest.ingest_institutions,
        workspace,
        paths,
        lists=_by_kind(lists),
        cities=cities,
        strict=strict,
        accept_rejects=accept_rejects,
    )


@ingest_app.command("ror")
@takes(opt.LISTS_LAID_OVER, into="lists")
def ingest_ror(
    paths: _Paths,
    *,
    lists: dict[str, Any],
    cities: opt.CitiesOption = None,
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """The Research Organization Registry: records of schema 1 and 2, JSON lines or a JSON list."""
    from toolkit.corpus import ingest

    take_in(
        ingest.ingest_ror,
        workspace,
        paths,
        lists=_by_kind(lists),
        cities=cities,
        strict=strict,
        accept_rejects=accept_rejects,
    )


@ingest_app.command("tables")
@takes(opt.LISTS_LAID_OVER, into="lists")
@takes(opt.PSEUDONYMS, into="people")
def ingest_tables(
    *,
    records: Annotated[
        list[Path] | None,
        typer.Argument(help="Records that hold works, authors and affiliations at once, read by --recipe."),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe", help="How records are read: scopus, wos, cris-wide, cris-long, or a recipe file (.toml)."
        ),
    ] = None,
    works: Annotated[list[Path] | None, typer.Option("--works", help="Table of works; repeat for several.")] = None,
    authorships: Annotated[
        list[Path] | None, typer.Option("--authorships", help="Table of authors and their institutions on each work.")
    ] = None,
    institutions: Annotated[
        list[Path] | None, typer.Option("--institutions", help="Table of institutions with city and country.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="TOML or JSON file that says which column is which.")
    ] = None,
    corrections: opt.CorrectionsOption = None,
    lists: dict[str, Any],
    cities: opt.CitiesOption = None,
    people: dict[str, Any],
    strict: opt.StrictOption = False,
    accept_rejects: opt.AcceptRejectsOption = False,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Plain tables, and exports of Scopus, Web of Science and repositories: csv, tsv or parquet, gzip or not."""
    from toolkit.corpus.plain import ingest_tables as read

    take_in(
        read,
        workspace,
        works=works or (),
        authorships=authorships or (),
        institutions=institutions or (),
        records=records or (),
        recipe=recipe,
        mapping=mapping,
        corrections=corrections or (),
        lists=_by_kind(lists),
        cities=cities,
        pseudonymise=pseudonymise(people),
        strict=strict,
        accept_rejects=accept_rejects,
    )


def _by_kind(lists: dict[str, Any]) -> dict[str, list[Path] | Path | None]:
    """The lists of a call, called as readers of lists call them."""
    return {name.replace("_", "-"): paths for name, paths in lists.items()}


def pseudonymise(people: dict[str, Any]) -> bool | Path:
    """What the options about people ask for."""
    if people["pseudonym_key"] is not None and not people["pseudonymise"]:
        raise SettingsError("--pseudonym-key names the key of --pseudonymise: give both.")
    asked: bool | Path = people["pseudonym_key"] or people["pseudonymise"]
    return asked


def take_in(
    read: Callable[..., IngestReport], workspace: Path | None, *what: object, **options: object
) -> IngestReport:
    """Read with a progress bar, and tell what came of it."""
    with progress_bar() as progress:
        report = read(open_workspace(workspace), *what, progress=progress, **options)
    tell_report(report)
    return report


def tell_report(report: IngestReport) -> None:
    """What an ingest read, kept, left out and set aside, on stderr."""
    say(f"{report.kind}: {report.files:,} files, {report.read:,} records read, {report.kept:,} kept")
    for note in report.notes:
        say(note, style="yellow")
    for reason, count in report.left_out.items():
        say(f"  left out  {count:>8,}  {reason}")
    for reason, count in report.rejects.items():
        say(f"  {'noted' if reason.startswith('kept') else 'rejected':9} {count:>8,}  {reason}")
    if report.rejects:
        say("`scicities check --rejects` lists file, line and reason of each", style="yellow")
    _tell_lists(report)
    differing = report.run.facts["report"]["registries"]["differing"]
    if differing:
        say(
            f"institutions: {differing:,} older records of a registry say something else than the one modified last, "
            "which is used: `scicities check --rejects`"
        )
    merged = report.run.facts["report"]["merged_ids"]
    if merged:
        say(
            f"merged and deleted ids: {merged['works_left']:,} works left, {merged['authors_followed']:,} authors, "
            f"{merged['institutions_followed']:,} institutions and {merged['journals_followed']:,} journals go by "
            "another id"
        )
    corrected = report.run.facts["report"]["corrections"]
    if corrected["rows"]:
        say(
            f"corrections: {corrected['rows']:,} rows, {corrected['listings']:,} authors on works changed, "
            f"{corrected['unused']:,} rows that change nothing"
        )
    key = report.run.parameters.get("pseudonyms")
    if key:
        say(f"people: under pseudonyms, key {key}; without names")
    say_run(report.run)


def _tell_lists(report: IngestReport) -> None:
    """How many rows of each list matched, and the first ones of this call's lists that did not."""
    for one in report.run.facts["report"]["lists"]:
        given = one["kind"] == report.kind or one["kind"] in report.run.parameters.get("lists", ())
        if given or one["unmatched"]:
            say(f"{one['kind']} {one['source']}: {one['matched']:,} of {one['rows']:,} rows matched")
        for row in one["examples"] if given else ():
            alike = f"; close: {', '.join(row['alike'])}" if row["alike"] else ""
            say(f"  line {row['line']}: {row['row']} ({row['reason']}){alike}")
        more = one["unmatched"] - len(one["examples"])
        if given and more > 0:
            say(f"  and {more:,} more: `scicities check --rejects` lists all")


def check(
    listing: Annotated[
        str | None,
        typer.Option(
            "--list",
            metavar="SECTION",
            help="The rows behind a section, with ids and names, largest Share first: rejects, unlocated, uncounted, "
            "unassigned, kin, registry, untyped, cities, placeless, matching, strangers, corridors, circles, people, "
            "orcids, doubles, titles or names.",
        ),
    ] = None,
    rejects: Annotated[
        bool, typer.Option("--rejects", help="The records set aside, with file, line and reason: --list rejects.")
    ] = False,
    unlocated: Annotated[
        bool, typer.Option("--unlocated", help="The institutions without a city: --list unlocated.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="OLD", help="Another workspace: its values beside each line.")
    ] = None,
    top: opt.TopRowsOption = None,
    fmt: opt.FormatOption = None,
    output: opt.OutputOption = None,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """What is in the workspace, what is missing and what looks wrong, and the invariant Shares + unassigned = articles.

    A section that has a listing names it first; the rows behind it come with --list.
    """
    from toolkit.corpus.checking import lines_against, listing_asked, reconciliation

    name = listing_asked(listing, rejects=rejects, unlocated=unlocated, against=against is not None)
    ws = open_workspace(workspace)
    found = reconciliation(ws)
    warn_synthetic(ws)
    if against is not None:
        answer = lines_against(found, reconciliation(open_workspace(against)))
        answer = first_rows(answer, top)
    else:
        answer = first_rows(found.answer(name), top)
    emit(answer.frame, answer.run, fmt=fmt, output=output)
    if not found.balanced:
        say_always("Shares + unassigned differ from the articles: these numbers must not be used", style="bold red")
        raise typer.Exit(4)


_BUILT: Final = {
    "shares": "Shares",
    "scores": "scores of pairs",
    "links": "links of institutions",
    "tenure_moves": "moves by tenure",
}
"""Of the tables of a level, those that a person knows, by year."""


def build(
    level: Annotated[
        list[str] | None, typer.Option("--level", help="Repeat for several. [default: institution, city, country]")
    ] = None,
    movement: Annotated[
        bool, typer.Option("--movement/--no-movement", help="Careers too: who was seen where, moves by both rules.")
    ] = True,
    workspace: opt.WorkspaceOption = None,
) -> None:
    """Compute the tables of the usual levels once, so that later commands only read them."""
    from toolkit.measures.store import DEFAULT_LEVELS
    from toolkit.measures.store import build as build_measures

    ws = open_workspace(workspace)
    with progress_bar() as progress:
        run = build_measures(ws, levels=tuple(level) if level else DEFAULT_LEVELS, movement=movement, progress=progress)
    say_run(run)
    for name in run.parameters["levels"]:
        rows = {table.removeprefix(f"{name}_"): n for table, n in run.rows.items() if table.startswith(f"{name}_")}
        told = [f"{rows[table]:,} {words}" for table, words in _BUILT.items() if table in rows]
        say(f"{name:12} {', '.join(told)}; {len(rows)} tables")
    megabytes = sum(path.stat().st_size for path in ws.measures.iterdir()) / 1e6
    size = f"{len(run.rows)} tables, {sum(run.rows.values()):,} rows, {megabytes:,.0f} MB"
    say(f"measures of {ws.root} are built: {size}")


def register(app: typer.Typer) -> None:
    """Add this room's commands to ``app``."""
    app.command(rich_help_panel="Data")(sample)
    app.add_typer(ingest_app, name="ingest", rich_help_panel="Data")
    app.command(rich_help_panel="Data")(check)
    app.command(rich_help_panel="Data")(build)
