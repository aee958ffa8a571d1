// name: communities.summary
// summary: Communities with their size, output, first city, and how much of their work stays inside.
// access: read
// needs: communities
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: community int | Number of the community; 1 is the largest.
// column: cities int | Cities in it.
// column: countries int | Countries of those cities.
// column: share float | Share of the cities [articles].
// column: city_id string | GeoNames id of its city with the largest Share.
// column: city string | Its name.
// column: inside float | Collaboration score of pairs inside it [articles].
// column: outside float | Collaboration score of pairs with another community [articles].
// column: inside_part float | inside / (inside + outside), 0 to 1; 0 without pairs.
//
// Question: what are the communities of the network, who leads each, and how closed are they?
// Left out: cities without a community; partners without one.
// Reading: each pair is counted once, so a pair between two communities is in `outside` of both.

MATCH (c:City)
WHERE c.community IS NOT NULL
OPTIONAL MATCH (c)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH c, round(toFloat(sum(o.share)), 9) AS share
OPTIONAL MATCH (c)-[r:COLLABORATES_WITH]-(p:City)
WHERE p.community IS NOT NULL AND r.year >= $year_from AND r.year <= $year_to
WITH c, share,
     sum(CASE WHEN p.community = c.community THEN r.score ELSE 0.0 END) / 2 AS inside,
     sum(CASE WHEN p.community <> c.community THEN r.score ELSE 0.0 END) AS outside
ORDER BY share DESC, c.id
WITH c.community AS community, count(c) AS cities, count(DISTINCT c.country) AS countries, sum(share) AS share,
     head(collect(c)) AS first, sum(inside) AS inside, sum(outside) AS outside
RETURN community,
       cities,
       countries,
       round(share, 9) AS share,
       first.id AS city_id,
       first.name AS city,
       round(inside, 9) AS inside,
       round(outside, 9) AS outside,
       CASE WHEN inside + outside > 0 THEN round(inside / (inside + outside), 9) ELSE 0.0 END AS inside_part
ORDER BY community;
