// name: partnerships.lost_in_window
// summary: Partnerships of a city that fell silent in a window.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = last_year - 1 | First year of the window, inclusive.
// param: year_to int = last_year | Last year of the window, inclusive.
// param: before_years int = 3 | Years before the window in which they must have been alive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | Id of the city's institution.
// column: institution string | Its name.
// column: partner_id string | Id of the partner institution.
// column: partner string | Its name.
// column: partner_city_id string | GeoNames id of the city of the partner's site.
// column: partner_city string | Its name.
// column: last_year int | Last year with a joint article before the window.
// column: joint int | Articles signed from both in the years before [articles].
// column: score float | Collaboration score in the years before [articles].
// column: suspect string? | Listing of `scicities check` that shows either as a likely matching error.
//
// Question: which partnerships has a city lost?
// Left out: institution and umbrella (kin are no partners); pairs inside the city.
// Reading: lost means at least one joint article in the years before and none in the window, counted for the two
// institutions' sites in these two cities. The counterpart of partnerships.new_in_window.

MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)-[:LOCATED_IN]->(c:City)
WHERE r.year >= $year_from - $before_years AND r.year <= $year_to AND c.id <> $city_id
WITH s, t, c, max(r.year) AS last_year, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
WHERE last_year < $year_from
MATCH (i:Institution)-[:HAS_SITE]->(s)
MATCH (j:Institution)-[:HAS_SITE]->(t)
WHERE i <> j
RETURN i.id AS institution_id,
       i.name AS institution,
       j.id AS partner_id,
       j.name AS partner,
       c.id AS partner_city_id,
       c.name AS partner_city,
       last_year,
       joint,
       score,
       coalesce(i.suspect, j.suspect) AS suspect
ORDER BY score DESC, institution_id, partner_id, partner_city_id
LIMIT toInteger($top_n);
