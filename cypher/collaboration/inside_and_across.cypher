// name: collaboration.inside_and_across
// summary: How much of each large city's collaboration stays inside it, in its country, or goes abroad.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: inside float | The city's Share on articles its own institutions write together [articles].
// column: domestic float | Collaboration score with other cities of the country [articles].
// column: abroad float | Collaboration score with cities of other countries [articles].
// column: abroad_part float | abroad / (domestic + abroad), 0 to 1; 0 without partners.
// column: top_country string? | Country abroad with the largest score; null without one.
//
// Question: do the largest cities work at home or abroad, and with which country most?
// Left out: cities below the top_n by Share; partners without a known country.
// Reading: `inside` counts an article once, `domestic` and `abroad` once for each partner city, so they are
// compared between cities, not added up.

MATCH (c:City)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to AND ($country IS NULL OR c.country = $country)
WITH c, sum(o.share) AS share, sum(o.internal_share) AS inside
ORDER BY round(toFloat(share), 9) DESC, c.id
LIMIT toInteger($top_n)
MATCH (c)-[:IN_COUNTRY]->(home:Country)
OPTIONAL MATCH (c)-[r:COLLABORATES_WITH]-(:City)-[:IN_COUNTRY]->(there:Country)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, home, share, inside, there, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, there.code
WITH c, share, inside,
     sum(CASE WHEN there = home THEN score ELSE 0.0 END) AS domestic,
     sum(CASE WHEN there <> home THEN score ELSE 0.0 END) AS abroad,
     head(collect(CASE WHEN there <> home THEN there.code END)) AS top_country
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       round(toFloat(inside), 9) AS inside,
       round(domestic, 9) AS domestic,
       round(abroad, 9) AS abroad,
       CASE WHEN domestic + abroad > 0 THEN round(abroad / (domestic + abroad), 9) ELSE 0.0 END AS abroad_part,
       top_country
ORDER BY round(toFloat(share), 9) DESC, city_id;
