// The 60 strongest ties between cities in the last year.
MATCH (load:Load)
MATCH (a:City)-[tie:COLLABORATES_WITH {year: load.last_year}]->(b:City)
WITH a, tie, b
ORDER BY tie.score DESC, a.id, b.id
LIMIT 60
RETURN a, tie, b;
