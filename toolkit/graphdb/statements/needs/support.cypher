// Whether communities have their support, which stability gives.
RETURN EXISTS { MATCH (c:City) WHERE c.community_support IS NOT NULL } AS there
