"""Several records of one institution: the one its source modified last counts, and what differs is reported.

Two releases of ROR, or two partitions of OpenAlex institutions, hold records of one id. Which of them counts depends on
dates in the records, not on how files are called:

1. the day of the snapshot's partition (``updated_date=2026-03-01/``), else the record's own date of modification
   (``admin.last_modified`` of ROR, ``updated_date`` of OpenAlex), else the release date in the name of a ROR file
   (``v1.73-2025-10-28-ror-data.json``: records of schema 1 have no date of their own); latest first, no date last;
2. the release date in the file name, latest first;
3. the file name, the line.

Plain tables have no dates: of several rows for one institution the first one that knows a field counts.
"""

from __future__ import annotations

from typing import Final

import duckdb

__all__ = ["DAY_MACROS", "settle_institutions"]

DAY_MACROS: Final = r"""
-- the snapshot's partition tells the day of its records, whatever they say themselves
CREATE OR REPLACE TEMP MACRO record_day(label, updated) AS
    coalesce(nullif(regexp_extract(label, '^updated_date=([0-9]{4}-[0-9]{2}-[0-9]{2})/', 1), ''), left(updated, 10));
CREATE OR REPLACE TEMP MACRO release_day(label) AS
    nullif(regexp_extract(label, '(?:^|[/_-])v[0-9]+(?:\.[0-9]+)*-([0-9]{4}-[0-9]{2}-[0-9]{2})', 1), '');
"""
"""``record_day(label, updated)`` and ``release_day(label)``; null where there is none."""

# precedence: the smallest number counts first, whatever a field of an institution is taken for
_ROWS: Final = """
CREATE TABLE institution_rows AS
WITH dated AS (
    SELECT *, release_day(label) AS released, coalesce(record_day(label, updated), release_day(label)) AS day
    FROM staged_institutions
), ordered AS (
    SELECT * EXCLUDE (released, day), rank() OVER (ORDER BY rank, day DESC NULLS LAST, updated DESC NULLS LAST,
        released DESC NULLS LAST, input, source, line) AS precedence
    FROM dated
)
SELECT *, rank <= 1 AND institution_ref IS NOT NULL
    AND row_number() OVER (PARTITION BY rank, institution_ref ORDER BY precedence) > 1 AS superseded
FROM ordered;

CREATE OR REPLACE TEMP VIEW staged_institutions AS SELECT * EXCLUDE (superseded) FROM institution_rows
WHERE NOT superseded;
"""

_DIFFERENCES: Final = """
CREATE TEMP MACRO unlike(what, older, newer) AS CASE WHEN older IS DISTINCT FROM newer
    THEN what || ' ' || coalesce(older::VARCHAR, 'none') || ' (used: ' || coalesce(newer::VARCHAR, 'none') || ')' END;
CREATE TEMP MACRO texts(items) AS nullif(array_to_string(list_sort(list_distinct(items)), '|'), '');
CREATE TEMP MACRO kinds(types) AS texts(list_filter(types, lambda kind: kind <> 'funder'));
CREATE TEMP MACRO point(lat, lon) AS round(lat, 2) || ' ' || round(lon, 2);
CREATE TEMP MACRO city(name, ref) AS nullif(concat_ws(' ', name, ref), '');

CREATE TABLE differing_institutions AS
WITH superseded AS (
    SELECT o.label, o.line, o.rank, o.institution_ref, n.label || ':' || n.line AS taken,
        concat_ws('; ', unlike('country', o.country, n.country),
            unlike('city', city(o.city_name, o.city_ref), city(n.city_name, n.city_ref)),
            unlike('region', o.admin1, n.admin1),
            unlike('coordinates', point(o.lat, o.lon), point(n.lat, n.lon)),
            unlike('type', kinds(o.types), kinds(n.types)), unlike('ROR id', o.ror, n.ror),
            unlike('status', o.status, n.status), unlike('name', o.name, n.name),
            unlike('parents', texts(o.parents), texts(n.parents)),
            unlike('children', texts(o.children), texts(n.children)),
            unlike('ancestors', texts(o.lineage), texts(n.lineage))) AS what
    FROM institution_rows o JOIN institution_rows n
        ON o.superseded AND NOT n.superseded AND n.rank = o.rank AND n.institution_ref = o.institution_ref
), known AS (
    SELECT *, first_value(label || ':' || line) OVER known AS taken,
        first_value(name IGNORE NULLS) OVER known AS known_name,
        first_value(country IGNORE NULLS) OVER known AS known_country,
        first_value(city(city_name, city_ref) IGNORE NULLS) OVER known AS known_city,
        first_value(kinds(types) IGNORE NULLS) OVER known AS known_types
    FROM institution_rows WHERE rank = 2
    WINDOW known AS (PARTITION BY institution_ref ORDER BY precedence, name, country, city_ref
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), rows AS (
    SELECT coalesce(source, label) AS label, line, institution_ref, taken,
        concat_ws('; ', CASE WHEN country IS NOT NULL THEN unlike('country', country, known_country) END,
            CASE WHEN city_ref IS NOT NULL THEN unlike('city', city(city_name, city_ref), known_city) END,
            CASE WHEN len(types) > 0 THEN unlike('type', kinds(types), known_types) END,
            CASE WHEN lower(name) <> lower(known_name) THEN unlike('name', name, known_name) END) AS what
    FROM known
)
SELECT label AS source, line, 'another record of this institution was taken' AS reason,
    institution_ref || ': ' || left(what, 300) || '; used: ' || taken AS excerpt
FROM superseded WHERE what <> ''
UNION ALL
SELECT label, line, 'kept: another row of this institution differs and counts first',
    institution_ref || ': ' || left(what, 300) || '; used: ' || taken
FROM rows WHERE what <> '';
"""

_COUNTS: Final = """
SELECT (SELECT count(*) FROM institution_rows WHERE superseded) AS superseded,
    (SELECT count(*) FROM differing_institutions WHERE NOT starts_with(reason, 'kept')) AS differing,
    (SELECT count(*) FROM differing_institutions WHERE starts_with(reason, 'kept')) AS differing_rows
"""


def settle_institutions(db: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Keep the newest record of each institution in each registry; view ``staged_institutions`` holds no others.

    Makes table ``institution_rows`` (all rows, with ``precedence`` and ``superseded``) and
    ``differing_institutions`` (rows for the table of rejects).

    Parameters
    ----------
    db
        Connection with ``staged_institutions``.

    Returns
    -------
    dict
        ``superseded``: records of a registry of which a newer one counts; ``differing``: those of them that say
        something else; ``differing_rows``: rows of plain tables that contradict an earlier row.
    """
    for statements in (DAY_MACROS, _ROWS, _DIFFERENCES):
        db.execute(statements)
    cursor = db.execute(_COUNTS)
    names = [column[0] for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchall()[0], strict=True))
