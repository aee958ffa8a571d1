// One batch of relationships in one transaction; what stands in angle brackets is filled in from the layout.
// Rows come in runs of one start each, as columns: the start is looked up once a run, and little is sent twice.
CREATE (:LoadBatch {key: $batch})
WITH 0 AS begun
UNWIND $runs AS run
MATCH (a:<start> {<start_key>: run.start})
UNWIND range(0, size(run.end) - 1) AS i
MATCH (b:<end> {<end_key>: run.end[i]})
CREATE (a)-[:<type> {<properties>}]->(b)
RETURN count(*) AS written;
