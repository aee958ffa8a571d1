// One batch of relationships that are not wanted any more, known by their ends and every value, in one transaction.
CREATE (:LoadBatch {key: $batch})
WITH 0 AS begun
UNWIND $runs AS run
MATCH (a:<start> {<start_key>: run.start})
UNWIND range(0, size(run.end) - 1) AS i
MATCH (b:<end> {<end_key>: run.end[i]})
MATCH (a)-[r:<type>]->(b)
WHERE <same>
DELETE r
RETURN count(*) AS written;
