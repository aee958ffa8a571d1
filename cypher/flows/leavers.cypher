// name: flows.leavers
// summary: Where the researchers who left a city went, and how many came from there.
// access: read
// needs: moves
// param: city_id string | GeoNames id of the city they left.
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: top_n int = 25 | Rows returned.
// column: to_id string | GeoNames id of the city they went to.
// column: to_name string | Its name.
// column: country string? | Country code.
// column: abroad bool | Whether it lies in another country.
// column: researchers float | Researchers who went there [researchers].
// column: part float | Their part of all who left the city, 0 to 1.
// column: from_there float | Researchers who came from there in the same years [researchers].
// column: net float | from_there - researchers: what the city won from that one [researchers].
//
// Question: where do a city's leavers go?
// Left out: moves inside the city; cities from which people came only (see flows.suppliers).
// Reading: the parts add up to 1. Careers are read anew at each level, so this is no sum over institutions.

MATCH (c:City {id: $city_id})-[r:MOVED_TO {rule: $rule}]->(o:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, o, sum(r.researchers) AS researchers
WITH c, collect({city: o, researchers: researchers}) AS found, sum(researchers) AS gone
UNWIND found AS row
WITH c, row.city AS o, row.researchers AS researchers, gone
CALL (c, o) {
  MATCH (o)-[b:MOVED_TO {rule: $rule}]->(c)
  WHERE b.year >= $year_from AND b.year <= $year_to
  RETURN toFloat(sum(b.researchers)) AS back
}
RETURN o.id AS to_id,
       o.name AS to_name,
       o.country AS country,
       c.country IS NULL OR o.country IS NULL OR c.country <> o.country AS abroad,
       round(researchers, 9) AS researchers,
       round(researchers / gone, 9) AS part,
       round(back, 9) AS from_there,
       round(back - researchers, 9) AS net
ORDER BY round(researchers, 6) DESC, to_id
LIMIT toInteger($top_n);
