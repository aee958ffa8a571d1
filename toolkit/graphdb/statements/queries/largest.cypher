// Places with the largest Share over all years, largest first; without output, those with most relationships.
MATCH (place:<label>)
OPTIONAL MATCH (place)-[:PRODUCED]->(output:Output)
WITH place, coalesce(sum(output.share), 0.0) AS share
ORDER BY share DESC, COUNT { (place)--() } DESC, place.<key>
LIMIT $number
RETURN place.<key> AS id, coalesce(place.name, place.<key>) AS name
