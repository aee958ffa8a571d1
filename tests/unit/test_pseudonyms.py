"""People under pseudonyms: no trace of them in the workspace, the same numbers, and no mixture with their own ids."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import random
import re
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.ingest import ingest_corrections, ingest_openalex, ingest_ror
from toolkit.corpus.lists.ingest_lists import ingest_marks
from toolkit.corpus.plain import ingest_tables
from toolkit.corpus.pseudonym_keys import KEY_VARIABLE, default_key_file
from toolkit.corpus.pseudonyms import WITHHELD, Pseudonyms, without_person
from toolkit.errors import BadParameter, SettingsError
from toolkit.measures import answers
from toolkit.measures.counting.share import yearly_shares
from toolkit.measures.movement.cohorts import read_cohort
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.people import authors_meant
from toolkit.measures.movement.rules import movements
from toolkit.measures.tables import Tables
from toolkit.workspace import open_workspace

KEY = "5ca1ab1e" * 8
PEOPLE = range(1, 25)
PERSON = re.compile(r"A50000\d|personalname|0000-0001-\d{4}-\d{4}", re.IGNORECASE)


def orcid(person):
    return f"0000-0001-0000-{person:04d}"


def listing(person, place):
    name = f"First{person} Personalname{person}"
    return {
        "author": {
            "id": f"https://openalex.org/A50000{person}",
            "display_name": name,
            "orcid": f"https://orcid.org/{orcid(person)}",
        },
        "raw_author_name": name,
        "institutions": [
            {"id": f"https://openalex.org/I{place}", "display_name": f"Institute {place}", "country_code": "CN"}
        ],
        "raw_affiliation_strings": [f"{name}, Institute {place}, Beijing, China, first{person}@personalname.org"],
    }


def works(first, last):
    """Two articles a year for each person, who changes place at times; one colleague from anywhere on each."""
    chance = random.Random(5)
    home = {person: person % 5 for person in PEOPLE}
    made = []
    for year in range(2001, 2013):
        for person in PEOPLE:
            if chance.random() < 0.1:
                home[person] = chance.randrange(5)
            for _ in range(2):
                other = chance.choice([one for one in PEOPLE if one != person])
                made.append(
                    {
                        "id": f"https://openalex.org/W{len(made) + 1}",
                        "type": "article",
                        "title": f"Work {len(made) + 1}",
                        "publication_year": year,
                        "authorships": [listing(person, home[person]), listing(other, home[other])],
                    }
                )
    return [work for work in made if first <= work["publication_year"] <= last]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    for name, records in (("a", works(2001, 2006)), ("b", works(2007, 2012))):
        lines = [json.dumps(record) for record in records]
        if name == "b":  # a broken record, and one whose author id is none: both name a person
            odd = json.loads(lines[0])
            odd |= {"id": "https://openalex.org/W99999"}
            odd["authorships"][0]["author"]["id"] = "https://elsewhere.org/A500001"
            lines += [lines[0][:-40] + "\\", json.dumps(odd)]
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    (folder / "corrections.csv").write_text("author_id,becomes\nA5000024,A5000023\nA500009999,A5000001\n,A5000001\n")
    (folder / "key").write_text(KEY + "\n")
    (folder / "key").chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def pair(raw, tmp_path_factory):
    """The records under their own ids, and under pseudonyms; both come in two steps, with corrections."""
    folder = tmp_path_factory.mktemp("pair")
    made = []
    for name, asked in (("plain", False), ("hidden", raw / "key")):
        workspace = open_workspace(folder / name)
        ingest_openalex(workspace, raw / "a.jsonl.gz", pseudonymise=asked)
        ingest_openalex(workspace, raw, corrections=raw / "corrections.csv")  # reads only what is new
        made.append(workspace)
    return made


def pseudonym(letter, text):
    """From the page's words: HMAC-SHA-256 of letter, space and id, its first 32 digits."""
    return f"{letter}-{hmac.new(bytes.fromhex(KEY), f'{letter} {text}'.encode(), hashlib.sha256).hexdigest()[:32]}"


def texts(folder):
    """Every text in every file below a folder, with the file."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            for row in pq.read_table(path).to_pylist():
                yield path, json.dumps(row, default=str)
        else:
            yield path, path.read_text(encoding="utf-8")


def test_no_file_of_the_workspace_tells_who_somebody_is(pair):
    plain, hidden = pair
    told = {path.name for path, text in texts(plain.root) if PERSON.search(text)}
    assert {"authors.parquet", "authorships.parquet", "rejects.parquet", "corrections.parquet"} <= told
    assert [(path, text) for path, text in texts(hidden.root) if PERSON.search(text) or KEY in text] == []


def test_ids_become_the_keyed_hashes_that_the_page_describes(pair):
    hidden = pair[1]
    authors = {row["author_id"]: row for row in pq.read_table(hidden.table("authors")).to_pylist()}
    assert set(authors) == {pseudonym("A", f"A50000{person}") for person in PEOPLE if f"A50000{person}" != "A5000024"}
    first = authors[pseudonym("A", "A500001")]
    assert (first["orcid"], first["name"]) == (pseudonym("O", orcid(1)), None)


def test_rejects_keep_place_and_reason_and_the_articles_id(pair):
    plain, hidden = (pq.read_table(one.table("rejects")).to_pylist() for one in pair)
    where = [[(row["source"], row["line"], row["reason"]) for row in rows] for rows in (plain, hidden)]
    assert sorted(where[0]) == sorted(where[1])
    shown = {row["reason"]: row["excerpt"] for row in hidden}
    assert shown["broken JSON"] == WITHHELD
    assert shown["kept without an author id: it is none of OpenAlex"] == f"W99999: {WITHHELD}"


def test_every_measure_is_the_same_but_for_the_ids(pair):
    """Movement, ties and Share; what is drawn among people at random is not asked for."""
    plain, hidden = pair
    for asked in (
        lambda ws: answers.pairs(ws, level="institution"),
        lambda ws: answers.bridges(ws, level="institution"),
    ):
        one, other = asked(plain).frame, asked(hidden).frame
        assert len(one) > 5
        assert one.equals(other)
    with Tables.of(plain) as one, Tables.of(hidden) as other:
        shares = [yearly_shares(tables, level="institution").to_pyarrow().to_pylist() for tables in (one, other)]
        assert sorted(map(repr, shares[0])) == sorted(map(repr, shares[1]))
        for rule in ("tenure", "mode-year"):
            found = [
                movements(tables, level="institution", movement=Movement(rule=rule)).to_pyarrow().to_pylist()
                for tables in (one, other)
            ]
            assert len(found[0]) > 10
            told = [repr(row | {"author_id": pseudonym("A", row["author_id"])}) for row in found[0]]
            assert sorted(told) == sorted(map(repr, found[1]))


def test_a_person_is_asked_for_by_the_real_id_where_the_key_is_at_hand(pair):
    hidden = pseudonym("A", "A500003")
    with Tables.of(pair[1]) as tables:
        for asked in ("A500003", "a500003", "https://openalex.org/A500003", orcid(3), pseudonym("O", orcid(3)), hidden):
            assert authors_meant(tables, asked) == [hidden]


def test_the_record_of_a_career_tells_no_more_than_the_answer(pair):
    career = answers.careers(pair[1], author="A500003")
    assert set(career.frame["author_id"]) == {pseudonym("A", "A500003")}
    assert career.run.parameters["author"] == pseudonym("A", "A500003")
    assert not PERSON.search(career.run.to_json() + career.frame.to_csv())


def test_a_cohort_of_real_ids_and_orcids_is_found_and_not_told(pair, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(f"author_id,orcid,group\nA500003,,x\n,{orcid(4)},x\nA5000077,,x\n,,Personalname\n")
    with Tables.of(pair[0]) as plain, Tables.of(pair[1]) as hidden:
        one, other = read_cohort(plain, file), read_cohort(hidden, file)
    assert one.people["author_id"].to_pylist() == ["A500003", "A500004"]
    assert set(other.people["author_id"].to_pylist()) == {pseudonym("A", f"A50000{person}") for person in (3, 4)}
    assert [row["line"] for row in one.unmatched] == [row["line"] for row in other.unmatched] == [4, 5]
    assert not PERSON.search(repr(other.unmatched))


def test_without_the_key_pseudonyms_are_understood_and_ids_are_not(pair, monkeypatch, tmp_path):
    hidden = pseudonym("A", "A500003")
    monkeypatch.setenv("SCICITIES_PSEUDONYM_KEY_FILE", str(tmp_path / "nowhere"))
    with Tables.of(pair[1]) as tables:
        name = tables.pseudonyms.name

        def keyless():
            return replace(tables, pseudonyms=Pseudonyms(pair[1], name, str(tmp_path / "gone")))

        assert authors_meant(keyless(), hidden) == [hidden]
        with pytest.raises(SettingsError, match=r"key is not here .*SCICITIES_PSEUDONYM_KEY_FILE"):
            authors_meant(keyless(), "A500003")
        monkeypatch.setenv(KEY_VARIABLE, KEY)
        assert authors_meant(keyless(), "A500003") == [hidden]
        monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)
        with pytest.raises(SettingsError, match="one person would get two pseudonyms"):
            authors_meant(keyless(), "A500003")


def test_names_are_not_kept_and_that_is_said(pair):
    with (
        Tables.of(pair[1]) as tables,
        pytest.raises(BadParameter, match=r"no author .* has this pseudonym, id or ORCID; names are not kept in it"),
    ):
        authors_meant(tables, "First3 Personalname3")


def test_no_workspace_becomes_a_mixture(pair, raw, tmp_path):
    plain, hidden = pair
    for workspace in pair:
        before = workspace.fingerprint
        other = tmp_path / f"other-{workspace.root.name}"
        other.write_text("ab" * 32)
        other.chmod(0o600)
        told = "Pseudonyms are no afterthought" if workspace is plain else "one person would get two pseudonyms"
        with pytest.raises(SettingsError, match=told):
            ingest_openalex(workspace, raw, pseudonymise=other)
        assert workspace.fingerprint == before
    with pytest.raises(SettingsError, match=r"There is no key in .*nothing, and .* is pseudonymised with one already"):
        ingest_corrections(hidden, raw / "corrections.csv", pseudonymise=tmp_path / "nothing")


def test_what_a_killed_ingest_or_a_list_left_is_not_kept(raw, tmp_path):
    workspace = open_workspace(tmp_path / "data")
    (tmp_path / "marks.csv").write_text("institution,mark\nInstitute 1,x\n,A500001 Personalname\n")
    ingest_marks(workspace, tmp_path / "marks.csv")
    left = workspace.staging / "openalex-0123456789ab"
    left.mkdir()
    pq.write_table(pa.table({"author_id": ["A500001"]}), left / "authorships.parquet")
    ingest_openalex(workspace, raw / "a.jsonl.gz", pseudonymise=raw / "key")
    assert not [path for path, text in texts(workspace.root) if PERSON.search(text)]
    assert workspace.state()["report"]["lists"][0]["matched"] == 1


def test_tables_go_under_pseudonyms_too_and_equal_ids_stay_equal(raw, tmp_path):
    (tmp_path / "w.csv").write_text("id,year\nW1,2020\nW2,2021\n")
    (tmp_path / "a.csv").write_text(
        "work_id,author_id,author,institution,country\nW1,A500001,Personalname,X,CN\nW2,A500001,Personalname,X,CN\n"
        "W2,https://orcid.org/0000-0001-0000-0002,Personalname,Y,CN\nW2,,Personalname,Y,CN\n"
    )
    workspace = open_workspace(tmp_path / "data")
    ingest_tables(workspace, works=tmp_path / "w.csv", authorships=tmp_path / "a.csv", pseudonymise=raw / "key")
    found = pq.read_table(workspace.table("authorships"), columns=["work_id", "author_key"]).to_pylist()
    one, other = pseudonym("A", "A500001"), pseudonym("A", orcid(2))
    assert sorted(tuple(row.values()) for row in found) == sorted(
        [("W1", one), ("W2", one), ("W2", other), ("W2", "W2:2")]
    )
    assert not [path for path, text in texts(workspace.root) if PERSON.search(text)]


def test_ids_merged_by_openalex_meet_under_their_pseudonyms(raw, tmp_path):
    folder = tmp_path / "snapshot"
    (folder / "merged_ids" / "authors").mkdir(parents=True)
    with gzip.open(folder / "merged_ids" / "authors" / "2025-01-01.csv.gz", "wt") as file:
        file.write("merge_date,id,merge_into_id\n2025-01-01,A500001,A500002\n2025-01-01,A500003,A5317838346\n")
    with gzip.open(folder / "works.jsonl.gz", "wt") as file:
        file.write("".join(json.dumps(work) + "\n" for work in works(2001, 2001)))
    workspace = open_workspace(tmp_path / "data")
    report = ingest_openalex(workspace, folder, pseudonymise=raw / "key").run.facts["report"]
    assert report["merged_ids"]["authors_followed"] == 2
    assert report["merged_ids"]["deleted"] == 1
    ids = set(pq.read_table(workspace.table("authors"))["author_id"].to_pylist())
    assert pseudonym("A", "A500002") in ids
    assert not {pseudonym("A", "A500001"), pseudonym("A", "A500003")} & ids


def test_a_key_is_made_once_where_only_its_user_can_read_it(raw, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    one, other = (open_workspace(tmp_path / name) for name in ("one", "other"))
    for workspace in (one, other):
        ingest_openalex(workspace, raw / "a.jsonl.gz", pseudonymise=True)
    file = default_key_file()
    assert file.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch("[0-9a-f]{64}\n", file.read_text())
    assert one.fingerprint == other.fingerprint, "one key gives one person one pseudonym"
    third = open_workspace(tmp_path / "third")
    ingest_openalex(third, raw / "a.jsonl.gz", pseudonymise=raw / "key")
    assert third.fingerprint != one.fingerprint


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (KEY, 0o644, "Others than you may read .*chmod 600"),
        ("secret", 0o600, "holds no key: 64 hexadecimal digits are needed"),
        ("ü", 0o600, "holds no key"),
    ],
)
def test_a_key_that_is_none_or_no_secret_is_refused(raw, tmp_path, content, mode, told):
    (tmp_path / "key").write_text(content, encoding="utf-8")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(SettingsError, match=told):
        ingest_openalex(open_workspace(tmp_path / "data"), raw / "a.jsonl.gz", pseudonymise=tmp_path / "key")


def test_a_key_in_the_workspace_itself_is_refused(raw, tmp_path):
    workspace = open_workspace(tmp_path / "data")
    with pytest.raises(SettingsError, match="everybody gets it who gets the workspace"):
        ingest_openalex(workspace, raw / "a.jsonl.gz", pseudonymise=workspace.root / "key")


def test_registries_and_lists_need_no_key(pair, monkeypatch, tmp_path):
    monkeypatch.setenv(KEY_VARIABLE, "ab" * 32)
    record = {"id": "https://ror.org/012345678", "name": "X", "addresses": [], "types": []}
    (tmp_path / "ror.jsonl").write_text(json.dumps(record) + "\n")
    before = pair[1].fingerprint
    ingest_ror(pair[1], tmp_path / "ror.jsonl")
    assert pair[1].fingerprint == before
    with pytest.raises(SettingsError, match="one person would get two pseudonyms"):
        ingest_corrections(pair[1], [])


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("Wei Li", "Wei Li, Nanjing University, Nanjing, China", "Nanjing University, Nanjing, China"),
        ("Wei Li", "Li Wei; X, Nanjing, e-mail: wl@x.cn | Y, Beijing", "X, Nanjing, Y, Beijing"),
        ("Wei Li", "University of Li, 0000-0002-1825-0097, Nanjing", "University of Li, Nanjing"),
        ("Paris", "University of Paris, Paris, France", "University of Paris, Paris, France"),
        ("", "Nanjing", "Nanjing"),
    ],
)
def test_an_address_loses_the_person_and_keeps_the_city(name, text, kept):
    assert without_person(name, text) == kept
