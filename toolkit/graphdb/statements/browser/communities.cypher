// Write the community of each place of a label on it as a label, where the style has a colour for it.
MATCH (p:<label>)
WHERE p.community >= 1 AND p.community <= $communities
SET p:$('Community_' + toString(toInteger(p.community)))
RETURN count(p) AS places;
