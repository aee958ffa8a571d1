"""Countries counted with others by a map of the user's own."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from toolkit.cli import main
from toolkit.corpus.lists.ingest_lists import ingest_countries
from toolkit.corpus.plain import ingest_tables
from toolkit.errors import BadRecord, MissingColumn
from toolkit.measures.answers import collaboration_types, pairs, share
from toolkit.workspace import open_workspace

WORKS = "work_id,year,title\nW1,2020,One\nW2,2020,Two\nW3,2020,Three\nW4,2020,Four\n"
AUTHORSHIPS = """work_id,author_id,institution,institution_id,city,city_id,region,country
W1,A1,HKU,hku,Hong Kong,1819729,,Hong Kong
W1,A2,PKU,pku,Beijing,1816670,22,China
W2,A3,NTU,ntu,Taipei,1668341,03,Taiwan
W2,A4,Oxford,oxf,Oxford,2640729,ENG,GB
W3,A1,HKU,hku,Hong Kong,1819729,,HK
W4,A5,Nobody's,nob,,,,
"""
INSTITUTIONS = "institution_id,name,country\nnob,Nobody's,HK\n"
MAP = "code,becomes,remark\nHK,China,\nTWN,CN,\n"


def tables(tmp_path):
    found = {"works": WORKS, "authorships": AUTHORSHIPS, "institutions": INSTITUTIONS}
    for name, text in found.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: tmp_path / f"{name}.csv" for name in found}


@pytest.fixture
def workspace(tmp_path):
    made = open_workspace(tmp_path / "w")
    ingest_tables(made, **tables(tmp_path))
    return made


def given(tmp_path, text):
    path = tmp_path / "countries.csv"
    path.write_text(text, encoding="utf-8")
    return path


def column(workspace, table, name, key):
    rows = pq.read_table(workspace.table(table)).to_pylist()
    return {row[key]: row[name] for row in rows}


def counted(workspace, level="country"):
    frame = share(workspace, level=level).frame
    return dict(zip(frame["id"], zip(frame["count"], frame["share"], strict=True), strict=True))


def test_without_a_map_hong_kong_and_taiwan_stay_apart(workspace):
    assert counted(workspace) == {"HK": (3, 2.5), "CN": (1, 0.5), "TW": (1, 0.5), "GB": (1, 0.5)}
    assert counted(workspace, "region")["TW.03"] == (1, 0.5)


def test_every_level_follows_the_map(workspace, tmp_path):
    report = ingest_countries(workspace, given(tmp_path, MAP))
    assert (report.read, report.kept, report.rejects) == (2, 2, {})
    assert counted(workspace) == {"CN": (4, 3.5), "GB": (1, 0.5)}
    assert column(workspace, "cities", "country", "city_id")["1668341"] == "CN"
    assert column(workspace, "institutions", "country", "institution_id")["nob"] == "CN", "a site without a city"
    # GeoNames' 03 is another division of China: Taipei's own keeps the code it had, and Hong Kong's has none
    regions = counted(workspace, "region")
    assert regions["CN.TW-03"] == (1, 0.5)
    assert {"CN.03", "CN.HK", "TW.03"} & regions.keys() == set()
    frame = pairs(workspace, level="country").frame
    assert frame[["a_id", "b_id", "joint", "score"]].to_numpy().tolist() == [["CN", "GB", 1, 1.0]]
    types = collaboration_types(workspace).frame.set_index("type")["count"]
    assert (types["domestic"], types["international"]) == (1, 1), "Hong Kong with Beijing is inside the country"
    assert share(workspace, level="city", country="CN").frame["id"].tolist() == ["1819729", "1668341", "1816670"]


def test_the_map_is_taken_back_and_another_takes_its_place(workspace, tmp_path):
    before = workspace.fingerprint
    ingest_countries(workspace, given(tmp_path, MAP))
    assert workspace.fingerprint != before
    ingest_countries(workspace, given(tmp_path, "code,becomes\nGB,US\n"))
    assert set(counted(workspace)) == {"HK", "CN", "TW", "US"}
    ingest_countries(workspace, given(tmp_path, "code,becomes\n"))
    assert workspace.fingerprint == before


def test_what_the_map_says_in_vain_is_listed(workspace, tmp_path):
    rows = "code,becomes\nHK,XQ\nHK,\n,CN\nCN,China\nHK,CN\nHK,GB\nMO,CN\nTW,HK\n"
    report = ingest_countries(workspace, given(tmp_path, rows))
    assert report.rejects == {
        "no country": 1,
        "no country that it becomes": 1,
        "the country becomes itself": 1,
        "unknown country: XQ": 1,
    }
    (laid,) = report.run.facts["report"]["lists"]
    assert (laid["kind"], laid["rows"], laid["matched"], laid["unmatched"]) == ("countries", 4, 1, 3)
    notes = {(row["line"], row["reason"]) for row in pq.read_table(workspace.table("rejects")).to_pylist()}
    assert {
        (7, "kept: another country for this one was taken: CN"),
        (8, "kept: a country of the map that no place of the works lies in"),
        (9, "kept: the country that it becomes is itself changed by the map"),
    } <= notes
    assert set(counted(workspace)) == {"CN", "GB", "TW"}


def test_indicators_of_a_country_that_is_counted_with_another_are_set_aside(workspace, tmp_path):
    (tmp_path / "gdp.csv").write_text(
        "place_id,year,indicator,value\nHK,2020,gdp,1\nCN,2020,gdp,2\n1819729,2020,gdp,3\n", encoding="utf-8"
    )
    ingest_tables(
        workspace,
        **tables(tmp_path),
        lists={"countries": given(tmp_path, MAP), "indicators": tmp_path / "gdp.csv"},
    )
    assert column(workspace, "indicators", "value", "place_id") == {"CN": 2.0, "1819729": 3.0}
    reasons = [row["reason"] for row in pq.read_table(workspace.table("rejects")).to_pylist()]
    assert "unknown place: the country map makes HK CN" in reasons


def test_a_bad_map_is_refused_with_its_line_and_the_workspace_stays(workspace, tmp_path):
    before = workspace.fingerprint
    with pytest.raises(MissingColumn, match="countries needs a column for becomes"):
        ingest_countries(workspace, given(tmp_path, "code\nHK\n"))
    with pytest.raises(BadRecord, match=r"countries\.csv:2: unknown country: Atlantis"):
        ingest_countries(workspace, given(tmp_path, "code,becomes\nAtlantis,CN\n"), strict=True)
    assert workspace.fingerprint == before


LISTS = {
    "journals": "name\nNature\n",
    "marks": "institution_id\npku\n",
    "subject-map": "subject_from,subject\nPhysics,Science\n",
    "metro": "city_id,metro_id\n1816670,jjj\n",
    "countries": "code,becomes\nHK,CN\n",
}


@pytest.mark.parametrize("command", ["openalex", "institutions", "ror", "tables"])
def test_all_lists_go_with_every_ingest_of_records_in_one_go(tmp_path, command, monkeypatch):
    """One putting together, and the tables are those that the lists would make one after the other."""
    put: list[int] = []
    from toolkit.corpus import assemble

    whole = assemble.assemble
    monkeypatch.setattr(assemble, "assemble", lambda *given, **more: (put.append(1), whole(*given, **more))[1])
    root = tmp_path / "w"
    paths = {}
    for kind, text in LISTS.items():
        paths[kind] = tmp_path / f"{kind}.csv"
        paths[kind].write_text(text, encoding="utf-8")
    (tmp_path / "works.jsonl").write_text(
        '{"id": "https://openalex.org/W1", "type": "article", "publication_year": 2020, "authorships": []}\n'
    )
    (tmp_path / "ror.jsonl").write_text(
        '{"id": "https://ror.org/02v51f717", "names": [{"value": "PKU", "types": ["ror_display"]}]}\n'
    )
    (tmp_path / "institutions.jsonl").write_text('{"id": "https://openalex.org/I20231570", "display_name": "PKU"}\n')
    files = {
        "openalex": [str(tmp_path / "works.jsonl")],
        "institutions": [str(tmp_path / "institutions.jsonl")],
        "ror": [str(tmp_path / "ror.jsonl")],
        "tables": [word for name, path in tables(tmp_path).items() for word in (f"--{name}", str(path))],
    }
    options = [word for kind, path in paths.items() for word in (f"--{kind}", str(path))]
    assert main(["ingest", command, *files[command], *options, "-w", str(root)]) == 0
    assert put == [1]
    state = open_workspace(root).state()
    assert {one["kind"] for one in state["sources"]} == {command, *LISTS}
    if command == "tables":
        assert column(open_workspace(root), "cities", "metro_id", "city_id")["1816670"] == "jjj"
        assert column(open_workspace(root), "institutions", "marks", "institution_id")["pku"] == ["marks"]
        assert set(counted(open_workspace(root))) == {"CN", "TW", "GB"}
