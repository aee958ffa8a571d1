// Institution and metropolitan area of each site in a city; the country is the area's, which one of several has not.
MATCH (i:Institution)-[:HAS_SITE]->(s:Site)-[:LOCATED_IN]->(:City)-[:IN_METRO]->(m:Metro)
RETURN s.id AS site, i.id AS institution, m.id AS metro, m.country AS country;
