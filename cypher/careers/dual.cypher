// name: careers.dual
// summary: People who worked at an institution and at another one at once.
// access: read
// needs: researchers
// param: institution_id string | Id of the institution.
// param: min_years int = 2 | Years in which both tenures ran, at least.
// param: year_from int = first_year | First year in which both ran, inclusive.
// param: year_to int = last_year | Last year in which both ran, inclusive.
// param: top_n int = 25 | Rows returned.
// column: researcher_id string | Author id or pseudonym.
// column: other_id string | Id of the other institution.
// column: other string | Its name.
// column: from_year int | First year at both.
// column: to_year int | Last year at both.
// column: years int | Years in which both ran [years].
// column: works int | Articles signed there in the tenure here [articles].
// column: other_works int | Articles signed there in the tenure at the other [articles].
//
// Question: who holds this institution together with others by working at both?
// Left out: institutes and their umbrella (kin); overlaps that lie outside the window.
// Reading: short overlaps are mostly moves, whose last articles still carry the old address: raise min_years to see
// lasting ones.

MATCH (i:Institution {id: $institution_id})<-[v:WORKED_AT]-(r:Researcher)-[w:WORKED_AT]->(j:Institution)
WHERE j <> i AND NOT EXISTS { (i)-[:PART_OF*1..]->(j) } AND NOT EXISTS { (j)-[:PART_OF*1..]->(i) }
WITH r, j, v, w,
     CASE WHEN v.from_year > w.from_year THEN v.from_year ELSE w.from_year END AS since,
     CASE WHEN v.to_year < w.to_year THEN v.to_year ELSE w.to_year END AS until
WHERE until - since + 1 >= $min_years AND since <= $year_to AND until >= $year_from
RETURN r.id AS researcher_id,
       j.id AS other_id,
       j.name AS other,
       since AS from_year,
       until AS to_year,
       until - since + 1 AS years,
       v.works AS works,
       w.works AS other_works
ORDER BY years DESC, researcher_id, other_id, from_year
LIMIT toInteger($top_n);
