// name: flows.of_umbrella
// summary: Who an umbrella organisation won and lost: moves between its institutes and others, by type of the other.
// access: read
// needs: hierarchy, moves
// param: institution_id string? = null | Id of the umbrella; null takes all that have parts and are no part themselves.
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: country string? = null | Country code that the institution outside must have; null takes all.
// param: top_n int = 25 | Rows returned.
// column: umbrella_id string | Id of the umbrella.
// column: umbrella string | Its name.
// column: other_type string? | First type of the institutions outside, other than funder; null where it is unknown.
// column: institutes int | Institutes of the umbrella, and itself, with such a move.
// column: inflow float | Researchers who came from institutions of that type [researchers].
// column: outflow float | Researchers who left for institutions of that type [researchers].
// column: net float | inflow - outflow [researchers].
// column: inside float | Researchers who moved between its institutes, the same in each row [researchers].
//
// Question: does an academy lose people to universities, and how many stay within it when they move?
// Left out: moves between an institute and its own ancestors (kin); institutions outside without a move.
// Reading: a negative net beside `education` means that universities won people from its institutes. An institute of
// two umbrellas counts for both.

MATCH (u:Institution)
WHERE u.id = $institution_id
   OR ($institution_id IS NULL AND EXISTS { (u)<-[:PART_OF]-() } AND NOT EXISTS { (u)-[:PART_OF]->() })
MATCH (u)<-[:PART_OF*0..]-(i:Institution)
WITH u, collect(DISTINCT i) AS own
CALL (own) {
  UNWIND own AS i
  MATCH (i)-[r:MOVED_TO {rule: $rule}]->(j:Institution)
  WHERE j IN own AND r.year >= $year_from AND r.year <= $year_to
  RETURN toFloat(sum(r.researchers)) AS inside
}
CALL (own) {
  UNWIND own AS i
  MATCH (i)<-[r:MOVED_TO {rule: $rule}]-(o:Institution)
  WHERE NOT o IN own AND r.year >= $year_from AND r.year <= $year_to AND ($country IS NULL OR o.country = $country)
  RETURN i, o.type AS other_type, r.researchers AS came, 0.0 AS gone
  UNION ALL
  UNWIND own AS i
  MATCH (i)-[r:MOVED_TO {rule: $rule}]->(o:Institution)
  WHERE NOT o IN own AND r.year >= $year_from AND r.year <= $year_to AND ($country IS NULL OR o.country = $country)
  RETURN i, o.type AS other_type, 0.0 AS came, r.researchers AS gone
}
WITH u, inside, other_type, count(DISTINCT i) AS institutes, sum(came) AS inflow, sum(gone) AS outflow
RETURN u.id AS umbrella_id,
       u.name AS umbrella,
       other_type,
       institutes,
       round(inflow, 9) AS inflow,
       round(outflow, 9) AS outflow,
       round(inflow - outflow, 9) AS net,
       round(inside, 9) AS inside
ORDER BY round(inflow + outflow, 6) DESC, other_type, umbrella_id
LIMIT toInteger($top_n);
