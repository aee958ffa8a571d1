// name: bridges.between_cities
// summary: Institutions elsewhere that work with both of two cities.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: cities list<string> | Names of the cities it has a site in, in order of name.
// column: country string? | Its country code.
// column: partners int | Institutions of the first city it works with.
// column: score float | Collaboration score with them [articles].
// column: other_partners int | Institutions of the second city it works with.
// column: other_score float | Collaboration score with them [articles].
// column: weaker float | The smaller of the two scores, which ranks the rows [articles].
// column: suspect string? | Listing of `scicities check` that shows the institution as a likely matching error.
//
// Question: who bridges two cities: which institutions have a foot in both without standing in either?
// Left out: institutions with a site in one of the two cities or without a known city; institute and umbrella (kin
// are no partners).
// Reading: a bridge is as good as its weaker side. Its partners in the two cities need not know each other.

MATCH (c:City)<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)<-[:HAS_SITE]-(i:Institution)
WHERE c.id IN [$city_id, $other_city_id] AND r.year >= $year_from AND r.year <= $year_to
  AND EXISTS { (t)-[:LOCATED_IN]->(:City) }
  AND NOT EXISTS { MATCH (i)-[:LOCATED_IN]->(own:City) WHERE own.id IN [$city_id, $other_city_id] }
WITH i, c, s, sum(r.score) AS score
WITH i,
     count(DISTINCT CASE WHEN c.id = $city_id THEN s END) AS partners,
     round(sum(CASE WHEN c.id = $city_id THEN score ELSE 0.0 END), 9) AS score,
     count(DISTINCT CASE WHEN c.id = $other_city_id THEN s END) AS other_partners,
     round(sum(CASE WHEN c.id = $other_city_id THEN score ELSE 0.0 END), 9) AS other_score
WHERE partners > 0 AND other_partners > 0
RETURN i.id AS institution_id,
       i.name AS institution,
       COLLECT { MATCH (i)-[:LOCATED_IN]->(own:City) RETURN own.name ORDER BY own.name, own.id } AS cities,
       i.country AS country,
       partners,
       score,
       other_partners,
       other_score,
       CASE WHEN score < other_score THEN score ELSE other_score END AS weaker,
       i.suspect AS suspect
ORDER BY weaker DESC, score + other_score DESC, institution_id
LIMIT toInteger($top_n);
