// name: quality.ends_without_output
// summary: Whether both ends of every pair have the output that the pair needs.
// access: read
// param: year_from int = 2015 | First publication year, inclusive.
// param: year_to int = 2024 | Last publication year, inclusive.
// column: kind string | Label of the places.
// column: pairs int | Pairs and years looked at.
// column: without_output int | Those with an end that has no article in the year.
// column: too_many int | Those with more joint articles than one of their ends has articles.
// column: example string? | Ids and year of one that is wrong; null where all is well.
// browser: :param year_from => 2015
// browser: :param year_to => 2024
//
// Question: do pairs and output tell the same story?
// Left out: sites, which have no output of their own.
// Reading: zeros in both counts are what must come. Anything else is a graph that was written by two hands.

MATCH (a:City|Metro|Country|Institution)-[r:COLLABORATES_WITH|COAUTHORS_WITH]->(b)
WHERE r.year >= $year_from AND r.year <= $year_to
CALL (a, b, r) {
  OPTIONAL MATCH (a)-[:PRODUCED]->(x:Output)
  WHERE x.year = r.year
  OPTIONAL MATCH (b)-[:PRODUCED]->(y:Output)
  WHERE y.year = r.year
  RETURN x IS NULL OR y IS NULL AS missing, x.count < r.joint OR y.count < r.joint AS many
}
WITH labels(a)[0] AS kind, r, missing, coalesce(many, false) AS many,
     coalesce(a.id, a.code) + ', ' + coalesce(b.id, b.code) + ', ' + r.year AS told
ORDER BY told
RETURN kind,
       count(r) AS pairs,
       count(CASE WHEN missing THEN 1 END) AS without_output,
       count(CASE WHEN many THEN 1 END) AS too_many,
       head(collect(CASE WHEN missing OR many THEN told END)) AS example
ORDER BY kind;
