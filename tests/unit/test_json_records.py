"""JSON records in every layout: each is found with its number, whatever the layout and whatever breaks near it."""

from __future__ import annotations

import gzip
import itertools
import json
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from toolkit.corpus import json_records
from toolkit.corpus.json_records import in_lines, record_blocks
from toolkit.corpus.jsonlines import blocks


def record(number, **fields):
    nested = [{"id": f"https://openalex.org/A{number}", "tags": [], "more": {}}, {"id": None}]
    return {"id": f"https://openalex.org/W{number}", "title": f'a "{{[,\\ {number}', "listed": nested} | fields


def pages(records, **options):
    half = len(records) // 2
    meta = {"count": len(records), "results": 3, "groups": [{"results": []}]}
    return [
        json.dumps({"meta": meta, "results": part, "group_by": []}, **options)
        for part in (records[:half], records[half:])
    ]


LAYOUTS = {
    "lines": lambda records: "\n".join(map(json.dumps, records)),
    "lines of Windows": lambda records: "\r\n".join(map(json.dumps, records)) + "\r\n",
    "array": json.dumps,
    "array, a record a line": lambda records: "[\n" + ",\n".join(map(json.dumps, records)) + "\n]\n",
    "array, comma first": lambda records: "[" + "\n, ".join(map(json.dumps, records)) + "]",
    "pretty array": lambda records: json.dumps(records, indent=2),
    "pretty array without indent": lambda records: json.dumps(records, indent=0),
    "pretty array with tabs": lambda records: json.dumps(records, indent="\t"),
    "page": lambda records: json.dumps({"meta": {"count": 9}, "results": records}),
    "page, results first": lambda records: json.dumps({"results": records, "meta": {"count": 9}}),
    "page, a record a line": lambda records: (
        '{"meta": {}, "results": [\n' + ",\n".join(map(json.dumps, records)) + "\n]}"
    ),
    "pretty page": lambda records: json.dumps({"meta": {"count": 9}, "results": records}, indent=1),
    "page of ROR": lambda records: json.dumps({"number_of_results": 9, "items": records, "meta": {}}),
    "page with an unknown key": lambda records: json.dumps({"took": 9, "results": records}),
    "pages, one a line": lambda records: "\n".join(pages(records)),
    "pretty pages": lambda records: "\n".join(pages(records, indent=4)),
    "array of pages": lambda records: "[" + ",".join(pages(records)) + "]",
    "arrays, one a line": lambda records: "\n".join(json.dumps([one]) for one in records),
    "pretty objects": lambda records: "\n".join(json.dumps(one, indent=2) for one in records),
    "pretty objects with commas": lambda records: ",\n".join(json.dumps(one, indent=2) for one in records),
    "objects without a break": lambda records: "".join(map(json.dumps, records)),
    "lines with commas": lambda records: ",\n".join(map(json.dumps, records)),
    "sequence of RFC 7464": lambda records: "".join(f"\x1e{json.dumps(one, indent=1)}\n" for one in records),
}
each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
in_a_list = pytest.mark.parametrize(
    "layout", [LAYOUTS[name] for name in LAYOUTS if "array" in name or "page" in name or "pretty" in name]
)


def read(folder, data, *, size=1 << 20):
    """``(number, line)`` of each line that is not blank, and the damage."""
    path = folder / "records.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape"))
    found, damage, following = [], "", 1
    for block in record_blocks(path, size=size):
        assert block.first_line == following
        lines = block.data.split(b"\n")
        assert lines.pop() == b""
        assert len(lines) == block.lines
        found += [(number, line) for number, line in enumerate(lines, start=block.first_line) if line.strip()]
        following += block.lines
        damage = block.damage
    return found, damage


def loaded(lines):
    """Ids of the records among the lines, by number."""
    found = {}
    for number, line in lines:
        try:
            found[number] = json.loads(line)["id"].rsplit("W", 1)[-1]
        except (ValueError, TypeError, KeyError, AttributeError):
            found[number] = None
    return found


@each_layout
@pytest.mark.parametrize("size", [64, 1 << 20])
def test_every_layout_gives_the_same_records_with_their_numbers(tmp_path, layout, size):
    records = [record(number, text="ü" * number + "\n") for number in range(1, 8)]
    lines, damage = read(tmp_path, layout(records), size=size)
    assert damage == ""
    assert [(number, json.loads(line)) for number, line in lines] == list(enumerate(records, start=1))


@each_layout
def test_compression_and_a_byte_order_mark_change_nothing(tmp_path, layout):
    text = layout([record(number) for number in range(1, 8)]).encode()
    plain = read(tmp_path, text)
    assert read(tmp_path, gzip.compress(b"\xef\xbb\xbf" + text)) == plain
    assert len(plain[0]) == 7


@pytest.mark.parametrize("text", ["", " \n", "[]", "{}", '{"meta": {}, "results": []}', "[ [], [[]] ]"])
def test_files_without_a_record(tmp_path, text):
    lines, damage = read(tmp_path, text)
    assert damage == ""
    assert [line for _, line in lines] == ([b"{}"] if text == "{}" else [])


def test_what_is_laid_out_in_lines_is_passed_on_as_it_is(tmp_path):
    first_broken = ['{"id": "W1", "title": ', '{"id": "W1", "title": "cut', "", "[", "garbage"]
    for first in first_broken[:3]:
        text = "\n".join([first, *(json.dumps(record(number)) for number in range(3)), '{"a": '])
        path = tmp_path / "works.jsonl"
        path.write_text(text)
        assert in_lines(path)
        assert list(record_blocks(path, size=100)) == list(blocks(path, size=100))


BREAKS = {
    "a quote is missing": lambda text: text.replace('"title":', 'title":', 1),
    "a closing quote is missing": lambda text: text.replace('"title":', '"title:', 1),
    "a brace is missing": lambda text: text.replace('"more": {}', '"more": {', 1),
    "a last brace is missing": lambda text: text.rstrip()[:-1],
    "a bracket is missing": lambda text: text.replace('"tags": []', '"tags": [', 1),
    "a brace too many": lambda text: text.replace('"more": {}', '"more": {}}', 1),
    "a bracket too many": lambda text: text.replace('"tags": []', '"tags": []]', 1),
    "a comma is missing": lambda text: text.replace(", ", " ", 1).replace(",\n", "\n", 1),
    "a word": lambda text: text.replace("null", "nothing", 1),
    "a zero byte": lambda text: text.replace('"title"', '"ti\x00tle"', 1),
    "a zero byte between": lambda text: text.replace('"title"', '\x00"title"', 1),
    "a line break in a text": lambda text: text.replace('"title"', '"ti\ntle"', 1),
    "no UTF-8": lambda text: text.replace('"title"', '"ti\udcfftle"', 1),
    "a bad escape": lambda text: text.replace('"title"', '"ti\\qtle"', 1),
    "another name": lambda text: text.replace('"id"', "'id'", 1),
}


@pytest.mark.parametrize("damaged", BREAKS.values(), ids=BREAKS)
@in_a_list
def test_a_broken_record_costs_no_other_record(tmp_path, layout, damaged):
    records = [record(number) for number in range(10, 16)]
    text = layout(records)
    at = text.index('"https://openalex.org/W12"')
    start = text.rindex("{", 0, at)
    _, end = json.JSONDecoder().raw_decode(text, start)
    inner = text[start:end]
    broken = damaged(inner)
    assert broken != inner
    lines, damage = read(tmp_path, text[:start] + broken + text[end:])
    found = loaded(lines)
    assert [found.get(number) for number in (1, 2)] == ["10", "11"]
    assert [one for one in found.values() if one in {"13", "14", "15"}] == ["13", "14", "15"]
    assert damage == ""
    assert len(found) <= 8


@in_a_list
def test_records_that_python_can_not_nest_or_count_are_passed_on(tmp_path, layout):
    text = layout([record(1), record(2, deep="DEEP"), record(3, long="LONG"), record(4, half="HALF"), record(5)])
    text = text.replace('"DEEP"', "[" * 20_000 + "]" * 20_000).replace('"LONG"', "9" * 6000)
    text = text.replace('"HALF"', '"\\ud800"')
    lines, damage = read(tmp_path, text)
    assert damage == ""
    assert [number for number, _ in lines] == [1, 2, 3, 4, 5]
    assert b"[[[[" in lines[1][1]
    assert b"999999" in lines[2][1]


def test_a_page_without_a_list_of_records_is_not_lost(tmp_path):
    page = json.dumps({"meta": {"count": 1}, "result": [record(1)]})
    lines, damage = read(tmp_path, "\n".join([*pages([record(1), record(2)]), page, *pages([record(3), record(4)])]))
    assert damage == ""
    assert list(loaded(lines).values()) == ["1", "2", None, "3", "4"]
    assert lines[2][1].startswith(b'{"meta": {"count": 1}, "result"')


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_short_gives_the_records_before_and_says_so_once(tmp_path, packed):
    text = json.dumps([record(number, text=f"{number * 7919 % 100_003:x}" * 9) for number in range(600)]).encode()
    data = gzip.compress(text) if packed else text
    lines, damage = read(tmp_path, data[: len(data) // 2])
    found = loaded(lines)
    whole = list(itertools.takewhile(lambda one: one is not None, found.values()))
    assert whole == [str(number) for number in range(len(whole))]
    assert 200 < len(whole) < 400
    assert (damage == "the compressed file is cut short") == packed
    assert len(found) - len(whole) == (not packed)
    at = text.index(b', {"id": "https://openalex.org/W300"')
    lines, damage = read(tmp_path, gzip.compress(text[:at]))
    assert (len(lines), damage) == (300, "the file is cut short within a list of records")


def test_a_long_array_is_not_held_in_memory(tmp_path):
    text = json.dumps([record(number, text="x" * 500) for number in range(20_000)])
    (tmp_path / "array.json").write_text(text)
    tracemalloc.start()
    count = sum(block.lines for block in record_blocks(tmp_path / "array.json", size=1 << 18))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert most < len(text) / 4


def test_a_line_longer_than_the_longest_is_cut_and_the_next_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.jsonlines.LONGEST_LINE", 5000)
    monkeypatch.setattr(json_records, "LONGEST_LINE", 5000)
    records = [record(1), record(2, text="x" * 400_000), record(3)]
    for layout in ("lines", "array", "pretty array"):
        lines, damage = read(tmp_path, LAYOUTS[layout](records), size=64)
        assert damage == ""
        assert [one for one in loaded(lines).values() if one] == ["1", "3"]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([name for name in LAYOUTS if "lines" not in name]), st.data())
@example("array", None)
def test_no_damage_stops_the_reader(tmp_path_factory, layout, data):
    folder = tmp_path_factory.mktemp("damage")
    raw = bytearray(LAYOUTS[layout]([record(number) for number in range(10, 18)]).encode())
    if data is not None:
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(raw) - 1))
            new = data.draw(
                st.binary(max_size=2) | st.sampled_from([b'"', b"\n", b"\0", b"{", b"}", b"[", b"]", b"\\"])
            )
            raw[at : at + data.draw(st.integers(0, 3))] = new
    path = folder / "records.json"
    path.write_bytes(bytes(raw))
    size = 64 if data is None else data.draw(st.sampled_from([64, 1 << 20]))
    text = b"".join(block.data for block in record_blocks(path, size=size))
    lines = [line for line in text.split(b"\n") if line.strip()]
    assert in_lines(path) or len(lines) <= 60
    good = [one for one in loaded(list(enumerate(lines, start=1))).values() if one]
    assert data is not None or len(good) == 8
