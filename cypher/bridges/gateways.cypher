// name: bridges.gateways
// summary: Cities of a country through which its work with another country runs.
// access: read
// param: country string | Code or name of the country whose cities are ranked.
// param: other_country string | Code or name of the other.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: partners int | Partner cities in the other country.
// column: score float | Collaboration score with them [articles].
// column: part float | Its part of the score of all its country's cities with the other country, 0 to 1.
// column: partner_id string | GeoNames id of its strongest partner there.
// column: partner string | Its name.
// column: partner_score float | Collaboration score with that partner [articles].
//
// Question: which cities are the gateways of one country to another?
// Left out: cities without a partner in the other country.
// Reading: the parts add up to 1. Swap the two countries to see the gateways on the other side.

MATCH (:Country {code: $country})<-[:IN_COUNTRY]-(c:City)-[r:COLLABORATES_WITH]-(p:City)
      -[:IN_COUNTRY]->(:Country {code: $other_country})
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, p, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, p.id
WITH c, count(p) AS partners, sum(score) AS score, head(collect({city: p, score: score})) AS first
WITH collect({city: c, partners: partners, score: score, first: first}) AS found, sum(score) AS total
UNWIND found AS row
RETURN row.city.id AS city_id,
       row.city.name AS city,
       row.city.country AS country,
       row.partners AS partners,
       round(row.score, 9) AS score,
       round(row.score / total, 9) AS part,
       row.first.city.id AS partner_id,
       row.first.city.name AS partner,
       row.first.score AS partner_score
ORDER BY score DESC, city_id
LIMIT toInteger($top_n);
