// name: communities.members
// summary: Cities of a community with their score inside it and outside.
// access: read
// needs: communities
// param: community int? = null | Number of the community; null takes all.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: community int | Number of the community; 1 is the largest.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: inside float | Collaboration score with cities of the same community [articles].
// column: outside float | Collaboration score with the others [articles].
//
// Question: who belongs to a community, and who holds it together?
// Left out: cities without a community.

MATCH (c:City)
WHERE c.community IS NOT NULL AND ($community IS NULL OR c.community = $community)
OPTIONAL MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c,
     sum(CASE WHEN p.community = c.community THEN r.score ELSE 0.0 END) AS inside,
     sum(CASE WHEN p.community = c.community THEN 0.0 ELSE r.score END) AS outside
RETURN c.community AS community,
       c.id AS city_id,
       c.name AS city,
       c.country AS country,
       round(toFloat(inside), 9) AS inside,
       round(toFloat(outside), 9) AS outside
ORDER BY community, inside DESC, city_id
LIMIT toInteger($top_n);
