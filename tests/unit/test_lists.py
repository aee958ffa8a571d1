"""Lists laid over the records: journals, institutions, subjects of one's own, indicators of places."""

from __future__ import annotations

import json
from collections import defaultdict

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import (
    ingest_countries,
    ingest_indicators,
    ingest_journals,
    ingest_marks,
    ingest_openalex,
    ingest_ror,
    ingest_subject_map,
)
from toolkit.errors import BadParameter, BadRecord, DataError, MissingColumn, SettingsError
from toolkit.workspace import open_workspace

NATURE = {"id": "S1", "display_name": "Nature", "issn_l": "0028-0836", "issn": ["0028-0836", "1476-4687"]}
ASTRO = {"id": "S2", "display_name": "Astronomy & Astrophysics", "issn_l": "0004-6361"}
TWINS = [{"id": f"S{number}", "display_name": "Letters"} for number in (3, 4)]
PEKING, UTAH, OTHER = "02v51f717", "03r0ha626", "00hj54h04"


def work(number, source=None, *institutions, fields=()):
    return {
        "id": f"https://openalex.org/W{number}",
        "type": "article",
        "publication_year": 2020,
        "primary_location": {"source": source and source | {"id": f"https://openalex.org/{source['id']}"}},
        "topics": [{"display_name": f"about {name}", "field": {"display_name": name}} for name in fields],
        "authorships": [
            {
                "author": {"id": f"https://openalex.org/A{number}"},
                "institutions": [{"id": f"https://openalex.org/{ref}", "ror": f"https://ror.org/{ror}"}],
            }
            for ref, ror in institutions
        ],
    }


def ror(identifier, name, city_id, place):
    city, region, country = place.split(", ")
    details = {"name": city, "country_code": country, "country_subdivision_name": region, "lat": 1.0, "lng": 1.0}
    return {
        "id": f"https://ror.org/{identifier}",
        "names": [{"value": name, "types": ["ror_display"]}],
        "types": ["education"],
        "status": "active",
        "locations": [{"geonames_id": city_id, "geonames_details": details}],
        "relationships": [],
    }


WORKS = [
    work(1, NATURE, ("I1", PEKING), fields=["Chemistry", "Physics"]),
    work(2, ASTRO, ("I2", UTAH), fields=["Physics"]),
    work(3, TWINS[0], ("I3", OTHER), fields=["Medicine"]),
    work(4, TWINS[1], fields=[]),
]
REGISTRY = [
    ror(PEKING, "Peking University", 1816670, "Beijing, Beijing, CN"),
    ror(UTAH, "University of Springfield", 4250542, "Springfield, Illinois, US"),
    ror(OTHER, "University of Springfield", 4951788, "Springfield, Massachusetts, US"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    for name, records in (("works", WORKS), ("ror", REGISTRY)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


@pytest.fixture
def workspace(made, tmp_path):
    filled = open_workspace(tmp_path / "data")
    ingest_openalex(filled, made / "works.jsonl")
    ingest_ror(filled, made / "ror.jsonl")
    return filled


@pytest.fixture
def file(tmp_path):
    def write(name, *lines):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    return write


def table(workspace, name):
    return pq.read_table(workspace.table(name)).to_pylist()


def marks(workspace, name, key):
    return {row[key]: row["marks"] for row in table(workspace, name) if row["marks"]}


def listed(workspace):
    return sorted((row["line"], row["reason"], row["excerpt"]) for row in table(workspace, "rejects"))


def laid(report):
    keys = ("kind", "source", "rows", "matched", "unmatched")
    return [tuple(one[key] for key in keys) for one in report.run.facts["report"]["lists"]]


def test_journals_are_found_by_id_any_issn_or_name(workspace, file, tmp_path):
    path = file(
        "index.csv",
        "journal_id,issn,name",
        ",14764687,",
        "https://openalex.org/S9,,ASTRONOMY and astrophysics",
        ",,Astronomy & Astrophysics",
        ",,letters",
        ",9999-9999,Unknown",
        ",,",
    )
    report = ingest_journals(workspace, path)
    assert (report.kind, report.read, report.kept, dict(report.rejects)) == ("journals", 5, 5, {})
    assert marks(workspace, "journals", "journal_id") == {"S1": ["index"], "S2": ["index"]}
    assert laid(report) == [("journals", f"{tmp_path.name}/index.csv", 5, 2, 3)]
    assert listed(workspace) == [
        (3, "kept: a journal on a list that no work names", "https://openalex.org/S9, ASTRONOMY and astrophysics"),
        (5, "kept: a journal's name that several journals have", "letters, S3, S4"),
        (6, "kept: a journal on a list that no work names", "9999-9999, Unknown"),
    ]


def test_a_journal_carries_the_marks_of_several_lists(workspace, file):
    ingest_journals(workspace, file("astro.csv", "issn,mark", "0004-6361,astronomy|top"))
    ingest_journals(workspace, file("all.tsv", "issn\ttitle", "0004-6361\tA&A", "0028-0836\tNature"), name="natural")
    assert marks(workspace, "journals", "journal_id") == {"S1": ["natural"], "S2": ["astronomy", "natural", "top"]}


def test_lists_survive_later_records_and_are_changed_without_reading_records_again(
    workspace, file, tmp_path, monkeypatch
):
    path = file("index.csv", "issn", "0028-0836", "1111-1111")
    ingest_journals(workspace, path)
    later = tmp_path / "later.jsonl"
    later.write_text(json.dumps(work(9, {"id": "S7", "display_name": "New", "issn_l": "1111-1111"})) + "\n")
    ingest_openalex(workspace, later)
    assert marks(workspace, "journals", "journal_id") == {"S1": ["index"], "S7": ["index"]}
    monkeypatch.setattr("toolkit.corpus.openalex.WorksReader.read", None)
    file("index.csv", "issn", "0004-6361")
    ingest_journals(workspace, path)
    assert marks(workspace, "journals", "journal_id") == {"S2": ["index"]}
    file("index.csv", "issn")
    ingest_journals(workspace, path)
    assert marks(workspace, "journals", "journal_id") == {}


def test_lists_may_come_with_the_works_and_in_any_order(made, workspace, file, tmp_path):
    journals, institutions = file("j.csv", "issn", "0028-0836"), file("m.csv", "ror", PEKING)
    mapping = file("s.csv", "from,to", "physics,Nature")
    other = open_workspace(tmp_path / "other")
    lists = {"journals": journals, "marks": institutions, "subject-map": mapping}
    ingest_openalex(other, made / "works.jsonl", lists=lists)
    ingest_ror(other, made / "ror.jsonl")
    ingest_subject_map(workspace, mapping)
    ingest_marks(workspace, institutions)
    ingest_journals(workspace, journals)
    assert other.fingerprint == workspace.fingerprint
    for name in ("journals", "institutions", "subjects", "rejects"):
        assert other.table(name).read_bytes() == workspace.table(name).read_bytes(), name
    with pytest.raises(BadParameter, match="lists"):
        ingest_openalex(other, made / "works.jsonl", lists={"journal": journals})


def test_institutions_are_found_by_id_or_name_and_country(workspace, file):
    path = file(
        "c9.csv",
        "id,name,country,league",
        f"https://ror.org/{UTAH.upper()},,,Ivy",
        ",PEKING UNIVERSITY,China,",
        ",Peking University,US,",
        ",University of Springfield,US,",
        "I3,,,C9|Top",
    )
    report = ingest_marks(workspace, path)
    assert marks(workspace, "institutions", "institution_id") == {UTAH: ["Ivy"], PEKING: ["c9"], OTHER: ["C9", "Top"]}
    assert laid(report)[0][2:] == (6, 4, 2)
    assert listed(workspace) == [
        (4, "kept: an institution on a list that no work names", "Peking University, US"),
        (
            5,
            "kept: an institution's name that several institutions have",
            f"University of Springfield, {OTHER}, {UTAH}",
        ),
    ]


def parts(workspace):
    found = defaultdict(dict)
    for row in table(workspace, "subjects"):
        found[row["work_id"]][row["subject"]] = row["part"]
    return dict(found)


def test_a_subject_map_replaces_subjects_and_a_journal_s_subjects_win(workspace, file):
    path = file(
        "map.csv",
        "from,journal,subject,part",
        "chemistry,,Matter,3",
        "Chemistry,,Life,1",
        "Physics,,Matter,",
        ",0004-6361,Sky,",
        ",Astronomy & Astrophysics,Earth,",
        "Geology,,Earth,",
    )
    before = parts(workspace)
    report = ingest_subject_map(workspace, path)
    assert parts(workspace) == {"W1": {"Life": 0.125, "Matter": 0.875}, "W2": {"Earth": 0.5, "Sky": 0.5}}
    assert laid(report)[0][2:] == (6, 5, 1)
    assert listed(workspace) == [
        (0, "kept: a subject that the subject map does not know", "Medicine, 1 works"),
        (7, "kept: a subject of the subject map that no work has", "Geology, Earth"),
    ]
    ingest_subject_map(workspace, file("another.csv", "from,to", "Medicine,Health"))
    assert parts(workspace) == {"W3": {"Health": 1.0}}
    ingest_subject_map(workspace, file("none.csv", "from,to"))
    assert parts(workspace) == before


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Chemistry", "Physics", "Medicine"]), st.sampled_from("XYZ"), st.integers(1, 9)),
        max_size=8,
    )
)
def test_a_subject_map_equals_a_plain_reading_of_its_definition(made, tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("map")
    workspace = open_workspace(folder / "data")
    ingest_openalex(workspace, made / "works.jsonl")
    before = parts(workspace)
    lines = ["from,to,part", *(f"{old},{new},{part}" for old, new, part in rows)]
    (folder / "map.csv").write_text("".join(f"{line}\n" for line in lines))
    ingest_subject_map(workspace, folder / "map.csv")
    expected = {}
    first = {}
    for old, new, part in rows:
        first.setdefault((old, new), part)
    for work_id, subjects in before.items():
        found = defaultdict(float)
        for old, share in subjects.items():
            total = sum(part for (one, _), part in first.items() if one == old)
            for (one, new), part in first.items():
                if one == old:
                    found[new] += share * part / total
        if found:
            expected[work_id] = {new: pytest.approx(part / sum(found.values())) for new, part in found.items()}
    assert parts(workspace) == (expected if rows else before)
    used = {name for subjects in before.values() for name in subjects}
    differing = sum(first[old, new] != part for old, new, part in rows if old in used)
    assert sum("another part" in reason for _, reason, _ in listed(workspace)) == differing


def test_indicators_of_cities_regions_and_countries(workspace, file, tmp_path):
    path = file(
        "world.csv",
        "level,place_id,place,region,country,year,indicator,value,unit,source",
        ",1816670,,,,2020,population,21893095,persons,census",
        "city,,Springfield,Illinois,US,2020,population,114394,persons,census",
        "city,,BEIJING,,China,2021,population,2.19e7,persons,",
        "region,,Illinois,,US,2020,gdp,858.4,bn USD,bea",
        "country,,China,,,2020,gdp,14688,bn USD,wb",
        ",NA,,,,2020,gdp,10.6,bn USD,wb",
        "city,,Springfield,,US,2020,population,1,,",
        "city,,Atlantis,,GR,2020,population,1,,",
        ",2643743,,,,2020,population,1,,",
        "country,,Atlantis,,,2020,gdp,1,,",
        ",,Beijing,,,2020,population,1,,",
        ",1816670,,,,2020,population,5,persons,census",
        ",1816670,,,,2020,population,21893095,persons,census",
    )
    report = ingest_indicators(workspace, path)
    assert (report.read, report.kept) == (13, 13)
    region = next(row for row in table(workspace, "cities") if row["region"] == "Illinois")
    rows = {tuple(row.values()) for row in table(workspace, "indicators")}
    assert rows == {
        ("1816670", 2020, "population", 21893095.0, "persons", "census", None),
        ("4250542", 2020, "population", 114394.0, "persons", "census", None),
        ("1816670", 2021, "population", 21900000.0, "persons", "world", None),
        (f"US.{region['admin1']}", 2020, "gdp", 858.4, "bn USD", "bea", None),
        ("CN", 2020, "gdp", 14688.0, "bn USD", "wb", None),
        ("NA", 2020, "gdp", 10.6, "bn USD", "wb", None),
    }
    assert [(line, reason) for line, reason, _ in listed(workspace)] == [
        (8, "several places: more than one city of this name (4250542, 4951788)"),
        (9, "unknown place: no city of the works"),
        (10, "unknown place: no city of the works"),
        (11, "unknown place: no such country"),
        (12, "no level: city, region or country"),
        (13, "another value of this place and year was taken"),
        (14, "kept: the same value once more"),
    ]
    again = tmp_path / "again.jsonl"
    again.write_text(json.dumps(work(20)) + "\n")
    ingest_openalex(workspace, again)
    assert {tuple(row.values()) for row in table(workspace, "indicators")} == rows


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("CN,2020,gdp,", "no value"),
        ("CN,2020,gdp,much", "the value is no number"),
        ("CN,2020,gdp,nan", "the value is no number"),
        ("CN,2020,gdp,-inf", "the value is no number"),
        ("CN,2020,gdp,1_000", "the value is no number"),
        ("CN,20,gdp,1", "the year is no year"),
        ("CN,3020,gdp,1", "the year is no year"),
        ("CN,2020,,1", "no indicator"),
        (",2020,gdp,1", "no place"),
        ("CN,2020,gdp", "3 columns instead of 4"),
    ],
)
def test_a_bad_indicator_is_set_aside_with_file_and_line(workspace, file, tmp_path, row, reason):
    path = file("i.csv", "place_id,year,indicator,value", "CN,2019,gdp,1", row, "US,2019,gdp,2")
    report = ingest_indicators(workspace, path)
    assert (report.read, report.kept, dict(report.rejects)) == (3, 2, {reason: 1})
    (bad,) = table(workspace, "rejects")
    assert (bad["source"], bad["line"], bad["reason"]) == (f"{tmp_path.name}/i.csv", 3, reason)
    assert [row["place_id"] for row in table(workspace, "indicators")] == ["CN", "US"]
    before = workspace.table("indicators").read_bytes()
    with pytest.raises(BadRecord, match=rf"i\.csv:3: {reason}"):
        ingest_indicators(workspace, path, strict=True)
    assert workspace.table("indicators").read_bytes() == before


def test_bad_rows_of_maps_and_lists(workspace, file):
    path = file("m.csv", "from,to,part", "Physics,X,0", "Physics,X,half", ",X,1", "Physics,,1", "Physics,X,1")
    assert dict(ingest_subject_map(workspace, path).rejects) == {
        "no subject and no journal to map from": 1,
        "no subject to map to": 1,
        "the part is no number": 1,
        "the part is not above 0": 1,
    }
    assert dict(ingest_marks(workspace, file("l.csv", "name,country", ",CN", "Peking University,CN")).rejects) == {
        "no institution": 1
    }


def test_a_list_of_bad_rows_alone_does_not_take_the_place_of_a_good_one(workspace, file):
    path = file("codes.csv", "code,becomes", "US,CN")
    ingest_countries(workspace, path)
    before = workspace.state()
    for _ in range(2):  # what was staged the first time is not taken the second
        file("codes.csv", "code,becomes", "Atlantis,CN", ",CN", "HK,HK")
        with pytest.raises(
            DataError, match=r"No row of .*codes\.csv can be used as a list of countries: .* Nothing was changed"
        ):
            ingest_countries(workspace, path)
        assert workspace.state() == before
    # without rows it takes itself back
    assert ingest_countries(workspace, file("codes.csv", "code,becomes")).kept == 0
    assert workspace.state()["fingerprint"] != before["fingerprint"]


def test_a_list_that_is_no_list_is_refused_and_nothing_changes(workspace, file, tmp_path):
    before = workspace.state()
    with pytest.raises(MissingColumn, match=r"the table of journals needs a column for journal_id or issn or name"):
        ingest_journals(workspace, file("x.csv", "publisher", "Elsevier"))
    with pytest.raises(MissingColumn, match="value"):
        ingest_indicators(workspace, file("y.csv", "place,year,indicator", "CN,2020,gdp"))
    with pytest.raises(SettingsError, match="does not exist"):
        ingest_marks(workspace, tmp_path / "nowhere.csv")
    assert workspace.state() == before
