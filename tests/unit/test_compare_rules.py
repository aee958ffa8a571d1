"""Two workspaces put together by other rules: what these move is told apart from new articles and new places."""

from __future__ import annotations

import json

import pytest

from toolkit.analyses.repeating import repeat
from toolkit.cli import main
from toolkit.corpus.ingest import ingest_openalex, ingest_ror
from toolkit.corpus.plain import ingest_tables
from toolkit.errors import BadParameter, DataError
from toolkit.measures.compare.workspaces import compare, repeat_comparison
from toolkit.runs import RunRecord
from toolkit.workspace import open_workspace

CAUSES = ["from_new_articles", "from_lost_articles", "from_places", "from_rules"]
WORKS = {
    "W1": ("Nature", [("A1", "hku", "Hong Kong"), ("A2", "pku", "Beijing")]),
    "W2": ("Science", [("A3", "ntu", "Taipei"), ("A4", "oxf", "Oxford")]),
    "W3": ("Science", [("A1", "hku", "Hong Kong")]),
    "W4": ("Cell", [("A2", "pku", "Beijing"), ("A2b", "pku", "Beijing"), ("A4", "oxf", "Oxford")]),
}
LATER = {
    "W3": ("Science", [("A1", "cam", "Cambridge")]),  # another place of the same article
    "W5": ("Science", [("A3", "ntu", "Taipei")]),  # a new article
    "W6": ("Cell", [("A3", "ntu", "Taipei")]),
}
CITIES = {
    "Hong Kong": ("1819729", "HK", "hcw"),
    "Beijing": ("1816670", "CN", "22"),
    "Taipei": ("1668341", "TW", "03"),
    "Oxford": ("2640729", "GB", "ENG"),
    "Cambridge": ("2653941", "GB", "ENG"),
}


def made(folder, works, **lists):
    """A workspace of ``works`` with lists laid over it."""
    folder.mkdir()
    rows = ["work_id,year,journal,subjects"]
    signed = ["work_id,author_id,institution_id,city_id,city,region,country"]
    for work, (journal, authors) in works.items():
        rows.append(f"{work},2020,{journal},Physics|Chemistry")
        for author, institution, city in authors:
            city_id, country, region = CITIES[city]
            signed.append(f"{work},{author},{institution},{city_id},{city},{region},{country}")
    texts = {"works": "\n".join(rows), "authorships": "\n".join(signed), **lists}
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text + "\n", encoding="utf-8")
    workspace = open_workspace(folder / "w")
    ingest_tables(
        workspace,
        works=paths["works"],
        authorships=paths["authorships"],
        corrections=paths.get("corrections"),
        lists={name.replace("_", "-"): paths[name] for name in lists if name != "corrections"},
    )
    return workspace


def causes(answer):
    """What is not 0 of each unit's difference, by unit; the four parts add up to it."""
    frame = answer.frame.set_index("id")
    by = "share" if "new_share" in frame else "count"
    gap = frame[CAUSES].sum(axis=1) - (frame[f"new_{by}"] - frame[f"old_{by}"])
    assert gap.abs().max() < 4e-9
    return {
        unit: {name: row[name] for name in CAUSES if row[name]} for unit, row in frame[CAUSES].iterrows() if any(row)
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return made(tmp_path_factory.mktemp("plain") / "one", WORKS)


def test_another_list_of_journals(tmp_path, plain):
    old = made(tmp_path / "old", WORKS, journals="name,mark\nNature,top\nCell,top")
    new = made(tmp_path / "new", {**WORKS, **LATER}, journals="name,mark\nNature,top\nScience,top")
    answer = compare(old, new, level="institution", journals="top", old_options={"truncated": "keep"})
    assert causes(answer) == {
        "cam": {"from_places": 1.0},  # W3, which the new list has
        "hku": {"from_rules": 1.0, "from_places": -1.0},
        "ntu": {"from_rules": 0.5, "from_new_articles": 1.0},  # W2 by the list, W5 is new, W6 in no journal of it
        "oxf": {"from_rules": pytest.approx(0.5 - 1 / 3)},  # W2 for W4
        "pku": {"from_rules": pytest.approx(-2 / 3)},
    }
    assert "Lists of journals: 2 rows in the old workspace, 2 rows in the new." in answer.run.notes
    assert (answer.run.facts["articles_new"], answer.run.facts["articles_lost"]) == (1, 0)
    record = RunRecord.from_dict(json.loads(answer.run.to_json()))
    again = repeat(record, new)
    assert again.frame.equals(answer.frame)
    assert (again.run.run_id, again.run.facts) == (answer.run.run_id, dict(answer.run.facts))
    with pytest.raises(DataError, match=r"The new end came from records"):
        repeat_comparison(record, plain)
    with pytest.raises(DataError, match=r"The old end came from records"):
        repeat_comparison(record, new, new)
    with pytest.raises(BadParameter, match="it is compare"):
        repeat_comparison(RunRecord("rank", {}), plain)


def test_another_country_map(tmp_path, plain):
    mapped = made(tmp_path / "mapped", {**WORKS, **LATER}, countries="code,becomes\nHK,CN\nTW,CN")
    answer = compare(plain, mapped, level="country")
    assert causes(answer) == {
        "CN": {"from_rules": 2.0, "from_new_articles": 2.0, "from_places": -1.0},
        "GB": {"from_places": 1.0},
        "HK": {"from_rules": -1.5},
        "TW": {"from_rules": -0.5},
    }
    assert "Country map: none in the old workspace, 2 rows in the new." in answer.run.notes


def test_another_city_map(tmp_path, plain):
    mapped = made(tmp_path / "mapped", {**WORKS, **LATER}, metro="city_id,metro_id\n2640729,oxbridge\n2653941,oxbridge")
    answer = compare(plain, mapped, level="metro")
    assert causes(answer) == {
        "2640729": {"from_rules": pytest.approx(-0.5 - 1 / 3)},
        "oxbridge": {"from_rules": pytest.approx(0.5 + 1 / 3), "from_places": 1.0},
        "1819729": {"from_places": -1.0},
        "1668341": {"from_new_articles": 2.0},
    }


def test_corrected_people(tmp_path, plain):
    """A2 and A2b are one person: W4 has two authors, not three."""
    corrected = made(tmp_path / "new", {**WORKS, **LATER}, corrections="author_id,becomes\nA2b,A2")
    answer = compare(plain, corrected, level="institution")
    assert causes(answer) == {
        "pku": {"from_rules": pytest.approx(0.5 - 2 / 3)},
        "oxf": {"from_rules": pytest.approx(0.5 - 1 / 3)},
        "hku": {"from_places": -1.0},
        "cam": {"from_places": 1.0},
        "ntu": {"from_new_articles": 2.0},
    }
    assert answer.run.facts["articles_changed_by_rule"] == 1
    assert answer.run.facts["articles_changed"] == 1
    # a corrected person's article that has another site besides is a matter of places
    moved = {**WORKS, "W4": ("Cell", [*WORKS["W4"][1][:2], ("A4", "cam", "Cambridge")])}
    both = made(tmp_path / "both", moved, corrections="author_id,becomes\nA2b,A2")
    assert all("from_rules" not in row for row in causes(compare(plain, both, level="institution")).values())


def test_another_subject_map(tmp_path, plain):
    mapped = made(tmp_path / "new", WORKS, subject_map="subject_from,subject\nPhysics,Chemistry\nChemistry,Chemistry")
    answer = compare(plain, mapped, level="institution", subject="Chemistry")
    assert {unit: set(row) for unit, row in causes(answer).items()} == {
        unit: {"from_rules"} for unit in ("hku", "pku", "ntu", "oxf")
    }


def test_cities_from_addresses(tmp_path):
    """A site that the address moves is a rule's; one whose institution is another, a matter of places."""

    def place(identifier, city_id, name, region):
        details = {"name": name, "country_code": "CN", "country_subdivision_name": region, "lat": 1.0, "lng": 1.0}
        return {
            "id": f"https://ror.org/{identifier}",
            "names": [{"value": name, "types": ["ror_display"]}],
            "types": ["education"],
            "locations": [{"geonames_id": city_id, "geonames_details": details}],
        }

    def work(number, identifier, address):
        institution = {"id": f"https://openalex.org/I{identifier[-1]}", "ror": f"https://ror.org/{identifier}"}
        listing = {
            "author": {"id": f"https://openalex.org/A{number}"},
            "institutions": [institution],
            "raw_affiliation_strings": [address],
        }
        made_of = {"id": f"https://openalex.org/W{number}", "type": "article", "publication_year": 2020}
        return made_of | {"authorships": [listing]}

    places = [
        place("00000aa11", 1816670, "Beijing", "Beijing"),
        place("00000bb22", 1792947, "Tianjin", "Tianjin"),
        place("00000cc33", 1799962, "Nanjing", "Jiangsu"),
    ]
    sides = {
        "old": ("registry", [work(1, "00000aa11", "Lab, Tianjin, China"), work(2, "00000bb22", "Lab, China")]),
        "new": ("affiliation", [work(1, "00000aa11", "Lab, Tianjin, China"), work(2, "00000cc33", "Lab, China")]),
    }
    found = {}
    for name, (city_from, works) in sides.items():
        for kind, records in (("ror", places), ("works", works)):
            lines = "".join(json.dumps(record) + "\n" for record in records)
            (tmp_path / f"{name}-{kind}.jsonl").write_text(lines, encoding="utf-8")
        found[name] = open_workspace(tmp_path / name)
        ingest_ror(found[name], tmp_path / f"{name}-ror.jsonl")
        ingest_openalex(found[name], tmp_path / f"{name}-works.jsonl", city_from=city_from)
    answer = compare(found["old"], found["new"])
    assert causes(answer) == {
        "1816670": {"from_rules": -1.0},
        "1792947": {"from_rules": 1.0, "from_places": -1.0},
        "1799962": {"from_places": 1.0},
    }
    assert "City of a site: by registry in the old workspace, by affiliation in the new." in answer.run.notes


def test_the_command_knows_the_old_list(tmp_path, plain, capfd):
    new = made(tmp_path / "new", WORKS, journals="name,mark\nScience,top")
    asked = ["compare", str(plain.root), str(new.root), "--journals", "top", "--old-journals", "all", "--format", "csv"]
    assert main([*asked, "--level", "institution"]) == 0
    done = capfd.readouterr()
    assert "Lists of journals: none in the old workspace, 1 row in the new." in " ".join(done.err.split())
    rows = [line.split(",") for line in done.out.splitlines()]
    place = rows[0].index("from_rules")
    assert {row[0]: float(row[place]) for row in rows[1:] if row[0] in ("pku", "ntu")} == {
        "pku": pytest.approx(-0.5 - 2 / 3, abs=1e-9),
        "ntu": 0.0,
    }
