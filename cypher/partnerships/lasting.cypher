// name: partnerships.lasting
// summary: Partnerships of a city that were alive in most years.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: min_years int = 3 | Years of the window with a joint article.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | Id of the city's institution.
// column: institution string | Its name.
// column: partner_id string | Id of the partner institution.
// column: partner string | Its name.
// column: partner_city_id string | GeoNames id of the city of the partner's site.
// column: partner_city string | Its name.
// column: years int | Years of the window with a joint article.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
// column: suspect string? | Listing of `scicities check` that shows either as a likely matching error.
//
// Question: on whom can a city's institutions rely, year after year?
// Left out: institution and umbrella (kin are no partners); pairs inside the city; pairs of fewer years.
// Reading: most years first, then by score. Counted for the two institutions' sites in these two cities.

MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)-[:LOCATED_IN]->(c:City)
WHERE r.year >= $year_from AND r.year <= $year_to AND c.id <> $city_id
WITH s, t, c, count(DISTINCT r.year) AS years, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
WHERE years >= $min_years
MATCH (i:Institution)-[:HAS_SITE]->(s)
MATCH (j:Institution)-[:HAS_SITE]->(t)
WHERE i <> j
RETURN i.id AS institution_id,
       i.name AS institution,
       j.id AS partner_id,
       j.name AS partner,
       c.id AS partner_city_id,
       c.name AS partner_city,
       years,
       joint,
       score,
       coalesce(i.suspect, j.suspect) AS suspect
ORDER BY years DESC, score DESC, institution_id, partner_id, partner_city_id
LIMIT toInteger($top_n);
