// name: flows.suppliers
// summary: Cities that a city's newcomers came from, how far these depend on it, and who supplies them in turn.
// access: read
// needs: moves
// param: city_id string | GeoNames id of the city they came to.
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: top_n int = 25 | Rows returned.
// column: from_id string | GeoNames id of the city they came from.
// column: from_name string | Its name.
// column: country string? | Country code.
// column: researchers float | Researchers who came from there [researchers].
// column: part float | Their part of all who came to the city, 0 to 1.
// column: part_of_leavers float | Their part of all who left that city, 0 to 1.
// column: supplier_id string? | GeoNames id of the city that most of its own newcomers came from but this one.
// column: supplier string? | Its name; null where nobody came from a third city.
// column: supplied float | Researchers who came to that city from there [researchers].
//
// Question: who feeds a city with people, who lives on it, and where do the feeders get theirs?
// Left out: moves inside the city.
// Reading: a high part_of_leavers says that the supplier's people go here rather than elsewhere. The second step is
// about flows: those who came to the supplier need not be those who went on.

MATCH (c:City {id: $city_id})<-[r:MOVED_TO {rule: $rule}]-(s:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, s, sum(r.researchers) AS researchers
WITH c, collect({city: s, researchers: researchers}) AS found, sum(researchers) AS came
UNWIND found AS row
WITH c, row.city AS s, row.researchers AS researchers, came
CALL (s) {
  MATCH (s)-[o:MOVED_TO {rule: $rule}]->(:City)
  WHERE o.year >= $year_from AND o.year <= $year_to
  RETURN sum(o.researchers) AS gone
}
CALL (c, s) {
  OPTIONAL MATCH (s)<-[f:MOVED_TO {rule: $rule}]-(t:City)
  WHERE t <> c AND f.year >= $year_from AND f.year <= $year_to
  WITH t, toFloat(sum(f.researchers)) AS supplied
  RETURN t, supplied
  ORDER BY round(supplied, 6) DESC, t.id
  LIMIT 1
}
RETURN s.id AS from_id,
       s.name AS from_name,
       s.country AS country,
       round(researchers, 9) AS researchers,
       round(researchers / came, 9) AS part,
       round(researchers / gone, 9) AS part_of_leavers,
       t.id AS supplier_id,
       t.name AS supplier,
       round(supplied, 9) AS supplied
ORDER BY round(researchers, 6) DESC, from_id
LIMIT toInteger($top_n);
