"""Suspects: institutions and ways between them that look like matching errors, kept as a canonical table.

They are rows of the listings ``matching``, ``strangers`` and ``corridors`` of ``scicities check``, found by the same
statements when the tables are assembled, so that answers can mark them without looking for them again.
"""

from __future__ import annotations

from typing import Final

import duckdb

from toolkit.corpus.checking.findings import THRESHOLDS
from toolkit.corpus.checking.queries import PARTS
from toolkit.corpus.checking.stranger_sql import STRANGERS
from toolkit.corpus.checking.suspicion_sql import CORRIDORS, MATCHING, SIGNED

__all__ = ["find_suspects"]

_PAIRS: Final = f"""
CREATE TEMP TABLE suspect_pairs AS
SELECT 'matching' AS list, institution_id AS id, partner_id AS other_id FROM ({MATCHING})
UNION ALL SELECT 'strangers', institution_id, partner_id FROM ({STRANGERS})
UNION ALL SELECT 'corridors', a_id, b_id FROM ({CORRIDORS});
"""  # noqa: S608 (statements of our own)

_SUSPECTS: Final = """
CREATE TEMP TABLE held_at AS
SELECT DISTINCT p.author_key AS author, pl.institution_id, pl.city_id FROM parts p JOIN placed pl USING (site_id);

CREATE TEMP TABLE authors_of AS SELECT institution_id, count(DISTINCT author) AS authors FROM held_at GROUP BY ALL;

-- authors who sign from both ends of a pair
CREATE TEMP TABLE authors_of_pairs AS
SELECT DISTINCT s.list, s.id, s.other_id, x.author
FROM suspect_pairs s JOIN held_at x ON x.institution_id = s.id
JOIN held_at y ON y.institution_id = s.other_id AND y.author = x.author;

-- the small end of a corridor: at most half as many authors as the other end, and most of them are there as well
CREATE TEMP TABLE small_ends AS
SELECT e.id FROM (
    SELECT id, other_id FROM suspect_pairs WHERE list = 'corridors'
    UNION ALL SELECT other_id, id FROM suspect_pairs WHERE list = 'corridors'
) e JOIN authors_of x ON x.institution_id = e.id JOIN authors_of y ON y.institution_id = e.other_id
JOIN (SELECT id, other_id, count(DISTINCT author) AS authors FROM authors_of_pairs GROUP BY ALL) b
    ON (b.id, b.other_id) IN ((e.id, e.other_id), (e.other_id, e.id))
WHERE 2 * x.authors <= y.authors AND 2 * b.authors >= x.authors;

-- two cities rest on suspects where these pairs have at least half of the authors who sign from both
CREATE TEMP TABLE city_pairs AS
SELECT DISTINCT least(x.city_id, y.city_id) AS a, greatest(x.city_id, y.city_id) AS b, p.author, p.list
FROM authors_of_pairs p JOIN seat x ON x.institution_id = p.id JOIN seat y ON y.institution_id = p.other_id
WHERE x.city_id <> y.city_id;

CREATE TEMP TABLE in_both_cities AS
SELECT c.a, c.b, count(DISTINCT x.author) AS authors
FROM (SELECT DISTINCT a, b FROM city_pairs) c
JOIN held_at x ON x.city_id = c.a JOIN held_at y ON y.city_id = c.b AND y.author = x.author GROUP BY ALL;

CREATE TABLE suspects AS
SELECT 'institution' AS level, id, NULL::VARCHAR AS other_id,
    coalesce(min(list) FILTER (list <> 'corridors'), 'corridors') AS list FROM (
    SELECT id, list FROM suspect_pairs WHERE list <> 'corridors'
    UNION ALL SELECT id, 'corridors' FROM small_ends
) GROUP BY id
UNION ALL SELECT 'institution', id, other_id, 'corridors' FROM suspect_pairs WHERE list = 'corridors'
UNION ALL SELECT 'city', c.a, c.b, c.list
FROM (SELECT a, b, min(list) AS list, count(DISTINCT author) AS authors FROM city_pairs GROUP BY a, b) c
JOIN in_both_cities n USING (a, b) WHERE 2 * c.authors >= n.authors;
"""


def find_suspects(db: duckdb.DuckDBPyConnection) -> None:
    """Create table ``suspects`` from the canonical tables on ``db``.

    Rows are institutions (``level`` ``institution``, ``id``), pairs of institutions that authors go back and forth
    between (``id``, ``other_id``), and pairs of cities (``level`` ``city``) where suspect pairs have at least half of
    the authors who sign from both cities. ``list`` is the listing of ``scicities check`` that shows them: ``matching``,
    ``strangers`` or ``corridors``. The small end of a corridor is a suspect institution where it has at most half as
    many authors as the other end, and at least half of its authors sign from there as well.
    """
    db.execute(PARTS)
    db.execute(SIGNED)
    db.execute(_PAIRS.format(**THRESHOLDS))
    db.execute(_SUSPECTS)
