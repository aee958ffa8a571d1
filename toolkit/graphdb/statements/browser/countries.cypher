// Write the country of each place of a label on it as a label, where the style has a colour for it.
MATCH (p:<label>)
WHERE p.<country> IN $codes
SET p:$('In_' + p.<country>)
RETURN count(p) AS places;
