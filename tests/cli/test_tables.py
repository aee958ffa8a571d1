"""Tables on terminals of 80 and 120 characters: every command keeps the columns that say what a row is about."""

from __future__ import annotations

import itertools
import shlex
from pathlib import Path

import pandas as pd
import pytest
from command_line import Cli
from test_help import TREE

import toolkit.cli.output as output_module
from toolkit.present.layout import LEAST_NAME, layout
from toolkit.present.tables import column_texts, rich_table, table_text

NAME, ENDS, MOVE = ("name",), ("a_name", "b_name"), ("from_name", "to_name")
COMMANDS: dict[str, tuple[str, ...]] = {
    "share": NAME,
    "share --by-year --level institution": (*NAME, "year"),
    "rank --by strength": ("rank", *NAME),
    "pairs --level institution": ("rank", *ENDS),
    "pairs --city Beijing --compare-scopes": ("scope",),
    "partnerships": ENDS,
    "partnerships --city Beijing": ("name", "scope"),
    "partnerships --by-year": (*ENDS, "year"),
    "articles --place Beijing": ("title",),
    "subjects": ("name",),
    "subjects --concentration": ("subject",),
    "standing Beijing": ("subject",),
    "umbrella 'Sample Academy of Sciences'": NAME,
    "umbrella 'Sample Academy of Sciences' --institutes": NAME,
    "connections --city Beijing": ("rank", *NAME),
    "sectors": NAME,
    "sectors --companies --city Beijing": ("standing",),
    "sectors --companies --city Beijing --list": ("rank", *NAME),
    "internal": ("rank", *NAME),
    "together --place Beijing --place London": NAME,
    "moves --level institution": ("author_id", *MOVE, "year"),
    "moves --compare": (),
    "ties": ("t",),
    "ties --survival": ("year",),
    "ties --bridges": MOVE,
    "ties --bridges --by-article": MOVE,
    "returnees": (),
    "flows": MOVE,
    "flows --indicators": NAME,
    "flows --indicators --by-year": (*NAME, "year"),
    "flows --show corridors": ENDS,
    "flows --show rates": NAME,
    "flows --show groups": (),
    "hubs": ("rank", *NAME),
    "hubs --measure all": ("rank", *NAME),
    "hubs --interval": ("rank", *NAME),
    "hubs --level institution": ("rank", *NAME),
    "communities": NAME,
    "communities --stability": NAME,
    "check": ("section", "item"),
    "check --list matching": ("name",),
    "query list": ("query",),
    "doctor": ("item",),
}
"""Command lines, each with the columns that identify a row of its answer."""

WITHOUT_TABLES = {
    *("demo", "sample", "build", "load", "browser", "query show", "query check", "query raw"),
    *(" ".join(path) for path in TREE if path[:1] in {("ingest",), ("server",)} or path[:2] == ("query", "run")),
    *("lists", "indicators", "compare", "careers", "repeat"),
}
"""Commands that print no table, or one that needs more than the sample; their answers are tried by other tests."""


def test_every_command_with_a_table_is_tried() -> None:
    tried = {" ".join(path) for line in COMMANDS for path in TREE if line.split()[: len(path)] == list(path)}
    ends = {" ".join(path) for path, command in TREE.items() if path and not getattr(command, "commands", {})}
    assert ends - tried - WITHOUT_TABLES == set()


@pytest.mark.parametrize("line", COMMANDS)
def test_a_table_keeps_what_identifies_its_rows(
    cli: Cli, sample_workspace: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    frames: list[pd.DataFrame] = []

    def kept(frame: pd.DataFrame, **options: object) -> object:
        frames.append(frame)
        return rich_table(frame, **options)

    monkeypatch.setattr(output_module, "rich_table", kept)
    words = shlex.split(line)
    folder = () if words[0] == "query" else ("-w", str(sample_workspace))
    done = cli(*words, *folder, "--format", "table")
    assert done.code == 0, done.err
    assert frames
    for frame, width in itertools.product(frames, (80, 120)):
        assert max(map(len, table_text(frame, width=width).splitlines())) <= width
        texts = {str(name): column_texts(frame[name]) for name in frame.columns}
        shown = layout(frame, texts, width)
        for name in COMMANDS[line]:
            assert shown.widths.get(name, 0) >= min(LEAST_NAME, max(map(len, texts[name]), default=0)), name
