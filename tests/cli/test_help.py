"""Every command has help that says what it does, and the documents name only what there is."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from toolkit.cli import build_app
from toolkit.cli.counting_options import COUNTING_PAIRS, COUNTING_SHARES
from toolkit.cli.doctor import EXTRAS
from toolkit.cli.movement_options import RULES_OF_MOVES
from toolkit.measures.counting.options import DEFAULT
from toolkit.measures.movement.options import DEFAULT_MOVEMENT

ROOT = Path(__file__).parents[2]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))
TREE = dict(commands(typer.main.get_command(build_app())))


@pytest.mark.parametrize("path", list(TREE), ids=lambda path: " ".join(path) or "scicities")
def test_every_command_and_option_is_explained(path: tuple[str, ...]) -> None:
    command = TREE[path]
    assert command.help, path
    assert command.help[0].isupper(), path
    for option in command.params:
        if option.name not in {"help", "install_completion", "show_completion"}:
            assert option.help, (path, option.name)
            assert option.help[0].isupper() or option.help.startswith(
                ("table", "local", "corpus", "city", "score", "share", "degree", "auto", "leiden", "one-author")
            ), (path, option.name, option.help)


LEAVES = [path for path, command in TREE.items() if path and not getattr(command, "commands", {})]


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_an_example_with_options_that_exist(path: tuple[str, ...]) -> None:
    command = TREE[path]
    words = shlex.split(re.fullmatch(r"Example: `scicities (.*)`", command.epilog or "").group(1))
    assert tuple(words[: len(path)]) == path
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    used = {word for word in words[len(path) :] if re.match(r"--?[a-z]", word)}
    assert used <= known
    required = [option for option in command.params if option.required]
    arguments = [word for word in words[len(path) :] if not word.startswith("-")]
    assert len(arguments) + len(used) >= len(required)


def test_the_commands_of_the_design_are_there() -> None:
    expected = [
        *("demo", "sample", "check", "build", "share", "rank", "pairs", "partnerships", "articles", "hubs"),
        "compare",
        *("connections", "sectors", "internal", "together"),
        *("moves", "careers", "flows"),
        *("subjects", "standing", "umbrella", "lists", "indicators"),
        *("communities", "load", "browser", "doctor"),
        *("ingest openalex", "ingest institutions", "ingest ror", "ingest tables"),
        *("ingest flows", "ingest network"),
        *("ingest journals", "ingest marks", "ingest subject-map", "ingest indicators"),
        *("ingest metro", "ingest countries", "ingest corrections"),
        *("server start", "server stop", "server status", "server logs", "server backup", "server restore"),
        *("query list", "query show", "query run", "query raw", "query check"),
    ]
    assert {tuple(name.split()) for name in expected} <= set(TREE)


@pytest.mark.parametrize("document", ["README.md", *DOCUMENTS])
def test_documents_name_only_commands_and_options_that_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for line in re.findall(r"(?:^\s*\$?\s*|`)scicities ([^`\n]*)", text, flags=re.MULTILINE):
        words = re.split(r"\s[|#>]|…", line)[0].split()
        path: tuple[str, ...] = ()
        while words and (*path, words[0]) in TREE:
            path = (*path, words.pop(0))
        if not path and words and words[0].startswith("-"):
            continue
        assert path, f"{document}: scicities {line}"
        known = {name for option in TREE[path].params for name in (*option.opts, *option.secondary_opts)}
        used = {word.split("=")[0].rstrip(",.;:)") for word in words if re.match(r"--?[a-zA-Z]", word)}
        assert used <= known | {"--help", "-h"}, f"{document}: scicities {line}"


def test_doctor_and_the_readme_know_every_extra() -> None:
    extras = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    )
    assert set(EXTRAS) == extras
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"'\.\[(\w+)\]'", readme)) == extras


def test_families_of_options_are_the_conventions_of_the_library() -> None:
    counting = {name: default for name, (_, default) in {**COUNTING_SHARES, **COUNTING_PAIRS}.items()}
    assert counting == DEFAULT.to_dict()
    assert {name: default for name, (_, default) in RULES_OF_MOVES.items()} == DEFAULT_MOVEMENT.to_dict()
