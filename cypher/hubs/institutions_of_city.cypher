// name: hubs.institutions_of_city
// summary: Institutions of a city by their ties to other institutions.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: type string? | First type the registry gives.
// column: partners int | Partner institutions (degree).
// column: partner_cities int | Cities those stand in, the own one included.
// column: partner_countries int | Countries of those cities.
// column: strength float | Sum of collaboration score over partner institutions [articles].
// column: suspect string? | Listing of `scicities check` that shows the institution as a likely matching error.
//
// Question: which institutions make a city a hub?
// Left out: institute and umbrella (kin are no partners); partners outside any known city, in the two last counts.
// Reading: degree and strength of the whole institution, wherever its sites are.

MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(i:Institution)-[r:COAUTHORS_WITH]-(j:Institution)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH i, collect(DISTINCT j) AS others, round(toFloat(sum(r.score)), 9) AS strength
RETURN i.id AS institution_id,
       i.name AS institution,
       i.type AS type,
       size(others) AS partners,
       COUNT { UNWIND others AS j MATCH (j)-[:LOCATED_IN]->(c:City) RETURN DISTINCT c } AS partner_cities,
       COUNT { UNWIND others AS j MATCH (j)-[:LOCATED_IN]->(:City)-[:IN_COUNTRY]->(k) RETURN DISTINCT k }
         AS partner_countries,
       strength,
       i.suspect AS suspect
ORDER BY round(strength, 6) DESC, institution_id
LIMIT toInteger($top_n);
