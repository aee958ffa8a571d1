"""Frames as files and tables."""

import io
import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit.cli.output import emit
from toolkit.errors import BadParameter, EmptyGraph, SettingsError
from toolkit.graphdb.library import QuerySpec, load_library
from toolkit.network.arrays import EdgeArray
from toolkit.present.charts import draw_network
from toolkit.present.formats import format_of, frame_bytes, json_rows, write_answer_file
from toolkit.present.layout import LEAST_NAME, layout
from toolkit.present.tables import column_texts, table_text
from toolkit.runs import RunRecord

FRAME = pd.DataFrame(
    {
        "rank": pd.array([1, 2], dtype="Int64"),
        "id": ["2988507", "unlocated"],
        "name": ["Paris", None],
        "share": [1234.5, np.nan],
        "types": [["education", "funder"], []],
    }
)


def test_json_has_no_nan_and_keeps_lists() -> None:
    assert list(json_rows(FRAME)) == [
        {"rank": 1, "id": "2988507", "name": "Paris", "share": 1234.5, "types": ["education", "funder"]},
        {"rank": 2, "id": "unlocated", "name": None, "share": None, "types": []},
    ]
    lines = frame_bytes(FRAME, fmt="ndjson").decode().splitlines()
    assert [json.loads(line)["rank"] for line in lines] == [1, 2]
    assert json.loads(frame_bytes(FRAME, fmt="json")) == list(json_rows(FRAME))


def test_csv_and_parquet_come_back_as_they_were() -> None:
    flat = FRAME.drop(columns="types")
    back = pd.read_csv(io.BytesIO(frame_bytes(flat, fmt="csv")), dtype={"id": str})
    assert back["share"].tolist()[0] == 1234.5
    assert back["id"].tolist() == ["2988507", "unlocated"]
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(frame_bytes(flat, fmt="parquet"))), flat)


@pytest.mark.parametrize(
    ("path", "asked", "terminal", "expected"),
    [
        (None, None, True, "table"),
        (None, None, False, "csv"),
        ("a.jsonl", None, True, "ndjson"),
        ("a.csv", "json", True, "json"),
        ("a.TXT", None, False, "table"),
    ],
)
def test_format(path: str | None, asked: str | None, terminal: bool, expected: str) -> None:
    assert format_of(Path(path) if path else None, asked, terminal=terminal) == expected


def test_unknown_formats_are_refused_with_what_is_possible() -> None:
    with pytest.raises(BadParameter, match="one of table, csv, json, ndjson, parquet"):
        format_of(None, "xls", terminal=True)
    with pytest.raises(BadParameter, match=r"ending in \.csv"):
        format_of(Path("cities"), None, terminal=True)


def test_a_file_comes_with_its_run_record_or_not_at_all(tmp_path: Path) -> None:
    run = RunRecord("share", {"level": "city"})
    record = write_answer_file(b"a\n", run, tmp_path / "sub" / "a.csv")
    assert record.name == "a.csv.run.json"
    assert RunRecord.read(record) == run
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="can't be written"):
        write_answer_file(b"a\n", run, tmp_path / "file" / "a.csv")


@pytest.mark.parametrize(
    ("name", "values", "texts"),
    [
        ("count", [12345, 7], ["12,345", "7"]),
        ("year", [2015, 2016], ["2015", "2016"]),
        ("previous_rank", [2.0, float("nan")], ["2", ""]),
        ("share", [1234.5, 0.0, 2.0], ["1,234.50", "0.00", "2.00"]),
        ("score", [1.5, 0.375], ["1.500", "0.375"]),
        ("betweenness", [0.321, 0.6841], ["0.3210", "0.6841"]),
        ("pagerank", [0.000123456, float("nan")], ["0.000123", ""]),
        ("name", ["Zürich", None], ["Zürich", ""]),
        ("tied", [True, False], ["yes", "no"]),
        ("types", [["a", "b"], []], ["a, b", ""]),
        ("rank", pd.array([1, None], dtype="Int64"), ["1", ""]),
    ],
)
def test_cells_read_as_people_write_them(name: str, values: list[object], texts: list[str]) -> None:
    assert column_texts(pd.Series(values, name=name)) == texts


def test_a_table_shows_every_row_and_leaves_out_empty_columns() -> None:
    text = table_text(FRAME.assign(previous_rank=pd.NA), title="Cities")
    assert "Cities" in text
    assert "1,234.50" in text
    assert "previous_rank" not in text
    assert "unlocated" in text


def test_a_network_is_drawn_with_its_strongest_places_named(tmp_path: Path) -> None:
    edges = EdgeArray.from_edges(
        pd.DataFrame({"a_id": ["a", "a", "b"], "b_id": ["b", "c", "c"], "score": [9.0, 3.0, 1.0]})
    )
    places = {"a": (0.0, 0.0), "b": (10.0, 5.0), "c": (20.0, -5.0)}
    figure = draw_network(edges, positions=places, communities={"a": 1, "b": 1, "c": 2}, title="Three", labels=2)
    axes = figure.axes[0]
    assert axes.get_title(loc="left") == "Three"
    assert {text.get_text() for text in axes.texts} == {"a", "b"}
    assert len(axes.collections[0].get_paths()) == 3
    figure.savefig(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    with pytest.raises(EmptyGraph, match="No node has a position"):
        draw_network(edges, positions={})


def header(text: str) -> set[str]:
    """Columns of a table, a header in several lines put together again."""
    above = text.split("─", maxsplit=1)[0].splitlines()
    width = max(map(len, above))
    lines = [line.ljust(width) for line in above if line.strip()]
    blank = [all(line[at] == " " for line in lines) for at in range(width)]
    cut = [at for at in range(width + 1) if at == width or blank[at]]
    parts = ["".join(line[a:b].strip() for line in lines) for a, b in itertools.pairwise([0, *cut])]
    return {part for part in parts if part}


def test_a_narrow_table_of_one_author_leaves_out_who_it_is() -> None:
    frame = pd.DataFrame({"author_id": ["A1", "A1"], "name": ["Ada Lovelace", "Ada Lovelace"], "year": [2015, 2016]})
    assert header(table_text(frame, width=80)) == {"author_id", "name", "year"}
    assert header(table_text(frame, width=12)) == {"year"}
    assert "name" in header(table_text(frame.assign(author_id=["A1", "A2"]), width=22))
    assert column_texts(pd.Series([2015], name="last_year_at_from")) == ["2015"]


CITY, OTHER = "Llanfairpwllgwyngyll and Menai", "Saint-Remy-en-Bouzemont-Saint-Genest"


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("numbers", [1, 4, 9, 20])
def test_names_of_both_ends_stay_whatever_numbers_follow(width: int, numbers: int) -> None:
    frame = pd.DataFrame({"a_id": ["1234567"], "a_name": [CITY], "b_id": ["7654321"], "b_name": [OTHER]})
    for number in range(numbers):
        frame[f"a_measure_of_length_{number}"] = 123456.789
    text = table_text(frame, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert {"a_name", "b_name", "a_measure_of_length_0"} <= header(text)
    for name in (CITY, OTHER):
        assert name[:12] in text


def test_the_first_numbers_stay_before_ids_ranks_intervals_and_later_texts() -> None:
    frame = pd.DataFrame(
        {
            "rank": [1],
            "id": ["1816670"],
            "name": [OTHER],
            "strength": [123456.5],
            "strength_low": [1.5],
            "strength_high": [9.5],
            "strength_rank": [1],
            "betweenness": [0.5],
            "remark": ["word " * 30],
        }
    )
    assert header(table_text(frame, width=200)) == set(frame.columns)
    assert header(table_text(frame, width=80)) == {"rank", "name", "strength", "betweenness", "remark"}
    assert header(table_text(frame, width=50)) == {"rank", "name", "strength"}


def test_interval_of_the_measure_asked_for_stays_at_80_columns() -> None:
    parts = ("", "_low", "_high", "_rank", "_rank_low", "_rank_high")
    frame = pd.DataFrame({"rank": [1], "id": ["US"], "name": ["United States"]})
    frame = frame.assign(**{f"betweenness{part}": [0.5] for part in parts})
    texts = {str(name): column_texts(frame[name]) for name in frame.columns}
    shown = layout(frame, texts, 80).widths
    assert list(shown) == ["rank", "name", "betweenness", "betweenness_low", "betweenness_high"]


@pytest.mark.parametrize("mark", ["corridors", ""])
def test_mark_of_a_suspect_row_stays_and_leaves_where_no_row_has_one(mark: str) -> None:
    ends = {"a_id": ["1"], "a_name": [CITY], "b_id": ["2"], "b_name": [OTHER]}
    numbers = {name: [1234.5] for name in ("a_to_b", "b_to_a", "total", "net", "asymmetry")}
    frame = pd.DataFrame({**ends, **numbers, "censored": [True], "suspect": [mark]})
    texts = {str(name): column_texts(frame[name]) for name in frame.columns}
    shown = layout(frame, texts, 80)
    assert ("suspect" in shown.widths) == bool(mark)
    assert {"a_name", "b_name", "a_to_b", "b_to_a"} <= set(shown.widths)
    assert "suspect" not in shown.dropped


def test_words_of_identifying_columns_stay_whole_where_there_is_room() -> None:
    word = "hubs.international_triangles"
    frame = pd.DataFrame({"query": [word], "question": ["which circles " * 9], "summary": ["Triangles of " * 9]})
    assert word in table_text(frame, width=80)


def test_long_texts_wrap_and_are_never_cut() -> None:
    frame = pd.DataFrame({"name": [OTHER * 3], "doi_url": ["10.1234/" + "x" * 90], "count": [1]})
    text = table_text(frame, width=80)
    assert "…" not in text
    assert text.count("x") == 90


def test_a_header_longer_than_its_numbers_wraps_before_a_column_leaves() -> None:
    frame = pd.DataFrame({"name": [CITY] * 2} | {f"partner_institutions_{n}": [1, 2] for n in range(4)})
    text = table_text(frame, width=90)
    assert header(text) == set(frame.columns)
    assert "partner_\n" not in text
    assert " institutions_ " in text


LONG = {
    "string": "Institut National de la Recherche Scientifique, Llanfairpwll",
    "int": 1_234_567,
    "float": 1_234_567.891,
    "bool": True,
    "list<string>": ["Saint-Remy-en-Bouzemont", "Llanfairpwllgwyngyll"],
}
ENDS = ("a_name", "b_name", "from_name", "to_name", "from_institution", "to_institution", "name")
"""Names that identify a row together with its first column, or the name of that."""


def filled(spec: QuerySpec) -> pd.DataFrame:
    """An answer of a query with long texts and large numbers."""
    short = {
        r"(.*_)?(id|code)|country|other_country|method": "A9000010244",
        r".*year.*|t|step": 2015,
        ".*community": 12,
    }
    cells: dict[str, Any] = {}
    for column in spec.columns:
        found = [value for pattern, value in short.items() if re.fullmatch(pattern, column.name)]
        cells[column.name] = [*found, LONG[column.type]][0]
    return pd.DataFrame({name: [value] * 2 for name, value in cells.items()})


def named_columns(spec: QuerySpec) -> list[str]:
    """What identifies a row of the query's answer, by the names of its columns alone."""
    names = [column.name for column in spec.columns]
    ends = [name for name in ENDS if name in names and names.index(name) < 4]
    is_named = names[1] == "name" or (
        names[0].endswith(("_id", "_code")) and names[1].split("_")[0] == names[0].split("_")[0]
    )
    return list(dict.fromkeys([names[1] if is_named else names[0], *ends]))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("spec", load_library().values(), ids=lambda spec: spec.name)
def test_an_answer_of_every_query_fits_with_the_names_of_its_rows(spec: QuerySpec, width: int) -> None:
    frame = filled(spec)
    text = table_text(frame, width=width)
    assert max(map(len, text.splitlines())) <= width
    cells = {name: column_texts(frame[name]) for name in frame.columns}
    shown = layout(frame, cells, width)
    for name in named_columns(spec):
        assert shown.widths[name] >= min(LEAST_NAME, len(cells[name][0]))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\uff1d1"])
def test_spreadsheet_format_writes_an_apostrophe_before_what_looks_like_a_formula(name: str) -> None:
    frame = pd.DataFrame({"id": [name], name: ["Paris"], "net": [-1.5]})
    read = pd.read_csv(io.BytesIO(frame_bytes(frame, fmt="spreadsheet")), lineterminator="\n")
    assert read.columns.tolist() == ["id", f"'{name}", "net"]
    assert read.iloc[0].tolist() == [f"'{name}", "Paris", -1.5]
    as_it_is = io.BytesIO(frame_bytes(frame, fmt="csv"))
    assert pd.read_csv(as_it_is, lineterminator="\n", dtype={"id": "str"})["id"][0] == name


def test_spreadsheet_format_is_written_in_the_run_record(tmp_path: Path) -> None:
    emit(FRAME, RunRecord("share", {}), fmt="spreadsheet", output=tmp_path / "rows.csv")
    assert "begin with an apostrophe" in RunRecord.read(tmp_path / "rows.csv.run.json").notes[-1]
