"""Names with terminal escapes, markup, formulas and line breaks, through every command and export."""

from __future__ import annotations

import csv
import os
import pty
import re
import subprocess
from pathlib import Path

from torture.harness import Outcome, command, environment, run, timed

NAMES = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "bell\x07 back\x08 \x9b31m C1",
    "\u202eright to left\u202c",
    "Line\nbreak and\rreturn",
    "<script>alert(1)</script>",
    '=HYPERLINK("x")',
    "Quote \" ' ; DROP TABLE x; --",
    "[bold]markup[/bold]",
    "名前 مدينة é",
    "x" * 3_000,
    "$(touch made) `touch made`",
]
_ESCAPES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
_OWN_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Colours and cursor moves of our own tables and progress bars."""
_PLANTED = ("\x1b[31mred", "\x1b]0;")

COMMANDS = [
    *(("share", "--level", level) for level in ("institution", "city", "country", "type")),
    ("rank", "--level", "institution"),
    ("pairs", "--level", "institution"),
    ("partnerships",),
    ("articles", "--place", "i0", "--level", "institution"),
    ("subjects", "--level", "institution"),
    ("internal", "--level", "city"),
    ("sectors",),
    ("moves", "--level", "institution"),
    ("flows", "--level", "institution"),
    ("flows", "--level", "institution", "--indicators"),
    ("careers", "--author", "p1"),
    ("ties", "--level", "institution"),
    ("hubs", "--level", "institution"),
    ("communities", "--level", "institution"),
    ("check",),
    ("check", "--rejects"),
    ("doctor",),
    ("share", "--level", "nowhere\x1b[31m"),
    ("articles", "--place", "\x1b[31mnowhere"),
]


def write_hostile_tables(folder: Path) -> dict[str, Path]:
    """Plain tables whose names of institutions, cities, people and works are hostile."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[list[object]]] = {
        "institutions": [["institution_id", "name", "country", "city", "types"]],
        "works": [["work_id", "year", "title"]],
        "authorships": [["work_id", "author_id", "author_name", "institution_id"]],
    }
    for number, name in enumerate(NAMES):
        rows["institutions"].append([f"i{number}", name, "NO", f"{name[:200]} city", "education"])
    for number in range(5 * len(NAMES)):
        rows["works"].append([f"w{number}", 2015 + number % 6, NAMES[number % len(NAMES)][:200]])
        for author in range(3):
            place = (number * (author + 1) + author) % len(NAMES)
            person = (number + author) % 9
            rows["authorships"].append([f"w{number}", f"p{person}", NAMES[person][:200], f"i{place}"])
    files = {}
    for table, content in rows.items():
        files[table] = folder / f"{table}.csv"
        with files[table].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(content)
    return files


def hostile_names(folder: Path, *, commands: int | None = None) -> Outcome:
    """Run every command on a terminal and into a file: no escape of a name is printed, no command fails."""
    outcome = Outcome("hostile names", "no escape or control character of a name is printed")
    files = write_hostile_tables(folder / "raw")
    options = [part for table, file in files.items() for part in (f"--{table}", file)]
    with timed(outcome):
        done = run("ingest", "tables", *options, "-w", folder / "ws")
        outcome.check(holds=done.returncode == 0, failure=f"ingest: code {done.returncode}: {done.stderr[-300:]}")
        for arguments in COMMANDS[:commands]:
            for form in ((), ("--format", "csv")):
                if form and arguments[0] in ("check", "doctor"):
                    continue
                code, printed = on_a_terminal(*arguments, *form, "-w", str(folder / "ws"))
                words = " ".join((*arguments, *form))
                found = _ESCAPES.search(_OWN_STYLE.sub("", printed))
                planted = next((mark for mark in _PLANTED if mark in printed), None)
                wrong = f"{found.group()!r} printed" if found else f"{planted!r} printed" if planted else ""
                if not wrong and ("Traceback" in printed or code == 1):
                    wrong = f"code {code}: {printed[-200:]!r}"
                outcome.check(holds=not wrong, failure=f"{words!r}: {wrong}")
    return outcome


def on_a_terminal(*arguments: str) -> tuple[int, str]:
    """Exit code and everything that a command prints to a real terminal of 100 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(COLUMNS="100", TERM="xterm-256color"),
        start_new_session=True,
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # the terminal is closed when the command ends
            break
        if not piece:
            break
        printed += piece
    os.close(ours)
    return process.wait(), printed.decode("utf-8", errors="replace").replace("\r\n", "\n")
