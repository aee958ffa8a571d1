// name: communities.links_between
// summary: Where two communities touch: their score and the pair of cities that carries most of it.
// access: read
// needs: communities
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: a_community int | Number of one community, the smaller.
// column: b_community int | Number of the other.
// column: links int | Pairs of cities between them.
// column: score float | Sum of their collaboration scores [articles].
// column: a_id string | City of the first community in the strongest pair.
// column: a_name string | Its name.
// column: b_id string | City of the second community in the strongest pair.
// column: b_name string | Its name.
// column: strongest float | Score of the strongest pair [articles].
//
// Question: which communities work together, and through which two cities?
// Left out: pairs inside one community; cities without a community.

MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City)
WHERE a.community <> b.community AND r.year >= $year_from AND r.year <= $year_to
WITH a, b, round(toFloat(sum(r.score)), 9) AS score
WITH CASE WHEN a.community < b.community THEN a ELSE b END AS x,
     CASE WHEN a.community < b.community THEN b ELSE a END AS y,
     score
ORDER BY score DESC, x.id, y.id
WITH x.community AS a_community, y.community AS b_community, count(*) AS links, round(sum(score), 9) AS total,
     head(collect({x: x, y: y, score: score})) AS top
RETURN a_community,
       b_community,
       links,
       total AS score,
       top.x.id AS a_id,
       top.x.name AS a_name,
       top.y.id AS b_id,
       top.y.name AS b_name,
       top.score AS strongest
ORDER BY score DESC, a_community, b_community
LIMIT toInteger($top_n);
