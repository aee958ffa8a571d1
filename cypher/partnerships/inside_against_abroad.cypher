// name: partnerships.inside_against_abroad
// summary: A city's strongest pairs of institutions inside it, in its country and abroad.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: pairs_n int = 25 | Pairs taken of each scope, those with most joint articles.
// column: scope string | `inside` the city, `domestic` elsewhere in its country, `international`.
// column: pairs int | Pairs of institutions taken.
// column: mean_joint float? | Mean of their joint articles; null without a pair [articles].
// column: median_joint float? | Median of them [articles].
// column: institution string? | The institution of the city in the first pair; null without a pair.
// column: partner string? | Its partner.
// column: top_joint int? | Joint articles of the first pair [articles].
//
// Question: does a city work most closely at home or abroad?
// Left out: institution and umbrella (kin are no partners); partners of unknown country.
// Reading: the numbers of `scicities pairs --compare-scopes`. A partner with several sites in a scope is one partner
// here, and an article signed from two of them counts twice.

MATCH (home:City {id: $city_id})<-[:LOCATED_IN]-(s:Site)-[r:PARTNERS_WITH]-(t:Site)-[:LOCATED_IN]->(c:City)
WHERE r.year >= $year_from AND r.year <= $year_to AND (c <> home OR s.id < t.id)
MATCH (i:Institution)-[:HAS_SITE]->(s)
MATCH (j:Institution)-[:HAS_SITE]->(t)
WITH i, j, sum(r.joint) AS joint,
     CASE WHEN c = home THEN 'inside' WHEN c.country = home.country THEN 'domestic'
          WHEN c.country <> home.country THEN 'international' END AS scope
WHERE i <> j AND scope IS NOT NULL
WITH scope, i, j, joint
ORDER BY joint DESC, i.id, j.id
WITH scope, collect({own: i, other: j, joint: joint})[..toInteger($pairs_n)] AS top
WITH collect({scope: scope, top: top}) AS found
UNWIND range(0, 2) AS place
WITH place, ['inside', 'domestic', 'international'][place] AS scope, found
WITH place, scope, coalesce([one IN found WHERE one.scope = scope | one.top][0], []) AS top
CALL (top) {
  UNWIND top AS pair
  RETURN avg(pair.joint) AS mean, percentileCont(pair.joint, 0.5) AS median
}
RETURN scope,
       size(top) AS pairs,
       round(mean, 9) AS mean_joint,
       round(median, 9) AS median_joint,
       top[0].own.name AS institution,
       top[0].other.name AS partner,
       top[0].joint AS top_joint
ORDER BY place;
