// Results of one run onto places, in one transaction: the earlier run goes as a whole, so no two are ever mixed.
// What stands in angle brackets is filled in; property names were checked before.
MERGE (run:Run {id: $run.id})
SET run = $run
WITH run
CALL (run) {
  MATCH (old:Run)
  WHERE old.id IN $replaced AND old.id <> run.id
  DELETE old
  RETURN count(*) AS gone
}
CALL () {
  MATCH (n:<label>)
  WHERE <present>
  REMOVE <removed>
  RETURN count(*) AS cleared
}
CALL (run) {
  UNWIND range(0, size($ids) - 1) AS i
  MATCH (n:<label> {<key>: $ids[i]})
  SET <assigned>
  RETURN count(*) AS written
}
RETURN written;
