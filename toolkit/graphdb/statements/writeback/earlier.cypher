// Runs whose results stand on places of this level.
MATCH (r:Run {level: $level})
RETURN r.id AS id, r.method AS method, r.properties AS properties;
