// name: collaboration.pair_by_year
// summary: The tie of two cities year by year, and how much it matters to each.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: year int | Publication year.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
// column: partnerships int | Distinct pairs of institutions, one in each city, with a joint article in the year.
// column: part float | score as a part of the first city's score with all cities in the year, 0 to 1.
// column: other_part float | score as a part of the second city's, 0 to 1.
//
// Question: how did the tie between two cities grow, and to which of them does it matter more?
// Left out: years without a joint article.
// Reading: a tie that is a tenth of one city's and a hundredth of the other's is not a tie between equals.

MATCH (a:City {id: $city_id})-[r:COLLABORATES_WITH]-(b:City {id: $other_city_id})
WHERE r.year >= $year_from AND r.year <= $year_to
CALL (a, r) { MATCH (a)-[s:COLLABORATES_WITH]-(:City) WHERE s.year = r.year RETURN sum(s.score) AS first }
CALL (b, r) { MATCH (b)-[s:COLLABORATES_WITH]-(:City) WHERE s.year = r.year RETURN sum(s.score) AS second }
RETURN r.year AS year,
       r.joint AS joint,
       r.score AS score,
       r.partnerships AS partnerships,
       round(r.score / first, 9) AS part,
       round(r.score / second, 9) AS other_part
ORDER BY year;
