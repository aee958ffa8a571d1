// name: bridges.between_countries
// summary: Cities of third countries that work with both of two countries.
// access: read
// param: country string | Code or name of one country.
// param: other_country string | Code or name of the other.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: partners int | Partner cities in the first country.
// column: score float | Collaboration score with them [articles].
// column: other_partners int | Partner cities in the second country.
// column: other_score float | Collaboration score with them [articles].
// column: weaker float | The smaller of the two scores, which ranks the rows [articles].
//
// Question: which cities elsewhere stand between two countries?
// Left out: cities of the two countries themselves, and those that work with only one of them.
// Reading: an article with cities of both countries counts on both sides.

MATCH (home:Country)<-[:IN_COUNTRY]-(p:City)-[r:COLLABORATES_WITH]-(c:City)
WHERE home.code IN [$country, $other_country]
  AND NOT coalesce(c.country, '') IN [$country, $other_country]
  AND r.year >= $year_from AND r.year <= $year_to
WITH c,
     count(DISTINCT CASE WHEN home.code = $country THEN p END) AS partners,
     round(sum(CASE WHEN home.code = $country THEN r.score ELSE 0.0 END), 9) AS score,
     count(DISTINCT CASE WHEN home.code = $other_country THEN p END) AS other_partners,
     round(sum(CASE WHEN home.code = $other_country THEN r.score ELSE 0.0 END), 9) AS other_score
WHERE partners > 0 AND other_partners > 0
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       partners,
       score,
       other_partners,
       other_score,
       CASE WHEN score < other_score THEN score ELSE other_score END AS weaker
ORDER BY weaker DESC, score + other_score DESC, city_id
LIMIT toInteger($top_n);
