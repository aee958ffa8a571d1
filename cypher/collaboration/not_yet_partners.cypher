// name: collaboration.not_yet_partners
// summary: Cities a city hardly works with, though its strongest partners do.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: via_n int = 20 | Strongest partners of the city that are followed.
// param: max_joint int = 0 | Joint articles with the city up to which a city still counts as no partner.
// param: top_n int = 25 | Rows returned.
// column: partner_id string | GeoNames id of the partner city.
// column: partner string | Its name.
// column: country string? | Its country code.
// column: joint int | Articles signed from both [articles].
// column: via int | How many of the city's strongest partners work with it.
// column: promise float | Sum over them of the weaker of the two scores on the way [articles].
// column: best_via string | The partner with the strongest way.
//
// Question: with whom could a city work that it doesn't yet, because its partners already do?
// Left out: ways through partners below the via_n strongest.
// Reading: `promise` adds the weaker score of each two-step way, so a way is as good as its weaker half. In a
// dense network raise max_joint.

MATCH (c:City {id: $city_id})
CALL (c) {
  MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, round(toFloat(sum(r.score)), 9) AS near
  ORDER BY near DESC, p.id
  LIMIT toInteger($via_n)
  RETURN p, near
}
MATCH (p)-[s:COLLABORATES_WITH]-(q:City)
WHERE q <> c AND s.year >= $year_from AND s.year <= $year_to
WITH c, q, p, near, round(toFloat(sum(s.score)), 9) AS far
WITH c, q, p, CASE WHEN near < far THEN near ELSE far END AS way
ORDER BY way DESC, p.id
WITH c, q, count(p) AS via, round(sum(way), 9) AS promise, head(collect(p.name)) AS best_via
OPTIONAL MATCH (c)-[t:COLLABORATES_WITH]-(q)
WHERE t.year >= $year_from AND t.year <= $year_to
WITH q, via, promise, best_via, sum(t.joint) AS joint
WHERE joint <= $max_joint
RETURN q.id AS partner_id, q.name AS partner, q.country AS country, joint, via, promise, best_via
ORDER BY promise DESC, partner_id
LIMIT toInteger($top_n);
