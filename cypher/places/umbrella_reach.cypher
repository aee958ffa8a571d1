// name: places.umbrella_reach
// summary: Cities an umbrella organisation reaches through its institutes, at any depth.
// access: read
// needs: hierarchy
// param: institution_id string? = null | Id of the umbrella; null takes all that have parts and are no part themselves.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: umbrella_id string | Id of the umbrella.
// column: umbrella string | Its name.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: institutes int | Institutes of the umbrella in the city.
// column: institute_part float | Those as a part of all its institutes with a known city, 0 to 1.
// column: share_total float | Share of those institutes, each with its whole Share [articles].
//
// Question: where does an academy or a society really work, once its institutes, their institutes and so on are
// followed down?
// Left out: the umbrella's own sites (headquarters), and institutes without a known city.
// Reading: an institute with sites in two cities is in both rows with its whole Share, so the parts of such an
// umbrella add up to more than 1.

MATCH (u:Institution)
WHERE u.id = $institution_id
   OR ($institution_id IS NULL AND EXISTS { (u)<-[:PART_OF]-() } AND NOT EXISTS { (u)-[:PART_OF]->() })
MATCH (u)<-[:PART_OF*1..]-(i:Institution)
WHERE i <> u AND EXISTS { (i)-[:LOCATED_IN]->(:City) }
WITH u, collect(DISTINCT i) AS institutes
UNWIND institutes AS i
OPTIONAL MATCH (i)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH u, size(institutes) AS all_institutes, i, coalesce(sum(o.share), 0.0) AS share
MATCH (i)-[:LOCATED_IN]->(c:City)
WITH u, all_institutes, c, count(i) AS institutes, round(toFloat(sum(share)), 9) AS share_total
RETURN u.id AS umbrella_id,
       u.name AS umbrella,
       c.id AS city_id,
       c.name AS city,
       c.country AS country,
       institutes,
       round(toFloat(institutes) / all_institutes, 9) AS institute_part,
       share_total
ORDER BY institutes DESC, share_total DESC, umbrella_id, city_id
LIMIT toInteger($top_n);
