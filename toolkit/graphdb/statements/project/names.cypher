// Names of all places of a level, in one row.
MATCH (n:<label>)
RETURN collect(n.<key>) AS id, collect(coalesce(n.name, n.<key>)) AS name;
