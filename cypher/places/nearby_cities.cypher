// name: places.nearby_cities
// summary: Cities around a city by distance, and how much it works with each.
// access: read
// needs: coordinates
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: max_km float = 1000.0 | Largest distance as the crow flies [km].
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: partner_id string | GeoNames id of the partner city.
// column: partner string | Its name.
// column: country string? | Its country code.
// column: km float | Distance between the two cities [km].
// column: joint int | Articles signed from both; 0 without any [articles].
// column: score float | Collaboration score; 0 without joint articles [articles].
// column: share float | Share of that city [articles].
//
// Question: with which of its neighbours does a city work, and which does it pass over?
// Left out: cities farther than max_km; cities without coordinates.
// Reading: a large Share close by with a small score is a neighbour passed over.

MATCH (c:City {id: $city_id}), (p:City)
WHERE p <> c
WITH c, p,
     point.distance(point({latitude: c.lat, longitude: c.lon}), point({latitude: p.lat, longitude: p.lon})) AS metres
WHERE metres <= 1000 * $max_km
OPTIONAL MATCH (c)-[r:COLLABORATES_WITH]-(p)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH p, metres, sum(r.joint) AS joint, sum(r.score) AS score
OPTIONAL MATCH (p)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH p, metres, joint, score, sum(o.share) AS share
RETURN p.id AS partner_id,
       p.name AS partner,
       p.country AS country,
       round(metres / 1000, 3) AS km,
       joint,
       round(toFloat(score), 9) AS score,
       round(toFloat(share), 9) AS share
ORDER BY km, partner_id
LIMIT toInteger($top_n);
