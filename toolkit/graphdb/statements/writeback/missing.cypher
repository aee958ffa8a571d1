// Ids that no place of this label bears.
UNWIND $ids AS id
OPTIONAL MATCH (n:<label> {<key>: id})
WITH id, n
WHERE n IS NULL
RETURN id
LIMIT 5;
