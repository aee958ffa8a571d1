// Relationships of one kind: a row per start, its ends and their properties collected.
MATCH (a:<start>)
CALL (a) {
  MATCH (a)-[r:<type>]->(b:<end>)
  RETURN collect(b.<end_key>) AS ends, collect(r) AS found
}
WITH a, ends, found
WHERE size(ends) > 0
RETURN a.<start_key> AS start, ends AS end<columns>;
