// Researchers with most stays at institutions.
MATCH (place:Researcher)
WITH place, COUNT { (place)-[:WORKED_AT]->() } AS stays
ORDER BY stays DESC, place.id
LIMIT $number
RETURN place.id AS id, coalesce(place.name, place.id) AS name
