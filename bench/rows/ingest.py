"""Ingest of raw works, to finished tables: against DuckDB unnesting the same fields, and as works grow in number."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq

from bench.harness import Comparison, Side, WrongOutput
from toolkit.corpus import sample
from toolkit.corpus.ingest import ingest_openalex
from toolkit.corpus.sample import write_sample
from toolkit.settings import cache_folder
from toolkit.workspace import Workspace

NAME = "ingest"
SIZES = {
    "full": {"works": 200_000, "broken": 1_000, "many": 1_000_000, "parts": (0.1, 0.25, 0.5, 1.0), "cached": True},
    "quick": {"works": 500, "broken": 50, "many": 500, "parts": (0.1, 1.0), "cached": False},
}
"""Works, and one broken line in so many; works of the largest ingest, parts of it, and whether its files are kept."""

MOST_MEMORY: Final = 4 * 1024**3 / 1e6
"""What the largest ingest may take [MB]: 4 GiB."""

COLUMNS = """{
    'id': 'VARCHAR', 'doi': 'VARCHAR', 'title': 'VARCHAR', 'display_name': 'VARCHAR', 'type': 'VARCHAR',
    'publication_year': 'VARCHAR', 'publication_date': 'VARCHAR', 'updated_date': 'VARCHAR',
    'is_authors_truncated': 'VARCHAR', 'is_retracted': 'VARCHAR', 'is_paratext': 'VARCHAR', 'synthetic': 'VARCHAR',
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
    folder.mkdir(exist_ok=True)
    written = folder / "sample"
    write_sample(written, works=works, seed=1)
    raw = folder / "raw"
    raw.mkdir()
    counts = {"files": 0, "lines": 0, "broken": 0, "bytes": 0}
    for path in sorted((written / "works").iterdir()):
        lines = [line for line in gzip.decompress(path.read_bytes()).split(b"\n") if _sound(line)]
        for place in range(counts["lines"] % broken, len(lines), broken):
            lines[place] = lines[place][: len(lines[place]) // 2]
            counts["broken"] += 1
        data = b"".join(line + b"\n" for line in lines)
        (raw / path.name).write_bytes(gzip.compress(data, compresslevel=4))
        counts["files"] += 1
        counts["lines"] += len(lines)
        counts["bytes"] += len(data)
    shutil.rmtree(written)
    return counts


def _sound(line: bytes) -> bool:
    """Whether the line is one of the generator's own works, not one of its dirty records."""
    return line.startswith(b"{") and line.endswith(b"}") and line.count(b'"authorships":[{') == 1


def kept_files(works: int, broken: int) -> Path:
    """Folder of such files in the user's cache, generated the first time."""
    digest = hashlib.sha256(f"{works} {broken}".encode())
    for path in sorted(Path(sample.__path__[0]).glob("*.*")):  # another generator, other works
        digest.update(path.read_bytes())
    folder = cache_folder() / "bench" / f"works-{works}-{digest.hexdigest()[:12]}"
    if not folder.exists():
        for old in folder.parent.glob(f"works-{works}-*"):  # of an earlier generator
            shutil.rmtree(old)
        beside = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        raw_files(beside, works=works, broken=broken)
        beside.rename(folder)
    return folder / "raw"


def part_of(files: Sequence[Path], part: float) -> list[Path]:
    """So much of the files, evenly from all years."""
    return [path for place, path in enumerate(files) if int((place + 1) * part) > int(place * part)]


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
    """Both must have the same works with authors, and the same authors with ids on each.

    DuckDB passes over some of the whole lines that stand right after a broken one; those alone may be missing there.
    """
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
    lost = set(mine) - set(rival)
    lost &= _after_broken_lines(theirs.parent / "raw") if lost else lost
    differ = sorted(item for item in set(mine.items()) ^ set(rival.items()) if item[0] not in lost)
    if differ:
        raise WrongOutput(f"works or their authors differ ({len(mine)} and {len(rival)} works): {differ[:3]}")
    return {
        "rows of the rival": f"{listings:,}",
        "works with authors in both": f"{len(mine) - len(lost):,}",
        "works the rival loses beside a broken line": f"{len(lost):,}",
    }


def _after_broken_lines(folder: Path) -> set[str]:
    """Ids of the whole works that stand right after a broken line."""
    found: set[str] = set()
    for path in folder.glob("*.gz"):
        lines = gzip.decompress(path.read_bytes()).splitlines()
        for broken, line in pairwise(lines):
            if not _sound(broken) and _sound(line):
                found.add(json.loads(line)["id"].rpartition("/")[2])
    return found


def comparisons(size: Mapping[str, Any], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both sides start from the same gzip files."""
    if size["cached"]:
        many = kept_files(size["many"], size["broken"])
    else:
        raw_files(scratch / "many", works=size["many"], broken=size["broken"])
        many = scratch / "many" / "raw"
    return [
        _against_duckdb(scratch, raw_files(scratch, works=size["works"], broken=size["broken"])),
        *_growing(scratch, sorted(many.iterdir()), size["parts"]),
    ]


def _against_duckdb(scratch: Path, counts: Mapping[str, int]) -> Comparison:
    return Comparison(
        name="ingest",
        title="Raw OpenAlex works to tables",
        size=(
            f"{counts['lines']:,} lines in {counts['files']} gzip files, {counts['bytes'] / 1e6:,.0f} MB unpacked, "
            f"{counts['broken']:,} of them broken"
        ),
        ours=Side(
            "ingest_openalex: staged, cleaned and put together as canonical Parquet tables, with file, line and "
            "reason of each broken line, in a new workspace; processor time",
            lambda: by_toolkit(scratch),
            before=lambda: shutil.rmtree(scratch / "workspace", ignore_errors=True),
        ),
        rival=Side(
            "DuckDB, with as many threads: read_json with the same columns and ignore_errors, unnested into one table "
            "on disk; broken lines are dropped without a word; processor time",
            lambda: by_duckdb(scratch),
            before=lambda: (scratch / "rival.duckdb").unlink(missing_ok=True),
        ),
        minimum=0.5,
        same=same,
        clock=time.process_time,
    )


def _growing(scratch: Path, files: Sequence[Path], parts: Sequence[float]) -> list[Comparison]:
    @cache
    def ingested(part: float) -> dict[str, float]:
        """Works, processor time and memory of an ingest in a process of its own."""
        workspace = scratch / "grown"
        chosen = [str(path) for path in part_of(files, part)]
        done = subprocess.run(
            [sys.executable, "-m", "bench.ingest_alone", str(workspace), *chosen],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        shutil.rmtree(workspace)
        taken: dict[str, float] = json.loads(done.stdout)
        return taken

    small, large = parts[0], parts[-1]

    def of_all(_one: object, _other: object) -> dict[str, Any]:
        taken = [ingested(part) for part in parts]
        return {
            f"{one['read']:,} works": f"{one['seconds']:.1f} s of processor time, {one['megabytes']:,.0f} MB at most"
            for one in taken
        }

    def scaled(one: Mapping[str, float]) -> float:
        return one["seconds"] * ingested(large)["read"] / one["read"]

    return [
        Comparison(
            name="ingest-growth",
            title="Ingest of many works, against a part of them",
            size=f"{len(files)} gzip files, and {len(part_of(files, small))} of them",
            ours=Side(
                "processor time of one ingest of all",
                lambda: ingested(large),
                repeats=1,
                value=lambda one: one["seconds"],
            ),
            rival=Side(
                "that of the smallest part, times as many works: what all would take if time grew as the works do",
                lambda: ingested(small),
                repeats=1,
                value=scaled,
            ),
            minimum=1.0,
            same=of_all,
            warm_up=False,
        ),
        Comparison(
            name="ingest-memory",
            title="Memory of an ingest of many works",
            size=f"{len(files)} gzip files",
            ours=Side(
                "the largest memory of the process",
                lambda: ingested(large),
                repeats=1,
                value=lambda one: one["megabytes"],
            ),
            rival=Side("4 GiB, what is promised", lambda: MOST_MEMORY, repeats=1, value=float),
            minimum=1.0,
            same=lambda one, _: {"works": f"{one['read']:,}"},
            warm_up=False,
            unit="MB",
        ),
    ]
