"""What an event study holds: the people with an event, those they are compared with, and their years."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from toolkit.errors import DataError, SettingsError
from toolkit.measures.counting.parts import unit_numbers
from toolkit.measures.movement.event_statistics import (
    Floats,
    difference_in_differences,
    event_panel,
    mean_by_event_time,
)
from toolkit.measures.movement.events import Events
from toolkit.measures.movement.observations import author_numbers, authored_articles, numbered_articles
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.panels import OUTCOMES, career_years, yearly_subjects
from toolkit.measures.tables import Tables

__all__ = ["EventStudy", "careers_near", "output_and_subjects"]

_OF_MOVERS_ALONE = "partners_at_origin"


@dataclass(frozen=True)
class EventStudy:
    """People around an event.

    Attributes
    ----------
    people
        ``author_id``, ``year`` of the event, ``first_year``, ``last_year`` of the career; a row per person.
    pairs
        What :func:`~toolkit.measures.movement.matching.matched_comparison` gives, with ``first_year`` and
        ``last_year`` of the person compared with.
    years
        ``author_id``, ``year`` and the outcomes of everyone in ``people`` and ``pairs``.
    span
        First and last event time [years].
    """

    people: pd.DataFrame
    pairs: pd.DataFrame
    years: pd.DataFrame
    span: tuple[int, int]

    @classmethod
    def of(
        cls,
        tables: Tables,
        events: Events,
        pairs: pd.DataFrame,
        careers: pd.DataFrame,
        *,
        level: str,
        movement: Movement,
        span: tuple[int, int],
        balanced: bool,
    ) -> EventStudy:
        """Read the years of the people in ``events`` and ``pairs``; if ``balanced``, only people known in every t."""
        lives = careers[["author_id", "first_year", "last_year"]]
        people = events.people.merge(lives, on="author_id")
        pairs = pairs.merge(lives.rename(columns={"author_id": "comparison_id"}), on="comparison_id")
        if balanced:
            people = people[_always_known(people, span)]
            pairs = pairs[_always_known(pairs, span) & pairs.author_id.isin(people.author_id)]
        people = people.sort_values("author_id").reset_index(drop=True)
        pairs = pairs.sort_values("author_id").reset_index(drop=True)
        # a person who serves others as comparison before an event of their own still has places left
        everyone = sorted({*people.author_id, *pairs.comparison_id})
        left = events.among(people.author_id).left
        years = _years_of(tables, everyone, left, level=level, movement=movement)
        return cls(people, pairs, years, span)

    def outcome(self, name: str, *, replicates: int, seed: int) -> tuple[pd.DataFrame, dict[str, float], list[str]]:
        """Rows of one outcome for the answer, facts of its difference-in-differences, and why there is none."""
        own = event_panel(self.people, self.years, outcome=name, span=self.span)
        frame = mean_by_event_time(own, span=self.span, replicates=replicates, seed=seed)
        frame.insert(0, "outcome", name)
        frame.insert(1, "unit", OUTCOMES[name])
        shown = ["n", "mean", "low", "high"]
        facts: dict[str, float] = {}
        notes: list[str] = []
        compared = name != _OF_MOVERS_ALONE and len(self.pairs) > 0
        if compared:
            others = self.pairs.drop(columns="author_id").rename(columns={"comparison_id": "author_id"})
            panel = event_panel(others, self.years, outcome=name, span=self.span)
            beside = mean_by_event_time(panel, span=self.span, replicates=replicates, seed=seed)
        else:
            beside = pd.DataFrame({"t": frame.t, "n": 0, "mean": np.nan, "low": np.nan, "high": np.nan})
        frame = frame.merge(beside.rename(columns={column: f"comparison_{column}" for column in shown}), on="t")
        differences = pd.DataFrame(columns=["t", "difference", "low", "high"]).astype("float64")
        if compared:
            matched = self.people[self.people.author_id.isin(self.pairs.author_id)].reset_index(drop=True)
            treated = event_panel(matched, self.years, outcome=name, span=self.span)
            rows = pd.concat([_long(matched, treated, self.span, 1), _long(others, panel, self.span, 0)])
            try:
                found = difference_in_differences(rows, outcome="value", called=name)
            except (DataError, SettingsError) as error:
                notes.append(f"No difference-in-differences: {error}")
            else:
                differences = found.by_time
                facts = {
                    f"after_{name}": found.after,
                    f"after_{name}_low": found.low,
                    f"after_{name}_high": found.high,
                    f"after_{name}_p": found.p,
                    f"pre_trend_p_{name}": found.pre_trend_p,
                }
        differences = differences.rename(columns={"difference": "did", "low": "did_low", "high": "did_high"})
        return frame.merge(differences, on="t", how="left"), facts, notes


def careers_near(tables: Tables, moved: ir.Table, events: pd.DataFrame) -> pd.DataFrame:
    """Careers that began in the same years as those of the people in ``events``.

    Returns
    -------
    pandas.DataFrame
        ``author_id``, ``first_year``, ``last_year`` (of the articles), ``move_year`` (of the first move in flows, or of
        the event where that is earlier; missing for those who have none)
    """
    articles = authored_articles(tables).inner_join(author_numbers(tables), "author_id")
    articles = articles.inner_join(numbered_articles(tables), "work_no")
    lives = articles.group_by("author_id").agg(first_year=articles.year.min(), last_year=articles.year.max())
    lives = tables.keep(("lives",), lives)
    asked = _placed(tables, _ids(events.author_id))
    begun = lives.inner_join(asked, [("author_id", "asked_id")]).select(began="first_year").distinct()
    near = lives.inner_join(begun, [("first_year", "began")]).drop("began")
    first = moved.filter(moved.weight > 0).group_by(mover="author_id").agg(move_year=moved.year.min())
    near = near.left_join(first, [("author_id", "mover")]).select("author_id", "first_year", "last_year", "move_year")
    found: pd.DataFrame = near.order_by("author_id").to_pyarrow().to_pandas()
    own = events.set_index("author_id").year
    found["move_year"] = np.fmin(found.move_year.astype("float64"), found.author_id.map(own).astype("float64"))
    return found


def output_and_subjects(tables: Tables, careers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Articles by year, and parts by subject and year, of everyone in ``careers``: what people are matched by.

    Beside ``articles`` stand ``authors`` [authors of these articles, all together], by which people are told apart.
    """
    asked = _placed(tables, _ids(careers.author_id))
    people = asked.inner_join(author_numbers(tables), [("asked_id", "author_id")])
    articles = people.inner_join(authored_articles(tables), [("asked_id", "author_id")])
    articles = articles.inner_join(numbered_articles(tables), "work_no")
    articles = articles.inner_join(tables.works.select("work_id", "n_authors"), "work_id")
    output = articles.group_by(["asked_id", "year"]).agg(articles=articles.count(), authors=articles.n_authors.sum())
    subjects = yearly_subjects(tables, people.select("author_no")).inner_join(author_numbers(tables), "author_no")
    return (
        output.rename(author_id="asked_id").to_pyarrow().to_pandas(),
        subjects.select("author_id", "year", "subject", "part").to_pyarrow().to_pandas(),
    )


def _ids(authors: pd.Series[str]) -> pa.Table:
    return pa.table({"asked_id": pa.array(sorted(authors), pa.string())})


def _placed(tables: Tables, content: ir.Table | pa.Table) -> ir.Table:
    """``content`` as a table of its own on the engine."""
    placed: ir.Table = tables.connection.create_table(ibis.util.gen_name("people"), content, temp=True)
    return placed


def _years_of(tables: Tables, people: list[str], left: pd.DataFrame, *, level: str, movement: Movement) -> pd.DataFrame:
    numbers = author_numbers(tables)
    rows = _placed(tables, pa.table({"asked_id": pa.array(people, pa.string())}))
    rows = _placed(tables, rows.inner_join(numbers, [("asked_id", "author_id")]).select("author_no"))
    ends = {"mover": pa.array(left.author_id, pa.string()), "left_id": pa.array(left.place_id, pa.string())}
    origins = _placed(tables, pa.table(ends)).inner_join(numbers, [("mover", "author_id")])
    origins = origins.inner_join(unit_numbers(tables, level), [("left_id", "unit_id")])
    origins = _placed(tables, origins.select("author_no", place_no="number"))
    years = career_years(tables, rows, origins, level=level, movement=movement).inner_join(numbers, "author_no")
    found: pd.DataFrame = (
        years.select("author_id", "year", *OUTCOMES).order_by("author_id", "year").to_pyarrow().to_pandas()
    )
    return found


def _always_known(people: pd.DataFrame, span: tuple[int, int]) -> pd.Series[bool]:
    return (people.first_year <= people.year + span[0]) & (people.last_year >= people.year + span[1])


def _long(people: pd.DataFrame, panel: Floats, span: tuple[int, int], treated: int) -> pd.DataFrame:
    """A row for each person and known year: what difference-in-differences takes."""
    times = np.arange(span[0], span[1] + 1)
    person, column = np.nonzero(~np.isnan(panel))
    return pd.DataFrame(
        {
            "person": people.author_id.to_numpy()[person],
            "stay": [f"{treated} {name}" for name in people.author_id.to_numpy()[person]],
            "year": people.year.to_numpy()[person] + times[column],
            "t": times[column],
            "treated": treated,
            "value": panel[person, column],
        }
    )
