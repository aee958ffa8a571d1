// name: quality.kin_edges
// summary: Institutes and their umbrellas, and whether they count as partners of each other.
// access: read
// needs: hierarchy
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institute_id string | Id of the institute.
// column: institute string | Its name.
// column: umbrella_id string | Id of an institution above it, at any depth.
// column: umbrella string | Its name.
// column: depth int | Steps between the two.
// column: years int | Years of the window in which the graph has the two as partners.
// column: joint int | Articles signed from both in those years [articles].
//
// Question: does an institute collaborate with its own academy in these numbers?
// Left out: pairs that are not above each other; siblings are no kin.
// Reading: zeros mean that kin were dropped, as they are by default. With `--kin keep` they are partners, and make an
// academy look better connected than it is.

MATCH path = (i:Institution)-[:PART_OF*1..]->(u:Institution)
WHERE i <> u
WITH i, u, min(length(path)) AS depth
OPTIONAL MATCH (i)-[r:COAUTHORS_WITH]-(u)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH i, u, depth, count(DISTINCT r.year) AS years, sum(r.joint) AS joint
RETURN i.id AS institute_id, i.name AS institute, u.id AS umbrella_id, u.name AS umbrella, depth, years, joint
ORDER BY joint DESC, umbrella_id, institute_id
LIMIT toInteger($top_n);
