// Whether there are moves of the rule asked for.
RETURN EXISTS { MATCH (:City|Institution|Country|Metro)-[m:MOVED_TO]->() WHERE m.rule = $rule } AS there
