"""OpenAlex work records as SQL: how a record is spelled, and one statement for each staging table."""

from __future__ import annotations

from typing import Final

from toolkit.corpus import placeholders
from toolkit.corpus.staging import RANKS

__all__ = [
    "AUTHORSHIPS",
    "EXPANSION",
    "FACTS",
    "FIRST_YEAR",
    "IDS",
    "INSTITUTIONS",
    "JUDGED",
    "LAST_YEAR",
    "LEFT_OUT",
    "LEFT_OUT_WORKS",
    "LISTED",
    "LISTED_OF_KEPT",
    "LOADED",
    "MACROS",
    "NOTES",
    "RECORDS",
    "SAID_OF_RECORDS",
    "SUBJECTS",
    "WORKS",
]

FIRST_YEAR: Final = 1500
LAST_YEAR: Final = 2100
"""Years outside are impossible, and so are years more than two after the record's own ``updated_date``."""

EXPANSION: Final = "expansion work (is_xpac)"
"""Why a work is left out that OpenAlex has in its expansion corpus only."""

_LONGEST_LIST: Final = 100
"""Where the API cuts lists of authors."""

_SOURCE: Final = "STRUCT(id VARCHAR, display_name VARCHAR, issn_l VARCHAR, issn VARCHAR[])"
_WORK: Final = f"""{{
    'id': 'VARCHAR', 'doi': 'VARCHAR', 'title': 'VARCHAR', 'display_name': 'VARCHAR', 'type': 'VARCHAR',
    'publication_year': 'VARCHAR', 'publication_date': 'VARCHAR', 'updated_date': 'VARCHAR',
    'is_retracted': 'VARCHAR', 'is_paratext': 'VARCHAR', 'is_authors_truncated': 'VARCHAR', 'is_xpac': 'VARCHAR',
    'synthetic': 'VARCHAR', 'primary_location': 'STRUCT(source {_SOURCE})', 'locations': 'STRUCT(source {_SOURCE})[]',
    'host_venue': '{_SOURCE}', 'alternate_host_venues': '{_SOURCE}[]',
    'topics': 'STRUCT(
        display_name VARCHAR, subfield STRUCT(display_name VARCHAR), field STRUCT(display_name VARCHAR),
        domain STRUCT(display_name VARCHAR)
    )[]'
}}"""
_LISTINGS: Final = """{
    'authorships': 'STRUCT(
        author STRUCT(id VARCHAR, display_name VARCHAR, orcid VARCHAR),
        author_position VARCHAR, raw_author_name VARCHAR,
        institutions STRUCT(
            id VARCHAR, display_name VARCHAR, ror VARCHAR, country_code VARCHAR, type VARCHAR, lineage VARCHAR[]
        )[],
        raw_affiliation_strings VARCHAR[], raw_affiliation_string VARCHAR,
        affiliations STRUCT(raw_affiliation_string VARCHAR, institution_ids VARCHAR[])[]
    )[]'
}"""

# Almost every text is spelled as OpenAlex spells it; only what is not is looked at with the slower expressions that
# know all spellings. Of ASCII signs only the space is one that trim takes away.
_SPELLINGS: Final = r"""
CREATE OR REPLACE TEMP MACRO any_openalex_id(letter, text) AS
    CASE WHEN regexp_matches(text, '^https://openalex\.org/' || letter || '[0-9]+$') THEN substring(text, 22)
    ELSE nullif(upper(regexp_extract(trim(text),
        '(?i)^(?:https?://)?(?:(?:api\.|www\.)?openalex\.org/)?(?:[a-z]+/)?(' || letter || '[0-9]+)$', 1)), '') END;
CREATE OR REPLACE TEMP MACRO any_ror_id(text) AS
    CASE WHEN regexp_matches(text, '^https://ror\.org/0[0-9a-z]{6}[0-9]{2}$') THEN substring(text, 17)
    ELSE nullif(lower(regexp_extract(trim(text),
        '(?i)^(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-z]{6}[0-9]{2})/?$', 1)), '') END;
CREATE OR REPLACE TEMP MACRO any_orcid_id(text) AS
    CASE WHEN regexp_matches(text, '^https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$')
    THEN substring(text, 19)
    ELSE nullif(upper(regexp_extract(trim(text), '([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx])/?$', 1)), '') END;
CREATE OR REPLACE TEMP MACRO doi_of(text) AS
    CASE WHEN starts_with(text, 'https://doi.org/1') AND strlen(text) = length(text) AND NOT ends_with(text, ' ')
    THEN lower(substring(text, 17))
    ELSE nullif(lower(regexp_replace(trim(text), '(?i)^(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:)', '')), '') END;
CREATE OR REPLACE TEMP MACRO country_code(text) AS
    nullif(regexp_extract(upper(trim(text)), '^[A-Z]{2}$'), '');
CREATE OR REPLACE TEMP MACRO said(text) AS
    CASE WHEN strlen(text) = length(text) AND NOT starts_with(text, ' ') AND NOT ends_with(text, ' ')
    THEN nullif(text, '') ELSE nullif(trim(text), '') END;
CREATE OR REPLACE TEMP MACRO iso_date(text) AS
    nullif(regexp_extract(trim(text), '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}'), '');
"""

_PLACEHOLDERS: Final = placeholders.in_sql(placeholders.OPENALEX)

# ids that are placeholders are none
MACROS: Final = f"""{_SPELLINGS}
CREATE OR REPLACE TEMP MACRO openalex_id(letter, text) AS
    CASE WHEN any_openalex_id(letter, text) NOT IN {_PLACEHOLDERS} THEN any_openalex_id(letter, text) END;
CREATE OR REPLACE TEMP MACRO ror_id(text) AS
    CASE WHEN any_ror_id(text) NOT IN {placeholders.in_sql(placeholders.ROR)} THEN any_ror_id(text) END;
CREATE OR REPLACE TEMP MACRO orcid_id(text) AS
    CASE WHEN any_orcid_id(text) NOT IN {placeholders.in_sql(placeholders.ORCID)} THEN any_orcid_id(text) END;
CREATE OR REPLACE TEMP MACRO source_id(text) AS
    coalesce(openalex_id('S', text), 'S' || substring(any_openalex_id('V', text), 2));
CREATE OR REPLACE TEMP MACRO no_id(letter, text) AS any_openalex_id(letter, text) IN {_PLACEHOLDERS};
"""
"""Spellings of ids, dates and texts. A venue (``V77``) of a record before 2023 is today's source (``S77``)."""

RECORDS: Final = f"""
CREATE OR REPLACE TEMP TABLE records AS
WITH raw AS (
    SELECT row_number() OVER () AS n, *
    FROM read_json($path, format = 'newline_delimited', columns = {_WORK}, records = true,
        maximum_object_size = $longest)
), apart AS (
    -- the journal stands in primary_location, which is the first of locations; before 2023 in host_venue
    SELECT * EXCLUDE (primary_location, locations, host_venue, alternate_host_venues), lower(said(type)) AS type_said,
        source.id AS source_id, source.display_name AS source_name, source.issn_l AS issn_l,
        source.issn AS journal_issns
    FROM (
        SELECT *, CASE
                WHEN primary_location IS NOT NULL THEN primary_location.source
                WHEN coalesce(host_venue.id, host_venue.display_name) IS NOT NULL THEN host_venue
                WHEN len(locations) > 0 THEN locations[1].source
                ELSE list_filter(alternate_host_venues, lambda venue: venue.id IS NOT NULL)[1]
            END AS source
        FROM raw
    )
), read AS (
    SELECT
        n + $before AS record, openalex_id('W', id) AS work_id, doi_of(doi) AS doi,
        coalesce(said(title), said(display_name)) AS title,
        coalesce(said(publication_year), nullif(left(coalesce(iso_date(publication_date), ''), 4), '')) AS year_text,
        CASE type_said
            WHEN 'journal-article' THEN 'article' WHEN 'proceedings-article' THEN 'conference-paper'
            WHEN 'posted-content' THEN 'preprint' WHEN 'monograph' THEN 'book' ELSE type_said
        END AS type,
        source_id(source_id) AS journal_id, said(source_id) AS journal_text, said(source_name) AS journal_name,
        said(issn_l) AS journal_issn, journal_issns,
        coalesce(lower(is_authors_truncated) = 'true', false) AS authors_truncated,
        coalesce(lower(is_xpac) = 'true', false) AS expansion,
        coalesce(lower(is_retracted) = 'true', false) AS retracted,
        coalesce(lower(is_paratext) = 'true', false) AS paratext,
        coalesce(lower(synthetic) = 'true', false) AS synthetic,
        CASE WHEN iso_date(updated_date) IS NOT NULL THEN left(trim(updated_date), 26) END AS updated,
        iso_date(publication_date) AS published, topics
    FROM apart
)
SELECT
    *,
    try_cast(regexp_extract(year_text, '^[0-9]{{1,4}}$') AS INTEGER) AS year_number,
    year_number BETWEEN {FIRST_YEAR} AND least({LAST_YEAR}, coalesce(try_cast(left(updated, 4) AS INTEGER) + 2, 9999))
        AS year_possible,
    CASE
        WHEN expansion AND NOT $expansion THEN '{EXPANSION}'
        WHEN retracted THEN 'retracted' WHEN paratext THEN 'paratext'
        WHEN $some AND type IS NULL THEN 'type: none'
        WHEN $some AND NOT list_contains($types, type) THEN 'type: ' || type
    END AS left_out
FROM read
"""  # noqa: S608

IDS: Final = """
SELECT openalex_id('W', id) IS NOT NULL
FROM read_json($path, format = 'newline_delimited', columns = {'id': 'VARCHAR'}, records = true,
    maximum_object_size = $longest, ignore_errors = true)
"""

LOADED: Final = "SELECT count(*), count(work_id), count(left_out) FROM records"

SAID_OF_RECORDS: Final = """
SELECT count(*), count(*) FILTER (left_out IS NULL), coalesce(bool_or(synthetic), false), max(left(updated, 10)),
    max(published)
FROM records
"""

LEFT_OUT: Final = "SELECT left_out, count(*) FROM records WHERE left_out IS NOT NULL GROUP BY ALL"

WORKS: Final = """
SELECT record, record AS line, work_id, doi, title, CASE WHEN year_possible THEN year_number END AS year, type,
    journal_id, journal_name, journal_issn, journal_issns,
    authors_truncated OR record IN (SELECT record FROM listed WHERE cut) AS authors_truncated, updated
FROM records WHERE left_out IS NULL ORDER BY record
"""

LEFT_OUT_WORKS: Final = """
SELECT record, record AS line, work_id, left_out AS reason, updated
FROM records WHERE left_out IS NOT NULL ORDER BY record
"""

FACTS: Final = f"""
SELECT 'author listings with a placeholder for an id' AS fact, count(DISTINCT (record, author_position)) AS number
FROM listed WHERE no_id('A', author_text)
UNION ALL
SELECT 'affiliations with a placeholder for an institution', count(*) FROM listed WHERE no_id('I', id)
UNION ALL
SELECT 'works with a placeholder for a journal', count(*) FROM records
WHERE left_out IS NULL AND no_id('S', journal_text)
UNION ALL
SELECT 'author lists cut at {_LONGEST_LIST} without a flag', count(*)
FROM records SEMI JOIN (SELECT record FROM listed WHERE cut) USING (record) WHERE NOT authors_truncated
UNION ALL
SELECT '{EXPANSION}, kept', count(*) FROM records WHERE left_out IS NULL AND expansion
"""  # noqa: S608 (our own text)

# A row for each mention of an institution, and one for each listing without any. The text of an affiliation is that of
# the raw strings which the record links to the institution, else all of the author's.
_LISTED: Final = f"""
CREATE OR REPLACE TEMP TABLE listed AS
WITH raw AS (
    SELECT row_number() OVER () + $before AS record, *
    FROM read_json($path, format = 'newline_delimited', columns = {_LISTINGS}, records = true,
        maximum_object_size = $longest)
), listings AS (
    SELECT record, unnest(listings) AS listing, generate_subscripts(listings, 1) - 1 AS author_position,
        len(listings) = {_LONGEST_LIST}
            AND lower(coalesce(listings[{_LONGEST_LIST}].author_position, '')) <> 'last' AS cut
    FROM (SELECT record, list_filter(authorships, lambda listing: listing IS NOT NULL) AS listings FROM raw{{kept}})
), apart AS (
    SELECT record, author_position, cut, listing.author.id AS author_text, listing.author.orcid AS orcid_text,
        listing.author.display_name AS name, listing.raw_author_name AS raw_name, listing.affiliations AS links,
        CASE WHEN len(listing.raw_affiliation_strings) = 1 THEN listing.raw_affiliation_strings[1]
            WHEN len(listing.raw_affiliation_strings) > 1 THEN array_to_string(listing.raw_affiliation_strings, ' | ')
            ELSE listing.raw_affiliation_string END AS texts,
        coalesce(len(listing.institutions), 0) AS mentions,
        CASE WHEN len(listing.institutions) > 0 THEN listing.institutions ELSE [NULL] END AS institutions
    FROM listings
), signed AS (
    SELECT record, author_position, cut, author_text, openalex_id('A', author_text) AS author_id,
        orcid_id(orcid_text) AS orcid, coalesce(said(name), said(raw_name)) AS author_name, links,
        said(texts) AS texts, mentions, unnest(institutions) AS i
    FROM apart
), mentioned AS (
    SELECT * EXCLUDE (i, links), i.id AS id, i.ror AS ror, i.display_name AS display_name,
        i.country_code AS country_code, i.type AS type, i.lineage AS lineage,
        CASE WHEN len(links) = 1
            THEN CASE WHEN list_contains(links[1].institution_ids, i.id) THEN links[1].raw_affiliation_string END
            ELSE array_to_string(list_transform(
                list_filter(links, lambda a: list_contains(a.institution_ids, i.id)),
                lambda a: a.raw_affiliation_string), ' | ')
        END AS linked
    FROM signed
)
SELECT record, author_position::INTEGER AS author_position, cut, author_text, author_id, orcid, author_name, mentions,
    coalesce(openalex_id('I', id), ror_id(ror)) AS institution_ref,
    coalesce(CASE WHEN institution_ref IS NOT NULL THEN said(linked) END, texts) AS affiliation_text,
    id, ror, display_name, country_code, type, lineage
FROM mentioned
"""  # noqa: S608
LISTED: Final = _LISTED.replace("{kept}", "")
LISTED_OF_KEPT: Final = _LISTED.replace(
    "{kept}", " SEMI JOIN (SELECT record FROM records WHERE left_out IS NULL) USING (record)"
)

# a listing names its institutions as often as it likes; each counts once. One without any id is affiliation text
AUTHORSHIPS: Final = """
WITH several AS (
    SELECT DISTINCT record, author_position, author_id, orcid, author_name, institution_ref, affiliation_text
    FROM listed WHERE mentions > 1
)
SELECT record, author_position, author_id, orcid, author_name, institution_ref, affiliation_text
FROM listed WHERE mentions <= 1
UNION ALL
SELECT * FROM several s WHERE institution_ref IS NOT NULL OR NOT EXISTS (
    FROM several o
    WHERE o.record = s.record AND o.author_position = s.author_position AND o.institution_ref IS NOT NULL
)
ORDER BY record, author_position, institution_ref, affiliation_text
"""

INSTITUTIONS: Final = f"""
WITH once AS (
    SELECT min(record) AS line, max(updated) AS updated, institution_ref, id, ror, display_name, country_code, type,
        lineage
    FROM listed JOIN (SELECT record, updated FROM records) USING (record)
    WHERE institution_ref IS NOT NULL GROUP BY ALL
), claims AS (
    SELECT line, updated, institution_ref, ror_id(o.ror) AS ror, said(display_name) AS name,
        lower(said(o.type)) AS type, country_code(o.country_code) AS country,
        list_filter(list_transform(o.lineage, lambda id: coalesce(openalex_id('I', id), ror_id(id))),
            lambda ref: ref IS NOT NULL) AS lineage
    FROM once o
)
SELECT line, {RANKS["openalex"]} AS rank, updated, institution_ref, ror, name,
    CASE WHEN type IS NOT NULL THEN [type] END AS types, country, lineage
FROM claims ORDER BY line, institution_ref, name, ror, types, country, lineage
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
WITH notes AS (
    SELECT record, 'kept without a year: impossible year' AS reason, year_text AS text
    FROM records WHERE left_out IS NULL AND year_text IS NOT NULL AND NOT coalesce(year_possible, false)
    UNION ALL
    SELECT record, 'kept without a journal: its id is none of OpenAlex', journal_text
    FROM records WHERE left_out IS NULL AND journal_text IS NOT NULL AND journal_id IS NULL
        AND NOT coalesce(no_id('S', journal_text), false)
    UNION ALL
    SELECT record, 'kept without an author id: it is none of OpenAlex', author_text
    FROM (
        SELECT DISTINCT record, author_position, author_text FROM listed
        WHERE author_id IS NULL AND NOT coalesce(no_id('A', author_text), false)
            AND NOT starts_with(coalesce(said(author_text), 'https://openalex.org/A'),
            'https://openalex.org/A')
    )
    UNION ALL
    SELECT record, 'kept without an affiliation: its id is none of OpenAlex or ROR', coalesce(id, ror)
    FROM listed
    WHERE institution_ref IS NULL AND NOT coalesce(no_id('I', id), false)
        AND NOT starts_with(coalesce(said(id), said(ror), 'https://openalex.org/I'), 'https://openalex.org/I')
)
SELECT $label AS source, record AS line, reason, work_id || ': ' || left(text, 40) AS excerpt
FROM notes JOIN records USING (record) ORDER BY line, reason, text
"""

# only JSON is looked into: the functions raise an error at anything else
JUDGED: Final = """
WITH read AS (
    SELECT line, text IS NULL AS not_text, json_valid(text) AS valid, CASE WHEN json_valid(text) THEN text END AS json
    FROM candidates
), identified AS (
    SELECT *, json_type(json) AS kind, coalesce(said(json_extract_string(json, '$.id')), '') AS id FROM read
)
SELECT line, CASE
        WHEN not_text THEN 'wrong encoding'
        WHEN NOT valid THEN 'broken JSON'
        WHEN kind <> 'OBJECT' THEN 'not an object'
        WHEN id = '' THEN 'no id'
        WHEN no_id('W', id) THEN 'the id of deleted works'
        WHEN openalex_id('W', id) IS NULL THEN 'not the id of an OpenAlex work'
    END AS reason
FROM identified ORDER BY line
"""
