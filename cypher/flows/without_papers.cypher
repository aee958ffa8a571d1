// name: flows.without_papers
// summary: Pairs of cities that exchange people and write little together.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: min_researchers float = 2.0 | Fewest researchers who moved between the two, both ways [researchers].
// param: max_joint int = 5 | Most articles the two have together in these years [articles].
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of one city, the smaller id as text.
// column: a_name string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b_name string | Its name.
// column: researchers float | Researchers who moved between them, both ways [researchers].
// column: joint int | Articles signed from both [articles].
// column: score float | Their collaboration score [articles].
// column: per_researcher float | joint / researchers [articles/researcher].
//
// Question: where do people move without that the two places work together?
// Left out: pairs with fewer moves or more joint articles.
// Reading: careers that lead from one to the other without ties that last; or ids that merge two people, which is
// worth a look (`scicities check`). For the other way round, joint articles without moves, see
// collaboration.strongest_pairs beside flows.corridors.

MATCH (x:City)-[r:MOVED_TO {rule: $rule}]->(y:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH CASE WHEN x.id < y.id THEN x ELSE y END AS a, CASE WHEN x.id < y.id THEN y ELSE x END AS b,
     r.researchers AS researchers
WITH a, b, round(sum(researchers), 9) AS researchers
WHERE researchers >= $min_researchers
CALL (a, b) {
  MATCH (a)-[t:COLLABORATES_WITH]-(b)
  WHERE t.year >= $year_from AND t.year <= $year_to
  RETURN sum(t.joint) AS joint, toFloat(sum(t.score)) AS score
}
WITH a, b, researchers, joint, score
WHERE joint <= $max_joint
RETURN a.id AS a_id,
       a.name AS a_name,
       b.id AS b_id,
       b.name AS b_name,
       researchers,
       joint,
       round(score, 9) AS score,
       round(joint / researchers, 9) AS per_researcher
ORDER BY round(researchers, 6) DESC, joint, a_id, b_id
LIMIT toInteger($top_n);
