// name: quality.suspects
// summary: Institutions that look like matching errors, by the Share at stake.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: country string? | Country code.
// column: cities list<string> | Names of the cities it has a site in, in order of name.
// column: suspect string | Listing of `scicities check` that shows it: matching, strangers or corridors.
// column: partners int | Partner institutions in the window (degree).
// column: count int | Articles of the whole institution [articles].
// column: share float | Share of the whole institution [articles].
//
// Question: which institutions are probably not where the authors work?
// Left out: nothing; an institution without articles in the window has zeros.
// Reading: look at the records of each with `scicities check --list NAME`, where NAME is in column suspect, and
// correct them at the source or with a table of your own. `--without-suspects` leaves these institutions out of a
// measure; a graph holds them.

MATCH (i:Institution)
WHERE i.suspect IS NOT NULL
OPTIONAL MATCH (i)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to
WITH i, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share
RETURN i.id AS institution_id,
       i.name AS institution,
       i.country AS country,
       COLLECT { MATCH (i)-[:LOCATED_IN]->(c:City) RETURN c.name ORDER BY c.name, c.id } AS cities,
       i.suspect AS suspect,
       COUNT {
         MATCH (i)-[r:COAUTHORS_WITH]-(p:Institution)
         WHERE r.year >= $year_from AND r.year <= $year_to
         RETURN DISTINCT p
       } AS partners,
       count,
       share
ORDER BY round(share, 6) DESC, institution_id
LIMIT toInteger($top_n);
