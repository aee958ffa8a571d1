"""``scicities ingest journals``, ``marks``, ``subject-map``, ``indicators``, ``metro`` and ``countries``."""

from __future__ import annotations

from pathlib import Path

from toolkit.corpus.assemble import take_in
from toolkit.corpus.ingest_report import IngestReport, Progress, ingested
from toolkit.corpus.lists.list_files import Paths, stage_lists
from toolkit.errors import SettingsError
from toolkit.runs import recording
from toolkit.settings import Settings
from toolkit.workspace import Folder, open_workspace

__all__ = [
    "ingest_countries",
    "ingest_indicators",
    "ingest_journals",
    "ingest_marks",
    "ingest_metro",
    "ingest_subject_map",
]


def ingest_journals(
    workspace: Folder,
    paths: Paths,
    *,
    name: str | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read lists of journals: each journal of a list gets the list's name as a mark.

    A journal is found by its id, else by any of its ISSNs, else by its name without case, accents and punctuation
    where only one journal has it. Measures restrict to the articles of a list by its mark; the mark ``astronomy``
    weighs in the weighted fractional count.

    Parameters
    ----------
    workspace
        Where to; its tables are made anew, and no record is read again.
    paths
        Tables with at least one of the columns ``journal_id``, ``issn`` and ``name``, and perhaps ``mark``. A file
        given again replaces its earlier self; one without rows takes all its marks back.
    name
        Mark of rows that have none; ``None`` takes the file's name without its ending.
    strict
        Raise at the first bad row instead of rejecting it.
    accept_rejects
        Take an input in which more than half of the records are rejected, which is an error otherwise.
    progress, settings
        As in :func:`~toolkit.corpus.ingest.ingest_openalex`.

    Returns
    -------
    IngestReport
        Rows read and kept. ``run.facts["report"]["lists"]`` counts the rows of each list that matched and those that
        did not; the latter are listed in ``rejects``.

    Raises
    ------
    SettingsError
        A path does not exist, or another process writes to the workspace.
    DataError
        A file is no table, or lacks a needed column. The workspace is as it was.
    BadRecord
        A row is bad, and ``strict`` was asked for.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "mine.csv").write_text("issn\n1234-5678\n")
    >>> report = ingest_journals(folder / "data", folder / "mine.csv")
    >>> report.run.facts["report"]["lists"][0]["unmatched"]
    1
    """
    return _ingest(
        workspace,
        "journals",
        paths,
        name,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_marks(
    workspace: Folder,
    paths: Paths,
    *,
    name: str | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read lists of institutions, such as leagues: each institution of a list gets the list's name as a mark.

    An institution is found by its ROR, OpenAlex or own id, else by its name (any that a registry gives it), in its
    country where the row names one, where only one institution has it. Columns: ``institution_id`` or ``name``, and
    perhaps ``country`` and ``mark``. Parameters, errors and what they leave: :func:`ingest_journals`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "league.csv").write_text("name,country\nInstitute of Examples,NA\n")
    >>> report = ingest_marks(folder / "data", folder / "league.csv")
    >>> report.kept, report.run.facts["report"]["lists"][0]["unmatched"]
    (1, 1)
    """
    return _ingest(
        workspace,
        "marks",
        paths,
        name,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_subject_map(
    workspace: Folder,
    path: Paths,
    *,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read a map from subjects or journals to subjects of the user's own, which replace those of the records.

    ``part(p, t) = sum_s part(p, s) w(s, t)`` over the subjects s of article p that the map knows, made to add up to 1;
    ``w(s, t)`` are the map's parts of s, made to add up to 1. An article in a journal that the map knows takes the
    journal's subjects instead. An article without any known subject has none. Columns: ``subject_from`` or
    ``journal``, ``subject`` and perhaps ``part`` (1 where it is missing). A workspace has one map: a later one takes
    its place, and one without rows takes it back. Parameters, errors and what they leave: :func:`ingest_journals`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "subjects.csv").write_text("subject_from,subject,part\nChemistry,Matter,1\n")
    >>> report = ingest_subject_map(folder / "data", folder / "subjects.csv")
    >>> report.kept, report.run.facts["report"]["lists"][0]["unmatched"]
    (1, 1)
    """
    return _ingest(
        workspace,
        "subject-map",
        path,
        None,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_indicators(
    workspace: Folder,
    paths: Paths,
    *,
    name: str | None = None,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read indicators of cities, regions and countries, such as population, GDP, R&D spending, graduate students.

    Columns: ``year``, ``indicator``, ``value``, and perhaps ``level``, ``unit``, ``kind`` (``amount`` or ``ratio``)
    and ``source`` (``name``, else the file's name, where it is missing). The place is ``place_id`` (GeoNames id;
    region as ``US.CA``; country code) or a name in ``place`` with ``level`` and perhaps ``country`` and ``region``.
    Rows for places that the works don't have are set aside each time the tables are made, so they count once the works
    have them. Parameters, errors and what they leave: :func:`ingest_journals`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> row = "NA,country,2020,population,2489000"
    >>> _ = (folder / "people.csv").write_text("place_id,level,year,indicator,value\n" + row)
    >>> report = ingest_indicators(folder / "data", folder / "people.csv")
    >>> report.read, report.kept
    (1, 1)
    """
    return _ingest(
        workspace,
        "indicators",
        paths,
        name,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_metro(
    workspace: Folder,
    path: Paths,
    *,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read the map from cities to metropolitan areas, which level ``metro`` and the graph use.

    Columns: ``metro_id``, the city as ``city_id`` (GeoNames id) or ``city`` with perhaps ``country`` and ``region``,
    and perhaps ``metro_name``. Cities that the works don't have, and names that several of theirs have, are listed in
    ``rejects`` and counted; they are mapped once the works have them. A city is in one area: the first row's. A
    workspace has one map: a later one takes its place, and one without rows takes it back. Parameters, errors and
    what they leave: :func:`ingest_journals`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "areas.csv").write_text("metro_id,metro_name,city_id\nEX,Greater Example,1\n")
    >>> report = ingest_metro(folder / "data", folder / "areas.csv")
    >>> report.kept, report.run.facts["report"]["lists"][0]["unmatched"]
    (1, 1)
    """
    return _ingest(
        workspace,
        "metro",
        path,
        None,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def ingest_countries(
    workspace: Folder,
    path: Paths,
    *,
    strict: bool = False,
    accept_rejects: bool = False,
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> IngestReport:
    r"""Read the country map: which country's places are counted with another's, ``HK`` with ``CN`` for example.

    Columns: ``code`` and ``becomes``, two- or three-letter codes or English names; without a map every code of ISO
    3166 is a country of its own, Hong Kong, Macao and Taiwan among them. Cities, institutions and what the registry
    says of them are changed, and with them every level, share, pair and collaboration type. Regions stay what they
    are, under the new country: ``TW.03`` becomes ``CN.TW-03``, as two countries' divisions often have the same code.
    Other lists go by the records' own codes. Indicators of a country that the map changes are set aside, since the
    values of two countries can't be made one without knowing what they measure.

    Rows with an unknown country are set aside. Rows of a country where no place lies, whose country becomes another
    one already, or that lead to a country which the map changes itself (nothing is followed) are listed in
    ``rejects`` and counted. A workspace has one map: a later one takes its place, and one without rows takes it back.
    Parameters, errors and what they leave: :func:`ingest_journals`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "countries.csv").write_text("code,becomes\nHK,CN\n")
    >>> report = ingest_countries(folder / "data", folder / "countries.csv")
    >>> report.kept, report.run.facts["report"]["lists"][0]["unmatched"]
    (1, 1)
    """
    return _ingest(
        workspace,
        "countries",
        path,
        None,
        strict=strict,
        accept_rejects=accept_rejects,
        progress=progress,
        settings=settings,
    )


def _ingest(
    workspace: Folder,
    kind: str,
    paths: Paths,
    name: str | None,
    *,
    strict: bool,
    accept_rejects: bool,
    progress: Progress | None,
    settings: Settings | None,
) -> IngestReport:
    workspace = open_workspace(workspace)
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise SettingsError(f"No file with a list of {kind} was given.")
    parameters = {"kind": kind, "paths": [str(path) for path in given], "name": name}
    with recording("ingest", parameters) as timer, workspace.writing():
        staged = stage_lists(workspace, {kind: given}, name=name, strict=strict)
        timer.facts["report"] = take_in(
            workspace, staged, accept_rejects=accept_rejects, settings=settings, progress=progress
        )
        return ingested(workspace, kind, staged, timer)
