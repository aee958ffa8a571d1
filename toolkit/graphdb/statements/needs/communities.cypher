// Whether places have a community.
RETURN EXISTS { MATCH (c:City) WHERE c.community IS NOT NULL } AS there
