"""Rows of csv, tsv and Parquet files: every row with its line, every bad row put aside alone."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.jsonlines import RawFile
from toolkit.corpus.plain.column_mapping import FIELDS, MAPPED, matched_columns, read_mapping
from toolkit.corpus.plain.encodings import READ_AS_WINDOWS
from toolkit.corpus.plain.table_files import TableFile
from toolkit.errors import BadParameter, BadRecord, DataError, MissingColumn, SettingsError


def opened(path, table="works", mapping=None, **options):
    return TableFile(RawFile(path, named=True), table, mapping or {}, **options)


def read(path, table="works", mapping=None, **options):
    file = opened(path, table, mapping, **options)
    rows = pa.concat_tables(file.batches()).to_pylist()
    rejects = [(row["line"], row["reason"]) for row in file.rejects().to_pylist()]
    return rows, rejects, file


def written(tmp_path, data, name="w.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_lines_are_those_of_an_editor_in_spite_of_quoted_line_ends_and_bad_rows(tmp_path):
    text = (
        "\n"  # 1: blank lines count
        "work_id,title,year\n"  # 2
        'W1,"a\nb\r\nc",2001\n'  # 3-5
        "W2,short\n"  # 6
        "\n"  # 7
        "W3,x,2003\r\n"  # 8
        "W4,extra,2004,y\n"  # 9
        'W5,"un"quoted,2005\n'  # 10
        'W6,"two\nlines",2006\n'  # 11-12
        "W7,Mi\udce9,2007\n"  # 13, a byte of Latin-1 in a file that has letters in UTF-8
        ",,\n"  # 14
        "W8,läst,2008"  # 15, no line end
    )
    rows, rejects, file = read(written(tmp_path, text.encode("utf-8", "surrogateescape")))
    assert [(row["line"], row["work_id"], row["year"]) for row in rows] == [
        (3, "W1", "2001"),
        (8, "W3", "2003"),
        (11, "W6", "2006"),
        (15, "W8", "2008"),
    ]
    assert rows[0]["title"] == "a\nb\r\nc"
    assert rejects == [
        (6, "2 columns instead of 3"),
        (9, "4 columns instead of 3"),
        (10, "quotes not closed, or inside a field"),
        (13, "wrong encoding"),
    ]
    assert file.rows == 8
    assert file.rejects().column("source")[0].as_py() == f"{tmp_path.name}/w.csv"
    assert file.rejects().column("excerpt").to_pylist() == [
        "W2,short",
        "W4,extra,2004,y",
        'W5,"un"quoted,2005',
        "W7,Mi\\xe9,2007",
    ]


def test_a_quote_that_never_closes_costs_one_line(tmp_path):
    text = 'work_id,title,year\nW1,a,2001\nW2,"open,2002\n' + "".join(f"W{n},t,2003\n" for n in range(3, 60_000))
    rows, rejects, _ = read(written(tmp_path, text))
    assert rejects == [(3, "quotes not closed, or inside a field")]
    assert len(rows) == 59_998
    assert (rows[-1]["work_id"], rows[-1]["line"]) == ("W59999", 60_000)


def test_a_row_that_swallowed_lines_gives_them_back(tmp_path):
    text = 'work_id,title,year\nW1,"open,2001\nW2,"b",2002\nW3,"c\nW4,d",2004,x\nW5,e,2005\n'
    rows, rejects, _ = read(written(tmp_path, text))
    assert [row["work_id"] for row in rows] == ["W2", "W5"]
    assert [line for line, _ in rejects] == [2, 4, 5]


@given(
    st.lists(
        st.tuples(st.text(max_size=8), st.text("a\"'\n\r,;\t é", max_size=8), st.sampled_from(["2001", ""])),
        max_size=20,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_is_read_back_with_its_lines(tmp_path_factory, rows, delimiter, end):
    clean = [tuple(cell.encode("utf-8", "ignore").decode().replace("\0", "") for cell in row) for row in rows]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["work_id", "title", "year"])
    lines = []
    for row in clean:
        lines.append(1 + sum(1 for _ in io.StringIO(text.getvalue(), newline="")))
        writer.writerow(row)
    path = tmp_path_factory.mktemp("rows") / "w.csv"
    path.write_bytes(text.getvalue().encode())
    read_back, rejects, _ = read(path)
    assert rejects == []
    assert [(row["line"], row["work_id"], row["title"], row["year"]) for row in read_back] == [
        (line, *row) for line, row in zip(lines, clean, strict=True) if any(row)
    ]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a.csv"), ("\t", "a.tsv"), (";", "a.csv"), ("\t", "a.csv"), (";", "a.data")]
)
def test_delimiter_and_compression_are_found_from_the_content(tmp_path, delimiter, name, packed):
    text = delimiter.join(["\ufeffWork ID", '"Title, of; it"', "Publication Year"]) + "\n"
    text += delimiter.join(["W1", '"a,b;c\td"', "2001"]) + "\n"
    data = gzip.compress(text.encode()) if packed else text.encode()
    rows, rejects, _ = read(written(tmp_path, data, name), mapping={"works": {"title": "title of it"}})
    assert rows == [{"line": 2, "work_id": "W1", "title": "a,b;c\td", "year": "2001"}]
    assert rejects == []


def test_a_gzip_file_cut_short_gives_its_whole_rows_and_says_so(tmp_path):
    text = "work_id,year\n" + "".join(f"W{n * 7919 % 100003},{1900 + n % 100}\n" for n in range(50_000))
    packed = gzip.compress(text.encode())
    rows, rejects, _ = read(written(tmp_path, packed[: len(packed) // 2], "w.csv.gz"))
    assert 1000 < len(rows) < 49_000
    assert [row["work_id"] for row in rows] == [line.split(",")[0] for line in text.split("\n")[1 : len(rows) + 1]]
    assert rejects == [(len(rows) + 2, "the compressed file is cut short")]


def test_strict_stops_at_the_first_bad_row(tmp_path):
    path = written(tmp_path, "work_id,year\nW1,2001\nW2\n")
    with pytest.raises(BadRecord, match=r"w\.csv:3: 1 columns instead of 2: W2"):
        read(path, strict=True)


def test_parquet_columns_of_any_simple_type_become_text(tmp_path):
    table = pa.table(
        {
            "work_id": pa.array(["W1", "W2"]).dictionary_encode(),
            "year": pa.array([2001.0, None]),
            "subjects": pa.array([["a", "b"], None]),
            "is_retracted": [True, False],
            "updated_date": [dt.date(2024, 5, 1), None],
        }
    )
    pq.write_table(table, tmp_path / "w.parquet")
    rows, rejects, _ = read(tmp_path / "w.parquet")
    assert rows[0] == {
        "line": 1,
        "work_id": "W1",
        "year": "2001",
        "subjects": "a|b",
        "retracted": "true",
        "updated": "2024-05-01",
    }
    assert rows[1] == {
        "line": 2,
        "work_id": "W2",
        "retracted": "false",
        **dict.fromkeys(["year", "subjects", "updated"]),
    }
    assert rejects == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", r"w\.csv is empty: a table starts with a line of column names"),
        (b"\n  \n", r"w\.csv is empty"),
        (gzip.compress(b""), r"w\.csv is empty"),
        (gzip.compress(b"work_id,year\n")[:12], r"w\.csv is empty \(the compressed file is cut short\)"),
        (
            b"PK\x03\x04....",
            r"is a zip archive\. Unpack it first, and give the files in it\. A table is csv, tsv or Parquet",
        ),
        (b"%PDF-1.4 x", r"is a PDF"),
        (b"work_id\x00,year\n", r"is binary, not text"),
        (b'{"id": 1}\n', r"holds JSON of no known kind"),
        (b"PAR1 and nothing of it", r"starts like a Parquet file but can't be read"),
        (b'"work_id\n', r"the first line can't be read as column names: '\"work_id'"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, data, sentence):
    with pytest.raises(DataError, match=sentence):
        opened(written(tmp_path, data))


def test_a_missing_column_is_told_with_those_present_and_the_nearest(tmp_path):
    path = written(tmp_path, "work_id,titel,yaer\nW1,t,2001\n")
    with pytest.raises(MissingColumn) as raised:
        opened(path)
    assert str(raised.value) == (
        f"{path}: the table of works needs a column for year (known names: year, publication_year, pub_year, py, "
        "publication_date). Columns present: 'work_id', 'titel', 'yaer'. The nearest is 'yaer'. Rename the column, or "
        'give a mapping file: [works] year = "your column".'
    )
    with pytest.raises(MissingColumn, match=r"needs a column for institution_id or institution \(known names: inst"):
        opened(written(tmp_path, "work_id,author_id\n", "a.csv"), "authorships")
    with pytest.raises(MissingColumn, match=r"title of the works is in column 'Title', which is not there.*'titel'"):
        opened(path, mapping={"works": {"title": "Title"}})


def test_a_column_that_stands_twice_is_refused_only_where_it_is_used(tmp_path):
    with pytest.raises(DataError, match="column 'year' stands 2 times"):
        opened(written(tmp_path, "work_id,year,Year\n"))
    assert opened(written(tmp_path, "work_id,year,x,x\n")).columns == {"work_id": 0, "year": 1}


@pytest.mark.parametrize("table", list(FIELDS))
def test_every_documented_name_is_found_in_any_spelling(table):
    for field, names in FIELDS[table].items():
        for name in names:
            # a name that two fields share, as origin_country does, stands in the header once
            others = [key for key in FIELDS[table] if key not in {field, *FIELDS[table][field]}]
            header = [name.replace("_", " ").title(), *(f"other {n}" for n in range(3)), *others]
            found = matched_columns(header, table, {table: {key: key for key in others}}, where="x")
            assert found[field] == 0, name


def test_mappings_come_from_toml_json_or_python(tmp_path):
    expected = {"works": {"title": "Article Title", "year": "PY"}}
    toml = tmp_path / "m.toml"
    toml.write_text('[works]\ntitle = "Article Title"\nyear = "PY"\n')
    json = tmp_path / "m.json"
    json.write_text('{"works": {"title": "Article Title", "year": "PY"}}')
    assert read_mapping(toml) == read_mapping(str(json)) == read_mapping(expected) == expected
    assert read_mapping(None) == {}


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        ("[works", SettingsError, "is neither TOML nor JSON"),
        ("{1", SettingsError, "is neither TOML nor JSON"),
        ("[work]\nyear = 'PY'", BadParameter, "mapping = 'work' can't be used: a table named works, authorships, inst"),
        ("works = 1", BadParameter, "a table named"),
        ("[works]\nyaer = 'PY'", BadParameter, r"mapping \[works\] = 'yaer'.*did you mean year\?"),
        ("[works]\nyear = 3", BadParameter, r"mapping \[works\] year = 3 can't be used: the name of a column"),
    ],
)
def test_a_wrong_mapping_is_told(tmp_path, text, error, sentence):
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(error, match=sentence):
        read_mapping(path)
    with pytest.raises(SettingsError, match="can't be read"):
        read_mapping(tmp_path / "none.toml")


def test_the_documentation_names_every_column_and_no_other():
    page = (Path(__file__).parents[2] / "docs" / "plain-tables.md").read_text(encoding="utf-8")
    sections = page.split("\n### ")[1:]
    tables = {table: FIELDS[table] for table in (*MAPPED, "corrections")}
    assert [section.split(":")[0].lower() for section in sections] == list(tables)
    for section, fields in zip(sections, tables.values(), strict=True):
        rows = re.findall(r"^\| (\w+) \| (`[^|]*`) \|", section, re.MULTILINE)
        assert {field: tuple(names.strip("`").split("`, `")) for field, names in rows} == fields


@pytest.mark.parametrize(
    ("text", "encoding", "kept"),
    [
        ("work_id,title,year\nW1,Größe,2001\n", "utf-16", 1),
        ("work_id,title,year\nW1,Größe – “eins”,2001\n", "cp1252", 1),
        ("work_id,title,year\nW1,Россия,2001\n", "cp1251", 0),
        ("work_id,title,year\nW1,北京,2001\n", "gbk", 0),
        ("work_id,title,year\nW1é7,x,2001\n", "latin-1", 0),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_other_encodings_are_read_where_the_whole_file_shows_which(tmp_path, text, encoding, kept, packed):
    data = text.encode(encoding)
    rows, rejects, file = read(written(tmp_path, gzip.compress(data) if packed else data))
    assert (len(rows), file.rows) == (kept, 1)
    if kept:
        assert rows[0]["title"] == text.split(",")[3]
    assert rejects == {"utf-16": [], "cp1252": [(2, READ_AS_WINDOWS)]}.get(encoding, [(2, "wrong encoding")])


def test_a_damaged_compressed_file_in_utf16_says_so(tmp_path):
    text = "work_id,title,year\n" + "".join(f"W{number},{hash(number * 7919)},2001\n" for number in range(4000))
    data = gzip.compress(text.encode("utf-16"))
    rows, rejects, _ = read(written(tmp_path, data[: len(data) * 3 // 4], "w.csv.gz"))
    assert 0 < len(rows) < 4000
    assert "the compressed file is cut short" in [reason for _, reason in rejects]
