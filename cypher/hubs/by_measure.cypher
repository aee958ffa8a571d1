// name: hubs.by_measure
// summary: Rank cities by a centrality that was written to the graph.
// access: read
// needs: hubs
// param: measure string = "pagerank" | degree, strength, pagerank, betweenness, eigenvector, harmonic or core.
// param: country string? = null | Country code; null takes all countries.
// param: top_n int = 25 | Rows returned.
// column: rank int | Competition rank among all cities with a value; ties equal to 9 decimals.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: value float | The measure [unit of the measure].
// column: low float? | Lower end of its 95 % interval, where one was written [unit of the measure].
// column: high float? | Upper end of it [unit of the measure].
// column: run_id string | The run it comes from, see hubs.runs.
//
// Question: which cities are hubs by a measure that no query can compute?
// Left out: cities without the measure, because they have no partner in the run's window.
// Reading: the same values and ranks as `scicities hubs` with the options of the run.

MATCH (c:City)
WHERE c[$measure] IS NOT NULL AND c[$measure + '_run'] IS NOT NULL
WITH c, round(toFloat(c[$measure]), 9) AS value
ORDER BY value DESC, c.id
WITH collect({city: c, value: value}) AS rows
UNWIND range(0, size(rows) - 1) AS i
WITH rows[i].value AS value, min(i + 1) AS rank, collect(rows[i].city) AS cities
UNWIND cities AS c
WITH c, value, rank
WHERE $country IS NULL OR c.country = $country
RETURN rank,
       c.id AS city_id,
       c.name AS city,
       c.country AS country,
       value,
       toFloat(c[$measure + '_low']) AS low,
       toFloat(c[$measure + '_high']) AS high,
       c[$measure + '_run'] AS run_id
ORDER BY rank, city_id
LIMIT toInteger($top_n);
