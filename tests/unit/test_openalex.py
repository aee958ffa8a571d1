"""OpenAlex work records: every affiliation kept, every bad record named, nothing depending on its neighbours."""

from __future__ import annotations

import gzip
import json
import threading
from collections import Counter
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.openalex import MACROS, WorksReader
from toolkit.corpus.openalex_blocks import BlockReader
from toolkit.corpus.schema import KEPT_TYPES
from toolkit.corpus.staging import STAGING, StagingWriter
from toolkit.errors import BadRecord


def institution(number, *, ror=None, country="CN", lineage=()):
    return {
        "id": f"https://openalex.org/I{number}",
        "display_name": f"Institution {number}",
        "ror": f"https://ror.org/{ror}" if ror else None,
        "country_code": country,
        "type": "education",
        "lineage": [f"https://openalex.org/I{one}" for one in (number, *lineage)],
    }


def listing(author, *institutions):
    identifier = f"https://openalex.org/A{author}" if author else None
    return {"author": {"id": identifier, "display_name": f"Author {author}"}, "institutions": list(institutions)}


def work(number=1, *listings, **fields):
    record = {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/10.1/W{number}",
        "title": f"Work {number}",
        "publication_year": 2020,
        "publication_date": "2020-05-01",
        "type": "article",
        "is_retracted": False,
        "is_paratext": False,
        "updated_date": "2025-03-01T10:00:00",
        "authorships": list(listings),
    }
    return record | fields


@cache
def connection():
    return duckdb.connect(config={"threads": 2})


def read(folder, data, *, types=KEPT_TYPES, strict=False, block_bytes=1 << 20, workers=1):
    """``(counts, tables)`` of a file with the bytes, lines or records given."""
    if not isinstance(data, bytes):
        lines = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in data)
        data = b"".join(line + b"\n" for line in lines)
    path = folder / "works.jsonl"
    path.write_bytes(data)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    with StagingWriter(out, None) as writer:
        reader = WorksReader(connection(), folder, types=types, strict=strict, block_bytes=block_bytes, workers=workers)
        counts = reader.read(RawFile(path, named=True), writer)
    counts.pop("problem")  # that of a file, not of its records
    files = {name: out / f"{name}.parquet" for name in STAGING}
    return counts, {name: pq.read_table(file).to_pylist() if file.exists() else [] for name, file in files.items()}


def test_ids_are_short_and_fields_are_where_they_belong(tmp_path):
    source = {"id": "https://openalex.org/S7", "display_name": "Journal", "issn_l": "1234-5678"}
    source["issn"] = ["1234-5678", "8765-4321"]
    record = work(
        5,
        listing(3, institution(9, ror="02v51f717", lineage=(8,))),
        doi="https://DOI.org/10.1000/ABC",
        primary_location={"source": source},
        topics=[{"field": {"display_name": "Chemistry"}}, {"field": {"display_name": "Chemistry"}}, {"field": None}],
        is_authors_truncated=True,
    )
    counts, tables = read(tmp_path, [record])
    assert counts["read"] == counts["kept"] == 1
    assert counts["snapshot"] == "2025-03-01"
    (row,) = tables["works"]
    assert row == {
        "record": 1,
        "line": 1,
        "work_id": "W5",
        "doi": "10.1000/abc",
        "title": "Work 5",
        "year": 2020,
        "type": "article",
        "journal_id": "S7",
        "journal_name": "Journal",
        "journal_issn": "1234-5678",
        "journal_issns": ["1234-5678", "8765-4321"],
        "authors_truncated": True,
        "updated": "2025-03-01T10:00:00",
    }
    assert [(row["author_id"], row["institution_ref"]) for row in tables["authorships"]] == [("A3", "I9")]
    (place,) = tables["institutions"]
    assert (place["ror"], place["types"], place["lineage"]) == ("02v51f717", ["education"], ["I9", "I8"])
    assert tables["subjects"] == [
        {"record": 1, "subject": "Chemistry", "topic": None, "subfield": None, "domain": None}
    ]


def test_topics_keep_all_their_levels(tmp_path):
    topic = {
        "display_name": "Catalysis",
        "subfield": {"display_name": "Organic Chemistry"},
        "field": {"display_name": "Chemistry"},
        "domain": {"display_name": "Physical Sciences"},
    }
    _, tables = read(tmp_path, [work(1, topics=[topic, topic, {"display_name": "Alone", "score": 0.9}, None])])
    assert [list(row.values()) for row in tables["subjects"]] == [
        [1, "Chemistry", "Catalysis", "Organic Chemistry", "Physical Sciences"],
        [1, None, "Alone", None, None],
    ]


def test_the_text_of_an_affiliation_is_the_one_linked_to_its_institution(tmp_path):
    linked = listing(1, institution(1), institution(2)) | {
        "raw_affiliation_strings": ["Lab, One, Ōsaka", "Two, Beijing", "Two again"],
        "affiliations": [
            {"raw_affiliation_string": "Lab, One, Ōsaka", "institution_ids": ["https://openalex.org/I1"]},
            {"raw_affiliation_string": "Two, Beijing", "institution_ids": ["https://openalex.org/I2"]},
            {"raw_affiliation_string": "Two again", "institution_ids": ["https://openalex.org/I2"]},
            {"raw_affiliation_string": "nobody's", "institution_ids": []},
        ],
    }
    plain = listing(2, institution(1)) | {"raw_affiliation_strings": ["جامعة القاهرة", "Cairo"]}
    unmatched = listing(3) | {"raw_affiliation_strings": ["A garage, Palo Alto"], "affiliations": None}
    _, tables = read(tmp_path, [work(1, linked, plain, unmatched, listing(4, institution(3)))])
    texts = [(row["author_id"], row["institution_ref"], row["affiliation_text"]) for row in tables["authorships"]]
    assert texts == [
        ("A1", "I1", "Lab, One, Ōsaka"),
        ("A1", "I2", "Two, Beijing | Two again"),
        ("A2", "I1", "جامعة القاهرة | Cairo"),
        ("A3", None, "A garage, Palo Alto"),
        ("A4", "I3", None),
    ]


def test_every_affiliation_of_every_author_is_kept(tmp_path):
    record = work(
        1,
        listing(1, institution(1), institution(2), institution(1)),
        listing(None, institution(2)),
        listing(2),
        listing(None, {"id": None, "display_name": "only text", "ror": None}),
    )
    _, tables = read(tmp_path, [record])
    rows = [(row["author_position"], row["author_id"], row["institution_ref"]) for row in tables["authorships"]]
    assert rows == [(0, "A1", "I1"), (0, "A1", "I2"), (1, None, "I2"), (2, "A2", None), (3, None, None)]


def test_namibia_is_a_country(tmp_path):
    _, tables = read(tmp_path, [work(1, listing(1, institution(1, country="NA")))])
    assert tables["institutions"][0]["country"] == "NA"


def test_types_are_kept_left_out_and_counted(tmp_path):
    records = [
        work(1),
        work(2, type="dataset"),
        work(3, type="proceedings-article"),
        work(4, is_retracted=True),
        work(5, is_paratext=True),
        work(6, type=None),
        work(7, type="Review"),
    ]
    counts, tables = read(tmp_path, records)
    assert [(row["work_id"], row["type"]) for row in tables["works"]] == [
        ("W1", "article"),
        ("W3", "conference-paper"),
        ("W7", "review"),
    ]
    assert counts["left_out"] == {"paratext": 1, "retracted": 1, "type: dataset": 1, "type: none": 1}
    counts, _ = read(tmp_path, records, types=None)
    assert (counts["kept"], counts["left_out"]) == (5, {"paratext": 1, "retracted": 1})


@pytest.mark.parametrize(
    ("year", "kept", "noted"),
    [
        (0, None, True),
        (3024, None, True),
        (2031, None, True),
        (1499, None, True),
        (2020.5, None, True),
        (-5, None, True),
        ("2020", 2020, False),
        (None, 2020, False),
        (2027, 2027, False),
    ],
)
def test_an_impossible_year_costs_the_year_and_not_the_work(tmp_path, year, kept, noted):
    counts, tables = read(tmp_path, [work(1), work(2, publication_year=year)])
    assert [row["year"] for row in tables["works"]] == [2020, kept]
    assert counts["kept"] == 2
    notes = [(row["line"], row["reason"], row["excerpt"]) for row in tables["rejects"]]
    assert notes == ([(2, "kept without a year: impossible year", f"W2: {year}")] if noted else [])


def test_a_work_without_any_date_has_no_year_and_no_note(tmp_path):
    _, tables = read(tmp_path, [work(1, publication_year=None, publication_date=None)])
    assert tables["works"][0]["year"] is None
    assert tables["rejects"] == []


BAD = {
    "broken JSON": b'{"id": "https://openalex.org/W90", "title": ',
    "wrong encoding": '{"id": "https://openalex.org/W91", "title": "Größe"}'.encode("latin-1"),
    "not an object": b'["https://openalex.org/W92"]',
    "no id": b'{"title": "no id here"}',
    "not the id of an OpenAlex work": b'{"id": "https://openalex.org/A93"}',
    "wrong type in a field": b'{"id": "https://openalex.org/W94", "authorships": "Smith, J."}',
}


@pytest.mark.parametrize(("reason", "line"), BAD.items())
def test_a_bad_record_is_named_by_line_and_reason(tmp_path, reason, line):
    counts, tables = read(tmp_path, [work(1), b"", line, work(2)])
    assert [(row["work_id"], row["line"]) for row in tables["works"]] == [("W1", 1), ("W2", 4)]
    assert [(row["source"], row["line"], row["reason"]) for row in tables["rejects"]] == [
        (f"{tmp_path.name}/works.jsonl", 3, reason)
    ]
    assert counts["rejects"] == {reason: 1}
    assert counts["read"] == 3


def test_the_reason_for_a_wrong_type_says_what_was_found(tmp_path):
    _, tables = read(tmp_path, [work(1), BAD["wrong type in a field"]])
    assert tables["rejects"][0]["excerpt"].startswith(
        'Expected ARRAY, but got VARCHAR: {"id": "https://openalex.org/W94"'
    )


@pytest.mark.parametrize(("reason", "line"), BAD.items())
def test_strict_stops_at_the_first_bad_record(tmp_path, reason, line):
    with pytest.raises(BadRecord, match=rf"works\.jsonl:2: {reason}"):
        read(tmp_path, [work(1), line, b"{"], strict=True)


@pytest.mark.parametrize("line", [b"null", b"12", b'"text"', b"{}{}", b'{"id": "https://openalex.org/W1"} x', b"\x00"])
def test_odd_lines_are_rejected_one_by_one(tmp_path, line):
    counts, tables = read(tmp_path, [work(1), line, work(2)])
    assert [row["work_id"] for row in tables["works"]] == ["W1", "W2"]
    assert sum(counts["rejects"].values()) == 1
    assert tables["rejects"][0]["line"] == 2


def test_a_gzip_file_cut_short_gives_its_whole_records(tmp_path):
    records = [json.dumps(work(number, title=f"{number * 7919:x}" * 20)).encode() for number in range(1, 2001)]
    packed = gzip.compress(b"\n".join(records) + b"\n")
    counts, tables = read(tmp_path, packed[: len(packed) // 2])
    kept = [row["work_id"] for row in tables["works"]]
    assert kept == [f"W{number}" for number in range(1, len(kept) + 1)]
    assert 500 < len(kept) < 1500
    assert counts["rejects"] == {"the compressed file is cut short": 1}
    assert tables["rejects"][0]["line"] == len(kept) + 1
    assert counts["read"] == counts["kept"] == len(kept)


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_a_gzip_file_without_its_last_bytes_loses_no_record(tmp_path, cut):
    packed = gzip.compress(b"\n".join(json.dumps(work(number)).encode() for number in range(1, 4)))
    counts, tables = read(tmp_path, packed[:-cut])
    assert [row["work_id"] for row in tables["works"]] == ["W1", "W2", "W3"]
    assert counts["rejects"] == {"the compressed file is cut short": 1}


def test_a_damaged_gzip_file_is_not_taken_for_a_good_one(tmp_path):
    packed = bytearray(gzip.compress(json.dumps(work(1)).encode() + b"\n"))
    packed[-5] ^= 0xFF  # the checksum
    counts, tables = read(tmp_path, bytes(packed))
    assert [row["work_id"] for row in tables["works"]] == ["W1"]
    assert [row["reason"] for row in tables["rejects"]] == list(counts["rejects"])
    assert next(iter(counts["rejects"])).startswith("the compressed file is damaged")


def test_byte_order_mark_windows_line_ends_and_no_last_newline(tmp_path):
    lines = b"\r\n".join(json.dumps(work(number)).encode() for number in (1, 2))
    _, tables = read(tmp_path, b"\xef\xbb\xbf" + lines)
    assert [(row["work_id"], row["line"]) for row in tables["works"]] == [("W1", 1), ("W2", 2)]


@pytest.mark.parametrize("block_bytes", [1, 700, 5000])
def test_the_size_of_blocks_changes_nothing(tmp_path, block_bytes):
    lines = [work(number, listing(number, institution(number % 3))) for number in range(1, 40)]
    lines[10:10] = list(BAD.values())
    small, big = (read(tmp_path, lines, block_bytes=size) for size in (block_bytes, 1 << 22))
    assert small[0] == big[0]
    for table in ("works", "authorships", "subjects", "rejects"):
        assert small[1][table] == big[1][table]


GOOD = st.builds(
    lambda number, authors: json.dumps(work(number, *(listing(a, institution(i)) for a, i in authors))).encode(),
    st.integers(1, 10**9),
    st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 99)), st.integers(1, 9)), max_size=3),
)
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["id", "title", "publication_year", "authorships", "topics", "primary_location", "updated_date"]
)
TWISTED = st.builds(lambda field, value: json.dumps(work(7) | {field: value}).encode(), FIELDS, ANY_JSON)
RUBBISH = st.one_of(
    st.sampled_from(list(BAD.values())),
    ANY_JSON.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"").replace(b"\x1f\x8b", b"")),
    GOOD.map(lambda line: line[: len(line) // 2]),
    TWISTED,
)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(st.one_of(GOOD, RUBBISH), max_size=12), block_bytes=st.sampled_from([200, 1000, 1 << 20]))
def test_good_and_rejected_records_add_up_to_the_lines(tmp_path_factory, lines, block_bytes):
    counts, tables = read(tmp_path_factory.mktemp("reader"), [work(1), *lines], block_bytes=block_bytes)
    lost = Counter(row["reason"] for row in tables["rejects"] if not row["reason"].startswith("kept"))
    present = 1 + sum(bool(line.strip()) for line in lines)
    assert counts["read"] == present
    assert counts["kept"] + sum(counts["left_out"].values()) + lost.total() == present
    assert counts["kept"] == len(tables["works"])


@settings(max_examples=15, deadline=None)
@given(line=st.one_of(GOOD, RUBBISH))
def test_the_fate_of_a_record_does_not_depend_on_its_neighbours(tmp_path_factory, line):
    folder = tmp_path_factory.mktemp("reader")

    def fate(lines, number):
        _, tables = read(folder, lines)
        works = [{**row, "record": 0, "line": 0} for row in tables["works"] if row["line"] == number]
        reasons = [row["reason"] for row in tables["rejects"] if row["line"] == number]
        return works, reasons

    assert fate([work(2), line], 2) == fate([work(1), line, BAD["broken JSON"], BAD["wrong type in a field"]], 2)


def test_a_record_larger_than_usual_is_read(tmp_path: Path):
    long = work(1, *(listing(number, institution(1)) for number in range(3000)), title="x" * (17 << 20))
    _, tables = read(tmp_path, [work(2), long], block_bytes=64 << 20)
    assert len(tables["authorships"]) == 3000
    assert len(tables["works"][1]["title"]) == 17 << 20


def test_a_long_file_of_something_else_is_not_read_to_its_end(tmp_path):
    authors = [{"id": f"https://openalex.org/A{number}"} for number in range(3000)]
    counts, _ = read(tmp_path, [*authors, work(1)], block_bytes=50_000)
    assert counts["kept"] == 0
    assert 1000 <= counts["read"] < 3000
    counts, _ = read(tmp_path, [work(1), *authors, work(2)], block_bytes=50_000)
    assert (counts["read"], counts["kept"]) == (3002, 2)


def test_the_number_of_workers_changes_nothing(tmp_path):
    lines = [work(number, listing(number, institution(number % 3))) for number in range(1, 40)]
    lines[10:10] = list(BAD.values())
    one, three = (read(tmp_path, lines, block_bytes=2000, workers=workers) for workers in (1, 3))
    assert one == three


def test_nobody_reads_on_after_an_error(tmp_path):
    threads = threading.active_count()
    with pytest.raises(BadRecord) as caught:
        read(
            tmp_path,
            [BAD["broken JSON"], *(work(number) for number in range(40))],
            strict=True,
            workers=3,
            block_bytes=1,
        )
    assert (threading.active_count(), str(caught.value).count(":1: broken JSON")) == (threads, 1)


def test_a_line_that_looks_whole_is_found_without_judging_its_neighbours(tmp_path, monkeypatch):
    judged = []
    original = BlockReader._sorted_out

    def sorted_out(self, lines):
        judged.extend(lines)
        return original(self, lines)

    monkeypatch.setattr(BlockReader, "_sorted_out", sorted_out)
    sound = json.dumps(work(2)).encode()
    odd = [sound.replace(b'"title": ', b'"title" '), sound.replace(b'"title": "Work 2"', b'"topics": [{"field": 7}]')]
    counts, tables = read(tmp_path, [work(1), odd[0], work(3), sound[:20], b"", odd[1], work(7)])
    assert judged == [4, 5, 2]
    assert counts["read"] == 6
    assert [row["line"] for row in tables["works"]] == [1, 3, 7]
    assert [(row["line"], row["reason"]) for row in tables["rejects"]] == [
        (2, "broken JSON"),
        (4, "broken JSON"),
        (6, "wrong type in a field"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://openalex.org/W12", "W12"),
        ("\u00a0 HTTP://api.openalex.org/works/w12 ", "W12"),
        ("https://openalex.org/W12\n", None),
        ("https://openalex.org/W", None),
        ("https://openalex.org/A12", None),
        ("", None),
    ],
)
def test_an_id_is_known_in_all_its_spellings(text, expected):
    connection().execute(MACROS)
    assert connection().execute("SELECT openalex_id('W', $1)", [text]).fetchone() == (expected,)


@pytest.mark.parametrize("text", ["", " ", "a", " a", "a ", "\u3000a\u00a0", "é ", "\ta", "a b"])
def test_what_is_said_is_trimmed_of_every_kind_of_space(text):
    connection().execute(MACROS)
    assert connection().execute("SELECT said($1)", [text]).fetchone() == (text.strip(" \u00a0\u3000") or None,)
