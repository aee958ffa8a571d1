// name: output.top_cities
// summary: Cities by Share in a window of years.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: count int | Articles with at least one author there [articles].
// column: share float | Share: every article split equally over its authors, then over each author's sites [articles].
//
// Question: which cities produce most?
// Left out: parts of articles without a known city; articles with a cut-off list of authors.
// Reading: the same numbers as `scicities share --level city`.

MATCH (c:City)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to AND ($country IS NULL OR c.country = $country)
WITH c, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share
RETURN c.id AS city_id, c.name AS city, c.country AS country, count, share
// years are stored to 9 decimals, so a window's ties are judged by fewer
ORDER BY round(share, 6) DESC, city_id
LIMIT toInteger($top_n);
