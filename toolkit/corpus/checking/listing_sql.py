"""The SQL of the listings: the rows behind a number of the report, with ids and names, largest Share first."""

from __future__ import annotations

from typing import Final

from toolkit.corpus.schema import FUNDER

__all__ = ["CITIES", "KIN_PAIRS", "PLACELESS", "REGISTRY", "UNASSIGNED", "UNCOUNTED", "UNTYPED"]

UNCOUNTED: Final = """
SELECT work_id, CASE WHEN NOT has_authors THEN 'no author' WHEN year IS NULL THEN 'no year' ELSE 'author list cut' END
    AS reason, year, n_authors::BIGINT AS n_authors, doi, title, source
FROM articles WHERE NOT counted ORDER BY reason, work_id
"""

UNASSIGNED: Final = """
SELECT p.work_id, p.year, count(*)::BIGINT AS authors, w.n_authors::BIGINT AS n_authors, w.doi, w.title,
    coalesce(fsum(part) FILTER (WHERE p.counted), 0) AS share
FROM parts p JOIN works w USING (work_id) WHERE p.site_id IS NULL
GROUP BY p.work_id, p.year, w.n_authors, w.doi, w.title ORDER BY share DESC, p.work_id
"""

KIN_PAIRS: Final = """
SELECT c.institution_id, i.name, x.ancestor_id, j.name AS ancestor_name, count(*)::BIGINT AS authors,
    count(DISTINCT c.work_id)::BIGINT AS works, fsum(c.part + d.part) AS share
FROM signed c
JOIN (SELECT DISTINCT institution_id, ancestor_id FROM lineage WHERE institution_id <> ancestor_id) x
    USING (institution_id)
JOIN signed d ON d.work_id = c.work_id AND d.author_key = c.author_key AND d.institution_id = x.ancestor_id
JOIN institutions i ON i.institution_id = c.institution_id JOIN institutions j ON j.institution_id = x.ancestor_id
GROUP BY c.institution_id, i.name, x.ancestor_id, j.name
ORDER BY share DESC, c.institution_id, x.ancestor_id
"""

CITIES: Final = """
WITH held AS (
    SELECT s.site_id, s.institution_id, c.city_id, c.name AS city, c.country, r.city_id AS registry_city_id,
        r.city_name AS registry_city, r.country AS registry_country, r.source AS registry,
        km(coalesce(s.lat, c.lat), coalesce(s.lon, c.lon), r.lat, r.lon) AS km
    FROM sites s JOIN registry r USING (institution_id) JOIN cities c ON c.city_id = s.city_id
    WHERE r.city_id IS NOT NULL AND s.city_id <> r.city_id
)
SELECT h.institution_id, i.name, h.city_id, h.city, h.country, h.registry, h.registry_city_id, h.registry_city,
    h.registry_country, round(h.km, 1) AS km, count(DISTINCT p.work_id)::BIGINT AS works,
    count(p.site_id)::BIGINT AS affiliations, coalesce(fsum(p.part) FILTER (WHERE p.counted), 0) AS share
FROM held h JOIN institutions i USING (institution_id) LEFT JOIN parts p USING (site_id)
-- ids of one place differ between sources where no work uses both
WHERE NOT (lower(h.city) = lower(h.registry_city) AND h.country IS NOT DISTINCT FROM h.registry_country
    AND coalesce(h.km, 0) < {same_place})
GROUP BY ALL ORDER BY share DESC, h.institution_id, h.city_id
"""

REGISTRY: Final = """
WITH standing AS (
    SELECT i.institution_id, CASE
        WHEN r.status IN ('inactive', 'withdrawn') THEN r.status
        WHEN NOT regexp_full_match(i.institution_id, '0[0-9a-z]{{6}}[0-9]{{2}}') THEN 'no ROR id'
        WHEN {ror_was_read} AND r.source IS DISTINCT FROM 'ror' THEN 'not in the ROR that was read' END AS status
    FROM institutions i LEFT JOIN registry r USING (institution_id)
)
SELECT i.institution_id, i.name, s.status, i.country, p.works, p.authors, p.affiliations, p.share
FROM standing s JOIN institutions i USING (institution_id) JOIN presence p USING (institution_id)
WHERE s.status IS NOT NULL ORDER BY p.share DESC, i.institution_id
"""

UNTYPED: Final = f"""
SELECT i.institution_id, i.name, i.country, p.works, p.authors, p.affiliations, p.share
FROM institutions i JOIN presence p USING (institution_id) WHERE len(list_filter(i.types, t -> t <> '{FUNDER}')) = 0
ORDER BY p.share DESC, i.institution_id
"""  # noqa: S608  (a constant of ours)

PLACELESS: Final = """
SELECT c.city_id, c.name, c.country, c.region, CASE
        WHEN c.country IS NULL THEN 'no country' WHEN c.lat IS NULL OR c.lon IS NULL THEN 'no coordinates'
        WHEN starts_with(c.city_id, 'x-') THEN 'no GeoNames id' ELSE 'no region' END AS lacks,
    count(DISTINCT p.work_id)::BIGINT AS works, count(p.site_id)::BIGINT AS affiliations,
    coalesce(fsum(p.part) FILTER (WHERE p.counted), 0) AS share
FROM cities c JOIN sites s USING (city_id) JOIN parts p USING (site_id)
WHERE c.country IS NULL OR c.lat IS NULL OR c.lon IS NULL OR starts_with(c.city_id, 'x-') OR c.admin1 IS NULL
GROUP BY ALL ORDER BY share DESC, c.city_id
"""
