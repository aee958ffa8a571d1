// name: output.growth
// summary: Cities whose yearly Share rose or fell most from one window of years to another.
// access: read
// param: before_from int = first_year | First year of the earlier window, inclusive.
// param: before_to int = middle_year | Its last year, inclusive.
// param: year_from int = middle_year + 1 | First year of the later window, inclusive.
// param: year_to int = last_year | Its last year, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: min_share float = 1.0 | Adjusted Share a city must reach in one of the two, a year [articles/year].
// param: falling bool = false | Begin with those that fell most.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: before float | Adjusted Share a year in the earlier window [articles/year].
// column: after float | Adjusted Share a year in the later window [articles/year].
// column: change float | after - before [articles/year].
// column: ratio float? | after / before, 1 means no change; null where there was nothing before [1].
//
// Question: which cities have risen, and which have fallen behind?
// Left out: cities below min_share in both windows.
// Reading: adjusted Share takes the growth of the whole corpus out (N of the base year / N of the year), so a
// city that grows as everybody does stands still. Divided by the years of each window, which may differ in length.

MATCH (c:City)-[:PRODUCED]->(o:Output)
WHERE $country IS NULL OR c.country = $country
WITH c,
     sum(CASE WHEN o.year >= $before_from AND o.year <= $before_to THEN coalesce(o.adjusted_share, 0.0) ELSE 0.0 END)
       / ($before_to - $before_from + 1) AS before,
     sum(CASE WHEN o.year >= $year_from AND o.year <= $year_to THEN coalesce(o.adjusted_share, 0.0) ELSE 0.0 END)
       / ($year_to - $year_from + 1) AS after
WHERE before >= $min_share OR after >= $min_share
WITH c, round(before, 9) AS before, round(after, 9) AS after, round(after - before, 9) AS change
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       before,
       after,
       change,
       CASE WHEN before > 0 THEN round(after / before, 9) END AS ratio
ORDER BY CASE WHEN $falling THEN change ELSE -change END, city_id
LIMIT toInteger($top_n);
