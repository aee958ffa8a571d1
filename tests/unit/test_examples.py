"""The examples in the docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import toolkit

MODULES = sorted(module.name for module in pkgutil.walk_packages(toolkit.__path__, "toolkit."))
EXAMPLES = {
    name: found
    for name in ["toolkit", *(name for name in MODULES if not name.endswith("__main__"))]
    if (found := [test for test in doctest.DocTestFinder().find(importlib.import_module(name)) if test.examples])
}


def test_the_public_rooms_have_examples() -> None:
    rooms = {name.split(".")[1] for name in EXAMPLES if "." in name}
    assert {"corpus", "measures", "network", "graphdb", "present", "workspace"} <= rooms


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    runner = doctest.DocTestRunner()
    for test in EXAMPLES[name]:
        assert runner.run(test).failed == 0, test.name
