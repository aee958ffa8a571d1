// name: paths.alternatives
// summary: The cheapest ways between two cities over at most two others, side by side.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: via_n int = 25 | Strongest partners of each end that are followed.
// param: top_n int = 25 | Rows returned.
// column: rank int | 1 is the cheapest way.
// column: cost float | Sum of 1 / score over its links [1/articles].
// column: links int | 1 is the direct link.
// column: weakest float | Smallest score on the way [articles].
// column: way list<string> | Names of the cities from end to end.
// column: way_ids list<string> | Their GeoNames ids.
//
// Question: if the direct tie between two cities broke, which ways would still be open?
// Left out: ways over three cities or more, and over partners beyond the via_n strongest of either end.
// Reading: a link costs 1 / score of the window. Ranks follow cost; equal costs are ordered by links and ids.

MATCH (a:City {id: $city_id}), (b:City {id: $other_city_id})
WHERE a <> b
CALL (a) {
  MATCH (a)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, sum(r.score) AS score
  ORDER BY score DESC, p.id
  LIMIT toInteger($via_n)
  RETURN collect({city: p, score: score}) AS ours
}
CALL (b) {
  MATCH (b)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, sum(r.score) AS score
  ORDER BY score DESC, p.id
  LIMIT toInteger($via_n)
  RETURN collect({city: p, score: score}) AS theirs
}
CALL (a, b, ours, theirs) {
  MATCH (a)-[r:COLLABORATES_WITH]-(b)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH a, b, collect(r.score) AS scores
  WHERE size(scores) > 0
  RETURN [a, b] AS way, [reduce(sum = 0.0, score IN scores | sum + score)] AS scores
  UNION ALL
  UNWIND ours AS x
  UNWIND [y IN theirs WHERE y.city = x.city] AS y
  RETURN [a, x.city, b] AS way, [x.score, y.score] AS scores
  UNION ALL
  UNWIND ours AS x
  WITH a, b, theirs, x, x.city AS p
  WHERE p <> b
  MATCH (p)-[r:COLLABORATES_WITH]-(q:City)
  WHERE q <> a AND q IN [y IN theirs | y.city] AND r.year >= $year_from AND r.year <= $year_to
  WITH a, b, theirs, x, q, sum(r.score) AS middle
  UNWIND [y IN theirs WHERE y.city = q] AS y
  RETURN [a, x.city, q, b] AS way, [x.score, middle, y.score] AS scores
}
WITH way, scores, [c IN way | c.id] AS way_id, round(reduce(cost = 0.0, score IN scores | cost + 1 / score), 9) AS cost
ORDER BY cost, size(way), way_id
LIMIT toInteger($top_n)
WITH collect({way: way, scores: scores, ids: way_id, cost: cost}) AS ways
UNWIND range(1, size(ways)) AS rank
WITH rank, ways[rank - 1] AS found
RETURN rank,
       found.cost AS cost,
       size(found.scores) AS links,
       round(reduce(low = found.scores[0], score IN found.scores | CASE WHEN score < low THEN score ELSE low END), 9)
         AS weakest,
       [c IN found.way | c.name] AS way,
       found.ids AS way_ids
ORDER BY rank;
