"""The reconciliation report: each line by hand on the example corpus, and each kind of contradiction found."""

import pyarrow as pa
import pytest

from toolkit.corpus.checking import reconciliation
from toolkit.corpus.example import example_tables, example_workspace, write_tables
from toolkit.corpus.schema import TABLES
from toolkit.errors import DataError
from toolkit.workspace import open_workspace


@pytest.fixture
def example(tmp_path):
    return example_workspace(tmp_path)


def values(found, section):
    rows = found.lines[found.lines["section"] == section]
    return dict(zip(rows["item"], rows["value"], strict=True))


def with_rows(table: pa.Table, *rows: dict) -> pa.Table:
    """The table and, below it, copies of its first row with other values."""
    first = table.slice(0, 1).to_pylist()[0]
    return pa.concat_tables([table, pa.Table.from_pylist([{**first, **row} for row in rows], schema=table.schema)])


def test_works_authors_and_affiliations_by_hand(example):
    found = reconciliation(example)
    assert values(found, "works") == {
        "kept": 13,
        "without authors": 1,
        "without a year": 1,
        "author list cut": 1,
        "more than 100 authors": 0,
        "counted in Shares": 10,
    }
    # W01 4, W02-W06 2 each, W07 1, W08 2, W10 1, W11 2, W12 2, W13 1; only the second author of W04 has no affiliation
    assert values(found, "authors") == {
        "authors on works": 23,
        "without an id": 1,
        "without affiliation": 1,
        "unassigned Share": 0.5,
    }
    # no city: one of two authors of W06 (known country), the only one of W07 (no country)
    assert values(found, "affiliations") == {
        "author and site": 27,
        "without a city": 2,
        "without a country": 1,
        "unlocated Share": 1.5,
    }
    assert values(found, "no city") == {"US": 1, "no country": 1}


def test_years_and_invariant_by_hand(example):
    found = reconciliation(example)
    assert values(found, "years") == {"2018": 2, "2019": 2, "2020": 4, "2021": 4}
    notes = dict(zip(found.lines["item"], found.lines["note"], strict=True))
    assert notes["2021"] == "4 with authors, 3 counted, difference 0.0e+00"
    assert values(found, "invariant: institution") == {
        "sum of Shares": 9.5,
        "+ unassigned": 0.5,
        "+ unlocated": 0.0,
        "- articles counted": 10,
        "= difference": 0.0,
    }
    assert values(found, "invariant: city")["+ unlocated"] == 1.5
    assert values(found, "invariant: city")["sum of Shares"] == 8.0
    assert values(found, "invariant: country")["+ unlocated"] == 1.0
    assert found.balanced
    assert found.faults == 0
    assert found.run.facts == {"balanced": True, "largest_difference": 0.0, "faults": 0}


def test_institutions_without_a_city_are_listed(example):
    frame = reconciliation(example).unlocated
    assert list(frame.columns) == ["institution_id", "name", "country", "works", "affiliations", "share"]
    rows = frame.astype(object).where(frame.notna(), None)
    assert rows.to_numpy().tolist() == [
        ["acme", "Acme Research", "US", 1, 1, 0.5],
        ["lab", "Independent Laboratory", None, 1, 1, 1.0],
    ]


def test_namibia_is_a_country(tmp_path):
    tables = example_tables()
    rows = tables["institutions"].to_pylist()
    next(row for row in rows if row["institution_id"] == "acme")["country"] = "NA"
    tables["institutions"] = pa.Table.from_pylist(rows, schema=TABLES["institutions"])
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    assert values(found, "no city") == {"NA": 1, "no country": 1}
    assert found.unlocated["country"].iloc[0] == "NA"


def test_kin_on_one_authors_article_at_any_depth(tmp_path):
    tables = example_tables()
    # The third author of W01 signs from Nanjing University; let him sign from the Academy and its institute too, and
    # make the institute a grandchild. A4 of W01 signs from two children of the Academy, which are no kin.
    tables["authorships"] = with_rows(
        tables["authorships"],
        {"work_id": "W01", "author_key": "A3", "author_id": "A3", "author_position": 3, "site_id": "cas@1816670"},
        {"work_id": "W01", "author_key": "A3", "author_id": "A3", "author_position": 3, "site_id": "ciac@2038180"},
    )
    rows = tables["lineage"].to_pylist()
    rows[0]["depth"] = 2
    tables["lineage"] = pa.Table.from_pylist(rows, schema=TABLES["lineage"])
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    assert values(found, "kin") == {"authors at an institution and its ancestor": 1}
    assert found.balanced


def test_rejects_are_counted_with_their_first_places(tmp_path):
    tables = example_tables()
    rows = [("w/b.gz", line, "broken JSON", "{") for line in (9, 4, 7, 1)]
    rows += [("w/a.gz", 2, "kept without a year: impossible year", "W1: 3024")]
    columns = TABLES["rejects"].names
    tables["rejects"] = pa.Table.from_pylist(
        [dict(zip(columns, row, strict=True)) for row in rows], schema=TABLES["rejects"]
    )
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    lines = found.lines.set_index("section")
    assert lines.loc["rejected"].tolist() == ["broken JSON", 4, "w/b.gz:1, w/b.gz:4, w/b.gz:7, …"]
    assert lines.loc["noted"].tolist() == ["kept without a year: impossible year", 1, "w/a.gz:2"]
    assert found.rejects["line"].tolist() == [2, 1, 4, 7, 9]


def test_the_ingest_report_is_told(example):
    with example.writing():
        example.update_state(
            {
                "report": {
                    "inputs": {
                        "openalex": {
                            "files": 2,
                            "read": 20,
                            "kept": 14,
                            "left_out": {"type: dataset": 3, "retracted": 1},
                            "rejects": {"broken JSON": 2, "kept without a year: impossible year": 1},
                            "facts": {},
                        }
                    },
                    "works": {"duplicates": 1},
                    "institutions": {"inactive": 3, "withdrawn": 2},
                    "sites": {"by_city_origin": {"none": 2, "ror": 9}},
                    "merged_cities": [
                        {
                            "merged_id": "1835847",
                            "kept_id": "1835848",
                            "name": "Seoul",
                            "country": "KR",
                            "km": 2.667,
                            "merged_sites": 4,
                        }
                    ],
                }
            }
        )
    found = reconciliation(example)
    assert values(found, "input: openalex") == {
        "inputs": 2,
        "records read": 20,
        "left out, retracted": 1,
        "left out, type: dataset": 3,
        "rejected": 2,
        "kept": 14,
    }
    assert values(found, "works")["the same work once more"] == 1
    assert values(found, "institutions")["withdrawn in the registry"] == 2
    assert values(found, "sites")["city from: ror"] == 9
    merged = found.lines[found.lines["section"] == "cities made one"].iloc[0]
    assert merged["item"] == "Seoul (KR)"
    assert merged["note"] == "sites of 1835847 now in 1835848, 2.7 km apart"


def test_wrong_numbers_of_authors_break_the_invariant(tmp_path):
    tables = example_tables()
    rows = tables["works"].to_pylist()
    rows[1]["n_authors"] = 3
    tables["works"] = pa.Table.from_pylist(rows, schema=TABLES["works"])
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    assert not found.balanced
    assert found.run.facts["largest_difference"] == pytest.approx(1 / 3)
    assert values(found, "consistency")["works whose n_authors is not the number of authors listed"] == 1


def test_differences_of_two_years_do_not_cancel(tmp_path):
    tables = example_tables()
    rows = {row["work_id"]: row for row in tables["works"].to_pylist()}
    rows["W02"]["n_authors"] = 4  # 2019: half an article too little
    rows["W13"]["n_authors"] = 2  # 2020: half an article too little
    rows["W11"]["n_authors"] = 1  # 2018: one article too much
    tables["works"] = pa.Table.from_pylist(list(rows.values()), schema=TABLES["works"])
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    assert values(found, "invariant: institution")["= difference"] == 0.0
    assert not found.balanced
    assert found.run.facts["largest_difference"] == pytest.approx(1.0)


def test_a_site_standing_twice_breaks_the_invariant(tmp_path):
    tables = example_tables()
    tables["sites"] = with_rows(tables["sites"], {})
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    assert not found.balanced
    assert values(found, "consistency")["sites standing twice"] == 1


@pytest.mark.parametrize(
    ("table", "row", "item"),
    [
        ("works", {"n_authors": 4}, "works standing twice"),
        ("authorships", {}, "affiliations standing twice"),
        ("authorships", {"site_id": None}, "authors both with and without a site on one work"),
        ("authorships", {"work_id": "W99"}, "authorships of works that are not there"),
        ("authorships", {"site_id": "x@1"}, "authorships at sites that are not there"),
        ("authorships", {"author_key": "A99", "author_id": "A99"}, "author ids that table authors lacks"),
        ("sites", {"site_id": "x@1816670", "institution_id": "x"}, "sites of institutions that are not there"),
        ("sites", {"site_id": "pku@1", "city_id": "1"}, "sites in cities that are not there"),
        ("sites", {"site_id": "other"}, "sites not named institution@city"),
        ("institutions", {}, "institutions standing twice"),
        ("cities", {}, "cities standing twice"),
        ("subjects", {"work_id": "W05", "part": 0.4}, "works whose subject parts don't add up to 1"),
    ],
)
def test_each_contradiction_is_counted(tmp_path, table, row, item):
    tables = example_tables()
    tables[table] = with_rows(tables[table], row)
    found = reconciliation(example_workspace(tmp_path, tables=tables))
    assert values(found, "consistency")[item] == 1
    assert found.faults >= 1
    assert any("contradictions" in note for note in found.run.notes)


def test_a_corpus_without_works_is_balanced(tmp_path):
    workspace = open_workspace(tmp_path)
    write_tables(workspace, {})
    found = reconciliation(workspace)
    assert found.balanced
    assert values(found, "works")["kept"] == 0
    assert values(found, "invariant: city")["= difference"] == 0.0


def test_no_corpus_is_refused(tmp_path):
    with pytest.raises(DataError, match="has no records yet"):
        reconciliation(open_workspace(tmp_path / "nothing"))


def test_lines_can_be_written_as_any_table(example):
    table = pa.Table.from_pandas(reconciliation(example).lines)
    assert table.column("value").type == pa.float64()
    csv = reconciliation(example).lines.to_csv(index=False)
    assert "works,kept,13,2018-2021\n" in csv


def test_equal_questions_get_equal_reports(example):
    one, two = reconciliation(example), reconciliation(example)
    assert one.lines.equals(two.lines)
    assert one.run.run_id == two.run.run_id
