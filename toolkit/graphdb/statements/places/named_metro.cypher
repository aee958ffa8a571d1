// Metropolitan areas an id or a name can mean: a name alone, or followed by a country code.
MATCH (place:Metro)
WHERE place.id = $text
   OR toLower(place.name) = toLower($text)
   OR toLower(place.name + ', ' + coalesce(place.country, '')) = toLower($text)
RETURN place.id AS id, place.name AS name, '' AS region, coalesce(place.country, '') AS country
ORDER BY id = $text DESC, id;
