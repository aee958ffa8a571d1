"""Levels above the institution, both roll-up orders, and journals: worked out by hand on two engines."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from toolkit.analyses.hub_analysis import hubs
from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import BEIJING, NANJING, example_tables, example_workspace, hand_tables, mapped_tables
from toolkit.corpus.places import resolve_place
from toolkit.corpus.schema import TABLES
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.graphdb.projection import network_edges, project
from toolkit.measures.answers import articles, pairs, partnerships, rank, share
from toolkit.measures.collaboration.internal import internal_collaboration
from toolkit.measures.collaboration.partnerships import partnership_counts
from toolkit.measures.collaboration.scores import collaboration_scores
from toolkit.measures.counting.hierarchy import cycle_members, tops
from toolkit.measures.counting.options import Counting
from toolkit.measures.counting.share import unit_shares
from toolkit.measures.notes import double_counted
from toolkit.measures.store import build
from toolkit.measures.tables import Tables

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

FIRST = Counting(rollup="first")


def corpus(articles, *, lineage=(), types=None, unnamed=(), cities=(), journals=None, marks=None):
    """Canonical tables of articles ``{work: [sites of each author]}``; a site is ``institution@city``."""
    types, journals, marks = types or {}, journals or {}, marks or {}
    sites = {site for authors in articles.values() for signed in authors for site in signed}
    institutions = {site.split("@")[0] for site in sites} | {name for row in lineage for name in row[:2]}
    rows = {
        "works": [
            (work, None, work, 2018 + number, journals.get(work), "article", len(authors), False, "hand")
            for number, (work, authors) in enumerate(articles.items())
        ],
        "authorships": [
            (work, f"{work}:{place}", None, place, site)
            for work, authors in articles.items()
            for place, signed in enumerate(authors, start=1)
            for site in signed or [None]
        ],
        "institutions": [
            (key, key if key in unnamed else key.upper(), types.get(key, []), "XA", []) for key in institutions
        ],
        "sites": [(site, *site.split("@")[:1], site.split("@")[1] or None, None, None) for site in sites],
        "lineage": [(low, high, None, relation) for low, high, relation in lineage],
        "cities": [
            (city, city.upper(), None, country, region, region and region.title(), 0.0, 0.0, 1, metro, None)
            for city, country, metro, region in (((*row, None) if len(row) == 3 else row) for row in cities)
        ],
        "journals": [(key, key, None, found) for key, found in marks.items()],
    }
    return {
        name: pa.Table.from_pylist(
            [dict(zip(TABLES[name].names, row, strict=True)) for row in content], schema=TABLES[name]
        )
        for name, content in rows.items()
    }


# an author at two institutes of academy c and at university u
THREE_SITES = corpus({"W1": [["x@a", "y@a", "u@a"]]}, lineage=[("x", "c", "ror"), ("y", "c", "ror")])
# j is a joint institute of c and d; W2 also has an institute of c beside it
JOINT = corpus(
    {"W1": [["j@a"]], "W2": [["j@a"], ["x@a"]]},
    lineage=[("j", "c", "ror"), ("j", "d", "ror"), ("x", "c", "ror")],
)
TYPED = corpus(
    {"W1": [["h@a"], ["e@a", "n@a"]]},
    types={"h": ["education", "healthcare"], "e": ["education", "funder"], "n": ["funder"]},
)


@pytest.fixture(params=["duckdb", "sqlite"])
def on(request):
    opened = []

    def place(tables):
        engine = ibis.duckdb.connect() if request.param == "duckdb" else ibis.sqlite.connect()
        opened.append(Tables.on(engine, tables))
        return opened[-1]

    yield place
    for tables in opened:
        tables.close()


def shares(tables, level, **options):
    found = unit_shares(tables, level=level, counting=Counting(**options)).to_pyarrow().to_pylist()
    return {row["id"]: (row["count"], row["share"]) for row in found}


def scores(tables, level, **options):
    found = collaboration_scores(tables, level=level, counting=Counting(**options)).to_pyarrow().to_pylist()
    return {(row["a_id"], row["b_id"]): (row["joint"], row["score"]) for row in found}


def tops_of(tables):
    found = {}
    for row in tops(tables).to_pyarrow().to_pylist():
        found.setdefault(row["institution_id"], set()).add(row["top_id"])
    return found


def near(count, value):
    return count, pytest.approx(value, abs=1e-12)


def test_two_institutes_of_an_academy_and_a_university_in_both_orders(on):
    tables = on(THREE_SITES)
    assert shares(tables, "parent") == {"c": near(1, 2 / 3), "u": near(1, 1 / 3)}
    assert shares(tables, "parent", rollup="first") == {"c": near(1, 1 / 2), "u": near(1, 1 / 2)}
    assert scores(tables, "parent", rollup="first") == {("c", "u"): near(1, 1)}


def test_rolled_up_first_a_site_without_a_city_stays_a_leaf_of_its_own(on):
    tables = on(corpus({"W1": [["x@a", "y@a", "u@", "v@"]]}))
    assert shares(tables, "city") == {"a": near(1, 1 / 2), "unlocated": near(1, 1 / 2)}
    assert shares(tables, "city", rollup="first") == {"a": near(1, 1 / 3), "unlocated": near(1, 2 / 3)}


def test_two_sites_of_one_institution_are_one_leaf_when_rolled_up_first(on):
    tables = on(corpus({"W1": [["x@a", "x@b", "u@a"]]}))
    assert shares(tables, "institution") == {"x": near(1, 2 / 3), "u": near(1, 1 / 3)}
    assert shares(tables, "institution", rollup="first") == {"x": near(1, 1 / 2), "u": near(1, 1 / 2)}


def test_both_parents_of_a_joint_institute_have_the_whole_of_it(on):
    tables = on(JOINT)
    assert shares(tables, "parent") == {"c": (2, 2.0), "d": (2, 1.5)}
    assert double_counted(tables, years=(2018, 2019), counting=Counting()) == 1.5
    assert double_counted(tables, years=(2019, 2019), counting=Counting()) == 0.5
    assert shares(tables, "parent", rollup="first") == {"c": (2, 1.25), "d": (2, 0.75)}
    assert double_counted(tables, years=(2018, 2019), counting=FIRST) == 0.0


def test_a_joint_institute_of_three_is_counted_twice_more_than_it_is(on):
    lineage = [("j", "c", "ror"), ("j", "d", "ror"), ("j", "e", "ror")]
    tables = on(corpus({"W1": [["j@a"], ["u@a"]]}, lineage=lineage))
    assert shares(tables, "parent") == {"c": (1, 0.5), "d": (1, 0.5), "e": (1, 0.5), "u": (1, 0.5)}
    assert double_counted(tables, years=(2018, 2018), counting=Counting()) == 1.0


def test_parents_are_no_collaborators_through_their_joint_institute_alone(on):
    tables = on(JOINT)
    # W1 has the joint institute alone; W2 an institute of c beside it
    assert scores(tables, "parent") == {("c", "d"): (1, 1.5)}
    assert scores(tables, "parent", link="two-authors") == {("c", "d"): (1, 1.5)}


def test_members_of_a_cycle_are_their_own_parents(on):
    lineage = [("p", "q", "ror"), ("q", "p", "ror"), ("k", "p", "ror"), ("k", "q", "ror")]
    tables = on(corpus({"W1": [["p@a"], ["q@a"]], "W2": [["k@a"]]}, lineage=lineage))
    assert set(cycle_members(tables).to_pyarrow()["institution_id"].to_pylist()) == {"p", "q"}
    assert tops_of(tables) == {"k": {"p", "q"}}
    assert shares(tables, "parent") == {"p": (2, 1.5), "q": (2, 1.5)}
    assert scores(tables, "parent") == {}, "each is above the other, so they are kin"
    assert scores(tables, "parent", kin="keep") == {("p", "q"): (1, 1.0)}


def test_a_listed_ancestor_without_a_record_is_no_top_beside_one_that_has_one(on):
    guessed = [("i", "ghost", "openalex"), ("i", "real", "openalex"), ("k", "ghost", "openalex")]
    tables = on(corpus({"W1": [["i@a"], ["k@a"]]}, lineage=guessed, unnamed=["ghost"]))
    assert tops_of(tables) == {"i": {"real"}, "k": {"ghost"}}
    told = [("i", "ghost", "ror"), ("i", "real", "openalex")]
    assert tops_of(on(corpus({"W1": [["i@a"]]}, lineage=told, unnamed=["ghost"]))) == {"i": {"ghost", "real"}}


def test_a_grandparent_is_the_parent(on):
    lineage = [("i", "m", "ror"), ("i", "t", "ror"), ("m", "t", "ror")]
    assert shares(on(corpus({"W1": [["i@a"], ["m@a"]]}, lineage=lineage)), "parent") == {"t": (1, 1.0)}


def test_each_type_of_an_institution_has_its_part_and_a_funder_none(on):
    tables = on(TYPED)
    expected = {"education": (1, 0.5), "healthcare": (1, 0.25), "unknown": (1, 0.25)}
    assert shares(tables, "type") == expected
    assert shares(tables, "type", rollup="first") == {
        "education": (1, 0.5),
        "healthcare": (1, 0.25),
        "unknown": (1, 0.25),
    }
    # h alone is no collaboration of education and healthcare, but h with e is
    assert scores(tables, "type") == {
        ("education", "healthcare"): (1, 0.75),
        ("education", "unknown"): (1, 0.75),
        ("healthcare", "unknown"): (1, 0.5),
    }
    alone = on(corpus({"W1": [["h@a"]]}, types={"h": ["education", "healthcare"]}))
    assert scores(alone, "type") == {}
    assert shares(alone, "type") == {"education": (1, 0.5), "healthcare": (1, 0.5)}


def test_cities_of_one_metropolitan_area_are_one_place(on):
    cities = [("a", "XA", "a"), ("b", "XA", "a"), ("c", "XB", None)]
    tables = on(corpus({"W1": [["x@a"], ["y@b"], ["z@c"], ["w@"]]}, cities=cities))
    assert shares(tables, "metro") == {"a": (1, 0.5), "c": (1, 0.25), "unlocated": (1, 0.25)}
    assert scores(tables, "metro") == {("a", "c"): (1, 0.75)}
    inside = internal_collaboration(tables, level="metro").to_pyarrow().to_pylist()
    assert [(row["id"], row["internal_joint"], row["internal_share"]) for row in inside] == [("a", 1, 0.5)]
    counts = partnership_counts(tables, level="metro").to_pyarrow().to_pylist()
    assert [(row["a_id"], row["b_id"], row["partnerships"]) for row in counts] == [("a", "c", 2)]


def test_regions_are_told_apart_by_country_and_cities_without_one_are_unlocated(on):
    cities = [("a", "XA", None, "north"), ("b", "XA", None, "north"), ("c", "XB", None, "north"), ("d", "XA", None)]
    tables = on(corpus({"W1": [["x@a"], ["y@b"], ["z@c"], ["w@d", "v@"]]}, cities=cities))
    assert shares(tables, "region") == {"XA.north": (1, 0.5), "XB.north": (1, 0.25), "unlocated": (1, 0.25)}
    assert scores(tables, "region") == {("XA.north", "XB.north"): (1, 0.75)}
    inside = internal_collaboration(tables, level="region").to_pyarrow().to_pylist()
    assert [(row["id"], row["internal_joint"], row["internal_share"]) for row in inside] == [("XA.north", 1, 0.5)]
    counts = partnership_counts(tables, level="region").to_pyarrow().to_pylist()
    assert [(row["a_id"], row["b_id"], row["partnerships"]) for row in counts] == [("XA.north", "XB.north", 2)]


def test_astronomy_counts_a_fifth_and_lists_of_journals_restrict(on):
    tables = on(
        corpus(
            {"W1": [["x@a"], []], "W2": [["x@a"]], "W3": [["x@a"]]},
            journals={"W1": "j1", "W2": "j2"},
            marks={"j1": ["astronomy", "top"], "j2": ["top"]},
        )
    )
    assert shares(tables, "city") == {"a": (3, 2.5), "unassigned": (1, 0.5)}
    assert shares(tables, "city", wfc=True) == {"a": near(3, 2.1), "unassigned": near(1, 0.1)}
    assert shares(tables, "city", journals="top") == {"a": (2, 1.5), "unassigned": (1, 0.5)}
    assert shares(tables, "city", journals="astronomy", wfc=True) == {"a": near(1, 0.1), "unassigned": near(1, 0.1)}


def test_adjusted_share_of_a_list_of_journals_is_adjusted_to_the_list(on):
    articles = {"W1": [["x@a"]], "W2": [["x@a"]]}
    tables = on(corpus(articles, journals={"W1": "j1", "W2": "j2"}, marks={"j1": ["top"], "j2": ["low"]}))
    found = unit_shares(tables, level="city", counting=Counting(journals="top")).to_pyarrow().to_pylist()
    assert [(row["share"], row["adjusted_share"]) for row in found] == [(1.0, 1.0)]
    # the other list, of the other year, on the same connection
    found = unit_shares(tables, level="city", counting=Counting(journals="low")).to_pyarrow().to_pylist()
    assert [(row["share"], row["adjusted_share"]) for row in found] == [(1.0, 1.0)]


@pytest.fixture
def joint(tmp_path):
    return example_workspace(tmp_path / "joint", tables=JOINT)


@pytest.fixture
def example(tmp_path):
    return example_workspace(tmp_path / "example", tables=example_tables())


def test_what_parents_count_twice_is_printed_with_the_numbers(joint):
    answer = share(joint, level="parent")
    assert answer.frame[["id", "name", "share"]].values.tolist() == [["c", "C", 2.0], ["d", "D", 1.5]]
    assert answer.run.facts["double_counted"] == 1.5
    assert any("Shares add up to 1.5 articles more than there are" in note for note in answer.run.notes)
    assert share(joint, level="parent", rollup="first").run.facts["double_counted"] == 0
    assert "double_counted" not in share(joint, level="institution").run.facts
    assert repeat(answer.run, joint).frame.equals(answer.frame)


def test_cycles_and_a_missing_hierarchy_are_said(tmp_path):
    looped = corpus({"W1": [["p@a"]]}, lineage=[("p", "q", "ror"), ("q", "p", "ror")])
    notes = share(example_workspace(tmp_path / "a", tables=looped), level="parent").run.notes
    assert any("2 institutions stand above themselves and are their own parents: p, q." in note for note in notes)
    flat = example_workspace(tmp_path / "b", tables=hand_tables())
    answer = share(flat, level="parent")
    assert any("each institution is its own parent" in note for note in answer.run.notes)
    assert answer.frame.id.tolist() == share(flat, level="institution").frame.id.tolist()


@pytest.mark.parametrize("level", ["parent", "type", "metro", "region"])
def test_articles_behind_a_number_add_up_at_each_level(example, level):
    top = rank(example, level=level, top=1).frame.iloc[0]
    assert articles(example, level=level, place=top.id).frame.share_a.sum() == pytest.approx(top.value, abs=1e-9)
    pair = pairs(example, level=level, top=1).frame.iloc[0]
    behind = articles(example, level=level, place=pair.a_id, partner=pair.b_id).frame
    assert behind.joint_score.sum() == pytest.approx(pair.score, abs=1e-9)
    assert len(behind) == pair.joint


def test_stored_tables_of_a_level_give_its_numbers_and_no_other_counting_takes_them(joint):
    asked = [
        {"level": "parent"},
        {"level": "parent", "rollup": "first"},
        {"level": "type"},
        {"level": "metro"},
        {"level": "region"},
    ]
    before = [(share(joint, **one).frame, pairs(joint, **one).frame) for one in asked]
    build(joint, levels=("parent", "type", "metro", "region"), movement=False)
    for one, (shown, paired) in zip(asked, before, strict=True):
        assert share(joint, **one).frame.equals(shown)
        assert pairs(joint, **one).frame.equals(paired)
    assert not before[0][0].equals(before[1][0])


def test_wfc_says_where_it_means_little(example):
    notes = share(example, wfc=True).run.notes
    assert any("later years have no published count" in note for note in notes)
    assert any("No journal is marked astronomy, so WFC is Share." in note for note in notes)
    assert not any("WFC" in note for note in share(example).run.notes)
    assert not any("later years" in note for note in share(example, wfc=True, years=2018).run.notes)


def test_names_of_places_at_each_level(example, tmp_path):
    assert resolve_place(example, "parent", "Chinese Academy of Sciences") == "cas"
    assert resolve_place(example, "type", "Company") == "company"
    assert resolve_place(example, "metro", "Nanjing") == NANJING
    assert [resolve_place(example, "region", text) for text in ("CN.22", "cn.04")] == ["CN.22", "CN.04"]
    assert resolve_place(example, "region", "England") == "GB.ENG"
    cities = [("a", "XA", "m"), ("b", "XA", "m"), ("c", "XA", None)]
    mapped = example_workspace(tmp_path / "m", tables=corpus({"W1": [["x@a"], ["y@b"], ["z@c"]]}, cities=cities))
    assert [resolve_place(mapped, "metro", text) for text in ("m", "A", "b", "C")] == ["m", "m", "m", "c"]
    assert share(mapped, level="metro", places="B").frame.share.tolist() == [pytest.approx(2 / 3, abs=1e-9)]


def test_a_metropolitan_area_of_another_name_than_its_id(tmp_path):
    mapped = example_workspace(tmp_path, tables=mapped_tables())
    frame = share(mapped, level="metro").frame.set_index("id")
    assert frame.loc["oxbridge", "name"] == "Oxford and Cambridge"
    found = pairs(mapped, level="metro", country="GB", country_either=True).frame
    assert found[["a_id", "b_id"]].eq("oxbridge").any(axis=1).sum() == len(found) == 2
    assert set(found.a_name) | set(found.b_name) == {"Oxford and Cambridge", "Beijing", "Nanjing"}
    assert resolve_place(mapped, "metro", "Oxford and Cambridge") == "oxbridge"


def test_a_metropolitan_area_lies_in_the_country_of_all_its_cities(tmp_path):
    cities = [("a", "XA", "m"), ("b", "XB", "m"), ("c", "XA", "c"), ("d", "XA", "c")]
    tables = corpus({"W1": [["x@a"], ["y@b"], ["z@c"], ["w@d"]]}, cities=cities)
    frame = share(example_workspace(tmp_path, tables=tables), level="metro", country="XA").frame
    assert frame[["id", "name", "share"]].values.tolist() == [["c", "C", 0.5]]


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda ws: share(ws, level="region", places="Mordor"), UnknownPlace, "There is no region named 'Mordor'"),
        (lambda ws: share(ws, level="parent", places="ciac"), BadParameter, "no parent itself; it belongs to cas"),
        (lambda ws: share(ws, level="type", places="circus"), BadParameter, "it is one of archive, company, educ"),
        (lambda ws: share(ws, level="type", country="CN"), BadParameter, "a type of institution lies in no country"),
        (lambda ws: pairs(ws, level="type", country="CN"), BadParameter, "a type of institution lies in no country"),
        (lambda ws: share(ws, level="metro", places="Atlantis"), UnknownPlace, "There is no city named 'Atlantis'"),
        (lambda ws: partnerships(ws, level="parent"), BadParameter, "it is one of city, country, metro, region"),
        (lambda ws: share(ws, journals="top"), BadParameter, "no journal carries a mark; ingest with a journal list"),
        (
            lambda ws: pairs(ws, level="institution", within="Beijing", rollup="first"),
            BadParameter,
            "inside one city an institution has the part of its sites there",
        ),
        (lambda ws: network_edges(ws, level="planet"), BadParameter, "it is one of site, institution, parent"),
        (lambda ws: network_edges(ws, level="type", weight="partnerships"), BadParameter, "partnerships join cities"),
    ],
)
def test_what_can_not_be_answered_is_said(example, call, error, text):
    with pytest.raises(error, match=text):
        call(example)


def test_a_graph_names_the_corpus_for_levels_it_lacks():
    with pytest.raises(BadParameter, match="levels country, metro, city, institution; for this one say --from corpus"):
        project(None, level="parent")


def test_articles_of_other_journals_are_said_to_be_left_out(tmp_path):
    tables = corpus(
        {"W1": [["x@a"]], "W2": [["x@a"]], "W3": [["x@a"]]},
        journals={"W1": "j", "W2": "k"},
        marks={"j": ["top"], "k": ["low"]},
    )
    workspace = example_workspace(tmp_path, tables=tables)
    notes = share(workspace, journals="top", years="2018:2020").run.notes
    assert "2 articles have no journal marked top and are left out." in notes
    notes = share(workspace, journals="top", years="2018:2019").run.notes
    assert "1 article has no journal marked top and is left out." in notes


def test_the_marks_there_are_are_named(tmp_path):
    tables = corpus({"W1": [["x@a"]]}, journals={"W1": "j"}, marks={"j": ["astronomy", "top"]})
    with pytest.raises(BadParameter, match="journals are marked astronomy, top"):
        share(example_workspace(tmp_path, tables=tables), journals="elite")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rollup": "last"}, "it is one of split, first"),
        ({"wfc": "yes"}, "it is True or False"),
        ({"journals": " "}, "it is a mark that journals carry, or left out"),
    ],
)
def test_unknown_conventions_are_refused(options, text):
    with pytest.raises(BadParameter, match=text):
        Counting(**options)


@pytest.mark.parametrize("level", ["site", "parent", "type", "metro", "region"])
def test_networks_have_every_level_of_the_corpus(example, level):
    edges = network_edges(example, level=level)
    paired = pairs(example, level=level).frame
    assert edges.weight.sum() == pytest.approx(paired.score.sum(), abs=1e-6)
    found = hubs(example, level=level, measures=("strength",)).frame
    strongest = rank(example, level=level, by="strength").frame
    assert found[["id", "name"]].values.tolist() == strongest[["id", "name"]].values.tolist()
    assert BEIJING in edges.nodes.tolist() or level != "metro"
