// name: output.standing
// summary: A city's rank by Share, year by year, in the world and in its country.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: year int | Publication year.
// column: count int | Articles with at least one author there [articles].
// column: share float | Share of the city [articles].
// column: rank int | Its rank by Share among all cities; equal Shares share the better rank.
// column: cities int | Cities with an article in the year.
// column: rank_in_country int | Its rank among the cities of its country.
// column: cities_in_country int | Cities of the country with an article in the year.
// column: next_above string? | The city just above it; null for the first.
//
// Question: where does a city stand, is it climbing, and whom does it chase?
// Left out: years in which it has no article.
// Reading: the ranks of `scicities rank --level city --by share --by-year`. Rows go back in time from below: compare
// the ranks with the numbers of cities, which grow too.

MATCH (c:City {id: $city_id})-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
CALL (c, o) {
  MATCH (p:Output {year: o.year})<-[:PRODUCED]-(other:City)
  WITH c, o, other, p
  ORDER BY p.share, other.id DESC
  WITH c, count(*) AS cities, count(CASE WHEN other.country = c.country THEN 1 END) AS cities_in_country,
       collect(CASE WHEN p.share > o.share THEN other END) AS above
  RETURN cities, cities_in_country, above, size([x IN above WHERE x.country = c.country]) AS above_in_country
}
RETURN o.year AS year,
       o.count AS count,
       o.share AS share,
       size(above) + 1 AS rank,
       cities,
       above_in_country + 1 AS rank_in_country,
       cities_in_country,
       head(above).name AS next_above
ORDER BY year;
