// Pairs of places: one row per place, its partners and weights collected. What stands in angle brackets is filled in
// from the layout. A row per place keeps the server's memory small; collected columns spare the cost of a row per pair.
MATCH (a:<label>)
WHERE $country IS NULL OR a.<country> = $country
CALL (a) {
  MATCH (a)-[r:<type>]->(b:<label>)
  WHERE r.year >= $first AND r.year <= $last AND ($country IS NULL OR b.<country> = $country)
  RETURN collect(b.<key>) AS partners, collect(r.<weight>) AS weights
}
WITH a, partners, weights
WHERE size(partners) > 0
RETURN [a.<key>] AS place, [size(partners)] AS length, partners, weights;
