"""The statements that make the canonical tables, run in the order in which they stand here.

``input`` numbers the staged inputs in their stable order. Wherever several rows about an institution know a thing, the
first by ``precedence`` decides: by ``rank`` (ROR, OpenAlex institutions, tables, work records), then the one modified
last (:mod:`toolkit.corpus.newest_records`), then input and line. Names of authors and journals come from the work
updated last.

Works, authors, mentions and places of institutions are numbered once; the millions of rows between are joined by these
numbers. ``work`` and ``author`` number in the order of the ids, so the tables are also sorted by them.
"""

from __future__ import annotations

from typing import Final

__all__: list[str] = []

ORDERS: Final = {"authorships": "work, author_position, author, site NULLS FIRST"}
"""What sorts a table as :data:`~toolkit.corpus.schema.SORT_KEYS` says, by numbers."""

TIE_BREAKERS: Final = {"rejects": ("excerpt",)}
"""Columns that make the order of :data:`~toolkit.corpus.schema.SORT_KEYS` total where it is not."""

SETUP: Final = """
CREATE TABLE winners AS
WITH records AS (
    SELECT input, record, line, label, work_id, updated, NULL::VARCHAR AS left_out FROM staged_works
    UNION ALL
    SELECT input, record, line, label, work_id, updated, reason
    FROM staged_left_out SEMI JOIN staged_works USING (work_id)
), dated AS (
    SELECT *, record_day(label, updated) AS day FROM records
), ordered AS (
    SELECT *, row_number() OVER latest AS place, first_value(left_out) OVER latest AS latest_left_out
    FROM dated
    WINDOW latest AS (
        PARTITION BY work_id ORDER BY day DESC NULLS LAST, updated DESC NULLS LAST, input, record
    )
)
SELECT input, record, line, label, work_id, updated, place = 1 AS wins, latest_left_out,
    dense_rank() OVER (ORDER BY work_id)::INTEGER AS work,
    row_number() OVER (ORDER BY day DESC NULLS LAST, updated DESC NULLS LAST, input, record) AS newest
FROM ordered WHERE left_out IS NULL;

-- an id of another registry stands for the ROR id that the best informed row gives it
CREATE TABLE ror_of AS
SELECT institution_ref AS ref, first(ror ORDER BY precedence, ror) AS ror, count(DISTINCT ror) AS several
FROM staged_institutions WHERE ror IS NOT NULL AND institution_ref IS NOT NULL GROUP BY ref;
"""

INSTITUTIONS: Final = """
CREATE TABLE facts AS
SELECT coalesce(r.ror, s.institution_ref) AS institution_id, s.* EXCLUDE (city_ref, label, source),
    coalesce(n.city_id, s.city_ref, m.city_id) AS city_id, n.city_id IS NOT NULL AS by_name,
    -- a table of the user's own is the record itself, and knows its places better than a registry
    CASE rank WHEN 2 THEN -1 ELSE rank END AS place_rank
FROM staged_institutions s
LEFT JOIN ror_of r ON r.ref = s.institution_ref
LEFT JOIN made_cities m ON s.city_ref IS NULL AND m.name = s.city_name
    AND m.country = coalesce(s.city_country, s.country, '') AND m.region = coalesce(s.admin1, '')
LEFT JOIN named_cities n ON n.old_id = coalesce(s.city_ref, m.city_id)
WHERE s.institution_ref IS NOT NULL;

CREATE TABLE known AS
SELECT institution_id,
    first(name ORDER BY precedence, name) FILTER (name IS NOT NULL) AS name,
    first(types ORDER BY precedence, types) FILTER (len(types) > 0) AS types,
    first(coalesce(country, city_country) ORDER BY place_rank, precedence, country)
        FILTER (coalesce(country, city_country) IS NOT NULL) AS country,
    first(status ORDER BY precedence) FILTER (status IS NOT NULL) AS status,
    first({'city_id': city_id, 'lat': lat, 'lon': lon, 'rank': rank} ORDER BY place_rank, precedence, city_id)
        FILTER (city_id IS NOT NULL) AS place,
    list_sort(list_distinct(flatten(list(marks) FILTER (marks IS NOT NULL)))) AS marks
FROM facts GROUP BY institution_id;
"""

_AUTHORSHIPS: Final = """
CREATE TABLE people AS
WITH said AS (
    SELECT coalesce(author_id, w.work_id || ':' || author_position) AS author_key, author_id, orcid, author_name,
        -- of several ids made one, the one that stays gives the name; of its works the one updated last
        CASE WHEN given_id = author_id THEN 0 ELSE 1 END::HUGEINT * 1000000000000000000000000
            + w.newest::HUGEINT * 100000 + author_position AS found
    FROM corrected_authorships a JOIN winners w ON w.wins AND w.input = a.input AND w.record = a.record
), known AS (
    SELECT author_key, any_value(author_id) AS author_id, arg_min(orcid, found) FILTER (orcid IS NOT NULL) AS orcid,
        arg_min(author_name, found) FILTER (author_name IS NOT NULL) AS name
    FROM said GROUP BY author_key
)
SELECT row_number() OVER (ORDER BY author_key)::INTEGER AS author, * FROM known;

-- every institution, city and text that authors are listed with, once
CREATE TABLE mentions AS
WITH said AS (
    SELECT institution_ref, city_ref, {text} AS affiliation_text, count(*) AS listings
    FROM corrected_authorships a JOIN winners w ON w.wins AND w.input = a.input AND w.record = a.record
    GROUP BY ALL
)
SELECT row_number() OVER ()::INTEGER AS mention, said.*, coalesce(r.ror, institution_ref) AS institution_id,
    coalesce(n.city_id, city_ref) AS record_city
FROM said LEFT JOIN ror_of r ON r.ref = institution_ref LEFT JOIN named_cities n ON n.old_id = city_ref;

CREATE TABLE listed AS
SELECT w.work, p.author, a.author_position, m.mention
FROM corrected_authorships a
JOIN winners w ON w.wins AND w.input = a.input AND w.record = a.record
JOIN people p ON p.author_key = coalesce(a.author_id, w.work_id || ':' || a.author_position)
JOIN mentions m ON m.institution_ref IS NOT DISTINCT FROM a.institution_ref
    AND m.city_ref IS NOT DISTINCT FROM a.city_ref AND {same_text};
"""
AUTHORSHIPS: Final = {
    "registry": _AUTHORSHIPS.format(text="NULL::VARCHAR", same_text="true"),
    "affiliation": _AUTHORSHIPS.format(
        text="affiliation_text", same_text="m.affiliation_text IS NOT DISTINCT FROM a.affiliation_text"
    ),
}

AFFILIATED: Final = """
CREATE TABLE placed AS
SELECT m.mention, m.institution_id, coalesce(m.record_city, t.city_id, k.place.city_id) AS city_id,
    CASE WHEN m.record_city IS NOT NULL THEN 'record'
         WHEN t.city_id IS NOT NULL THEN 'affiliation'
         WHEN k.place.rank = 2 THEN 'table' WHEN k.place.rank = 0 THEN 'ror'
         WHEN k.place IS NOT NULL THEN 'openalex' ELSE 'none' END AS origin
FROM mentions m LEFT JOIN known k USING (institution_id)
LEFT JOIN address_cities t ON t.institution_id = m.institution_id AND t.text = m.affiliation_text;

-- what matches an institution or a city; a mention of neither has no spot
CREATE TABLE spots AS
SELECT row_number() OVER ()::INTEGER AS spot, * FROM (
    SELECT DISTINCT institution_id, city_id, origin FROM placed WHERE institution_id IS NOT NULL OR city_id IS NOT NULL
);

CREATE TABLE spotted AS
SELECT work, author, author_position, spot
FROM listed LEFT JOIN (
    SELECT mention, spot FROM placed p JOIN spots s ON s.origin = p.origin
        AND s.institution_id IS NOT DISTINCT FROM p.institution_id AND s.city_id IS NOT DISTINCT FROM p.city_id
) USING (mention);

CREATE TABLE signed AS
SELECT work, author, min(author_position) AS author_position, max(author_position) AS last_position,
    count(spot) > 0 AS any_spot
FROM spotted GROUP BY work, author;

-- one row for each author and affiliation; text that matched nothing counts only for an author with nothing else
CREATE TABLE affiliated AS
SELECT DISTINCT l.work, l.author, s.author_position, l.spot
FROM spotted l JOIN signed s USING (work, author) WHERE l.spot IS NOT NULL OR NOT s.any_spot;
"""

MEMBERS: Final = "SELECT DISTINCT institution_id FROM spots WHERE institution_id IS NOT NULL ORDER BY 1"

DIRECT_PARENTS: Final = """
WITH edges AS (
    SELECT institution_id AS child, unnest(parents) AS parent FROM facts
    UNION ALL
    SELECT unnest(children), institution_id FROM facts
)
SELECT DISTINCT coalesce(c.ror, child) AS a, coalesce(p.ror, parent) AS b
FROM edges LEFT JOIN ror_of c ON c.ref = child LEFT JOIN ror_of p ON p.ref = parent
WHERE a <> b ORDER BY ALL
"""

LISTED_ANCESTORS: Final = """
WITH listed_in AS (SELECT DISTINCT institution_id, unnest(lineage) AS ancestor FROM facts)
SELECT DISTINCT institution_id, coalesce(r.ror, ancestor) AS ancestor_id
FROM listed_in LEFT JOIN ror_of r ON r.ref = ancestor
WHERE institution_id <> ancestor_id ORDER BY ALL
"""

PLACES: Final = """
CREATE TABLE housed AS
SELECT *, dense_rank() OVER (ORDER BY site_id)::INTEGER AS site FROM (
    SELECT spot, institution_id, origin, coalesce(m.kept_id, s.city_id) AS city_id,
        coalesce(institution_id, '') || '@' || coalesce(m.kept_id, s.city_id, '') AS site_id
    FROM spots s LEFT JOIN merged_cities m ON m.old_id = s.city_id
);

CREATE TABLE signatures AS
SELECT DISTINCT work, author, author_position, site FROM affiliated LEFT JOIN housed USING (spot);

CREATE VIEW authorships AS
SELECT w.work_id, p.author_key, p.author_id, a.author_position, h.site_id, a.work, a.author, a.site
FROM signatures a JOIN (SELECT work, work_id FROM winners WHERE wins) w USING (work) JOIN people p USING (author)
LEFT JOIN (SELECT DISTINCT site, site_id FROM housed) h USING (site);

CREATE TABLE works AS
WITH counts AS (SELECT work, count(*)::INTEGER AS n_authors FROM signed GROUP BY work)
SELECT w.work_id, s.doi, s.title, s.year, s.journal_id, s.type, coalesce(c.n_authors, 0) AS n_authors,
    coalesce(s.authors_truncated, false) AS authors_truncated, w.label AS source
FROM winners w JOIN staged_works s USING (input, record) LEFT JOIN counts c ON c.work = w.work
WHERE w.wins;

CREATE VIEW authors AS SELECT author_id, orcid, name FROM people WHERE author_id IS NOT NULL;

CREATE TABLE institutions AS
WITH wanted AS (
    SELECT DISTINCT institution_id FROM housed WHERE institution_id IS NOT NULL
    UNION SELECT ancestor_id FROM lineage
)
SELECT institution_id, coalesce(k.name, institution_id) AS name, coalesce(k.types, []) AS types, k.country,
    coalesce(k.marks, []) AS marks, coalesce(k.status, '') AS status
FROM wanted LEFT JOIN known k USING (institution_id);

-- what a registry says of them, to be held against what the works and the user's own tables say
CREATE TABLE registry AS
WITH said AS (
    SELECT institution_id, min(rank) AS best,
        first(status ORDER BY precedence) FILTER (status IS NOT NULL) AS status,
        first({'city_id': city_id, 'name': city_name, 'country': coalesce(city_country, country), 'lat': lat,
               'lon': lon} ORDER BY precedence, city_id) FILTER (city_id IS NOT NULL) AS place
    FROM facts SEMI JOIN institutions USING (institution_id) WHERE rank <= 1 GROUP BY institution_id
)
SELECT institution_id, CASE best WHEN 0 THEN 'ror' ELSE 'openalex' END AS source, coalesce(status, '') AS status,
    coalesce(m.kept_id, place.city_id) AS city_id, place.name AS city_name, place.country AS country,
    place.lat AS lat, place.lon AS lon
FROM said LEFT JOIN merged_cities m ON m.old_id = place.city_id;

CREATE TABLE cities AS
SELECT city_id, name, NULL::VARCHAR AS ascii_name, country, r.admin1, r.region, point.lat AS lat, point.lon AS lon,
    population, NULL::VARCHAR AS metro_id, NULL::VARCHAR AS metro
FROM city_facts LEFT JOIN city_regions r USING (city_id)
SEMI JOIN (SELECT DISTINCT city_id FROM housed) USING (city_id);

CREATE TABLE sites AS
WITH used AS (
    SELECT site_id, institution_id, city_id, min(origin) AS origin FROM housed GROUP BY ALL
)
SELECT u.site_id, u.institution_id, u.city_id, u.origin,
    CASE WHEN own THEN k.place.lat ELSE c.lat END AS lat, CASE WHEN own THEN k.place.lon ELSE c.lon END AS lon
FROM (
    SELECT used.*, coalesce(m.kept_id, k.place.city_id) = used.city_id
        AND k.place.lat IS NOT NULL AND k.place.lon IS NOT NULL AS own
    FROM used LEFT JOIN known k USING (institution_id) LEFT JOIN merged_cities m ON m.old_id = k.place.city_id
) u LEFT JOIN known k USING (institution_id) LEFT JOIN cities c ON c.city_id = u.city_id;

CREATE TABLE journals AS
SELECT s.journal_id, first(s.journal_name ORDER BY w.newest) FILTER (journal_name IS NOT NULL) AS name,
    first(s.journal_issn ORDER BY w.newest) FILTER (journal_issn IS NOT NULL) AS issn, []::VARCHAR[] AS marks
FROM winners w JOIN staged_works s USING (input, record)
WHERE w.wins AND s.journal_id IS NOT NULL GROUP BY s.journal_id;

CREATE TABLE indicators (place_id VARCHAR, year INTEGER, indicator VARCHAR, value DOUBLE, unit VARCHAR, source VARCHAR,
    kind VARCHAR);

CREATE TABLE rejects AS
SELECT source, line, reason, excerpt FROM staged_rejects
UNION ALL
SELECT source, line, reason, excerpt FROM unused_corrections
UNION ALL
SELECT label, line,
    CASE WHEN latest_left_out IS NULL THEN 'another record of this work was taken'
         ELSE 'the latest record of this work is left out' END,
    work_id || coalesce(': ' || latest_left_out, '')
FROM winners WHERE NOT wins
UNION ALL
SELECT source, line, reason, excerpt FROM merged_away
UNION ALL
SELECT source, line, reason, excerpt FROM differing_institutions;
"""

_SUBJECTS: Final = """
CREATE TABLE subjects AS
WITH named AS (
    SELECT DISTINCT w.work_id, {level} AS subject
    FROM staged_subjects s JOIN winners w ON w.wins AND w.input = s.input AND w.record = s.record
    WHERE {level} IS NOT NULL
)
SELECT work_id, subject, 1.0::DOUBLE / count(*) OVER (PARTITION BY work_id) AS part FROM named
"""
# a subject that is no topic of OpenAlex's has one name at all levels
_NO_TOPIC: Final = "CASE WHEN coalesce(s.topic, s.subfield, s.domain) IS NULL THEN s.subject END"
SUBJECTS: Final = {"field": _SUBJECTS.format(level="s.subject")} | {
    name: _SUBJECTS.format(level=f"coalesce(s.{name}, {_NO_TOPIC})") for name in ("topic", "subfield", "domain")
}

REPORT: Final = {
    "works": """
        SELECT count(*) AS kept, (SELECT count(*) FROM winners WHERE NOT wins) AS duplicates,
            count(*) FILTER (year IS NULL) AS without_year, count(*) FILTER (n_authors = 0) AS without_authors,
            count(*) FILTER (authors_truncated) AS truncated
        FROM works
    """,
    "authors": """
        SELECT
            (SELECT count(*) FROM authors) AS with_id,
            (SELECT count(*) FROM people WHERE author_id IS NULL) AS listings_without_id,
            (SELECT count(*) FROM signed JOIN people USING (author)
                WHERE last_position > author_position AND author_id IS NOT NULL) AS listed_twice,
            (SELECT count(*) FROM signatures WHERE site IS NULL) AS without_affiliation
    """,
    "institutions": """
        SELECT count(*) AS rows, count(*) FILTER (regexp_matches(institution_id, '^0[0-9a-z]{6}[0-9]{2}$')) AS with_ror,
            count(*) FILTER (status = 'withdrawn') AS withdrawn, count(*) FILTER (status = 'inactive') AS inactive,
            count(*) FILTER (country IS NULL) AS without_country,
            (SELECT count(*) FROM ror_of WHERE several > 1) AS ids_with_several_ror_ids
        FROM institutions
    """,
    "sites": "SELECT count(*) AS rows, count(*) FILTER (city_id IS NULL) AS without_city FROM sites",
    "cities": """
        SELECT count(*) AS rows, count(*) FILTER (lat IS NULL) AS without_coordinates,
            count(*) FILTER (starts_with(city_id, 'x-')) AS with_made_id,
            (SELECT count(*) FROM merged_cities) AS merged
        FROM cities
    """,
    "lineage": """
        SELECT count(*) AS rows, count(*) FILTER (depth IS NULL) AS of_unknown_depth,
            (SELECT count(*) FROM lineage a JOIN lineage b
                ON a.institution_id = b.ancestor_id AND a.ancestor_id = b.institution_id) AS in_cycles
        FROM lineage
    """,
    "rejects": "SELECT count(*) AS rows FROM rejects",
}

ORIGINS: Final = """
SELECT kind, count(s.site_id)
FROM (VALUES ('record'), ('affiliation'), ('table'), ('ror'), ('openalex'), ('none')) o(kind)
LEFT JOIN sites s ON s.origin = o.kind GROUP BY kind ORDER BY kind
"""
