"""Random careers: each rule gives what plain loops over authors give, whatever the options."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from plain.movement import PlainCareers
from plain.random_careers import random_careers

from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.observations import author_numbers, corpus_span, observations
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import first_years, movements, origin_classes, person_years, tenures
from toolkit.measures.movement.tenures import gap_starts
from toolkit.measures.tables import Tables

# an example holds many careers, so few are enough
FEW = settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "mode_weight": st.just("articles"),
        "ties": st.just("smallest-id"),
        "max_gap": st.integers(0, 3),
        "bridge_gap": st.integers(0, 4),
        "join_gap": st.integers(0, 6),
        "max_visit": st.integers(0, 6),
        "max_overlap": st.integers(0, 6),
        "drop_censored": st.booleans(),
        "max_places": st.integers(2, 3),
        "drop_suspects": st.booleans(),
        "kin": st.just("keep"),
    },
)
KEY = ("author_id", "from_id", "to_id", "year")


def listed(rows):
    return {tuple(row[name] for name in KEY): {**row, "weight": pytest.approx(float(row["weight"]))} for row in rows}


@pytest.mark.parametrize("level", ["institution", "city", "country"])
@FEW
@given(seed=st.integers(0, 2**32), options=OPTIONS)
def test_every_rule_equals_the_plain_computation(level, seed, options):
    content = random_careers(seed)
    plain = PlainCareers({name: table.to_pandas() for name, table in content.items()}, level, **options)
    with Tables.on(ibis.duckdb.connect(), content) as tables:
        if not options.get("drop_suspects"):
            found = observations(tables, level=level).to_pyarrow().to_pylist()
            found = {(r["author_id"], r["place_id"], r["year"]): (r["part"], r["articles"]) for r in found}
            expected = plain.observations()
            assert found == {key: (pytest.approx(float(p), abs=1e-12), n) for key, (p, n) in expected.items()}
        assert corpus_span(tables) == (plain.first, plain.last)
        began = first_years(tables).to_pyarrow().to_pylist()
        assert {row["author_id"]: row["first_year"] for row in began} == plain.began
        for rule, moves in (("mode-year", plain.mode_moves()), ("tenure", plain.tenure_moves())):
            movement = Movement(rule=rule, **options)
            found = movements(tables, level=level, movement=movement).to_pyarrow().to_pylist()
            assert listed(found) == listed(moves)
            assert len(found) == len(moves) > 0
            spent = person_years(tables, level=level, movement=movement).to_pyarrow().to_pylist()
            assert {(row["place_id"], row["year"]): row["person_years"] for row in spent} == plain.person_years(rule)
        stays = tenures(tables, level=level, movement=movement).to_pyarrow().to_pylist()
        found = {(r["author_id"], r["place_id"], r["start_year"], r["end_year"]) for r in stays}
        assert found == {(author, *stay) for author in plain.seen for stay in plain.tenures(author)}
        late = gap_starts(tables, level=level, movement=Movement(**options))
        late = late.inner_join(author_numbers(tables), "author_no")
        late = late.inner_join(unit_numbers(tables, level), [("to_no", "number")])
        late = late.select("author_id", "unit_id", "year").to_pyarrow().to_pylist()
        assert len(late) == len(plain.gap_starts())
        assert {tuple(row.values()) for row in late} == plain.gap_starts()
        classes = origin_classes(tables, level=level, movement=movement).to_pyarrow().to_pylist()
        assert {row["author_id"]: row["category"] for row in classes} == plain.origin_classes()
