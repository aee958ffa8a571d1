// name: hubs.by_strength
// summary: Rank cities by collaboration score in a window of years.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: partners int | Partner cities (degree).
// column: strength float | Sum of collaboration score over partner cities [articles].
//
// Question: which cities are the hubs of the network?
// Left out: work inside one city.
// Reading: the same numbers as degree and strength of `scicities hubs`. An article with three cities enters
// each city's strength twice.

MATCH (c:City)-[r:COLLABORATES_WITH]-(p:City)
WHERE r.year >= $year_from AND r.year <= $year_to AND ($country IS NULL OR c.country = $country)
WITH c, count(DISTINCT p) AS partners, round(toFloat(sum(r.score)), 9) AS strength
RETURN c.id AS city_id, c.name AS city, c.country AS country, partners, strength
// years are stored to 9 decimals, so a window's ties are judged by fewer
ORDER BY round(strength, 6) DESC, city_id
LIMIT toInteger($top_n);
