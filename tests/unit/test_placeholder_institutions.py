"""Placeholders in registries are no institutions; withdrawn and inactive records are used as they are and counted."""

from __future__ import annotations

import json

import pyarrow.parquet as pq

from toolkit import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.checking import reconciliation
from toolkit.workspace import open_workspace

DELETED = "https://openalex.org/I4389424196"


def written(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def institution(number, **fields):
    return {
        "id": f"https://openalex.org/I{number}",
        "display_name": f"University {number}",
        "type": "education",
    } | fields


def work(*institutions):
    listing = {"author": {"id": "https://openalex.org/A1"}, "institutions": list(institutions)}
    return {"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, "authorships": [listing]}


def test_deleted_institution_is_neither_an_institution_nor_an_ancestor(tmp_path):
    workspace = open_workspace(tmp_path / "data")
    ingest_openalex(workspace, written(tmp_path / "works.jsonl", work({"id": "https://openalex.org/I1"})))
    lineage = ["https://openalex.org/I1", DELETED]
    placeholder = {"id": DELETED, "display_name": "Deleted Institution", "type": "other"}
    records = institution(1, lineage=lineage), placeholder
    report = ingest_institutions(workspace, written(tmp_path / "institutions.jsonl", *records))
    assert (report.kept, dict(report.rejects)) == (1, {"no id of an OpenAlex institution": 1})
    assert [row["institution_id"] for row in pq.read_table(workspace.table("institutions")).to_pylist()] == ["I1"]
    assert pq.read_table(workspace.table("lineage")).num_rows == 0


def test_withdrawn_record_is_used_as_it_is_and_counted(tmp_path):
    workspace = open_workspace(tmp_path / "data")
    ror = "https://ror.org/012345a67"
    ingest_openalex(workspace, written(tmp_path / "works.jsonl", work(institution(1, ror=ror))))
    details = {"name": "Oldplace", "country_code": "DE", "lat": 1.0, "lng": 1.0}
    record = {
        "id": ror,
        "names": [{"value": "Old", "types": ["ror_display"]}],
        "status": "withdrawn",
        "types": ["education"],
        "locations": [{"geonames_id": 1, "geonames_details": details}],
        "relationships": [{"type": "successor", "id": "https://ror.org/00hj54h04", "label": "New"}],
    }
    ingest_ror(workspace, written(tmp_path / "ror.jsonl", record))
    (found,) = pq.read_table(workspace.table("institutions")).to_pylist()
    assert (found["institution_id"], found["name"]) == ("012345a67", "Old")
    lines = {(row.section, row.item): row.value for row in reconciliation(workspace).lines.itertuples()}
    assert lines["institutions", "withdrawn in the registry"] == 1
    assert lines["registry", "withdrawn institutions in use"] == 1
    assert lines["input: ror", "records with a successor, which are not followed"] == 1
