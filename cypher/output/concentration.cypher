// name: output.concentration
// summary: How much of each country's output its first city has.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: min_cities int = 3 | Cities with output a country must have.
// param: top_n int = 25 | Rows returned.
// column: country string | Country code.
// column: name string | Name of the country.
// column: cities int | Its cities with output.
// column: share float | Share of all of them [articles].
// column: city_id string | GeoNames id of the first city.
// column: city string | Its name.
// column: first_part float | Its part of the Share of all of them, 0 to 1.
// column: second string | Name of the second city.
// column: second_part float | Its part, 0 to 1.
// column: herfindahl float | Sum over the cities of their part squared, 0 to 1.
//
// Question: in which countries does one city do all the science, and where is it spread?
// Left out: countries with fewer than min_cities cities; parts of articles without a known city.
// Reading: 1 / herfindahl is the number of equally large cities that would be as concentrated.

MATCH (k:Country)<-[:IN_COUNTRY]-(c:City)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH k, c, round(toFloat(sum(o.share)), 9) AS share
ORDER BY share DESC, c.id
WITH k, collect({city: c, share: share}) AS places, sum(share) AS total
WHERE size(places) >= $min_cities AND size(places) > 1 AND total > 0
RETURN k.code AS country,
       k.name AS name,
       size(places) AS cities,
       round(total, 9) AS share,
       places[0].city.id AS city_id,
       places[0].city.name AS city,
       round(places[0].share / total, 9) AS first_part,
       places[1].city.name AS second,
       round(places[1].share / total, 9) AS second_part,
       round(reduce(sum = 0.0, place IN places | sum + (place.share / total) ^ 2), 9) AS herfindahl
ORDER BY first_part DESC, country
LIMIT toInteger($top_n);
