// name: quality.totals
// summary: Whether the Shares of cities add up to those of their countries.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: country string | Country code.
// column: name string | Name of the country.
// column: share float | Share of the country [articles].
// column: of_cities float | Share of its cities added up [articles].
// column: without_city float | share - of_cities: what has a country and no city [articles].
// column: part float | without_city / share, 0 to 1; 0 without Share.
// column: verdict string | `equal`, `parts without a city`, or `wrong` where the cities have more than the country.
//
// Question: do the totals agree, and how much of each country is in no city?
// Left out: parts of articles without a country.
// Reading: `wrong` must never appear. A city that lies in a country the institution's record does not name moves
// Share from one country to another and shows in both.

MATCH (k:Country)
CALL (k) {
  MATCH (k)-[:PRODUCED]->(o:Output)
  WHERE o.year >= $year_from AND o.year <= $year_to
  RETURN round(toFloat(sum(o.share)), 9) AS share
}
CALL (k) {
  MATCH (k)<-[:IN_COUNTRY]-(:City)-[:PRODUCED]->(o:Output)
  WHERE o.year >= $year_from AND o.year <= $year_to
  RETURN round(toFloat(sum(o.share)), 9) AS of_cities
}
// every year is stored to 9 decimals: sums of many can differ by a little more
WITH k, share, of_cities, CASE WHEN abs(share - of_cities) < 0.00001 THEN 0.0 ELSE share - of_cities END AS gap
RETURN k.code AS country,
       k.name AS name,
       share,
       of_cities,
       round(gap, 9) AS without_city,
       CASE WHEN share > 0 THEN round(gap / share, 9) ELSE 0.0 END AS part,
       CASE WHEN gap = 0 THEN 'equal' WHEN gap > 0 THEN 'parts without a city' ELSE 'wrong' END AS verdict
ORDER BY abs(without_city) DESC, country;
