// name: hubs.runs
// summary: Analyses whose results are in the graph, and what they were asked for.
// access: read
// needs: results
// param: method string? = null | Only runs of this method, hubs or communities; null takes all.
// param: top_n int = 25 | Rows returned.
// column: run_id string | Id of the run; stands beside each result as PROPERTY_run.
// column: method string | What was computed.
// column: level string | Of which places.
// column: properties list<string> | Properties it wrote.
// column: parameters string | Every option, as JSON.
// column: facts string? | Numbers about the whole (modularity, stability), as JSON.
// column: seed int? | Seed of what was drawn at random.
// column: started string? | When it ran, UTC.
//
// Question: where do the hubs and communities in this graph come from, and can I get them again?
// Left out: runs of which nothing is left, because later ones replaced them.

MATCH (r:Run)
WHERE $method IS NULL OR r.method = $method
RETURN r.id AS run_id,
       r.method AS method,
       r.level AS level,
       r.properties AS properties,
       r.parameters AS parameters,
       r.facts AS facts,
       r.seed AS seed,
       r.started AS started
ORDER BY method, level, run_id
LIMIT toInteger($top_n);
