// name: careers.returnees
// summary: People who came back to a country after years abroad.
// access: read
// needs: researchers
// param: country string | Code or name of the country.
// param: year_from int = first_year | First year of the return, inclusive.
// param: year_to int = last_year | Last year of the return, inclusive.
// param: min_away int = 1 | Years without a tenure in the country, at least.
// param: top_n int = 25 | Rows returned.
// column: researcher_id string | Author id or pseudonym.
// column: left_year int | Last year in the country before.
// column: returned_year int | First year in the country again.
// column: years_away int | Years between [years].
// column: abroad list<string> | Institutions abroad in between.
// column: back_at list<string> | Institutions of the first year back.
//
// Question: who went abroad and returned, from where and to where?
// Left out: who was seen nowhere in between; institutions without a city, which are neither at home nor abroad.
// Reading: by tenures at institutions. `returnees` and flag `return` of the moves go by tenures at the level asked
// for.

MATCH (:Country {code: $country})<-[:IN_COUNTRY]-(:City)<-[:LOCATED_IN]-(i:Institution)<-[w:WORKED_AT]-(r:Researcher)
WITH r, collect(DISTINCT {at: i, from_year: w.from_year, to_year: w.to_year}) AS home
UNWIND home AS back
WITH r, back, [h IN home WHERE h.from_year < back.from_year | h.to_year] AS before
WHERE size(before) > 0 AND back.from_year >= $year_from AND back.from_year <= $year_to
WITH r, back, reduce(latest = 0, y IN before | CASE WHEN y > latest THEN y ELSE latest END) AS left
WHERE back.from_year - left - 1 >= $min_away
MATCH (r)-[w:WORKED_AT]->(a:Institution)-[:LOCATED_IN]->(:City)
WHERE w.to_year > left AND w.from_year < back.from_year
  AND NOT EXISTS { (a)-[:LOCATED_IN]->(:City)-[:IN_COUNTRY]->(:Country {code: $country}) }
WITH DISTINCT r, left, back.from_year AS returned, back.at.name AS home, a.name AS away
ORDER BY home, away
WITH r, left, returned, collect(DISTINCT away) AS abroad, collect(DISTINCT home) AS back_at
RETURN r.id AS researcher_id, left AS left_year, returned AS returned_year, returned - left - 1 AS years_away,
       abroad, back_at
ORDER BY returned_year DESC, researcher_id
LIMIT toInteger($top_n);
