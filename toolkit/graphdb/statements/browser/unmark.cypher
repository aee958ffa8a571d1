// Remove every mark of Neo4j Browser's style from the places of a label.
MATCH (p:<label>)
REMOVE p:<marks>
RETURN count(p) AS places;
