"""Split and merged people: chains, splits, circles, and that corrections hold for what comes later."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.corpus.corrections import UNUSED, UNUSED_ON_WORK, Correction, Corrections
from toolkit.corpus.ingest import ingest_corrections, ingest_openalex
from toolkit.corpus.plain import ingest_tables
from toolkit.errors import BadRecord, DataError, MissingColumn
from toolkit.workspace import open_workspace


def openalex_work(number, *listed):
    return {
        "id": f"https://openalex.org/W{number}",
        "type": "article",
        "publication_year": 2020,
        "authorships": [
            {
                "author": {"id": f"https://openalex.org/A{author}", "display_name": f"Name {author}"},
                "institutions": [{"id": f"https://openalex.org/I{place}", "display_name": f"Place {place}"}],
            }
            for author, place in listed
        ],
    }


def write_works(path, *works):
    path.write_text("".join(json.dumps(work) + "\n" for work in works))
    return path


@pytest.fixture
def workspace(tmp_path):
    """W1: A1 at I1 and A2 at I2; W2: A2 at I2; W3: A3 at I1."""
    made = open_workspace(tmp_path / "data")
    works = (openalex_work(1, (1, 1), (2, 2)), openalex_work(2, (2, 2)), openalex_work(3, (3, 1)))
    ingest_openalex(made, write_works(tmp_path / "works.jsonl", *works))
    return made


def corrections(tmp_path, text, name="corrections.csv"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def listed(workspace):
    table = pq.read_table(workspace.table("authorships"), columns=["work_id", "author_key", "site_id"])
    return {tuple(row.values()) for row in table.to_pylist()}


def noted(workspace):
    table = pq.read_table(workspace.table("rejects"), columns=["source", "line", "reason", "excerpt"])
    return [tuple(row.values()) for row in table.to_pylist()]


def test_a_merge_makes_two_listings_one_author_with_both_places(tmp_path, workspace):
    report = ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes\nhttps://openalex.org/A1,a2\n"))
    assert (report.read, report.kept, report.rejects) == (1, 1, {})
    assert report.run.facts["report"]["corrections"] == {"rows": 1, "unused": 0, "listings": 1}
    assert listed(workspace) == {("W1", "A2", "I1@"), ("W1", "A2", "I2@"), ("W2", "A2", "I2@"), ("W3", "A3", "I1@")}
    works = pq.read_table(workspace.table("works"), columns=["work_id", "n_authors"]).to_pylist()
    assert [(row["work_id"], row["n_authors"]) for row in works] == [("W1", 1), ("W2", 1), ("W3", 1)]
    authors = pq.read_table(workspace.table("authors"), columns=["author_id", "name"]).to_pylist()
    assert [tuple(row.values()) for row in authors] == [("A2", "Name 2"), ("A3", "Name 3")], (
        "the id kept tells the name"
    )


def test_a_split_holds_on_its_work_only_and_chains_are_followed(tmp_path, workspace):
    text = "author_id,becomes,work_id\nA2,A20,W2\nA1,A2,\nA20,A21,\n"
    ingest_corrections(workspace, corrections(tmp_path, text))
    assert listed(workspace) == {("W1", "A2", "I1@"), ("W1", "A2", "I2@"), ("W2", "A21", "I2@"), ("W3", "A3", "I1@")}


def test_an_id_may_stay_on_one_work(tmp_path, workspace):
    ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes,work_id\nA2,A9,\nA2,A2,W1\n"))
    assert {(work, author) for work, author, _ in listed(workspace)} == {
        ("W1", "A1"),
        ("W1", "A2"),
        ("W2", "A9"),
        ("W3", "A3"),
    }


def test_corrections_hold_for_records_that_come_later(tmp_path, workspace):
    ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes\nA7,A3\n"))
    assert noted(workspace) == [(f"{tmp_path.name}/corrections.csv", 2, UNUSED, "A7, A3")]
    ingest_openalex(workspace, write_works(tmp_path / "more.jsonl", openalex_work(4, (7, 1))))
    assert ("W4", "A3", "I1@") in listed(workspace)
    assert noted(workspace) == []


def test_given_with_the_records_they_do_the_same(tmp_path, workspace):
    path = corrections(tmp_path, "author_id,becomes\nA1,A2\n")
    ingest_corrections(workspace, path)
    other = open_workspace(tmp_path / "other")
    ingest_openalex(other, tmp_path / "works.jsonl", corrections=path)
    assert other.fingerprint == workspace.fingerprint


def test_an_emptied_file_takes_its_corrections_back(tmp_path, workspace):
    before = workspace.fingerprint
    ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes\nA1,A2\n"))
    assert workspace.fingerprint != before
    ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes\n"))
    assert workspace.fingerprint == before


def test_tables_are_corrected_alike(tmp_path):
    (tmp_path / "w.csv").write_text("id,year\nx1,2001\nx2,2001\n")
    (tmp_path / "a.csv").write_text("work_id,author_id,institution\nx1,p1,Lab\nx2,p2,Lab\n")
    path = corrections(tmp_path, "author_id;becomes;work_id\np1;p2;x1\np2;p3;x9\n")
    made = open_workspace(tmp_path / "data")
    ingest_tables(made, works=tmp_path / "w.csv", authorships=tmp_path / "a.csv", corrections=path)
    assert {(work, author) for work, author, _ in listed(made)} == {("x1", "p2"), ("x2", "p2")}
    assert noted(made) == [(f"{tmp_path.name}/corrections.csv", 3, UNUSED_ON_WORK, "p2, p3, x9")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "A1,A2,\nA2,A3,\nA3,A1,\n",
            r"circle: A1 becomes A2 becomes A3 becomes A1 \(.*:2, .*:3, .*:4\)\. Take one",
        ),
        ("A1,A2,W1\nA2,A1,\n", r"in a circle: A1 becomes A2 becomes A1"),
        ("A1,A2,\nA1,A3,\n", r"disagree: A1 becomes A2 \(.*:2\) and A3 \(.*:3\)\. Take one row out"),
        ("A1,A2,W1\nA1,A3,W1\n", r"disagree: A1 becomes A2 on W1"),
    ],
)
def test_contradictions_are_refused_and_the_workspace_stays(tmp_path, workspace, text, sentence):
    before, state = listed(workspace), workspace.state()
    with pytest.raises(DataError, match=sentence):
        ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes,work_id\n" + text))
    assert (listed(workspace), workspace.state()) == (before, state)


def test_bad_rows_are_put_aside_with_file_and_line(tmp_path, workspace):
    path = corrections(tmp_path, "author_id,becomes\n,A2\nA1,\nA1,A1\nA1,A2,A3\nA3,A2\n")
    report = ingest_corrections(workspace, path)
    assert (report.read, report.kept) == (5, 1)
    assert [(line, reason) for _, line, reason, _ in noted(workspace)] == [
        (2, "no author id"),
        (3, "no id that it becomes"),
        (4, "an id that becomes itself on every work"),
        (5, "3 columns instead of 2"),
    ]
    with pytest.raises(BadRecord, match=r"corrections\.csv:2: no author id"):
        ingest_corrections(workspace, corrections(tmp_path, "author_id,becomes\n,A2\n"), strict=True)


def test_a_file_without_its_columns_says_what_it_has(tmp_path, workspace):
    with pytest.raises(MissingColumn, match=r"needs a column for becomes.*present: 'author_id', 'new'"):
        ingest_corrections(workspace, corrections(tmp_path, "author_id,new\nA1,A2\n"))


ids = st.sampled_from([f"A{number}" for number in range(6)])


@given(st.dictionaries(st.tuples(st.none() | st.sampled_from(["W1", "W2"]), ids), ids, max_size=10))
def test_ends_are_those_of_following_the_rows_one_by_one(rows):
    made = [Correction(a, b, w, "c", n) for n, ((w, a), b) in enumerate(rows.items())]

    def follow(work, author):
        for _ in range(20):
            onward = rows.get((work, author), rows.get((None, author), author))
            if onward == author:
                return author
            author = onward
        return None

    starts = {(w, a) for w in ("W1", "W2", None) for a in (f"A{number}" for number in range(6))}
    circular = any(follow(*start) is None for start in starts if start in rows)
    try:
        corrections = Corrections(made)
    except DataError:
        assert circular
    else:
        assert not circular
        assert all(corrections.end(w, a) == follow(w, a) for w, a in starts if w)
