// Names of all places of a level with their country and region, in one row.
MATCH (n:<label>)
RETURN collect(n.<key>) AS id,
       collect(coalesce(n.name, n.<key>)) AS name,
       collect(coalesce(n.country, '')) AS country,
       collect(coalesce(n.region, '')) AS region;
