MATCH (n)
UNWIND labels(n) AS name
RETURN name, count(*) AS found
ORDER BY name;
