"""Flows of a dozen careers, worked out by hand, on two engines; and what the answers refuse."""

from __future__ import annotations

import ibis
import pytest

from toolkit import (
    corridors,
    flow_communities,
    flow_graph,
    flow_indicators,
    flow_system,
    flows,
    group_flows,
    group_moves,
    ingest_flows,
    ingest_network,
    suppliers,
)
from toolkit.analyses.flow_views import flow_view
from toolkit.analyses.repeating import repeat
from toolkit.corpus.example import (
    BEIJING,
    CAM,
    CAMBRIDGE_GB,
    CIAC,
    NANJING,
    NJU,
    OXF,
    OXFORD,
    PKU,
    UCAS,
    career_tables,
    example_workspace,
    team_tables,
)
from toolkit.errors import BadParameter, EmptyGraph, EmptySelection, UnknownPlace, WrongGraph
from toolkit.measures.flows.counts import flow_counts, flow_matrix
from toolkit.measures.flows.group_moves import group_moves as moves_in_groups
from toolkit.measures.flows.groups import Grouping, age_bands, group_contributions
from toolkit.measures.flows.groups import group_flows as group_flows_of
from toolkit.measures.flows.indicators import place_flows, system_flows
from toolkit.measures.flows.rates import brain_flows, gateway_rates, retention, return_rates
from toolkit.measures.movement.rules import person_years
from toolkit.measures.tables import Tables
from toolkit.runs import RunRecord

# the SQLite backend of ibis 12 sets a pandas option that pandas 3 warns of
pytestmark = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")

CAREERS = {
    # four leave Nanjing for Beijing, one of them is back after three years
    "A1": {NJU: range(2001, 2005), PKU: range(2005, 2011)},
    "A2": {NJU: range(2001, 2005), PKU: range(2005, 2011)},
    "A3": {NJU: range(2002, 2006), PKU: range(2006, 2011)},
    "A4": {NJU: [*range(2001, 2005), *range(2008, 2013)], PKU: range(2005, 2008)},
    # from abroad into Beijing, and on to Changchun three years later
    "A5": {OXF: range(2000, 2004), UCAS: range(2004, 2007), CIAC: range(2007, 2013)},
    # two places at once, left for a third: each of the ways has half a researcher
    "A6": {OXF: range(2003, 2007), CAM: range(2003, 2007), PKU: range(2007, 2013)},
    "A7": {PKU: range(2000, 2013)},
    "A8": {OXF: range(2010, 2013)},
}
WINDOW = (2000, 2012)


@pytest.fixture(params=["duckdb", "sqlite"])
def tables(request):
    engine = ibis.duckdb.connect() if request.param == "duckdb" else ibis.sqlite.connect()
    with Tables.on(engine, career_tables(CAREERS)) as opened:
        yield opened


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return example_workspace(tmp_path_factory.mktemp("flows"), tables=career_tables(CAREERS))


def rows(table, *keys):
    found = {}
    for row in table.to_pyarrow().to_pylist():
        key = tuple(row.pop(name) for name in keys)
        found[key if len(keys) > 1 else key[0]] = tuple(row.values())
    return found


CHANGCHUN = "2038180"


def test_the_matrix_and_the_indicators(tables):
    counts = flow_counts(tables, level="city", years=WINDOW)
    matrix = rows(flow_matrix(counts, by_year=False).drop("year"), "from_id", "to_id")
    assert matrix == {
        (NANJING, BEIJING): (4.0, 4),
        (BEIJING, NANJING): (1.0, 1),
        (OXFORD, BEIJING): (1.5, 2),
        (CAMBRIDGE_GB, BEIJING): (0.5, 1),
        (BEIJING, CHANGCHUN): (1.0, 1),
    }
    spent = person_years(tables, level="city")
    places = place_flows(counts, spent)
    columns = ["id", "inflow", "outflow", "net", "person_years"]
    assert rows(places.select(columns), "id") == {
        BEIJING: (6.0, 2.0, 4.0, 6 + 6 + 5 + 3 + 3 + 6 + 13),
        NANJING: (1.0, 4.0, -3.0, 4 + 4 + 4 + 4 + 5),
        OXFORD: (0.0, 1.5, -1.5, 4 + 4 + 3),
        CAMBRIDGE_GB: (0.0, 0.5, -0.5, 4),
        CHANGCHUN: (1.0, 0.0, 1.0, 6),
    }
    rates = rows(places.select("id", "net_rate", "effectiveness"), "id")
    assert rates[BEIJING] == (pytest.approx(1000 * 4 / 42), 50.0)
    assert rates[NANJING] == (pytest.approx(-3000 / 21), -60.0)
    system = system_flows(places, counts).drop("year").to_pyarrow().to_pylist()[0]
    assert system == {
        "places": 5,
        "corridors": 5,
        "connectivity": 0.25,
        "researchers": 8.0,
        "effectiveness": 62.5,
        "aggregate_net_rate": pytest.approx(50 * 10 / 84),
        "net_total": 0.0,
    }
    by_year = place_flows(counts, spent, by_year=True)
    assert rows(by_year.filter(by_year.id == BEIJING).select("year", "inflow", "net"), "year")[2007] == (1.0, 0.0)


def test_rates_of_careers(tables):
    kept = rows(retention(tables, level="city", years=WINDOW).drop("year"), "id")
    # Nanjing: four years at risk for each of four stays, and A4's last four after the return
    assert kept[NANJING] == (4, 20, 0.8)
    assert kept[CAMBRIDGE_GB] == (1, 4, 0.75)
    back = rows(return_rates(tables, level="city", years=WINDOW, horizon=4).drop("year"), "id")
    assert back[NANJING] == (4, 1, 0.25)
    assert rows(return_rates(tables, level="city", years=WINDOW, horizon=2).drop("year"), "id")[NANJING] == (4, 0, 0.0)
    assert rows(return_rates(tables, level="city", years=WINDOW, horizon=7).drop("year"), "id")[NANJING] == (
        3,
        1,
        1 / 3,
    )
    gates = rows(gateway_rates(tables, years=WINDOW, horizon=3).drop("year"), "id")
    assert gates == {BEIJING: (2, 1, 0.5)}
    assert rows(gateway_rates(tables, years=WINDOW, horizon=2).drop("year"), "id") == {BEIJING: (2, 0, 0.0)}
    brain = rows(brain_flows(tables, level="city", years=WINDOW).drop("year"), "id")
    # three articles in three years; A6 signs two a year, in two places
    assert brain[BEIJING] == (4 * 3 + 3 + 6, 3 + 3, 15.0)
    assert brain[CAMBRIDGE_GB] == (0.0, 3.0, -3.0)
    assert rows(brain_flows(tables, level="city", years=WINDOW, before=1).drop("year"), "id")[NANJING] == (
        1.0,
        4.0,
        -3.0,
    )


def test_groups_add_up_to_the_net(tables):
    grouping = Grouping(by=("umbrella", "scope"), umbrella="cas", umbrella_name="Academy")
    added = group_contributions(tables, grouping, level="city", years=WINDOW).drop("year")
    added = rows(added.filter(added.id == BEIJING), "id", "own_group", "other_group", "scope")
    assert added == {
        (BEIJING, "Academy", "others", "international"): (1.0, 0.0, 1.0),
        (BEIJING, "Academy", "Academy", "domestic"): (0.0, 1.0, -1.0),
        (BEIJING, "others", "others", "domestic"): (4.0, 1.0, 3.0),
        (BEIJING, "others", "others", "international"): (1.0, 0.0, 1.0),
    }
    ages = group_contributions(tables, Grouping(by=("age",), ages="0-3,4+"), level="city", years=WINDOW).drop("year")
    assert rows(ages.filter(ages.id == BEIJING), "id", "age") == {
        (BEIJING, "4+"): (6.0, 2.0, 4.0),
    }


def test_moves_inside_a_city_are_seen_between_institutions():
    careers = {
        "A1": {UCAS: range(2001, 2005), PKU: range(2005, 2009)},
        "A2": {PKU: range(2001, 2003), OXF: [2003, 2004]},
    }
    grouping = Grouping(by=("type", "scope", "age"), ages="0-2,3+")
    with Tables.on(ibis.sqlite.connect(), career_tables(careers)) as opened:
        found = group_flows_of(opened, grouping, level="institution").drop("year", "left_censored")
        assert rows(found, "from_group", "to_group", "scope", "age") == {
            ("education", "education", "within-city", "3+"): (1.0,),
            ("education", "education", "international", "0-2"): (1.0,),
        }
        city = rows(group_flows_of(opened, grouping, level="city").drop("year", "left_censored"), "scope", "age")
        assert city == {("international", "0-2"): ("education", "education", 1.0)}


def together(*movers, at=NJU, to=PKU):
    """Careers of authors who leave together, and one article of theirs all."""
    content = career_tables({name: {at: range(2001, year), to: range(year, 2012)} for name, year in movers})
    signed = content["authorships"].to_pylist()
    joint = next(row["work_id"] for row in content["works"].to_pylist() if row["year"] == movers[0][1] - 1)
    own = {row["author_id"]: row for row in signed if row["site_id"] == at}
    more = [row | {"work_id": joint} for row in own.values() if row["work_id"] != joint]
    more = [row for row in more if (joint, row["author_id"]) not in {(s["work_id"], s["author_id"]) for s in signed}]
    return content | {
        "authorships": content["authorships"].from_pylist(signed + more, schema=content["authorships"].schema)
    }


def test_colleagues_who_leave_together(tmp_path):
    with Tables.on(ibis.sqlite.connect(), together(("A1", 2005), ("A2", 2005), ("A3", 2006))) as opened:
        found = rows(moves_in_groups(opened), "author_id")
    assert found == dict.fromkeys(("A1", "A2", "A3"), ("nju", "pku", 2006, 3, 1, 2005))
    content = together(("A1", 2005), ("A2", 2005), ("A3", 2007))
    with Tables.on(ibis.duckdb.connect(), content) as opened:
        assert moves_in_groups(opened).count().to_pyarrow().as_py() == 0
    answer = group_moves(example_workspace(tmp_path, tables=content), least=2).frame
    columns = ["from_name", "to_name", "year", "last_year", "authors", "author_ids", "censored"]
    assert answer[columns].values.tolist() == [
        ["Nanjing University", "Peking University", 2005, 2005, 2, "A1 A2", False]
    ]


def test_answers_name_and_mark(workspace):
    frame = flows(workspace, years="2004:2007", top=2).frame
    assert frame[["from_name", "to_name", "rule", "researchers", "moves", "censored"]].values.tolist() == [
        ["Nanjing", "Beijing", "tenure", 4.0, 4, False],
        ["Oxford", "Beijing", "tenure", 1.5, 2, False],
    ]
    assert frame["year"].isna().all()
    late = flow_system(workspace, by_year=True).frame
    assert late.loc[late["censored"], "year"].tolist() == [2010, 2011, 2012]
    answer = flow_indicators(workspace, by="net_rate", rule="mode-year")
    assert answer.frame["name"].tolist()[:2] == ["Changchun", "Beijing"]
    assert not answer.frame["censored"].any()
    assert (answer.run.facts["net_total"], answer.run.facts["places"]) == (0.0, 4)


@pytest.fixture(scope="module")
def mine(workspace, tmp_path_factory):
    """The flows of the careers, written and read again as imported ones."""
    own = flows(workspace, by_year=True).frame
    path = tmp_path_factory.mktemp("made") / "mine.csv"
    own.to_csv(path, index=False)
    report = ingest_flows(workspace, path, level="city")
    assert (report.kept, report.rejects) == (len(own), {})
    return own


def test_answers_select(workspace, mine):
    by_year = flows(workspace, by_year=True, place="Changchun", network="mine").frame
    assert by_year[["from_name", "to_name", "year"]].values.tolist() == [["Beijing", "Changchun", 2007]]
    either = flows(workspace, country="CN", either=True, network="mine").frame
    assert set(either["to_name"]) == {"Beijing", "Nanjing", "Changchun"}
    assert len(flows(workspace, country="China", network="mine").frame) == 3
    losers = flow_indicators(workspace, losers=True, country="GB", network="mine").frame
    assert losers[["name", "net"]].values.tolist() == [["Oxford", -1.5], ["Cambridge", -0.5]]
    both = corridors(workspace, place="Nanjing", network="mine").frame
    assert both[["a_to_b", "b_to_a", "total", "net", "asymmetry"]].values.tolist() == [[4.0, 1.0, 5.0, 3.0, 0.6]]
    assert abs(flow_indicators(workspace, network="mine").frame["net"].sum()) == 0.0
    china = flows(workspace, network="mine", country="CN", place="beijing", years="2005:2006").frame
    assert china[["from_name", "to_name", "researchers"]].values.tolist() == [["Nanjing", "Beijing", 4.0]]


def test_groups_say_it_in_a_sentence(workspace, tmp_path):
    answer = group_flows(workspace, "type", place="Nanjing", years=WINDOW)
    assert answer.run.notes[-1] == (
        "Nanjing lost 3 researchers on balance (2000:2012): mainly by universities, which lost people to "
        "universities (-3)."
    )
    assert answer.frame["part"].tolist() == [1.0]
    (tmp_path / "people.csv").write_text(
        "author_id,group,event_year\nA4,returnees,2008\nA99,returnees,\nA4,others,\n,x,\n"
    )
    answer = group_flows(workspace, ["cohort"], people=tmp_path / "people.csv", years=WINDOW)
    assert answer.frame[["cohort", "researchers"]].values.tolist() == [["others", 6.0], ["returnees", 2.0]]
    assert answer.run.facts["unmatched"] == 3
    assert "line 3: no author of the records: A99, returnees" in answer.run.notes[-1]
    assert "line 4: A4 has a group already" in answer.run.notes[-1]
    inside = group_flows(workspace, ("umbrella", "scope"), umbrella="Chinese Academy of Sciences", each=True).frame
    assert set(inside["own_group"]) == {"others", "Chinese Academy of Sciences"}
    nets = {"Beijing": 4.0, "Nanjing": -3.0, "Oxford": -1.5, "Cambridge": -0.5, "Changchun": 1.0}
    assert inside.groupby("name")["net"].sum().to_dict() == nets


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda w: flows(w, rule="origin"), BadParameter, "classes of careers"),
        (lambda w: flows(w, level="planet"), BadParameter, "it is one of site"),
        (lambda w: flows(w, years="1990"), EmptySelection, "the records cover 2000 to 2012"),
        (lambda w: flows(w, either=True), BadParameter, "name one"),
        (lambda w: flow_indicators(w, by="fame"), BadParameter, "it is one of net, inflow"),
        (lambda w: group_flows(w, "scope", place="Beijing", each=True), BadParameter, "either a place or each"),
        (lambda w: suppliers(w, years="2000"), EmptyGraph, "Nobody moved"),
        (lambda w: flow_view(w, "matrix", {"horizon": 3}), BadParameter, "only about rates, gateways"),
        (lambda w: flow_view(w, "tree", {}), BadParameter, "it is one of matrix, indicators"),
        (lambda w: flows(w, network="none"), BadParameter, "network = 'none'"),
    ],
)
def test_what_answers_refuse(workspace, call, error, words):
    with pytest.raises(error, match=words):
        call(workspace)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: return_rates(t, level="city", years=WINDOW, horizon=0), "at least 1"),
        (lambda t: brain_flows(t, level="city", years=WINDOW, output="fame"), "parts, articles"),
        (lambda t: gateway_rates(t, level="country", years=WINDOW), "a gateway is a city"),
        (lambda t: moves_in_groups(t, least=1), "at least 2"),
        (lambda t: moves_in_groups(t, level="city"), "institution or parent"),
    ],
)
def test_what_measures_refuse(call, words):
    with Tables.empty() as opened, pytest.raises(BadParameter, match=words):
        call(opened)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"by": ("taste",)}, "some of type, umbrella"),
        ({"by": ("type", "umbrella"), "umbrella": "cas"}, "not by both"),
        ({"by": ("umbrella",)}, "takes an organisation"),
        ({"by": ("cohort",)}, "takes a file of people"),
        ({"by": ("age",), "ages": "0-5,7+"}, "follow on one another"),
    ],
)
def test_what_groups_refuse(asked, words):
    with pytest.raises(BadParameter, match=words):
        Grouping(**asked)


def test_bands_of_career_age():
    assert age_bands("0-2") == [(0, 2, "0-2")]
    for wrong in ("", "1-2", "0-5,5-9", "0+,1+", "5-0", "a"):
        with pytest.raises(BadParameter, match="bands of years"):
            age_bands(wrong)


def test_an_answer_is_repeated_from_its_record(workspace, mine):
    for answer in (
        flow_system(workspace, network="mine"),
        group_flows(workspace, ["type", "age"], place="Beijing", ages="0-3,4+"),
        group_moves(workspace, least=2),
    ):
        again = repeat(answer.run.to_dict(), workspace)
        assert again.frame.equals(answer.frame), answer.run.method
        assert again.run.run_id == answer.run.run_id


def test_analyses_of_the_network_are_repeated_from_their_records(workspace, mine):
    for answer in (
        suppliers(workspace, years="2004:2007", rule="mode-year"),
        flow_communities(workspace, level="institution", starts=2, resolution=0.5, seed=4),
        suppliers(workspace, network="mine"),
        flow_communities(workspace, network="mine", starts=2),
    ):
        again = repeat(RunRecord.from_dict(answer.run.to_dict()), workspace)
        assert again.frame.equals(answer.frame), answer.run.method
        assert again.run.run_id == answer.run.run_id


def test_nobody_followed_is_no_fault(tmp_path):
    """Careers can't be followed without ids: every view says so by its empty rows or by a sentence."""
    nameless = team_tables([("W1", 2010, [(None, [PKU])]), ("W2", 2012, [(None, [NJU])])])
    workspace = example_workspace(tmp_path, tables=nameless)
    for view in (flows, flow_indicators, flow_system, corridors):
        assert view(workspace).frame.empty
    assert "2 authors on articles have no id and are not followed." in flow_indicators(workspace).run.notes
    with pytest.raises(EmptyGraph, match="Nobody moved in this selection"):
        suppliers(workspace)


def test_flows_made_elsewhere_answer_alike(workspace, mine, tmp_path):
    columns = ["from_id", "from_name", "to_id", "to_name", "year", "researchers"]
    assert flows(workspace, by_year=True, network="mine").frame[columns].equals(mine[columns])
    found = flow_indicators(workspace, network="mine")
    theirs = flow_indicators(workspace)
    columns = ["id", "name", "inflow", "outflow", "net", "effectiveness"]
    assert found.frame[columns].equals(theirs.frame[columns])
    assert found.frame["person_years"].isna().all()
    assert found.frame["net_rate"].isna().all()
    assert found.run.facts["effectiveness"] == theirs.run.facts["effectiveness"] == 62.5
    assert "are imported" in found.run.notes[-1]
    again = repeat(found.run, workspace)
    assert again.frame.equals(found.frame)
    with pytest.raises(UnknownPlace, match="node of mine"):
        flows(workspace, network="mine", place="Atlantis")
    with pytest.raises(BadParameter, match="these flows are imported"):
        flows(workspace, network="mine", rule="mode-year")
    with pytest.raises(EmptySelection, match="they cover 2004 to 2008"):
        flows(workspace, network="mine", years="1990")
    (tmp_path / "ties.csv").write_text("source,target\nA,B\n")
    ingest_network(workspace, tmp_path / "ties.csv")
    with pytest.raises(WrongGraph, match="without directions"):
        flows(workspace, network="ties")


def test_the_network_of_flows(workspace, mine):
    g = flow_graph(workspace, network="mine")
    assert dict(g.nodes(data="name"))[BEIJING] == "Beijing"
    assert g[OXFORD][BEIJING]["weight"] == 1.5
    ranked = suppliers(workspace, network="mine").frame
    # Beijing attracts from Nanjing 4, Oxford 1.5, Cambridge .5: the strongest circle is these alone
    assert ranked.set_index("name")["attractor"].round(6).to_dict()["Beijing"] == 1.0
    values = ranked.set_index("name")["supplier"]
    assert (values["Nanjing"] / values["Oxford"], values["Oxford"] / values["Cambridge"]) == pytest.approx((8 / 3, 3))
    found = flow_communities(workspace, network="mine", starts=2)
    assert found.frame["inside"].between(0, 1).all()
    assert set(found.frame["id"]) == set(g)
