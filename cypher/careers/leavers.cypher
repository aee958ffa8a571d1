// name: careers.leavers
// summary: Who left an institution, and where they are now.
// access: read
// needs: researchers
// param: institution_id string | Id of the institution.
// param: year_from int = first_year | First year of leaving, inclusive.
// param: year_to int = last_year | Last year of leaving, inclusive.
// param: top_n int = 25 | Rows returned.
// column: researcher_id string | Author id or pseudonym.
// column: left_year int | Last year at the institution.
// column: now_id string | Id of the institution of the latest tenure.
// column: now string | Its name.
// column: country string? | Country code of its first city by id.
// column: since int | First year there.
// column: last_year int | Last year there that is known.
//
// Question: where did the people of this institution go?
// Left out: who was seen nowhere after it, such as those who are there still; earlier stops on the way.
// Reading: the latest tenure is the one that ends last; of several the one that began last, then the first by id.

MATCH (i:Institution {id: $institution_id})<-[v:WORKED_AT]-(r:Researcher)
WITH i, r, max(v.to_year) AS left
WHERE left >= $year_from AND left <= $year_to
MATCH (r)-[w:WORKED_AT]->(j:Institution)
WHERE j <> i AND w.to_year > left
WITH r, left, j, w
ORDER BY w.to_year DESC, w.from_year DESC, j.id
WITH r, left, head(collect({at: j, since: w.from_year, last: w.to_year})) AS latest
WITH r, left, latest, latest.at AS place
OPTIONAL MATCH (place)-[:LOCATED_IN]->(c:City)
WITH r, left, latest, place, c
ORDER BY c.id
WITH r, left, latest, place, head(collect(c.country)) AS country
RETURN r.id AS researcher_id, left AS left_year, place.id AS now_id, place.name AS now, country,
       latest.since AS since, latest.last AS last_year
ORDER BY left_year DESC, researcher_id
LIMIT toInteger($top_n);
