// name: ties.after_moves
// summary: What becomes of the tie between two institutions when people move from one to the other.
// access: read
// needs: moves
// param: year_from int = first_year + 3 | First year of the moves, inclusive.
// param: year_to int = last_year - 2 | Last year of the moves, inclusive.
// param: around int = 3 | Years before, and years from the move on, that are compared.
// param: rule string = "tenure" | Rule of the moves: tenure or mode-year.
// param: top_n int = 25 | Rows returned.
// column: from_id string | Id of the institution left.
// column: from_institution string | Its name.
// column: to_id string | Id of the institution reached.
// column: to_institution string | Its name.
// column: year int | Year of the moves.
// column: researchers float | People who moved [researchers].
// column: joint_before int | Joint articles in the years before [articles].
// column: joint_after int | Joint articles from the year of the moves on [articles].
// column: tie string | kept, new, lost or none: joint articles in both spans, after alone, before alone, in neither.
//
// Question: are ties between places kept when people move, do new ones come, or are they lost?
// Left out: years outside of the records: choose years of moves with `around` years of records on both sides.
// Reading: of the two places, whoever wrote the articles; `scicities ties` follows the movers' own articles.

MATCH (i:Institution)-[m:MOVED_TO]->(j:Institution)
WHERE m.rule = $rule AND m.year >= $year_from AND m.year <= $year_to
OPTIONAL MATCH (i)-[c:COAUTHORS_WITH]-(j)
WHERE c.year >= m.year - $around AND c.year < m.year + $around
WITH i, j, m, sum(CASE WHEN c.year < m.year THEN c.joint ELSE 0 END) AS joint_before,
     sum(CASE WHEN c.year >= m.year THEN c.joint ELSE 0 END) AS joint_after
RETURN i.id AS from_id, i.name AS from_institution, j.id AS to_id, j.name AS to_institution,
       m.year AS year, toFloat(m.researchers) AS researchers, joint_before, joint_after,
       CASE WHEN joint_before > 0 AND joint_after > 0 THEN 'kept'
            WHEN joint_after > 0 THEN 'new'
            WHEN joint_before > 0 THEN 'lost'
            ELSE 'none' END AS tie
ORDER BY researchers DESC, joint_after DESC, year, from_id, to_id
LIMIT toInteger($top_n);
