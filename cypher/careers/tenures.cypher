// name: careers.tenures
// summary: Where one researcher worked, and when.
// access: read
// needs: researchers
// param: researcher_id string | Author id, or pseudonym, of the researcher.
// param: year_from int = 1900 | First year looked at, inclusive.
// param: year_to int = 2100 | Last year looked at, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | Id of the institution.
// column: institution string | Its name.
// column: cities list<string> | Names of the cities it stands in.
// column: from_year int | First year with an article there.
// column: to_year int | Last year with an article there.
// column: works int | Articles signed there in these years [articles].
// column: beside int | Other tenures of the researcher that ran at the same time.
//
// Question: what is the career of this person, tenure by tenure?
// Left out: people without an author id; affiliations whose institution is not known.
// Reading: gaps of up to two years without an article are bridged, so a tenure may have years without one.

MATCH (r:Researcher {id: $researcher_id})-[w:WORKED_AT]->(i:Institution)
WHERE w.to_year >= $year_from AND w.from_year <= $year_to
OPTIONAL MATCH (i)-[:LOCATED_IN]->(c:City)
WITH r, w, i, c
ORDER BY c.id
WITH r, w, i, collect(c.name) AS cities
RETURN i.id AS institution_id,
       i.name AS institution,
       cities,
       w.from_year AS from_year,
       w.to_year AS to_year,
       w.works AS works,
       COUNT { (r)-[o:WORKED_AT]->(:Institution)
               WHERE o <> w AND o.from_year <= w.to_year AND o.to_year >= w.from_year } AS beside
ORDER BY from_year, to_year, institution_id
LIMIT toInteger($top_n);
