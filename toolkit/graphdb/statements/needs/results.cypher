// Whether the results of any analysis were written to the graph.
RETURN EXISTS { MATCH (:Run) } AS there
