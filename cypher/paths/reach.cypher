// name: paths.reach
// summary: How many cities are within one, two or three strong ties of a city.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: min_score float = 5.0 | Collaboration score a tie must have in the window [articles].
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: links int | Ties from the city: 1 is its own partners.
// column: cities int | Cities reached by so many ties and no fewer.
// column: countries int | Countries of those cities.
// column: share_part float | Their part of the Share of all cities, 0 to 1.
// column: names list<string> | Their names, largest Share first, ten at most.
//
// Question: how far does a city's word travel, if it is only passed on along strong ties?
// Left out: cities farther than three ties; ties below min_score.
// Reading: raise min_score until the world falls apart, and see who is left within reach.

MATCH (c:City {id: $city_id})
CALL (c) {
  MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH p, round(toFloat(sum(r.score)), 9) AS score
  WHERE score >= $min_score
  RETURN collect(p) AS one
}
CALL (c, one) {
  UNWIND one AS p
  MATCH (p)-[r:COLLABORATES_WITH]-(q:City)
  WHERE q <> c AND NOT q IN one AND r.year >= $year_from AND r.year <= $year_to
  WITH p, q, round(toFloat(sum(r.score)), 9) AS score
  WHERE score >= $min_score
  RETURN collect(DISTINCT q) AS two
}
CALL (c, one, two) {
  UNWIND two AS p
  MATCH (p)-[r:COLLABORATES_WITH]-(q:City)
  WHERE q <> c AND NOT q IN one AND NOT q IN two AND r.year >= $year_from AND r.year <= $year_to
  WITH p, q, round(toFloat(sum(r.score)), 9) AS score
  WHERE score >= $min_score
  RETURN collect(DISTINCT q) AS three
}
CALL () {
  MATCH (:City)-[:PRODUCED]->(o:Output)
  WHERE o.year >= $year_from AND o.year <= $year_to
  RETURN sum(o.share) AS whole
}
UNWIND range(1, 3) AS links
CALL (links, one, two, three) {
  UNWIND [one, two, three][links - 1] AS p
  OPTIONAL MATCH (p)-[:PRODUCED]->(o:Output)
  WHERE o.year >= $year_from AND o.year <= $year_to
  WITH p, round(toFloat(sum(o.share)), 9) AS share
  ORDER BY share DESC, p.id
  RETURN count(p) AS cities, count(DISTINCT p.country) AS countries, sum(share) AS share, collect(p.name)[..10] AS names
}
RETURN links,
       cities,
       countries,
       CASE WHEN whole > 0 THEN round(share / whole, 9) ELSE 0.0 END AS share_part,
       names
ORDER BY links;
