// name: careers.through_city
// summary: Careers that came to a city from elsewhere and went on from it: on, back, or through a gateway.
// access: read
// needs: researchers
// param: city_id string | GeoNames id of the city between.
// param: horizon int = 10 | Years from the arrival to the departure, at most.
// param: year_from int = first_year | First year of arrival, inclusive.
// param: year_to int = last_year | Last year of arrival, inclusive.
// param: top_n int = 25 | Rows returned.
// column: researcher_id string | Author id or pseudonym.
// column: from_city_id string | GeoNames id of the city before.
// column: from_city string | Its name.
// column: arrived int | First year in the city between.
// column: to_city_id string | GeoNames id of the city after.
// column: to_city string | Its name.
// column: went_on int | First year in the city after.
// column: way string | gateway (from abroad, on to another city of the same country), back (to the city before) or on.
//
// Question: for whom was this city a station, and is it a gateway into its country?
// Left out: tenures of institutions that stand in the city between and in one of the others alike.
// Reading: a person with several tenures before or after has several rows. The rate by a rule of moves is `flows
// --show gateways`.

MATCH (g:City {id: $city_id})<-[:LOCATED_IN]-(k:Institution)<-[w:WORKED_AT]-(r:Researcher)
WHERE w.from_year >= $year_from AND w.from_year <= $year_to
MATCH (r)-[v:WORKED_AT]->(i:Institution)-[:LOCATED_IN]->(a:City)
WHERE a <> g AND v.from_year < w.from_year AND NOT EXISTS { (i)-[:LOCATED_IN]->(g) }
MATCH (r)-[u:WORKED_AT]->(j:Institution)-[:LOCATED_IN]->(b:City)
WHERE b <> g AND u.from_year > w.from_year AND u.from_year <= w.from_year + $horizon
  AND NOT EXISTS { (j)-[:LOCATED_IN]->(g) }
WITH r, g, a, b, min(w.from_year) AS arrived, min(u.from_year) AS went_on
RETURN r.id AS researcher_id, a.id AS from_city_id, a.name AS from_city, arrived,
       b.id AS to_city_id, b.name AS to_city, went_on,
       CASE WHEN a = b THEN 'back'
            WHEN a.country <> g.country AND b.country = g.country THEN 'gateway'
            ELSE 'on' END AS way
ORDER BY arrived DESC, researcher_id, from_city_id, to_city_id
LIMIT toInteger($top_n);
