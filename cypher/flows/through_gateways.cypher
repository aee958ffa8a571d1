// name: flows.through_gateways
// summary: Paths of two moves: from abroad into a gateway city, and on to another city of its country.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: within_years int = 5 | Years after the first move in which the second must fall.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id of the gateway.
// column: city string | Its name.
// column: arrivals float | Researchers who came to it from other countries [researchers].
// column: went_on float | Researchers who left it for other cities of its country in the years after [researchers].
// column: path_from_id string | GeoNames id of the city abroad at which its widest path begins.
// column: path_from string | Its name.
// column: path_to_id string | GeoNames id of the city at which that path ends.
// column: path_to string | Its name.
// column: path float | Width of that path: the smaller one of its two flows [researchers].
//
// Question: by which cities do people come into a country and then spread?
// Left out: cities that nobody reached from abroad, or nobody left for another city of the country in the years after.
// Reading: these are flows: those who went on need not be those who arrived, so went_on is no rate. The rate of
// those who did is `scicities flows --show gateways`. Both moves lie in the window.

MATCH (x:City)-[r:MOVED_TO {rule: $rule}]->(g:City)
WHERE ($country IS NULL OR g.country = $country) AND g.country IS NOT NULL
  AND (x.country IS NULL OR x.country <> g.country) AND r.year >= $year_from AND r.year <= $year_to
WITH g, x, sum(r.researchers) AS came, collect(r.year) AS years
WITH g, sum(came) AS arrivals, collect({city: x, came: came, years: years}) AS origins
MATCH (g)-[s:MOVED_TO {rule: $rule}]->(y:City)
WHERE y.country = g.country AND s.year <= $year_to
  AND any(o IN origins WHERE any(year IN o.years WHERE s.year >= year AND s.year <= year + $within_years))
WITH g, arrivals, origins, y, sum(s.researchers) AS went, collect(s.year) AS later
WITH g, arrivals, origins, sum(went) AS went_on, collect({city: y, went: went, years: later}) AS targets
UNWIND origins AS o
UNWIND targets AS t
WITH g, arrivals, went_on, o, t, CASE WHEN o.came < t.went THEN o.came ELSE t.went END AS path
WHERE any(year IN o.years WHERE any(after IN t.years WHERE after >= year AND after <= year + $within_years))
ORDER BY round(path, 6) DESC, o.city.id, t.city.id
WITH g, arrivals, went_on, head(collect({from_city: o.city, to_city: t.city, width: path})) AS widest
RETURN g.id AS city_id,
       g.name AS city,
       round(arrivals, 9) AS arrivals,
       round(went_on, 9) AS went_on,
       widest.from_city.id AS path_from_id,
       widest.from_city.name AS path_from,
       widest.to_city.id AS path_to_id,
       widest.to_city.name AS path_to,
       round(widest.width, 9) AS path
ORDER BY round(arrivals, 6) DESC, city_id
LIMIT toInteger($top_n);
