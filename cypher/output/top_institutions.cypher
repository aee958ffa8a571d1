// name: output.top_institutions
// summary: Institutions by Share in a window of years.
// access: read
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: country string? = null | Country code; null takes all countries.
// param: top_n int = 25 | Rows returned.
// column: institution_id string | ROR id, else OpenAlex id.
// column: institution string | Name.
// column: type string? | First type the registry gives.
// column: country string? | Country code.
// column: count int | Articles with at least one author there [articles].
// column: share float | Share: every article split equally over its authors, then over each author's sites [articles].
// column: suspect string? | Listing of `scicities check` that shows the institution as a likely matching error.
//
// Question: which institutions produce most?
// Left out: authors without an institution; articles with a cut-off list of authors.
// Reading: the same numbers as `scicities share --level institution`. Institutes of an umbrella are
// institutions of their own.

MATCH (i:Institution)-[:PRODUCED]->(o:Output)
WHERE o.year >= $year_from AND o.year <= $year_to AND ($country IS NULL OR i.country = $country)
WITH i, sum(o.count) AS count, round(toFloat(sum(o.share)), 9) AS share
RETURN i.id AS institution_id,
       i.name AS institution,
       i.type AS type,
       i.country AS country,
       count,
       share,
       i.suspect AS suspect
// years are stored to 9 decimals, so a window's ties are judged by fewer
ORDER BY round(share, 6) DESC, institution_id
LIMIT toInteger($top_n);
