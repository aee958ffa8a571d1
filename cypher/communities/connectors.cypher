// name: communities.connectors
// summary: Cities whose collaboration is spread over several communities.
// access: read
// needs: communities
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: min_strength float = 1.0 | Smallest sum of collaboration score [articles].
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: community int | Number of its community.
// column: strength float | Sum of collaboration score with cities that have a community [articles].
// column: communities int | Communities it works with, its own included.
// column: participation float | 1 - sum of (score with a community / strength)^2 over communities, 0 to 1.
//
// Question: which cities tie communities together?
// Left out: cities below min_strength; partners without a community.
// Reading: participation coefficient of Guimera and Amaral (doi 10.1038/nature03288) on strengths.

MATCH (c:City)-[r:COLLABORATES_WITH]-(p:City)
WHERE c.community IS NOT NULL AND p.community IS NOT NULL AND r.year >= $year_from AND r.year <= $year_to
WITH c, p.community AS there, sum(r.score) AS score
ORDER BY c.id, there
WITH c, count(*) AS communities, sum(score) AS strength, collect(score) AS scores
WHERE strength >= $min_strength AND strength > 0
WITH c, communities, strength, 1 - reduce(squares = 0.0, score IN scores | squares + (score / strength) ^ 2) AS spread
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       c.community AS community,
       round(toFloat(strength), 9) AS strength,
       communities,
       round(spread, 9) AS participation
ORDER BY participation DESC, strength DESC, city_id
LIMIT toInteger($top_n);
