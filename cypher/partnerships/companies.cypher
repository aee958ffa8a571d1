// name: partnerships.companies
// summary: Companies that a city's institutions write with, by where the companies stand.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: company_id string | Id of the company.
// column: company string | Its name.
// column: standing string | `same city`, `same region`, `other region` of the country, `abroad` or `unknown`.
// column: city_id string | GeoNames id of the city the company's site is in.
// column: city string | Its name.
// column: partners int | Institutions of the city it writes with.
// column: score float | Collaboration score with them [articles].
//
// Question: which companies does a city's science reach, and how far away do they stand?
// Left out: companies without a known city; company and own laboratory (kin are no partners).
// Reading: companies and institutions are those of `scicities sectors --city`, which counts their joint articles once;
// here scores of pairs are added up.

MATCH (home:City {id: $city_id})<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)-[:LOCATED_IN]->(c:City)
WHERE r.year >= $year_from AND r.year <= $year_to
MATCH (i:Institution)-[:HAS_SITE]->(s)
MATCH (f:Institution)-[:HAS_SITE]->(t)
WHERE 'company' IN f.types AND i <> f
WITH home, c, f, count(DISTINCT i) AS partners, round(toFloat(sum(r.score)), 9) AS score
RETURN f.id AS company_id,
       f.name AS company,
       CASE WHEN c = home THEN 'same city'
            WHEN c.country = home.country AND c.admin1 = home.admin1 THEN 'same region'
            WHEN c.country = home.country AND c.admin1 <> home.admin1 THEN 'other region'
            WHEN c.country <> home.country THEN 'abroad'
            ELSE 'unknown' END AS standing,
       c.id AS city_id,
       c.name AS city,
       partners,
       score
ORDER BY score DESC, company_id, city_id
LIMIT toInteger($top_n);
