// name: places.cities
// summary: Cities of the graph by the number of institutions that stand in them.
// access: read
// param: country string? = null | Country code; null takes all countries.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: institutions int | Institutions with a site in the city.
// column: population int? | Inhabitants, where the gazetteer knows them.
//
// Question: which cities are in the graph, and how many institutions stand in each?
// Left out: institutions without a known city. An institution with sites in two cities counts in both.

MATCH (c:City)
WHERE $country IS NULL OR c.country = $country
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       COUNT { (c)<-[:LOCATED_IN]-(:Institution) } AS institutions,
       c.population AS population
ORDER BY institutions DESC, city_id
LIMIT toInteger($top_n);
