// name: collaboration.partner_countries
// summary: The countries a city works with, its own among them.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: country string | Country code.
// column: name string | Name of the country.
// column: cities int | Partner cities there.
// column: score float | Collaboration score with them [articles].
// column: part float | Its part of the score with all partner cities of known country, 0 to 1.
// column: partner_id string | GeoNames id of the strongest partner city there.
// column: partner string | Its name.
//
// Question: with which countries does a city work, and through which of their cities?
// Left out: work inside the city; partner cities of unknown country.
// Reading: an article with two cities of a country enters that country's score twice; joint articles are not added
// up here because they would be counted twice too.

MATCH (:City {id: $city_id})-[r:COLLABORATES_WITH]-(p:City)-[:IN_COUNTRY]->(k:Country)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH k, p, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, p.id
WITH k, count(p) AS cities, sum(score) AS score, head(collect(p)) AS first
WITH collect({country: k, cities: cities, score: score, first: first}) AS found, sum(score) AS total
UNWIND found AS row
RETURN row.country.code AS country,
       row.country.name AS name,
       row.cities AS cities,
       round(row.score, 9) AS score,
       round(row.score / total, 9) AS part,
       row.first.id AS partner_id,
       row.first.name AS partner
ORDER BY score DESC, country
LIMIT toInteger($top_n);
