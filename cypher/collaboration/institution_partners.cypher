// name: collaboration.institution_partners
// summary: Partners of an institution, with the city each stands in.
// access: read
// param: institution_id string | ROR id, else OpenAlex id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: partner_id string | Id of the partner institution.
// column: partner string | Its name.
// column: type string? | First type the registry gives.
// column: cities list<string> | Names of the cities it has a site in, in order of name.
// column: country string? | Its country code.
// column: first_year int | First year of the window with a joint article.
// column: last_year int | Last one.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
// column: suspect string? | Listing of `scicities check` that shows the institution as a likely matching error.
//
// Question: with whom does an institution work, since when, and is it still going on?
// Left out: institute and umbrella (kin are no partners).
// Reading: the numbers of `scicities pairs --level institution` for one institution.

MATCH (:Institution {id: $institution_id})-[r:COAUTHORS_WITH]-(p:Institution)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH p, min(r.year) AS first_year, max(r.year) AS last_year, sum(r.joint) AS joint,
     round(toFloat(sum(r.score)), 9) AS score
RETURN p.id AS partner_id,
       p.name AS partner,
       p.type AS type,
       COLLECT { MATCH (p)-[:LOCATED_IN]->(c:City) RETURN c.name ORDER BY c.name, c.id } AS cities,
       p.country AS country,
       first_year,
       last_year,
       joint,
       score,
       p.suspect AS suspect
ORDER BY round(score, 6) DESC, partner_id
LIMIT toInteger($top_n);
