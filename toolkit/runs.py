"""The run record: how a number came about, complete enough to get it again."""

from __future__ import annotations

import hashlib
import html
import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import DataError
from toolkit.output_files import write_text_atomically
from toolkit.terminal_text import printable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answer", "RunRecord", "RunTimer", "first_rows", "recording", "versions"]

_ROWS_SHOWN = 10
"""Rows of an answer in a notebook."""
_PACKAGES = ("scicities", "ibis-framework", "duckdb", "networkx", "igraph", "python-louvain", "networkit", "neo4j")


@cache
def versions() -> Mapping[str, str]:
    """Versions of Python, this package and the engines whose numbers depend on theirs."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class RunRecord:
    """One computation: what was asked of what, with which options, and what came out.

    Attributes
    ----------
    method
        Public name of the function, for example ``share`` or ``communities``.
    parameters
        Every option that decides the result, defaults included; JSON values only.
    fingerprint
        Fingerprint of the input (workspace corpus, or database load).
    snapshot
        Date of the records, as ISO text, or empty where the records don't say.
    rows
        Row counts, for example ``{"result": 25, "in_all": 67}``: rows of the answer, and without ``top``.
    notes
        What a reader of the number must know: rows left out, tables missing, defaults that mattered.
    facts
        Numbers about the result as a whole (modularity, base year, engine chosen …).
    """

    method: str
    parameters: Mapping[str, Any]
    fingerprint: str = ""
    snapshot: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    started: str = ""
    versions: Mapping[str, str] = field(default_factory=versions)

    @property
    def run_id(self) -> str:
        """Short id made from method, parameters and input: equal questions to equal data share it."""
        text = json.dumps([self.method, self.parameters, self.fingerprint], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, ``run_id`` first."""
        return {"run_id": self.run_id, **asdict(self)}

    def to_json(self) -> str:
        """Indented JSON with stable key order."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, default=str) + "\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunRecord:
        """Inverse of :meth:`to_dict`.

        Raises
        ------
        DataError
            It is not the content of a run record.
        """
        kinds = {"method": str, "parameters": Mapping, "fingerprint": str, "rows": Mapping, "versions": Mapping}
        for name, kind in kinds.items():
            if (name in data or name in {"method", "parameters"}) and not isinstance(data.get(name), kind):
                raise DataError(f"This is no run record: {name} is {data.get(name)!r}.")
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        known["notes"] = tuple(known.get("notes", ()))
        return cls(**known)

    @classmethod
    def read(cls, path: Path) -> RunRecord:
        """Read a record written by :meth:`write`.

        Raises
        ------
        DataError
            The file can't be read, or is no run record.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise DataError(f"The run record {path} can't be read: {error.strerror or error}.") from error
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path} is no run record, which is a JSON object: {error}.") from error
        if not isinstance(data, dict):
            raise DataError(f"{path} is no run record, which is a JSON object.")
        try:
            return cls.from_dict(data)
        except DataError as error:
            raise DataError(f"{path}: {error}") from error

    def write(self, path: Path) -> Path:
        """Write the record as JSON to ``path`` and return it."""
        write_text_atomically(path, self.to_json())
        return path


@dataclass(frozen=True)
class Answer:
    """A frame and the record of how it came about."""

    frame: pd.DataFrame
    run: RunRecord

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        columns = ", ".join(map(str, self.frame.columns))
        return printable(f"Answer({self._counted()}: {columns}; {len(self.run.notes)} notes)", one_line=True)

    def _counted(self) -> str:
        rows, in_all = len(self.frame), self.run.rows.get("in_all", len(self.frame))
        return (
            f"{self.run.method}, {rows:,} of {in_all:,} rows" if rows < in_all else f"{self.run.method}, {rows:,} rows"
        )

    def _repr_html_(self) -> str:
        """The first rows, what was counted and the notes, for a notebook; every text is escaped."""

        def clean(value: Any) -> Any:
            return printable(str(value), one_line=True) if hasattr(value, "__len__") else value  # lists are text, too

        shown = self.frame.head(_ROWS_SHOWN).map(clean).rename(columns=clean)
        table = shown.to_html(index=False, border=0, na_rep="", float_format=lambda value: f"{value:.6g}")
        more = f", the first {len(shown)} shown" if len(shown) < len(self.frame) else ""
        options = ", ".join(f"{name} = {value}" for name, value in self.run.parameters.items() if value is not None)
        lines = [f"{self._counted()}{more} · {options}", *(f"Note: {note}" for note in self.run.notes)]
        below = "".join(f"<p><small>{html.escape(clean(line))}</small></p>" for line in lines)
        return f'<div class="tex2jax_ignore mathjax_ignore">{table}{below}</div>'


def first_rows(answer: Answer, top: int | None) -> Answer:
    """The first ``top`` rows of an answer, with a record that says so; all of them for ``None`` or 0.

    Examples
    --------
    >>> import pandas as pd
    >>> whole = Answer(pd.DataFrame({"id": ["a", "b", "c"]}), RunRecord("hubs", {"level": "city"}))
    >>> cut = first_rows(whole, 2)
    >>> len(cut), cut.run.parameters["top"], cut.run.rows
    (2, 2, {'result': 2, 'in_all': 3})
    """
    if not top:
        return answer
    frame, run = answer.frame.head(top), answer.run
    rows = {**run.rows, "result": len(frame), "in_all": len(answer.frame)}
    return Answer(frame, replace(run, parameters={**run.parameters, "top": top}, rows=rows))


@dataclass
class RunTimer:
    """What :func:`recording` collects while the work goes on."""

    method: str
    parameters: Mapping[str, Any]
    fingerprint: str = ""
    snapshot: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    _begun: float = field(default_factory=time.perf_counter)
    _started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def record(self) -> RunRecord:
        """Close the timer and return the record."""
        return RunRecord(
            method=self.method,
            parameters=dict(self.parameters),
            fingerprint=self.fingerprint,
            snapshot=self.snapshot,
            rows=dict(self.rows),
            notes=tuple(self.notes),
            facts=dict(self.facts),
            seconds=round(time.perf_counter() - self._begun, 3),
            started=self._started,
        )


@contextmanager
def recording(
    method: str, parameters: Mapping[str, Any], *, fingerprint: str = "", snapshot: str = ""
) -> Iterator[RunTimer]:
    """Time a computation and collect its notes and row counts; call ``.record()`` on what it yields at the end."""
    yield RunTimer(method, parameters, fingerprint, snapshot)
