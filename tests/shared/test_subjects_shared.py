"""Real records by subject: counted a second time by plain loops."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from plain.output_by_subject import PlainSubjects

from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.schema import TABLES
from toolkit.measures.answers import concentration, standing, subjects
from toolkit.workspace import open_workspace


@pytest.fixture(scope="module")
def openalex(shared_data, tmp_path_factory):
    workspace = open_workspace(tmp_path_factory.mktemp("openalex"))
    ingest_openalex(workspace, shared_data / "openalex-works")
    ingest_ror(workspace, shared_data / "ror" / "records.jsonl.gz")
    return workspace


def frames(workspace):
    return {name: pq.read_table(workspace.table(name)).to_pandas() for name in TABLES}


def listed(frame, keys, values):
    keyed = zip(*(frame[key] for key in keys), strict=True)
    return dict(zip(keyed, frame[values].itertuples(index=False, name=None), strict=True))


@pytest.mark.parametrize("level", ["institution", "city", "country"])
@pytest.mark.parametrize("counting", ["fractional", "whole"])
def test_subjects_of_openalex_works_by_plain_loops(openalex, level, counting):
    whole = counting == "whole"
    plain = PlainSubjects(frames(openalex), level, (1000, 3000), whole=whole)
    frame = subjects(openalex, level=level, subject_counting=counting).frame
    found = listed(frame, ["id", "subject"], ["count", "share", "part", "herfindahl"])
    expected = {key: (*row[:3], row[4]) for key, row in plain.mix().items()}
    assert found == {key: pytest.approx(row, abs=1e-8) for key, row in expected.items()}
    quotients = listed(frame[frame.id != "unassigned"], ["id", "subject"], ["location_quotient"])
    assert quotients == {
        key: (pytest.approx(row[3], abs=1e-8),) for key, row in plain.mix().items() if row[3] is not None
    }
    assert len(found) > 300
    assert len({subject for _, subject in found}) > 5, "real works have subjects"
    rows = concentration(openalex, level=level, largest=3, subject_counting=counting).frame
    found = listed(rows, ["subject"], ["units", "share", "herfindahl", "largest_part"])
    assert found == {(key,): pytest.approx(row, abs=1e-8) for key, row in plain.concentration(3).items()}


def test_standing_of_a_real_city_by_plain_loops(openalex):
    plain = PlainSubjects(frames(openalex), "city", (1000, 3000))
    largest = max(
        (key for key in plain.unit if key not in ("unassigned", "unlocated")), key=lambda key: plain.unit[key]
    )
    rows = standing(openalex, largest).frame
    found = listed(rows, ["subject"], ["rank", "ranked", "value"])
    assert found == {(key,): pytest.approx(row, abs=1e-8) for key, row in plain.ranks(largest).items()}
    assert len(found) > 3
