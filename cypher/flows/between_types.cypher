// name: flows.between_types
// summary: Moves between types of institution: from research institutes to universities, and back.
// access: read
// needs: moves
// param: rule string = "tenure" | Rule of moves: tenure or mode-year; imported with `load --network`.
// param: year_from int = first_year | First year of moves, inclusive.
// param: year_to int = last_year | Last year of moves, inclusive.
// param: country string? = null | Country code that both institutions must have; null takes all.
// param: from_type string? = null | Only out of institutions of this type, such as facility; null takes all.
// param: to_type string? = null | Only into institutions of this type, such as education; null takes all.
// column: from_type string? | First type of the institution they left, other than funder; null where it is unknown.
// column: to_type string? | That of the institution they came to.
// column: researchers float | Researchers who moved [researchers].
// column: part float | Their part of all the rows, 0 to 1.
// column: back float | Researchers who moved from to_type to from_type [researchers].
// column: net float | researchers - back: what to_type won from from_type [researchers].
// column: corridors int | Pairs of institutions with such a move, in this direction.
//
// Question: do universities win people from research institutes, and how many go the other way?
// Left out: moves between institute and academy (kin); institutions are taken one by one, whatever their city.
// Reading: types are the registry's: education (universities), facility (research institutes), government, company,
// healthcare, nonprofit, archive, other. Institutes of an academy are facilities mostly; flows.of_umbrella tells them
// apart by what they belong to.

MATCH (a:Institution)-[r:MOVED_TO {rule: $rule}]->(b:Institution)
WHERE r.year >= $year_from AND r.year <= $year_to
  AND ($country IS NULL OR (a.country = $country AND b.country = $country))
WITH a.type AS from_type, b.type AS to_type, sum(r.researchers) AS researchers,
     count(DISTINCT [a.id, b.id]) AS corridors
WITH collect({from_type: from_type, to_type: to_type, researchers: researchers, corridors: corridors}) AS found
WITH found,
     [row IN found
       WHERE ($from_type IS NULL OR row.from_type = $from_type)
         AND ($to_type IS NULL OR row.to_type = $to_type)] AS asked
WITH found, asked, reduce(sum = 0.0, row IN asked | sum + row.researchers) AS every
UNWIND asked AS row
WITH row, every,
     reduce(sum = 0.0, other IN found |
       sum + CASE WHEN coalesce(other.from_type, '') = coalesce(row.to_type, '')
                   AND coalesce(other.to_type, '') = coalesce(row.from_type, '')
             THEN other.researchers ELSE 0.0 END) AS back
RETURN row.from_type AS from_type,
       row.to_type AS to_type,
       round(row.researchers, 9) AS researchers,
       round(row.researchers / every, 9) AS part,
       round(back, 9) AS back,
       round(row.researchers - back, 9) AS net,
       row.corridors AS corridors
ORDER BY round(researchers, 6) DESC, from_type, to_type;
