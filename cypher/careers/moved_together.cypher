// name: careers.moved_together
// summary: People who moved from one institution to another at about the same time.
// access: read
// needs: researchers
// param: min_people int = 3 | People of a group, at least.
// param: year_from int = first_year | First year in which a group begins, inclusive.
// param: year_to int = last_year | Last year in which a group begins, inclusive.
// param: top_n int = 25 | Rows returned.
// column: from_id string | Id of the institution left.
// column: from_institution string | Its name.
// column: to_id string | Id of the institution reached.
// column: to_institution string | Its name.
// column: first_year int | Year of the first move of the group; the others follow in it or in the next.
// column: people int | People of the group [researchers].
// column: researcher_ids list<string> | Who they are.
// column: joint_before int | Articles of the two institutions in the three years before [articles].
// column: joint_after int | Articles of the two institutions in the first and the next two years [articles].
//
// Question: which groups changed their institution, and do the two work together since?
// Left out: whether they wrote together before, which the graph does not know (`scicities flows --show group-moves`
// does); moves between kin.
// Reading: a tenure at the new place began while the old one ran or within three years of its end, and the old one
// ended first.

MATCH (i:Institution)<-[v:WORKED_AT]-(r:Researcher)-[w:WORKED_AT]->(j:Institution)
WHERE i <> j AND v.from_year < w.from_year AND v.to_year < w.to_year
  AND v.to_year >= w.from_year - 3 AND v.to_year <= w.from_year + 2
WITH i, j, r, min(w.from_year) AS year
ORDER BY r.id
WITH i, j, collect({id: r.id, year: year}) AS moves
WHERE size(moves) >= $min_people
  AND NOT EXISTS { (i)-[:PART_OF*1..]->(j) } AND NOT EXISTS { (j)-[:PART_OF*1..]->(i) }
UNWIND moves AS one
WITH DISTINCT i, j, moves, one.year AS first
WITH i, j, first, [m IN moves WHERE m.year = first OR m.year = first + 1 | m.id] AS ids,
     any(m IN moves WHERE m.year = first - 1) AND none(m IN moves WHERE m.year = first + 1) AS told
WHERE size(ids) >= $min_people AND NOT told AND first >= $year_from AND first <= $year_to
OPTIONAL MATCH (i)-[c:COAUTHORS_WITH]-(j)
WHERE c.year >= first - 3 AND c.year <= first + 2
WITH i, j, first, ids, sum(CASE WHEN c.year < first THEN c.joint ELSE 0 END) AS joint_before,
     sum(CASE WHEN c.year >= first THEN c.joint ELSE 0 END) AS joint_after
RETURN i.id AS from_id, i.name AS from_institution, j.id AS to_id, j.name AS to_institution,
       first AS first_year, size(ids) AS people, ids AS researcher_ids, joint_before, joint_after
ORDER BY people DESC, first_year, from_id, to_id
LIMIT toInteger($top_n);
