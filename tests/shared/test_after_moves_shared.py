"""Real records: what comes after a move, worked out a second time by plain loops over the movers."""

from __future__ import annotations

import random

import pandas as pd
import pyarrow.parquet as pq
import pytest
from plain import event_study as plain_study
from plain.career_outcomes import outcomes
from plain.movement import PlainCareers, homes
from plain.share_and_collaboration import PlainMeasures
from plain.ties import PlainTies

from toolkit.measures.answers import bridges, event_destinations, event_study, survival, ties
from toolkit.measures.movement import event_answers
from toolkit.measures.movement.panels import OUTCOMES

ABOUT = {"abs": 2e-9}


@pytest.fixture(scope="module")
def frames(management):
    needed = ("works", "authorships", "institutions", "sites", "cities", "lineage", "subjects", "journals")
    return {name: pq.read_table(management.table(name)).to_pandas() for name in needed}


@pytest.fixture(scope="module")
def city_careers(frames):
    return PlainCareers(frames, "city")


@pytest.fixture(scope="module")
def moves_abroad(frames):
    return PlainCareers(frames, "country").tenure_moves()


def in_flows(moves, years=(0, 9999)):
    return [move for move in moves if move["weight"] > 0 and years[0] <= move["year"] <= years[1]]


@pytest.mark.parametrize(("rule", "years"), [("tenure", (2005, 2025)), ("mode-year", (2012, 2018))])
def test_tie_rates_and_survival_of_cities_by_plain_loops(management, frames, city_careers, rule, years):
    moves = city_careers.tenure_moves() if rule == "tenure" else city_careers.mode_moves()
    plain = PlainTies(frames, "city", in_flows(moves, years))
    window = f"{years[0]}:{years[1]}"
    rates = ties(management, rule=rule, years=window).frame
    found = {row[0]: row[1:] for row in rates.itertuples(index=False, name=None)}
    assert found == {t: pytest.approx(row, **ABOUT) for t, row in plain.rates((-5, 5)).items()}
    assert rates.tied_articles.min() > 20
    shares = {}
    for move in plain.moves:
        key = move["author_id"], move["year"]
        shares[key] = shares.get(key, 0) + move["weight"]
    events = {key: (shares[key], *row) for key, row in plain.survival(3).items()}
    expected = {}
    for year in {None, *(year for _, year in events)}:
        rows = [row for (_, when), row in events.items() if year in (None, when)]
        movers = len({author for author, when in events if year in (None, when)})
        people = sum(weight for weight, _, _ in rows)
        before, kept = (sum(row[0] * row[column] for row in rows) for column in (1, 2))
        mean = sum(weight * kept / before for weight, before, kept in rows) / people
        row = (movers, people, before, kept, kept / before, mean)
        expected[year] = pytest.approx(tuple(float(value) for value in row), **ABOUT)
    frame = survival(management, rule=rule, years=window).frame
    by_year = {None if row.year is frame.year.iloc[-1] else int(row.year): row[2:] for row in frame.itertuples()}
    assert by_year == expected
    assert by_year[None][3] > 100


def test_bridges_of_institutions_and_their_scores_by_plain_loops(management, frames):
    careers = PlainCareers(frames, "institution")
    moves = [move for move in careers.tenure_moves() if move["weight"] > 0 or move["kind"] == "dual"]
    window = (2012, 2014)
    plain = PlainTies(frames, "institution", moves)
    found = plain.bridges(window)
    assert len(found) > 50
    by_article = bridges(management, years="2012:2014", dual=True, by_article=True).frame
    assert set(by_article[["author_id", "from_id", "to_id", "work_id"]].itertuples(index=False, name=None)) == found
    assert len(by_article) == len(found)
    pairs = {}
    for author, origin, target, work in found:
        people, works = pairs.setdefault((origin, target), (set(), set()))
        people.add(author)
        works.add(work)
    wanted = {frozenset(pair) for pair in pairs}
    ends = {end for pair in pairs for end in pair}
    own = frames["works"][frames["works"].year.between(*window)]
    signed = frames["authorships"]
    signed = signed[signed.work_id.isin(set(own.work_id))]
    whole = PlainMeasures(frames | {"works": own, "authorships": signed}, "institution")
    joint, score = {}, {}
    for (a, b, _), number in whole.joint.items():
        if frozenset((a, b)) in wanted:
            joint[frozenset((a, b))] = joint.get(frozenset((a, b)), 0) + number
    for (a, b, _), part in whole.score.items():
        if frozenset((a, b)) in wanted:
            score[frozenset((a, b))] = score.get(frozenset((a, b)), 0) + part
    owner = dict(zip(frames["sites"].site_id, frames["sites"].institution_id, strict=True))
    parts = shares_of(own, signed, owner, ends)
    expected = {}
    for pair, (people, works) in pairs.items():
        key = frozenset(pair)
        bridged = sum(sum(parts[work].get(end, 0) for end in pair) for work in works)
        row = (len(people), len(works), joint.get(key, 0), score.get(key, 0), score.get(key, 0) - bridged)
        expected[pair] = pytest.approx(tuple(float(value) for value in row), **ABOUT)
    frame = bridges(management, years="2012:2014", dual=True).frame.drop(columns=["from_name", "to_name", "suspect"])
    assert {row[:2]: row[2:] for row in frame.itertuples(index=False, name=None)} == expected
    assert frame.score_without_bridges.max() > 0


def shares_of(works, signed, owner, ends):
    """Share of each article at each of ``ends``."""
    n = dict(zip(works.work_id, works.n_authors, strict=True))
    sites = {}
    for work, author, site in zip(signed.work_id, signed.author_key, signed.site_id, strict=True):
        if not pd.isna(site):
            sites.setdefault((work, author), set()).add(site)
    found = {work: {} for work in n}
    for (work, _), own in sites.items():
        for site in own:
            if owner[site] in ends:
                found[work][owner[site]] = found[work].get(owner[site], 0) + 1 / (n[work] * len(own))
    return found


@pytest.fixture
def matched(monkeypatch):
    """The pairs that the next event study makes."""
    made = []
    honest = event_answers.matched_comparison

    def watched(*arguments, **options):
        made.append(honest(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(event_answers, "matched_comparison", watched)
    return made


@pytest.mark.parametrize(
    "asked",
    [
        {"who": "returnees", "outcomes": list(OUTCOMES)},
        {
            "who": "movers",
            "years": "2012:2013",
            "comparison": "not-yet-movers",
            "balanced": True,
            "span": (-3, 4),
            "outcomes": ["articles", "partners_at_origin"],
        },
    ],
    ids=["returnees", "movers"],
)
def test_event_studies_by_plain_loops(management, frames, moves_abroad, matched, asked):
    span = asked.get("span", (-5, 5))
    years = (2012, 2013) if "years" in asked else (0, 9999)
    lives = plain_study.PlainLives(frames)
    events = plain_study.first_events(moves_abroad, years, returns=asked["who"] == "returnees")
    answer = event_study(management, replicates=0, **asked)
    pairs = dict(zip(matched[0].author_id, matched[0].comparison_id, strict=True))
    latest = span[1] if "comparison" in asked else None
    plain_study.assert_alike(lives, events, plain_study.move_years(events, moves_abroad), pairs, latest=latest)
    if asked.get("balanced"):

        def whole(person, event):
            return lives.first(person) <= event + span[0] and lives.last(person) >= event + span[1]

        events = {person: event for person, event in events.items() if whole(person, event[0])}
        pairs = {a: b for a, b in pairs.items() if a in events and whole(b, events[a][0])}
    assert (answer.run.facts["persons"], answer.run.facts["matched"]) == (len(events), len(pairs))
    assert len(pairs) > 30
    origins = dict.fromkeys(pairs.values()) | {person: event[1] for person, event in events.items()}
    signed = frames["authorships"]
    signed = signed[signed.work_id.isin(signed.work_id[signed.author_id.isin(origins.keys())])]
    years_of = outcomes(frames | {"authorships": signed}, origins, "country")
    own_year = {person: event[0] for person, event in events.items()}
    others = {other: own_year[person] for person, other in pairs.items()}
    rows = {name: part.set_index("t") for name, part in answer.frame.groupby("outcome")}
    panels = {}
    for name in asked["outcomes"]:
        own = plain_study.panel(lives, years_of, own_year, name, span)
        assert known(rows[name], "") == plain_study.means(own, span), name
        if name == "partners_at_origin":
            assert rows[name].did.isna().all()
            continue
        beside = plain_study.panel(lives, years_of, others, name, span)
        assert known(rows[name], "comparison_") == plain_study.means(beside, span), name
        panels[name] = own, beside
    stays = []
    for side, people in ((0, {person: own_year[person] for person in pairs}), (1, others)):
        together = [panel[side] for panel in panels.values()]
        stays.append(
            [
                (person, event, {t: [panel[person][t] for panel in together] for t in together[0][person]})
                for person, event in people.items()
            ]
        )
    for name, (by_time, after) in zip(panels, plain_study.differences(*stays), strict=True):
        assert rows[name].did.dropna().to_dict() == pytest.approx(by_time, abs=1e-7), name
        assert answer.run.facts[f"after_{name}"] == pytest.approx(after, abs=1e-7)


def test_bounds_are_those_of_a_plain_bootstrap_over_people(management, frames, moves_abroad):
    span = (-2, 2)
    answer = event_study(management, who="returnees", outcomes=["articles"], span=span, replicates=2000, seed=7)
    rows = answer.frame.set_index("t")
    events = plain_study.first_events(moves_abroad, (0, 9999), returns=True)
    lives, draw = plain_study.PlainLives(frames), random.Random(11)
    years_of = {
        (person, year): {"articles": number} for person in events for year, number in lives.articles[person].items()
    }
    own = plain_study.panel(lives, years_of, {person: event[0] for person, event in events.items()}, "articles", span)
    people = [own[person] for person in sorted(own)]
    drawn = [plain_study.means(dict(enumerate(draw.choices(people, k=len(people)))), span) for _ in range(1000)]
    for t in range(span[0], span[1] + 1):
        means = sorted(sample[t][1] for sample in drawn)
        low, high = means[25], means[-26]
        # a bound of 1,000 draws wavers by some 4 % of the interval
        assert rows.low[t] == pytest.approx(low, abs=0.15 * (high - low)), t
        assert rows.high[t] == pytest.approx(high, abs=0.15 * (high - low)), t


def test_partners_at_origin_count_at_every_place_left_in_the_year(management, frames, moves_abroad):
    events = plain_study.first_events(moves_abroad, (0, 9999), returns=False)
    lives = plain_study.PlainLives(frames)
    years_of = outcomes(frames, {person: event[1] for person, event in events.items()}, "country")
    own = {person: event[0] for person, event in events.items()}
    expected = plain_study.means(plain_study.panel(lives, years_of, own, "partners_at_origin", (-1, 1)), (-1, 1))
    asked = {"who": "movers", "comparison": None, "replicates": 0, "outcomes": ["partners_at_origin"]}
    frame = event_study(management, span=(-1, 1), **asked).frame.set_index("t")
    assert known(frame, "") == expected
    assert any(len(left) > 1 for _, left, _ in events.values())


@pytest.mark.parametrize(
    ("who", "level", "asked"),
    [("returnees", "country", None), ("movers", "country", None), ("movers", "city", "Milan")],
)
def test_destinations_by_plain_loops(management, frames, who, level, asked):
    moves = PlainCareers(frames, level).tenure_moves()
    events = plain_study.first_events(moves, (2008, 2020), returns=who == "returnees")
    place = None if asked is None else str(frames["cities"].set_index("name").city_id[asked])
    events = {person: event for person, event in events.items() if place is None or place in event[2]}
    expected = plain_study.destinations(frames, events, homes(frames, level), homes(frames, "city"), place)
    frame = event_destinations(management, who=who, level=level, to_place=asked, years="2008:2020").frame
    rows = zip(frame.id, frame.persons, frame.held_before, strict=True)
    assert {one: persons for one, *persons in rows} == {
        one: pytest.approx(persons, **ABOUT) for one, persons in expected.items()
    }
    assert frame.persons.sum() == pytest.approx(len(events))
    if asked is None:
        assert frame.persons.mod(1).any(), "some persons are shared by tied cities"
    else:
        assert any(len(reached) > 1 for _, _, reached in events.values())


def known(rows, prefix):
    """``{t: (n, mean)}`` of an answer, as the plain code gives it."""
    return {
        t: (n, None if pd.isna(mean) else pytest.approx(mean, **ABOUT))
        for t, n, mean in zip(rows.index, rows[f"{prefix}n"], rows[f"{prefix}mean"], strict=True)
    }
