"""The statements behind :mod:`toolkit.corpus.assemble_cities`, in the order in which they run."""

from __future__ import annotations

from typing import Final

__all__: list[str] = []

CITIES_WITHOUT_ID: Final = """
SELECT DISTINCT city_name, coalesce(city_country, country, '') AS country, coalesce(admin1, '') AS region
FROM staged_institutions WHERE city_ref IS NULL AND city_name IS NOT NULL ORDER BY ALL
"""

CITIES_BY_NAME: Final = """
WITH said AS (
    SELECT coalesce(s.city_ref, m.city_id) AS made_id, s.city_name AS name,
        nullif(coalesce(s.city_country, s.country, ''), '') AS country, s.admin1 AS region, s.lat, s.lon
    FROM staged_institutions s LEFT JOIN made_cities m ON s.city_ref IS NULL AND m.name = s.city_name
        AND m.country = coalesce(s.city_country, s.country, '') AND m.region = coalesce(s.admin1, '')
    UNION ALL
    SELECT city_ref, city_name, city_country, city_admin1, city_lat, city_lon FROM staged_authorships
)
SELECT made_id, min(name) AS name, min(country) AS country, min(region) AS region, median(lat) AS lat,
    median(lon) AS lon, count(*) AS records
FROM said WHERE starts_with(made_id, 'x-') AND name IS NOT NULL GROUP BY made_id ORDER BY made_id
"""

GAZETTEER: Final = """
CREATE TABLE gazetteer AS
SELECT * EXCLUDE (other_names) FROM read_parquet($path)
WHERE city_id IN (
    SELECT city_ref FROM staged_institutions UNION SELECT city_ref FROM staged_authorships
    UNION SELECT city_id FROM candidates
)
"""

GAZETTEER_BY_ADDRESS: Final = """
INSERT INTO gazetteer
SELECT * EXCLUDE (other_names) FROM read_parquet($path)
WHERE city_id IN (SELECT city_id FROM address_cities) AND city_id NOT IN (SELECT city_id FROM gazetteer)
"""

GAZETTEER_CODES: Final = "SELECT city_id, country, admin1 FROM gazetteer WHERE admin1 IS NOT NULL"

REGION_WORDS: Final = """
WITH said AS (
    -- superseded records too: what a region is called and coded is no matter of one institution
    SELECT city_ref, coalesce(city_country, country) AS country, admin1, admin1_code, precedence
    FROM institution_rows WHERE city_ref IS NOT NULL AND coalesce(admin1, admin1_code) IS NOT NULL
), coded AS (
    SELECT city_ref, country, first(admin1_code ORDER BY precedence, admin1_code) AS code
    FROM said WHERE admin1_code IS NOT NULL GROUP BY ALL
)
SELECT s.city_ref, s.country, s.admin1, CASE WHEN s.admin1_code IS NOT NULL THEN c.code END
FROM said s LEFT JOIN coded c ON c.city_ref = s.city_ref AND c.country IS NOT DISTINCT FROM s.country
UNION
SELECT city_ref, city_country, city_admin1, NULL
FROM staged_authorships WHERE city_ref IS NOT NULL AND city_admin1 IS NOT NULL
"""

# A city known by its name is what GeoNames says of it, and in the region that records name where GeoNames has none; one
# with an id is what the best informed record says.
CITY_FACTS: Final = """
CREATE TABLE city_facts AS
WITH rows AS (
    SELECT city_id, city_name AS name, coalesce(city_country, country) AS country, admin1, lat, lon,
        rank, precedence, input, line
    FROM facts WHERE city_id IS NOT NULL AND NOT by_name
    UNION ALL
    SELECT city_ref, city_name, city_country, city_admin1, city_lat, city_lon, 2, NULL, input, record
    FROM staged_authorships
    WHERE city_ref IS NOT NULL AND NOT EXISTS (FROM named_cities n WHERE n.old_id = city_ref)
), by_name AS (
    SELECT n.city_id, first(c.region ORDER BY c.records DESC, c.made_id) AS admin1
    FROM named_cities n JOIN city_names c ON c.made_id = n.old_id WHERE c.region IS NOT NULL GROUP BY n.city_id
), used AS (
    SELECT DISTINCT city_id FROM spots WHERE city_id IS NOT NULL
), said AS (
    SELECT city_id,
        first(name ORDER BY rank, precedence, input, line, name) FILTER (name IS NOT NULL) AS name,
        first(country ORDER BY rank, precedence, input, line, country) FILTER (country IS NOT NULL) AS country,
        first(admin1 ORDER BY rank, precedence, input, line, admin1) FILTER (admin1 IS NOT NULL) AS admin1,
        first({'lat': lat, 'lon': lon} ORDER BY rank, precedence, input, line, lat, lon)
            FILTER (lat IS NOT NULL AND lon IS NOT NULL) AS point
    FROM used LEFT JOIN rows USING (city_id) GROUP BY city_id
)
SELECT city_id, coalesce(s.name, g.name) AS name, coalesce(s.country, g.country) AS country,
    coalesce(s.admin1, CASE WHEN g.admin1 IS NULL THEN b.admin1 END) AS admin1,
    coalesce(s.point, CASE WHEN g.lat IS NOT NULL THEN {'lat': g.lat, 'lon': g.lon} END) AS point, g.population
FROM said s LEFT JOIN gazetteer g USING (city_id) LEFT JOIN by_name b USING (city_id)
"""

# What the id kept does not know is taken from the ids made one with it, GeoNames ids first, then those with most sites.
# A region's code is better than the region's name in its place.
FACTS_OF_MERGED: Final = """
CREATE TEMP MACRO region_rank(admin1) AS
    CASE WHEN admin1 IS NULL THEN 2 WHEN regexp_full_match(admin1, '[A-Z0-9]+') THEN 0 ELSE 1 END;

CREATE TEMP TABLE merged_facts AS
WITH sites AS (
    SELECT city_id, count(DISTINCT institution_id) AS sites FROM spots GROUP BY city_id
), members AS (
    SELECT m.kept_id, r.admin1, r.region, f.population, row_number() OVER (
        ORDER BY region_rank(r.admin1), starts_with(m.old_id, 'x-'), coalesce(n.sites, 0) DESC, length(m.old_id),
            m.old_id
    ) AS place
    FROM merged_cities m LEFT JOIN city_regions r ON r.city_id = m.old_id
    LEFT JOIN city_facts f ON f.city_id = m.old_id LEFT JOIN sites n ON n.city_id = m.old_id
)
SELECT kept_id, max(population) AS population,
    first(admin1 ORDER BY place) FILTER (admin1 IS NOT NULL) AS admin1,
    first(region ORDER BY place) FILTER (region IS NOT NULL) AS region
FROM members GROUP BY kept_id;

UPDATE city_regions SET
    region = CASE WHEN region_rank(m.admin1) < region_rank(city_regions.admin1)
        THEN coalesce(m.region, city_regions.region) ELSE coalesce(city_regions.region, m.region) END,
    admin1 = CASE WHEN region_rank(m.admin1) < region_rank(city_regions.admin1) THEN m.admin1
        ELSE city_regions.admin1 END
FROM merged_facts m WHERE m.kept_id = city_regions.city_id;

UPDATE city_facts SET population = m.population
FROM merged_facts m WHERE m.kept_id = city_facts.city_id AND city_facts.population IS NULL;
"""

ADDRESSES: Final = """
SELECT DISTINCT l.institution_id, l.affiliation_text, k.country, k.place.city_id
FROM mentions l JOIN known k USING (institution_id)
WHERE l.affiliation_text IS NOT NULL AND l.record_city IS NULL ORDER BY ALL
"""

CITIES_BY_REGISTRIES: Final = """
SELECT DISTINCT city_name, city_id, coalesce(city_country, country) AS country, coalesce(admin1, '') AS region, lat, lon
FROM facts WHERE city_id IS NOT NULL AND city_name IS NOT NULL AND country IS NOT NULL ORDER BY ALL
"""

ADDRESS_COUNTS: Final = """
SELECT t.how, sum(l.listings)::BIGINT FROM mentions l JOIN address_cities t
    ON t.institution_id = l.institution_id AND t.text = l.affiliation_text
WHERE l.record_city IS NULL GROUP BY t.how
"""

CITIES_TO_MERGE: Final = """
SELECT city_id, name, country, r.admin1, r.region, point.lat AS lat, point.lon AS lon
FROM city_facts LEFT JOIN city_regions r USING (city_id) ORDER BY city_id
"""

SITES_OF_CITY: Final = """
SELECT city_id, count(DISTINCT institution_id) FROM spots WHERE city_id IS NOT NULL GROUP BY city_id
"""

USED_NAMES: Final = """
SELECT city_id FROM spots
UNION
SELECT old_id FROM named_cities SEMI JOIN spots USING (city_id)
"""

SHARES_MERGED: Final = """
WITH concerned AS (
    SELECT DISTINCT a.work, a.author, s.institution_id, s.city_id
    FROM affiliated a JOIN spots s USING (spot) SEMI JOIN merged_cities m ON m.old_id = s.city_id
), parts AS (
    SELECT work, author, count(*) AS k FROM signatures SEMI JOIN concerned USING (work, author) GROUP BY ALL
)
SELECT c.city_id, sum(1.0 / (w.n_authors * parts.k)) AS share
FROM concerned c JOIN parts USING (work, author)
JOIN (SELECT work, work_id FROM winners WHERE wins) n USING (work) JOIN works w USING (work_id)
WHERE NOT w.authors_truncated AND w.year IS NOT NULL
GROUP BY c.city_id
"""

GAZETTEER_COUNTS: Final = """
SELECT 'cities in it', count(*) FROM cities SEMI JOIN gazetteer USING (city_id)
UNION ALL
SELECT 'GeoNames ids not in it', count(*) FROM cities ANTI JOIN gazetteer USING (city_id)
WHERE NOT starts_with(city_id, 'x-')
UNION ALL
SELECT 'cities with a population', count(*) FROM cities WHERE population IS NOT NULL
"""
