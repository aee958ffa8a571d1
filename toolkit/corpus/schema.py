"""The canonical tables, spelled here and nowhere else.

Ids are strings in their shortest form: ROR ``00hj54h04``, OpenAlex ``W2167928095`` / ``A5045613469`` / ``I86519309``,
GeoNames ``1816670``. A site is an institution at a city: ``00hj54h04@4671654``, or ``00hj54h04@`` without a known city.
Table ``registry`` is what ROR, else OpenAlex's institution records, say of each institution, whatever the works say.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

UNLOCATED: Final = "unlocated"
"""In place of a place that is not known: the parts at sites without a city or country, unknown ends of flows."""

_STRINGS: Final = pa.list_(pa.string())

TABLES: Final[dict[str, pa.Schema]] = {
    "works": pa.schema(
        [
            ("work_id", pa.string()),
            ("doi", pa.string()),
            ("title", pa.string()),
            ("year", pa.int32()),
            ("journal_id", pa.string()),
            ("type", pa.string()),
            ("n_authors", pa.int32()),
            ("authors_truncated", pa.bool_()),
            ("source", pa.string()),
        ]
    ),
    "authorships": pa.schema(
        [
            ("work_id", pa.string()),
            ("author_key", pa.string()),
            ("author_id", pa.string()),
            ("author_position", pa.int32()),
            ("site_id", pa.string()),
        ]
    ),
    "authors": pa.schema([("author_id", pa.string()), ("orcid", pa.string()), ("name", pa.string())]),
    "institutions": pa.schema(
        [
            ("institution_id", pa.string()),
            ("name", pa.string()),
            ("types", _STRINGS),
            ("country", pa.string()),
            ("marks", _STRINGS),
        ]
    ),
    "sites": pa.schema(
        [
            ("site_id", pa.string()),
            ("institution_id", pa.string()),
            ("city_id", pa.string()),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
        ]
    ),
    "lineage": pa.schema(
        [
            ("institution_id", pa.string()),
            ("ancestor_id", pa.string()),
            ("depth", pa.int32()),
            ("relation", pa.string()),
        ]
    ),
    "registry": pa.schema(
        [
            ("institution_id", pa.string()),
            ("source", pa.string()),
            ("status", pa.string()),
            ("city_id", pa.string()),
            ("city_name", pa.string()),
            ("country", pa.string()),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
        ]
    ),
    "cities": pa.schema(
        [
            ("city_id", pa.string()),
            ("name", pa.string()),
            ("ascii_name", pa.string()),
            ("country", pa.string()),
            ("admin1", pa.string()),
            ("region", pa.string()),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
            ("population", pa.int64()),
            ("metro_id", pa.string()),
            ("metro", pa.string()),
        ]
    ),
    "journals": pa.schema(
        [("journal_id", pa.string()), ("name", pa.string()), ("issn", pa.string()), ("marks", _STRINGS)]
    ),
    "subjects": pa.schema([("work_id", pa.string()), ("subject", pa.string()), ("part", pa.float64())]),
    "indicators": pa.schema(
        [
            ("place_id", pa.string()),
            ("year", pa.int32()),
            ("indicator", pa.string()),
            ("value", pa.float64()),
            ("unit", pa.string()),
            ("source", pa.string()),
            ("kind", pa.string()),
        ]
    ),
    "suspects": pa.schema(
        [("level", pa.string()), ("id", pa.string()), ("other_id", pa.string()), ("list", pa.string())]
    ),
    "rejects": pa.schema(
        [("source", pa.string()), ("line", pa.int64()), ("reason", pa.string()), ("excerpt", pa.string())]
    ),
}

SORT_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "works": ("work_id",),
    "authorships": ("work_id", "author_position", "author_key", "site_id"),
    "authors": ("author_id",),
    "institutions": ("institution_id",),
    "sites": ("site_id",),
    "lineage": ("institution_id", "ancestor_id"),
    "registry": ("institution_id",),
    "cities": ("city_id",),
    "journals": ("journal_id",),
    "subjects": ("work_id", "subject"),
    "indicators": ("place_id", "year", "indicator", "source"),
    "suspects": ("level", "id", "other_id", "list"),
    "rejects": ("source", "line", "reason"),
}
"""The stable row order in which each table is written."""

ROWS_A_GROUP: Final = 122_880
"""Rows of a Parquet row group: as many as DuckDB reads at a time, so that each of its threads has some to read."""

INDICATOR_KINDS: Final = ("amount", "ratio")
"""What an indicator is: amounts add up over years and can be divided into a measure, ratios do neither."""

INSTITUTION_TYPES: Final = (
    "education",
    "company",
    "government",
    "healthcare",
    "nonprofit",
    "facility",
    "archive",
    "other",
)
"""What level ``type`` knows."""

FUNDER: Final = "funder"
"""A role that stands among an institution's types and is none of them."""

KEPT_TYPES: Final = ("article", "review", "letter", "conference-paper")
"""OpenAlex work types counted as articles unless ``--types`` says otherwise."""

SUBJECT_LEVELS: Final = ("field", "subfield", "domain", "topic")
"""Levels of OpenAlex's topics; one of them is what the tables call subject."""

LEVELS: Final = ("site", "institution", "parent", "city", "metro", "region", "country", "type")
"""Levels a measure can be asked at."""


def empty_table(name: str) -> pa.Table:
    """Canonical table ``name`` without rows."""
    return TABLES[name].empty_table()
