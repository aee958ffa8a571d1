// Whether people were loaded.
RETURN EXISTS { MATCH (:Researcher) } AS there
