MATCH ()-[r]->()
RETURN type(r) AS name, count(*) AS found
ORDER BY name;
