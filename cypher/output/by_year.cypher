// name: output.by_year
// summary: A city's output and its internal collaboration, year by year.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: year int | Publication year.
// column: count int | Articles with at least one author there [articles].
// column: share float | Share: every article split equally over its authors, then over each author's sites [articles].
// column: adjusted_share float? | Share on the base year's footing: Share times N(base year) / N(year) [articles].
// column: internal_joint int | Articles with at least two different institutions of the city [articles].
// column: internal_share float | The city's Share on them [articles].
//
// Question: how did a city's output grow, and how much of it do its own institutions write together?
// Left out: years without an article.

MATCH (:City {id: $city_id})-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
RETURN o.year AS year,
       o.count AS count,
       o.share AS share,
       o.adjusted_share AS adjusted_share,
       coalesce(o.internal_joint, 0) AS internal_joint,
       coalesce(o.internal_share, 0.0) AS internal_share
ORDER BY year;
