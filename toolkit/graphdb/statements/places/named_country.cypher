// Countries a code or a name can mean.
MATCH (place:Country)
WHERE toUpper(place.code) = toUpper($text) OR toLower(place.name) = toLower($text)
RETURN place.code AS id, place.name AS name, '' AS region, place.code AS country
ORDER BY id = $text DESC, id;
