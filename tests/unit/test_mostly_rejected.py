"""An input of which more than half is rejected is an error, for every reader, and changes nothing."""

from __future__ import annotations

import gzip
import json

import pyarrow.parquet as pq
import pytest

from toolkit import (
    ingest_corrections,
    ingest_indicators,
    ingest_institutions,
    ingest_journals,
    ingest_openalex,
    ingest_ror,
    ingest_tables,
)
from toolkit.corpus.ingest_report import mostly_rejected
from toolkit.corpus.networks.ingest_flows import ingest_flows
from toolkit.corpus.networks.store import read_network
from toolkit.errors import DataError
from toolkit.network.ingest_network import ingest_network
from toolkit.workspace import open_workspace


def _openalex(number):
    return json.dumps(
        {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020, "authorships": []}
    )


def _institution(number):
    return json.dumps({"id": f"https://openalex.org/I{number}", "display_name": f"University {number}"})


def _ror(number):
    return json.dumps({"id": f"https://ror.org/0{number:06}11", "names": [], "locations": []})


JSON = {
    "openalex": (ingest_openalex, _openalex, "{broken"),
    "institutions": (ingest_institutions, _institution, "[1]"),
    "ror": (ingest_ror, _ror, '{"id": "none"}'),
}
ROWS = {
    "corrections": (ingest_corrections, "author_id,becomes", lambda number: f"A{number},B{number}", ",B1"),
    "journals": (ingest_journals, "name,mark", lambda number: f"Journal {number},m", ",m"),
    "indicators": (ingest_indicators, "place_id,year,indicator,value", lambda n: f"{n},2020,gdp,1", "1,2020,gdp,many"),
}


def state_of(workspace):
    return {path.name: path.read_bytes() for path in workspace.corpus.glob("*.parquet")}, workspace.state()


def written(path, good, bad, header=""):
    lines = [header] if header else []
    path.write_text("\n".join([*lines, *good, *bad]) + "\n")
    return path


@pytest.mark.parametrize("kind", JSON)
def test_json_input_that_loses_most_records_is_refused_and_changes_nothing(tmp_path, kind):
    ingest, record, bad = JSON[kind]
    workspace = open_workspace(tmp_path / "data")
    path = written(tmp_path / "records.jsonl", [record(number) for number in range(1, 13)], [])
    ingest(workspace, path)
    before = state_of(workspace)
    written(path, [record(number) for number in range(1, 6)], [bad] * 7)
    with pytest.raises(DataError, match=r"records.jsonl: 7 of 12 records are rejected, more than half: .* \(7, the "):
        ingest(workspace, path)
    with pytest.raises(DataError, match="not changed"):  # what is cached in staging is refused again
        ingest(workspace, path)
    assert state_of(workspace) == before
    assert ingest(workspace, path, accept_rejects=True).kept == 5


@pytest.mark.parametrize("kind", ROWS)
def test_list_that_loses_most_rows_is_refused_and_the_earlier_one_stays(tmp_path, kind):
    ingest, header, good, bad = ROWS[kind]
    workspace = open_workspace(tmp_path / "data")
    path = written(tmp_path / "list.csv", map(good, range(1, 6)), [bad] * 5, header)
    assert ingest(workspace, path).kept == 5  # half is not more than half
    before = state_of(workspace)
    written(path, map(good, range(1, 6)), [bad] * 6, header)
    with pytest.raises(DataError, match=r"6 of 11 records are rejected.*line 7"):
        ingest(workspace, path)
    assert state_of(workspace) == before
    assert ingest(workspace, path, accept_rejects=True).kept == 5


def test_each_plain_table_is_judged_by_its_own_rows(tmp_path):
    works = written(tmp_path / "works.csv", (f"W{n},2020" for n in range(100)), [], "id,year")
    authors = written(
        tmp_path / "authors.csv",
        (f"W{n},A{n},U" for n in range(8)),
        (f"X{n},A{n},U" for n in range(9)),
        "work_id,author_id,institution",
    )
    workspace = open_workspace(tmp_path / "data")
    with pytest.raises(DataError, match=r"9 of 17 rows of the table of authorships .* not in the table of works"):
        ingest_tables(workspace, works=works, authorships=authors)
    assert not workspace.table("works").exists()
    ingest_tables(workspace, works=works, authorships=authors, accept_rejects=True)
    assert pq.read_table(workspace.table("authorships")).num_rows == 8


def test_export_of_another_layout_is_refused(tmp_path):
    header = "Authors,Author full names,Author(s) ID,Title,Year,Source title,EID,Affiliations,Authors with affiliations"
    header += ",Document Type"
    rows = [f'"A; B","A (1); B (2)","{ids}",T,2020,J,2-s2.0-{n},"X, Rome, Italy","A, X, Rome, Italy; B",Article'
            for n, ids in enumerate(["1; 2"] * 5 + ["1"] * 7)]  # fmt: skip
    path = written(tmp_path / "scopus.csv", rows, [], header)
    with pytest.raises(DataError, match="7 of 12 records"):
        ingest_tables(open_workspace(tmp_path / "data"), records=path, recipe="scopus")


def test_notes_and_repeated_records_are_no_losses():
    assert not mostly_rejected(20, {"kept without a journal: its id is none of OpenAlex": 20})
    assert not mostly_rejected(20, {"another record of this work was taken": 19})
    assert mostly_rejected(20, {"another record of this work was taken": 5, "no id": 11})


def test_folder_in_which_every_file_is_refused_is_an_error(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jsonl").write_text("[]\n")
    workspace = open_workspace(tmp_path / "data")
    with pytest.raises(DataError, match=r"No file in .* holds OpenAlex works"):
        ingest_openalex(workspace, folder)
    merged = folder / "merged_ids" / "authors"
    merged.mkdir(parents=True)
    (merged / "2024-01-01.csv.gz").write_bytes(gzip.compress(b"merge_date,id,merge_into_id\n2024-01-01,A1,A2\n"))
    with pytest.raises(DataError, match=r"No file in .* holds OpenAlex works"):  # a table of merged ids is no work
        ingest_openalex(workspace, folder)


@pytest.mark.parametrize("reader", [ingest_flows, ingest_network])
def test_imported_flows_and_networks_that_lose_most_rows_are_refused_and_replace_nothing(tmp_path, reader):
    workspace = open_workspace(tmp_path / "data")
    header = "origin,destination,year,count\n" if reader is ingest_flows else "source,target,year,weight\n"
    (tmp_path / "n.csv").write_text(header + "China,Japan,2020,5\n")
    reader(workspace, tmp_path / "n.csv", level="country")
    before = read_network(workspace, "n").fingerprint
    bad = "".join(f"China,Italy,{2000 + number},x\n" for number in range(11))
    (tmp_path / "n.csv").write_text(header + "China,Italy,2020,5\n" + bad)
    with pytest.raises(DataError, match=r"11 of 12 (counts|edges) are rejected, more than half: the .* no number \(11"):
        reader(workspace, tmp_path / "n.csv", level="country")
    assert read_network(workspace, "n").fingerprint == before
    assert reader(workspace, tmp_path / "n.csv", level="country", accept_rejects=True).kept == 1
