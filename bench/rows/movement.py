"""The three rules of movement against pandas: a function for each author, and columns all at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.corpora import write_careers
from bench.harness import Comparison, Side, WrongOutput
from toolkit.measures.movement.options import Movement
from toolkit.measures.movement.rules import STORED_MOVES, movements, origin_classes
from toolkit.measures.store import build
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

NAME = "movement"
SIZES = {
    "full": {"authors": 190_000, "institutions": 5_000},
    "quick": {"authors": 2_000, "institutions": 50},
}

Frames = dict[str, pd.DataFrame]
ANSWERS = (*STORED_MOVES.values(), "origins")
MOVES = ["author_id", "from_id", "to_id", "year"]
BRIDGE, VISIT, OVERLAP, GAP, TIE = 2, 4, 3, 5, 1e-9


def by_toolkit(workspace: Workspace, *, reuse: bool = True, answers: bool = True) -> Frames:
    """Ours: from the workspace's Parquet files to frames.

    ``reuse``: what ``scicities build`` made is taken; without ``answers`` only what every convention starts from.
    """
    with Tables.of(workspace, reuse=reuse) as opened:
        given = {name: table for name, table in opened.stored.items() if answers or not name.endswith(ANSWERS)}
        tables = replace(opened, stored=given)
        frames = {
            rule: movements(tables, level="institution", movement=Movement(rule=rule))[[*MOVES, "kind"]].to_pandas()
            for rule in ("tenure", "mode-year")
        }
        return frames | {"origin": origin_classes(tables, level="institution").to_pandas()}


def by_pandas(folder: Path) -> Frames:
    """The same from the same files, columns all at once: the quickest form known to us."""
    seen = observed(folder)
    return {"tenure": tenure_moves(seen), "mode-year": mode_moves(seen), "origin": classes(seen)}


def observed(folder: Path) -> pd.DataFrame:
    """Author, institution, year and sum of parts."""
    works = pd.read_parquet(folder / "works.parquet", columns=["work_id", "year"]).dropna()
    sites = pd.read_parquet(folder / "sites.parquet", columns=["site_id", "institution_id"])
    rows = pd.read_parquet(folder / "authorships.parquet", columns=["work_id", "author_id", "site_id"])
    rows = rows.dropna(subset=["author_id", "site_id"])
    rows["part"] = 1 / rows.groupby(["work_id", "author_id"])["site_id"].transform("size")
    rows = rows.merge(works, on="work_id").merge(sites, on="site_id")
    rows = rows.rename(columns={"institution_id": "place"})
    return rows.groupby(["author_id", "place", "year"], as_index=False)["part"].sum()


def by_author(folder: Path) -> Frames:
    """The rival as pandas is mostly written: a loop over the groups, a career at a time."""
    tenure, mode, origin = [], [], []
    for author, career in observed(folder).groupby("author_id"):
        years: dict[int, dict[str, float]] = {}
        for place, year, part in zip(career["place"], career["year"], career["part"], strict=True):
            years.setdefault(int(year), {})[place] = part
        years = dict(sorted(years.items()))
        tenure += [(author, *move) for move in career_tenure_moves(years)]
        mode += [(author, *move) for move in career_mode_moves(years)]
        origin.append((author, career_class(years)))
    columns = [*MOVES, "kind"]
    return {
        "tenure": pd.DataFrame(tenure, columns=columns),
        "mode-year": pd.DataFrame(mode, columns=columns),
        "origin": pd.DataFrame(origin, columns=["author_id", "category"]),
    }


def career_mode_moves(years: dict[int, dict[str, float]]) -> list[tuple[str, str, int, str]]:
    """Changes of the main place in one career."""
    tops = {}
    for year, places in years.items():
        most = max(places.values())
        tops[year] = [place for place, part in places.items() if part >= most - TIE]
    order, main, held = list(tops), {}, None
    for number, year in enumerate(order):
        following = tops[order[number + 1]] if number + 1 < len(order) else []
        if len(tops[year]) == 1:
            held = main[year] = tops[year][0]
        elif held in tops[year]:
            main[year] = held
        elif len(following) == 1 and following[0] in tops[year]:
            main[year] = following[0]
    return [
        (main[last], main[year], year, "gap" if year - last - 1 > GAP else "move")
        for last, year in pairwise(main)
        if main[last] != main[year]
    ]


def career_tenure_moves(years: dict[int, dict[str, float]]) -> list[tuple[str, str, int, str]]:
    """New tenures of one career with their senders."""
    stays: dict[str, list[list[int]]] = {}
    for year, places in years.items():
        for place in places:
            runs = stays.setdefault(place, [])
            if runs and year - runs[-1][1] - 1 <= BRIDGE:
                runs[-1][1] = year
            else:
                runs.append([year, year])
    tenures = [(place, start, end) for place, runs in stays.items() for start, end in runs]
    moves = []
    for place, start, end in tenures if len(tenures) > 1 else ():
        earlier = [old for old in tenures if old[1] < start]
        senders = [old for old in earlier if old[0] != place and old[2] >= start - 1]
        if earlier and not senders:
            last = max(old[2] for old in earlier)
            senders = [old for old in earlier if old[2] == last and last >= start - 1 - BRIDGE]
            senders = [] if any(old[0] == place for old in senders) else senders
        overlaps = [max(0, min(old[2], end) - start + 1) for old in senders]
        left = all(end > old[2] for old in senders if old[2] >= start) and max(overlaps, default=0) <= OVERLAP
        for old, overlap in zip(senders, overlaps, strict=True):
            if end < old[2] and end - start + 1 <= VISIT:
                kind = "visit"
            else:
                kind = "dual" if overlap > OVERLAP else "migration" if left else "open"
            moves.append((old[0], place, start, kind))
    return moves


def career_class(years: dict[int, dict[str, float]]) -> str:
    """Class of one career by the places of its first year."""
    origin, *later = map(set, years.values())
    kept = [origin & places for places in later]
    if not later:
        return "single year"
    if len(origin.union(*later)) == 1:
        return "stayer"
    if not all(kept):
        return "return migrant" if kept[-1] else "migrant"
    if len(origin) == 1:
        return "directional traveller"
    return "non-directional traveller" if all(one == origin for one in kept) else "partly kept"


def mode_moves(seen: pd.DataFrame) -> pd.DataFrame:
    """Changes of the year's main place."""
    by_year = ["author_id", "year"]
    tops = seen[seen["part"] >= seen.groupby(by_year)["part"].transform("max") - TIE]
    years = tops.groupby(by_year, as_index=False).agg(place=("place", "first"), tied=("place", "size"))
    years["clear"] = years["place"].where(years["tied"] == 1)
    by_author = years.groupby("author_id")["clear"]
    years["next"] = by_author.shift(-1)
    years["earlier"] = by_author.ffill()
    tied = years[years["tied"] > 1].drop(columns="place").merge(tops[[*by_year, "place"]], on=by_year)
    held = tied[tied["place"] == tied["earlier"]][[*by_year, "place"]].rename(columns={"place": "held"})
    coming = tied[tied["place"] == tied["next"]][[*by_year, "place"]].rename(columns={"place": "coming"})
    years = years.merge(held, on=by_year, how="left").merge(coming, on=by_year, how="left")
    years["place"] = years["clear"].fillna(years["held"]).fillna(years["coming"])
    years = years.dropna(subset=["place"])
    before = years.groupby("author_id")[["place", "year"]].shift()
    years["from_id"], years["last"] = before["place"], before["year"]
    moves = years[years["from_id"].notna() & (years["from_id"] != years["place"])].copy()
    moves["kind"] = np.where(moves["year"] - moves["last"] - 1 > GAP, "gap", "move")
    return moves.rename(columns={"place": "to_id"})[[*MOVES, "kind"]]


def tenure_moves(seen: pd.DataFrame) -> pd.DataFrame:
    """New tenures with their senders."""
    at_place = ["author_id", "place"]
    seen = seen.sort_values([*at_place, "year"])
    broken = seen.groupby(at_place)["year"].diff() > BRIDGE + 1
    seen["run"] = broken.groupby([seen["author_id"], seen["place"]]).cumsum()
    stays = seen.groupby([*at_place, "run"], as_index=False).agg(start=("year", "min"), end=("year", "max"))
    pairs = stays.merge(stays, on="author_id", suffixes=("", "_old"))
    pairs = pairs[(pairs["start_old"] < pairs["start"]) & (pairs["end_old"] >= pairs["start"] - 1 - BRIDGE)].copy()
    pairs["here"] = pairs["place"] == pairs["place_old"]
    pairs["running"] = ~pairs["here"] & (pairs["end_old"] >= pairs["start"] - 1)
    tenure = [*at_place, "run"]
    pairs["any_running"] = pairs.groupby(tenure)["running"].transform("max")
    pairs["last"] = pairs["end_old"] == pairs.groupby(tenure)["end_old"].transform("max")
    pairs["last_here"] = pairs["last"] & pairs["here"]
    pairs["last_here"] = pairs.groupby(tenure)["last_here"].transform("max")
    pairs = pairs[pairs["running"] | (~pairs["any_running"] & pairs["last"] & ~pairs["last_here"])].copy()
    pairs["overlap"] = (pairs[["end_old", "end"]].min(axis=1) - pairs["start"] + 1).clip(lower=0)
    outlasted = (pairs["end_old"] < pairs["start"]) | (pairs["end"] > pairs["end_old"])
    pairs["left"] = outlasted & (pairs["overlap"] <= OVERLAP)
    pairs["left"] = pairs.groupby(tenure)["left"].transform("min")
    visit = (pairs["end"] < pairs["end_old"]) & (pairs["end"] - pairs["start"] + 1 <= VISIT)
    pairs["kind"] = np.select(
        [visit, pairs["overlap"] > OVERLAP, pairs["left"]], ["visit", "dual", "migration"], "open"
    )
    return pairs.rename(columns={"place_old": "from_id", "place": "to_id", "start": "year"})[[*MOVES, "kind"]]


def classes(seen: pd.DataFrame) -> pd.DataFrame:
    """Careers by the places of the first year."""
    career = seen.groupby("author_id")["year"]
    seen = seen.assign(first=career.transform("min"), last=career.transform("max"))
    seen["origin"] = seen.groupby(["author_id", "place"])["year"].transform("min") == seen["first"]
    years = seen.groupby(["author_id", "year", "first", "last"], as_index=False)["origin"].sum()
    people = years.groupby("author_id").agg(years=("year", "size"), least=("origin", "min"))
    people["places"] = seen.groupby("author_id")["place"].nunique()
    people["origins"] = years[years["year"] == years["first"]].set_index("author_id")["origin"]
    people["at_last"] = years[years["year"] == years["last"]].set_index("author_id")["origin"]
    conditions = {
        "single year": people["years"] == 1,
        "stayer": people["places"] == 1,
        "return migrant": (people["least"] == 0) & (people["at_last"] > 0),
        "migrant": people["least"] == 0,
        "non-directional traveller": (people["origins"] > 1) & (people["least"] == people["origins"]),
        "directional traveller": people["origins"] == 1,
    }
    people["category"] = np.select(list(conditions.values()), list(conditions), "partly kept")
    return people.reset_index()[["author_id", "category"]]


def same(ours: Frames, theirs: Frames) -> dict[str, Any]:
    """Both must have the same moves and classes."""
    facts = {}
    for rule, frame in ours.items():
        columns = [*frame.columns]
        left, right = (
            one[columns].astype(str).sort_values(columns, ignore_index=True) for one in (frame, theirs[rule])
        )
        if not left.equals(right):
            raise WrongOutput(f"{rule} differs ({len(left)} and {len(right)} rows)")
        counts = frame[columns[-1]].value_counts()
        facts[rule] = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return facts


def comparisons(size: Mapping[str, int], stack: ExitStack, scratch: Path) -> list[Comparison]:  # noqa: ARG001
    """Both start from the same Parquet files and end in frames."""
    workspace = Workspace(scratch / "workspace")
    corpus = write_careers(workspace, **size)
    text = f"{corpus['authorships']:,} authorships of {corpus['authors']:,} authors"
    begun = time.process_time()
    build(workspace, levels=("institution",))
    built_in = time.process_time() - begun
    ours = Side(
        "movements of both rules and origin_classes at institution level, on DuckDB, after scicities build, from "
        "Parquet files to frames; processor time",
        lambda: by_toolkit(workspace),
        repeats=5,
    )
    beside = (
        Side(
            "with other conventions than the usual: from who was seen where and when, which is built for all of them",
            lambda: by_toolkit(workspace, answers=False),
        ),
        Side("the same where nothing was built", lambda: by_toolkit(workspace, reuse=False)),
    )

    def checked(one: Frames, other: Frames) -> dict[str, Any]:
        return {**same(one, other), "scicities build of one level, once for all questions": f"{built_in:.1f} s"}

    return [
        Comparison(
            name="movement",
            title="Moves by tenure and by main place, classes by origin",
            size=text,
            ours=ours,
            rival=Side(
                "pandas: merge and groupby for what is seen, then a loop over groupby, a career at a time, from the "
                "same files to frames; processor time",
                lambda: by_author(workspace.corpus),
                repeats=1,
            ),
            minimum=20,
            same=checked,
            warm_up=False,
            clock=time.process_time,
            beside=beside,
        ),
        Comparison(
            name="movement, columns",
            title="The same against a rival that takes columns all at once",
            size=text,
            ours=ours,
            rival=Side(
                "pandas: merge, groupby, transform, shift and cumsum, no loop, from the same files to frames",
                lambda: by_pandas(workspace.corpus),
                repeats=3,
            ),
            minimum=20,
            same=checked,
            clock=time.process_time,
            beside=beside,
        ),
    ]
