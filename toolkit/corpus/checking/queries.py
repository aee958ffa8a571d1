"""The SQL behind the reconciliation report, over the canonical tables alone.

Shares are worked out here a second time, from the definition and without the measures: equality of the two is tested.
A part is ``1 / (n k)`` for each author and site: ``n`` authors as table ``works`` says, ``k`` distinct sites of the
author. Where the two tables disagree the Shares don't add up, which is the point.
"""

from __future__ import annotations

from typing import Final

__all__ = ["BY_YEAR", "CONSISTENCY", "KIN", "LEVELS", "PARTS", "SITES", "TOTALS", "UNLOCATED", "WORKS"]

PARTS: Final = """
CREATE TEMP TABLE placed AS
SELECT s.site_id, s.institution_id, c.city_id, coalesce(c.country, i.country) AS country
FROM sites s LEFT JOIN institutions i USING (institution_id) LEFT JOIN cities c USING (city_id);

CREATE TEMP TABLE articles AS
SELECT *, n_authors > 0 AS has_authors,
    n_authors > 0 AND year IS NOT NULL AND NOT coalesce(authors_truncated, false) AS counted
FROM works;

CREATE TEMP TABLE parts AS
WITH affiliations AS (
    SELECT DISTINCT work_id, author_key, site_id FROM authorships
), sites_of_author AS (
    SELECT work_id, author_key, count(site_id) AS k FROM affiliations GROUP BY ALL
)
SELECT w.work_id, w.year, w.counted, a.author_key, a.site_id, 1.0::DOUBLE / (w.n_authors * greatest(k.k, 1)) AS part
FROM affiliations a
JOIN sites_of_author k USING (work_id, author_key)
JOIN articles w USING (work_id)
WHERE a.site_id IS NOT NULL OR k.k = 0;
"""
"""Temporary tables: where each site is, which articles are counted, and the part of each author at each site."""

WORKS: Final = """
SELECT
    count(*) AS kept,
    count(*) FILTER (WHERE NOT has_authors) AS without_authors,
    count(*) FILTER (WHERE year IS NULL) AS without_year,
    count(*) FILTER (WHERE authors_truncated) AS truncated,
    count(*) FILTER (WHERE counted) AS counted,
    count(*) FILTER (WHERE n_authors > 100) AS long_lists,
    min(year) AS first_year, max(year) AS last_year
FROM articles
"""

TOTALS: Final = """
SELECT
    count(DISTINCT (work_id, author_key)) AS authors,
    count(DISTINCT (work_id, author_key)) FILTER (WHERE site_id IS NULL) AS without_affiliation,
    count(site_id) AS affiliations,
    count(site_id) FILTER (WHERE p.city_id IS NULL) AS without_city,
    count(site_id) FILTER (WHERE p.country IS NULL) AS without_country,
    coalesce(fsum(part) FILTER (WHERE site_id IS NULL AND counted), 0) AS unassigned,
    coalesce(fsum(part) FILTER (WHERE site_id IS NOT NULL AND p.city_id IS NULL AND counted), 0) AS unlocated,
    (SELECT count(DISTINCT (work_id, author_key)) FROM authorships WHERE author_id IS NULL) AS without_id
FROM parts LEFT JOIN placed p USING (site_id)
"""

LEVELS: Final = ("institution", "city", "country")

BY_YEAR: Final = """
WITH units AS (
    SELECT year, CASE
            WHEN site_id IS NULL THEN 'unassigned'
            WHEN p.{unit} IS NULL THEN 'unlocated'
            ELSE 'assigned'
        END AS what, p.{unit} AS unit, fsum(part) AS share
    FROM parts LEFT JOIN placed p USING (site_id) WHERE counted GROUP BY ALL
), shares AS (
    SELECT year,
        fsum(share) FILTER (WHERE what = 'assigned') AS assigned,
        fsum(share) FILTER (WHERE what = 'unassigned') AS unassigned,
        fsum(share) FILTER (WHERE what = 'unlocated') AS unlocated
    FROM units GROUP BY year
), years AS (
    SELECT year, count(*) AS works, count(*) FILTER (WHERE has_authors) AS with_authors,
        count(*) FILTER (WHERE counted) AS counted
    FROM articles WHERE year IS NOT NULL GROUP BY year
)
SELECT year, works, with_authors, counted,
    coalesce(assigned, 0) AS assigned, coalesce(unassigned, 0) AS unassigned, coalesce(unlocated, 0) AS unlocated
FROM years LEFT JOIN shares USING (year) ORDER BY year
"""
"""Articles and Shares by year; ``{unit}`` is the column of ``placed`` that holds the level's id."""

KIN: Final = """
WITH both_ends AS (
    SELECT DISTINCT a.work_id, a.author_key, unnest([a.site_id, b.site_id]) AS site_id
    FROM parts a JOIN placed pa ON pa.site_id = a.site_id
    JOIN lineage x ON x.institution_id = pa.institution_id AND x.ancestor_id <> x.institution_id
    JOIN placed pb ON pb.institution_id = x.ancestor_id
    JOIN parts b ON b.work_id = a.work_id AND b.author_key = a.author_key AND b.site_id = pb.site_id
)
SELECT count(DISTINCT (work_id, author_key)) AS authors, count(DISTINCT work_id) AS works,
    coalesce(fsum(part) FILTER (WHERE counted), 0) AS share
FROM parts SEMI JOIN both_ends USING (work_id, author_key, site_id)
"""

SITES: Final = """
SELECT
    (SELECT count(*) FROM institutions) AS institutions,
    (SELECT count(*) FROM institutions WHERE NOT regexp_full_match(institution_id, '0[0-9a-z]{6}[0-9]{2}'))
        AS without_ror,
    (SELECT count(*) FROM institutions WHERE coalesce(len(types), 0) = 0) AS without_type,
    (SELECT count(*) FROM institutions WHERE country IS NULL) AS without_country,
    (SELECT count(*) FROM sites) AS sites,
    (SELECT count(*) FROM sites WHERE city_id IS NULL) AS without_city,
    (SELECT count(*) FROM cities) AS cities,
    (SELECT count(*) FROM lineage) AS lineage,
    (SELECT count(*) FROM lineage a JOIN lineage b
        ON a.institution_id = b.ancestor_id AND a.ancestor_id = b.institution_id
        WHERE a.institution_id < a.ancestor_id) AS cycles
"""

UNLOCATED: Final = """
SELECT p.institution_id, i.name, p.country, count(DISTINCT work_id)::BIGINT AS works,
    count(*)::BIGINT AS affiliations,
    coalesce(fsum(part) FILTER (WHERE counted), 0) AS share
FROM parts JOIN placed p USING (site_id) LEFT JOIN institutions i USING (institution_id)
WHERE p.city_id IS NULL
GROUP BY ALL ORDER BY affiliations DESC, p.institution_id
"""

CONSISTENCY: Final[tuple[tuple[str, str, str], ...]] = (
    (
        "works whose n_authors is not the number of authors listed",
        "lists marked as cut aside",
        (
            "SELECT count(*) AS found FROM works LEFT JOIN "
            "(SELECT work_id, count(DISTINCT author_key) AS authors FROM authorships GROUP BY work_id) USING (work_id) "
            "WHERE NOT coalesce(authors_truncated, false) AND n_authors IS DISTINCT FROM coalesce(authors, 0)"
        ),
    ),
    ("works standing twice", "work_id", "SELECT count(*) - count(DISTINCT work_id) AS found FROM works"),
    (
        "affiliations standing twice",
        "work_id, author_key, site_id",
        (
            "SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT work_id, author_key, site_id FROM authorships)) "
            "AS found FROM authorships"
        ),
    ),
    (
        "authors both with and without a site on one work",
        "a null site_id means unassigned and stands alone",
        (
            "SELECT count(*) AS found FROM (SELECT 1 FROM authorships GROUP BY work_id, author_key "
            "HAVING count(site_id) > 0 AND count(*) > count(site_id))"
        ),
    ),
    (
        "authorships of works that are not there",
        "work_id",
        "SELECT count(*) AS found FROM authorships ANTI JOIN works USING (work_id)",
    ),
    (
        "authorships at sites that are not there",
        "site_id",
        "SELECT count(*) AS found FROM authorships ANTI JOIN sites USING (site_id) WHERE site_id IS NOT NULL",
    ),
    (
        "author ids that table authors lacks",
        "author_id",
        (
            "SELECT count(DISTINCT author_id) AS found FROM authorships ANTI JOIN authors USING (author_id) "
            "WHERE author_id IS NOT NULL"
        ),
    ),
    ("sites standing twice", "site_id", "SELECT count(*) - count(DISTINCT site_id) AS found FROM sites"),
    (
        "sites of institutions that are not there",
        "institution_id",
        (
            "SELECT count(*) AS found FROM sites ANTI JOIN institutions USING (institution_id) "
            "WHERE institution_id IS NOT NULL"
        ),
    ),
    (
        "sites in cities that are not there",
        "city_id",
        "SELECT count(*) AS found FROM sites ANTI JOIN cities USING (city_id) WHERE city_id IS NOT NULL",
    ),
    (
        "sites not named institution@city",
        "site_id",
        (
            "SELECT count(*) AS found FROM sites "
            "WHERE site_id IS DISTINCT FROM coalesce(institution_id, '') || '@' || coalesce(city_id, '')"
        ),
    ),
    (
        "institutions standing twice",
        "institution_id",
        "SELECT count(*) - count(DISTINCT institution_id) AS found FROM institutions",
    ),
    ("cities standing twice", "city_id", "SELECT count(*) - count(DISTINCT city_id) AS found FROM cities"),
    (
        "works whose subject parts don't add up to 1",
        "works with subjects",
        (
            "SELECT count(*) AS found FROM "
            "(SELECT work_id FROM subjects GROUP BY work_id HAVING abs(fsum(part) - 1) > 1e-9)"
        ),
    ),
)
"""(what, note, query for the number of cases); every number must be 0."""
