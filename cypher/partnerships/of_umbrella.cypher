// name: partnerships.of_umbrella
// summary: Whom an umbrella organisation works with through its institutes.
// access: read
// needs: hierarchy
// param: institution_id string? = null | Id of the umbrella; null takes all that have parts and are no part themselves.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: umbrella_id string | Id of the umbrella.
// column: umbrella string | Its name.
// column: partner_id string | Id of the partner institution.
// column: partner string | Its name.
// column: country string? | Its country code.
// column: institutes int | Institutes of the umbrella that work with it, the umbrella itself included.
// column: score float | Sum of their collaboration scores with it [articles].
// column: strongest string | The institute with the largest score.
//
// Question: who are the partners of an academy as a whole, and which of its institutes carry the tie?
// Left out: partners that belong to the umbrella themselves.
// Reading: an article with two institutes of the umbrella is in the sum twice: compare partners with it, not articles.

MATCH (u:Institution)
WHERE u.id = $institution_id
   OR ($institution_id IS NULL AND EXISTS { (u)<-[:PART_OF]-() } AND NOT EXISTS { (u)-[:PART_OF]->() })
MATCH (u)<-[:PART_OF*0..]-(i:Institution)
WITH u, collect(DISTINCT i) AS own
UNWIND own AS i
MATCH (i)-[r:COAUTHORS_WITH]-(p:Institution)
WHERE NOT p IN own AND r.year >= $year_from AND r.year <= $year_to
WITH u, i, p, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, i.id
WITH u, p, count(i) AS institutes, round(sum(score), 9) AS score, head(collect(i.name)) AS strongest
RETURN u.id AS umbrella_id,
       u.name AS umbrella,
       p.id AS partner_id,
       p.name AS partner,
       p.country AS country,
       institutes,
       score,
       strongest
ORDER BY score DESC, umbrella_id, partner_id
LIMIT toInteger($top_n);
