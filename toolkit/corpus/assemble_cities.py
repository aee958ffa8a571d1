"""Cities of the tables being put together: ids for names, ids of one place made one, regions, what a gazetteer adds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.corpus import assemble_cities_sql as sql
from toolkit.corpus.address_cities import (
    ADDRESS_CITIES,
    HOW_ADDRESSES_END,
    Address,
    KnownCity,
    address_cities,
    address_parts,
)
from toolkit.corpus.cities import city_id_for, merge_duplicate_cities
from toolkit.corpus.city_names import CITY_NAMES_FILE, FOUND, NAMED_CITIES, NamedCity, found_cities
from toolkit.corpus.gazetteer import ADVICE, CITIES, Gazetteer, open_gazetteer
from toolkit.corpus.names import folded
from toolkit.corpus.regions import RegionNames, RegionWord
from toolkit.paths import engine_path
from toolkit.settings import Settings

__all__ = ["CitySettlement"]

_LETTERS: Final = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "æ": "ae", "Æ": "AE"}
    | {"œ": "oe", "Œ": "OE", "ß": "ss", "ı": "i", "ħ": "h", "’": "'", "‘": "'"}
)


class CitySettlement:
    """Settles which city is which, step by step between the statements that make the canonical tables.

    Parameters
    ----------
    db
        Where the staged inputs are attached.
    option
        ``merged``, or ``as-given``: neither ids of one place nor names are made one.
    settings
        Say whether there is a gazetteer.
    progress
        Told when the gazetteer has to be read.
    """

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        option: str,
        settings: Settings,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self._db = db
        self._option = option
        self._gazetteer: Gazetteer | None = open_gazetteer(settings, progress)
        self._named = NAMED_CITIES.empty_table()
        self._pairs = pa.table({})
        self._addresses: dict[str, int] = {}

    def name(self) -> None:
        """Ids for cities without one: made from the name, or GeoNames' where exactly one place has the name.

        Before the tables of institutions; makes tables ``made_cities``, ``named_cities``, ``gazetteer``.
        """
        made = [
            {"name": name, "country": country, "region": region, "city_id": city_id_for(name, country, region)}
            for name, country, region in self._db.execute(sql.CITIES_WITHOUT_ID).fetchall()
        ]
        self._create("made_cities", made, _strings("name", "country", "region", "city_id"))
        named = [NamedCity(*row) for row in self._db.execute(sql.CITIES_BY_NAME).fetchall()]
        candidates: list[tuple[Any, ...]] = []
        if named and self._gazetteer:
            candidates = self._gazetteer.cities_named(folded(city.name) for city in named)
        self._attach_gazetteer({row[2] for row in candidates})
        self._know_regions()
        self._named = found_cities(named, candidates, self._regions)
        if self._option == "as-given" or self._gazetteer is None:
            why = "names are left as given" if self._gazetteer else "no gazetteer"
            nulls = pa.nulls(self._named.num_rows, pa.string())
            self._named = self._named.set_column(4, "city_id", nulls).set_column(
                5, "how", pa.array([why] * self._named.num_rows, pa.string())
            )
        found = [row for row in self._named.to_pylist() if row["city_id"]]
        self._db.register("city_names", self._named)
        rows = [{"old_id": row["made_id"], "city_id": row["city_id"]} for row in found]
        self._create("named_cities", rows, _strings("old_id", "city_id"))

    def _know_regions(self) -> None:
        """Names and codes of the regions of all cities that any record may mean."""
        codes = {row[0]: (row[1], row[2]) for row in self._db.execute(sql.GAZETTEER_CODES).fetchall()}
        words = [RegionWord(*row) for row in self._db.execute(sql.REGION_WORDS).fetchall()]
        self._regions = RegionNames(words, codes, self._gazetteer.region_names() if self._gazetteer else None)

    def from_addresses(self, city_from: str) -> None:
        """Table ``address_cities``: the cities that authors' addresses name; empty unless these are asked for."""
        found = ADDRESS_CITIES.empty_table()
        if city_from == "affiliation":
            addresses = [Address(*row) for row in self._db.execute(sql.ADDRESSES).fetchall()]
            known = {
                KnownCity(folded(row[0]), *row[1:]) for row in self._db.execute(sql.CITIES_BY_REGISTRIES).fetchall()
            }
            found = address_cities(addresses, sorted(known, key=repr) + self._in_gazetteer(addresses, known))
        self._db.register("given", found)
        self._db.execute("CREATE TABLE address_cities AS SELECT * FROM given")
        self._db.unregister("given")
        if self._gazetteer and found.num_rows:
            self._db.execute(sql.GAZETTEER_BY_ADDRESS, {"path": engine_path(self._gazetteer.cities)})
            self._know_regions()
        if city_from == "affiliation":
            counts = dict(self._db.execute(sql.ADDRESS_COUNTS).fetchall())
            self._addresses = {how: counts.get(how, 0) for how in HOW_ADDRESSES_END}

    def _in_gazetteer(self, addresses: list[Address], known: set[KnownCity]) -> list[KnownCity]:
        """Cities that the gazetteer knows by a name that no registry uses, for the parts of the addresses."""
        if self._gazetteer is None:
            return []
        taken = {(city.country, city.name) for city in known}
        parts = {part for address in addresses for part in address_parts(address.text)}
        names = self._gazetteer.region_names()
        return [
            KnownCity(name, city_id, country, names.get((country, admin1 or ""), ""), lat, lon)
            for name, main, city_id, country, admin1, lat, lon, _ in self._gazetteer.cities_named(parts)
            if main and (country, name) not in taken
        ]

    def merge(self) -> None:
        """Regions of the cities in use, and ids of one place made one: tables ``city_regions``, ``merged_cities``."""
        self._db.execute(sql.CITY_FACTS)
        rows = [
            {"city_id": city_id, **self._regions.region_of(city_id, country, admin1)._asdict()}
            for city_id, country, admin1 in self._db.execute(
                "SELECT city_id, country, admin1 FROM city_facts"
            ).fetchall()
        ]
        self._create("city_regions", rows, _strings("city_id", "admin1", "region"))
        several = {row["made_id"] for row in self._named.to_pylist() if row["how"] == "several places"}
        merge = merge_duplicate_cities(
            self._db.execute(sql.CITIES_TO_MERGE).to_arrow_table(),
            dict(self._db.execute(sql.SITES_OF_CITY).fetchall()),
            option=self._option,
            apart=several,
        )
        mapping = [{"old_id": old, "kept_id": kept} for old, kept in sorted(merge.mapping.items())]
        self._create("merged_cities", mapping, _strings("old_id", "kept_id"))
        self._db.execute(sql.FACTS_OF_MERGED)
        self._pairs = merge.pairs

    def finish(self) -> None:
        """ASCII names of table ``cities``."""
        names = [
            row[0] for row in self._db.execute("SELECT DISTINCT name FROM cities WHERE name IS NOT NULL").fetchall()
        ]
        self._create("plain_names", [{"name": one, "plain": _ascii(one)} for one in names], _strings("name", "plain"))
        self._db.execute("UPDATE cities SET ascii_name = plain FROM plain_names WHERE cities.name = plain_names.name")

    def write(self, folder: Path) -> None:
        """Write :data:`CITY_NAMES_FILE`: the names that are in use, each with what became of it."""
        used = {row[0] for row in self._db.execute(sql.USED_NAMES).fetchall()}
        keep = pa.array([made in used for made in self._named.column("made_id").to_pylist()], pa.bool_())
        pq.write_table(self._named.filter(keep), folder / CITY_NAMES_FILE, compression="zstd")

    def report(self) -> dict[str, Any]:
        """Parts ``merged_cities``, ``city_names`` and ``gazetteer`` of the report in ``state.json``."""
        shares = dict(self._db.execute(sql.SHARES_MERGED).fetchall()) if self._pairs.num_rows else {}
        merged = [pair | {"share": round(shares.get(pair["merged_id"], 0.0), 9)} for pair in self._pairs.to_pylist()]
        hows = self._named.column("how").to_pylist()
        counts = dict(self._db.execute(sql.GAZETTEER_COUNTS).fetchall()) if self._gazetteer else {}
        return {
            "merged_cities": merged,
            "city_from_affiliation": self._addresses,
            "city_names": {how: hows.count(how) for how in (*FOUND, *sorted(set(hows) - set(FOUND)))},
            "gazetteer": {"version": self._gazetteer.version if self._gazetteer else "", **counts}
            | ({} if self._gazetteer else {"advice": ADVICE}),
        }

    def _attach_gazetteer(self, candidates: set[str]) -> None:
        """Table ``gazetteer``: those of its cities that any record may mean."""
        if self._gazetteer is None:
            self._db.register("empty_gazetteer", CITIES.empty_table())
            self._db.execute("CREATE TABLE gazetteer AS SELECT * EXCLUDE (other_names) FROM empty_gazetteer")
            return
        self._create("candidates", [{"city_id": one} for one in sorted(candidates)], _strings("city_id"))
        self._db.execute(sql.GAZETTEER, {"path": engine_path(self._gazetteer.cities)})

    def _create(self, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
        self._db.register("given", pa.Table.from_pylist(rows, schema=schema))
        self._db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")  # noqa: S608 (names of our own tables)
        self._db.unregister("given")


def _strings(*columns: str) -> pa.Schema:
    return pa.schema([(column, pa.string()) for column in columns])


def _ascii(name: str) -> str:
    """Name in ASCII letters; one in a script that has none stays as it is."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return " ".join(plain.split()) or name
