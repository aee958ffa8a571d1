// name: ties.dual_between_cities
// summary: Cities that a city shares people with, who work in both at once.
// access: read
// needs: researchers
// param: city_id string | GeoNames id.
// param: min_years int = 2 | Years in which both tenures ran, at least.
// param: year_from int = first_year | First year looked at, inclusive.
// param: year_to int = last_year | Last year looked at, inclusive.
// param: top_n int = 25 | Rows returned.
// column: other_id string | GeoNames id of the other city.
// column: other string | Its name.
// column: country string? | Its country code.
// column: researchers int | People at both at once [researchers].
// column: pairs int | Pairs of institutions, one here and one there, that they hold together.
// column: joint int | Joint articles of the two cities in the window [articles].
// column: score float | Their collaboration score in the window [articles].
//
// Question: which ties between cities stand on people with a foot in each?
// Left out: institutions that stand in both cities; institutes and their umbrella (kin).
// Reading: joint articles count those that one person signs from both; many people and few joint articles mean two
// lives apart.

MATCH (c:City {id: $city_id})<-[:LOCATED_IN]-(i:Institution)<-[v:WORKED_AT]-(r:Researcher)
MATCH (r)-[w:WORKED_AT]->(j:Institution)-[:LOCATED_IN]->(d:City)
WHERE d <> c AND NOT EXISTS { (j)-[:LOCATED_IN]->(c) } AND NOT EXISTS { (i)-[:LOCATED_IN]->(d) }
  AND NOT EXISTS { (i)-[:PART_OF*1..]->(j) } AND NOT EXISTS { (j)-[:PART_OF*1..]->(i) }
WITH c, d, i, j, r,
     CASE WHEN v.from_year > w.from_year THEN v.from_year ELSE w.from_year END AS since,
     CASE WHEN v.to_year < w.to_year THEN v.to_year ELSE w.to_year END AS until
WHERE until - since + 1 >= $min_years AND since <= $year_to AND until >= $year_from
WITH c, d, count(DISTINCT r) AS researchers, count(DISTINCT i.id + ' ' + j.id) AS pairs
OPTIONAL MATCH (c)-[k:COLLABORATES_WITH]-(d)
WHERE k.year >= $year_from AND k.year <= $year_to
WITH d, researchers, pairs, sum(k.joint) AS joint, round(toFloat(sum(k.score)), 9) AS score
RETURN d.id AS other_id, d.name AS other, d.country AS country, researchers, pairs, joint, score
ORDER BY researchers DESC, score DESC, other_id
LIMIT toInteger($top_n);
