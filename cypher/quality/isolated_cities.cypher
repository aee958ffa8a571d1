// name: quality.isolated_cities
// summary: Cities with output and no partner city.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: institutions int | Institutions with a site in the city.
// column: count int | Articles of the city [articles].
// column: share float | Share of the city [articles].
// column: internal_joint int | Articles with at least two institutions of the city [articles].
//
// Question: which cities publish alone?
// Left out: cities without an article in the window.
// Reading: a small city may be alone; a large Share alone is more likely a wrong match of institutions.

MATCH (c:City)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH c, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share,
     sum(coalesce(o.internal_joint, 0)) AS internal_joint
WHERE NOT EXISTS {
  MATCH (c)-[r:COLLABORATES_WITH]-(:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
}
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       COUNT { (c)<-[:LOCATED_IN]-(:Institution) } AS institutions,
       count,
       share,
       internal_joint
ORDER BY share DESC, city_id
LIMIT toInteger($top_n);
