// name: communities.wavering
// summary: Cities that the starts of community detection place differently, least certain first.
// access: read
// needs: support
// param: at_most float = 1.0 | Only cities with at most this support, 0 to 1.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: community int | Its community; 1 is the largest.
// column: support float | Part of the starts that keep it with a member of its community, mean over these, 0 to 1.
// column: second int? | Community with which it has most score, of the others.
// column: second_part float | Part of its score that goes there, 0 to 1.
//
// Question: which cities stand between communities, and where else could they belong?
// Left out: cities without a community, and communities written without --stability.
// Reading: 1 means that every start puts it with the same cities; a hub tied to everybody may still be certain.

MATCH (c:City)
WHERE c.community IS NOT NULL AND c.community_support <= $at_most
OPTIONAL MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, p.community AS other, sum(coalesce(r.score, 0.0)) AS score
ORDER BY score DESC, other
WITH c, sum(score) AS total, collect({community: other, score: score}) AS ties
WITH c, total, head([tie IN ties WHERE tie.community <> c.community]) AS second
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       c.community AS community,
       round(toFloat(c.community_support), 9) AS support,
       second.community AS second,
       CASE WHEN total > 0 AND second IS NOT NULL THEN round(second.score / total, 9) ELSE 0.0 END AS second_part
ORDER BY support, city_id
LIMIT toInteger($top_n);
