// Places of given ids, each with its relationships to others of them; those that have a year, in a window only.
CALL () {
  MATCH (n:City) WHERE n.id IN $ids RETURN n
  UNION
  MATCH (n:Institution) WHERE n.id IN $ids RETURN n
  UNION
  MATCH (n:Metro) WHERE n.id IN $ids RETURN n
  UNION
  MATCH (n:Country) WHERE n.code IN $ids RETURN n
}
WITH collect(n) AS places
UNWIND places AS a
OPTIONAL MATCH (a)-[r]->(b)
WHERE b IN places AND (r.year IS NULL OR (r.year >= $year_from AND r.year <= $year_to))
RETURN a AS place, collect(r) AS ties;
