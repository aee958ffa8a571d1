// name: flows.back_flows
// summary: Where the stream turned: corridors by who left in earlier years and who came back along them in later ones.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: before_from int = first_year | First year of the earlier window, inclusive.
// param: before_to int = middle_year | Its last year, inclusive.
// param: year_from int = middle_year + 1 | First year of the later window, inclusive.
// param: year_to int = last_year | Its last year, inclusive.
// param: country string? = null | Country code of the city they left and came back to; null takes all.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id of the city they left and came back to.
// column: city string | Its name.
// column: other_id string | GeoNames id of the city they went to and came back from.
// column: other string | Its name.
// column: went float | Researchers who went in the earlier window [researchers].
// column: came_back float | Researchers who came the other way in the later window [researchers].
// column: ratio float | came_back / went, 1 means that as many came as had gone [1].
// column: still_going float | Researchers who went the first way in the later window [researchers].
//
// Question: along which corridors do people come back after others had left?
// Left out: corridors that nobody went along in the earlier window, or nobody came back along in the later one.
// Reading: these are flows: those who came back need not be those who went. Who returned is a matter of careers:
// `scicities flows --show rates` and `scicities returnees`.

MATCH (c:City)-[r:MOVED_TO {rule: $rule}]->(o:City)
WHERE r.year >= $before_from AND r.year <= $before_to AND ($country IS NULL OR c.country = $country)
WITH c, o, sum(r.researchers) AS went
MATCH (c)<-[b:MOVED_TO {rule: $rule}]-(o)
WHERE b.year >= $year_from AND b.year <= $year_to
WITH c, o, went, sum(b.researchers) AS came_back
CALL (c, o) {
  MATCH (c)-[s:MOVED_TO {rule: $rule}]->(o)
  WHERE s.year >= $year_from AND s.year <= $year_to
  RETURN toFloat(sum(s.researchers)) AS still_going
}
RETURN c.id AS city_id,
       c.name AS city,
       o.id AS other_id,
       o.name AS other,
       round(went, 9) AS went,
       round(came_back, 9) AS came_back,
       round(came_back / went, 9) AS ratio,
       round(still_going, 9) AS still_going
ORDER BY round(came_back, 6) DESC, round(went, 6) DESC, city_id, other_id
LIMIT toInteger($top_n);
