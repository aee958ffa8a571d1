// name: quality.ends_without_output
// summary: Whether both ends of every pair have the output that the pair needs.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: kind string | Label of the places.
// column: pairs int | Pairs and years looked at.
// column: without_output int | Those with an end that has no article in the year.
// column: too_many int | Those with more joint articles than one of their ends has articles.
// column: example string? | Ids and year of one that is wrong; null where all is well.
//
// Question: do pairs and output tell the same story?
// Left out: sites, which have no output of their own.
// Reading: zeros in both counts are what must come. Anything else is a graph that was written by two hands.

MATCH (a:City|Metro|Country|Institution)-[r:COLLABORATES_WITH|COAUTHORS_WITH]->(b)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH labels(a)[0] AS kind, r, coalesce(a.id, a.code) AS one, coalesce(b.id, b.code) AS other
// an output is found by its id: level, place and year
OPTIONAL MATCH (x:Output {id: toLower(kind) + ':' + one + ':' + r.year})
OPTIONAL MATCH (y:Output {id: toLower(kind) + ':' + other + ':' + r.year})
WITH kind, r, x IS NULL OR y IS NULL AS missing, coalesce(x.count < r.joint OR y.count < r.joint, false) AS many,
     one + ', ' + other + ', ' + r.year AS told
ORDER BY told
RETURN kind,
       count(r) AS pairs,
       count(CASE WHEN missing THEN 1 END) AS without_output,
       count(CASE WHEN many THEN 1 END) AS too_many,
       head(collect(CASE WHEN missing OR many THEN told END)) AS example
ORDER BY kind;
