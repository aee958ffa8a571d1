// name: communities.countries
// summary: The countries each community is made of.
// access: read
// needs: communities
// param: community int? = null | Number of the community; null takes all.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: community int | Number of the community; 1 is the largest.
// column: country string | Country code.
// column: cities int | Cities of the country in it.
// column: cities_of_country int | Cities of the country that have a community.
// column: share float | Share of those cities [articles].
// column: part float | Their part of the community's Share, 0 to 1.
// column: members list<string> | Their names, largest Share first, five at most.
//
// Question: is a community a country, or does it cross borders?
// Left out: cities without a community or without a known country.
// Reading: a country whose cities_of_country is above its cities is split over several communities.

MATCH (c:City)-[:IN_COUNTRY]->(k:Country)
WHERE c.community IS NOT NULL
OPTIONAL MATCH (c)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH c, k, round(toFloat(sum(o.share)), 9) AS share
ORDER BY share DESC, c.id
WITH c.community AS community, k, count(c) AS cities, sum(share) AS share, collect(c.name)[..5] AS members
WITH community, collect({country: k, cities: cities, share: share, members: members}) AS found, sum(share) AS total
UNWIND found AS row
WITH community, row, total
WHERE $community IS NULL OR community = $community
RETURN community,
       row.country.code AS country,
       row.cities AS cities,
       COUNT { MATCH (c:City)-[:IN_COUNTRY]->(:Country {code: row.country.code}) WHERE c.community IS NOT NULL }
         AS cities_of_country,
       round(row.share, 9) AS share,
       CASE WHEN total > 0 THEN round(row.share / total, 9) ELSE 0.0 END AS part,
       row.members AS members
ORDER BY community, share DESC, country
LIMIT toInteger($top_n);
