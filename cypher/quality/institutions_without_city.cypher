// name: quality.institutions_without_city
// summary: Institutions of which a site has no known city, by the Share at stake.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: country string? | Country code.
// column: sites int | Its sites without a known city.
// column: of int | All its sites.
// column: count int | Articles of the whole institution [articles].
// column: share float | Share of the whole institution [articles].
//
// Question: whose output is missing from every city?
// Left out: nothing.
// Reading: this part of Share is in no city's numbers (`unlocated` in the workspace's). Give the institution a city
// in a registry or a table of your own, largest first.

MATCH (i:Institution)-[:HAS_SITE]->(s:Site)
WITH i, count(s) AS of, count(CASE WHEN NOT EXISTS { (s)-[:LOCATED_IN]->(:City) } THEN s END) AS sites
WHERE sites > 0
OPTIONAL MATCH (i)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH i, sites, of, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share
RETURN i.id AS institution_id, i.name AS institution, i.country AS country, sites, of, count, share
ORDER BY share DESC, institution_id
LIMIT toInteger($top_n);
