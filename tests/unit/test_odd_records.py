"""Records that are whole and odd: kept with what can be kept, noted where something was lost, counted."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from toolkit.corpus.checking import reconciliation
from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.plain import ingest_tables
from toolkit.workspace import open_workspace


def work(number, *listings, **fields):
    record = {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020}
    return record | {"authorships": list(listings)} | fields


def listing(author, *institutions, name="A. Person"):
    refs = [{"id": ref if ref is None or ":" in ref else f"https://openalex.org/{ref}"} for ref in institutions]
    return {"author": {"id": author, "display_name": name}, "institutions": refs}


def workspace_of(folder, *records):
    path = folder / "works.jsonl"
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    workspace = open_workspace(folder / "data")
    return workspace, ingest_openalex(workspace, path)


def table(workspace, name):
    return pq.read_table(workspace.table(name)).to_pylist()


@pytest.mark.parametrize("odd", ["Smith, J.", "https://openalex.org/W5", "https://orcid.org/0000-0001-2345-6789", "A"])
def test_an_author_id_that_is_none_is_an_author_without_id_and_noted(tmp_path, odd):
    workspace, report = workspace_of(tmp_path, work(1, listing(odd, "I1"), listing("https://openalex.org/A2", "I1")))
    assert dict(report.rejects) == {"kept without an author id: it is none of OpenAlex": 1}
    authors = [(row["author_key"], row["author_id"]) for row in table(workspace, "authorships")]
    assert authors == [("W1:0", None), ("A2", "A2")]
    (note,) = table(workspace, "rejects")
    assert (note["line"], note["excerpt"]) == (1, f"W1: {odd}")


def test_an_institution_s_id_that_is_none_is_no_affiliation_and_noted(tmp_path):
    odd = listing("https://openalex.org/A1", "urn:nobody", "I2")
    alone = listing("https://openalex.org/A2", "urn:nobody")
    workspace, report = workspace_of(tmp_path, work(1, odd, alone, listing(None, None)))
    assert dict(report.rejects) == {"kept without an affiliation: its id is none of OpenAlex or ROR": 2}
    sites = [(row["author_key"], row["site_id"]) for row in table(workspace, "authorships")]
    assert sites == [("A1", "I2@"), ("A2", None), ("W1:2", None)]
    assert reconciliation(workspace).balanced


def test_a_journal_s_id_that_is_none_is_no_journal_and_noted(tmp_path):
    source = {"source": {"id": "Nature", "display_name": "Nature"}}
    workspace, report = workspace_of(tmp_path, work(1, primary_location=source), work(2, primary_location=None))
    assert dict(report.rejects) == {"kept without a journal: its id is none of OpenAlex": 1}
    assert [row["journal_id"] for row in table(workspace, "works")] == [None, None]
    assert table(workspace, "journals") == []


TEXTS = [
    "量子纠缠的长距离分发",
    "دراسة في الأدب العربي",
    "מחקר על \u202bעברית\u202c",
    "𝒪(n) algorithms 🧬 \u200d",
    "Study of <i>E. coli</i> H<sub>2</sub>O &amp; <script>alert(1)</script>",
    "A line\nbreak and a\ttab",
]


@pytest.mark.parametrize("text", TEXTS)
def test_titles_and_names_are_kept_letter_by_letter(tmp_path, text):
    workspace, report = workspace_of(tmp_path, work(1, listing("https://openalex.org/A1", "I1", name=text), title=text))
    assert dict(report.rejects) == {}
    assert table(workspace, "works")[0]["title"] == text
    assert table(workspace, "authors")[0]["name"] == text


def test_an_article_of_five_thousand_authors_counts_as_any_other(tmp_path):
    people = [listing(f"https://openalex.org/A{number}", f"I{number % 300}") for number in range(5000)]
    workspace, report = workspace_of(tmp_path, work(1, *people), work(2, listing(None, "I7")))
    assert (report.kept, dict(report.rejects)) == (2, {})
    assert [row["n_authors"] for row in table(workspace, "works")] == [5000, 1]
    found = reconciliation(workspace)
    lines = {(row.section, row.item): row.value for row in found.lines.itertuples()}
    assert found.balanced
    assert lines["works", "more than 100 authors"] == 1
    assert lines["works", "counted in Shares"] == 2


def test_a_circle_of_parents_is_kept_and_counted(tmp_path):
    ids = ["02v51f717", "03r0ha626", "00hj54h04"]
    registry = [
        {
            "id": f"https://ror.org/{own}",
            "names": [{"value": own, "types": ["ror_display"]}],
            "types": ["education"],
            "status": "active",
            "locations": [],
            "relationships": [{"type": "parent", "id": f"https://ror.org/{ids[place - 2]}", "label": "up"}],
        }
        for place, own in enumerate(ids)
    ]
    path = tmp_path / "ror.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in registry))
    authors = {"author": {}, "institutions": [{"id": None, "ror": f"https://ror.org/{ids[0]}"}]}
    workspace, _ = workspace_of(tmp_path, work(1, authors))
    report = ingest_ror(workspace, path).run.facts["report"]
    pairs = {(row["institution_id"], row["ancestor_id"]) for row in table(workspace, "lineage")}
    assert pairs == {(a, b) for a in ids for b in ids if a != b}
    assert report["lineage"]["in_cycles"] == 6
    assert reconciliation(workspace).balanced


def test_positions_that_are_none_are_set_aside(tmp_path):
    (tmp_path / "works.csv").write_text("work_id,year\nW1,2020\n")
    rows = ["W1,A1,1,X", "W1,A2,-3,X", "W1,A3,soon,X", "W1,A4,1e99,X", "W1,A5,2,X"]
    (tmp_path / "authors.csv").write_text("work_id,author_id,position,institution\n" + "\n".join(rows) + "\n")
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, works=tmp_path / "works.csv", authorships=tmp_path / "authors.csv")
    assert [row["author_id"] for row in table(workspace, "authorships")] == ["A1", "A5"]
    assert sum(report.rejects.values()) == 3
    assert sorted(row["line"] for row in table(workspace, "rejects")) == [3, 4, 5]
    assert reconciliation(workspace).balanced


def test_a_new_file_is_read_alone_and_a_broken_one_does_not_make_others_read_again(tmp_path, monkeypatch):
    read = []
    from toolkit.corpus.openalex import WorksReader

    original = WorksReader.read

    def watched(self, file, writer):
        read.append(file.path.name)
        return original(self, file, writer)

    monkeypatch.setattr(WorksReader, "read", watched)
    workspace = open_workspace(tmp_path / "data")
    folder = tmp_path / "files"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.jsonl").write_text(json.dumps(work(number)) + "\n")
    (folder / "2.jsonl").write_text(json.dumps(work(2)) + "\nbroken\n")
    ingest_openalex(workspace, folder)
    (folder / "3.jsonl").write_text(json.dumps(work(3)) + "\n")
    ingest_openalex(workspace, folder)
    assert read == ["1.jsonl", "2.jsonl", "3.jsonl"]
    at_once = open_workspace(tmp_path / "at-once")
    ingest_openalex(at_once, folder)
    for name in ("works", "authorships", "rejects"):
        assert at_once.table(name).read_bytes() == workspace.table(name).read_bytes(), name
