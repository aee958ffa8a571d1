// The organisation with most institutes below it: its institutes, and the cities they are in.
MATCH (top:Institution)
WHERE NOT EXISTS { (top)-[:PART_OF]->() }
MATCH reach = (institute:Institution)-[:PART_OF*1..3]->(top)
WITH top, count(DISTINCT institute) AS institutes
ORDER BY institutes DESC, top.id
LIMIT 1
MATCH below = (institute:Institution)-[:PART_OF*1..3]->(top)
OPTIONAL MATCH place = (institute)-[:LOCATED_IN]->(:City)
RETURN below, place;
