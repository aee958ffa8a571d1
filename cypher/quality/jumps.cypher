// name: quality.jumps
// summary: Institutions whose output jumps from one year to the next.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: min_count int = 10 | Articles in the larger of the two years [articles].
// param: factor float = 3.0 | How many times larger than the smaller it must be.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: country string? | Country code.
// column: year int | The year of the jump.
// column: before int | Articles in the year before; 0 without any [articles].
// column: after int | Articles in the year [articles].
//
// Question: whose output changes too fast to be true?
// Left out: the first year of the window, which has nothing before it; a year without articles after the last one.
// Reading: a jump is news, a merger, or a registry that began or ceased to match a name. Look at the records.

MATCH (i:Institution)-[:PRODUCED]->(o:Output)
WHERE o.year > $year_from AND o.year <= $year_to
OPTIONAL MATCH (i)-[:PRODUCED]->(p:Output)
WHERE p.year = o.year - 1
WITH i, o.year AS year, coalesce(p.count, 0) AS before, o.count AS after
WHERE (after >= $min_count AND after >= $factor * before) OR (before >= $min_count AND before >= $factor * after)
RETURN i.id AS institution_id, i.name AS institution, i.country AS country, year, before, after
ORDER BY abs(after - before) DESC, institution_id, year
LIMIT toInteger($top_n);
