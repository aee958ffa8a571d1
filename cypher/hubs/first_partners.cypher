// name: hubs.first_partners
// summary: Hubs by the number of cities for which they are the first partner.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: followers int | Cities that work with no other city as much as with it.
// column: names list<string> | Their names, closest tie first, five at most.
// column: score float | Collaboration score with all of them [articles].
// column: follows string | Name of its own first partner, of several equal ones the first by id.
//
// Question: whose gravity holds which cities: to whom does each city look first?
// Left out: cities that are nobody's first partner; work inside one city.
// Reading: the nodal regions of Nystuen and Dacey (1961, doi 10.1111/j.1435-5597.1961.tb01769.x) on collaboration
// scores. Two cities that follow each other are the core of a region. A city with several equally strong first
// partners follows each of them.

MATCH (c:City)
CALL (c) {
  MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, round(toFloat(sum(r.score)), 9) AS score
  WITH max(score) AS most, collect({hub: p, score: score}) AS partners
  UNWIND [one IN partners WHERE one.score = most] AS one
  RETURN one.hub AS hub, one.score AS score
}
WITH hub, c, score
ORDER BY score DESC, c.id
WITH hub, count(c) AS followers, collect(c.name)[..5] AS names, round(sum(score), 9) AS score
CALL (hub) {
  MATCH (hub)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, round(toFloat(sum(r.score)), 9) AS most
  ORDER BY most DESC, p.id
  LIMIT 1
  RETURN p.name AS follows
}
RETURN hub.id AS city_id, hub.name AS city, hub.country AS country, followers, names, score, follows
ORDER BY followers DESC, score DESC, city_id
LIMIT toInteger($top_n);
