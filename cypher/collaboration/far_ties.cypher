// name: collaboration.far_ties
// summary: Strong ties over long distances.
// access: read
// needs: coordinates
// param: min_km float = 5000.0 | Smallest distance as the crow flies [km].
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Code of a country one of the two must be in; null takes all pairs.
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of one city, the smaller id as text.
// column: a_name string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b_name string | Its name.
// column: km float | Distance between the two cities [km].
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
//
// Question: which cities work together although half the world lies between them?
// Left out: pairs closer than min_km; cities without coordinates.
// Reading: distance as the crow flies on a sphere.

MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City)
WHERE r.year >= $year_from AND r.year <= $year_to AND ($country IS NULL OR $country IN [a.country, b.country])
WITH a, b, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
WITH a, b, joint, score,
     point.distance(point({latitude: a.lat, longitude: a.lon}), point({latitude: b.lat, longitude: b.lon})) AS metres
WHERE metres >= 1000 * $min_km
RETURN a.id AS a_id,
       a.name AS a_name,
       b.id AS b_id,
       b.name AS b_name,
       round(metres / 1000, 3) AS km,
       joint,
       score
ORDER BY score DESC, a_id, b_id
LIMIT toInteger($top_n);
