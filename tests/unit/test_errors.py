"""The error tree: its docstring, its exit codes, what its messages say."""

import re

import pytest

from toolkit import errors
from toolkit.errors import BadParameter, QueryFileError, ToolkitError, UnknownPlace, UnknownQuery

_CODES = {
    "ToolkitError": 1,
    "SettingsError": 2,
    "GraphStoreError": 3,
    "Unreachable": 3,
    "QueryRefused": 3,
    "ServerError": 3,
    "QueryFileError": 4,
    "UnknownQuery": 4,
    "BadParameter": 4,
    "DataError": 4,
    "MissingColumn": 4,
    "BadRecord": 4,
    "DuplicateKey": 4,
    "UnknownPlace": 4,
    "EmptySelection": 4,
    "GraphError": 4,
    "EmptyGraph": 4,
    "WrongGraph": 4,
    "BadWeight": 4,
    "NotConverged": 4,
}


def test_every_error_has_the_exit_code_of_the_design_and_stands_in_the_drawn_tree() -> None:
    found = {n: e.exit_code for n, e in vars(errors).items() if isinstance(e, type) and issubclass(e, ToolkitError)}
    assert found == _CODES
    assert set(errors.__all__) == set(_CODES)
    drawn = set(re.findall(r"[A-Z]\w+", errors.__doc__ or ""))
    assert set(_CODES) <= drawn


@pytest.mark.parametrize(
    ("error", "builtin", "text"),
    [
        (
            BadParameter("top_n", -1, "it must be 0 or more"),
            ValueError,
            "top_n = -1 can't be used: it must be 0 or more.",
        ),
        (QueryFileError("no summary", path="a.cypher", line=3), ValueError, "a.cypher:3: no summary"),
        (
            UnknownQuery("hub", ["hubs.by_strength"]),
            LookupError,
            "no query named 'hub'. Did you mean hubs.by_strength?",
        ),
        (
            UnknownPlace("Nowhere", "city"),
            ValueError,
            "no city named 'Nowhere' in this workspace. `scicities share --level city --top 0` lists",
        ),
        (
            UnknownPlace("Atlantis", "city", [("3", "Atlanta", "Georgia", "US")], ambiguous=False),
            ValueError,
            "There is no city named 'Atlantis' in this workspace. Close to it: Atlanta (Georgia, US) = 3.",
        ),
        (
            UnknownPlace("Cambridge", "city", [("1", "Cambridge", "England", "GB"), ("2", "Cambridge", "", "US")]),
            ValueError,
            "Cambridge (England, GB) = 1; Cambridge (US) = 2. Give the id,",
        ),
    ],
)
def test_messages_say_what_to_do(error: ToolkitError, builtin: type[Exception], text: str) -> None:
    assert text in str(error)
    assert isinstance(error, builtin)
