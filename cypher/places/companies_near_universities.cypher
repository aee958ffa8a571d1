// name: places.companies_near_universities
// summary: Companies with a university close by, and whether the two write together.
// access: read
// param: country string? = null | Country code; null takes all countries.
// param: max_km float = 25.0 | Largest distance as the crow flies [km].
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: company_id string | Id of the company.
// column: company string | Its name.
// column: city_id string | GeoNames id of the city its site is in.
// column: city string | Name of that city.
// column: universities int | Universities of the country within max_km of it.
// column: partners int | How many of them have a joint article with it.
// column: nearest_km float | Distance to the nearest [km].
// column: score float | Collaboration score with them [articles].
// column: strongest string? | The university it writes most with; null without one.
//
// Question: which companies sit beside a university, and which of those don't work with it?
// Left out: companies and universities whose site has no coordinates; universities of another country.
// Reading: a company is an institution with `company` among its types, a university one with `education`.
// Distances are between the sites' coordinates, which are often those of the city: 0 then means the same city.

MATCH (f:Institution)-[:HAS_SITE]->(s:Site)-[:LOCATED_IN]->(c:City)
WHERE 'company' IN f.types AND s.lat IS NOT NULL AND ($country IS NULL OR c.country = $country)
MATCH (u:Institution)-[:HAS_SITE]->(t:Site)-[:LOCATED_IN]->(d:City)
WHERE 'education' IN u.types AND u <> f AND t.lat IS NOT NULL AND d.country = c.country
WITH f, s, c, u, t,
     point.distance(point({latitude: s.lat, longitude: s.lon}), point({latitude: t.lat, longitude: t.lon})) AS metres
WHERE metres <= 1000 * $max_km
OPTIONAL MATCH (s)-[r:PARTNERS_WITH]-(t)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH f, c, u, min(metres) AS metres, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, u.id
WITH f, c, count(u) AS universities, count(CASE WHEN score > 0 THEN u END) AS partners,
     min(metres) AS metres, sum(score) AS score, head(collect(CASE WHEN score > 0 THEN u.name END)) AS strongest
RETURN f.id AS company_id,
       f.name AS company,
       c.id AS city_id,
       c.name AS city,
       universities,
       partners,
       round(metres / 1000, 3) AS nearest_km,
       round(score, 9) AS score,
       strongest
ORDER BY score DESC, universities DESC, company_id, city_id
LIMIT toInteger($top_n);
