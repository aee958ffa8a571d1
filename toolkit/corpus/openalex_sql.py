"""OpenAlex work records as SQL: how a record is spelled, and one statement for each staging table."""

from __future__ import annotations

from typing import Final

from toolkit.corpus.staging import RANKS

__all__ = [
    "AUTHORSHIPS",
    "FIRST_YEAR",
    "INSTITUTIONS",
    "JUDGED",
    "LAST_YEAR",
    "LISTINGS",
    "MACROS",
    "NOTES",
    "READ",
    "RECORDS",
    "SUBJECTS",
    "WORKS",
]

FIRST_YEAR: Final = 1500
LAST_YEAR: Final = 2100
"""Years outside are impossible, and so are years more than two after the record's own ``updated_date``."""

_COLUMNS: Final = """{
    'id': 'VARCHAR', 'doi': 'VARCHAR', 'title': 'VARCHAR', 'display_name': 'VARCHAR', 'type': 'VARCHAR',
    'publication_year': 'VARCHAR', 'publication_date': 'VARCHAR', 'updated_date': 'VARCHAR',
    'is_retracted': 'VARCHAR', 'is_paratext': 'VARCHAR', 'is_authors_truncated': 'VARCHAR', 'synthetic': 'VARCHAR',
    'primary_location': 'STRUCT(source STRUCT(id VARCHAR, display_name VARCHAR, issn_l VARCHAR, issn VARCHAR[]))',
    'topics': 'STRUCT(
        display_name VARCHAR, subfield STRUCT(display_name VARCHAR), field STRUCT(display_name VARCHAR),
        domain STRUCT(display_name VARCHAR)
    )[]',
    'authorships': 'STRUCT(
        author STRUCT(id VARCHAR, display_name VARCHAR, orcid VARCHAR),
        raw_author_name VARCHAR,
        institutions STRUCT(
            id VARCHAR, display_name VARCHAR, ror VARCHAR, country_code VARCHAR, type VARCHAR, lineage VARCHAR[]
        )[],
        raw_affiliation_strings VARCHAR[],
        affiliations STRUCT(raw_affiliation_string VARCHAR, institution_ids VARCHAR[])[]
    )[]'
}"""

MACROS: Final = r"""
CREATE OR REPLACE TEMP MACRO openalex_id(letter, text) AS
    nullif(upper(regexp_extract(trim(text),
        '(?i)^(?:https?://)?(?:(?:api\.|www\.)?openalex\.org/)?(?:[a-z]+/)?(' || letter || '[0-9]+)$', 1)), '');
CREATE OR REPLACE TEMP MACRO ror_id(text) AS
    nullif(lower(regexp_extract(trim(text),
        '(?i)^(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?$', 1)), '');
CREATE OR REPLACE TEMP MACRO orcid_id(text) AS
    nullif(upper(regexp_extract(trim(text), '([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?$', 1)), '');
CREATE OR REPLACE TEMP MACRO doi_of(text) AS
    nullif(lower(regexp_replace(trim(text), '(?i)^(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)', '')), '');
CREATE OR REPLACE TEMP MACRO country_code(text) AS
    nullif(regexp_extract(upper(trim(text)), '^[A-Z]{2}$'), '');
CREATE OR REPLACE TEMP MACRO said(text) AS nullif(trim(text), '');
CREATE OR REPLACE TEMP MACRO iso_date(text) AS
    nullif(regexp_extract(trim(text), '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}'), '');
"""

READ: Final = f"""
CREATE OR REPLACE TEMP TABLE raw AS
SELECT row_number() OVER () AS n, *
FROM read_json(?, format = 'newline_delimited', columns = {_COLUMNS}, maximum_object_size = ?)
"""  # noqa: S608 (our own text)

RECORDS: Final = f"""
CREATE OR REPLACE TEMP TABLE records AS
WITH read AS (
    SELECT
        n + ? AS record, line, openalex_id('W', id) AS work_id, doi_of(doi) AS doi,
        coalesce(said(title), said(display_name)) AS title,
        coalesce(said(publication_year), nullif(left(coalesce(iso_date(publication_date), ''), 4), '')) AS year_text,
        CASE lower(said(type))
            WHEN 'journal-article' THEN 'article' WHEN 'proceedings-article' THEN 'conference-paper'
            ELSE lower(said(type))
        END AS type,
        openalex_id('S', primary_location.source.id) AS journal_id, said(primary_location.source.id) AS journal_text,
        said(primary_location.source.display_name) AS journal_name,
        said(primary_location.source.issn_l) AS journal_issn, primary_location.source.issn AS journal_issns,
        coalesce(lower(is_authors_truncated) = 'true', false) AS authors_truncated,
        coalesce(lower(is_retracted) = 'true', false) AS retracted,
        coalesce(lower(is_paratext) = 'true', false) AS paratext,
        coalesce(lower(synthetic) = 'true', false) AS synthetic,
        CASE WHEN iso_date(updated_date) IS NOT NULL THEN left(trim(updated_date), 26) END AS updated,
        iso_date(publication_date) AS published,
        list_filter(authorships, lambda listing: listing IS NOT NULL) AS listings, topics
    FROM raw JOIN positions USING (n)
)
SELECT
    *,
    try_cast(regexp_extract(year_text, '^[0-9]{{1,4}}$') AS INTEGER) AS year_number,
    year_number BETWEEN {FIRST_YEAR} AND least({LAST_YEAR}, coalesce(try_cast(left(updated, 4) AS INTEGER) + 2, 9999))
        AS year_possible,
    CASE
        WHEN retracted THEN 'retracted' WHEN paratext THEN 'paratext'
        WHEN ? AND type IS NULL THEN 'type: none'
        WHEN ? AND NOT list_contains(?, type) THEN 'type: ' || type
    END AS left_out
FROM read
"""  # noqa: S608

WORKS: Final = """
SELECT record, line, work_id, doi, title, CASE WHEN year_possible THEN year_number END AS year, type, journal_id,
    journal_name, journal_issn, journal_issns, authors_truncated, updated
FROM records WHERE left_out IS NULL ORDER BY record
"""

LISTINGS: Final = """
CREATE OR REPLACE TEMP TABLE listings AS
SELECT record, line, work_id, unnest(listings) AS listing, generate_subscripts(listings, 1) - 1 AS author_position
FROM records WHERE left_out IS NULL
"""

# A listing names its institutions as often as it likes; each counts once. One without any id is affiliation text. The
# text of an affiliation is that of the raw strings which the record links to the institution, else all of the author's.
AUTHORSHIPS: Final = """
WITH named AS (
    SELECT record, author_position, openalex_id('A', listing.author.id) AS author_id,
        orcid_id(listing.author.orcid) AS orcid,
        coalesce(said(listing.author.display_name), said(listing.raw_author_name)) AS author_name,
        list_sort(list_distinct(list_filter(
            list_transform(listing.institutions, lambda i: {
                'ref': coalesce(openalex_id('I', i.id), ror_id(i.ror)),
                'text': said(array_to_string(list_transform(
                    list_filter(listing.affiliations, lambda a: list_contains(a.institution_ids, i.id)),
                    lambda a: a.raw_affiliation_string), ' | '))
            }),
            lambda found: found.ref IS NOT NULL
        ))) AS found,
        said(array_to_string(listing.raw_affiliation_strings, ' | ')) AS texts
    FROM listings
), each AS (
    SELECT * EXCLUDE (found), unnest(CASE WHEN coalesce(len(found), 0) = 0 THEN [NULL] ELSE found END) AS one
    FROM named
)
SELECT record, author_position::INTEGER AS author_position, author_id, orcid, author_name, one.ref AS institution_ref,
    coalesce(one.text, texts) AS affiliation_text
FROM each ORDER BY record, author_position, institution_ref
"""

INSTITUTIONS: Final = f"""
WITH mentions AS (
    SELECT line, unnest(listing.institutions) AS i FROM listings
), once AS (
    SELECT min(line) AS line, i FROM mentions GROUP BY i
), claims AS (
    SELECT line, coalesce(openalex_id('I', i.id), ror_id(i.ror)) AS institution_ref, ror_id(i.ror) AS ror,
        said(i.display_name) AS name, lower(said(i.type)) AS type, country_code(i.country_code) AS country,
        list_filter(list_transform(i.lineage, lambda id: coalesce(openalex_id('I', id), ror_id(id))),
            lambda ref: ref IS NOT NULL) AS lineage
    FROM once
)
SELECT line, {RANKS["openalex"]} AS rank, institution_ref, ror, name,
    CASE WHEN type IS NOT NULL THEN [type] END AS types, country, lineage
FROM claims WHERE institution_ref IS NOT NULL
ORDER BY line, institution_ref, name, ror, types, country, lineage
"""  # noqa: S608

SUBJECTS: Final = """
SELECT DISTINCT record, said(t.field.display_name) AS subject, said(t.display_name) AS topic,
    said(t.subfield.display_name) AS subfield, said(t.domain.display_name) AS domain
FROM (SELECT record, unnest(topics) AS t FROM records WHERE left_out IS NULL)
WHERE coalesce(said(t.field.display_name), said(t.display_name), said(t.subfield.display_name),
    said(t.domain.display_name)) IS NOT NULL
ORDER BY ALL
"""

# what is spelled as always is not looked at twice
NOTES: Final = """
WITH institutions AS (
    SELECT line, work_id, unnest(listing.institutions) AS i FROM listings
), notes AS (
    SELECT line, 'kept without a year: impossible year' AS reason, work_id, year_text AS text
    FROM records WHERE left_out IS NULL AND year_text IS NOT NULL AND NOT coalesce(year_possible, false)
    UNION ALL
    SELECT line, 'kept without a journal: its id is none of OpenAlex', work_id, journal_text
    FROM records WHERE left_out IS NULL AND journal_text IS NOT NULL AND journal_id IS NULL
    UNION ALL
    SELECT line, 'kept without an author id: it is none of OpenAlex', work_id, listing.author.id
    FROM listings
    WHERE NOT starts_with(coalesce(said(listing.author.id), 'https://openalex.org/A'), 'https://openalex.org/A')
        AND openalex_id('A', listing.author.id) IS NULL
    UNION ALL
    SELECT line, 'kept without an affiliation: its id is none of OpenAlex or ROR', work_id, coalesce(i.id, i.ror)
    FROM institutions
    WHERE NOT starts_with(coalesce(said(i.id), said(i.ror), 'https://openalex.org/I'), 'https://openalex.org/I')
        AND coalesce(openalex_id('I', i.id), ror_id(i.ror)) IS NULL
)
SELECT ? AS source, line, reason, work_id || ': ' || left(text, 40) AS excerpt FROM notes ORDER BY line, reason, text
"""

JUDGED: Final = """
SELECT line, CASE
        WHEN text IS NULL THEN 'wrong encoding'
        WHEN NOT json_valid(text) THEN 'broken JSON'
        WHEN json_type(text) <> 'OBJECT' THEN 'not an object'
        WHEN coalesce(said(json_extract_string(text, '$.id')), '') = '' THEN 'no id'
        WHEN openalex_id('W', json_extract_string(text, '$.id')) IS NULL THEN 'not the id of an OpenAlex work'
    END AS reason
FROM candidates ORDER BY line
"""
