// name: collaboration.rising_ties
// summary: Pairs of cities whose yearly score rose or fell most from one window to another.
// access: read
// param: before_from int = first_year | First year of the earlier window, inclusive.
// param: before_to int = middle_year | Its last year, inclusive.
// param: year_from int = middle_year + 1 | First year of the later window, inclusive.
// param: year_to int = last_year | Its last year, inclusive.
// param: country string? = null | Code of a country one of the two must be in; null takes all pairs.
// param: falling bool = false | Begin with those that fell most.
// param: top_n int = 25 | Rows returned.
// column: a_id string | GeoNames id of one city, the smaller id as text.
// column: a_name string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b_name string | Its name.
// column: before float | Collaboration score a year in the earlier window [articles/year].
// column: after float | Collaboration score a year in the later window [articles/year].
// column: change float | after - before [articles/year].
//
// Question: which ties between cities are growing, and which are withering?
// Left out: work inside one city.
// Reading: scores are not adjusted: a growing corpus lifts all of them. Compare with collaboration.new_and_lost for
// ties that began or ended.

MATCH (a:City)-[r:COLLABORATES_WITH]->(b:City)
WHERE $country IS NULL OR $country IN [a.country, b.country]
WITH a, b,
     sum(CASE WHEN r.year >= $before_from AND r.year <= $before_to THEN r.score ELSE 0.0 END)
       / ($before_to - $before_from + 1) AS before,
     sum(CASE WHEN r.year >= $year_from AND r.year <= $year_to THEN r.score ELSE 0.0 END)
       / ($year_to - $year_from + 1) AS after
WHERE before > 0 OR after > 0
RETURN a.id AS a_id,
       a.name AS a_name,
       b.id AS b_id,
       b.name AS b_name,
       round(before, 9) AS before,
       round(after, 9) AS after,
       round(after - before, 9) AS change
ORDER BY CASE WHEN $falling THEN change ELSE -change END, a_id, b_id
LIMIT toInteger($top_n);
