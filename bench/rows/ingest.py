"""Ingest of raw works, to finished tables, against DuckDB unnesting the same fields into one table."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from bench.harness import Comparison, Side, WrongOutput
from toolkit.corpus.ingest import ingest_openalex
from toolkit.corpus.sample import write_sample
from toolkit.workspace import Workspace

NAME = "ingest"
SIZES = {"full": {"works": 200_000, "broken": 1_000}, "quick": {"works": 2_000, "broken": 200}}
"""Works, and one broken line in so many."""

COLUMNS = """{
    'id': 'VARCHAR', 'doi': 'VARCHAR', 'title': 'VARCHAR', 'type': 'VARCHAR', 'publication_year': 'VARCHAR',
    'updated_date': 'VARCHAR', 'is_authors_truncated': 'VARCHAR', 'is_retracted': 'VARCHAR',
    'is_paratext': 'VARCHAR',
    'primary_location': 'STRUCT(source STRUCT(id VARCHAR, display_name VARCHAR, issn_l VARCHAR, issn VARCHAR[]))',
    'topics': 'STRUCT(display_name VARCHAR, subfield STRUCT(display_name VARCHAR), field STRUCT(display_name VARCHAR),
        domain STRUCT(display_name VARCHAR))[]',
    'authorships': 'STRUCT(
        author STRUCT(id VARCHAR, display_name VARCHAR, orcid VARCHAR), raw_author_name VARCHAR,
        institutions STRUCT(id VARCHAR, display_name VARCHAR, ror VARCHAR, country_code VARCHAR, type VARCHAR,
            lineage VARCHAR[])[],
        raw_affiliation_strings VARCHAR[],
        affiliations STRUCT(raw_affiliation_string VARCHAR, institution_ids VARCHAR[])[])[]'
}"""

UNNESTED = f"""
CREATE TABLE listings AS
SELECT * EXCLUDE (a, institutions), unnest(CASE WHEN len(institutions) > 0 THEN institutions ELSE [NULL] END) AS i
FROM (
    SELECT * EXCLUDE (authorships, a), a.author AS author, a.raw_author_name AS raw_name,
        a.raw_affiliation_strings AS texts, a.affiliations AS links, a.institutions AS institutions, 1 AS a
    FROM (SELECT *, unnest(authorships) AS a FROM read_json(
        ?, format = 'newline_delimited', columns = {COLUMNS}, ignore_errors = true
    ))
)
"""


def raw_files(folder: Path, *, works: int, broken: int) -> dict[str, int]:
    """Works of the sample generator in gzip files, every ``broken``-th line cut in the middle."""
    sample = folder / "sample"
    write_sample(sample, works=works, seed=1)
    raw = folder / "raw"
    raw.mkdir()
    counts = {"files": 0, "lines": 0, "broken": 0, "bytes": 0}
    for path in sorted((sample / "works").iterdir()):
        lines = [line for line in gzip.decompress(path.read_bytes()).split(b"\n") if _sound(line)]
        for place in range(counts["lines"] % broken, len(lines), broken):
            lines[place] = lines[place][: len(lines[place]) // 2]
            counts["broken"] += 1
        data = b"".join(line + b"\n" for line in lines)
        (raw / path.name).write_bytes(gzip.compress(data, compresslevel=4))
        counts["files"] += 1
        counts["lines"] += len(lines)
        counts["bytes"] += len(data)
    shutil.rmtree(sample)
    return counts


def _sound(line: bytes) -> bool:
    """Whether the line is one of the generator's own works, not one of its dirty records."""
    return line.startswith(b"{") and line.endswith(b"}") and line.count(b'"authorships":[{') == 1


def by_toolkit(folder: Path) -> Workspace:
    """Ours: the command's function, from files to the canonical tables on disk."""
    workspace = Workspace(folder / "workspace")
    ingest_openalex(workspace, folder / "raw", types=None)
    return workspace


def by_duckdb(folder: Path) -> Path:
    """The rival: one table of works, authors and institutions, on disk."""
    with duckdb.connect(str(folder / "rival.duckdb")) as connection:
        connection.execute(UNNESTED, [str(folder / "raw" / "*.gz")])
    return folder / "rival.duckdb"


def same(ours: Workspace, theirs: Path) -> dict[str, Any]:
    """Both must have the same works with authors, and the same authors with ids on each."""
    with duckdb.connect(str(theirs), read_only=True) as connection:
        query = """
            SELECT regexp_extract(id, '[^/]+$') AS work, count(DISTINCT author.id) AS authors
            FROM listings WHERE NOT coalesce(is_retracted = 'true' OR is_paratext = 'true', false) GROUP BY 1
        """
        rival = dict(connection.execute(query).fetchall())
        listings = connection.execute("SELECT count(*) FROM listings").fetchall()[0][0]
    rows = pq.read_table(ours.table("authorships"), columns=["work_id", "author_id"])
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        mine = dict(connection.execute("SELECT work_id, count(DISTINCT author_id) FROM rows GROUP BY 1").fetchall())
    if mine != rival:
        differ = sorted(set(mine.items()) ^ set(rival.items()))[:3]
        raise WrongOutput(f"works or their authors differ ({len(mine)} and {len(rival)} works): {differ}")
    return {"rows of the rival": f"{listings:,}", "works with authors in both": f"{len(mine):,}"}


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both start from the same gzip files."""
    counts = raw_files(scratch, **size)
    return [
        Comparison(
            name="ingest",
            title="Raw OpenAlex works to tables",
            size=(
                f"{counts['lines']:,} lines in {counts['files']} gzip files, {counts['bytes'] / 1e6:,.0f} MB unpacked, "
                f"{counts['broken']:,} of them broken"
            ),
            ours=Side(
                "ingest_openalex: staged, cleaned and put together as canonical Parquet tables, with file, line and "
                "reason of each broken line, in a new workspace",
                lambda: by_toolkit(scratch),
                before=lambda: shutil.rmtree(scratch / "workspace", ignore_errors=True),
            ),
            rival=Side(
                "DuckDB: read_json with the same columns and ignore_errors, unnested into one table on disk; "
                "broken lines are dropped without a word",
                lambda: by_duckdb(scratch),
                before=lambda: (scratch / "rival.duckdb").unlink(missing_ok=True),
            ),
            minimum=0.5,
            same=same,
        )
    ]
