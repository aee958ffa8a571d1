// A page of the nodes of a label, in the order of their keys: in one row, a list per property.
MATCH (n:<label>)
WHERE n.<key> > $after
WITH n
ORDER BY n.<key>
LIMIT $rows
WITH collect(n) AS page
RETURN <columns>;
