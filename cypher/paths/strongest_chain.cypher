// name: paths.strongest_chain
// summary: The shortest chain of strong links between two cities.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: min_score float = 0.5 | Collaboration score a link must have reached in one of the years [articles].
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: step int | 0 at the first city.
// column: city_id string | GeoNames id of the city at this step.
// column: city string | Its name.
// column: country string? | Its country code.
// column: score float? | Largest yearly score of the link with the step before [articles]; null at the first city.
//
// Question: over how many hands does collaboration reach from one city to another, when weak links don't count?
// Left out: chains of more than 6 links: no row then.
// Reading: of the chains with fewest links, the one whose weakest link is strongest. Raise min_score until the
// direct link breaks to see who stands between.

MATCH (a:City {id: $city_id}), (b:City {id: $other_city_id})
MATCH path = allShortestPaths((a)-[:COLLABORATES_WITH*..6]-(b))
WHERE all(r IN relationships(path) WHERE r.year >= $year_from AND r.year <= $year_to AND r.score >= $min_score)
WITH nodes(path) AS cities, reduce(low = head(relationships(path)).score, r IN relationships(path) |
       CASE WHEN r.score < low THEN r.score ELSE low END) AS weakest
WITH cities, max(weakest) AS weakest, [c IN cities | c.id] AS chain_id
ORDER BY weakest DESC, chain_id
LIMIT 1
UNWIND range(0, size(cities) - 1) AS step
WITH step, cities[step] AS c, CASE WHEN step > 0 THEN cities[step - 1] END AS before
OPTIONAL MATCH (before)-[r:COLLABORATES_WITH]-(c)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH step, c, max(r.score) AS score
RETURN step, c.id AS city_id, c.name AS city, c.country AS country, score
ORDER BY step, city_id;
