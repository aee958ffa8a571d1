// Whether the results of hubs were written to the graph.
RETURN EXISTS { MATCH (r:Run) WHERE r.method = 'hubs' } AS there
