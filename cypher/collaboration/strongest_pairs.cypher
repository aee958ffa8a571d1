// name: collaboration.strongest_pairs
// summary: Pairs of cities by collaboration score in a window of years.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Country code both cities must have; null takes all pairs.
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of one city, the smaller id as text.
// column: a_name string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b_name string | Its name.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
//
// Question: which two cities work together most?
// Left out: work inside one city (see output.by_year).
// Reading: the same numbers as `scicities pairs --level city`. A city's score is counted from articles at city
// level; it is not the sum of its institutions' scores.

MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City)
WHERE r.year >= $year_from AND r.year <= $year_to
  AND ($country IS NULL OR (a.country = $country AND b.country = $country))
WITH a, b, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
RETURN a.id AS a_id, a.name AS a_name, b.id AS b_id, b.name AS b_name, joint, score
// years are stored to 9 decimals, so a window's ties are judged by fewer
ORDER BY round(score, 6) DESC, a_id, b_id
LIMIT toInteger($top_n);
