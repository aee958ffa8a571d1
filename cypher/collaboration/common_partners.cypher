// name: collaboration.common_partners
// summary: Cities that collaborate with both of two cities.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: partner_id string | GeoNames id of the partner city.
// column: partner string | Its name.
// column: country string? | Its country code.
// column: score float | Collaboration score with the first city [articles].
// column: other_score float | Collaboration score with the second city [articles].
// column: weaker float | The smaller of the two, which ranks the rows [articles].
//
// Question: through which third cities are two cities tied, besides their direct link?
// Left out: cities that work with only one of the two.
// Reading: a common partner is only as good as its weaker tie. The three need not have signed one article
// together.

MATCH (:City {id: $city_id})-[r:COLLABORATES_WITH]-(p:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH p, round(toFloat(sum(r.score)), 9) AS score
MATCH (p)-[s:COLLABORATES_WITH]-(:City {id: $other_city_id})
WHERE s.year >= $year_from AND s.year <= $year_to
WITH p, score, round(toFloat(sum(s.score)), 9) AS other_score
RETURN p.id AS partner_id,
       p.name AS partner,
       p.country AS country,
       score,
       other_score,
       CASE WHEN score < other_score THEN score ELSE other_score END AS weaker
ORDER BY weaker DESC, score + other_score DESC, partner_id
LIMIT toInteger($top_n);
