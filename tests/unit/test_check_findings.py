"""Each finding of the report: caught when planted, silent when not; its listing has ids, names and Share."""

import json
from dataclasses import replace

import pyarrow as pa
import pytest

from toolkit.analyses.repeating import repeat
from toolkit.corpus import ingest
from toolkit.corpus.checking import LISTINGS, lines_against, listing_asked, reconciliation, repeat_check
from toolkit.corpus.example import example_workspace, hand_tables, write_tables
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, DataError
from toolkit.runs import Answer, RunRecord
from toolkit.workspace import open_workspace

CITIES = {
    "c1": ("Ann Arbor", "US", 42.28, -83.74),
    "c2": ("Boston", "US", 42.36, -71.06),
    "c3": ("Riga", "LV", 56.9, 24.1),
}
INSTITUTIONS = {"big": "c1", "far": "c2", "near": "c1", "lost": None, "latvian": "c3", "other": "c2"}
COLUMNS = {"cities": ("city_id", "name", "country", "admin1", "lat", "lon")}
ROR_READ = {"ror": {"files": 1, "read": 1, "kept": 1, "left_out": {}, "rejects": {}, "facts": {}}}


def workspace(folder, works, *, kin=(), changes=None, state=None):
    """A workspace of ``works``: (year, {author: institutions}); ``changes`` replaces whole tables."""
    rows = {
        "works": [
            (f"W{n:03}", None, f"Title {n}", year, None, "article", len(people), False, "made")
            for n, (year, people) in enumerate(works)
        ],
        "authorships": [
            (f"W{n:03}", author, author, position, f"{home}@{INSTITUTIONS[home] or ''}" if home else None)
            for n, (_, people) in enumerate(works)
            for position, (author, homes) in enumerate(people.items())
            for home in (homes or (None,))
        ],
        "authors": [
            (author, None, f"Name {author}") for author in sorted({author for _, people in works for author in people})
        ],
        "institutions": [
            (key, key.upper(), ["education"], CITIES[city][1] if city else None, [])
            for key, city in INSTITUTIONS.items()
        ],
        "sites": [(f"{key}@{city or ''}", key, city, None, None) for key, city in INSTITUTIONS.items()],
        "cities": [(key, name, land, "R", lat, lon) for key, (name, land, lat, lon) in CITIES.items()],
        "lineage": [(child, ancestor, 1, "parent") for child, ancestor in kin],
        **(changes or {}),
    }
    tables = {
        name: pa.Table.from_pylist(
            [dict(zip(COLUMNS.get(name, TABLES[name].names), row, strict=True)) for row in content],
            schema=TABLES[name],
        )
        for name, content in rows.items()
    }
    made = open_workspace(folder)
    write_tables(made, tables)
    if state:
        with made.writing():
            made.update_state(state)
    return made


def values(found, section):
    rows = found.lines[found.lines["section"] == section]
    return dict(zip(rows["item"], rows["value"], strict=True))


def records(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def shadowing(name, times=5, alone=0, people=3):
    """Articles signed from ``name`` and ``big`` together, ``alone`` from ``name``, and twelve from ``big``."""
    together = [(2020, {f"S{n % people}": (name, "big")}) for n in range(times)]
    return together + [(2020, {"S0": (name,)})] * alone + [(2020, {f"B{n}": ("big",)}) for n in range(12)]


@pytest.mark.parametrize(
    ("name", "rule", "item"),
    [
        ("far", "far from its partner", "institutions that sign with one far larger partner far off"),
        ("lost", "place unknown", "institutions without a place that sign with one larger partner"),
        ("near", "near its partner", "institutions that sign with one larger partner near by"),
    ],
)
def test_an_institution_that_only_shadows_a_larger_one_is_suspect(tmp_path, name, rule, item):
    found = reconciliation(workspace(tmp_path, shadowing(name)))
    assert {key: number for key, number in values(found, "matching").items() if number} == {item: 1}
    (row,) = records(found.listing("matching"))
    assert (row["institution_id"], row["name"], row["rule"], row["partner_id"]) == (name, name.upper(), rule, "big")
    assert (row["works"], row["authors"], row["affiliations"], row["together"], row["share"]) == (5, 3, 5, 1.0, 2.5)
    if name == "far":
        assert row["km"] == pytest.approx(1041.5, abs=0.5)  # Ann Arbor to Boston on the globe
    assert values(found, "matching: largest") == {f"{name.upper()} with BIG": 5}


@pytest.mark.parametrize(
    ("works", "kin"),
    [
        (shadowing("far", times=4), ()),  # four articles are too few
        (shadowing("far", people=2), ()),  # so are two people
        (shadowing("far", alone=2), ()),  # 5 of 7 is less than four fifths
        (shadowing("far"), (("far", "big"),)),  # an institute and its university
        (shadowing("far")[:-8], ()),  # big has 9 affiliations, less than twice 5
    ],
)
def test_what_is_less_than_a_shadow_is_no_suspect(tmp_path, works, kin):
    found = reconciliation(workspace(tmp_path, works, kin=kin))
    assert found.listing("matching").empty
    assert set(values(found, "matching").values()) == {0}


def test_an_institution_whose_authors_otherwise_sign_from_abroad_is_suspect(tmp_path):
    # two partners share the authors, so none of them alone has four fifths
    works = [(2020, {f"P{n % 5}": ("latvian", "big" if n % 2 else "far")}) for n in range(10)]
    works += [(2020, {f"B{n}": ("big",), f"F{n}": ("far",)}) for n in range(9)]
    found = reconciliation(workspace(tmp_path, works))
    (row,) = records(found.listing("matching"))
    assert (row["institution_id"], row["rule"], row["partner_country"]) == ("latvian", "partners abroad", "US")
    assert (row["partner_id"], row["works"], row["together"], row["share"]) == (None, 10, 1.0, 5.0)
    assert values(found, "matching: largest") == {"LATVIAN with others in US": 10}
    fewer = reconciliation(workspace(tmp_path / "fewer", works[1:]))
    assert fewer.listing("matching").empty
    alone = reconciliation(workspace(tmp_path / "alone", works + [(2020, {f"Q{n}": ("latvian",)}) for n in range(4)]))
    assert alone.listing("matching").empty  # 10 of 14 is less than three quarters


def commuting(author, *path):
    return [(2010 + n, {author: (home,)}) for n, home in enumerate(path)]


def test_authors_going_back_and_forth_make_a_corridor(tmp_path):
    back = ("big", "far", "big")
    works = [*commuting("A", *back), *commuting("B", *back), *commuting("C", "far", "big", "far", "big")]
    found = reconciliation(workspace(tmp_path, [*works, *commuting("D", "big", "far")]))
    (row,) = records(found.listing("corridors"))
    assert (row["a_id"], row["a_name"], row["b_id"], row["b_name"]) == ("big", "BIG", "far", "FAR")
    assert (row["authors"], row["from_a_to_b"], row["from_b_to_a"], row["back_and_forth"]) == (4, 4, 4, 3)
    assert row["share"] == 12.0
    assert values(found, "corridors") == {"pairs with authors going back and forth": 1}


def test_two_commuters_kin_and_years_at_both_make_no_corridor(tmp_path):
    back = ("big", "far", "big")
    two = [*commuting("A", *back), *commuting("B", *back), *commuting("C", "big", "far")]
    assert reconciliation(workspace(tmp_path / "two", two)).listing("corridors").empty
    three = [*two, *commuting("D", *back)]
    assert len(reconciliation(workspace(tmp_path / "three", three)).listing("corridors")) == 1
    assert reconciliation(workspace(tmp_path / "kin", three, kin=[("far", "big")])).listing("corridors").empty
    both = [(year, {name: ("big", "far")}) for name in "ABC" for year in (2010, 2011, 2012)]
    assert reconciliation(workspace(tmp_path / "both", both)).listing("corridors").empty


def test_an_institute_and_its_ancestor_on_one_author_with_the_share_they_split(tmp_path):
    works = [(2020, {"A": ("far", "big"), "B": ("other",)}), (2021, {"A": ("far", "big", "other")})]
    found = reconciliation(workspace(tmp_path, works, kin=[("far", "big")]))
    (row,) = records(found.listing("kin"))
    assert (row["institution_id"], row["ancestor_id"], row["authors"], row["works"]) == ("far", "big", 2, 2)
    assert row["share"] == pytest.approx(1 / 2 + 2 / 3, abs=1e-9)
    note = found.lines.set_index(["section", "item"]).loc[("kin", "authors at an institution and its ancestor"), "note"]
    assert note == "on 2 works, Share 1.167"
    assert values(found, "kin: largest") == {"FAR in BIG": 2}
    assert reconciliation(workspace(tmp_path / "none", works)).listing("kin").empty


def test_people_at_too_many_institutions_in_a_year(tmp_path):
    homes = [f"i{n:02}" for n in range(22)]
    changes = {
        "institutions": [(key, key, ["education"], "US", []) for key in homes],
        "sites": [(f"{key}@c1", key, "c1", None, None) for key in homes],
    }

    def found(folder, number):
        signed = [(f"W{n:03}", "A", "A", 0, f"{key}@c1") for n, key in enumerate(homes[:number])]
        works = [(2020, {"A": ("big",)})] * number
        return reconciliation(workspace(folder, works, changes={**changes, "authorships": signed}))

    many = found(tmp_path / "many", 21)
    assert records(many.listing("people")) == [
        {"author_id": "A", "name": "Name A", "year": 2020, "institutions": 21, "works": 21, "share": 21.0}
    ]
    assert values(many, "people") == {"authors at more than 20 institutions in a year": 1}
    assert found(tmp_path / "few", 20).listing("people").empty


def test_the_registry_is_held_against_the_works(tmp_path):
    works = [(2020, {"A": ("big",), "B": ("far", "near")}), (2021, {"A": ("big", "other")})]
    registry = [
        ("big", "ror", "withdrawn", "c2", "Boston", "US", 42.36, -71.06),
        ("far", "ror", "inactive", "c2", "Boston", "US", 42.36, -71.06),
        ("near", "ror", "active", "c9", "ann arbor", "US", 42.3, -83.7),  # another id of the same place
        ("other", "openalex", "", None, None, None, None, None),
    ]
    state = {"report": {"inputs": ROR_READ}}
    found = reconciliation(workspace(tmp_path, works, changes={"registry": registry}, state=state))
    assert values(found, "registry") == {
        "inactive institutions in use": 1,
        "withdrawn institutions in use": 1,
        "institutions without a ROR id": 2,
        "institutions not in the ROR that was read": 0,
    }
    assert [(row["institution_id"], row["status"], row["share"]) for row in records(found.listing("registry"))] == [
        ("big", "withdrawn", 1.0),
        ("other", "no ROR id", 0.5),
        ("far", "inactive", 0.25),
        ("near", "no ROR id", 0.25),
    ]
    (row,) = records(found.listing("cities"))
    assert (row["institution_id"], row["city"], row["registry_city"]) == ("big", "Ann Arbor", "Boston")
    assert (row["affiliations"], row["share"], row["registry"]) == (2, 1.0, "ror")
    assert row["km"] == pytest.approx(1041.5, abs=0.5)
    silent = reconciliation(workspace(tmp_path / "silent", works))
    assert silent.listing("cities").empty
    assert values(silent, "registry")["withdrawn institutions in use"] == 0


def test_ids_that_the_registry_lacks_are_told_where_it_was_read(tmp_path):
    names = {"big": "00jmfr291", "far": "00tpdkh38"}
    changes = {
        "institutions": [(ror, key, ["education"], "US", []) for key, ror in names.items()],
        "sites": [(f"{ror}@", ror, None, None, None) for ror in names.values()],
        "authorships": [("W000", "A", "A", 0, f"{ror}@") for ror in names.values()],
        "registry": [("00jmfr291", "ror", "active", None, None, None, None, None)],
    }
    for read, expected in ((True, ["00tpdkh38"]), (False, [])):
        state = {"report": {"inputs": ROR_READ if read else {}}}
        made = workspace(tmp_path / str(read), [(2020, {"A": ("big",)})], changes=changes, state=state)
        assert reconciliation(made).listing("registry")["institution_id"].tolist() == expected


def test_institutions_without_types_and_cities_that_lack_something(tmp_path):
    kinds = {"big": [], "far": ["funder"], "near": ["education", "funder"]}
    changes = {
        "institutions": [(key, key, types, "US", []) for key, types in kinds.items()],
        "sites": [("big@c1", "big", "c1", None, None), ("far@x-1", "far", "x-1", None, None),
                  ("near@c3", "near", "c3", None, None)],
        "authorships": [("W000", "A", "A", 0, site) for site in ("big@c1", "far@x-1", "near@c3")],
        "cities": [("c1", "A", "US", None, 1.0, 1.0),
                   ("x-1", "B", "US", "R", 1.0, 1.0),
                   ("c3", "C", None, "R", None, None)],
    }  # fmt: skip
    found = reconciliation(workspace(tmp_path, [(2020, {"A": ("big",)})], changes=changes))
    assert found.listing("untyped")["institution_id"].tolist() == ["big", "far"]
    assert values(found, "untyped") == {"institutions without a type": 2}
    assert found.listing("placeless")[["city_id", "lacks"]].to_numpy().tolist() == [
        ["c1", "no region"],
        ["c3", "no country"],
        ["x-1", "no GeoNames id"],
    ]
    clean = reconciliation(workspace(tmp_path / "clean", [(2020, {"A": ("big",)})]))
    assert clean.listing("untyped").empty
    assert clean.listing("placeless").empty


def test_works_told_twice_and_people_told_apart(tmp_path):
    works = [
        (2020, {"A": ("big",)}),
        (2020, {"A": ("big",), "B": ("far",)}),
        (2020, {"B": ("far",)}),
        (2021, {"A": ()}),
    ]
    titles = ["The same twenty letters"] * 2 + ["The same twenty letters"] * 2
    dois = ["10.1/a", None, None, "10.1/a"]
    made = [
        (f"W{n:03}", dois[n], titles[n], year, None, "article", len(people), False, "made")
        for n, (year, people) in enumerate(works)
    ]
    people = [("A", "0000-1", "Ann"), ("B", "0000-1", "Anna")]
    found = reconciliation(workspace(tmp_path, works, changes={"works": made, "authors": people}))
    # W001 shares A with W000, W002 shares B with W001 (not with W000); W003 is of another year but has W000's DOI
    assert [(row["work_id"], row["other_id"], row["reason"]) for row in records(found.listing("doubles"))] == [
        ("W001", "W000", "same title, year and an author"),
        ("W002", "W001", "same title, year and an author"),
        ("W003", "W000", "same DOI"),
    ]
    assert [(row["author_id"], row["works"], row["share"]) for row in records(found.listing("orcids"))] == [
        ("A", 3, 2.5),
        ("B", 2, 1.5),
    ]
    assert reconciliation(workspace(tmp_path / "clean", works)).listing("doubles").empty


def test_works_in_no_share_and_authors_without_affiliation_are_listed(tmp_path):
    found = reconciliation(example_workspace(tmp_path))
    assert found.listing("uncounted")[["work_id", "reason"]].to_numpy().tolist() == [
        ["W08", "author list cut"],
        ["W09", "no author"],
        ["W10", "no year"],
    ]
    (row,) = records(found.listing("unassigned"))
    assert (row["work_id"], row["authors"], row["n_authors"], row["share"]) == ("W04", 1, 2, 0.5)
    total = found.lines.set_index(["section", "item"]).loc[("authors", "unassigned Share"), "value"]
    assert found.listing("unassigned")["share"].sum() == total


def test_a_clean_article_raises_no_finding(tmp_path):
    found = reconciliation(example_workspace(tmp_path, tables=hand_tables()))
    raised = {name for name in LISTINGS if len(found.listings[name])}
    assert raised == {"registry"}  # the example's institutions have ids of their own
    assert set(values(found, "registry").values()) == {0, 4}


def test_ingested_records_carry_what_the_registry_says(tmp_path):
    ror = tmp_path / "ror.jsonl"
    ror.write_text(
        '{"id": "https://ror.org/00jmfr291", "names": [{"value": "Michigan", "types": ["ror_display"]}], "status": '
        '"withdrawn", "types": ["education"], "locations": [{"geonames_id": 4984247, "geonames_details": {"name": '
        '"Ann Arbor", "country_code": "US", "country_subdivision_name": "Michigan", "lat": 42.28, "lng": -83.74}}], '
        '"relationships": [], "links": [], "external_ids": [], "admin": {"last_modified": {"date": "2024-01-01", '
        '"schema_version": "2.0"}}}\n',
        encoding="utf-8",
    )
    (tmp_path / "works.csv").write_text("work_id,year\nW1,2020\n", encoding="utf-8")
    (tmp_path / "authorships.csv").write_text(
        "work_id,author_id,institution_id\nW1,A1,https://ror.org/00jmfr291\n", encoding="utf-8"
    )
    (tmp_path / "institutions.csv").write_text(
        "institution_id,name,city,country,lat,lon\nhttps://ror.org/00jmfr291,Michigan,Boston,US,42.36,-71.06\n",
        encoding="utf-8",
    )
    made = open_workspace(tmp_path / "ws")
    ingest_tables(
        made,
        works=[tmp_path / "works.csv"],
        authorships=[tmp_path / "authorships.csv"],
        institutions=[tmp_path / "institutions.csv"],
    )
    assert reconciliation(made).listing("cities").empty
    ingest.ingest_ror(made, [ror])
    found = reconciliation(made)
    (row,) = records(found.listing("cities"))
    assert (row["city"], row["registry_city"], row["registry_city_id"]) == ("Boston", "Ann Arbor", "4984247")
    assert found.listing("registry")["status"].tolist() == ["withdrawn"]


def test_lines_stand_beside_those_of_another_workspace(tmp_path):
    new = reconciliation(example_workspace(tmp_path / "new"))
    old = reconciliation(example_workspace(tmp_path / "old", tables=hand_tables()))
    answer = lines_against(new, old)
    frame = answer.frame.set_index(["section", "item"])
    assert frame.loc[("works", "kept"), ["value", "old_value", "difference"]].tolist() == [13, 1, 12]
    assert frame.loc[("years", "2021"), ["value", "old_value", "difference"]].tolist() == [4, None, 4]
    assert frame.loc[("invariant: city", "+ unlocated"), "difference"] == 1.5
    back = lines_against(old, new).frame.set_index(["section", "item"])
    assert back.loc[("years", "2021"), ["value", "old_value", "difference"]].tolist() == [None, 4, -4]
    assert list(back.index.get_level_values(0)).index("years") < list(back.index.get_level_values(0)).index(
        "consistency"
    )
    assert answer.run.parameters["old_fingerprint"] == old.run.fingerprint
    same = lines_against(new, new).frame
    assert (same["difference"] == 0).all()
    assert same["value"].tolist() == new.lines["value"].tolist()


def test_listings_are_asked_for_by_name_section_or_flag():
    assert listing_asked(None) is None
    assert listing_asked("matching: largest") == "matching"
    assert listing_asked("no city") == listing_asked(None, unlocated=True) == "unlocated"
    with pytest.raises(BadParameter, match="'nonsense' can't be used: it is one of rejects, unlocated, uncounted"):
        listing_asked("nonsense")
    with pytest.raises(BadParameter, match="one listing at a time"):
        listing_asked("kin", rejects=True)
    with pytest.raises(BadParameter, match="listings are not"):
        listing_asked("kin", against=True)


def test_another_workspace_without_records_is_refused(cli_like, tmp_path):
    example_workspace(tmp_path / "new")
    code, err = cli_like("check", "-w", tmp_path / "new", "--against", tmp_path / "nothing")
    assert code == 4
    assert "nothing has no records yet" in err


@pytest.fixture
def cli_like(capfd):
    from toolkit.cli import main

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        return code, capfd.readouterr().err.replace("\n", " ")

    return run


def test_a_workspace_of_an_older_version_is_read(tmp_path):
    made = example_workspace(tmp_path)
    made.table("registry").unlink()
    assert reconciliation(made).listing("cities").empty


def staffed(name, people, *, home="big", alone=True, year=2020):
    """``people`` who sign once from ``name`` and in the years around from ``home``, which has as many others."""
    works = [(year, {f"S{n}": (name,) if alone else (name, home)}) for n in range(people)]
    works += [(year + 2, {f"S{n}": (home,)}) for n in range(people)]
    return works + [(year, {f"B{n}": (home,)}) for n in range(people)]


def test_an_institution_whose_authors_are_otherwise_at_one_other_is_suspect(tmp_path):
    """A wrong match that stands alone on its articles."""
    found = reconciliation(workspace(tmp_path, staffed("lost", 4)))
    (row,) = records(found.listing("strangers"))
    assert (row["institution_id"], row["rule"]) == ("lost", "authors of one other institution")
    assert (row["partner_id"], row["partner_name"], row["partner_country"]) == ("big", "BIG", "US")
    assert (row["authors"], row["alone"], row["strangers"], row["works"], row["share"]) == (4, 4, 4, 4, 4.0)
    assert values(found, "strangers: largest") == {"LOST: BIG": 4}
    assert found.listing("matching").empty


@pytest.mark.parametrize(
    ("works", "kin"),
    [
        (staffed("lost", 3), ()),  # three people are too few
        (staffed("lost", 4), (("lost", "big"),)),  # an institute of the university
        (staffed("lost", 4)[:-1], ()),  # big has 7 authors, less than twice 4
        ([*staffed("lost", 4), *((2020, {f"N{n}": ("lost",)}) for n in range(2))], ()),  # 4 of 6 who sign alone
        ([(year + 3 * (year == 2022), people) for year, people in staffed("lost", 4)], ()),  # elsewhere 5 years later
        (staffed("near", 4, home="far", year=2020)[:8], ()),  # nobody else is there
    ],
)
def test_people_who_have_moved_or_belong_are_no_strangers(tmp_path, works, kin):
    assert reconciliation(workspace(tmp_path, works, kin=kin)).listing("strangers").empty


def test_an_institution_of_visitors_from_abroad_is_suspect(tmp_path):
    """Five who are there in one year only and otherwise at different places abroad."""
    homes = ("big", "far", "near", "other", "big")
    works = [(2020, {f"S{n}": ("latvian",)}) for n in range(5)]
    works += [(2019 + 2 * (n % 2), {f"S{n}": (home,)}) for n, home in enumerate(homes)]
    found = reconciliation(workspace(tmp_path, works))
    (row,) = records(found.listing("strangers"))
    assert (row["institution_id"], row["rule"], row["partner_country"]) == ("latvian", "authors from abroad", "US")
    assert (row["partner_id"], row["authors"], row["strangers"], row["share"]) == (None, 5, 5, 5.0)
    assert values(found, "strangers: largest") == {"LATVIAN: others in US": 5}
    stay = [*works, (2021, {"S0": ("latvian",)})]  # one of them two years
    assert reconciliation(workspace(tmp_path / "stay", stay)).listing("strangers").empty
    staff = [*works, *((2020, {f"L{n}": ("latvian",)}) for n in range(4))]  # 5 of 9
    assert reconciliation(workspace(tmp_path / "staff", staff)).listing("strangers").empty


def test_circles_of_ancestors_are_listed_with_their_members(tmp_path):
    def pairs(*circle):
        return [(a, b) for a in circle for b in circle if a != b]

    lineage = [*pairs("big", "far", "near"), *pairs("lost", "other"), ("latvian", "big")]
    found = reconciliation(workspace(tmp_path, [(2020, {"A": ("far",)})], kin=lineage))
    rows = records(found.listing("circles"))
    assert [(row["circle_id"], row["institution_id"], row["members"], row["works"], row["share"]) for row in rows] == [
        ("big", "big", 3, 0, 0.0),
        ("big", "far", 3, 1, 1.0),
        ("big", "near", 3, 0, 0.0),
        ("lost", "lost", 2, 0, 0.0),
        ("lost", "other", 2, 0, 0.0),
    ]
    assert values(found, "circles") == {"institutions in a circle of ancestors": 5}


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        (None, "no title"),
        ("  ", "no title"),
        ("Editorial Review Board", "front matter"),
        ("Table of Contents", "front matter"),
        ("ERRATA.", "front matter"),
        ("Notes for Contributors", "front matter"),
        ("List of Reviewers for this Special Issue", "front matter"),
        ("Acknowledgment of ad hoc reviewers", "front matter"),
        ("In Memoriam: A. B.", "front matter"),
        ("The <i>role</i> of theory", "markup in the title"),
        ("Research &amp; Development", "markup in the title"),
        ("From the editors: what grounded theory is not", None),
        ("Corrections officers and their work", None),
        ("Board diversity and the editorial process", None),
        ("R&D; a view with x < y and z > w", None),
        ("研究の目次について", None),
        ("مجلة البحوث العلمية", None),
    ],
)
def test_titles_that_no_article_has(tmp_path, title, reason):
    row = ("W000", None, title, 2020, None, "article", 1, False, "made")
    changes = {"works": [row], "authorships": [("W000", "A", "A", 0, "big@c1")], "authors": [("A", None, "Name")]}
    found = reconciliation(workspace(tmp_path, [], changes=changes))
    rows = records(found.listing("titles"))
    assert [(one["work_id"], one["reason"], one["share"]) for one in rows] == (
        [("W000", reason, 1.0)] if reason else []
    )


def test_a_report_is_repeated_from_its_record_alone(tmp_path):
    new = workspace(tmp_path / "new", shadowing("far"))
    old = workspace(tmp_path / "old", staffed("lost", 4))
    found = reconciliation(new)
    for answer in (Answer(found.lines, found.run), lines_against(found, reconciliation(old))):
        record = RunRecord.from_dict(json.loads(answer.run.to_json()))
        again = repeat(record, new)
        assert again.frame.equals(answer.frame)
        assert again.run.run_id == answer.run.run_id
    with pytest.raises(DataError, match="Repeat it in a workspace with the same records"):
        repeat_check(record, old)
    with pytest.raises(DataError, match="Repeat it in a workspace with the same records"):
        repeat_check(record, new, new)
    with pytest.raises(BadParameter, match="far = 7 can't be used: today it is 100"):
        repeat_check(replace(record, parameters={**record.parameters, "far": 7}), new)
    with pytest.raises(BadParameter, match="it is one of check, check against"):
        repeat_check(RunRecord("share", {}), new)
