// name: ties.bridging_people
// summary: Who worked at both of two institutions, and what these wrote together since.
// access: read
// needs: researchers
// param: institution_id string | Id of the institution.
// param: other_institution_id string | Id of the other institution.
// param: year_from int = 1900 | First year of the second tenure, inclusive.
// param: year_to int = 2100 | Last year of the second tenure, inclusive.
// param: top_n int = 25 | Rows returned.
// column: researcher_id string | Author id or pseudonym.
// column: way string | at once; there and over (to the other institution); over and here (from it).
// column: from_year int | First year of the earlier tenure.
// column: second_year int | First year of the later tenure: from then on the person bridges.
// column: to_year int | Last year of both tenures together.
// column: works int | Articles signed at the first [articles].
// column: other_works int | Articles signed at the other [articles].
// column: joint_since int | Joint articles of the two institutions from second_year on [articles].
//
// Question: which people bridge two institutions?
// Left out: co-authors at the two who worked at one of them alone.
// Reading: one row for each pair of tenures. The joint articles are the institutions'; the person's own are
// `scicities ties --bridges --by-article`.

MATCH (a:Institution {id: $institution_id})<-[v:WORKED_AT]-(r:Researcher)-[w:WORKED_AT]->(b:Institution)
WHERE b.id = $other_institution_id
WITH a, b, r, v, w,
     CASE WHEN v.from_year < w.from_year THEN v.from_year ELSE w.from_year END AS first,
     CASE WHEN v.from_year > w.from_year THEN v.from_year ELSE w.from_year END AS second,
     CASE WHEN v.to_year > w.to_year THEN v.to_year ELSE w.to_year END AS last
WHERE second >= $year_from AND second <= $year_to
OPTIONAL MATCH (a)-[c:COAUTHORS_WITH]-(b)
WHERE c.year >= second
WITH r, v, w, first, second, last, sum(c.joint) AS joint_since
RETURN r.id AS researcher_id,
       CASE WHEN v.from_year <= w.to_year AND w.from_year <= v.to_year THEN 'at once'
            WHEN v.from_year < w.from_year THEN 'there and over'
            ELSE 'over and here' END AS way,
       first AS from_year, second AS second_year, last AS to_year,
       v.works AS works, w.works AS other_works, joint_since
ORDER BY second_year, from_year, to_year, works DESC, researcher_id
LIMIT toInteger($top_n);
