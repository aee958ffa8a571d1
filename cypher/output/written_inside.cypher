// name: output.written_inside
// summary: Cities by the part of their Share that their own institutions write together.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: min_share float = 1.0 | Smallest Share [articles].
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: share float | Share of the city [articles].
// column: internal_joint int | Articles with at least two different institutions of the city [articles].
// column: internal_share float | The city's Share on them [articles].
// column: inside_part float | internal_share / share, 0 to 1.
//
// Question: in which cities do neighbours write together, and in which do they hardly know each other?
// Left out: cities below min_share.
// Reading: the numbers of `scicities internal --by part_of_share`. Institute and
// umbrella (kin) are not two institutions.

MATCH (c:City)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to AND ($country IS NULL OR c.country = $country)
WITH c, round(toFloat(sum(o.share)), 9) AS share, sum(coalesce(o.internal_joint, 0)) AS internal_joint,
     round(toFloat(sum(coalesce(o.internal_share, 0.0))), 9) AS internal_share
WHERE share >= $min_share AND share > 0
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       share,
       internal_joint,
       internal_share,
       round(internal_share / share, 9) AS inside_part
ORDER BY inside_part DESC, city_id
LIMIT toInteger($top_n);
