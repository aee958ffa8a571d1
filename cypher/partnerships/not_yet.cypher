// name: partnerships.not_yet
// summary: Institutions of two cities that don't work together, though many of their partners are the same.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: strongest_n int = 15 | Strongest institutions of each city that are looked at.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | Id of the city's institution.
// column: institution string | Its name.
// column: partner_id string | Id of the partner institution.
// column: partner string | Its name.
// column: common int | Institutions that work with both.
// column: promise float | Sum over them of the weaker of the two scores [articles].
// column: best_common string | The common partner with the strongest way.
// column: suspect string? | Listing of `scicities check` that shows either as a likely matching error.
//
// Question: which institutions of two cities should meet, because they share partners but have no article
// together?
// Left out: institutions beyond the strongest_n of each city by their score with all partners; institution and
// umbrella.
// Reading: `promise` adds, for each common partner, the weaker of its two scores.

CALL () {
  MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(i:Institution)-[r:COAUTHORS_WITH]-(:Institution)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH i, round(toFloat(sum(r.score)), 9) AS strength
  ORDER BY strength DESC, i.id
  LIMIT toInteger($strongest_n)
  RETURN collect(i) AS ours
}
CALL () {
  MATCH (:City {id: $other_city_id})<-[:LOCATED_IN]-(j:Institution)-[r:COAUTHORS_WITH]-(:Institution)
  WHERE r.year >= $year_from AND r.year <= $year_to
  WITH j, round(toFloat(sum(r.score)), 9) AS strength
  ORDER BY strength DESC, j.id
  LIMIT toInteger($strongest_n)
  RETURN collect(j) AS theirs
}
UNWIND ours AS i
MATCH (i)-[r:COAUTHORS_WITH]-(k:Institution)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH theirs, i, k, round(toFloat(sum(r.score)), 9) AS near
MATCH (k)-[s:COAUTHORS_WITH]-(j:Institution)
WHERE j IN theirs AND j <> i AND s.year >= $year_from AND s.year <= $year_to
WITH i, j, k, near, round(toFloat(sum(s.score)), 9) AS far
WITH i, j, k, CASE WHEN near < far THEN near ELSE far END AS way
ORDER BY way DESC, k.id
WITH i, j, count(k) AS common, round(sum(way), 9) AS promise, head(collect(k.name)) AS best_common
WHERE NOT EXISTS { (i)-[t:COAUTHORS_WITH]-(j) WHERE t.year >= $year_from AND t.year <= $year_to }
  AND NOT EXISTS { (i)-[:PART_OF*1..]->(j) }
  AND NOT EXISTS { (j)-[:PART_OF*1..]->(i) }
RETURN i.id AS institution_id,
       i.name AS institution,
       j.id AS partner_id,
       j.name AS partner,
       common,
       promise,
       best_common,
       coalesce(i.suspect, j.suspect) AS suspect
ORDER BY promise DESC, institution_id, partner_id
LIMIT toInteger($top_n);
