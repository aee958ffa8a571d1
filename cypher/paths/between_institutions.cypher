// name: paths.between_institutions
// summary: The shortest chain of institutions between two institutions.
// access: read
// param: institution_id string | ROR id, else OpenAlex id; the command line and Python also take a name.
// param: other_institution_id string | Id of the second institution, or its name as above.
// param: min_joint int = 1 | Joint articles a link must have reached in one of the years [articles].
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: step int | 0 at the first institution.
// column: institution_id string | Id of the institution at this step.
// column: institution string | Its name.
// column: cities list<string> | Names of the cities it has a site in, in order of name.
// column: joint int? | Largest yearly number of articles joint with the step before; null at the first [articles].
//
// Question: over which institutions could one be introduced to another?
// Left out: chains of more than 6 links: no row then. Institute and umbrella (kin) are no link.
// Reading: of the chains with fewest links, the one whose weakest link has most joint articles in a year, then the
// first by ids. Raise min_joint to ask for introductions that count.

MATCH (a:Institution {id: $institution_id}), (b:Institution {id: $other_institution_id})
MATCH path = allShortestPaths((a)-[:COAUTHORS_WITH*..6]-(b))
WHERE all(r IN relationships(path) WHERE r.year >= $year_from AND r.year <= $year_to AND r.joint >= $min_joint)
WITH nodes(path) AS chain, reduce(low = head(relationships(path)).joint, r IN relationships(path) |
       CASE WHEN r.joint < low THEN r.joint ELSE low END) AS weakest
WITH chain, max(weakest) AS weakest, [i IN chain | i.id] AS chain_id
ORDER BY weakest DESC, chain_id
LIMIT 1
UNWIND range(0, size(chain) - 1) AS step
WITH step, chain[step] AS i, CASE WHEN step > 0 THEN chain[step - 1] END AS before
OPTIONAL MATCH (before)-[r:COAUTHORS_WITH]-(i)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH step, i, max(r.joint) AS joint
RETURN step,
       i.id AS institution_id,
       i.name AS institution,
       COLLECT { MATCH (i)-[:LOCATED_IN]->(c:City) RETURN c.name ORDER BY c.name, c.id } AS cities,
       joint
ORDER BY step, institution_id;
