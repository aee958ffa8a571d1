"""Options that several commands share, spelled once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from toolkit.cli.families import Family

_SELECTION = "What to count"
_OUTPUT = "Output"

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "-w",
        "--workspace",
        envvar="SCICITIES_WORKSPACE",
        show_envvar=True,
        help="Workspace folder. [default: ./scicities-data]",
    ),
]
LevelOption = Annotated[
    str,
    typer.Option(
        "--level", help="city, institution, country, site, parent, metro, region or type.", rich_help_panel=_SELECTION
    ),
]
PlaceLevelOption = Annotated[
    str, typer.Option("--level", help="city, metro, region or country.", rich_help_panel=_SELECTION)
]
YearsOption = Annotated[
    str | None,
    typer.Option(
        "--years",
        metavar="FROM:TO",
        help="Publication years, both inclusive; 2020 is one year. [default: all]",
        rich_help_panel=_SELECTION,
    ),
]
ByYearOption = Annotated[
    bool, typer.Option("--by-year", help="A row per year instead of the window's total.", rich_help_panel=_SELECTION)
]
SubjectOption = Annotated[
    str | None,
    typer.Option("--subject", help="Only articles of this subject, by their part in it.", rich_help_panel=_SELECTION),
]
CountryOption = Annotated[
    str | None,
    typer.Option("--country", help="Country code or name (of pairs: both ends).", rich_help_panel=_SELECTION),
]
CountryEitherOption = Annotated[
    bool,
    typer.Option("--country-either", help="With --country: one end is enough.", rich_help_panel=_SELECTION),
]
TopOption = Annotated[
    int | None,
    typer.Option(
        "--top",
        min=0,
        help="Only the first rows (by year: the largest units, with all their years); 0 for all. [default: 25 on a "
        "terminal; all in files and pipes]",
        rich_help_panel=_OUTPUT,
    ),
]
TopRowsOption = Annotated[
    int | None,
    typer.Option("--top", min=0, help="Only the first rows. [default: all]", rich_help_panel=_OUTPUT),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="table, csv, json, ndjson, parquet or spreadsheet (csv whose texts are no formulas). "
        "[default: the file's ending; table on a terminal, csv in a pipe]",
        rich_help_panel=_OUTPUT,
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="File; its run record goes beside it.", rich_help_panel=_OUTPUT),
]
SourceOption = Annotated[
    str,
    typer.Option(
        "--from", help="corpus, local (the workspace's Neo4j) or a neo4j:// or bolt:// address.", show_default=True
    ),
]
NetworkOption = Annotated[
    str | None,
    typer.Option("--network", metavar="NAME", help="Imported flows or network instead: see `ingest flows`."),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of what is drawn at random.")]
CorrectionsOption = Annotated[
    list[Path] | None,
    typer.Option("--corrections", help="Table of author_id, becomes and (for one work) work_id; repeat for several."),
]
JournalListsOption = Annotated[
    list[Path] | None, typer.Option("--journals", help="List of journals to mark, as `ingest journals` reads it.")
]
MarkListsOption = Annotated[
    list[Path] | None, typer.Option("--marks", help="List of institutions to mark, as `ingest marks` reads it.")
]
SubjectMapOption = Annotated[
    Path | None, typer.Option("--subject-map", help="Map to subjects of your own, as `ingest subject-map` reads it.")
]
MetroMapOption = Annotated[
    Path | None, typer.Option("--metro", help="Map of cities to metropolitan areas, as `ingest metro` reads it.")
]
CountryMapOption = Annotated[
    Path | None,
    typer.Option("--countries", help="Map of countries counted with others, as `ingest countries` reads it."),
]
CitiesOption = Annotated[
    str | None,
    typer.Option(
        "--cities",
        help="Ids and names of one place become one city (merged), or none do (as-given). [default: the workspace's]",
    ),
]
CityFromOption = Annotated[
    str | None,
    typer.Option(
        "--city-from",
        help="A site's city is the registry's (registry), or the one that the author's address names (affiliation). "
        "[default: the workspace's]",
    ),
]
PSEUDONYMS: Final[Family] = {
    "pseudonymise": (
        Annotated[
            bool,
            typer.Option(
                "--pseudonymise",
                help="Keep researchers under keyed hashes instead of ids, without names. Once for a new workspace; "
                "what comes later follows.",
                rich_help_panel="People",
            ),
        ],
        False,
    ),
    "pseudonym_key": (
        Annotated[
            Path | None,
            typer.Option(
                "--pseudonym-key",
                metavar="FILE",
                help="With --pseudonymise: file of the secret key, made if it is missing. [default: "
                "SCICITIES_PSEUDONYM_KEY_FILE, else one of this user's]",
                rich_help_panel="People",
            ),
        ],
        None,
    ),
}
"""Whether people are kept under pseudonyms, and by which key."""
StrictOption = Annotated[bool, typer.Option("--strict", help="Stop at the first bad record instead of rejecting it.")]
AcceptRejectsOption = Annotated[
    bool,
    typer.Option("--accept-rejects", help="Take an input of which more than half is rejected. [default: an error]"),
]
LISTS_LAID_OVER: Final[Family] = {
    "journals": (JournalListsOption, None),
    "marks": (MarkListsOption, None),
    "subject_map": (SubjectMapOption, None),
    "metro": (MetroMapOption, None),
    "countries": (CountryMapOption, None),
}
"""Lists of the user's own that may come with records, by parameter."""
