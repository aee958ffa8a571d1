// Size class of each place of a label by its Share over all years, relative to the largest: area grows with Share.
MATCH (p:<label>)-[:PRODUCED]->(o:Output)
WITH p, sum(o.share) AS share
WHERE share > 0
WITH collect({place: p, share: share}) AS rows, max(share) AS largest
UNWIND rows AS row
WITH row.place AS p, row.share AS share, toInteger(ceil($classes * sqrt(row.share / largest))) AS class
WITH p, share, CASE WHEN class > $classes THEN $classes ELSE class END AS size
SET p:$('Size_' + toString(size))
RETURN size, count(p) AS places, min(share) AS share_from
ORDER BY size;
