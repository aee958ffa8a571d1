"""The workspace that rows of measures ask, and how one of their lines is made."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from bench.corpora import described, write_corpus
from bench.harness import Comparison, Side
from toolkit.measures.store import build
from toolkit.measures.tables import Tables
from toolkit.workspace import Workspace

__all__ = ["FULL", "NO_TABLE", "OF_LINKS", "QUICK", "Prepared", "prepared"]

FULL = {"works": 1_000_000, "institutions": 5_000, "cities": 800}
QUICK = {"works": 500, "institutions": 60, "cities": 15}
NO_TABLE = "no table holds the answer: the parts of the members' sites are read from those of all articles"
OF_LINKS = (
    "the links of the place were built: one for each pair of institutions and year, which are grouped by what is asked"
)
LEVELS = ("institution", "city", "country", "region", "type")

Ours = Callable[[Tables], pd.DataFrame]
Rival = Callable[[Path], pd.DataFrame]
Same = Callable[[Any, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Prepared:
    """A workspace with records and what ``scicities build --no-movement`` makes of them.

    ``folder`` ends with the process.
    """

    workspace: Workspace
    size: str
    built_in: float
    folder: tempfile.TemporaryDirectory[str]

    def comparison(
        self, name: str, title: str, ours: tuple[str, Ours], rival: tuple[str, Rival], same: Same, *, why: str = ""
    ) -> Comparison:
        """A line: ours after ``scicities build --no-movement``, beside it ours from the records alone.

        ``why`` says what keeps ours from being quicker.
        """

        def asked(*, reuse: bool) -> pd.DataFrame:
            with Tables.of(self.workspace, reuse=reuse) as tables:
                return ours[1](tables)

        def checked(one: pd.DataFrame, other: pd.DataFrame) -> Mapping[str, Any]:
            facts = {
                **same(one, other),
                "scicities build --no-movement, once for all questions": f"{self.built_in:.1f} s",
            }
            return {**facts, "what takes ours its time": why} if why else facts

        return Comparison(
            name=name,
            title=title,
            size=self.size,
            ours=Side(f"{ours[0]}, on DuckDB, after scicities build --no-movement", lambda: asked(reuse=True)),
            rival=Side(
                f"pandas, from the corpus's files: {rival[0]}", lambda: rival[1](self.workspace.corpus), repeats=1
            ),
            minimum=20,
            same=checked,
            warm_up=False,
            beside=(Side("the same where nothing was built", lambda: asked(reuse=False), repeats=1),),
        )


@cache
def prepared(*, works: int, institutions: int, cities: int) -> Prepared:
    """Generate the corpus and build its tables, once for all rows that ask the same."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    workspace = Workspace(Path(folder.name) / "workspace")
    corpus = write_corpus(workspace, works=works, institutions=institutions, cities=cities, hierarchy=True)
    begun = time.perf_counter()
    build(workspace, levels=LEVELS, movement=False)  # these careers are none: an author's id is drawn at random
    return Prepared(workspace, described(corpus), time.perf_counter() - begun, folder)
