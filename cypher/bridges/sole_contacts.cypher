// name: bridges.sole_contacts
// summary: Countries that a country reaches through a single city, or nearly so.
// access: read
// param: country string | Code or name of the country whose cities reach out.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: min_part float = 0.5 | Smallest part of the tie that the first city must hold, 0 to 1.
// param: top_n int = 25 | Rows returned.
// column: other_country string | Code of the country reached.
// column: other_name string | Its name.
// column: cities int | Cities of the own country with a partner there.
// column: score float | Their collaboration score with it [articles].
// column: city_id string | GeoNames id of the city that holds most of it.
// column: city string | Its name.
// column: part float | That city's part of the score, 0 to 1.
//
// Question: with which countries would a country lose its tie if one of its cities turned away?
// Left out: countries whose tie is spread, the first city holding less than min_part.
// Reading: 1 is a tie that runs through one city alone. Look at the score before worrying: small ties are often in
// one hand.

MATCH (home:Country {code: $country})<-[:IN_COUNTRY]-(c:City)-[r:COLLABORATES_WITH]-(:City)-[:IN_COUNTRY]->(k:Country)
WHERE k <> home AND r.year >= $year_from AND r.year <= $year_to
WITH k, c, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, c.id
WITH k, collect({city: c, score: score}) AS holders, sum(score) AS total
WITH k, holders, total, round(holders[0].score / total, 9) AS part
WHERE part >= $min_part
RETURN k.code AS other_country,
       k.name AS other_name,
       size(holders) AS cities,
       round(total, 9) AS score,
       holders[0].city.id AS city_id,
       holders[0].city.name AS city,
       part
ORDER BY part DESC, score DESC, other_country
LIMIT toInteger($top_n);
