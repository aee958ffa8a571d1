// name: flows.gains_and_losses
// summary: Cities by the researchers they won or lost in a window of years.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: losers bool = false | Begin with those that lost most.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: inflow float | Researchers who came from other cities [researchers].
// column: outflow float | Researchers who left for other cities [researchers].
// column: net float | inflow - outflow [researchers].
// column: effectiveness float | 100 net / (inflow + outflow): -100 only losses, 100 only gains [percent].
// column: from_abroad float | Part of the inflow that came from other countries, 0 to 1; 0 without inflow.
// column: to_abroad float | Part of the outflow that went to other countries, 0 to 1; 0 without outflow.
//
// Question: which cities win people, which lose them, and is it over the border?
// Left out: cities without a move, moves inside a city.
// Reading: net and effectiveness are those of `scicities flows --indicators`. Over all cities the nets add up to 0,
// within a country they need not. A city without a known country is abroad to every other.

MATCH (c:City)
WHERE ($country IS NULL OR c.country = $country) AND EXISTS { (c)-[:MOVED_TO {rule: $rule}]-() }
CALL (c) {
  MATCH (c)<-[r:MOVED_TO {rule: $rule}]-(o:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN sum(r.researchers) AS inflow,
         sum(CASE WHEN o.country = c.country THEN 0.0 ELSE r.researchers END) AS from_abroad
}
CALL (c) {
  MATCH (c)-[r:MOVED_TO {rule: $rule}]->(o:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN sum(r.researchers) AS outflow,
         sum(CASE WHEN o.country = c.country THEN 0.0 ELSE r.researchers END) AS to_abroad
}
WITH c, toFloat(inflow) AS inflow, toFloat(outflow) AS outflow, toFloat(from_abroad) AS from_abroad,
     toFloat(to_abroad) AS to_abroad
WHERE inflow + outflow > 0
WITH c, inflow, outflow, from_abroad, to_abroad, round(inflow - outflow, 9) AS net
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       round(inflow, 9) AS inflow,
       round(outflow, 9) AS outflow,
       net,
       round(100.0 * net / (inflow + outflow), 9) AS effectiveness,
       CASE WHEN inflow > 0 THEN round(from_abroad / inflow, 9) ELSE 0.0 END AS from_abroad,
       CASE WHEN outflow > 0 THEN round(to_abroad / outflow, 9) ELSE 0.0 END AS to_abroad
ORDER BY CASE WHEN $losers THEN round(net, 6) ELSE -round(net, 6) END, round(inflow + outflow, 6) DESC, city_id
LIMIT toInteger($top_n);
