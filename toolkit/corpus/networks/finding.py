"""Which place a cell of a flow table means: by id, else by name, of the records or of the gazetteer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.corpus.city_names import NamedCity, found_cities
from toolkit.corpus.countries import countries_like, country_code, country_name
from toolkit.corpus.gazetteer import Gazetteer, open_gazetteer
from toolkit.corpus.names import folded
from toolkit.corpus.places import resolve_place
from toolkit.corpus.regions import RegionNames
from toolkit.corpus.registry import geonames_id
from toolkit.errors import BadParameter, DataError, UnknownPlace
from toolkit.settings import load_settings
from toolkit.workspace import Workspace

__all__ = ["LEVELS", "Found", "PlaceFinder"]

LEVELS: Final = ("country", "region", "city", "institution", "other")
"""What the ends of imported flows may be; ``other`` takes them as they are written."""

_MOST_CANDIDATES: Final = 8
_REGION_ID: Final = re.compile(r"([A-Z]{2})\.\w+")


class Found(NamedTuple):
    """A place, or why there is none: ``reason`` is empty where one was found, ``hint`` names candidates."""

    place_id: str = ""
    name: str = ""
    country: str | None = None
    reason: str = ""
    hint: str = ""


class PlaceFinder:
    """Places of one level, each text looked up once.

    Countries are known by themselves. Cities are those of the records, else of the gazetteer where one is installed;
    regions and institutions those of the records. A region's id (``CN.22``) is taken without records too.

    Parameters
    ----------
    workspace
        With or without records.
    level
        One of :data:`LEVELS`.

    Raises
    ------
    BadParameter
        There is no such level.
    DataError
        There is nothing to look the places of this level up in.
    """

    def __init__(self, workspace: Workspace, level: str) -> None:
        if level not in LEVELS:
            raise BadParameter("level", level, f"one of {', '.join(LEVELS)}")
        self._workspace, self._level = workspace, level
        self._known: dict[tuple[str, str], Found] = {}
        self._records = level not in ("country", "other") and workspace.table("works").exists()
        self._gazetteer: Gazetteer | None = None
        if self._records:
            workspace.require_corpus()
        if level == "city":
            self._gazetteer = open_gazetteer(load_settings(workspace.root))
        if level in ("city", "institution") and not (self._records or self._gazetteer):
            where = "the records or in the gazetteer (extra `places`)" if level == "city" else "the records"
            raise DataError(
                f"A {level} is looked up in {where}, and there are none here. Ingest records first, or take the "
                "names as they are with --level other."
            )
        self._named = self._index() if self._records and level in ("city", "institution") else {}

    def found(self, text: str, country: str = "") -> Found:
        """The place that ``text`` means, in ``country`` where that is said."""
        key = (text, country)
        if key not in self._known:
            self._known[key] = self._look_up(text, country)
        return self._known[key]

    def _look_up(self, text: str, country: str) -> Found:
        if self._level == "other":
            return Found(text, text)
        if self._level == "country":
            return self._country(text)
        if self._level == "region" and not self._records:
            match = _REGION_ID.fullmatch(text)
            if match and country_code(match[1]) == match[1]:
                return Found(text, text, match[1])
            return Found(reason="unknown place: without records a region is given as CN.22")
        if self._level == "city" and not self._records:
            return self._in_gazetteer(text, country)
        return self._in_records(text, country)

    @staticmethod
    def _country(text: str) -> Found:
        code = country_code(text)
        if code:
            return Found(code, country_name(code), code)
        close = ", ".join(f"{country_name(one)} = {one}" for one in countries_like(text))
        return Found(reason="unknown place: no such country", hint=close)

    def _in_records(self, text: str, country: str) -> Found:
        one = self._named.get(folded(text), []) if not country else []
        if len(one) == 1:
            return one[0]
        written = f"{text}, {country_name(country_code(country) or country)}" if country else text
        try:
            place_id = self._resolved(text, written)
        except UnknownPlace as unknown:
            if self._gazetteer and not unknown.ambiguous:
                elsewhere = self._in_gazetteer(text, country)
                if elsewhere.place_id:
                    return elsewhere
            close = "; ".join(
                f"{name} ({', '.join(part for part in (region, land) if part)}) = {place}"
                for place, name, region, land in unknown.candidates
            )
            several = f"several places: more than one {self._level} of this name"
            return Found(
                reason=several if unknown.ambiguous else f"unknown place: no {self._level} of this name", hint=close
            )
        return self._called(place_id)

    def _resolved(self, text: str, written: str) -> str:
        """Id by what is written with its country; an id needs no country, and has none in its name."""
        try:
            return resolve_place(self._workspace, self._level, written)
        except UnknownPlace:
            if written != text and (geonames_id(text) or _REGION_ID.fullmatch(text)):
                return resolve_place(self._workspace, self._level, text)
            raise

    def _called(self, place_id: str) -> Found:
        if self._level == "region":
            return Found(place_id, self._region_names().get(place_id, place_id), place_id.partition(".")[0])
        named = [one for places in self._named.values() for one in places if one.place_id == place_id]
        return named[0] if named else Found(place_id, place_id)

    def _region_names(self) -> dict[str, str]:
        cities = pq.read_table(self._workspace.table("cities"), columns=["country", "admin1", "region"]).to_pylist()
        return {f"{one['country']}.{one['admin1']}": one["region"] for one in cities if one["region"]}

    def _index(self) -> dict[str, list[Found]]:
        """Places of the records by their folded name."""
        table, key = ("cities", "city_id") if self._level == "city" else ("institutions", "institution_id")
        rows = pq.read_table(self._workspace.table(table), columns=[key, "name", "country"])
        found: dict[str, list[Found]] = {}
        for place_id, name, country in zip(*(rows[column].to_pylist() for column in rows.column_names), strict=True):
            found.setdefault(folded(name or place_id), []).append(Found(place_id, name or place_id, country))
        return found

    def _in_gazetteer(self, text: str, country: str) -> Found:
        gazetteer = self._gazetteer
        if gazetteer is None:
            return Found(reason="unknown place: no city of this name")
        if city_id := geonames_id(text):
            return self._city_of_gazetteer(city_id) or Found(reason="unknown place: no city has this id")
        name, _, behind = text.partition(",")
        code = country_code(country) if country else country_code(behind) if behind else None
        rows = gazetteer.cities_named([folded(name)])
        names = RegionNames([], {}, gazetteer.region_names())
        city = NamedCity("", name, code, None if code else behind.strip() or None, None, None, 1)
        row = found_cities([city], rows, names).to_pylist()[0]
        if row["city_id"]:
            return self._city_of_gazetteer(row["city_id"]) or Found()
        close = self._candidates(row["candidates"])
        several = row["how"] == "several places"
        return Found(
            reason="several places: more than one city of this name"
            if several
            else "unknown place: no city of this name",
            hint=close,
        )

    def _city_of_gazetteer(self, city_id: str) -> Found | None:
        rows = self._rows_of([city_id])
        return Found(rows[0]["city_id"], rows[0]["name"], rows[0]["country"]) if rows else None

    def _candidates(self, ids: Sequence[str]) -> str:
        return "; ".join(f"{row['name']} ({row['country']}) = {row['city_id']}" for row in self._rows_of(ids))

    def _rows_of(self, ids: Sequence[str]) -> list[dict[str, str]]:
        known = self._gazetteer_cities
        rows: list[dict[str, str]] = known.filter(pc.is_in(known["city_id"], pa.array(ids, pa.string()))).to_pylist()
        return rows[:_MOST_CANDIDATES]

    @cached_property
    def _gazetteer_cities(self) -> pa.Table:
        path = self._gazetteer.cities if self._gazetteer else None
        columns = [(name, pa.string()) for name in ("city_id", "name", "country")]
        return pq.read_table(path, columns=[name for name, _ in columns]) if path else pa.schema(columns).empty_table()
