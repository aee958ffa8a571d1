// Whether any institution is part of another.
RETURN EXISTS { MATCH (:Institution)-[:PART_OF]->(:Institution) } AS there
