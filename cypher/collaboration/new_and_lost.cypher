// name: collaboration.new_and_lost
// summary: Partner cities a city won or lost in a window, against the years before it.
// access: read
// param: city_id string | GeoNames id; the command line and Python also take a name.
// param: year_from int = last_year - 2 | First year of the window, inclusive.
// param: year_to int = last_year | Its last year, inclusive.
// param: before_years int = 3 | Years before the window it is held against.
// param: top_n int = 25 | Rows returned.
// column: partner_id string | GeoNames id of the partner city.
// column: partner string | Its name.
// column: country string? | Its country code.
// column: status string | `new`: joint articles in the window only; `lost`: in the years before only.
// column: joint_before int | Articles signed from both in the years before [articles].
// column: joint int | Articles signed from both in the window [articles].
// column: score_before float | Collaboration score in the years before [articles].
// column: score float | Collaboration score in the window [articles].
//
// Question: which partners has a city found, and which has it lost?
// Left out: partners of both times, and of neither.
// Reading: strongest first, whether won or lost. Make before_years as long as the window, or longer to be strict
// about what is new.

MATCH (:City {id: $city_id})-[r:COLLABORATES_WITH]-(p:City)
WHERE r.year >= $year_from - $before_years AND r.year <= $year_to
WITH p,
     sum(CASE WHEN r.year < $year_from THEN r.joint ELSE 0 END) AS joint_before,
     sum(CASE WHEN r.year < $year_from THEN 0 ELSE r.joint END) AS joint,
     round(sum(CASE WHEN r.year < $year_from THEN r.score ELSE 0.0 END), 9) AS score_before,
     round(sum(CASE WHEN r.year < $year_from THEN 0.0 ELSE r.score END), 9) AS score
WHERE joint_before = 0 OR joint = 0
RETURN p.id AS partner_id,
       p.name AS partner,
       p.country AS country,
       CASE WHEN joint_before = 0 THEN 'new' ELSE 'lost' END AS status,
       joint_before,
       joint,
       score_before,
       score
ORDER BY score_before + score DESC, partner_id
LIMIT toInteger($top_n);
