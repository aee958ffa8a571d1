// The city with the largest Share, its 12 strongest partners in the last year, and the ties among these.
MATCH (load:Load)
MATCH (c:City)-[:PRODUCED]->(o:Output)
WITH load, c, sum(o.share) AS share
ORDER BY share DESC, c.id
LIMIT 1
MATCH (c)-[tie:COLLABORATES_WITH {year: load.last_year}]-(partner:City)
WITH load, c, tie, partner
ORDER BY tie.score DESC, partner.id
LIMIT 12
WITH load, c, collect(partner) AS partners, collect(tie) AS ties
OPTIONAL MATCH (a:City)-[among:COLLABORATES_WITH {year: load.last_year}]->(b:City)
WHERE a IN partners AND b IN partners
RETURN c, partners, ties, collect(among) AS among;
