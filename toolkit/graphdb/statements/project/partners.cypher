// Pairs of sites that share an article in the window: one row per site, its partner sites collected.
MATCH (a:Site)
CALL (a) {
  MATCH (a)-[r:PARTNERS_WITH]->(b:Site)
  WHERE r.year >= $first AND r.year <= $last
  RETURN collect(DISTINCT b.id) AS partners
}
WITH a, partners
WHERE size(partners) > 0
RETURN [a.id] AS place, [size(partners)] AS length, partners;
