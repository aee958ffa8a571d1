"""Records damaged at random, among good ones, for every reader: each is accepted or rejected with a reason.

A batch is one file: ``PER_FILE`` damaged records, a good one after each. It fails where the reader raises, a good
record is lost, or the report does not account for every record. The damaged record at fault is then found by reading
each alone between two good ones.
"""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import toolkit as sc
from toolkit.workspace import Workspace
from torture.harness import Outcome, timed

PER_FILE = 40
HOSTILE: list[Any] = [
    *(None, True, False, 0, -1, 10**400, 1e308, float("nan"), float("inf"), 2**63, 0.1),
    *("", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\x1b[31m", "\u202e", "a\nb", 'a"b', "'", "\\", "=1+1"),
    *("9" * 400, "x" * 70_000, "null", "NaN", "https://openalex.org/", "W", "2020-02-30", "0000-00-00", "é" * 300),
    *([], {}, [[]], [None], [{}], {"": {}}, [[[[[[[[]]]]]]]], {"a": {"b": {"c": {"d": {"e": 1}}}}}),
]
WORK: dict[str, Any] = {
    "id": "https://openalex.org/W{n}",
    "doi": "https://doi.org/10.99999/{n}",
    "title": "Title {n}",
    "display_name": "Title {n}",
    "type": "article",
    "publication_year": 2020,
    "publication_date": "2020-05-01",
    "is_retracted": False,
    "is_paratext": False,
    "is_authors_truncated": False,
    "is_xpac": False,
    "updated_date": "2026-01-02T03:04:05",
    "primary_location": {"source": {"id": "https://openalex.org/S1", "display_name": "Journal", "issn_l": "1234-5678"}},
    "host_venue": {"id": "https://openalex.org/V1", "display_name": "Journal"},
    "authorships": [
        {
            "author_position": "first",
            "author": {"id": "https://openalex.org/A1", "display_name": "Ann", "orcid": None},
            "institutions": [
                {
                    "id": "https://openalex.org/I1",
                    "display_name": "Alder University",
                    "ror": "https://ror.org/0bbbb0002",
                    "country_code": "NO",
                    "type": "education",
                    "lineage": ["https://openalex.org/I1"],
                }
            ],
            "countries": ["NO"],
            "raw_affiliation_strings": ["Alder University, Oslo, Norway"],
        },
        {"author_position": "last", "author": {"id": None, "display_name": "Bo"}, "institutions": []},
    ],
    "topics": [{"id": "https://openalex.org/T1", "field": {"id": "https://openalex.org/fields/17"}, "score": 0.9}],
    "primary_topic": {"id": "https://openalex.org/T1", "display_name": "Topic"},
}
INSTITUTION: dict[str, Any] = {
    "id": "https://openalex.org/I{n}",
    "ror": "https://ror.org/0aaaa{n:04}",
    "display_name": "Institute {n}",
    "country_code": "NO",
    "type": "education",
    "updated_date": "2026-01-02",
    "geo": {"city": "Oslo", "geonames_city_id": "3143244", "country_code": "NO", "latitude": 59.9, "longitude": 10.7},
    "associated_institutions": [{"id": "https://openalex.org/I9", "relationship": "parent"}],
    "lineage": ["https://openalex.org/I{n}", "https://openalex.org/I9"],
}
ROR_2: dict[str, Any] = {
    "id": "https://ror.org/0aaaa{n:04}",
    "status": "active",
    "names": [{"value": "Institute {n}", "types": ["ror_display", "label"], "lang": "en"}],
    "types": ["education"],
    "locations": [
        {
            "geonames_id": 3143244,
            "geonames_details": {"name": "Oslo", "country_code": "NO", "lat": 59.9, "lng": 10.7},
        }
    ],
    "relationships": [{"id": "https://ror.org/0bbbb0001", "type": "parent", "label": "Academy"}],
    "admin": {"last_modified": {"date": "2026-01-02", "schema_version": "2.1"}},
}
ROR_1: dict[str, Any] = {
    "id": "https://ror.org/0aaaa{n:04}",
    "name": "Institute {n}",
    "status": "active",
    "types": ["Education"],
    "country": {"country_code": "NO", "country_name": "Norway"},
    "addresses": [{"city": "Oslo", "lat": 59.9, "lng": 10.7, "geonames_city": {"id": 3143244, "city": "Oslo"}}],
    "relationships": [{"id": "https://ror.org/0bbbb0001", "type": "Parent", "label": "Academy"}],
    "aliases": ["Alias"],
    "labels": [{"label": "Institutt", "iso639": "no"}],
}
TABLES: dict[str, dict[str, str]] = {
    "works": {"work_id": "w{n}", "year": "2020", "title": "Title {n}", "doi": "10.99999/{n}"},
    "authorships": {"work_id": "w{n}", "author_id": "p{n}", "author_name": "Ann", "institution_id": "i1"},
    "institutions": {"institution_id": "i{n}", "name": "Institute {n}", "country": "NO", "city": "Oslo"},
}
LISTS: dict[str, dict[str, str]] = {
    "journals": {"journal_id": "S{n}", "issn": "1234-5678", "name": "Journal {n}", "mark": "core"},
    "marks": {"institution_id": "I{n}", "name": "Institute {n}", "country": "NO", "mark": "league"},
    "subject_map": {"subject_from": "Physics {n}", "subject": "Physics", "part": "1"},
    "indicators": {"place_id": "{n}", "year": "2020", "indicator": "population", "value": "1000", "unit": "persons"},
    "metro": {"city_id": "{n}", "metro_id": "m1", "metro_name": "Metro"},
    "flows": {"from": "NO", "to": "SE", "year": "19{n:02}", "count": "5"},
    "network": {"source": "a{n}", "target": "b{n}", "weight": "2.5"},
}
SCOPUS: dict[str, str] = {
    "Authors": "Quill A.; Brandt B.",
    "Author(s) ID": "1{n}; 2{n}",
    "Title": "Title {n}",
    "Year": "2020",
    "Affiliations": "Alder University, Oslo, Norway; Birch University, Lyon, France",
    "Authors with affiliations": "Quill A., Alder University, Oslo, Norway; Brandt B., Birch University, Lyon, France",
    "Document Type": "Article",
    "EID": "2-s2.0-85{n:09}",
}
WOS: dict[str, str] = {
    "PT": "J",
    "AU": "Quill, A; Brandt, B",
    "AF": "Quill, Ann; Brandt, Bo",
    "TI": "Title {n}",
    "DT": "Article",
    "C1": "[Quill, Ann] Alder Univ, Oslo, Norway; [Brandt, Bo] Birch Univ, Lyon, France",
    "PY": "2020",
    "UT": "WOS:{n:015}",
}


@dataclass(frozen=True)
class Reader:
    """A reader under trial: one good record, how a file is written, and how it is read."""

    name: str
    record: dict[str, Any]
    suffix: str
    delimiter: str
    read: Callable[[Workspace, Path], Any]


def _tables(table: str) -> Callable[[Workspace, Path], Any]:
    def read(workspace: Workspace, path: Path) -> Any:
        given = {table: path}
        for other, record in TABLES.items():
            if other != table:  # of works every one that an authorship may name; of the others one that names w0
                numbers = range(2 * PER_FILE + 1 if other == "works" else 1)
                given[other] = path.with_name(f"good-{other}.csv")
                given[other].write_bytes(_header(record, ",") + b"".join(_row(record, n, ",") for n in numbers))
        return sc.ingest_tables(workspace, **given)

    return read


READERS: list[Reader] = [
    Reader("OpenAlex works", WORK, ".jsonl", "", sc.ingest_openalex),
    Reader("OpenAlex institutions", INSTITUTION, ".jsonl", "", sc.ingest_institutions),
    Reader("ROR schema 2", ROR_2, ".jsonl", "", sc.ingest_ror),
    Reader("ROR schema 1", ROR_1, ".jsonl", "", sc.ingest_ror),
    *(Reader(f"table of {table}", record, ".csv", ",", _tables(table)) for table, record in TABLES.items()),
    Reader("Scopus", SCOPUS, ".csv", ",", lambda ws, path: sc.ingest_tables(ws, records=path, recipe="scopus")),
    Reader("Web of Science", WOS, ".txt", "\t", lambda ws, path: sc.ingest_tables(ws, records=path, recipe="wos")),
    Reader("journals", LISTS["journals"], ".csv", ",", sc.ingest_journals),
    Reader("marks", LISTS["marks"], ".csv", ",", sc.ingest_marks),
    Reader("subject map", LISTS["subject_map"], ".csv", ",", sc.ingest_subject_map),
    Reader("indicators", LISTS["indicators"], ".csv", ",", sc.ingest_indicators),
    Reader("city map", LISTS["metro"], ".csv", ",", sc.ingest_metro),
    Reader("flows", LISTS["flows"], ".csv", ",", lambda ws, path: sc.ingest_flows(ws, path, name="flows")),
    Reader("network", LISTS["network"], ".csv", ",", lambda ws, path: sc.ingest_network(ws, path, name="net")),
]


def mutated_records(folder: Path, *, records: int, seed: int = 0) -> Outcome:
    """Damage ``records`` records, shared out evenly among the readers."""
    outcome = Outcome("damaged records", "accepted or rejected with a reason; no other record is lost")
    with timed(outcome):
        for reader in READERS:
            chance = random.Random(f"{seed} {reader.name}")
            left = -(-records // len(READERS))
            while left > 0:
                damaged = [_damaged(reader, 2 * number + 1, chance) for number in range(min(PER_FILE, left))]
                left -= len(damaged)
                outcome.tried += len(damaged)
                if _fault(reader, damaged, folder):
                    found = [(one, _fault(reader, [one], folder)) for one in damaged]
                    singly = [f"{reader.name}: {fault}: {one[:300]!r}" for one, fault in found if fault]
                    outcome.failures += singly or [f"{reader.name}: {_fault(reader, damaged, folder)} (together only)"]
    return outcome


def _fault(reader: Reader, damaged: list[bytes], folder: Path) -> str:
    """What is wrong with the way these records are read; empty for nothing."""
    shutil.rmtree(folder / "batch", ignore_errors=True)
    (folder / "batch").mkdir(parents=True)
    good = [_good(reader, 2 * number) for number in range(len(damaged) + 1)]
    lines = [line for pair in zip(good, damaged, strict=False) for line in pair] + good[-1:]
    path = folder / "batch" / f"records{reader.suffix}"
    path.write_bytes((_header(reader.record, reader.delimiter) if reader.delimiter else b"") + b"".join(lines))
    try:
        report = reader.read(Workspace(folder / "batch" / "ws"), path)
    except Exception as error:  # noqa: BLE001 - whatever a reader raises is what this trial looks for
        return f"{type(error).__name__}: {str(error)[:300]}"
    lost = sum(count for reason, count in report.rejects.items() if not reason.startswith("kept"))
    if report.kept < len(good):
        return f"{report.kept} records kept, and {len(good)} good ones were given; rejects {report.rejects}"
    left_out, listed = sum(report.left_out.values()), sum(report.rejects.values())
    sums = hasattr(report, "listing")  # a network: edges of one pair are one in the end
    if report.kept + left_out + listed < len(lines) or (not sums and report.read != report.kept + left_out + lost):
        return f"{report.read} read, {report.kept} kept, {report.left_out} left out, {report.rejects} rejected"
    return ""


def _good(reader: Reader, number: int) -> bytes:
    if reader.delimiter:
        return _row(reader.record, number, reader.delimiter)
    return (json.dumps(_numbered(reader.record, number)) + "\n").encode()


def _damaged(reader: Reader, number: int, chance: random.Random) -> bytes:
    """A record with one to three damages: to its values, or to its bytes."""
    if not reader.delimiter:
        record = _numbered(reader.record, number)
        if chance.random() < 0.75:
            for _ in range(chance.randint(1, 3)):
                _damage(record, chance)
            return (json.dumps(record) + "\n").encode()
        return _damaged_bytes(_good(reader, number), chance, spared=b"\n")
    if chance.random() < 0.75:
        record = _numbered(reader.record, number)
        for _ in range(chance.randint(1, 3)):
            value = chance.choice([value for value in HOSTILE if isinstance(value, str)])
            record[chance.choice(list(record))] = value
        return _row(record, number, reader.delimiter)
    # a stray quote takes the lines behind it into its cell, which is the format's rule and no fault of a reader
    return _damaged_bytes(_row(reader.record, number, reader.delimiter), chance, spared=b'\n\r"')


def _damage(value: Any, chance: random.Random) -> None:
    """Change one place, at any depth, of a record."""
    while True:
        if isinstance(value, dict) and value:
            key = chance.choice(list(value))
            if not isinstance(value[key], dict | list) or chance.random() < 0.3:
                if chance.random() < 0.15:
                    del value[key]
                elif chance.random() < 0.1:
                    value[str(chance.choice(HOSTILE))[:50]] = value.pop(key)
                else:
                    value[key] = chance.choice(HOSTILE)
                return
            value = value[key]
        elif isinstance(value, list) and value:
            at = chance.randrange(len(value))
            if not isinstance(value[at], dict | list) or chance.random() < 0.3:
                value[at] = chance.choice(HOSTILE)
                return
            value = value[at]
        else:
            return


def _damaged_bytes(line: bytes, chance: random.Random, *, spared: bytes) -> bytes:
    body = bytearray(line[:-1])
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(body))
        if body[at] in spared:
            continue
        byte = next(byte for byte in iter(lambda: chance.randrange(256), None) if byte not in spared)
        how = chance.randrange(3)
        if how == 0:
            body[at] = byte
        elif how == 1:
            body.insert(at, byte)
        else:
            del body[at]
    return bytes(body) + b"\n"


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(inner, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbered(inner, number) for inner in value]
    return value.format(n=number) if isinstance(value, str) and "{n" in value else value


def _row(record: dict[str, str], number: int, delimiter: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(_numbered(record, number).values())
    return text.getvalue().encode("utf-8", errors="surrogatepass")


def _header(record: dict[str, Any], delimiter: str) -> bytes:
    return delimiter.join(record).encode() + b"\n"
