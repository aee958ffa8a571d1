"""Frames as files and tables."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import BadParameter, EmptyGraph, SettingsError
from toolkit.network.arrays import EdgeArray
from toolkit.present.charts import draw_network
from toolkit.present.formats import format_of, frame_bytes, json_rows, write_answer_file
from toolkit.present.tables import column_texts, fitting, table_text
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


def test_a_narrow_table_of_one_author_leaves_out_who_it_is() -> None:
    frame = pd.DataFrame({"author_id": ["A1", "A1"], "name": ["Somebody", "Somebody"], "year": [2015, 2016]})
    assert list(fitting(frame, 80).columns) == ["author_id", "name", "year"]
    assert list(fitting(frame, 12).columns) == ["year"]
    assert "name" in fitting(frame.assign(author_id=["A1", "A2"]), 12).columns
    assert column_texts(pd.Series([2015], name="last_year_at_from")) == ["2015"]
