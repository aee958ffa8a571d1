// One batch of nodes that get other values, in one transaction; whatever else stood on them goes.
CREATE (:LoadBatch {key: $batch})
WITH 0 AS begun
UNWIND $rows AS row
MATCH (n:<label> {<key>: row.<key>})
SET n = row
RETURN count(n) AS written;
