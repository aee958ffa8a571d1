"""Which column of a plain table holds which field: documented names, or a mapping file of the user's.

Names are compared without case, blanks and underscores. Where several columns could be a field, the name that stands
first in :data:`FIELDS` wins; a mapping beats all of them.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.corpus.names import folded
from toolkit.errors import BadParameter, DataError, MissingColumn, SettingsError
from toolkit.paths import expanded

__all__ = ["FIELDS", "NEEDED", "ColumnMapping", "matched_columns", "read_mapping"]

ColumnMapping = Mapping[str, Mapping[str, str]]
"""Table -> field -> the user's name of the column."""

_CITY: Final[dict[str, tuple[str, ...]]] = {
    "city_id": ("city_geonames_id", "city_id", "geonames_id", "geonames_city_id"),
    "city": ("city", "city_name"),
    "admin1": ("admin1", "region", "state", "province"),
    "country": ("country", "country_code"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "long", "longitude"),
}

FIELDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "works": {
        "work_id": ("work_id", "id", "openalex_id", "paper_id", "article_id", "ut", "eid"),
        "doi": ("doi",),
        "title": ("title", "article_title", "paper_title", "display_name"),
        "year": ("year", "publication_year", "pub_year", "py", "publication_date"),
        "type": ("type", "work_type", "document_type"),
        "journal_id": ("journal_id", "source_id"),
        "journal": ("journal", "journal_name", "source_title", "source", "venue"),
        "issn": ("issn", "issn_l", "journal_issn"),
        "subjects": ("subjects", "subject", "topics", "topic", "fields", "field"),
        "authors_truncated": ("authors_truncated", "is_authors_truncated"),
        "retracted": ("is_retracted", "retracted"),
        "updated": ("updated", "updated_date"),
    },
    "authorships": {
        "work_id": ("work_id", "openalex_id", "paper_id", "article_id", "ut", "eid"),
        "position": ("position", "author_position", "author_order", "author_sequence"),
        "author_id": ("author_id", "researcher_id", "au_id"),
        "orcid": ("orcid", "author_orcid"),
        "author_name": ("author_name", "author", "full_name", "name"),
        "institution_id": ("institution_id", "affiliation_id", "organization_id", "ror", "ror_id"),
        "institution": ("institution", "institution_name", "organization"),
        **_CITY,
    },
    "institutions": {
        "institution_id": ("institution_id", "id", "openalex_id", "affiliation_id", "organization_id"),
        "ror": ("ror", "ror_id"),
        "name": ("name", "institution", "institution_name", "affiliation", "organization", "display_name"),
        "types": ("types", "type"),
        "status": ("status",),
        "parents": ("parents", "parent", "parent_ids", "parent_id"),
        "marks": ("marks", "lists"),
        **_CITY,
    },
    "journals": {
        "journal_id": ("journal_id", "source_id", "openalex_id", "id"),
        "issn": ("issn", "issns", "issn_l", "eissn"),
        "name": ("name", "journal", "journal_name", "title", "source_title"),
        "mark": ("mark", "marks", "list"),
    },
    "marks": {
        "institution_id": ("institution_id", "ror", "ror_id", "openalex_id", "id"),
        "name": ("name", "institution", "institution_name", "organization"),
        "country": ("country", "country_code"),
        "mark": ("mark", "marks", "list", "league"),
    },
    "subject-map": {
        "subject_from": ("subject_from", "from", "from_subject", "field", "topic"),
        "journal": ("journal", "journal_id", "issn", "source_title"),
        "subject": ("subject", "to", "becomes"),
        "part": ("part", "weight"),
    },
    "indicators": {
        "level": ("level",),
        "place_id": ("place_id", "city_id", "geonames_id", "region_id", "id"),
        "place": ("place", "name", "place_name", "city"),
        "region": ("region", "admin1", "state", "province"),
        "country": ("country", "country_code"),
        "year": ("year",),
        "indicator": ("indicator", "series", "variable"),
        "value": ("value",),
        "unit": ("unit", "units"),
        "kind": ("kind",),
        "source": ("source",),
    },
    "metro": {
        "place_id": ("city_id", "geonames_id", "city_geonames_id", "place_id"),
        "place": ("city", "city_name", "name", "place"),
        "region": ("region", "admin1", "state", "province"),
        "country": ("country", "country_code"),
        "metro_id": ("metro_id",),
        "metro": ("metro_name", "metro_area"),
    },
    "flows": {
        "origin": (
            *("origin_id", "from_id", "origin", "from", "source", "sender", "from_place"),
            *("origin_country", "from_country", "origin_city", "from_city", "origin_name", "from_name"),
            *("migration_from", "orig", "origin_code", "country_from", "country_of_origin", "sending_country"),
            *("source_country", "o"),
        ),
        "destination": (
            *("destination_id", "to_id", "destination", "to", "target", "receiver", "to_place", "dest"),
            *("destination_country", "to_country", "destination_city", "to_city", "destination_name", "to_name"),
            *("migration_to", "destination_code", "country_to", "country_of_destination", "receiving_country"),
            *("target_country", "dest_country", "d"),
        ),
        "origin_name": ("origin_name", "from_name"),
        "destination_name": ("destination_name", "to_name"),
        "origin_country": ("origin_country", "from_country"),
        "destination_country": ("destination_country", "to_country"),
        "year": ("year",),
        "count": (
            *("count", "researchers", "moves", "flow", "flows", "migrants", "people", "value", "number", "n"),
            *("n_migrations", "migrations", "n_moves", "n_migrants", "weight"),
        ),
    },
    "edges": {
        "source": ("source", "source_id", "from", "from_id", "a_id", "a", "node1", "id1"),
        "target": ("target", "target_id", "to", "to_id", "b_id", "b", "node2", "id2"),
        "source_name": ("source_name", "from_name", "a_name"),
        "target_name": ("target_name", "to_name", "b_name"),
        "weight": ("weight", "edge_weight", "score", "strength", "joint", "count", "researchers", "value"),
        "year": ("year",),
    },
    "countries": {
        "code": ("code", "country", "country_code", "from"),
        "becomes": ("becomes", "to"),
    },
    "people": {
        "author_id": ("author_id", "openalex_id", "researcher_id", "id"),
        "orcid": ("orcid", "orcid_id"),
        "cohort": ("group", "cohort"),
        "event_year": ("event_year", "year", "event"),
    },
    "merged": {"merge_date": ("merge_date",), "id": ("id",), "into_id": ("merge_into_id",)},
    "deleted": {
        "merge_date": ("deleted_date", "date_deleted", "deletion_date", "date"),
        "id": ("id", "work_id", "author_id", "institution_id", "source_id", "deleted_id"),
    },
    "corrections": {
        "author_id": ("author_id", "id", "from"),
        "becomes": ("becomes", "new_author_id", "to"),
        "work_id": ("work_id", "work", "openalex_id", "paper_id", "article_id", "ut", "eid"),
    },
}
"""Table -> field -> column names it is known by, the first one first."""

NEEDED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "works": (("work_id",), ("year",)),
    "authorships": (("work_id",), ("author_id", "orcid", "author_name", "position"), ("institution_id", "institution")),
    "institutions": (("institution_id", "ror"),),
    "journals": (("journal_id", "issn", "name"),),
    "marks": (("institution_id", "name"),),
    "subject-map": (("subject_from", "journal"), ("subject",)),
    "indicators": (("place_id", "place", "country"), ("year",), ("indicator",), ("value",)),
    "metro": (("place_id", "place"), ("metro_id",)),
    "flows": (("origin",), ("destination",), ("count",)),
    "edges": (("source",), ("target",)),
    "countries": (("code",), ("becomes",)),
    "people": (("author_id", "orcid"), ("cohort",)),
    "merged": (("id",), ("into_id",)),
    "deleted": (("id",),),
    "corrections": (("author_id",), ("becomes",)),
}
"""Table -> groups of fields, of each of which at least one must be there."""


MAPPED: Final = ("works", "authorships", "institutions")
"""Tables that a mapping file may speak of."""


def read_mapping(mapping: str | Path | ColumnMapping | None) -> dict[str, dict[str, str]]:
    """Mapping from a TOML or JSON file, or from a mapping as it is, checked.

    Parameters
    ----------
    mapping
        ``[works]`` and the like as tables, ``field = "Column of mine"`` in them; ``None`` is an empty one.

    Raises
    ------
    SettingsError
        The file can't be read, or is neither TOML nor JSON.
    BadParameter
        It names a table or field that does not exist, or a column that is no text.
    """
    if mapping is None:
        return {}
    given: Any = _from_file(expanded(mapping)) if isinstance(mapping, str | Path) else mapping
    if not isinstance(given, Mapping):
        raise BadParameter("mapping", given, "tables works, authorships, institutions with fields in them")
    checked: dict[str, dict[str, str]] = {}
    for table, columns in given.items():
        if table not in MAPPED or not isinstance(columns, Mapping):
            raise BadParameter("mapping", table, f"a table named {', '.join(MAPPED)}, with fields in it")
        for field, column in columns.items():
            if field not in FIELDS[table]:
                near = difflib.get_close_matches(str(field), FIELDS[table], n=1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise BadParameter(f"mapping [{table}]", field, f"one of {', '.join(FIELDS[table])}{hint}")
            if not isinstance(column, str):
                raise BadParameter(f"mapping [{table}] {field}", column, "the name of a column, as text")
        checked[table] = {str(field): str(column) for field, column in columns.items()}
    return checked


def _from_file(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The mapping file {path} can't be read: {error}.") from error
    try:
        return json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The mapping file {path} is neither TOML nor JSON: {error}.") from error


def matched_columns(header: Sequence[str], table: str, mapping: ColumnMapping, *, where: str) -> dict[str, int]:
    """Position of the column of each field that the table has.

    Parameters
    ----------
    header
        Column names as the file has them.
    table
        A key of :data:`FIELDS`.
    mapping
        What :func:`read_mapping` gave.
    where
        The file's path, for the messages.

    Returns
    -------
    dict
        Field -> index into ``header``; one column may serve several fields of a mapping.

    Raises
    ------
    MissingColumn
        A needed field has no column, or the mapping names a column that is not there.
    DataError
        A column that is used stands twice.

    Examples
    --------
    >>> matched_columns(["Publication Year", "id", "Article Title"], "works", {}, where="w.csv")
    {'work_id': 1, 'title': 2, 'year': 0}
    """
    places: dict[str, list[int]] = {}
    for index, name in enumerate(header):
        places.setdefault(_key(name), []).append(index)
    wanted = mapping.get(table, {})
    found: dict[str, int] = {}
    for field, aliases in FIELDS[table].items():
        if field in wanted and _key(wanted[field]) not in places:
            raise MissingColumn(
                f"{where}: the mapping says that {field} of the {table} is in column {wanted[field]!r}, which is not "
                f"there. {_present(header, wanted[field])}"
            )
        names = (wanted[field],) if field in wanted else aliases
        matches = next((places[_key(name)] for name in names if _key(name) in places), [])
        if len(matches) > 1:
            raise DataError(f"{where}: column {header[matches[0]]!r} stands {len(matches)} times; keep one, or rename.")
        if matches:
            found[field] = matches[0]
    for group in NEEDED[table]:
        if not found.keys() & set(group):
            names = tuple(name for field in group for name in FIELDS[table][field])
            raise MissingColumn(
                f"{where}: the table of {table} needs a column for {' or '.join(group)} (known names: "
                f"{', '.join(dict.fromkeys(names))}). {_present(header, *names)} {_remedy(table, group[0])}"
            )
    return found


def _remedy(table: str, field: str) -> str:
    """What to do where a table lacks the column of a field."""
    if table in MAPPED:
        return f'Rename the column, or give a mapping file: [{table}] {field} = "your column".'
    option = {"origin": "--from", "destination": "--to", "count": "--count"}.get(field) if table == "flows" else None
    return f"Rename the column, or name it with {option} COLUMN." if option else "Rename the column."


def _key(name: str) -> str:
    return folded(name).replace(" ", "")


def _present(header: Sequence[str], *wanted: str) -> str:
    keys = {_key(name): name for name in header}
    near = [match for name in wanted for match in difflib.get_close_matches(_key(name), keys, n=1, cutoff=0.5)]
    nearest = f" The nearest is {keys[near[0]]!r}." if near else ""
    return f"Columns present: {', '.join(repr(name) for name in header[:40])}.{nearest}"
