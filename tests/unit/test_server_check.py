"""Servers that are refused before anything is written."""

# ruff: noqa: ARG002 - the fake has the signature of what it stands for
from __future__ import annotations

import pandas as pd
import pytest

from toolkit.errors import QueryRefused
from toolkit.graphdb.server_check import require_supported


class Answering:
    """A graph whose server says this about itself."""

    uri = "neo4j://db.example.org"

    def __init__(self, answer: pd.DataFrame | Exception) -> None:
        self.answer = answer

    def read(self, cypher: str, parameters: object = None, *, name: str = "") -> pd.DataFrame:
        assert name == "info.components", "nothing else may be asked, and nothing written"
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def server(version: str, edition: str = "community") -> Answering:
    return Answering(pd.DataFrame({"version": [version], "edition": [edition]}))


@pytest.mark.parametrize("version", ["5.26.0", "5.26.30", "5.27.0-aura", "2025.01.0", "2026.08.1"])
@pytest.mark.parametrize("edition", ["community", "enterprise"])
def test_supported(version, edition):
    require_supported(server(version, edition))


@pytest.mark.parametrize("version", ["3.5.35", "4.4.40", "5.9.0", "5.25.1"])
def test_too_old(version):
    with pytest.raises(QueryRefused, match=rf"runs Neo4j {version} \(enterprise\), and scicities needs 5\.26 or later"):
        require_supported(server(version, "enterprise"))


@pytest.mark.parametrize(
    "answer",
    [QueryRefused("there is no procedure dbms.components"), pd.DataFrame(), pd.DataFrame({"name": ["Memgraph"]})],
)
def test_another_product(answer):
    with pytest.raises(QueryRefused, match="does not say that it is Neo4j, so nothing was written"):
        require_supported(Answering(answer))
