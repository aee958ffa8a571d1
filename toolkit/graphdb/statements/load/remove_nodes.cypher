// One batch of nodes, in one transaction. Not DETACH: what still hangs on one of them is not ours.
CREATE (:LoadBatch {key: $batch})
WITH 0 AS begun
UNWIND $keys AS key
MATCH (n:<label> {<key>: key})
DELETE n
RETURN count(*) AS written;
