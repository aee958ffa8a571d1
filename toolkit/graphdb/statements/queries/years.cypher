// First and last year of the graph's records.
MATCH (load:Load)
RETURN load.first_year AS first_year, load.last_year AS last_year
