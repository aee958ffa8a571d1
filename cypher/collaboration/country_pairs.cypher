// name: collaboration.country_pairs
// summary: Pairs of countries by collaboration score in a window of years.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Code of a country that must be one of the two; null takes all pairs.
// param: top_n int = 25 | Rows returned.
// column: a_code string | Code of one country, the smaller as text.
// column: a_name string | Its name.
// column: b_code string | Code of the other.
// column: b_name string | Its name.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
//
// Question: which two countries work together most?
// Left out: work inside one country; articles whose country is unknown.
// Reading: the numbers of `scicities pairs --level country`. A country's score is counted from articles anew; it
// is not the sum over its cities.

MATCH (a:Country)-[r:COLLABORATES_WITH]->(b:Country)
WHERE r.year >= $year_from AND r.year <= $year_to AND ($country IS NULL OR $country IN [a.code, b.code])
WITH a, b, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
RETURN a.code AS a_code, a.name AS a_name, b.code AS b_code, b.name AS b_name, joint, score
// years are stored to 9 decimals, so a window's ties are judged by fewer
ORDER BY round(score, 6) DESC, a_code, b_code
LIMIT toInteger($top_n);
