// name: ties.former_institutions
// summary: Institutions that an institution's recruits came from, and whether the two work together since.
// access: read
// needs: researchers
// param: institution_id string | Id of the institution.
// param: year_from int = first_year | First year of the arrivals, inclusive.
// param: year_to int = last_year | Last year of the arrivals, inclusive.
// param: around int = 3 | Years before the first arrival that are looked at.
// param: top_n int = 25 | Rows returned.
// column: former_id string | Id of the institution they came from.
// column: former string | Its name.
// column: recruits int | People who came [researchers].
// column: first_arrival int | Year of the first.
// column: joint_before int | Joint articles in the years before [articles].
// column: joint_since int | Joint articles from that year on [articles].
// column: years_since int | Years with a joint article from that year on [years].
// column: last_joint int? | Last year with one.
//
// Question: do the people whom an institution wins bring their old institution with them as a partner?
// Left out: former tenures that ended more than three years before; institutes and their umbrella (kin).
// Reading: the former tenure began before the new one, and ended before it did; the articles are the two
// institutions', whoever wrote them.

MATCH (j:Institution {id: $institution_id})<-[w:WORKED_AT]-(r:Researcher)-[v:WORKED_AT]->(i:Institution)
WHERE i <> j AND w.from_year >= $year_from AND w.from_year <= $year_to
  AND v.from_year < w.from_year AND v.to_year < w.to_year AND v.to_year >= w.from_year - 3
  AND NOT EXISTS { (i)-[:PART_OF*1..]->(j) } AND NOT EXISTS { (j)-[:PART_OF*1..]->(i) }
WITH j, i, count(DISTINCT r) AS recruits, min(w.from_year) AS first
OPTIONAL MATCH (i)-[c:COAUTHORS_WITH]-(j)
WHERE c.year >= first - $around
WITH i, recruits, first,
     sum(CASE WHEN c.year < first THEN c.joint ELSE 0 END) AS joint_before,
     sum(CASE WHEN c.year >= first THEN c.joint ELSE 0 END) AS joint_since,
     count(DISTINCT CASE WHEN c.year >= first THEN c.year END) AS years_since,
     max(CASE WHEN c.year >= first THEN c.year END) AS last_joint
RETURN i.id AS former_id, i.name AS former, recruits, first AS first_arrival, joint_before, joint_since,
       years_since, last_joint
ORDER BY recruits DESC, joint_since DESC, former_id
LIMIT toInteger($top_n);
