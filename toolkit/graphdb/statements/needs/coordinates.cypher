// Whether any city has coordinates.
RETURN EXISTS { MATCH (c:City) WHERE c.lat IS NOT NULL AND c.lon IS NOT NULL } AS there
