"""The SQL that finds what looks like an error of the records: wrong matches, corridors, merged and split people.

Each rule is stated, with its thresholds, in ``docs/check.md``. They find candidates; nothing is changed by them.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CORRIDORS", "DOUBLES", "MATCHING", "ORCIDS", "PEOPLE", "SIGNED"]

SIGNED: Final = """
CREATE TEMP TABLE signed AS
SELECT p.work_id, p.author_key, p.year, pl.institution_id, min(pl.country) AS country,
    coalesce(fsum(part) FILTER (WHERE counted), 0) AS part
FROM parts p JOIN placed pl USING (site_id) WHERE pl.institution_id IS NOT NULL
GROUP BY p.work_id, p.author_key, p.year, pl.institution_id;

CREATE TEMP TABLE kin AS
SELECT DISTINCT institution_id AS a, ancestor_id AS b FROM lineage WHERE institution_id <> ancestor_id
UNION SELECT DISTINCT ancestor_id, institution_id FROM lineage WHERE institution_id <> ancestor_id;

CREATE TEMP TABLE presence AS
SELECT institution_id, count(*)::BIGINT AS affiliations, count(DISTINCT author_key)::BIGINT AS authors,
    count(DISTINCT work_id)::BIGINT AS works, fsum(part) AS share
FROM signed GROUP BY institution_id;

-- where an institution stands: the city of the site most authors sign from
CREATE TEMP TABLE seat AS
SELECT institution_id, city_id, city, lat, lon FROM (
    SELECT s.institution_id, s.city_id, c.name AS city, coalesce(s.lat, c.lat) AS lat, coalesce(s.lon, c.lon) AS lon,
        row_number() OVER (PARTITION BY s.institution_id ORDER BY count(p.site_id) DESC, s.site_id) AS place
    FROM sites s LEFT JOIN cities c USING (city_id) LEFT JOIN parts p USING (site_id)
    WHERE s.institution_id IS NOT NULL
    GROUP BY s.site_id, s.institution_id, s.city_id, c.name, s.lat, s.lon, c.lat, c.lon
) WHERE place = 1;

CREATE TEMP MACRO km(lat1, lon1, lat2, lon2) AS
    -- least() passes over nulls
    CASE WHEN lat1 + lon1 + lat2 + lon2 IS NOT NULL THEN 12742 * asin(least(1, sqrt(
        sin(radians(lat2 - lat1) / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2))) END;
"""
"""Temporary tables over those of :data:`~toolkit.corpus.checking.queries.PARTS`; ``seat`` is an institution's place."""

MATCHING: Final = """
WITH together AS (
    SELECT a.institution_id AS a, b.institution_id AS b, count(*) AS both_ends, count(DISTINCT a.author_key) AS people,
        count(DISTINCT a.work_id) AS works
    FROM signed a JOIN signed b USING (work_id, author_key) WHERE a.institution_id <> b.institution_id GROUP BY ALL
), shadows AS (
    SELECT t.a, t.b, t.both_ends / p.affiliations AS together,
        row_number() OVER (PARTITION BY t.a ORDER BY t.both_ends DESC, q.affiliations DESC, t.b) AS place
    FROM together t JOIN presence p ON p.institution_id = t.a JOIN presence q ON q.institution_id = t.b
    ANTI JOIN kin ON kin.a = t.a AND kin.b = t.b
    WHERE t.works >= {least_works} AND t.people >= {least_authors} AND t.both_ends >= {together} * p.affiliations
        AND q.affiliations >= 2 * p.affiliations
), elsewhere AS (
    SELECT a.work_id, a.author_key, a.institution_id AS a, bool_or(b.country = a.country) AS at_home,
        mode(b.country ORDER BY b.country) AS abroad
    FROM signed a JOIN signed b USING (work_id, author_key)
    WHERE a.institution_id <> b.institution_id AND a.country IS NOT NULL AND b.country IS NOT NULL GROUP BY ALL
), abroad AS (
    SELECT e.a, count(*) FILTER (NOT at_home) / p.affiliations AS together,
        mode(abroad ORDER BY abroad) FILTER (NOT at_home) AS country
    FROM elsewhere e JOIN presence p ON p.institution_id = e.a GROUP BY e.a, p.affiliations
    HAVING count(DISTINCT work_id) FILTER (NOT at_home) >= {abroad_works}
        AND count(DISTINCT author_key) FILTER (NOT at_home) >= {abroad_authors}
        AND count(*) FILTER (NOT at_home) >= {abroad_of_known} * count(*)
        AND count(*) FILTER (NOT at_home) >= {abroad_of_all} * p.affiliations
), suspects AS (
    SELECT s.a, s.b, s.together, km(x.lat, x.lon, y.lat, y.lon) AS km,
        CASE WHEN km(x.lat, x.lon, y.lat, y.lon) >= {far} THEN 'far from its partner'
             WHEN km(x.lat, x.lon, y.lat, y.lon) IS NULL THEN 'place unknown' ELSE 'near its partner' END AS rule,
        NULL AS partner_country
    FROM shadows s LEFT JOIN seat x ON x.institution_id = s.a LEFT JOIN seat y ON y.institution_id = s.b
    WHERE s.place = 1
    UNION ALL
    SELECT a, NULL, together, NULL, 'partners abroad', country FROM abroad
    WHERE a NOT IN (SELECT a FROM shadows)
)
SELECT s.a AS institution_id, i.name, x.city, i.country, s.rule, s.b AS partner_id, j.name AS partner_name,
    y.city AS partner_city, coalesce(s.partner_country, j.country) AS partner_country, round(s.km, 1) AS km,
    p.works, p.authors, p.affiliations, round(s.together, 4) AS together, p.share
FROM suspects s JOIN presence p ON p.institution_id = s.a JOIN institutions i ON i.institution_id = s.a
LEFT JOIN institutions j ON j.institution_id = s.b
LEFT JOIN seat x ON x.institution_id = s.a LEFT JOIN seat y ON y.institution_id = s.b
ORDER BY p.share DESC, s.a
"""

CORRIDORS: Final = """
WITH seen AS (
    SELECT DISTINCT p.author_key AS author, p.year, p.work_id, p.institution_id
    FROM signed p SEMI JOIN (SELECT author_id FROM authors) k ON k.author_id = p.author_key WHERE p.year IS NOT NULL
), held AS (
    SELECT author, institution_id FROM seen GROUP BY ALL
), pairs AS (
    SELECT author, x.institution_id AS a, y.institution_id AS b
    FROM held x JOIN held y USING (author)
    ANTI JOIN kin ON kin.a = x.institution_id AND kin.b = y.institution_id
    WHERE x.institution_id < y.institution_id
), years AS (
    SELECT p.author, p.a, p.b, s.year, bool_or(s.institution_id = p.a) AS at_a, bool_or(s.institution_id = p.b) AS at_b
    FROM pairs p JOIN seen s ON s.author = p.author AND s.institution_id IN (p.a, p.b) GROUP BY ALL
), steps AS (
    SELECT author, a, b, at_a, lag(at_a) OVER (PARTITION BY author, a, b ORDER BY year) AS was_at_a
    FROM years WHERE at_a <> at_b
), travels AS (
    SELECT author, a, b, count(*) FILTER (was_at_a AND NOT at_a) AS from_a_to_b,
        count(*) FILTER (NOT was_at_a AND at_a) AS from_b_to_a
    FROM steps GROUP BY ALL
), corridors AS (
    SELECT p.a, p.b, count(*) AS authors, coalesce(sum(from_a_to_b), 0) AS from_a_to_b,
        coalesce(sum(from_b_to_a), 0) AS from_b_to_a,
        count(*) FILTER (from_a_to_b > 0 AND from_b_to_a > 0) AS back_and_forth
    FROM pairs p LEFT JOIN travels t USING (author, a, b) GROUP BY ALL
    HAVING count(*) FILTER (from_a_to_b > 0 AND from_b_to_a > 0) >= {least_authors}
), shares AS (
    SELECT c.a, c.b, fsum(s.part) AS share
    FROM corridors c JOIN pairs p USING (a, b)
    JOIN signed s ON s.author_key = p.author AND s.institution_id IN (c.a, c.b) GROUP BY ALL
)
SELECT c.a AS a_id, i.name AS a_name, c.b AS b_id, j.name AS b_name, c.authors::BIGINT AS authors,
    c.from_a_to_b::BIGINT AS from_a_to_b, c.from_b_to_a::BIGINT AS from_b_to_a,
    c.back_and_forth::BIGINT AS back_and_forth, s.share
FROM corridors c JOIN shares s USING (a, b)
JOIN institutions i ON i.institution_id = c.a JOIN institutions j ON j.institution_id = c.b
ORDER BY s.share DESC, c.a, c.b
"""

PEOPLE: Final = """
SELECT p.author_key AS author_id, any_value(a.name) AS name, p.year,
    count(DISTINCT p.institution_id)::BIGINT AS institutions, count(DISTINCT p.work_id)::BIGINT AS works,
    fsum(p.part) AS share
FROM signed p JOIN authors a ON a.author_id = p.author_key WHERE p.year IS NOT NULL
GROUP BY p.author_key, p.year HAVING count(DISTINCT p.institution_id) > {most_places}
ORDER BY share DESC, author_id, p.year
"""

ORCIDS: Final = """
WITH shared AS (SELECT orcid FROM authors WHERE orcid IS NOT NULL GROUP BY orcid HAVING count(*) > 1)
SELECT a.orcid, a.author_id, a.name, count(DISTINCT p.work_id)::BIGINT AS works,
    coalesce(fsum(p.part) FILTER (WHERE p.counted), 0) AS share
FROM authors a SEMI JOIN shared USING (orcid) LEFT JOIN parts p ON p.author_key = a.author_id
GROUP BY ALL ORDER BY share DESC, a.orcid, a.author_id
"""

DOUBLES: Final = """
WITH keyed AS (
    SELECT work_id, doi, title, year, counted, lower(trim(title)) AS wording FROM articles
), same AS (
    SELECT a.work_id, b.work_id AS other, 'same DOI' AS reason
    FROM keyed a JOIN keyed b ON a.doi = b.doi AND b.work_id < a.work_id
    UNION ALL
    SELECT DISTINCT a.work_id, b.work_id, 'same title, year and an author'
    FROM keyed a JOIN keyed b ON a.wording = b.wording AND a.year = b.year AND b.work_id < a.work_id
    JOIN parts x ON x.work_id = a.work_id JOIN parts y ON y.work_id = b.work_id AND y.author_key = x.author_key
    WHERE length(a.wording) >= {least_title}
)
SELECT k.work_id, min(s.other) AS other_id, min(s.reason) AS reason, k.year, k.doi, k.title,
    k.counted::INTEGER::DOUBLE AS share
FROM same s JOIN keyed k USING (work_id)
GROUP BY ALL ORDER BY share DESC, k.work_id
"""
