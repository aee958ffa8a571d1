// Institutions an id or a name can mean: a name alone, or followed by a country code.
MATCH (place:Institution)
WHERE place.id = $text
   OR toLower(place.name) = toLower($text)
   OR toLower(place.name + ', ' + coalesce(place.country, '')) = toLower($text)
OPTIONAL MATCH (place)-[:LOCATED_IN]->(city:City)
WITH place, min(city.name) AS region
RETURN place.id AS id, place.name AS name, coalesce(region, '') AS region, coalesce(place.country, '') AS country
ORDER BY id = $text DESC, id;
