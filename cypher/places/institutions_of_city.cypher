// name: places.institutions_of_city
// summary: Institutions with a site in a city, with their output as a whole.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: type string? | First type the registry gives.
// column: cities int | Cities the institution has sites in, this one included.
// column: count_total int | Articles of the whole institution [articles].
// column: share_total float | Share of the whole institution [articles].
// column: suspect string? | Listing of `scicities check` that shows the institution as a likely matching error.
//
// Question: who stands behind a city's output?
// Left out: nothing in the city; an institution without articles in the window has zeros.
// Reading: output is that of the whole institution, wherever its sites are; where `cities` is above 1, a part
// of it was written elsewhere, and the rows don't add up to the city's Share.

MATCH (:City {id: $city_id})<-[:LOCATED_IN]-(i:Institution)
OPTIONAL MATCH (i)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH i, sum(o.count) AS count_total, round(toFloat(sum(o.share)), 9) AS share_total
RETURN i.id AS institution_id,
       i.name AS institution,
       i.type AS type,
       COUNT { (i)-[:LOCATED_IN]->(:City) } AS cities,
       count_total,
       share_total,
       i.suspect AS suspect
ORDER BY share_total DESC, institution_id
LIMIT toInteger($top_n);
