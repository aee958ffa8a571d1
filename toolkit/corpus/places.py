"""Which place a text means: an id, an id's web address, or a name, narrowed by region and country."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from toolkit.corpus.city_names import CITY_NAMES_FILE
from toolkit.corpus.countries import country_code, country_name
from toolkit.corpus.gazetteer import missing_names_hint, open_gazetteer
from toolkit.corpus.names import folded
from toolkit.corpus.schema import FUNDER, INSTITUTION_TYPES, LEVELS
from toolkit.errors import BadParameter, UnknownPlace
from toolkit.settings import load_settings
from toolkit.workspace import Workspace

__all__ = ["country_name", "resolve_place"]

_ID_IN_ADDRESS = re.compile(
    r"^(?:https?://)?(?:www\.|api\.)?(?:ror|openalex|geonames)\.org/(?:institutions/)?([^/?#]+)", re.IGNORECASE
)
_MOST_CANDIDATES = 8
_ALIKE = 0.75


class _Place(NamedTuple):
    """One row that a name may mean; ``sites``: the cities an institution stands in."""

    place_id: str
    names: tuple[str, ...]
    region: str
    country: str
    sites: tuple[_Place, ...] = ()
    region_id: str = ""

    def lies_in(self, part: str) -> bool:
        """Whether ``part`` is the region (name or code) or country of this place or a site, or the city of a site."""
        wanted, code = folded(part), country_code(part)
        return any(
            wanted in (folded(place.region), folded(place.region_id))
            or (code is not None and code == place.country)
            or (place is not self and wanted in map(folded, place.names))
            for place in (self, *self.sites)
        )

    def candidate(self) -> tuple[str, str, str, str]:
        city = self.sites[0].names[0] if self.sites else ""
        region = self.sites[0].region if self.sites else self.region
        return self.place_id, self.names[0], ", ".join(part for part in (city, region) if part), self.country


def resolve_place(workspace: Workspace, level: str, text: str) -> str:
    """Id of the place that ``text`` means.

    An id, bare or as a web address, is taken as it is; a city's id that was made one with another gives that one.
    Else the text is a name, compared whole and without case, accents and punctuation; ``Name, Country``,
    ``Name, Region`` and ``Name, Region, Country`` narrow it (an institution's city counts as a region too). A city
    that no name is given to in the workspace is looked for by the names that records or the gazetteer have for it.

    Parameters
    ----------
    workspace
        A workspace with records.
    level
        One of :data:`~toolkit.corpus.schema.LEVELS`; a site is written ``INSTITUTION @ CITY``, a parent as the
        institution it is, a metropolitan area by its id or name or one of its cities, a region by its id
        (``CN.22``) or name, a type by its name.
    text
        What the user wrote: ``1816670``, ``https://ror.org/00hj54h04``, ``Beijing``, ``York, United Kingdom``.

    Returns
    -------
    str
        An id of the level. A country is accepted when it is an ISO 3166 code or name, even one without records.

    Raises
    ------
    BadParameter
        There is no such level.
    UnknownPlace
        Nothing has that name (``candidates``: names that look like it), or several places have (``candidates``: they).

    Notes
    -----
    Reads the names of one table: 0.2 s for 100,000 institutions.
    """
    if level not in LEVELS:
        raise BadParameter("level", level, f"one of {', '.join(LEVELS)}")
    workspace.require_corpus()
    text = text.strip()
    if level == "country":
        return _country(workspace, text)
    if level == "site":
        return _site(workspace, text)
    if level == "type":
        return _type(workspace, text)
    if level == "metro":
        return _metro(workspace, text)
    if level == "region":
        return _region(workspace, text)
    level = "institution" if level == "parent" else level
    address = _ID_IN_ADDRESS.match(text)
    wanted = address[1] if address else text
    ids = set(_column(workspace, "cities" if level == "city" else "institutions", f"{level}_id"))
    for form in (wanted, wanted.lower(), wanted.upper()):
        kept = _merged(workspace).get(form, form) if level == "city" else form
        if kept in ids:
            return kept
    return _city(workspace, text) if level == "city" else _by_name(_institutions(workspace), level, text)


def _city(workspace: Workspace, text: str) -> str:
    """City by the name it has in the workspace, else by another one."""
    cities = _cities(workspace)
    try:
        return _by_name(cities, "city", text)
    except UnknownPlace as unknown:
        if unknown.ambiguous:
            raise
        if others := _other_names(workspace, cities, text):
            return _by_name(others, "city", text)
        if not (hint := missing_names_hint(load_settings(workspace.root))):
            raise
        raise UnknownPlace(text, "city", unknown.candidates, ambiguous=False, hint=hint) from None


def _merged(workspace: Workspace) -> dict[str, str]:
    """City ids that were made one with another -> the id kept."""
    pairs = workspace.state().get("report", {}).get("merged_cities", ())
    kept = {pair["merged_id"]: pair["kept_id"] for pair in pairs}
    named = {row["made_id"]: row["city_id"] for row in _named(workspace) if row["city_id"]}
    return kept | {made: kept.get(found, found) for made, found in named.items()}


def _named(workspace: Workspace) -> list[dict[str, Any]]:
    """What became of the cities that records name without an id."""
    path = workspace.corpus / CITY_NAMES_FILE
    return pq.read_table(path).to_pylist() if path.exists() else []


def _other_names(workspace: Workspace, cities: Sequence[_Place], text: str) -> list[_Place]:
    """Cities that records call, or that the gazetteer knows to be called, what ``text`` begins with."""
    parts = text.split(",")
    wanted = {_key(",".join(parts[:cut])) for cut in range(1, len(parts) + 1)} - {""}
    kept = _merged(workspace)
    called: dict[str, list[str]] = {}
    for row in _named(workspace):
        if row["city_id"] and _key(row["name"]) in wanted:
            called.setdefault(kept.get(row["city_id"], row["city_id"]), []).append(row["name"])
    gazetteer = open_gazetteer(load_settings(workspace.root))
    for name, _, city_id, *_ in gazetteer.cities_named(wanted) if gazetteer else ():
        called.setdefault(kept.get(city_id, city_id), []).append(name)
    return [city._replace(names=(*city.names, *called[city.place_id])) for city in cities if city.place_id in called]


def _country(workspace: Workspace, text: str) -> str:
    code = country_code(text)
    if code is not None:
        return code
    used = set(_column(workspace, "institutions", "country")) | set(_column(workspace, "cities", "country"))
    if text in used:
        return text
    named = [_Place(code, (country_name(code),), "", code) for code in sorted(used) if code]
    raise UnknownPlace(text, "country", _alike(named, _key(text)), ambiguous=False)


def _type(workspace: Workspace, text: str) -> str:
    used = {kind for kinds in _column(workspace, "institutions", "types") for kind in kinds}
    known = sorted({*INSTITUTION_TYPES, "unknown", *used} - {FUNDER})
    if text.lower() not in known:
        raise BadParameter("type", text, f"it is one of {', '.join(known)}")
    return text.lower()


def _metro(workspace: Workspace, text: str) -> str:
    columns = ("city_id", "metro_id", "metro", "country")
    rows = [row for row in _rows(workspace, "cities", columns) if row[1]]
    metro_of = {row[0]: row[1] for row in rows}
    if text in metro_of.values():
        return text
    named = {metro: _Place(metro, (name,), "", country or "") for _, metro, name, country in rows if name}
    try:
        return _by_name(list(named.values()), "metro", text)
    except UnknownPlace as unknown:
        if unknown.ambiguous:
            raise
    city = resolve_place(workspace, "city", text)
    return metro_of.get(city, city)


def _region(workspace: Workspace, text: str) -> str:
    regions: dict[str, set[str]] = {}
    for country, code, name in _rows(workspace, "cities", ("country", "admin1", "region")):
        if country and code:
            regions.setdefault(f"{country}.{code}", set()).update({name} - {None})
    written = {key.upper(): key for key in regions}
    if text.upper() in written:
        return written[text.upper()]
    places = [
        _Place(key, tuple(sorted(names)) or (key.partition(".")[2],), "", key.partition(".")[0])
        for key, names in sorted(regions.items())
    ]
    return _by_name(places, "region", text)


def _site(workspace: Workspace, text: str) -> str:
    sites = set(_column(workspace, "sites", "site_id"))
    if text in sites:
        return text
    institution, at, city = text.rpartition("@")
    if not at:
        raise UnknownPlace(text, "site")
    city_id = resolve_place(workspace, "city", city) if city.strip() else ""
    site_id = f"{resolve_place(workspace, 'institution', institution)}@{city_id}"
    if site_id not in sites:
        raise UnknownPlace(text, "site")
    return site_id


def _by_name(places: Sequence[_Place], level: str, text: str) -> str:
    named: dict[str, list[_Place]] = {}
    for place in places:
        for name in {_key(name) for name in place.names if name}:
            named.setdefault(name, []).append(place)
    parts = [part.strip() for part in text.split(",")]
    found: list[_Place] = []
    # the longest name first: "University of California, Berkeley" is a name before it is a name and a region
    for cut in range(len(parts), 0, -1):
        name = _key(", ".join(parts[:cut]))
        found = [place for place in named.get(name, ()) if name and all(map(place.lies_in, parts[cut:]))]
        if found:
            break
    if len(found) == 1:
        return found[0].place_id
    if found:
        raise UnknownPlace(text, level, [place.candidate() for place in _sorted(found)])
    raise UnknownPlace(text, level, _alike(places, _key(parts[0])), ambiguous=False)


def _key(name: str) -> str:
    """Folded name without its article: the registry writes "The University of Tokyo"."""
    return folded(name).removeprefix("the ")


def _alike(places: Sequence[_Place], wanted: str) -> list[tuple[str, str, str, str]]:
    by_name: dict[str, list[_Place]] = {}
    for place in places:
        by_name.setdefault(_key(place.names[0]), []).append(place)
    close = difflib.get_close_matches(wanted, by_name, n=_MOST_CANDIDATES, cutoff=_ALIKE) if wanted else []
    # "New York City" for New York, "Shenzhen Shi" for Shenzhen
    longer = [
        name for name in by_name if name and (f"{wanted} ".startswith(f"{name} ") or name.startswith(f"{wanted} "))
    ]
    close = list(dict.fromkeys([*close, *sorted(longer)])) if wanted else []
    return [place.candidate() for name in close for place in _sorted(by_name[name])][:_MOST_CANDIDATES]


def _sorted(places: Iterable[_Place]) -> list[_Place]:
    return sorted(places, key=lambda place: (place.country, place.region, place.place_id))


def _cities(workspace: Workspace) -> list[_Place]:
    columns = ("city_id", "name", "ascii_name", "admin1", "region", "country")
    return [
        _Place(city_id, (name or "", ascii_name or ""), region or admin1 or "", country or "", region_id=admin1 or "")
        for city_id, name, ascii_name, admin1, region, country in _rows(workspace, "cities", columns)
    ]


def _institutions(workspace: Workspace) -> list[_Place]:
    city_of = {city.place_id: city for city in _cities(workspace)}
    sites: dict[str, tuple[_Place, ...]] = {}
    for institution_id, city_id in sorted(_rows(workspace, "sites", ("institution_id", "city_id")), key=str):
        if city_id in city_of:
            sites[institution_id] = (*sites.get(institution_id, ()), city_of[city_id])
    return [
        _Place(key, (name or "",), "", country or "", sites.get(key, ()))
        for key, name, country in _rows(workspace, "institutions", ("institution_id", "name", "country"))
    ]


def _column(workspace: Workspace, table: str, column: str) -> list[str]:
    return [value for (value,) in _rows(workspace, table, (column,)) if value]


def _rows(workspace: Workspace, table: str, columns: Sequence[str]) -> list[tuple[str, ...]]:
    read = pq.read_table(workspace.table(table), columns=list(columns))
    return list(zip(*(read.column(column).to_pylist() for column in columns), strict=True))
