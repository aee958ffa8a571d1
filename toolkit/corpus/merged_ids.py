"""Ids that OpenAlex merged into others, or deleted: records of the old ids leave, references follow to the new ones.

OpenAlex publishes them beside its snapshot, ``merged_ids/<entity>/<day>.csv.gz`` with the columns ``merge_date``,
``id`` and ``merge_into_id``. They are an input like any other: staged once, and applied each time the tables are put
together, to records read before and after.
"""

from __future__ import annotations

from typing import Final

import duckdb

from toolkit.corpus.placeholders import OPENALEX_DELETED, in_sql

__all__ = ["apply_merged"]

_LONGEST_CHAIN: Final = 64

# of two rows about one id the later one holds
_ENDS: Final = f"""
CREATE TEMP TABLE merged_once AS
SELECT id, CASE WHEN into_id NOT IN {in_sql(OPENALEX_DELETED)} THEN into_id END AS into_id
FROM read_merged
QUALIFY row_number() OVER (PARTITION BY id ORDER BY merged DESC NULLS LAST, input, line) = 1
"""  # noqa: S608 (our own text)
_IN_USE: Final = """
CREATE TEMP TABLE ends AS
WITH used AS (
    SELECT work_id AS id FROM read_works UNION SELECT journal_id FROM read_works
    UNION SELECT author_id FROM read_authorships UNION SELECT institution_ref FROM read_authorships
    UNION SELECT institution_ref FROM read_institutions UNION SELECT unnest(lineage) FROM read_institutions
)
SELECT id, into_id, into_id IS NULL AS ended FROM merged_once SEMI JOIN used USING (id)
"""
_STEP: Final = """
CREATE OR REPLACE TEMP TABLE ends AS
SELECT e.id, CASE WHEN e.ended OR m.id IS NULL THEN e.into_id ELSE m.into_id END AS into_id,
    e.ended OR m.id IS NULL OR m.into_id IS NULL AS ended
FROM ends e LEFT JOIN merged_once m ON m.id = e.into_id
"""

_CIRCLES: Final = """
CREATE TABLE merged_away AS
SELECT r.label AS source, r.line, 'kept: ids merged in a circle' AS reason, r.id || ' into ' || r.into_id AS excerpt
FROM read_merged r JOIN ends e USING (id) WHERE NOT e.ended;
DELETE FROM ends WHERE NOT ended;
INSERT INTO merged_away
SELECT w.label, w.line, CASE
        WHEN e.into_id IS NULL THEN 'OpenAlex deleted this work'
        WHEN k.work_id IS NULL THEN 'merged into a work that is not here'
        ELSE 'merged into another work'
    END, w.work_id || coalesce(' into ' || e.into_id, '')
FROM read_works w JOIN ends e ON e.id = w.work_id
LEFT JOIN (SELECT DISTINCT work_id FROM read_works) k ON k.work_id = e.into_id;
"""

# an id merged twice goes where the later row says; the other row is listed
_REPLACED: Final = f"""
INSERT INTO merged_away
SELECT r.label, r.line, 'kept: another merge of this id was used',
    r.id || ' into ' || coalesce(r.into_id, 'none') || '; used: ' || coalesce(m.into_id, 'none')
FROM read_merged r JOIN merged_once m USING (id) SEMI JOIN ends USING (id)
WHERE CASE WHEN r.into_id NOT IN {in_sql(OPENALEX_DELETED)} THEN r.into_id END IS DISTINCT FROM m.into_id;
"""  # noqa: S608 (our own text)

_FOLLOWED: Final = """
CREATE OR REPLACE TEMP VIEW staged_works AS
SELECT w.* EXCLUDE (journal_id, journal_name, journal_issn, journal_issns),
    CASE WHEN j.id IS NULL THEN w.journal_id ELSE j.into_id END AS journal_id,
    CASE WHEN j.id IS NULL OR j.into_id IS NOT NULL THEN journal_name END AS journal_name,
    CASE WHEN j.id IS NULL OR j.into_id IS NOT NULL THEN journal_issn END AS journal_issn,
    CASE WHEN j.id IS NULL OR j.into_id IS NOT NULL THEN journal_issns END AS journal_issns
FROM read_works w ANTI JOIN ends e ON e.id = w.work_id LEFT JOIN ends j ON j.id = w.journal_id;

CREATE OR REPLACE TEMP VIEW staged_authorships AS
SELECT a.* EXCLUDE (author_id, institution_ref),
    CASE WHEN p.id IS NULL THEN a.author_id ELSE p.into_id END AS author_id,
    CASE WHEN i.id IS NULL THEN a.institution_ref ELSE i.into_id END AS institution_ref
FROM read_authorships a LEFT JOIN ends p ON p.id = a.author_id LEFT JOIN ends i ON i.id = a.institution_ref;

-- what is said of an old id is heard only where nothing is known of the new one
CREATE OR REPLACE TEMP VIEW staged_institutions AS
SELECT s.* EXCLUDE (institution_ref, lineage), coalesce(e.into_id, s.institution_ref) AS institution_ref,
    CASE WHEN s.lineage IS NULL OR f.map IS NULL THEN s.lineage
         ELSE list_filter(list_transform(s.lineage, lambda a: coalesce(f.map[a], a)), lambda a: a <> '') END AS lineage
FROM read_institutions s LEFT JOIN ends e ON e.id = s.institution_ref
CROSS JOIN (
    SELECT map(list(id), list(coalesce(into_id, ''))) AS map FROM ends WHERE starts_with(id, 'I')
) f
WHERE e.id IS NULL OR (
    e.into_id IS NOT NULL AND e.into_id NOT IN (
        SELECT institution_ref FROM read_institutions WHERE institution_ref IS NOT NULL
    )
);
"""

_COUNTS: Final = """
SELECT (SELECT count(*) FROM read_merged) AS rows,
    (SELECT count(*) FROM read_works SEMI JOIN ends ON id = work_id) AS works_left,
    count(*) FILTER (starts_with(id, 'A')) AS authors_followed,
    count(*) FILTER (starts_with(id, 'I')) AS institutions_followed,
    count(*) FILTER (starts_with(id, 'S')) AS journals_followed,
    count(*) FILTER (into_id IS NULL) AS deleted
FROM ends
"""


def apply_merged(db: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make views ``staged_works``, ``staged_authorships`` and ``staged_institutions`` follow merged ids.

    Chains are followed to their ends. Ids merged in a circle stay as they are, with a note. Works whose id was merged
    leave; authors, institutions and journals go by their new id, those deleted have none.

    Parameters
    ----------
    db
        Connection with the views ``read_<table>`` of all staging tables.

    Returns
    -------
    dict
        Counts of the ids in use, for the report; table ``merged_away`` names what left.
    """
    if not _number(db, "SELECT count(*) FROM read_merged"):
        db.execute("CREATE TABLE merged_away (source VARCHAR, line BIGINT, reason VARCHAR, excerpt VARCHAR)")
        return {}
    db.execute(_ENDS)
    db.execute(_IN_USE)
    for _ in range(_LONGEST_CHAIN):
        if not _number(db, "SELECT count(*) FROM ends WHERE NOT ended"):
            break
        db.execute(_STEP)
    db.execute(_CIRCLES)
    db.execute(_REPLACED)
    db.execute(_FOLLOWED)
    cursor = db.execute(_COUNTS)
    names = [column[0] for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchall()[0], strict=True))


def _number(db: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(db.execute(query).fetchall()[0][0])
