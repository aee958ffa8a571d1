// name: quality.pairs_told_twice
// summary: Whether every pair stands once a year, from the smaller id to the larger.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// column: kind string | Labels of the ends and type of the pair.
// column: pairs int | Relationships looked at.
// column: loops int | Those from a place to itself.
// column: turned int | Those from the larger id to the smaller.
// column: twice int | Those whose pair and year another one has too.
//
// Question: is every collaboration in the graph once, and only once?
// Left out: nothing.
// Reading: zeros in the last three columns are what must come; else sums over a window count twice.

MATCH (a)-[r:COLLABORATES_WITH|COAUTHORS_WITH|PARTNERS_WITH]->(b)
WHERE r.year >= $year_from AND r.year <= $year_to
WITH labels(a)[0] + ' ' + type(r) AS kind, coalesce(a.id, a.code) AS from, coalesce(b.id, b.code) AS to, r.year AS year
WITH kind, from, to, CASE WHEN from < to THEN [from, to] ELSE [to, from] END AS pair, year
WITH kind, pair, year, count(*) AS times, count(CASE WHEN from = to THEN 1 END) AS loops,
     count(CASE WHEN from > to THEN 1 END) AS turned
RETURN kind,
       sum(times) AS pairs,
       sum(loops) AS loops,
       sum(turned) AS turned,
       sum(CASE WHEN times > 1 THEN times ELSE 0 END) AS twice
ORDER BY kind;
