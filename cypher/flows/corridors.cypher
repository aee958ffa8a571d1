// name: flows.corridors
// summary: Pairs of cities by the researchers who moved between them, with the asymmetry of both directions.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: country string? = null | Country code both cities must have; null takes all pairs.
// param: min_researchers float = 2.0 | Fewest researchers of a corridor, both ways together [researchers].
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of one city, the smaller id as text.
// column: a_name string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b_name string | Its name.
// column: a_to_b float | Researchers who moved from a to b [researchers].
// column: b_to_a float | Researchers who moved from b to a [researchers].
// column: total float | Both together [researchers].
// column: net float | a_to_b - b_to_a [researchers].
// column: asymmetry float | net / total: 0 even, 1 only from a to b, -1 only back [1].
//
// Question: between which cities do people move most, and is it a one-way street?
// Left out: corridors below min_researchers.
// Reading: the same numbers as `scicities flows --show corridors`. A heavy corridor of two institutions that runs both
// ways evenly may be a matching error; `scicities check` lists such.

MATCH (x:City)-[r:MOVED_TO {rule: $rule}]->(y:City)
WHERE r.year >= $year_from AND r.year <= $year_to
  AND ($country IS NULL OR (x.country = $country AND y.country = $country))
WITH CASE WHEN x.id < y.id THEN x ELSE y END AS a, CASE WHEN x.id < y.id THEN y ELSE x END AS b,
     x.id < y.id AS forward, r.researchers AS researchers
WITH a, b,
     sum(CASE WHEN forward THEN researchers ELSE 0.0 END) AS a_to_b,
     sum(CASE WHEN forward THEN 0.0 ELSE researchers END) AS b_to_a
WITH a, b, round(a_to_b, 9) AS a_to_b, round(b_to_a, 9) AS b_to_a, round(a_to_b + b_to_a, 9) AS total
WHERE total >= $min_researchers
RETURN a.id AS a_id,
       a.name AS a_name,
       b.id AS b_id,
       b.name AS b_name,
       a_to_b,
       b_to_a,
       total,
       round(a_to_b - b_to_a, 9) AS net,
       round((a_to_b - b_to_a) / total, 9) AS asymmetry
ORDER BY round(total, 6) DESC, a_id, b_id
LIMIT toInteger($top_n);
