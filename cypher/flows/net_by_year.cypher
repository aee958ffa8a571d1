// name: flows.net_by_year
// summary: Researchers who came to a city and who left it, year by year.
// access: read
// needs: moves
// param: city_id string | GeoNames id of the city.
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// column: year int | Year of the moves.
// column: inflow float | Researchers who came from other cities [researchers].
// column: outflow float | Researchers who left for other cities [researchers].
// column: net float | inflow - outflow [researchers].
// column: net_so_far float | Sum of the nets from the first year of the window on [researchers].
//
// Question: does a city gain people or lose them, and since when?
// Left out: years without a move, moves inside the city, careers without an author id.
// Reading: the numbers of `scicities flows --indicators --by-year`. A move has the year of the first article from the
// new place. By tenures the last years are not certain: who came may be a visitor.

MATCH (c:City {id: $city_id})
CALL (c) {
  MATCH (c)<-[r:MOVED_TO {rule: $rule}]-(:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN r.year AS year, r.researchers AS came, 0.0 AS gone
  UNION ALL
  MATCH (c)-[r:MOVED_TO {rule: $rule}]->(:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN r.year AS year, 0.0 AS came, r.researchers AS gone
}
WITH year, round(sum(came), 9) AS inflow, round(sum(gone), 9) AS outflow
ORDER BY year
WITH collect({year: year, inflow: inflow, outflow: outflow}) AS found
UNWIND range(0, size(found) - 1) AS i
WITH found[i] AS row,
     reduce(sum = 0.0, one IN found[..i + 1] | sum + one.inflow - one.outflow) AS so_far
RETURN row.year AS year,
       row.inflow AS inflow,
       row.outflow AS outflow,
       round(row.inflow - row.outflow, 9) AS net,
       round(so_far, 9) AS net_so_far
ORDER BY year;
