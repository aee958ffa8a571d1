// name: flows.brain_gain
// summary: Countries by the researchers they won from others, with the country each gained and lost most to.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: losers bool = false | Begin with those that lost most.
// param: top_n int = 25 | Rows returned.
// column: country_code string | Country code.
// column: country string | Its name.
// column: inflow float | Researchers who came from other countries [researchers].
// column: outflow float | Researchers who left for other countries [researchers].
// column: net float | inflow - outflow [researchers].
// column: net_per_share float? | 1000 net / Share in the window, null without Share [researchers/1000 articles].
// column: gained_from_code string? | Country it won most from, net; null where it won from none.
// column: gained float | What it won from that country [researchers].
// column: lost_to_code string? | Country it lost most to, net; null where it lost to none.
// column: lost float | What it lost to that country [researchers].
//
// Question: which countries gain brains, which drain, and to whom?
// Left out: countries without a move; moves inside a country.
// Reading: heads are counted, not what they publish; `scicities flows --show rates` weighs them by output. Careers
// are read at level country, so a move between two cities of a country is none here. The nets add up to 0.

MATCH (k:Country)
WHERE EXISTS { (k)-[:MOVED_TO {rule: $rule}]-() }
CALL (k) {
  MATCH (k)<-[r:MOVED_TO {rule: $rule}]-(o:Country)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN o, r.researchers AS came, 0.0 AS gone
  UNION ALL
  MATCH (k)-[r:MOVED_TO {rule: $rule}]->(o:Country)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN o, 0.0 AS came, r.researchers AS gone
}
WITH k, o, sum(came) AS came, sum(gone) AS gone
WITH k, o.code AS code, came, gone, round(came - gone, 9) AS net
ORDER BY net DESC, code
WITH k, sum(came) AS inflow, sum(gone) AS outflow, collect({code: code, net: net}) AS others
WITH k, inflow, outflow, head([one IN others WHERE one.net > 0]) AS first,
     [one IN others WHERE one.net < 0] AS losses
WITH k, inflow, outflow, first,
     reduce(most = null, one IN losses | CASE WHEN most IS NULL OR one.net < most.net THEN one ELSE most END) AS worst
CALL (k) {
  MATCH (k)-[:PRODUCED]->(p:Output)
  WHERE p.year >= $year_from AND p.year <= $year_to
  RETURN toFloat(sum(p.share)) AS share
}
WITH k, inflow, outflow, first, worst, share, round(inflow - outflow, 9) AS net
RETURN k.code AS country_code,
       k.name AS country,
       round(inflow, 9) AS inflow,
       round(outflow, 9) AS outflow,
       net,
       CASE WHEN share > 0 THEN round(1000.0 * net / share, 9) END AS net_per_share,
       first.code AS gained_from_code,
       coalesce(first.net, 0.0) AS gained,
       worst.code AS lost_to_code,
       coalesce(-worst.net, 0.0) AS lost
ORDER BY CASE WHEN $losers THEN round(net, 6) ELSE -round(net, 6) END, round(inflow + outflow, 6) DESC, country_code
LIMIT toInteger($top_n);
