// name: quality.sites_without_coordinates
// summary: Sites without coordinates, with what could stand in for them.
// access: read
// param: top_n int = 25 | Rows returned.
// column: site_id string | Id of the site: institution@city.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: city string? | Name of the site's city; null where it is unknown.
// column: city_has bool | Whether the city has coordinates.
// column: share float | Share of the whole institution, all years [articles].
//
// Question: which sites can't be put on a map?
// Left out: nothing.
// Reading: where city_has is true, the city's own coordinates will do for a map, not for distances inside the city.

MATCH (i:Institution)-[:HAS_SITE]->(s:Site)
WHERE s.lat IS NULL OR s.lon IS NULL
OPTIONAL MATCH (s)-[:LOCATED_IN]->(c:City)
OPTIONAL MATCH (i)-[:PRODUCED]->(o:Output)
WITH s, i, c, round(toFloat(sum(o.share)), 9) AS share
RETURN s.id AS site_id,
       i.id AS institution_id,
       i.name AS institution,
       c.name AS city,
       c.lat IS NOT NULL AND c.lon IS NOT NULL AS city_has,
       share
ORDER BY share DESC, site_id
LIMIT toInteger($top_n);
