// name: hubs.triangles
// summary: Triangles among the hubs, by their weakest side.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: hubs_n int = 15 | Strongest cities taken as hubs.
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of the first hub; ids ascend as text.
// column: a_name string | Its name.
// column: b_id string | Second hub.
// column: b_name string | Its name.
// column: c_id string | Third hub.
// column: c_name string | Its name.
// column: weakest float | Smallest of the three collaboration scores [articles].
// column: total float | Sum of the three [articles].
//
// Question: do the hubs form a core that works together, or does each have a circle of its own?
// Left out: cities that are no hub.
// Reading: a triangle of scores; its three cities need not have signed one article together.

CALL () {
  MATCH (c:City)-[r:COLLABORATES_WITH]-(:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH c, round(toFloat(sum(r.score)), 9) AS strength
  ORDER BY strength DESC, c.id
  LIMIT toInteger($hubs_n)
  RETURN collect(c) AS hubs
}
UNWIND hubs AS a
MATCH (a)-[r:COLLABORATES_WITH]->(b:City)
WHERE b IN hubs AND r.year >= $year_from AND r.year <= $year_to
WITH a, b, round(toFloat(sum(r.score)), 9) AS score
WITH collect({a: a, b: b, score: score}) AS links
UNWIND links AS ab
UNWIND [link IN links WHERE link.a = ab.b] AS bc
UNWIND [link IN links WHERE link.a = ab.a AND link.b = bc.b] AS ac
WITH ab.a AS a, ab.b AS b, bc.b AS c, [ab.score, bc.score, ac.score] AS sides
RETURN a.id AS a_id,
       a.name AS a_name,
       b.id AS b_id,
       b.name AS b_name,
       c.id AS c_id,
       c.name AS c_name,
       reduce(low = sides[0], side IN sides | CASE WHEN side < low THEN side ELSE low END) AS weakest,
       round(sides[0] + sides[1] + sides[2], 9) AS total
ORDER BY weakest DESC, total DESC, a_id, b_id, c_id
LIMIT toInteger($top_n);
