// One batch of nodes in one transaction; <label> is filled in from the layout of the graph.
// The batch's own node has a unique key, so a batch that was committed before is refused and never doubled.
CREATE (:LoadBatch {key: $batch})
WITH 0 AS begun
UNWIND $rows AS row
CREATE (n:<label>)
SET n = row
RETURN count(n) AS written;
