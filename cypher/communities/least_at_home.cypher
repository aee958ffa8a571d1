// name: communities.least_at_home
// summary: Cities least tied to their own community, and where they are drawn.
// access: read
// needs: communities
// param: year_from int = first_year | First publication year, inclusive.
// param: year_to int = last_year | Last publication year, inclusive.
// param: min_strength float = 1.0 | Smallest sum of collaboration score [articles].
// param: top_n int = 25 | Rows returned.
// column: city_id string | GeoNames id.
// column: city string | Name of the city.
// column: country string? | Country code.
// column: community int | Number of its community.
// column: strength float | Sum of collaboration score with cities that have a community [articles].
// column: own_part float | Part of it with the own community, 0 to 1.
// column: drawn_to int? | The other community it works with most; null without one.
// column: drawn_part float | Part with that one, 0 to 1; 0 without one.
//
// Question: which cities sit between two stools, and which might belong elsewhere?
// Left out: cities below min_strength; partners without a community.
// Reading: where drawn_part is above own_part, the community was not chosen by its score alone: a method weighs a
// tie against what the sizes of both cities make likely.

MATCH (c:City)-[r:COLLABORATES_WITH]-(p:City)
WHERE c.community IS NOT NULL AND p.community IS NOT NULL AND r.year >= $year_from AND r.year <= $year_to
WITH c, p.community AS there, round(toFloat(sum(r.score)), 9) AS score
ORDER BY score DESC, there
WITH c, sum(score) AS strength, sum(CASE WHEN there = c.community THEN score ELSE 0.0 END) AS own,
     head(collect(CASE WHEN there <> c.community THEN {community: there, score: score} END)) AS first
WHERE strength >= $min_strength AND strength > 0
RETURN c.id AS city_id,
       c.name AS city,
       c.country AS country,
       c.community AS community,
       round(strength, 9) AS strength,
       round(own / strength, 9) AS own_part,
       first.community AS drawn_to,
       round(coalesce(first.score, 0.0) / strength, 9) AS drawn_part
ORDER BY own_part, strength DESC, city_id
LIMIT toInteger($top_n);
