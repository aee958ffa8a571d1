// name: places.countries
// summary: Countries with their cities, institutions and output.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: country string | Country code.
// column: name string | Name of the country.
// column: cities int | Cities of it in the graph.
// column: institutions int | Institutions with a site in one of them.
// column: count int | Articles with at least one author in the country [articles].
// column: share float | Share of the country [articles].
//
// Question: which countries are in the graph, and how much does each produce?
// Left out: parts of articles whose country is unknown; cities and institutions whose country is unknown.
// Reading: count and share are those of `scicities share --level country`. An institution with sites in two
// countries counts in both.

MATCH (k:Country)
OPTIONAL MATCH (k)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH k, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share
RETURN k.code AS country,
       k.name AS name,
       COUNT { (k)<-[:IN_COUNTRY]-(:City) } AS cities,
       COUNT { MATCH (k)<-[:IN_COUNTRY]-(:City)<-[:LOCATED_IN]-(i:Institution) RETURN DISTINCT i } AS institutions,
       count,
       share
// years are stored to 9 decimals, so a window's ties are judged by fewer
ORDER BY round(share, 6) DESC, country
LIMIT toInteger($top_n);
