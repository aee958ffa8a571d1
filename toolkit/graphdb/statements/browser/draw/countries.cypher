// Every country, and the 40 strongest ties between them in the last year.
MATCH (load:Load)
MATCH (a:Country)-[tie:COLLABORATES_WITH {year: load.last_year}]->(b:Country)
WITH a, tie, b
ORDER BY tie.score DESC, a.code, b.code
LIMIT 40
RETURN a, tie, b;
