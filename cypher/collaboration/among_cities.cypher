// name: collaboration.among_cities
// summary: All pairs among cities of one's choice.
// access: read
// param: city_ids list<city> | GeoNames ids, or names.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: a_id string | GeoNames id of one city, the smaller id as text.
// column: a_name string | Its name.
// column: b_id string | GeoNames id of the other.
// column: b_name string | Its name.
// column: joint int | Articles signed from both [articles].
// column: score float | Collaboration score: the Shares of both on their joint articles [articles].
// column: a_part float | score as a part of the first city's score with all cities, 0 to 1.
// column: b_part float | score as a part of the second city's, 0 to 1.
//
// Question: how closely do the members of a group of cities work together, each pair of them?
// Left out: pairs without a joint article in the window; cities outside the group.
// Reading: the default group is Beijing, New York City, London, Paris and Tokyo.

MATCH (c:City)
WHERE c.id IN $city_ids
OPTIONAL MATCH (c)-[r:COLLABORATES_WITH]-(:City)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH c, sum(r.score) AS strength
WITH collect({city: c, strength: strength}) AS members
UNWIND members AS one
UNWIND members AS other
WITH one, other, one.city AS a, other.city AS b
WHERE a.id < b.id
MATCH (a)-[r:COLLABORATES_WITH]->(b)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH one, other, sum(r.joint) AS joint, round(toFloat(sum(r.score)), 9) AS score
RETURN one.city.id AS a_id,
       one.city.name AS a_name,
       other.city.id AS b_id,
       other.city.name AS b_name,
       joint,
       score,
       round(score / one.strength, 9) AS a_part,
       round(score / other.strength, 9) AS b_part
ORDER BY score DESC, a_id, b_id;
