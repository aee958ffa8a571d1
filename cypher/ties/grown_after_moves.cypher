// name: ties.grown_after_moves
// summary: Pairs of cities that work together more since people moved between them.
// access: read
// needs: moves
// param: year_from int = first_year + 3 | First year of the moves, inclusive.
// param: year_to int = last_year - 2 | Last year of the moves, inclusive.
// param: around int = 3 | Years before, and years from the first move on, that are compared.
// param: rule string = "tenure" | Rule of the moves: tenure or mode-year.
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of the city whose id comes first.
// column: a string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b string | Its name.
// column: first_move int | Year of the first move within the window.
// column: a_to_b float | People who moved from the first to the other [researchers].
// column: b_to_a float | People who moved back [researchers].
// column: score_before float | Collaboration score in the years before the first move [articles].
// column: score_after float | Collaboration score from it on [articles].
// column: change float | Difference [articles].
//
// Question: along which corridors did collaboration grow after people moved?
// Left out: pairs whose score did not grow. Choose years of moves with `around` years of records on both sides.
// Reading: a before and an after, no cause: scores grow with the cities' output, too.

MATCH (a:City)-[m:MOVED_TO]-(b:City)
WHERE a.id < b.id AND m.rule = $rule AND m.year >= $year_from AND m.year <= $year_to
WITH a, b, min(m.year) AS first_move,
     toFloat(sum(CASE WHEN startNode(m) = a THEN m.researchers ELSE 0 END)) AS a_to_b,
     toFloat(sum(CASE WHEN startNode(m) = b THEN m.researchers ELSE 0 END)) AS b_to_a
MATCH (a)-[c:COLLABORATES_WITH]-(b)
WHERE c.year >= first_move - $around AND c.year < first_move + $around
WITH a, b, first_move, a_to_b, b_to_a,
     round(toFloat(sum(CASE WHEN c.year < first_move THEN c.score ELSE 0 END)), 9) AS score_before,
     round(toFloat(sum(CASE WHEN c.year >= first_move THEN c.score ELSE 0 END)), 9) AS score_after
WHERE score_after > score_before
RETURN a.id AS a_id, a.name AS a, b.id AS b_id, b.name AS b, first_move, a_to_b, b_to_a,
       score_before, score_after, round(score_after - score_before, 9) AS change
ORDER BY change DESC, a_id, b_id
LIMIT toInteger($top_n);
