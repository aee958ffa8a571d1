"""Values for a query's parameters: what was given, read as what the query declares."""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Iterable, Mapping
from typing import Any

from toolkit.errors import BadParameter
from toolkit.graphdb.graph_years import GraphYear, Years
from toolkit.graphdb.query_spec import Param, QuerySpec

__all__ = ["bind", "parse_parameters"]

_INT64 = 2**63


def bind(spec: QuerySpec, given: Mapping[str, Any], *, years: Years | None = None) -> dict[str, Any]:
    """Values for all parameters of a query: those given, made the declared types, and the defaults of the others.

    Parameters
    ----------
    spec
        The query.
    given
        Values by parameter. Text is read as what is declared: ``"10"`` as an int, ``"true"`` as a bool, ``"a, b"`` as
        a list; a whole number may be a float.
    years
        First and last year of the graph, for defaults that depend on them (see
        :class:`toolkit.graphdb.graph_years.GraphYear`).

    Raises
    ------
    BadParameter
        There is no such parameter, a required one is missing, a value is not of its type, a number of things
        (``top_n``, ``hubs_n``) is below 1, or a window's first year (``year_from``) is later than its last
        (``year_to``).
    """
    names = [param.name for param in spec.params]
    for name, value in given.items():
        if name not in names:
            has = f"it has {', '.join(names)}" if names else "it has none"
            raise BadParameter(name, value, f"{spec.name} has no such parameter; {has}")
    bound: dict[str, Any] = {}
    for param in spec.params:
        if param.name in given:
            bound[param.name] = _cast(param, given[param.name])
        elif param.required:
            raise BadParameter.missing(param.name, f"{spec.name} needs it: {param.meaning.rstrip('.')}")
        else:
            bound[param.name] = _default(spec, param, years)
    _check_order(bound)
    return bound


def _default(spec: QuerySpec, param: Param, years: Years | None) -> Any:
    if not isinstance(param.default, GraphYear):
        return param.default
    if years is None:
        raise BadParameter.missing(param.name, f"{spec.name} takes it from the graph ({param.default}); give a year")
    return param.default.of(years)


def _check_order(bound: Mapping[str, Any]) -> None:
    """Refuse numbers of things below 1, and windows that end before they begin."""
    for name, value in bound.items():
        if name.endswith("_n") and isinstance(value, int) and value < 1:
            raise BadParameter(name, value, "a whole number from 1 up is needed")
    for name, first in bound.items():
        last = bound.get(f"{name.removesuffix('_from')}_to") if name.endswith("_from") else None
        if first is not None and last is not None and first > last:
            raise BadParameter(name, first, f"it can't be later than {name.removesuffix('_from')}_to = {last}")


def parse_parameters(texts: Iterable[str]) -> dict[str, Any]:
    """Parameters written as ``name=value``: JSON where the value is JSON, else text.

    Raises
    ------
    BadParameter
        A text has no ``=``, no name before it, or a name stands twice.

    Examples
    --------
    >>> parse_parameters(["top_n=5", "city=Beijing", 'ids=["a", "b"]'])
    {'top_n': 5, 'city': 'Beijing', 'ids': ['a', 'b']}
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadParameter("parameter", text, "it is written name=value")
        if name.strip() in found:
            raise BadParameter("parameter", text, f"{name.strip()} is given twice")
        try:
            found[name.strip()] = json.loads(value, parse_constant=lambda constant: constant)
        except ValueError:
            found[name.strip()] = value
        except RecursionError as error:
            raise BadParameter("parameter", f"{text[:40]}…", "its brackets are too deep") from error
    return found


def _cast(param: Param, value: Any) -> Any:
    if value is None:
        if param.nullable:
            return None
        raise BadParameter(param.name, value, f"{_wanted(param.type)} is needed")
    try:
        return _CASTS[param.type](value)
    except (TypeError, ValueError, OverflowError):
        raise BadParameter(param.name, value, f"{_wanted(param.type)} is needed") from None


def _wanted(type_: str) -> str:
    return {
        "string": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "list<string>": "a list of texts, or texts between commas,",
    }[type_]


def _to_string(value: Any) -> str:
    # GeoNames ids are digits and easily arrive as whole numbers
    if isinstance(value, bool) or not isinstance(value, str | numbers.Integral):
        raise TypeError
    return str(value)


def _to_int(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, str | numbers.Integral):
        whole = int(value)
    elif isinstance(value, numbers.Real) and float(value).is_integer():
        whole = int(float(value))
    else:
        raise TypeError
    if not -_INT64 <= whole < _INT64:
        raise ValueError
    return whole


def _to_float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | numbers.Real) or not math.isfinite(float(value)):
        raise ValueError
    return float(value)


def _to_bool(value: Any) -> bool:
    if isinstance(value, str) and value.strip().lower() in {"true", "false"}:
        return value.strip().lower() == "true"
    if not isinstance(value, bool) and type(value).__name__ not in {"bool", "bool_"}:  # NumPy's is no bool of Python's
        raise ValueError
    return bool(value)


def _to_texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise TypeError
    return [_to_string(item) for item in value]


_CASTS = {"string": _to_string, "int": _to_int, "float": _to_float, "bool": _to_bool, "list<string>": _to_texts}
