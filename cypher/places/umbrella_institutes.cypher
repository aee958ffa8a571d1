// name: places.umbrella_institutes
// summary: Institutes of an umbrella organisation, down its whole tree, with their cities and output.
// access: read
// needs: hierarchy
// param: institution_id string? = null | Id of the umbrella; null takes all that have parts and are no part themselves.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 100 | Rows returned.
// column: umbrella_id string | Id of the umbrella.
// column: umbrella string | Its name.
// column: depth int | Steps below it: 1 is a direct part.
// column: institute_id string | Id of the institute.
// column: institute string | Its name.
// column: parents list<string> | Names of its direct parents, in order of name.
// column: cities list<string> | Names of the cities it has a site in, in order of name.
// column: count int | Articles of the institute [articles].
// column: share float | Share of the institute [articles].
//
// Question: what belongs to an academy or a society, where does each part stand, and what does it produce?
// Left out: the umbrella itself and what it signs under its own name.
// Reading: a joint institute has two parents; below two umbrellas it is in both. Institutes without articles in
// the window have zeros.

MATCH (u:Institution)
WHERE u.id = $institution_id
   OR ($institution_id IS NULL AND EXISTS { (u)<-[:PART_OF]-() } AND NOT EXISTS { (u)-[:PART_OF]->() })
MATCH path = (u)<-[:PART_OF*1..]-(i:Institution)
WHERE i <> u
WITH u, i, min(length(path)) AS depth
OPTIONAL MATCH (i)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH u, i, depth, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share
RETURN u.id AS umbrella_id,
       u.name AS umbrella,
       depth,
       i.id AS institute_id,
       i.name AS institute,
       COLLECT { MATCH (i)-[:PART_OF]->(p:Institution) RETURN p.name ORDER BY p.name, p.id } AS parents,
       COLLECT { MATCH (i)-[:LOCATED_IN]->(c:City) RETURN c.name ORDER BY c.name, c.id } AS cities,
       count,
       share
ORDER BY umbrella_id, depth, round(share, 6) DESC, institute_id
LIMIT toInteger($top_n);
