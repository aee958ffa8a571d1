"""The sample: deterministic, dirty in known numbers, and its planted structure can be found again."""

import csv
import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

from toolkit.corpus.sample import read_truth, write_sample
from toolkit.corpus.sample.careers import CAREER_KINDS
from toolkit.corpus.sample.records import _orcid
from toolkit.corpus.sample.world import BASE32, build_world, gravity_weights, planted_cities, ror_like
from toolkit.errors import BadParameter, DataError

TOWN = {"Sample Town": "x-FR-sample-town"}
KEPT = {"article", "review", "letter", "conference-paper"}


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample") / "s", works=2000, seed=1)


def raw_lines(folder: Path) -> list[bytes]:
    return [line for path in sorted(folder.glob("*.gz")) for line in gzip.decompress(path.read_bytes()).splitlines()]


@pytest.fixture(scope="module")
def works(truth):
    """Works that a reader keeps, read without any of the toolkit's code; and what happened to the other lines."""
    kept, fate = {}, Counter()
    for line in raw_lines(truth.works_folder):
        try:
            work = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError:
            fate["wrong encoding"] += 1
            continue
        except json.JSONDecodeError:
            fate["broken JSON"] += 1
            continue
        if not isinstance(work, dict):
            fate["not an object"] += 1
        elif not isinstance(work["authorships"], list):
            fate["wrong type in a field"] += 1
        elif work["is_retracted"]:
            fate["retracted"] += 1
        elif work["is_paratext"]:
            fate["paratext"] += 1
        elif work["type"] not in KEPT:
            fate[f"type: {work['type']}"] += 1
        elif work["id"] in kept:
            fate["duplicates"] += 1
        else:
            kept[work["id"]] = work
    return kept, fate


@pytest.fixture(scope="module")
def shares(truth, works):
    """Share of each city on each article by exact fractions, straight from the raw records."""
    city = {}
    for line in raw_lines(truth.institutions_folder):
        record = json.loads(line)
        own = record["geo"]["geonames_city_id"] or TOWN.get(record["geo"]["city"])
        city[record["id"]] = truth.content["twin_cities"].get(own, own)
    found = []
    for work in works[0].values():
        if work.get("is_authors_truncated") or not 2015 <= (work["publication_year"] or 0) <= 2024:
            continue
        authors = defaultdict(set)
        for position, entry in enumerate(work["authorships"]):
            authors[entry["author"]["id"] or position].update(one["id"] for one in entry["institutions"])
        parts = defaultdict(Fraction)
        for institutions in authors.values():
            for one in institutions:
                parts[city.get(one)] += Fraction(1, len(authors) * len(institutions))
            if not institutions:
                parts["unassigned"] += Fraction(1, len(authors))
        found.append(parts)
    return found


def test_counts_and_shares_are_those_of_the_raw_records(truth, shares):
    count, share = Counter(), defaultdict(Fraction)
    for parts in shares:
        for place, part in parts.items():
            count[place] += 1
            share[place] += part
    measures = truth.content["measures"]
    assert {c: row["count"] for c, row in measures["by_city"].items()} == {
        c: n for c, n in count.items() if c not in {None, "unassigned"}
    }
    for city, row in measures["by_city"].items():
        assert row["share"] == pytest.approx(float(share[city]), abs=2e-9)
    assert measures["unassigned"] == pytest.approx(float(share["unassigned"]), abs=2e-9)
    assert measures["unlocated_city"] == pytest.approx(float(share[None]), abs=2e-9)
    assert measures["unlocated_city"] > 0


def test_shares_are_split_by_year_subject_and_journal_as_the_raw_records_say(truth, works):
    city = city_of_institution(truth)
    found = {name: defaultdict(lambda: defaultdict(Fraction)) for name in ("year", "subject", "journal")}
    for work in counted(works):
        subjects = sorted({topic["field"]["display_name"] for topic in work["topics"]}) or ["none"]
        journal = work["primary_location"]["source"]["id"].rsplit("/", 1)[1]
        for place, part in city_parts(work, city).items():
            found["year"][place][str(work["publication_year"])] += part
            found["journal"][place][journal] += part
            for subject in subjects:
                found["subject"][place][subject] += part / len(subjects)
    for name, by_place in found.items():
        planted = truth.content["measures"][f"by_city_{name}"]
        assert planted.keys() == by_place.keys() - {None}
        for place, shares in planted.items():
            assert shares == pytest.approx({key: float(part) for key, part in by_place[place].items()}, abs=2e-9)


def test_specialised_cities_have_most_of_their_favoured_subject(truth):
    by_city = truth.content["measures"]["by_city_subject"]
    favoured = truth.content["lists"]["favoured_subjects"]
    assert len(favoured) == 8
    for city, subject in favoured.items():
        assert max(by_city[city], key=by_city[city].get) == subject
        everywhere = sum(row.get(subject, 0) for row in by_city.values()) / sum(
            sum(row.values()) for row in by_city.values()
        )
        assert by_city[city][subject] / sum(by_city[city].values()) > 1.3 * everywhere


def test_companies_laboratories_are_named_by_the_address_alone(truth, works):
    city = city_of_institution(truth)
    names = {f"{one.name}, {one.country_name}": one.city_id for one in planted_cities()}
    stated, registered = defaultdict(Fraction), defaultdict(Fraction)
    for work in counted(works):
        authors = author_affiliations(work)
        for affiliations in authors.values():
            for one, address in affiliations.items():
                part = Fraction(1, len(authors) * len(affiliations))
                named = names[address.split(", ", 2)[2]] if ", Research Laboratory, " in address else city.get(one)
                stated[named] += part
                registered[city.get(one)] += part
    moved = {place for place in stated.keys() | registered.keys() if stated[place] != registered[place]}
    assert truth.content["measures"]["by_address"] == pytest.approx(
        {place: float(stated[place]) for place in moved}, abs=2e-9
    )
    assert len(moved) > 10


def test_one_person_is_in_too_many_places_and_four_go_back_and_forth(truth, works):
    noted = truth.expected["noted"]
    kept = {work_id.rsplit("/", 1)[1]: work for work_id, work in works[0].items()}
    merged = [kept[one] for one in noted["merged person"]]
    assert len({work["authorships"][0]["author"]["id"] for work in merged}) == 1
    assert len({work["authorships"][0]["institutions"][0]["id"] for work in merged}) == 22
    careers = defaultdict(dict)
    for one in noted["corridor"]:
        entry = kept[one]["authorships"][0]
        careers[entry["author"]["id"]][kept[one]["publication_year"]] = entry["institutions"][0]["id"]
    assert len(careers) == 4
    for career in careers.values():
        assert list(career) == list(range(2015, 2025))
        assert all(career[year] != career[year + 1] for year in range(2015, 2024))
        assert len(set(career.values())) == 2


def test_the_lists_name_what_they_plant(truth):
    lists, folder = truth.content["lists"], truth.folder / "lists"
    rows = {path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in folder.iterdir()}
    assert [row["institution_id"] for row in rows["league"]] == lists["league"]["members"]
    assert len(set(lists["league"]["members"])) == 9
    assert {row["mark"] for row in rows["league"]} == {lists["league"]["mark"]}
    assert {row["name"] for row in rows["journals"] if row["mark"] == "astronomy"} == {
        "Sample Journal of Astronomy",
        "Sample Astronomical Journal",
    }
    assert {row["metro_id"] for row in rows["metro"]} == set(lists["metros"])
    assert {row["city_id"] for row in rows["metro"]} <= {city.city_id for city in planted_cities()}
    beijing = next(city for city in planted_cities() if city.name == "Beijing")
    gdp = [row for row in rows["indicators"] if row["indicator"] == "gdp" and row["place_id"] == beijing.city_id]
    assert [int(row["year"]) for row in gdp] == list(range(2015, 2025))
    assert int(gdp[1]["value"]) / int(gdp[0]["value"]) == pytest.approx(1.03, abs=1e-5)


def test_an_umbrella_has_a_university_of_its_own_and_seoul_has_two_ids(truth):
    records = {json.loads(line)["id"]: json.loads(line) for line in raw_lines(truth.institutions_folder)}
    own = next(one for one in records.values() if one["display_name"] == "Sample University of the Academy")
    assert own["type"] == "education"
    assert own["ror"].rsplit("/", 1)[1] in truth.content["umbrellas"][0]["institutes"]
    ids = Counter(one["geo"]["geonames_city_id"] for one in records.values() if one["geo"]["city"] == "Seoul")
    assert set(ids) == {"1835848", "1835847"}
    assert ids["1835848"] > ids["1835847"]


def city_of_institution(truth) -> dict[str, str]:
    twins = truth.content["twin_cities"]
    records = map(json.loads, raw_lines(truth.institutions_folder))
    own = {one["id"]: one["geo"]["geonames_city_id"] or TOWN.get(one["geo"]["city"]) for one in records}
    return {one: twins.get(city, city) for one, city in own.items()}


def counted(works) -> list[dict]:
    return [
        work
        for work in works[0].values()
        if not work.get("is_authors_truncated") and 2015 <= (work["publication_year"] or 0) <= 2024
    ]


def author_affiliations(work) -> dict[object, dict[str, str]]:
    """Affiliations of each author with the address given for it."""
    authors = defaultdict(dict)
    for position, entry in enumerate(work["authorships"]):
        addresses = {one["institution_ids"][0]: one["raw_affiliation_string"] for one in entry["affiliations"]}
        authors[entry["author"]["id"] or position].update(addresses)
    return authors


def city_parts(work, city) -> dict[str | None, Fraction]:
    authors, parts = author_affiliations(work), defaultdict(Fraction)
    for affiliations in authors.values():
        for one in affiliations:
            parts[city.get(one)] += Fraction(1, len(authors) * len(affiliations))
    return parts


def test_shares_and_unassigned_add_up_to_articles(truth):
    measures, expected = truth.content["measures"], truth.expected
    rests = {"institution": 0, "country": measures["unlocated_country"], "city": measures["unlocated_city"]}
    assert rests["country"] == 1
    for level, rest in rests.items():
        total = sum(row["share"] for row in measures[f"by_{level}"].values()) + rest + measures["unassigned"]
        assert total == pytest.approx(expected["counted"], abs=1e-6)


def test_top_pairs_are_those_of_the_raw_records(truth, shares):
    joint, score = Counter(), defaultdict(Fraction)
    for parts in shares:
        for a, b in combinations(sorted(place for place in parts if place not in {None, "unassigned"}), 2):
            joint[a, b] += 1
            score[a, b] += parts[a] + parts[b]
    top = sorted(score, key=lambda pair: (-score[pair], pair))[:20]
    rows = truth.content["measures"]["top_city_pairs"]
    assert [(row["a_id"], row["b_id"]) for row in rows] == top
    assert [row["joint"] for row in rows] == [joint[pair] for pair in top]
    assert [row["score"] for row in rows] == pytest.approx([float(score[pair]) for pair in top], abs=2e-9)
    assert truth.content["measures"]["city_pairs"] == len(score)


def test_every_dirty_record_is_there_and_counted(truth, works):
    kept, fate = works
    expected = truth.expected
    assert fate == {**expected["rejected"], **expected["left_out"], "duplicates": expected["duplicates"]}
    assert len(kept) == expected["kept"]
    assert expected["records"] == len(kept) + fate.total() == len(raw_lines(truth.works_folder))
    noted = {name: [kept[f"https://openalex.org/{one}"] for one in ids] for name, ids in expected["noted"].items()}
    assert [work["publication_year"] for name in ("year 0", "year 3024", "no year") for work in noted[name]] == [
        0,
        3024,
        None,
    ]
    assert noted["no authors"][0]["authorships"] == []
    assert noted["truncated"][0]["is_authors_truncated"] is True
    assert len(noted["truncated"][0]["authorships"]) == 100
    assert len(noted["largest team"][0]["authorships"]) == 150
    twice = noted["author listed twice"][0]["authorships"]
    assert twice[0]["author"]["id"] == twice[2]["author"]["id"]
    assert twice[0]["institutions"] != twice[2]["institutions"]
    years = Counter(
        str(work["publication_year"]) for work in kept.values() if 2000 < (work["publication_year"] or 0) < 2100
    )
    assert dict(years) == expected["per_year"]


def test_everything_says_that_it_is_synthetic(truth, works):
    assert all(work["synthetic"] is True for work in works[0].values())
    odd = {work["title"] for work in works[0].values() if not work["title"].startswith("Synthetic")}
    assert odd == {"", "Table of Contents"}
    for folder in (truth.institutions_folder, truth.ror_folder):
        assert all(json.loads(line)["synthetic"] is True for line in raw_lines(folder))
    assert "SYNTHETIC" in (truth.folder / "README.txt").read_text()
    names = {json.loads(line)["display_name"] for line in raw_lines(truth.institutions_folder)}
    assert all(name.startswith("Sample ") for name in names)
    assert "Sample University of Nanjing" in names


def test_no_record_names_a_field_twice(truth):
    def unique(pairs):
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    for folder in (truth.works_folder, truth.institutions_folder, truth.ror_folder):
        whole = [line for line in raw_lines(folder) if line.endswith(b"}") and b"\xff" not in line]
        assert [json.loads(line, object_pairs_hook=unique) for line in whole]


def test_ids_lie_in_ranges_of_our_own(truth, works):
    for work in works[0].values():
        assert re.fullmatch(r"https://openalex\.org/W9\d{9}", work["id"])
        for entry in work["authorships"]:
            assert re.fullmatch(r"https://openalex\.org/A9\d{9}|None", str(entry["author"]["id"]))
            for one in entry["institutions"]:
                assert re.fullmatch(r"https://openalex\.org/I9\d{9}", one["id"])
                assert re.fullmatch(r"https://ror\.org/0zz[0-9a-hjkmnp-tv-z]{4}\d\d|None", str(one["ror"]))


def test_check_characters_follow_the_registries_rules():
    def remainder(ror_id):
        value = 0
        for character in ror_id[1:7]:
            value = value * 32 + BASE32.index(character)
        return (value * 100 + int(ror_id[7:])) % 97

    assert remainder("00hj54h04") == 1  # a real one
    ids = {ror_like(number * 97) for number in range(2000)}
    assert len(ids) == 2000
    assert {remainder(one) for one in ids} == {1}
    for orcid in ("0000-0002-1825-0097", _orcid(7), _orcid(1), _orcid(123456)):  # the first is ORCID's own example
        digits, total = orcid.replace("-", ""), 0
        for digit in digits[:-1]:
            total = (total + int(digit)) * 2
        assert (total + (10 if digits[-1] == "X" else int(digits[-1]))) % 11 == 1


def test_both_ror_schemas_and_the_umbrella_are_written(truth):
    records = [json.loads(line) for line in raw_lines(truth.ror_folder)]
    assert len(records) == truth.expected["institutions"]["ror_records"]
    assert {"names" in record for record in records} == {True, False}
    assert Counter(record["status"] for record in records) == {
        "active": len(records) - 2,
        "inactive": 1,
        "withdrawn": 1,
    }
    academy = truth.content["umbrellas"][0]
    record = next(one for one in records if one["id"].endswith(academy["institution_id"]))
    children = {one["id"].rsplit("/", 1)[1] for one in record["relationships"] if one["type"].lower() == "child"}
    # One group of an institute is a grandchild, hence no child.
    assert len(academy["institutes"]) == len(children) + 1
    assert children < set(academy["institutes"])
    assert "3352136" in academy["institutes"].values()
    assert len(set(academy["institutes"].values())) >= 12
    for one in records:
        for relation in one["relationships"]:
            assert relation["type"].islower() == ("names" in one)


def test_movers_publish_every_year_at_one_place_before_and_at_the_other_after(truth, works):
    ror = {}
    for line in raw_lines(truth.institutions_folder):
        record = json.loads(line)
        ror[record["id"]] = (record["ror"] or record["id"]).rsplit("/", 1)[1]
    places = defaultdict(dict)
    for work in works[0].values():
        for entry in work["authorships"]:
            places[entry["author"]["id"]].setdefault(work["publication_year"], set()).update(
                ror.get(one["id"]) for one in entry["institutions"]
            )
    assert len(truth.content["moves"]) == 20
    for move in truth.content["moves"]:
        career = places[f"https://openalex.org/{move['author_id']}"]
        assert career == {
            year: {move["from_id"] if year < move["year"] else move["to_id"]} for year in range(2015, 2025)
        }
        assert move["from_city_id"] != move["to_city_id"]


def test_planted_careers_are_in_the_records_as_the_truth_says(truth, works):
    ror = {}
    for line in raw_lines(truth.institutions_folder):
        record = json.loads(line)
        ror[record["id"]] = (record["ror"] or record["id"]).rsplit("/", 1)[1]
    people = {f"https://openalex.org/{one['author_id']}": one for one in truth.content["careers"]}
    seen = {author: defaultdict(list) for author in people}
    together = defaultdict(set)
    for work in works[0].values():
        listed = [entry for entry in work["authorships"] if entry["author"]["id"] in people]
        for entry in listed:
            (institution,) = entry["institutions"]
            seen[entry["author"]["id"]][str(work["publication_year"])].append(ror[institution["id"]])
        for group in {people[entry["author"]["id"]].get("group") for entry in listed} - {None}:
            members = {e["author"]["id"] for e in listed if people[e["author"]["id"]].get("group") == group}
            together[group].add((work["publication_year"], len(members)))
    for author, career in people.items():
        assert {year: sorted(found) for year, found in seen[author].items()} == career["articles"]
    assert {career["kind"] for career in people.values()} == set(CAREER_KINDS)
    assert all((2018, 3) in together[career["group"]] for career in people.values() if career.get("joint"))
    later = [career["articles"] for career in people.values() if career["kind"] == "abroad"]
    assert {len(articles[year]) for articles in later for year in articles if year < "2018"} == {1}
    assert max(len(articles["2023"]) for articles in later) == 3


def test_planted_people_add_nothing_to_the_network(truth, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.sample.careers._WORKS_A_CAREER", 10**9)
    without = write_sample(tmp_path / "s", works=2000, seed=1)
    assert without.content["careers"] == []
    assert without.content["measures"] == truth.content["measures"]


def test_planted_communities_and_hubs_are_found_again(truth, shares):
    g = nx.Graph()
    for parts in shares:
        cities = sorted(place for place in parts if place not in {None, "unassigned"})
        for a, b in combinations(cities, 2):
            weight = float(parts[a] + parts[b]) + (g[a][b]["weight"] if g.has_edge(a, b) else 0.0)
            g.add_edge(a, b, weight=weight, distance=1 / weight)
    planted = defaultdict(set)
    for city, community in truth.communities.items():
        planted[community].add(city)
    found = nx.community.louvain_communities(g, weight="weight", seed=1)
    assert sorted(map(sorted, found)) == sorted(map(sorted, planted.values()))
    strength = sorted(g, key=lambda city: -g.degree(city, weight="weight"))
    assert strength[:6] == truth.hubs
    between = nx.betweenness_centrality(g, weight="distance")
    assert set(sorted(between, key=lambda city: -between[city])[:6]) == set(truth.hubs)


def test_communities_are_not_countries():
    countries = defaultdict(set)
    for city in planted_cities():
        countries[city.community].add(city.country)
    assert sum(len(found) > 1 for found in countries.values()) >= 5
    split = [c for c in {x.country for x in planted_cities()} if sum(c in found for found in countries.values()) > 1]
    assert {"CN", "US", "CA"} <= set(split)
    assert len({city.city_id for city in planted_cities()}) == 64


def test_gravity_weights_add_up_to_the_strengths_asked_for():
    import numpy as np

    cities = planted_cities()
    strengths = np.linspace(0.5, 3, len(cities))
    weights = gravity_weights(cities, strengths)
    assert weights.sum(axis=1) == pytest.approx(strengths, rel=1e-9)
    assert (weights == weights.T).all()


def test_team_sizes_and_double_affiliations(works):
    sizes = Counter(len(work["authorships"]) for work in works[0].values())
    assert sizes[1] > 100
    assert sum(sizes[n] for n in range(1, 13)) > 0.99 * sizes.total()
    assert sum(count for n, count in sizes.items() if n >= 60) >= 3
    listings = [entry for work in works[0].values() for entry in work["authorships"]]
    double = sum(len(entry["institutions"]) == 2 for entry in listings)
    assert 0.03 < double / len(listings) < 0.15
    international = sum(
        len({c for entry in work["authorships"] for c in entry["countries"]}) > 1 for work in works[0].values()
    )
    assert 0.2 < international / len(works[0]) < 0.6


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_equal_seeds_give_equal_bytes_and_others_do_not(tmp_path):
    one, two, other = (
        digest(write_sample(tmp_path / name, works=200, seed=seed).folder)
        for name, seed in (("one", 4), ("two", 4), ("other", 5))
    )
    assert one == two
    assert all(one[name] != other[name] for name in one if name.startswith("works"))
    assert len([name for name in one if name.startswith("works")]) == 10


def test_works_add_up_in_any_size_and_progress_reaches_the_end(tmp_path):
    seen = []
    truth = write_sample(tmp_path / "s", works=333, progress=lambda *step: seen.append(step))
    assert truth.expected["kept"] == 333 + sum(len(ids) for ids in truth.expected["noted"].values())
    assert seen[-1] == ("writing the sample", 333, 333)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_year_larger_than_a_file_is_split(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.sample.generator.CHUNK", 30)
    truth = write_sample(tmp_path / "s", works=500)
    assert sum(1 for _ in truth.works_folder.iterdir()) > 10
    ids = Counter(
        json.loads(line)["id"]
        for line in raw_lines(truth.works_folder)
        if line.startswith(b'{"id"') and line.endswith(b"}") and b"\xff" not in line
    )
    assert [one for one, count in ids.items() if count > 1] == ["https://openalex.org/W9000000001"]


def test_nothing_but_a_sample_is_replaced(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    with pytest.raises(BadParameter, match="holds other things than a sample"):
        write_sample(target, works=200, overwrite=True)
    assert (target / "thesis.txt").read_text() == "mine"
    (target / "thesis.txt").unlink()
    write_sample(target, works=200, seed=1)
    with pytest.raises(BadParameter, match="a sample is there already"):
        write_sample(target, works=200, seed=2)
    assert read_truth(target).seed == 1
    assert write_sample(target, works=200, seed=2, overwrite=True).seed == 2
    (tmp_path / "file").write_text("")
    with pytest.raises(BadParameter, match="it is a file"):
        write_sample(tmp_path / "file", works=200)


def test_an_interrupt_leaves_the_old_sample(tmp_path):
    write_sample(tmp_path / "s", works=200, seed=1)
    before = digest(tmp_path)

    def interrupt(_stage, _done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path / "s", works=200, seed=2, overwrite=True, progress=interrupt)
    assert digest(tmp_path) == before


@pytest.mark.parametrize(("wrong", "text"), [({"works": 199}, "works = 199"), ({"seed": -1}, "seed = -1")])
def test_impossible_wishes_are_refused(tmp_path, wrong, text):
    with pytest.raises(BadParameter, match=text):
        write_sample(tmp_path / "s", **wrong)
    assert list(tmp_path.iterdir()) == []


def test_truth_of_something_else_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_truth(tmp_path)
    (tmp_path / "truth.json").write_text("[]")
    with pytest.raises(DataError, match="not the truth of a sample"):
        read_truth(tmp_path / "truth.json")


def test_equal_arguments_give_an_equal_world():
    one, two = build_world(500, 7), build_world(500, 7)
    assert one.institutions == two.institutions
    assert one.moves == two.moves
    assert (one.second == two.second).all()
