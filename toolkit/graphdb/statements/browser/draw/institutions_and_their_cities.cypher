// The 40 strongest ties between institutions of different cities in the last year, each institution with its cities.
MATCH (load:Load)
MATCH (a:Institution)-[tie:COAUTHORS_WITH {year: load.last_year}]->(b:Institution)
WHERE NOT EXISTS { (a)-[:LOCATED_IN]->(:City)<-[:LOCATED_IN]-(b) }
WITH a, tie, b
ORDER BY tie.score DESC, a.id, b.id
LIMIT 40
OPTIONAL MATCH home = (a)-[:LOCATED_IN]->(:City)
OPTIONAL MATCH away = (b)-[:LOCATED_IN]->(:City)
RETURN a, tie, b, home, away;
