"""Exports of Scopus, Web of Science and repositories: one corpus in every shape, and what is wrong with real ones."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from exports import PEOPLE, PLACES, WORKS, cris_long, cris_wide, openalex, scopus, wos_plain, wos_tab

from toolkit.corpus.ingest import ingest_institutions, ingest_openalex
from toolkit.corpus.plain import ingest_tables
from toolkit.corpus.plain.encodings import READ_AS_WINDOWS
from toolkit.corpus.plain.recipe import read_recipe, recipe_names
from toolkit.corpus.plain.records import IDS_UNCLEAR
from toolkit.corpus.plain.table_files import NOT_A_TABLE
from toolkit.errors import BadParameter, BadRecord, DataError, MissingColumn, SettingsError
from toolkit.measures.answers import moves, share
from toolkit.workspace import open_workspace

DOCS = Path(__file__).parents[2] / "docs" / "recipes"
SHAPES = {
    "scopus": ("scopus", "scopus.csv", scopus),
    "scopus-excel": ("scopus", "scopus.csv", lambda: _semicolons(scopus(bom=False))),
    "wos-plain": ("wos", "savedrecs.txt", wos_plain),
    "wos-tab": ("wos", "savedrecs.tsv", wos_tab),
    "cris-wide": ("cris-wide", "outputs.csv", cris_wide),
    "cris-long": ("cris-long", "outputs.csv", cris_long),
}


def _semicolons(text):
    """The csv that Excel writes where the comma is the decimal sign."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


def read(tmp_path, text, recipe, name="records.csv", *, encoding="utf-8", **options):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    workspace = open_workspace(tmp_path / f"of-{name}")
    return workspace, ingest_tables(workspace, records=path, recipe=recipe, **options)


def rows(workspace, table, *columns):
    return [tuple(row.values()) for row in pq.read_table(workspace.table(table), columns=list(columns)).to_pylist()]


def noted(workspace):
    return rows(workspace, "rejects", "line", "reason", "excerpt")


def shares_by_hand(level):
    """Share of each place, straight from the definition."""
    found = defaultdict(float)
    for _, year, _, authors in WORKS:
        for _, places in authors:
            for place in places or (None,):
                unit = (
                    "unassigned" if place is None else PLACES[place][{"institution": 0, "city": 2, "country": 7}[level]]
                )
                found[unit, year] += 1 / len(authors) / max(len(places), 1)
    return {key: round(value, 9) for key, value in found.items()}


def shares_of(workspace, level):
    frame = share(workspace, level=level, by_year=True).frame
    short = {known[1]: known[0] for known in PLACES.values()}
    return {
        (short.get(row.name, row.name) if level != "country" else row.id, int(row.year)): round(row.share, 9)
        for row in frame.itertuples(index=False)
        if row.share > 0
    }


@pytest.mark.parametrize("shape", ["openalex", *SHAPES])
def test_the_same_corpus_gives_the_same_shares_in_every_shape(tmp_path, shape):
    if shape == "openalex":
        works, institutions = openalex()
        (tmp_path / "w.jsonl").write_text(works)
        (tmp_path / "i.jsonl").write_text(institutions)
        workspace = open_workspace(tmp_path / "data")
        ingest_openalex(workspace, tmp_path / "w.jsonl")
        ingest_institutions(workspace, tmp_path / "i.jsonl")
    else:
        recipe, name, text = SHAPES[shape]
        workspace, report = read(tmp_path, text(), recipe, name)
        assert report.rejects == {}
        assert report.read == report.kept == len(WORKS) + 12
    for level in ("institution", "city", "country"):
        assert shares_of(workspace, level) == shares_by_hand(level)


@pytest.mark.parametrize("shape", SHAPES)
def test_works_and_people_are_those_of_the_export(tmp_path, shape):
    recipe, name, text = SHAPES[shape]
    workspace, _ = read(tmp_path, text(), recipe, name)
    assert [row[:2] for row in rows(workspace, "works", "title", "year")] == [
        (title, year) for _, year, title, _ in WORKS
    ]
    assert [row[0] for row in rows(workspace, "works", "n_authors")] == [len(authors) for *_, authors in WORKS]
    named = rows(workspace, "authors", "author_id", "name")
    assert {name for _, name in named} == {", ".join(name) for name in PEOPLE.values()}
    people = {row[0] for row in named}
    expected = {"scopus": "{}", "wos": "P{}-2010"}.get(recipe, "p{}")
    assert people == {expected.format(number + 5700 if recipe == "scopus" else number) for number in range(1, 5)}


@pytest.mark.parametrize("shape", ["scopus-excel", "wos-plain", "wos-tab"])
def test_byte_order_marks_and_utf16_change_nothing(tmp_path, shape):
    recipe, name, text = SHAPES[shape]
    plain, _ = read(tmp_path, text().removeprefix("\ufeff"), recipe, f"a-{name}")
    for encoding in ("utf-8-sig", "utf-16"):
        other, report = read(tmp_path, text().removeprefix("\ufeff"), recipe, f"{encoding}-{name}", encoding=encoding)
        assert report.rejects == {}
        assert other.fingerprint == plain.fingerprint


def test_records_of_two_files_that_overlap_count_once(tmp_path):
    (tmp_path / "a.csv").write_text(scopus())
    (tmp_path / "b.csv").write_text(scopus())
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, records=[tmp_path / "a.csv", tmp_path / "b.csv"], recipe="scopus")
    assert report.rejects == {"another record of this work was taken": 4}
    assert report.read == report.kept + 4
    assert len(rows(workspace, "authorships", "work_id")) == 12


def scopus_rows(*changes):
    """The made-up Scopus export with cells of its first record changed."""
    table = list(csv.reader(io.StringIO(scopus(bom=False))))
    for column, value in changes:
        table[1][table[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (
            "Authors with affiliations",
            "Brun B., Univ X, Rome, Italy; Alba A.",
            "the affiliations do not begin with the names of the authors in their order",
        ),
    ],
)
def test_scopus_records_that_contradict_themselves_are_put_aside(tmp_path, column, value, reason):
    workspace, report = read(tmp_path, scopus_rows((column, value)), "scopus")
    assert report.rejects == {reason: 1}
    assert noted(workspace) == [(2, reason, '2-s2.0-1, On "quoted" things')]
    assert [row[0] for row in rows(workspace, "works", "work_id")] == ["2-s2.0-2", "2-s2.0-3", "2-s2.0-4"]
    with pytest.raises(BadRecord, match=rf"records\.csv:2: {reason}"):
        read(tmp_path, scopus_rows((column, value)), "scopus", strict=True)


@pytest.mark.parametrize("ids", ["1; 2; 3; 4", "1; 2"])
def test_a_scopus_record_with_more_or_fewer_ids_than_authors_counts_without_ids(tmp_path, ids):
    _, good = read(tmp_path, scopus(), "scopus", "good.csv")
    workspace, report = read(tmp_path, scopus_rows(("Author(s) ID", ids), ("Author full names", "")), "scopus")
    assert (report.kept, list(report.rejects)) == (good.kept, [IDS_UNCLEAR])
    listed = rows(workspace, "authorships", "work_id", "author_id", "site_id")
    assert {author for work, author, _ in listed if work == "2-s2.0-1"} == {None}
    assert all(site for work, _, site in listed if work == "2-s2.0-1")


def test_broken_rows_and_empty_cells_cost_themselves_only(tmp_path):
    lines = scopus(bom=False).splitlines(keepends=True)
    broken = [lines[0], '"never closed, \n', "too,few\n", ",".join(['""'] * 15) + "\n", *lines[1:]]
    workspace, report = read(tmp_path, "".join(broken), "scopus")
    assert noted(workspace) == [
        (2, "quotes not closed, or inside a field", '"never closed,'),
        (3, "2 columns instead of 15", "too,few"),
    ]
    assert report.kept == len(WORKS) + 12
    no_id, report = read(tmp_path, scopus_rows(("EID", "")), "scopus", "no_id.csv")
    assert report.rejects == {"no id": 1}
    assert [row[0] for row in rows(no_id, "works", "work_id")] == ["2-s2.0-2", "2-s2.0-3", "2-s2.0-4"]


def test_scopus_names_parted_by_commas_and_records_without_authors(tmp_path):
    nobody = (("Authors", "[No author name available]"), ("Author(s) ID", "[No author id available]"))
    text = scopus_rows(*nobody, ("Authors with affiliations", ""), ("Affiliations", ""))
    table = scopus_rows(
        ("Author full names", ""),
        ("Authors", "Alba, A., Brun, B., Cruz, C."),
        ("Author(s) ID", "5701;5702;5703;"),
        ("Authors with affiliations", "Alba, A., Lab; East, Rome, Italy; Brun, B.; Cruz, C."),
        ("Affiliations", "Lab; East, Rome, Italy"),
    )
    empty, report = read(tmp_path, text, "scopus", "empty.csv")
    assert report.rejects == {}
    assert rows(empty, "works", "work_id", "n_authors")[0] == ("2-s2.0-1", 0)
    commas, report = read(tmp_path, table, "scopus", "commas.csv")
    assert rows(commas, "authorships", "author_id", "site_id")[:3] == [
        ("5701", "x-IT-lab-east@x-IT-rome"),
        ("5702", None),
        ("5703", None),
    ]
    assert rows(commas, "authors", "author_id", "name")[:2] == [("5701", "Alba, A."), ("5702", "Brun, B.")]


SCOPUS_HEADERS = {
    # vintage: columns of the authors, mark between authors, whether "Authors with affiliations" has names with commas
    "until 2016": ("Authors", ", ", True),
    "until 2022": ("Authors,Author(s) ID", ", ", True),
    "2022": ("Authors,Author(s) ID", "; ", True),
    "since 2023": ("Authors,Author full names,Author(s) ID", "; ", False),
    "full names alone": ("Authors,Author full names", "; ", False),
}
ALDER, BIRCH = "Alder University, Lyon, France", "Birch University, Oslo, Norway"


def scopus_of(vintage):
    """One work of three authors and one of a single author, as Scopus exported them then."""
    columns, mark, commas = SCOPUS_HEADERS[vintage]
    names = ("Quill A.", "de Brandt B.C.", "Étoile D.-E.")
    written = ("Quill, A.", "de Brandt, B.C.", "Étoile, D.-E.") if commas else names
    texts = (f"{written[0]}, {ALDER}", f"{written[1]}, {ALDER}, {BIRCH}", written[2])
    cells = {
        "Authors": (mark.join(names), names[0]),
        "Author full names": ("Quill, Ada (111); de Brandt, Bo Cy (222); Étoile, Dé (333)", "Quill, Ada (111)"),
        "Author(s) ID": ("111;222;333;", "111;"),
        "Affiliations": (f"{ALDER}; {BIRCH}", ALDER),
        "Authors with affiliations": ("; ".join(texts), texts[0]),
    }
    header = [*columns.split(","), "Affiliations", "Authors with affiliations"]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*header, "Title", "Year", "EID"])
    for number in range(2):
        table.writerow([*(cells[column][number] for column in header), f"T{number}", "2021", f"2-s2.0-{number}"])
    return out.getvalue()


@pytest.mark.parametrize("vintage", SCOPUS_HEADERS)
def test_every_vintage_of_scopus_gives_the_same_shares(tmp_path, vintage):
    workspace, report = read(tmp_path, scopus_of(vintage), "scopus", f"{vintage}.csv")
    assert report.rejects == {}
    shares = {row.name: round(row.share, 9) for row in share(workspace, level="institution").frame.itertuples()}
    assert shares == {"Alder University": 1.5, "Birch University": round(1 / 6, 9), "unassigned": round(1 / 3, 9)}
    people = {row[0] for row in rows(workspace, "authors", "author_id")}
    assert people == (set() if vintage == "until 2016" else {"111", "222", "333"})


def test_movement_without_author_ids_notes_why_it_is_empty(tmp_path):
    workspace, _ = read(tmp_path, scopus_of("until 2016"), "scopus", "old.csv")
    answer = moves(workspace, level="city")
    assert len(answer.frame) == 0
    assert "4 authors on articles have no id and are not followed." in " ".join(answer.run.notes)


def test_placeholders_for_author_ids_are_no_ids(tmp_path):
    changed = scopus_rows(("Author(s) ID", "5701; [No author id available]; NA"))
    workspace, report = read(tmp_path, changed, "scopus", "none.csv")
    assert report.rejects == {}
    assert [row[0] for row in rows(workspace, "authorships", "author_id")][:4] == ["5701", None, None, None]


def test_affiliations_that_tell_no_place_are_listed_once_and_counted(tmp_path):
    text = (
        'id,year,authors,affiliations\no1,2020,Al,Freelance\no2,2020,Bo; Cy,"Freelance; Some University, Atlantis"\n'
        'o3,2020,Di,"Some University, Norway"\n'
    )
    workspace, report = read(tmp_path, text, "cris-wide")
    no_country = "kept without a place: the affiliation does not end with a country"
    no_city = "kept without a city: the affiliation has no city before its country"
    assert noted(workspace) == [
        (2, no_country, "2 times: Freelance"),
        (3, no_country, "Some University, Atlantis"),
        (4, no_city, "Some University, Norway"),
    ]
    assert report.rejects == {no_country: 2, no_city: 1}
    assert report.read == report.kept == 3 + 4
    sites = {row[0] for row in rows(workspace, "sites", "site_id")}
    assert sites == {"x-ZZ-freelance@", "x-ZZ-some-university@", "x-NO-some-university@"}
    facts = workspace.state()["report"]["inputs"]["tables"]["facts"]
    assert facts["affiliations read from text"] == 4


def test_more_affiliations_than_authors_are_put_aside(tmp_path):
    text = "id,year,authors,affiliations\no1,2020,Al; Bo,X; Y; Z\no2,2020,Al; Bo,X\no3,2020,Al; Bo,;X\no4,2020,,\n"
    workspace, report = read(tmp_path, text, "cris-wide")
    assert {reason: count for reason, count in report.rejects.items() if not reason.startswith("kept")} == {
        "more items of affiliation than authors": 1,
        "fewer items of affiliation than authors": 1,
    }
    assert rows(workspace, "authorships", "work_id", "author_position", "site_id") == [
        ("o3", 0, None),
        ("o3", 1, "x-ZZ-x@"),
    ]
    assert rows(workspace, "works", "work_id", "n_authors") == [("o3", 2), ("o4", 0)]


def test_one_author_several_affiliations_in_the_long_form(tmp_path):
    text = (
        "id,year,author,author_id,institution,city,country\n"
        "o1,2020,Al,,X|Y,Oslo|Rome,Norway|Italy\no1,2020,Bo,,X,Oslo,Norway\no1,2020,Cy,c,X,Oslo,Norway\n"
        "o1,2020,Cy,c,Y,Rome,Italy\no1,2020,Di,,X|Y,Oslo,Norway\n"
    )
    workspace, report = read(tmp_path, text, "cris-long")
    assert report.rejects == {
        "an author's affiliations do not fit each other (2 of institution, 1 of city, 1 of country)": 1
    }
    assert rows(workspace, "authorships", "author_key", "site_id") == [
        ("o1:0", "x-IT-y@x-IT-rome"),
        ("o1:0", "x-NO-x@x-NO-oslo"),
        ("o1:1", "x-NO-x@x-NO-oslo"),
        ("c", "x-IT-y@x-IT-rome"),
        ("c", "x-NO-x@x-NO-oslo"),
    ]


WOS = "PT J\nAU Doe, J\n   Roe, K\nAF Doe, Jane\n   Roe, Kim\nTI T\nPY 2020\n{}UT WOS:1\nER\n"


@pytest.mark.parametrize(
    ("fields", "sites", "notes"),
    [
        ("C1 [Doe, J] X Univ, Oslo, Norway.\n", [("WOS:1:0", "x-NO-x-univ@x-NO-oslo"), ("WOS:1:1", None)], []),
        (
            "C1 X Univ, Oslo, Norway.\n",
            [("WOS:1:0", "x-NO-x-univ@x-NO-oslo"), ("WOS:1:1", "x-NO-x-univ@x-NO-oslo")],
            [],
        ),
        (
            "C1 X Univ, Oslo, Norway.\n   Y Univ, Rome, Italy.\n",
            [("WOS:1:0", None), ("WOS:1:1", None)],
            ["kept without affiliations: several addresses that do not say whose they are"],
        ),
        (
            "C1 [Poe, L] X Univ, Oslo, Norway.\n",
            [("WOS:1:0", None), ("WOS:1:1", None)],
            ["kept: an address names a person who is not among the authors"],
        ),
        (
            "C1 [Doe, J] X Univ, Oslo, Norway.\n   Y Univ, Rome, Italy.\n",
            [("WOS:1:0", "x-NO-x-univ@x-NO-oslo"), ("WOS:1:1", None)],
            ["kept: an address without authors, beside others with authors, is given to no author"],
        ),
        (
            "RP Roe, K (reprint author), X Univ, Oslo, Norway.\n",
            [("WOS:1:0", None), ("WOS:1:1", "x-NO-x-univ@x-NO-oslo")],
            [],
        ),
        (
            "C3 X University\n",
            [("WOS:1:0", None), ("WOS:1:1", None)],
            ["kept without affiliations: the record has no address"],
        ),
        (
            "C1 [Doe, J] X Univ, Oslo, Norway.\nRI Doe,\n   Jane/A-1234-2010; Roe,\n   Kim/[Anonymous]\n",
            [("A-1234-2010", "x-NO-x-univ@x-NO-oslo"), ("WOS:1:1", None)],
            [],
        ),
        (
            "C1 [Doe, Jane] X Univ, Oslo, Norway.\nOI Doe, Jane/0000-0002-1825-0097; Poe, L/0000-0001-5109-3700\n",
            [("0000-0002-1825-0097", "x-NO-x-univ@x-NO-oslo"), ("WOS:1:1", None)],
            [],
        ),
    ],
)
def test_addresses_of_web_of_science_find_their_authors(tmp_path, fields, sites, notes):
    workspace, _ = read(tmp_path, WOS.format(fields), "wos", "s.txt")
    assert rows(workspace, "authorships", "author_key", "site_id") == sites
    assert [reason for _, reason, _ in noted(workspace)] == notes


def test_an_address_of_two_authors_of_one_name_is_given_to_neither(tmp_path):
    text = (
        WOS.format("C1 [Doe, Jane] X Univ, Oslo, Norway.\n")
        .replace("Roe, Kim", "Doe, Jane")
        .replace("Roe, K", "Doe, J")
    )
    workspace, _ = read(tmp_path, text, "wos", "s.txt")
    assert rows(workspace, "authorships", "author_key", "site_id") == [("WOS:1:0", None), ("WOS:1:1", None)]
    assert [reason for _, reason, _ in noted(workspace)] == [
        "kept: an address names two authors who have the same name, and is given to neither"
    ]


def test_older_and_newer_addresses_are_one_institution(tmp_path):
    older = WOS.format("C1 ALDER UNIV,DEPT ZOOL,ANN ARBOR,MI 48104.\n")
    newer = WOS.format("C1 [Doe, J; Roe, K] Alder Univ, Dept Zool, Ann Arbor, MI 48104 USA.\n").replace(
        "WOS:1", "WOS:2"
    )
    workspace, report = read(tmp_path, older + newer, "wos", "s.txt")
    assert report.rejects == {}
    assert {row[0] for row in rows(workspace, "authorships", "site_id")} == {"x-US-alder-univ@x-US-ann-arbor.michigan"}


@pytest.mark.parametrize("end", ["", "ER\n", "ER\n\nEF\n", "EF\n"])
def test_a_record_with_its_id_is_read_without_its_end(tmp_path, end):
    text = "FN X\nVR 1.0\n" + WOS.format("C1 X Univ, Oslo, Norway.\n").removesuffix("ER\n") + end
    workspace, report = read(tmp_path, text.replace("\n", "\r\n"), "wos", "records.ciw")
    assert report.rejects == {}
    assert rows(workspace, "works", "title", "n_authors") == [("T", 2)]


def test_a_folder_of_exports_is_read_whole(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.ciw").write_text(WOS.format("C1 X Univ, Oslo, Norway.\n"))
    (folder / "b.txt").write_text(wos_tab(), encoding="utf-16")
    workspace = open_workspace(tmp_path / "data")
    ingest_tables(workspace, records=folder, recipe="wos")
    assert len(rows(workspace, "works", "work_id")) == 1 + len(WORKS)


def test_an_export_of_contradicting_rows_is_refused(tmp_path):
    changed = scopus_rows(("Authors with affiliations", "Brun B., Univ X, Rome, Italy; Alba A."))
    header, row = changed.splitlines()[:2]
    bad = [row.replace("2-s2.0-1", f"2-s2.0-{number}") for number in range(12)]
    with pytest.raises(DataError, match="do not begin with the names of the authors"):
        read(tmp_path, "\n".join([header, *bad]), "scopus", "bad.csv")


def test_divisions_are_no_cities_from_file_to_city_shares(tmp_path):
    places = {"Melbourne, Vic 3010": "Melbourne", "Brisbane, Qld 4072": "Brisbane", "Hobart, Tas 7001": "Hobart"}
    text = "".join(
        WOS.format(f"C1 [Doe, J; Roe, K] X Univ, {place}, Australia.\n").replace("WOS:1", f"WOS:{number}")
        for number, place in enumerate(places)
    )
    workspace, report = read(tmp_path, text, "wos", "s.txt")
    assert report.rejects == {}
    assert {row.name: row.share for row in share(workspace, level="city").frame.itertuples()} == dict.fromkeys(
        places.values(), 1.0
    )


def test_broken_tagged_records_are_put_aside_and_the_next_is_read(tmp_path):
    text = (
        "FN X\nVR 1.0\nstray\nPT J\nTI cut off\nAF A, B\n"
        + WOS.format("C1 [Doe, J] X, Oslo, Norway.\n")
        + "PT J\nTI end"
    )
    workspace, report = read(tmp_path, text, "wos", "s.txt")
    assert noted(workspace) == [
        (3, "the line has no field tag", "stray"),
        (4, "the record is broken off before its end (ER)", "cut off"),
        (17, "the record is broken off before its end (ER)", "end"),
    ]
    assert report.read == report.kept + 3
    with pytest.raises(DataError, match="holds no record"):
        read(tmp_path, "FN X\nVR 1.0\nEF\n", "wos", "none.txt")


@pytest.mark.parametrize("name", ["records.csv", "records.tsv"])
def test_what_excel_saves_as_windows_text_is_read_and_noted_once(tmp_path, name):
    text = 'id,year,authors,affiliations\no1,2020,Müller,"X, Köln, Germany"\no2,2020,Doë,"X, Bonn, Germany"\n'
    workspace, report = read(tmp_path, text, "cris-wide", name, encoding="cp1252")
    assert (report.read, report.kept, report.rejects) == (4, 4, {READ_AS_WINDOWS: 1})
    assert noted(workspace) == [(2, READ_AS_WINDOWS, 'o1,2020,Müller,"X, Köln, Germany"')]
    assert rows(workspace, "cities", "name") == [("Bonn",), ("Köln",)]


def test_tagged_records_in_windows_text_are_read(tmp_path):
    text = WOS.format("C1 [Doe, J] Univ Köln, Köln, Germany.\n").replace("TI T", "TI Größe")
    workspace, report = read(tmp_path, text, "wos", "savedrecs.txt", encoding="cp1252")
    assert report.rejects.get(READ_AS_WINDOWS) == 1
    assert "Größe" in str(rows(workspace, "works", "title"))


def test_a_file_that_mixes_encodings_is_not_guessed(tmp_path):
    text = "id,year,authors,affiliations\no1,2020,Müller,\no2,2020,M\udcfcller,\n"
    as_bytes = text.encode("utf-8", "surrogateescape").decode("latin-1")
    workspace, report = read(tmp_path, as_bytes, "cris-wide", encoding="latin-1")
    assert report.rejects == {"wrong encoding": 1}
    assert rows(workspace, "works", "work_id") == [("o1",)]


def test_strangers_in_a_folder_of_exports_are_rejected_by_name_and_the_others_are_read(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "scopus.csv").write_text(scopus())
    (folder / "notes.txt").write_text("To do: ask for the rest\n")
    (folder / "budget.csv").write_text("item,cost\nx,1\n")
    (folder / "empty.csv").write_text("")
    (folder / "refs.txt").write_text("PMID- 10000001\nTI  - A title\n")
    _, alone = read(tmp_path, scopus(), "scopus", "alone.csv")
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, records=folder, recipe="scopus")
    assert (report.read, report.kept) == (alone.read, alone.kept)
    assert report.rejects == alone.rejects | {NOT_A_TABLE: 4}
    with pytest.raises(MissingColumn, match=r"budget\.csv"):
        ingest_tables(workspace, records=[folder, folder / "budget.csv"], recipe="scopus")
    with pytest.raises(DataError, match="not a file of such a table"):
        ingest_tables(workspace, records=folder, recipe="scopus", strict=True)
    (folder / "scopus.csv").unlink()
    with pytest.raises(DataError, match=r"refs\.txt"):
        ingest_tables(workspace, records=folder, recipe="scopus")


def test_wrong_bytes_cost_one_row_or_none_with_the_right_encoding(tmp_path):
    text = 'id,year,authors,affiliations\no1,2020,Müller,"X, Köln, Germany"\no2,2020,Doe,"X, Bonn, Germany"\n'
    workspace, report = read(tmp_path, text, "cris-wide", encoding="cp1252")
    assert report.rejects == {READ_AS_WINDOWS: 1}
    own = tmp_path / "own.toml"
    shipped = (Path(read_recipe.__code__.co_filename).parent / "recipes" / "cris-wide.toml").read_text()
    own.write_text('encoding = "cp1252"\n' + shipped)
    workspace, report = read(tmp_path, text, own, "again.csv", encoding="cp1252")
    assert (report.rejects, rows(workspace, "cities", "name")) == ({}, [("Köln",), ("Bonn",)][::-1])


def test_an_institutions_table_gives_made_ids_their_registry_ids(tmp_path):
    (tmp_path / "i.csv").write_text("institution_id,ror\nx-US-saguaro-university,03efmqc40\n")
    workspace, _ = read(tmp_path, scopus(), "scopus", institutions=tmp_path / "i.csv")
    assert "03efmqc40" in {row[0] for row in rows(workspace, "institutions", "institution_id")}


def test_the_same_export_is_not_read_twice_and_another_recipe_is(tmp_path):
    workspace, first = read(tmp_path, cris_long(), "cris-long")
    again = ingest_tables(workspace, records=tmp_path / "records.csv", recipe="cris-long")
    assert (again.read, again.kept) == (first.read, first.kept)
    assert len(workspace.state()["sources"]) == 1


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        (
            {"recipe": "scopos"},
            SettingsError,
            r"no recipe 'scopos'; there are cris-long, cris-wide, scopus, wos.*mean scopus\?",
        ),
        ({"recipe": "mine.toml"}, SettingsError, r"recipe mine\.toml can't be read"),
        ({}, SettingsError, "Records were given without a recipe"),
        ({"recipe": "wos"}, MissingColumn, r"wos needs a column 'UT' or .*\(its work_id\).*Columns present: 'id'"),
        ({"recipe": "cris-wide", "works": "w.csv", "authorships": "w.csv"}, SettingsError, "in a call of their own"),
    ],
)
def test_what_can_not_be_asked_for_says_why(tmp_path, monkeypatch, given, error, sentence):
    monkeypatch.chdir(tmp_path)
    Path("w.csv").write_text("id,year,authors,affiliations\n1,2020,A,B\n")
    with pytest.raises(error, match=sentence):
        ingest_tables(open_workspace("data"), records="w.csv", **given)
    assert not Path("data/corpus").exists()
    with pytest.raises(SettingsError, match="wos was given without records"):
        ingest_tables(open_workspace("data"), recipe="wos")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('rows = "lines"', "rows = 'lines' can't be used: one of works, authors"),
        ('[works]\ntitel = "T"', r"\[works\] = 'titel'.*did you mean title\?"),
        ("[works]\nwork_id = 3", "work_id = 3 can't be used: the name of a column"),
        ('[work]\nx = "y"', "'work' can't be used: one of works, authors"),
        ('[works]\nwork_id = "a"\nyear = "b"\n[authors]\norcid = "c"', "author_name must be among the fields"),
        ('[cells]\nauthors = ","', "a sign that parts them"),
        ('encoding = "cp9999"', "an encoding Python knows"),
        ('[countries]\nFreedonia = "Freedonia"', "a two-letter country code"),
        ('quotes = "no"', "switches are true or false"),
    ],
)
def test_recipes_are_checked(tmp_path, text, sentence):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(BadParameter, match=sentence):
        read_recipe(tmp_path / "own.toml")


def test_a_column_that_a_recipe_of_ones_own_names_must_be_there(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[works]\nwork_id = "Key"\nyear = "When"\ntitle = "Name"\n[authors]\nauthor_name = "Who"\n')
    with pytest.raises(MissingColumn, match=r"needs a column 'Name' \(its title\).*The nearest is 'Nam'\."):
        read(tmp_path, "Key,When,Nam,Who\n1,2020,T,A\n", own)
    workspace, _ = read(tmp_path, "Key,When,NAME,Who\n1,2020,T,A; B\n", own, "good.csv")
    assert rows(workspace, "works", "title", "n_authors") == [("T", 2)]
    with pytest.raises(DataError, match="'Who' stands 2 times"):
        read(tmp_path, "Key,When,Name,Who,Who\n1,2020,T,A,B\n", own, "twice.csv")


@pytest.mark.parametrize("name", recipe_names())
def test_each_recipe_has_a_page_that_holds_it(name):
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    shipped = (Path(read_recipe.__code__.co_filename).parent / "recipes" / f"{name}.toml").read_text(encoding="utf-8")
    assert re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1] == shipped
    assert f"--recipe {name}" in page
