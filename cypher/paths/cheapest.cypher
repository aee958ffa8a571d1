// name: paths.cheapest
// summary: The cheapest way of collaboration between two cities, where strong ties are cheap.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: via_n int = 100 | Strongest partners of each end that are followed.
// column: step int | 0 at the first city.
// column: city_id string | GeoNames id of the city at this step.
// column: city string | Its name.
// column: country string? | Its country code.
// column: score float? | Collaboration score with the step before; null at the first city [articles].
// column: cost float | 1 / score added up so far [1/articles].
//
// Question: by which way does knowledge get from one city to another most easily: straight, or over others?
// Left out: ways of more than 4 links, and ways that leave an end through a partner beyond its via_n strongest.
// Reading: a link costs 1 / score of the window, a way the sum of its links: the distance that `scicities hubs` uses
// for betweenness. Two strong ties can be cheaper than one weak one.
// Method: the cheapest way of at most two links is found from each end to every city; where the two halves meet at
// least cost, they make the cheapest way of at most four. So the work grows with the pairs around the two ends, not
// with the number of ways, which has no bound.

MATCH (end:City)
WHERE end.id IN [$city_id, $other_city_id]
CALL (end) {
  MATCH (end)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH end, p, sum(r.score) AS score
  ORDER BY score DESC, p.id
  LIMIT toInteger($via_n)
  WITH end, p, 1 / score AS near
  CALL (end, p, near) {
    RETURN p AS meeting, near AS cost, [end, p] AS way
    UNION ALL
    MATCH (p)-[r:COLLABORATES_WITH]-(q:City)
    WHERE q <> end AND r.year >= $year_from AND r.year <= $year_to
    WITH end, p, near, q, sum(r.score) AS score
    RETURN q AS meeting, near + 1 / score AS cost, [end, p, q] AS way
  }
  RETURN meeting, cost, way
  UNION ALL
  WITH end
  RETURN end AS meeting, 0.0 AS cost, [end] AS way
}
WITH end, meeting, cost, way
ORDER BY round(cost, 9), size(way), [c IN way | c.id]
WITH end, meeting, head(collect({cost: cost, way: way})) AS half
WITH meeting, collect({end: end.id, cost: half.cost, way: half.way}) AS halves
WITH [half IN halves WHERE half.end = $city_id][0] AS there, [half IN halves WHERE half.end = $other_city_id][0] AS back
WHERE there.end <> back.end
WITH there.way + reverse(back.way)[1..] AS way, there.cost + back.cost AS cost
WITH way, cost, [c IN way | c.id] AS way_id
ORDER BY round(cost, 9), size(way), way_id
LIMIT 1
UNWIND range(0, size(way) - 1) AS step
WITH step, way[step] AS c, CASE WHEN step > 0 THEN way[step - 1] END AS before
OPTIONAL MATCH (before)-[r:COLLABORATES_WITH]-(c)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH step, c, CASE WHEN count(r) > 0 THEN round(toFloat(sum(r.score)), 9) END AS score
ORDER BY step
WITH collect({step: step, city: c, score: score}) AS steps
UNWIND steps AS here
RETURN here.step AS step,
       here.city.id AS city_id,
       here.city.name AS city,
       here.city.country AS country,
       here.score AS score,
       round(reduce(cost = 0.0, one IN steps[1..here.step + 1] | cost + 1 / one.score), 9) AS cost
ORDER BY step, city_id;
