"""The findings on real records, each worked out a second time from the raw files by pandas and plain loops."""

from __future__ import annotations

import gzip
import json
import math
import shutil
from collections import Counter, defaultdict
from itertools import pairwise

import pandas as pd
import pyarrow.parquet as pq
import pytest

from toolkit.corpus import ingest
from toolkit.corpus.checking import reconciliation
from toolkit.measures.answers import flows, pairs, rank
from toolkit.measures.compare.workspaces import compare
from toolkit.workspace import open_workspace


def short(address):
    return str(address).rsplit("/", 1)[-1]


def raw(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def workspaces(management, shared_data, tmp_path_factory):
    """The management tables alone, and with ROR."""
    folder = tmp_path_factory.mktemp("findings") / "ws"
    shutil.copytree(management.root, folder)
    with_ror = open_workspace(folder)
    ingest.ingest_ror(with_ror, [shared_data / "ror" / "records.jsonl.gz"])
    return [management, with_ror]


@pytest.fixture(scope="module")
def report(workspaces):
    return reconciliation(workspaces[1])


@pytest.fixture(scope="module")
def records(shared_data):
    found = {}
    with gzip.open(shared_data / "ror" / "records.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            found[short(record["id"])] = record
    return found


@pytest.fixture(scope="module")
def institutions(shared_data):
    frame = raw(shared_data / "openalex-management" / "institutions.csv.gz")
    frame["id"] = frame.ror.where(frame.ror != "", frame.institution_id).map(short)
    return frame


@pytest.fixture(scope="module")
def signed(shared_data, institutions):
    """A row for each author of a work and institution: work, author, whether the id is one, institution, year, part."""
    folder = shared_data / "openalex-management"
    rows = raw(folder / "authorships.csv.gz")
    rows["known"] = rows.author_id != ""
    rows["author"] = rows.author_id.where(rows.known, rows.work_id + ":" + rows.position)
    rows["institution"] = rows.institution_id.map(institutions.set_index("institution_id").id)
    n = rows.groupby("work_id").author.nunique()
    rows = rows.drop_duplicates(["work_id", "author", "institution_id"])
    rows = rows.assign(n=rows.work_id.map(n))
    rows = rows[rows.institution.notna()]
    k = rows.groupby(["work_id", "author"]).institution.transform("size")
    year = raw(folder / "works.csv.gz").set_index("work_id").year.astype(int)
    return rows.assign(part=1 / (rows.n * k), year=rows.work_id.map(year))


@pytest.fixture(scope="module")
def kin(workspaces):
    lineage = pq.read_table(workspaces[1].table("lineage")).to_pandas()
    pairs = set(zip(lineage.institution_id, lineage.ancestor_id, strict=True))
    return pairs | {(b, a) for a, b in pairs}


def values(report, section):
    rows = report.lines[report.lines["section"] == section]
    return dict(zip(rows["item"], rows["value"], strict=True))


def test_inactive_withdrawn_and_unknown_institutions(report, signed, records):
    share = signed.groupby("institution").part.sum()
    expected = {}
    for institution in share.index:
        record = records.get(institution)
        if record is not None and record["status"] != "active":
            expected[institution] = record["status"]
        elif not (len(institution) == 9 and institution.startswith("0")):
            expected[institution] = "no ROR id"
        elif record is None:
            expected[institution] = "not in the ROR that was read"
    told = report.listing("registry").set_index("institution_id")
    assert told.status.to_dict() == expected
    assert told.share.to_dict() == pytest.approx({key: share[key] for key in expected}, abs=1e-8)
    counts = Counter(expected.values())
    assert values(report, "registry")["withdrawn institutions in use"] == counts["withdrawn"] > 0
    assert values(report, "registry")["inactive institutions in use"] == counts["inactive"] > 0


def test_institutions_without_a_type(report, signed, institutions, records):
    typed = {row.id for row in institutions.itertuples() if set(row.types.split("|")) - {"", "funder"}}
    typed |= {key for key, record in records.items() if {kind.lower() for kind in record["types"]} - {"funder"}}
    expected = signed[~signed.institution.isin(typed)].groupby("institution").part.sum()
    told = report.listing("untyped").set_index("institution_id").share
    assert told.to_dict() == pytest.approx(expected.to_dict(), abs=1e-8)


def test_authors_without_affiliation_by_work(report, shared_data, signed):
    rows = raw(shared_data / "openalex-management" / "authorships.csv.gz")
    rows["author"] = rows.author_id.where(rows.author_id != "", rows.work_id + ":" + rows.position)
    authors = rows.drop_duplicates(["work_id", "author"]).groupby("work_id").author.size()
    placed = signed.drop_duplicates(["work_id", "author"]).groupby("work_id").author.size()
    missing = (authors - placed.reindex(authors.index, fill_value=0)).loc[lambda number: number > 0]
    told = report.listing("unassigned").set_index("work_id")
    assert told.authors.to_dict() == {short(work): number for work, number in missing.items()}
    expected = {short(work): number / authors[work] for work, number in missing.items()}
    assert told.share.to_dict() == pytest.approx(expected, abs=1e-8)


def test_kin_on_one_author(report, signed, workspaces):
    lineage = pq.read_table(workspaces[1].table("lineage")).to_pandas()
    above = defaultdict(set)
    for row in lineage.itertuples():
        above[row.institution_id].add(row.ancestor_id)
    share, authors = Counter(), Counter()
    for _, group in signed[signed.duplicated(["work_id", "author"], keep=False)].groupby(["work_id", "author"]):
        parts = dict(zip(group.institution, group.part, strict=True))
        for child, part in parts.items():
            for ancestor in above[child] & set(parts) - {child}:
                share[child, ancestor] += part + parts[ancestor]
                authors[child, ancestor] += 1
    told = report.listing("kin").set_index(["institution_id", "ancestor_id"])
    assert told.authors.to_dict() == dict(authors)
    assert told.share.to_dict() == pytest.approx(dict(share), abs=1e-8)


def test_shadows_of_larger_institutions(report, signed, kin):
    affiliations = signed.groupby("institution").size()
    together = signed[["work_id", "author", "institution"]]
    together = together.merge(together, on=["work_id", "author"], suffixes=("", "_b"))
    together = together[together.institution != together.institution_b]
    pairs = together.groupby(["institution", "institution_b"]).agg(
        times=("work_id", "size"), works=("work_id", "nunique"), people=("author", "nunique")
    )
    expected = set()
    for (a, b), row in pairs.iterrows():
        often = row.works >= 5 and row.people >= 3 and row.times >= 0.8 * affiliations[a]
        if often and affiliations[b] >= 2 * affiliations[a] and (a, b) not in kin:
            expected.add(a)
    told = report.listing("matching")
    shadows = told[told.rule != "partners abroad"]
    assert set(shadows.institution_id) == expected
    assert len(expected) > 50
    # the one that the records' own page names as a wrong match stands first
    assert told.iloc[0][["name", "partner_name"]].tolist() == ["Ross School", "University of Michigan"]
    assert set(told[told.rule == "partners abroad"].name) == {
        "College of Business Administration",
        "Universidad de Londres",
    }
    assert (shadows[shadows.rule == "far from its partner"].km >= 100).all()
    assert (shadows[shadows.rule == "near its partner"].km < 100).all()
    assert all(math.isnan(km) for km in shadows[shadows.rule == "place unknown"].km)


def stays(steps):
    """Each institution of a person, the years there, and the institutions from two years before to two after."""
    for here in {here for here, _ in steps}:
        years = {year for there, year in steps if there == here}
        others = {there for there, year in steps if there != here and min(years) - 2 <= year <= max(years) + 2}
        yield here, years, others


def suspects(beside, visitors, alone, crew):
    """Rule and number of strangers by institution."""
    expected = {}
    for here, counts in beside.items():
        enough = {
            there: number
            for there, number in counts.items()
            if number >= 4 and number >= 0.8 * len(alone[here]) and crew[there] >= 2 * crew[here]
        }
        if enough:
            expected[here] = ("authors of one other institution", max(enough.values()))
    for here, counts in visitors.items():
        if here not in expected and counts["all"] >= max(5, 0.6 * crew[here]):
            expected[here] = ("authors from abroad", counts["all"])
    return expected


def test_authors_who_belong_elsewhere(report, signed, kin, workspaces):
    """Loops over people: the years, institutions and countries of each, as the two rules state them."""
    country = (
        pq.read_table(workspaces[1].table("sites"))
        .to_pandas()
        .merge(pq.read_table(workspaces[1].table("cities")).to_pandas(), on="city_id")
    )
    country = dict(zip(country.institution_id, country.country, strict=True))
    seen, places = defaultdict(set), defaultdict(set)
    for row in signed[signed.known].itertuples():
        seen[row.author].add((row.institution, row.year))
        places[row.work_id, row.author].add(row.institution)
    crew = Counter(here for steps in seen.values() for here in {here for here, _ in steps})
    alone = defaultdict(set)
    for (_, author), homes in places.items():
        if len(homes) == 1:
            alone[next(iter(homes))].add(author)
    beside, visitors = defaultdict(Counter), defaultdict(Counter)
    for author, steps in seen.items():
        for here, years, others in stays(steps):
            if author in alone[here]:
                beside[here].update(there for there in others if (here, there) not in kin)
            lands = {country[there] for there in others if there in country}
            if here in country and lands and country[here] not in lands and len(years) == 1:
                visitors[here]["all"] += 1
    expected = suspects(beside, visitors, alone, crew)
    told = report.listing("strangers")
    assert {row.institution_id: (row.rule, row.strangers) for row in told.itertuples()} == expected
    names = dict(zip(told.name, told.partner_name, strict=True))
    assert names["Ross School"] == "University of Michigan"
    assert names["Imperial Valley College"] == "Imperial College London"
    assert len(told) > 10


def test_titles_that_no_article_has(report, shared_data):
    works = raw(shared_data / "openalex-management" / "works.csv.gz")
    told = report.listing("titles").set_index("work_id").reason
    blank = set(works[works.title.str.strip() == ""].work_id.map(short))
    assert set(told[told == "no title"].index) == blank
    marked = works[works.title.str.contains(r"</?[A-Za-z][^<>]*>|&[A-Za-z]{2,8};|&#[0-9]+;")].work_id.map(short)
    matter = told[told == "front matter"].index
    assert set(told[told == "markup in the title"].index) == set(marked) - set(matter)
    titles = works.set_index(works.work_id.map(short)).title.str.lower()
    for exact in ("table of contents", "copyright page", "editorial review board", "publications received"):
        assert set(titles[titles == exact].index) <= set(matter)
    assert titles[matter].str.len().median() < 40
    assert not any("theory" in title and "editors" in title for title in titles[matter])


def test_authors_going_back_and_forth(report, signed, kin):
    back = Counter()
    for _, rows in signed[signed.known].groupby("author"):
        places = sorted(set(rows.institution))
        if len(places) < 2 or rows.year.nunique() < 3:
            continue
        held = rows.groupby("year").institution.agg(set).sort_index()
        for i, a in enumerate(places):
            for b in places[i + 1 :]:
                path = [a in now for now in held if (a in now) != (b in now)]
                steps = {(one, two) for one, two in pairwise(path) if one != two}
                if len(steps) == 2 and (a, b) not in kin:
                    back[a, b] += 1
    told = report.listing("corridors").set_index(["a_id", "b_id"]).back_and_forth
    assert told.to_dict() == {pair: number for pair, number in back.items() if number >= 3}
    assert len(told) > 5


def test_works_with_another_s_title(report, shared_data):
    folder = shared_data / "openalex-management"
    works = raw(folder / "works.csv.gz")
    rows = raw(folder / "authorships.csv.gz")
    people = rows[rows.author_id != ""].groupby("work_id").author_id.agg(set)
    same = defaultdict(list)
    for row in works.itertuples():
        wording = row.title.strip().lower()
        if len(wording) >= 20 and row.work_id in people.index:
            same[wording, row.year].append(row.work_id)
    expected = {
        short(later)
        for group in same.values()
        for later in group
        if any(short(other) < short(later) and people[other] & people[later] for other in group)
    }
    assert set(report.listing("doubles").work_id) == expected


def test_what_ror_changes_between_two_workspaces_adds_up(workspaces):
    answer = compare(*workspaces, level="city")
    rows = answer.frame
    parts = rows[["from_new_articles", "from_lost_articles", "from_places", "from_rules"]]
    assert (parts.sum(axis=1) - (rows.new_share - rows.old_share)).abs().max() < 4e-9
    assert rows.new_share.sum() == pytest.approx(33_409, abs=1e-6)
    # the same articles and sites; only ids of one city were made one otherwise
    assert not parts[["from_new_articles", "from_lost_articles", "from_places"]].to_numpy().any()
    changed = set(rows.id[parts.from_rules != 0])
    merged = [
        {pair["merged_id"]: pair["kept_id"] for pair in one.state()["report"]["merged_cities"]} for one in workspaces
    ]
    differing = dict(merged[0].items() ^ merged[1].items())
    assert changed == {*differing, *differing.values()}


def test_matching_errors_that_lead_rankings_are_marked_and_left_out_on_request(management):
    listings = reconciliation(management).listings
    listed = {*listings["matching"].institution_id, *listings["strangers"].institution_id}
    ranked = rank(management, level="institution").frame
    marked = ranked[ranked.suspect != ""]
    assert set(marked.id[marked.suspect != "corridors"]) == listed & set(ranked.id)
    assert "Ross School" in marked.name.tolist()
    top_pair = pairs(management, level="institution", top=1).frame
    assert {*top_pair.a_name, *top_pair.b_name} == {"University of Michigan–Ann Arbor", "Ross School"}
    assert top_pair.suspect.tolist() == ["matching"]
    largest = flows(management, level="city", top=2).frame
    assert {*largest.from_name, *largest.to_name} == {"California", "Philadelphia"}
    assert largest.suspect.tolist() == ["corridors", "corridors"]
    rest = flows(management, level="city", without_suspects=True).frame
    assert not ((rest.from_name == "California") & (rest.to_name == "Philadelphia")).any()
    assert not set(marked.id) & set(rank(management, level="institution", without_suspects=True).frame.id)
