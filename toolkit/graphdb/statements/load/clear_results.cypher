// Some of the nodes of a label that bear more than a load gives them (results of analyses, marks): that goes.
MATCH (n:<label>)
WHERE size(labels(n)) > 1 OR any(name IN keys(n) WHERE NOT name IN $own)
WITH n
LIMIT $rows
SET n = n {<own>}
REMOVE n:$([label IN labels(n) WHERE label <> '<label>'])
RETURN count(*) AS cleared;
