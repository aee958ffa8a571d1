// How many metropolitan areas there are: none where the records came without a city map.
MATCH (m:Metro)
RETURN count(m) AS found;
