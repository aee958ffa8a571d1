// name: hubs.international_triangles
// summary: Triangles of leading institutions in three countries.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: hubs_n int = 60 | Strongest institutions taken as hubs.
// param: top_n int = 25 | Rows returned.
// column: a_id string | Id of the first institution; ids ascend as text.
// column: a_name string | Its name.
// column: b_id string | Second institution.
// column: b_name string | Its name.
// column: c_id string | Third institution.
// column: c_name string | Its name.
// column: weakest float | Smallest of the three collaboration scores [articles].
// column: total float | Sum of the three [articles].
//
// Question: which circles of three leading institutions span three countries?
// Left out: institutions that are no hub; triangles with two ends in one country.
// Reading: a triangle of scores; the three need not have signed one article together.

CALL () {
  MATCH (i:Institution)-[r:COAUTHORS_WITH]-(:Institution)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH i, round(toFloat(sum(r.score)), 9) AS strength
  ORDER BY strength DESC, i.id
  LIMIT toInteger($hubs_n)
  RETURN collect(i) AS hubs
}
UNWIND hubs AS a
MATCH (a)-[r:COAUTHORS_WITH]->(b:Institution)
WHERE b IN hubs AND a.country <> b.country AND r.year >= $year_from AND r.year <= $year_to
WITH a, b, round(toFloat(sum(r.score)), 9) AS score
WITH collect({a: a, b: b, score: score}) AS links
UNWIND links AS ab
UNWIND [link IN links WHERE link.a = ab.b AND link.b.country <> ab.a.country] AS bc
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
