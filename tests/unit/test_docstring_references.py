"""Every cross-reference in a docstring leads to something that can be imported."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "toolkit").rglob("*.py"))
}
ROLE = re.compile(r":(func|class|data|mod|meth|attr|exc):`([^`]+)`")


def resolves(target: str) -> bool:
    """Whether a dotted name is a module, or what a module or class has."""
    parts = target.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for name in parts[end:]:
            fields = {**getattr(found, "__annotations__", {}), **getattr(found, "__dataclass_fields__", {})}
            if not hasattr(found, name):
                return name in fields and name == parts[-1]
            found = getattr(found, name)
        return True
    return False


def broken(name: str) -> list[str]:
    """Targets in the module's text that lead nowhere, with their lines."""
    text = MODULES[name].read_text(encoding="utf-8")
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    found = []
    for match in ROLE.finditer(text):
        line, target = text.count("\n", 0, match.start()) + 1, match[2].removeprefix("~")
        inside = [one.name for one in classes if one.lineno <= line <= (one.end_lineno or line)]
        places = [target, f"{name}.{target}", *(f"{name}.{one}.{target}" for one in inside)]
        if not any(map(resolves, places)):
            found.append(f"{line}: {match[0]}")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_references_in_docstrings_lead_somewhere(name):
    assert broken(name) == []


@pytest.mark.parametrize("target", ["toolkit.measures.answers.no_such", "no_such", "toolkit.no_such.share"])
def test_a_wrong_target_is_noticed(target):
    assert not resolves(target)
