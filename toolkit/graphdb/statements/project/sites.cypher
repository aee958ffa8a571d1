// Institution, city and country of each site; a site without a city is in its institution's country.
MATCH (i:Institution)-[:HAS_SITE]->(s:Site)
OPTIONAL MATCH (s)-[:LOCATED_IN]->(c:City)
RETURN s.id AS site, i.id AS institution, c.id AS city, coalesce(c.country, i.country) AS country;
