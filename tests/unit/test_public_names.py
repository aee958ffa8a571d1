"""Public functions: each that takes a workspace takes its folder, and each answer is repeated from its record."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from plain.mixed_corpus import ASKED, both_corpora, chosen, tables_of

import toolkit
from toolkit.corpus.checking import Reconciliation
from toolkit.corpus.example import example_workspace
from toolkit.errors import ToolkitError
from toolkit.network.arrays import EdgeArray
from toolkit.runs import Answer, RunRecord
from toolkit.workspace import Workspace

FUNCTIONS = {name: value for name in toolkit.__all__ if inspect.isfunction(value := getattr(toolkit, name))}
PARAMETERS = {name: inspect.signature(function).parameters for name, function in FUNCTIONS.items()}
WORKSPACES = {
    name: [one.name for one in parameters.values() if re.search(r"\b(Folder|Source)\b", str(one.annotation))]
    for name, parameters in PARAMETERS.items()
}
"""By function, the parameters that take a workspace."""
RETURNED = {name: str(inspect.signature(function).return_annotation) for name, function in FUNCTIONS.items()}
OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {key: chosen(value) for key, value in asked[0].items()} for name, asked in ASKED.items()},
    "build": {"levels": ("city",), "movement": False},
    "communities": {"starts": 1},
    "event_study": {"who": "movers", "level": "city", "replicates": 2},
    "flow_communities": {"starts": 1},
    "rule_agreement": {"grid": False},
}
"""Options without which a function gives no result, or takes long."""
MISSING = "no-such-file.csv"
REFUSED: dict[str, dict[str, Any]] = {
    "load": {"network": "no-such-network"},
    "open_graph": {"target": "no-such-scheme://localhost"},
    "ingest_tables": {"works": MISSING, "authorships": MISSING},
    **{name: {"path": MISSING} for name in ("ingest_countries", "ingest_metro", "ingest_subject_map")},
    **{
        f"ingest_{kind}": {"paths": MISSING}
        for kind in ("corrections", "flows", "indicators", "institutions", "journals", "marks", "network", "openalex")
    },
    "ingest_ror": {"paths": MISSING},
}
"""Options that are refused once the workspace is open; the message names the value."""

ASKING = [name for name, taken in WORKSPACES.items() if taken and name not in {*REFUSED, "repeat"}]
ANSWERING = [name for name, returned in RETURNED.items() if returned == "Answer" and name != "repeat"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return example_workspace(tmp_path_factory.mktemp("mixed"), tables=tables_of(both_corpora()))


@pytest.fixture(scope="module")
def asked(workspace: Workspace) -> Callable[[str], Any]:
    """What a function answers when it is given the folder as text; asked once."""

    @cache
    def ask(name: str) -> Any:
        folders = dict.fromkeys(WORKSPACES[name], str(workspace.root))
        return FUNCTIONS[name](**folders, **OPTIONS.get(name, {}))

    return ask


def fingerprint(result: Any) -> str:
    """Fingerprint of the records that a result was made from."""
    match result:
        case Answer() | Reconciliation():
            return result.run.fingerprint
        case nx.DiGraph():
            return result.graph["run"].fingerprint
        case Workspace() | RunRecord():
            return result.fingerprint
    raise AssertionError(f"how a {type(result).__name__} names its records is to be said here")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_workspaces_are_annotated_as_folders(name):
    for one in PARAMETERS[name].values():
        assert "Workspace" not in str(one.annotation), f"{name}({one.name}) is annotated {one.annotation}, not Folder"
        assert one.name != "workspace" or one.name in WORKSPACES[name], f"{name} has a workspace of another kind"


@pytest.mark.parametrize(
    "name", [name for name, taken in WORKSPACES.items() if taken and name not in {*REFUSED, "repeat"}]
)
def test_a_folder_stands_for_its_workspace(workspace, asked, name):
    result = asked(name)
    if isinstance(result, EdgeArray):
        assert result.weight.tolist() == FUNCTIONS[name](workspace).weight.tolist()
    else:
        assert fingerprint(result) == workspace.fingerprint


@pytest.mark.parametrize("name", REFUSED)
def test_a_folder_is_opened_before_anything_is_refused(workspace, name):
    value = next(iter(REFUSED[name].values()))
    for folder in (str(workspace.root), workspace.root):
        with pytest.raises(ToolkitError, match=re.escape(value)):
            FUNCTIONS[name](**dict.fromkeys(WORKSPACES[name], folder), **REFUSED[name])


@pytest.mark.parametrize("name", ANSWERING)
def test_a_record_file_gives_the_rows_again(workspace, asked, name, tmp_path):
    answer = toolkit.lines_against(*[toolkit.reconciliation(workspace)] * 2) if name == "lines_against" else asked(name)
    file = answer.run.write(tmp_path / "answer.csv.run.json")
    again = toolkit.repeat(file, workspace)
    pd.testing.assert_frame_equal(again.frame, answer.frame)
    assert (again.run.run_id, again.run.rows) == (answer.run.run_id, answer.run.rows)


def test_no_question_is_left_over():
    """Names here that no function has would be checked by nothing."""
    assert {*OPTIONS, *REFUSED} <= {name for name, taken in WORKSPACES.items() if taken}
