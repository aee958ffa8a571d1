// name: partnerships.between_cities
// summary: Partner cities of a city by the institution pairs that work together.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: partner_id string | GeoNames id of the partner city.
// column: partner string | Its name.
// column: country string? | Its country code.
// column: partnerships int | Distinct pairs of institutions, one in each city, with a joint article in the window.
// column: own int | Distinct institutions of the city in them.
// column: others int | Distinct institutions of the partner city in them.
//
// Question: how broad is the tie between two cities: two institutions that write everything, or many pairs?
// Left out: institution and umbrella (kin are no partners); pairs inside the city.
// Reading: the same numbers as `scicities partnerships --city`. A pair that works together in several years is
// one.

MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)-[:LOCATED_IN]->(p:City)
WHERE r.year >= $year_from AND r.year <= $year_to AND p.id <> $city_id
WITH DISTINCT p, s, t
MATCH (i:Institution)-[:HAS_SITE]->(s)
MATCH (j:Institution)-[:HAS_SITE]->(t)
WITH p, i, j, CASE WHEN i.id < j.id THEN [i.id, j.id] ELSE [j.id, i.id] END AS pair
WHERE i <> j
WITH p, count(DISTINCT pair) AS partnerships, count(DISTINCT i) AS own, count(DISTINCT j) AS others
RETURN p.id AS partner_id, p.name AS partner, p.country AS country, partnerships, own, others
ORDER BY partnerships DESC, partner_id
LIMIT toInteger($top_n);
