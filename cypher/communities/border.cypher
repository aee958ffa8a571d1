// name: communities.border
// summary: Where two communities touch: the pairs of cities across the border.
// access: read
// needs: communities
// param: community int = 1 | Number of one community.
// param: other_community int? = null | Number of the other; null takes all others.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id of the city in the first community.
// column: city string | Its name.
// column: partner_community int | Community of the partner.
// column: partner_id string | GeoNames id of the partner.
// column: partner string | Its name.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
// column: part float | score as a part of the city's score with all cities, 0 to 1.
//
// Question: where do two communities touch, and which cities hold the border open?
// Left out: pairs inside one community; partners without a community.
// Reading: a part close to 1 is a city that lives on the border.

MATCH (c:City)-[r:COLLABORATES_WITH]-(p:City)
WHERE c.community = $community AND p.community <> c.community
  AND ($other_community IS NULL OR p.community = $other_community)
  AND r.year >= $year_from AND r.year <= $year_to
WITH c, p, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, c.id, p.id
LIMIT toInteger($top_n)
CALL (c) {
  MATCH (c)-[r:COLLABORATES_WITH]-(:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  RETURN sum(r.score) AS strength
}
RETURN c.id AS city_id,
       c.name AS city,
       p.community AS partner_community,
       p.id AS partner_id,
       p.name AS partner,
       joint,
       score,
       round(score / strength, 9) AS part
ORDER BY score DESC, city_id, partner_id;
