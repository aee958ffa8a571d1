"""No name steers a terminal; files and pipes get names as they are."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.cli import main
from toolkit.cli.output import console, print_text, say, show
from toolkit.cli.progress import progress_bar
from toolkit.errors import BadParameter
from toolkit.present.formats import format_of
from toolkit.present.tables import rich_table
from toolkit.terminal_text import printable

HOSTILE = [
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1bP+q\x1b\\",
    "\x9b31m",
    "a\rb",
    "a\bb\x7f",
    "\u202eevil",
    "\u2066x\u2069",
    "a\u2028b",
    "\x00",
    "\ud800",
    "[red]markup[/red]",
    "[/]",
]
STEERING = {
    chr(n) for n in (*range(9), *range(11, 32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal and keeps what it gets."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined]


@contextmanager
def on_a_terminal() -> Iterator[Terminal]:
    """Standard output and error on one terminal that shows no colours."""
    shown = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", shown)
        patch.setattr(sys, "stderr", shown)
        patch.setenv("TERM", "dumb")
        patch.setenv("NO_COLOR", "1")
        yield shown


@given(st.text())
def test_printable_text_has_no_character_that_steers_a_terminal(text: str) -> None:
    shown = printable(text)
    assert not STEERING & set(shown)
    assert {unicodedata.category(mark) for mark in shown if mark not in "\n\t"} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert not set("\n\t") & set(printable(text, one_line=True))
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "text", ["São Paulo", "北京", "می\u200cخواهم", "👩\u200d🔬", "בית\u200f", "a\nb\tc", "e\u0301"]
)
def test_text_of_any_script_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("fmt", ["table", "csv", "json", "ndjson"])
def test_names_on_a_terminal_do_not_steer_it(name: str, fmt: str) -> None:
    written = name.replace("\ud800", "?")
    with on_a_terminal() as terminal:
        show(pd.DataFrame({"id": ["1"], "name": [written], written: [1]}), fmt=fmt)
    assert not STEERING & set(terminal.text())
    assert "1" in terminal.text()


@pytest.mark.parametrize("name", HOSTILE)
def test_messages_texts_and_progress_do_not_steer_the_terminal(name: str) -> None:
    with on_a_terminal() as terminal:
        say(f"note: {name}", style="red")
        print_text(f"log {name}")
        with progress_bar() as progress:
            progress(f"Reading {name}", 1, 2)
        console().print(rich_table(pd.DataFrame({"x": [1]}), width=80, title=f"Title {name}")[0])
    assert not (STEERING - {"\x1b", "\r"}) & set(terminal.text())
    assert f"note: {printable(name)}\n" in terminal.text()
    assert f"log {printable(name)}\n" in terminal.text()
    assert name not in terminal.text() or printable(name) == name


def test_error_about_a_hostile_argument_does_not_steer_the_terminal() -> None:
    with on_a_terminal() as terminal:
        assert main(["check", "-w", "no\x1b[2Jwhere"]) != 0
    assert "\x1b[2J" not in terminal.text()
    assert "no\\u001b[2Jwhere" in terminal.text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["no\x1b[31msuch"],
        ["--no\x1b[31msuch"],
        ["share", "--level", "\x1b[31mcity"],
        ["share", "--no\x1b[31msuch"],
        ["share", "--format", "\x1b[31mcsv"],
        ["share", "\x1b[31m"],
        ["query", "run", "hubs.\x1b[31mby"],
        ["query", "run", "hubs.triangles", "--no\x1b[31msuch"],
        ["query", "raw", "RETURN 1", "-P", "\x1b[31m"],
        ["server", "no\x1b[31msuch"],
    ],
    ids=repr,
)
def test_usage_errors_do_not_steer_the_terminal(arguments: list[str]) -> None:
    with on_a_terminal() as terminal:
        assert main(arguments) != 0
    assert not STEERING & set(terminal.text())
    assert "[31" in "".join(terminal.text().replace("│", "").split())  # a panel breaks lines


def test_usage_error_is_typers_own_with_its_exit_code() -> None:
    with on_a_terminal() as terminal:
        assert main(["share", "--no-such"]) == 2
    assert "Usage: scicities share" in terminal.text()
    assert "No such option: --no-such" in terminal.text()


@pytest.mark.parametrize(
    "code",
    [
        "import warnings; warnings.warn('x' + EVIL)",
        "import logging; logging.getLogger('lib').warning('x' + EVIL)",
        "raise ValueError('x' + EVIL)",
        "import threading\ndef fail(): raise ValueError('x' + EVIL)\nthreading.Thread(target=fail).start()",
    ],
    ids=["warning", "log", "traceback", "thread"],
)
def test_what_python_and_libraries_print_does_not_steer_the_terminal(code: str) -> None:
    """In a process with a terminal of its own: the hooks are the process's."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    begin = "from toolkit.cli.usage_errors import clean_other_messages as clean\nclean()\nEVIL = chr(0x9b) + chr(7)"
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1"}
    subprocess.run(
        [sys.executable, "-c", f"{begin}\n{code}"], stdout=theirs, stderr=theirs, env=environment, check=False
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # the end of a terminal
        pass
    os.close(ours)
    assert "x\\u009b\\u0007" in shown.decode()
    assert not (STEERING - {"\r"}) & set(shown.decode())


def test_files_and_pipes_get_names_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    show(pd.DataFrame({"name": ["\x1b[31mred\u202e"]}), fmt="csv")
    assert capfdbinary.readouterr().out == "name\n\x1b[31mred\u202e\n".encode()


def test_json_on_a_terminal_stays_json() -> None:
    with on_a_terminal() as terminal:
        show(pd.DataFrame({"name": ["\x1b\x9b\u202e"]}), fmt="json")
    assert pd.read_json(io.StringIO(terminal.text()))["name"].tolist() == ["\x1b\x9b\u202e"]


def test_parquet_is_not_written_to_a_terminal() -> None:
    with pytest.raises(BadParameter, match="no text for a terminal"):
        format_of(None, "parquet", terminal=True)
    assert format_of(None, "parquet", terminal=False) == "parquet"
