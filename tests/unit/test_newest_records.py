"""Of several records of one institution the one modified last counts, and a difference is reported."""

from __future__ import annotations

import json
import random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit import ingest_institutions, ingest_metro, ingest_openalex, ingest_ror, ingest_tables
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.newest_records import settle_institutions
from toolkit.corpus.staging import STAGING
from toolkit.workspace import open_workspace

ROR, PARENT = "012345a67", "00hj54h04"
ALDER = {"id": "https://openalex.org/I1", "display_name": "Alder U", "ror": f"https://ror.org/{ROR}"}


def work(number=1, *institutions, **fields):
    listing = {"author": {"id": "https://openalex.org/A1", "display_name": "Ann"}, "institutions": list(institutions)}
    record = {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020}
    return record | {"authorships": [listing]} | fields


def second(modified, city, city_id, **fields):
    details = {"name": city, "country_code": "DE", "country_subdivision_name": "Saxony", "lat": 51.0, "lng": 13.0}
    return {
        "id": f"https://ror.org/{ROR}",
        "admin": {"last_modified": {"date": modified}},
        "names": [{"value": f"Alder in {city}", "types": ["ror_display"]}],
        "types": ["education"],
        "status": "active",
        "locations": [{"geonames_id": city_id, "geonames_details": details}],
        "relationships": [],
    } | fields


def first(city, city_id, code="DE.13"):
    geonames = {"id": city_id, "city": city, "geonames_admin1": {"name": "Saxony", "code": code}}
    return {
        "id": f"https://ror.org/{ROR}",
        "name": f"Alder in {city}",
        "types": ["Education"],
        "status": "active",
        "country": {"country_code": "DE"},
        "addresses": [{"lat": 51.0, "lng": 13.0, "geonames_city": geonames}],
        "relationships": [],
    }


def openalex(updated, city, city_id, **fields):
    geo = {"city": city, "geonames_city_id": str(city_id), "country_code": "DE", "latitude": 51.0, "longitude": 13.0}
    record = {"id": "https://openalex.org/I1", "display_name": f"Alder in {city}", "type": "education", "geo": geo}
    return record | {"updated_date": updated} | fields


@pytest.fixture
def workspace(tmp_path):
    made = open_workspace(tmp_path / "data")
    ingest_openalex(made, written(tmp_path / "works" / "works.jsonl", work(1, ALDER)))
    return made


def written(path, *records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def table(workspace, name):
    return pq.read_table(workspace.table(name)).to_pylist()


def cities(workspace):
    return [row["name"] for row in table(workspace, "cities")]


def differences(workspace):
    rows = [row for row in table(workspace, "rejects") if "record of this institution" in row["reason"]]
    return [(row["source"], row["line"], row["excerpt"]) for row in rows]


@pytest.mark.parametrize(("names", "order"), [(("a.json", "b.json"), (0, 1)), (("b.json", "a.json"), (1, 0))])
@pytest.mark.parametrize("registry", [(ingest_ror, second), (ingest_institutions, openalex)], ids=["ror", "openalex"])
def test_newest_record_counts_whatever_its_file_is_called_and_when_it_is_read(
    workspace, tmp_path, registry, names, order
):
    ingest, record = registry
    old = written(tmp_path / "registry" / names[0], record("2025-11-01", "Oldplace", 2925533))
    new = written(tmp_path / "registry" / names[1], record("2026-03-01", "Newplace", 2911298))
    for file in ((old, new)[place] for place in order):
        ingest(workspace, file)
    assert cities(workspace) == ["Newplace"]
    assert [row["name"] for row in table(workspace, "institutions")] == ["Alder in Newplace"]
    (found,) = differences(workspace)
    assert found[:2] == (f"registry/{names[0]}", 1)
    assert "city Oldplace 2925533 (used: Newplace 2911298)" in found[2]
    assert found[2].endswith(f"used: registry/{names[1]}:1")
    check = reconciliation(workspace)
    lines = {(row.section, row.item): row.value for row in check.lines.itertuples()}
    assert lines["institutions", "older records of a registry"] == 1
    assert lines["institutions", "older records that say something else"] == 1
    assert check.balanced


def test_equal_records_of_two_releases_are_not_reported(workspace, tmp_path):
    for release in ("v2.0-2025-12-16-ror-data.json", "v2.4-2026-03-12-ror-data.json"):
        ingest_ror(workspace, written(tmp_path / release, second("2025-11-01", "Newplace", 2911298), {"id": release}))
    assert differences(workspace) == []
    assert workspace.state()["report"]["registries"] == {"superseded": 1, "differing": 0, "differing_rows": 0}


def test_of_records_with_equal_dates_the_later_release_counts_then_the_first_file(workspace, tmp_path):
    ingest_ror(workspace, written(tmp_path / "v2.0-2025-12-16-ror-data.json", second("2025-11-01", "Oldplace", 1)))
    ingest_ror(workspace, written(tmp_path / "v2.10-2026-03-12-ror-data.json", second("2025-11-01", "Newplace", 2)))
    ingest_ror(workspace, written(tmp_path / "a.json", second("2025-11-01", "Undated", 3)))
    ingest_ror(workspace, written(tmp_path / "b.json", second("2025-11-01", "Undated too", 4)))
    assert cities(workspace) == ["Newplace"]
    assert len(differences(workspace)) == 3


@pytest.mark.parametrize(
    ("old_schema", "expected"),
    [
        ("v1.73-2025-10-28-ror-data.json", "Newplace"),
        ("v1.99-2026-04-01-ror-data.json", "Oldplace"),
        ("z.json", "Newplace"),
    ],
)
def test_records_of_schema_1_have_the_date_of_their_release_else_none(workspace, tmp_path, old_schema, expected):
    ingest_ror(workspace, written(tmp_path / old_schema, first("Oldplace", 1)))
    ingest_ror(workspace, written(tmp_path / "new.json", second("2026-03-01", "Newplace", 2)))
    assert cities(workspace) == [expected]


def test_what_the_newest_record_no_longer_says_is_gone(workspace, tmp_path):
    parent = [{"type": "parent", "id": f"https://ror.org/{PARENT}", "label": "Up"}]
    ingest_ror(workspace, written(tmp_path / "a.json", second("2024-01-01", "Oldplace", 1, relationships=parent)))
    assert [row["ancestor_id"] for row in table(workspace, "lineage")] == [PARENT]
    ingest_ror(workspace, written(tmp_path / "b.json", second("2025-01-01", "x", None, locations=[])))
    assert table(workspace, "lineage") == []
    assert cities(workspace) == []
    (found,) = differences(workspace)
    assert f"parents {PARENT} (used: none)" in found[2]


def test_region_codes_of_older_records_are_still_known(workspace, tmp_path):
    ingest_ror(workspace, written(tmp_path / "v1.json", first("Dresden", 2935022)))
    ingest_ror(workspace, written(tmp_path / "v2.json", second("2026-03-01", "Leipzig", 2879139)))
    (city,) = table(workspace, "cities")
    assert (city["name"], city["admin1"], city["region"]) == ("Leipzig", "13", "Saxony")


def test_of_two_codes_of_a_region_the_newest_record_s_counts(workspace, tmp_path):
    for release, code in (("v1.1-2023-01-01.json", "DE.02"), ("v1.2-2024-01-01.json", "DE.13")):
        ingest_ror(workspace, written(tmp_path / release, first("Dresden", 2935022, code)))
    assert [row["admin1"] for row in table(workspace, "cities")] == ["13"]


def test_partition_of_a_snapshot_is_the_date_of_its_institutions(workspace, tmp_path):
    for day, updated, city in (("2025-01-01", "2025-06-01", "Oldplace"), ("2025-03-01", "2025-02-01", "Newplace")):
        folder = tmp_path / "institutions" / f"updated_date={day}"
        ingest_institutions(workspace, written(folder / "part_000.jsonl", openalex(updated, city, len(city))))
    assert cities(workspace) == ["Newplace"]


@pytest.mark.parametrize("date", [None, 20260401, "soon", "2026-13-01", "9", ["2026-04-01"], {"date": 1}, ""])
def test_a_date_that_is_none_is_older_than_any_date(workspace, tmp_path, date):
    ingest_ror(workspace, written(tmp_path / "a.json", second(date, "Oldplace", 1)))
    ingest_ror(workspace, written(tmp_path / "b.json", second("2001-01-01", "Newplace", 2)))
    assert cities(workspace) == ["Newplace"]


def test_institutions_and_names_known_from_works_alone_come_from_the_work_updated_last(tmp_path):
    place = {"id": "https://openalex.org/I1", "display_name": "Alder"}
    made = open_workspace(tmp_path / "data")
    journal = {"id": "https://openalex.org/S1", "issn_l": "1111-1111"}
    for number, file, updated, country, kind in (
        (1, "a.jsonl", "2023-01-01", "GB", "company"),
        (2, "b.jsonl", "2025-01-01", "DE", "education"),
        (3, "c.jsonl", "2024-01-01", "FR", "facility"),
    ):
        record = work(number, place | {"country_code": country, "type": kind, "display_name": f"Alder {country}"})
        record["authorships"][0]["author"]["display_name"] = f"Ann {country}"
        record["primary_location"] = {"source": journal | {"display_name": f"Journal {country}"}}
        ingest_openalex(made, written(tmp_path / file, record | {"updated_date": updated}))
    (found,) = table(made, "institutions")
    assert (found["name"], found["country"], found["types"]) == ("Alder DE", "DE", ["education"])
    assert [row["name"] for row in table(made, "authors")] == ["Ann DE"]
    assert [row["name"] for row in table(made, "journals")] == ["Journal DE"]


def test_rows_of_tables_that_contradict_each_other_are_noted_and_the_first_counts(tmp_path):
    (tmp_path / "w.csv").write_text("id,year\nW1,2020\n")
    (tmp_path / "au.csv").write_text("work_id,author_id,institution_id\nW1,A1,X1\n")
    (tmp_path / "a.csv").write_text(
        "institution_id,name,city,country\nX9,Other,Bonn,DE\nX8,More,Bonn,DE\nX1,Alder,,DE\n"
    )
    (tmp_path / "b.csv").write_text("institution_id,name,city,country\nX1,Alder,Paris,FR\nX1,alder,Lyon,FR\n")
    made = open_workspace(tmp_path / "data")
    tables = [tmp_path / "a.csv", tmp_path / "b.csv"]
    ingest_tables(made, works=tmp_path / "w.csv", authorships=tmp_path / "au.csv", institutions=tables)
    assert [(row["institution_id"], row["country"]) for row in table(made, "institutions")] == [("X1", "DE")]
    assert cities(made) == ["Paris"]
    notes = [row for row in table(made, "rejects") if row["reason"].startswith("kept: another row of this institution")]
    assert [(row["source"].rpartition("/")[2], row["line"]) for row in notes] == [("b.csv", 2), ("b.csv", 3)]
    assert "country FR (used: DE)" in notes[0]["excerpt"]
    assert "city Lyon x-FR-lyon (used: Paris x-FR-paris)" in notes[1]["excerpt"]


DAYS = st.sampled_from([None, "2024-01-01", "2025-01-01", "2025-01-01T05:00:00", "2026-01-01"])
LABELS = st.sampled_from(
    ["a/a.json", "a/b.json", "x/v2.0-2025-12-16-ror-data.json", "updated_date=2025-06-01/part_0.gz"]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([0, 1]), st.sampled_from("AB"), DAYS, LABELS), max_size=12), st.randoms())
def test_winners_are_those_of_a_plain_reading_of_the_definition(records, shuffler: random.Random):
    labels = sorted({label for *_, label in records})
    rows = [
        {"input": labels.index(label), "label": label, "line": line, "rank": rank, "institution_ref": ref,
         "updated": day, "name": f"{line}"}
        for line, (rank, ref, day, label) in enumerate(records)
    ]  # fmt: skip

    def newest_first(row):
        released = "2025-12-16" if "v2.0" in row["label"] else ""
        day = "2025-06-01" if row["label"].startswith("updated_date") else (row["updated"] or released)[:10]
        return day, row["updated"] or "", released, -row["input"], -row["line"]

    expected = {}
    for row in rows:
        key = row["rank"], row["institution_ref"]
        expected[key] = max(expected.get(key, row), row, key=newest_first)
    given_rows = list(rows)
    shuffler.shuffle(given_rows)
    fields = [pa.field("input", pa.int64()), pa.field("label", pa.string()), *STAGING["institutions"]]
    with duckdb.connect() as db:
        db.register("given", pa.Table.from_pylist(given_rows, schema=pa.schema(fields)))
        db.execute("CREATE TEMP VIEW staged_institutions AS FROM given")
        counts = settle_institutions(db)
        kept = db.execute("SELECT rank, institution_ref, line FROM staged_institutions").fetchall()
        listed = db.execute("SELECT line FROM differing_institutions").fetchall()
    assert sorted(kept) == sorted((*key, row["line"]) for key, row in expected.items())
    assert len(listed) == counts["differing"] == counts["superseded"] == len(rows) - len(expected)


def test_two_merges_of_one_id_are_noted_and_the_later_day_counts(tmp_path):
    made = open_workspace(tmp_path / "data")
    folder = tmp_path / "snapshot" / "merged_ids" / "institutions"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("merge_date,id,merge_into_id\n2025-01-01,I1,I3\n")
    (folder / "b.csv").write_text("merge_date,id,merge_into_id\n2024-01-01,I1,I2\n")
    ingest_openalex(made, [written(tmp_path / "works.jsonl", work(1, ALDER | {"ror": None})), *folder.iterdir()])
    assert [row["institution_id"] for row in table(made, "institutions")] == ["I3"]
    notes = [row for row in table(made, "rejects") if row["reason"] == "kept: another merge of this id was used"]
    assert [(row["line"], row["excerpt"]) for row in notes] == [(2, "I1 into I2; used: I3")]


def test_second_name_of_a_metropolitan_area_is_noted(workspace, tmp_path):
    ingest_ror(workspace, written(tmp_path / "ror.json", second("2026-03-01", "Newplace", 2)))
    path = tmp_path / "metro.csv"
    path.write_text("city_id,metro_id,metro_name\n2,m,Greater\n2,m,Larger\n")
    ingest_metro(workspace, path)
    assert [row["metro"] for row in table(workspace, "cities")] == ["Greater"]
    (note,) = [row for row in table(workspace, "rejects") if "another name" in row["reason"]]
    assert (note["line"], note["reason"]) == (3, "kept: another name of this metropolitan area was taken: Greater")
