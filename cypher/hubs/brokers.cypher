// name: hubs.brokers
// summary: Hubs whose strongest partners work more with the hub than with each other.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: hubs_n int = 15 | Strongest cities taken as hubs.
// param: partners_n int = 10 | Strongest partners of each hub that are compared.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: strength float | Sum of collaboration score over all partner cities [articles].
// column: pairs int | Pairs of its strongest partners.
// column: brokered int | Pairs whose own score is below the score of both with the hub.
// column: brokered_part float | brokered / pairs, 0 to 1; 0 without a pair.
//
// Question: which hubs hold a circle together that would hardly meet without them?
// Left out: partners of a hub beyond its partners_n strongest.
// Reading: 1 means that every pair of its partners is tied closer to the hub than to each other; a hub inside a
// tight group of equals comes out low.

MATCH (c:City)-[r:COLLABORATES_WITH]-(:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, round(toFloat(sum(r.score)), 9) AS strength
ORDER BY strength DESC, c.id
LIMIT toInteger($hubs_n)
CALL (c) {
  MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, round(toFloat(sum(r.score)), 9) AS score
  ORDER BY score DESC, p.id
  LIMIT toInteger($partners_n)
  RETURN collect({city: p, score: score}) AS ties
}
CALL (ties) {
  UNWIND ties AS x
  UNWIND ties AS y
  WITH x, y, x.city AS a, y.city AS b
  WHERE a.id < b.id
  OPTIONAL MATCH (a)-[r:COLLABORATES_WITH]->(b)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH a, b, x.score AS with_a, y.score AS with_b, round(toFloat(coalesce(sum(r.score), 0.0)), 9) AS between
  RETURN count(*) AS pairs, count(CASE WHEN between < with_a AND between < with_b THEN 1 END) AS brokered
}
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       strength,
       pairs,
       brokered,
       CASE WHEN pairs > 0 THEN round(toFloat(brokered) / pairs, 9) ELSE 0.0 END AS brokered_part
ORDER BY brokered_part DESC, strength DESC, city_id;
