// name: partnerships.of_two_cities
// summary: The institution pairs behind the tie of two cities.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: other_city_id string | GeoNames id of the second city, or its name as above.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | Id of the city's institution.
// column: institution string | Its name.
// column: partner_id string | Id of the partner institution.
// column: partner string | Its name.
// column: first_year int | First year of the window with a joint article.
// column: last_year int | Last one.
// column: years int | Years of the window with a joint article.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
// column: suspect string? | Listing of `scicities check` that shows either as a likely matching error.
//
// Question: which institutions carry the tie between two cities?
// Left out: institution and umbrella (kin are no partners).
// Reading: joint and score are those of the two sites. Scores of several rows don't add up to the cities'
// score, since an article can be in many rows.

MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)-[:LOCATED_IN]->(c:City)
WHERE c.id = $other_city_id AND r.year >= $year_from AND r.year <= $year_to
WITH s, t, min(r.year) AS first_year, max(r.year) AS last_year, count(DISTINCT r.year) AS years,
     sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
MATCH (i:Institution)-[:HAS_SITE]->(s)
MATCH (j:Institution)-[:HAS_SITE]->(t)
WHERE i <> j
RETURN i.id AS institution_id,
       i.name AS institution,
       j.id AS partner_id,
       j.name AS partner,
       first_year,
       last_year,
       years,
       joint,
       score,
       coalesce(i.suspect, j.suspect) AS suspect
ORDER BY score DESC, institution_id, partner_id
LIMIT toInteger($top_n);
