"""The examples in the documents of hubs and communities run and print what they say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize(("name", "examples"), [("hubs.md", 12), ("communities.md", 8)])
def test_examples(name, examples):
    result = doctest.testfile(str(DOCS / name), module_relative=False)
    assert result.failed == 0
    assert result.attempted == examples
