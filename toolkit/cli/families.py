"""Families of options: spelled once, taken whole by the commands that need them, handed over as one dict."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any

__all__ = ["Family", "takes"]

Family = Mapping[str, tuple[Any, Any]]
"""Annotation and default of each option, by parameter."""


def takes(
    family: Family, *, into: str, without: Collection[str] = (), first: Sequence[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command's keyword-only parameter ``into`` stand for the options of ``family``.

    Typer sees the options in that place, typed and explained; the command gets their values as a dict by parameter.

    Parameters
    ----------
    family
        The options.
    into
        Name of the command's parameter, which is a ``dict[str, Any]``.
    without
        Options that this command does not have.
    first
        Options that its help shows before the others.

    Examples
    --------
    >>> @takes({"low": (int, 1), "high": (int, 2)}, into="bounds")
    ... def show(*, name: str, bounds: dict[str, int]) -> None:
    ...     print(name, bounds)
    >>> list(inspect.signature(show).parameters)
    ['name', 'low', 'high']
    >>> show(name="all", low=0, high=5)
    all {'low': 0, 'high': 5}
    """
    options = {name: family[name] for name in (*first, *family) if name not in without}

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)
        fields: list[inspect.Parameter] = []
        for parameter in own.parameters.values():
            if parameter.name != into:
                fields.append(parameter)
                continue
            for name, (annotation, default) in options.items():
                kind = inspect.Parameter.KEYWORD_ONLY
                fields.append(inspect.Parameter(name, kind, default=default, annotation=annotation))

        @wraps(command)
        def taking(*args: Any, **given: Any) -> None:
            given[into] = {name: given.pop(name) for name in options}
            command(*args, **given)

        taking.__signature__ = own.replace(parameters=fields)  # type: ignore[attr-defined]
        taking.__annotations__ = {field.name: field.annotation for field in fields}
        del taking.__wrapped__
        return taking

    return decorated
