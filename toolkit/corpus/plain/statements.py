"""What plain tables mean, as SQL over their rows: one statement for each judgement and each staging table.

``raw_works``, ``raw_authorships`` and ``raw_institutions`` hold every field as text, with ``n`` (the row's number),
``source`` and ``line``; ``nations`` gives the code of each country text, ``made`` the id of each name that may need one
(:func:`toolkit.corpus.names.made_id`; empty text for an unknown country or region).

A row has a ``bad`` reason and is put aside, or a ``left_out`` reason, or is kept.
"""

from __future__ import annotations

from typing import Final

from toolkit.corpus.openalex_sql import MACROS as ID_MACROS
from toolkit.corpus.placeholders import TABLE_IDS, TABLE_NAMES, in_sql

__all__ = [
    "AUTHORSHIPS",
    "COUNTRIES",
    "FACTS",
    "INSTITUTIONS",
    "KEPT",
    "LEFT_OUT",
    "MACROS",
    "NAMES",
    "NOTED",
    "STAGED",
    "WORKS",
]

MACROS: Final = (
    ID_MACROS
    + f"""
CREATE OR REPLACE TEMP MACRO missing_id(text) AS lower(trim(text)) IN {in_sql(TABLE_IDS)} OR text ILIKE '[no %]'
    OR coalesce(any_openalex_id('[WAIS]', text) IS NOT NULL AND openalex_id('[WAIS]', text) IS NULL, false)
    OR coalesce(any_orcid_id(text) IS NOT NULL AND orcid_id(text) IS NULL, false)
    OR coalesce(any_ror_id(text) IS NOT NULL AND ror_id(text) IS NULL, false);
CREATE OR REPLACE TEMP MACRO said_id(text) AS CASE WHEN NOT missing_id(text) THEN said(text) END;
CREATE OR REPLACE TEMP MACRO said_name(text) AS
    CASE WHEN lower(trim(text)) NOT IN {in_sql(TABLE_NAMES)} AND text NOT ILIKE '[no %]' THEN said(text) END;
"""
    + r"""
CREATE OR REPLACE TEMP MACRO work_ref(text) AS coalesce(openalex_id('W', text), said_id(text));
CREATE OR REPLACE TEMP MACRO author_ref(text) AS
    coalesce(openalex_id('A', text), CASE WHEN text LIKE '%orcid.org/%' THEN orcid_id(text) END, said_id(text));
CREATE OR REPLACE TEMP MACRO institution_ref(text) AS coalesce(ror_id(text), openalex_id('I', text), said_id(text));
CREATE OR REPLACE TEMP MACRO city_ref(text) AS coalesce(
    nullif(regexp_extract(trim(text),
        '^(?:https?://)?(?:(?:www|sws)\.)?(?:geonames\.org/)?([1-9][0-9]*)(?:\.0|/.*)?$', 1), ''),
    said_id(text));
CREATE OR REPLACE TEMP MACRO year_of_date(text) AS
    try_cast(regexp_extract(trim(text), '^([0-9]{4})-[0-9]{2}(?:-[0-9]{2}.*)?$', 1) AS INTEGER);
CREATE OR REPLACE TEMP MACRO parts_of(text) AS
    list_sort(list_distinct(list_filter(
        list_transform(regexp_split_to_array(text, '[|;]'), lambda part: trim(part)), lambda part: part <> '')));
CREATE OR REPLACE TEMP MACRO whole(text) AS
    try_cast(nullif(regexp_extract(trim(text), '^([+-]?[0-9]{1,9})(?:\.0*)?$', 1), '') AS INTEGER);
CREATE OR REPLACE TEMP MACRO degrees_of(text, most) AS
    CASE WHEN abs(try_cast(trim(text) AS DOUBLE)) <= most THEN try_cast(trim(text) AS DOUBLE) END;
CREATE OR REPLACE TEMP MACRO yes(text) AS coalesce(lower(trim(text)) IN ('true', 't', 'yes', 'y', '1', '1.0'), false);
"""
)

WORKS: Final = """
CREATE OR REPLACE TEMP TABLE judged_works AS
WITH read AS (
    SELECT *, work_ref(work_id) AS id, lower(said(type)) AS kind,
        coalesce(whole(year), year_of_date(year)) AS year_number,
        CASE WHEN iso_date(updated) IS NOT NULL THEN left(trim(updated), 26) END AS updated_at
    FROM raw_works
)
SELECT n AS record, line, source, read.id, doi_of(doi) AS doi, said(title) AS title, kind, said(year) AS year_text,
    coalesce(source_id(journal_id), said_id(journal_id), journal_made.id) AS journal_id,
    said_name(journal) AS journal_name, said(issn) AS journal_issn, subjects,
    yes(authors_truncated) AS authors_truncated, updated_at AS updated, year_number,
    coalesce(year_number BETWEEN $first_year
        AND least($last_year, coalesce(try_cast(left(updated_at, 4) AS INTEGER) + 2, 9999)), false) AS year_possible,
    CASE
        WHEN read.id IS NULL THEN 'no id'
        WHEN said(year) IS NOT NULL AND year_number IS NULL THEN 'the year is no number'
    END AS bad,
    CASE
        WHEN yes(retracted) THEN 'retracted' WHEN kind = 'paratext' THEN 'paratext'
        WHEN $some AND kind IS NULL THEN 'type: none'
        WHEN $some AND NOT list_contains($types, kind) THEN 'type: ' || kind
    END AS left_out
FROM read
LEFT JOIN made AS journal_made
    ON journal_made.name = said_name(journal) AND journal_made.country = '' AND journal_made.region = ''
"""

STAGED_WORKS: Final = """
SELECT record, line, id AS work_id, doi, title, CASE WHEN year_possible THEN year_number END AS year, kind AS type,
    journal_id, journal_name, journal_issn, authors_truncated, updated
FROM judged_works WHERE bad IS NULL AND left_out IS NULL ORDER BY record
"""

STAGED_SUBJECTS: Final = """
SELECT DISTINCT record, unnest(parts_of(subjects)) AS subject
FROM judged_works WHERE bad IS NULL AND left_out IS NULL ORDER BY record, subject
"""

WORK_REJECTS: Final = """
SELECT source, line, bad AS reason, concat_ws(', ', id, year_text, title)[:200] AS excerpt
FROM judged_works WHERE bad IS NOT NULL
UNION ALL
SELECT source, line, 'kept without a year: impossible year', id || ': ' || year_text[:40]
FROM judged_works WHERE bad IS NULL AND left_out IS NULL AND year_text IS NOT NULL AND NOT year_possible
ORDER BY source, line, reason
"""

# "first, middle, last" says nothing that can be counted from: such a column is taken for absent
AUTHORSHIPS: Final = """
CREATE OR REPLACE TEMP TABLE judged_authorships AS
WITH states AS (
    SELECT id, bool_and(bad IS NOT NULL) AS lost, bool_or(bad IS NULL AND left_out IS NULL) AS kept
    FROM judged_works WHERE id IS NOT NULL GROUP BY id
), read AS (
    SELECT n, line, source, work_ref(work_id) AS id, coalesce(author_ref(author_id), orcid_id(orcid)) AS author_id,
        orcid_id(orcid) AS orcid,
        said(author_name) AS author_name,
        CASE WHEN lower(trim(position)) NOT IN ('first', 'middle', 'last') THEN said(position) END AS position_text,
        coalesce(institution_ref(institution_id), CASE WHEN $by_name THEN institution_made.id END) AS institution_ref,
        said_name(institution) AS institution_name,
        coalesce(city_ref(city_id), city_made.id) AS city_ref,
        said(city) AS city_name, nation, said(admin1) AS city_admin1,
        degrees_of(lat, 90) AS city_lat, degrees_of(lon, 180) AS city_lon
    FROM raw_authorships AS raw
    LEFT JOIN nations ON nations.country_text = said(raw.country)
    LEFT JOIN made AS city_made ON city_made.name = said(city)
        AND city_made.country = coalesce(nation, '') AND city_made.region = coalesce(said(admin1), '')
    LEFT JOIN made AS institution_made ON institution_made.name = said_name(institution)
        AND institution_made.country = coalesce(nation, '') AND institution_made.region = ''
)
SELECT read.*, whole(position_text) AS position,
    CASE
        WHEN read.id IS NULL THEN 'no work id'
        WHEN states.id IS NULL THEN 'its work is not in the table of works'
        WHEN states.lost THEN 'its work was put aside'
        WHEN position_text IS NOT NULL AND position IS NULL THEN 'the position is no whole number'
        WHEN position < 0 THEN 'the position is negative'
    END AS bad,
    coalesce(states.kept, false) AS kept,
    coalesce(author_id, author_name, position_text, institution_ref, city_ref) IS NULL AS nobody
FROM read LEFT JOIN states ON states.id = read.id
"""

# a listing without a position comes after those that have one, in the order of the rows
STAGED_AUTHORSHIPS: Final = """
WITH good AS (
    SELECT *, min(n) OVER (PARTITION BY id, coalesce('a' || author_id, 'n' || n), position IS NULL) AS first_row
    FROM judged_authorships WHERE bad IS NULL AND kept AND NOT nobody
), placed AS (
    SELECT *, coalesce(position, 1 + coalesce(max(position) OVER (PARTITION BY id), -1)
        + dense_rank() OVER (PARTITION BY id, position IS NULL ORDER BY first_row) - 1)::INTEGER AS author_position
    FROM good
)
SELECT record, author_position, author_id, orcid, author_name, institution_ref, city_ref, city_name,
    nation AS city_country, city_admin1, city_lat, city_lon
FROM placed
JOIN (SELECT record, id FROM judged_works WHERE bad IS NULL AND left_out IS NULL) USING (id)
ORDER BY record, author_position, n
"""

AUTHORSHIP_REJECTS: Final = """
SELECT source, line, bad AS reason, concat_ws(', ', id, position_text, author_id, author_name)[:200] AS excerpt
FROM judged_authorships WHERE bad IS NOT NULL ORDER BY source, line
"""

INSTITUTIONS: Final = """
CREATE OR REPLACE TEMP TABLE judged_institutions AS
SELECT n, line, source, coalesce(institution_ref(institution_id), ror_id(ror)) AS institution_ref, ror_id(ror) AS ror,
    said(raw.name) AS name,
    CASE WHEN said(types) IS NOT NULL THEN list_transform(parts_of(types), lambda kind: lower(kind)) END AS types,
    nation AS country, lower(said(status)) AS status,
    coalesce(city_ref(city_id), city_made.id) AS city_ref,
    said(city) AS city_name, nation AS city_country, said(admin1) AS admin1,
    degrees_of(lat, 90) AS lat, degrees_of(lon, 180) AS lon,
    CASE WHEN said(parents) IS NOT NULL THEN list_transform(parts_of(parents), lambda ref: institution_ref(ref)) END
        AS parents,
    CASE WHEN said(marks) IS NOT NULL THEN parts_of(marks) END AS marks
FROM raw_institutions AS raw
LEFT JOIN nations ON nations.country_text = said(raw.country)
LEFT JOIN made AS city_made ON city_made.name = said(city)
    AND city_made.country = coalesce(nation, '') AND city_made.region = coalesce(said(admin1), '')
"""

STAGED_INSTITUTIONS: Final = """
SELECT source, line, $rank AS rank, institution_ref, ror, name, types, country, status, city_ref, city_name,
    city_country, admin1, lat, lon, parents, marks
FROM judged_institutions WHERE institution_ref IS NOT NULL ORDER BY n
"""

# what the authorships say of institutions; a row with a city tells that city's country, which others may not share
NAMED_INSTITUTIONS: Final = """
SELECT min(line) AS line, $named_rank AS rank, institution_ref, arg_min(institution_name, n) AS name,
    coalesce(arg_min(nation, n) FILTER (city_ref IS NULL), arg_min(nation, n)) AS country
FROM judged_authorships
WHERE bad IS NULL AND kept AND institution_ref IS NOT NULL AND (institution_name IS NOT NULL OR nation IS NOT NULL)
GROUP BY institution_ref ORDER BY institution_ref
"""

INSTITUTION_REJECTS: Final = """
SELECT source, line, 'no id' AS reason, concat_ws(', ', name, city_name, country)[:200] AS excerpt
FROM judged_institutions WHERE institution_ref IS NULL ORDER BY source, line
"""

# one row for each text, at the first place it stands
NOTED: Final = """
SELECT arg_min(notes.source, file_row_number) AS source, arg_min(notes.line, file_row_number) AS line, reason,
    (CASE WHEN count(*) > 1 THEN count(*) || ' times: ' ELSE '' END || text)[:200] AS excerpt
FROM notes
SEMI JOIN (SELECT id FROM judged_works WHERE bad IS NULL AND left_out IS NULL) AS kept ON kept.id = work_ref(work)
GROUP BY reason, text ORDER BY source, line, reason, excerpt
"""

COUNTRIES: Final = """
SELECT DISTINCT said(country) AS text FROM (
    SELECT country FROM raw_authorships UNION ALL SELECT country FROM raw_institutions
) WHERE text IS NOT NULL ORDER BY text
"""

NAMES: Final = """
SELECT DISTINCT said(named.name) AS name, coalesce(nation, '') AS country, coalesce(said(named.region), '') AS region
FROM (
    SELECT city AS name, country, admin1 AS region FROM raw_authorships
    UNION ALL SELECT city, country, admin1 FROM raw_institutions
    UNION ALL SELECT institution, country, NULL FROM raw_authorships
    UNION ALL SELECT journal, NULL, NULL FROM raw_works
) AS named LEFT JOIN nations ON nations.country_text = said(named.country)
WHERE said(named.name) IS NOT NULL ORDER BY ALL
"""

KEPT: Final = {
    "works": "SELECT count(*) FROM judged_works WHERE bad IS NULL AND left_out IS NULL",
    "authorships": "SELECT count(*) FROM judged_authorships WHERE bad IS NULL AND kept AND NOT nobody",
    "institutions": "SELECT count(*) FROM judged_institutions WHERE institution_ref IS NOT NULL",
}

LEFT_OUT: Final = """
SELECT left_out AS reason, count(*) FROM judged_works WHERE bad IS NULL AND left_out IS NOT NULL GROUP BY reason
UNION ALL
SELECT CASE WHEN kept THEN 'authorship row without an author' ELSE 'authorship row of a work left out' END AS reason,
    count(*)
FROM judged_authorships WHERE bad IS NULL AND (nobody OR NOT kept) GROUP BY reason
"""

# the first two tell which rows ``kept`` counts
FACTS: Final = {
    "works": KEPT["works"],
    "authorship rows": KEPT["authorships"],
    "institutions": KEPT["institutions"],
    "authorship rows whose institution is in no table of institutions": """
        SELECT count(*) FROM judged_authorships
        WHERE bad IS NULL AND kept AND institution_ref IS NOT NULL
            AND EXISTS (FROM judged_institutions)
            AND NOT EXISTS (FROM judged_institutions AS i WHERE i.institution_ref = judged_authorships.institution_ref)
            AND NOT EXISTS (FROM judged_institutions AS i WHERE i.ror = judged_authorships.institution_ref)""",
    "institutions without a city": """
        SELECT count(*) FROM judged_institutions WHERE institution_ref IS NOT NULL AND city_ref IS NULL""",
    "author rows with a placeholder for an id": """
        SELECT count(*) FROM raw_authorships WHERE missing_id(author_id) OR missing_id(orcid)""",
    "author rows with a placeholder for an institution": """
        SELECT count(*) FROM raw_authorships WHERE missing_id(institution_id)
            OR (said(institution) IS NOT NULL AND said_name(institution) IS NULL)""",
    "works with a placeholder for a journal": """
        SELECT count(*) FROM raw_works WHERE missing_id(journal_id)
            OR (said(journal) IS NOT NULL AND said_name(journal) IS NULL)""",
    "coordinates that can't be": """
        SELECT count(*) FROM judged_institutions AS judged JOIN raw_institutions AS raw USING (n)
        WHERE (said(raw.lat) IS NOT NULL AND judged.lat IS NULL)
            OR (said(raw.lon) IS NOT NULL AND judged.lon IS NULL)""",
    "country names not known": "SELECT count(*) FROM nations WHERE nation IS NULL",
}

STAGED: Final[dict[str, tuple[str, ...]]] = {
    "works": (STAGED_WORKS,),
    "subjects": (STAGED_SUBJECTS,),
    "authorships": (STAGED_AUTHORSHIPS,),
    "institutions": (STAGED_INSTITUTIONS, NAMED_INSTITUTIONS),
    "rejects": (WORK_REJECTS, AUTHORSHIP_REJECTS, INSTITUTION_REJECTS),
}
