"""Places as nodes of the graph, and how they belong together."""

from __future__ import annotations

from functools import cached_property

import ibis.expr.types as ir
import pyarrow as pa

from toolkit.corpus.countries import country_name
from toolkit.corpus.schema import INSTITUTION_TYPES
from toolkit.measures.counting.levels import UNLOCATED, unit_of_site, units
from toolkit.measures.tables import Tables
from toolkit.paths import engine_path
from toolkit.workspace import Workspace

__all__ = ["PlaceTables"]


class PlaceTables:
    """The places of a corpus that its articles reach: institutions with a site on an article and their ancestors.

    Parameters
    ----------
    workspace
        Where the canonical tables lie.
    tables
        The same tables as the measures read them.
    """

    def __init__(self, workspace: Workspace, tables: Tables) -> None:
        def read(name: str) -> ir.Table:
            table: ir.Table = tables.connection.read_parquet(engine_path(workspace.table(name)))
            return table

        self.suspects = tables.suspects
        lineage = read("lineage")
        self.lineage = lineage.filter(lineage.institution_id != lineage.ancestor_id)
        signed = tables.sites.semi_join(tables.authorships, "site_id").select("institution_id")
        above = self.lineage.semi_join(signed, "institution_id").select(institution_id="ancestor_id")
        present = signed.union(above, distinct=True)
        self.institution = read("institutions").semi_join(present, "institution_id")
        self.site = read("sites").semi_join(self.institution, "institution_id")
        self.city = read("cities").semi_join(self.site.filter(self.site.city_id.notnull()), "city_id")
        located = self.site.semi_join(self.city, "city_id").select("site_id", "city_id")
        areas = unit_of_site(tables, "metro").select("site_id", area_id="unit_id")
        self.area_of_city = located.inner_join(areas, "site_id").select("city_id", "area_id").distinct()
        self.area = units(tables, "metro")
        self.site_country = unit_of_site(tables, "country").semi_join(self.site, "site_id")

    def countries(self) -> pa.Table:
        """Country nodes: ``code``, ``name``."""
        codes = self.city.select(code="country").union(self.institution.select(code="country"))
        codes = codes.union(self.site_country.select(code="unit_id"), distinct=True)
        codes = codes.filter(codes.code.notnull(), codes.code != UNLOCATED).order_by("code").to_pyarrow()["code"]
        return pa.table({"code": codes, "name": pa.array(map(country_name, codes.to_pylist()), pa.string())})

    def cities(self) -> pa.Table:
        """City nodes, key first."""
        columns = ("name", "ascii_name", "country", "admin1", "region", "lat", "lon", "population")
        return self.city.select(*columns, id="city_id").relocate("id").order_by("id").to_pyarrow()

    @cached_property
    def mapped(self) -> bool:
        """Whether the user's city map joins any of these cities to a metropolitan area."""
        given = self.city.filter(self.city.metro_id.notnull(), self.city.metro_id != "")
        return bool(given.count().to_pyarrow().as_py())

    def metros(self) -> pa.Table:
        """Metro nodes, key first: every unit of level metro with a map, so a city of no area too; none without."""
        areas = self.area.semi_join(self.area_of_city, [("id", "area_id")])
        return self._with_map(areas.select("id", "name", "country").order_by("id")).to_pyarrow()

    def sites(self) -> pa.Table:
        """Site nodes, key first."""
        return self.site.select("lat", "lon", id="site_id").relocate("id").order_by("id").to_pyarrow()

    def institutions(self) -> pa.Table:
        """Institution nodes; ``type`` is the first of ``types`` that is not a role such as funder.

        ``suspect`` is the listing of ``scicities check`` that shows an institution that looks like a matching error.
        """
        table = self.institution.select("name", "country", "types", "marks", id="institution_id")
        arrow = table.relocate("id").order_by("id").to_pyarrow()
        first = [
            next((kind for kind in kinds or () if kind in INSTITUTION_TYPES), None)
            for kinds in arrow["types"].to_pylist()
        ]
        suspect = map(self.suspects.institutions.get, arrow["id"].to_pylist())
        arrow = arrow.append_column("type", pa.array(first, pa.string()))
        return arrow.append_column("suspect", pa.array(suspect, pa.string()))

    def has_site(self) -> ir.Table:
        """Institution to each of its sites."""
        return self.site.select(start="institution_id", end="site_id")

    def site_city(self) -> ir.Table:
        """Site to its city."""
        located = self.site.semi_join(self.city, "city_id")
        return located.select(start="site_id", end="city_id")

    def institution_city(self) -> ir.Table:
        """Institution to the city of each of its sites."""
        located = self.site.semi_join(self.city, "city_id")
        return located.select(start="institution_id", end="city_id").distinct()

    def city_country(self) -> ir.Table:
        """City to its country."""
        return self.city.filter(self.city.country.notnull()).select(start="city_id", end="country")

    def city_metro(self) -> ir.Table:
        """City to its metropolitan area, which is itself where the map leaves it alone; none without a map."""
        return self._with_map(self.area_of_city.select(start="city_id", end="area_id"))

    def _with_map(self, rows: ir.Table) -> ir.Table:
        return rows if self.mapped else rows.limit(0)

    def parents(self) -> ir.Table:
        """Direct parents: those the registry gives, else the ancestors no other ancestor stands below."""
        known = self.institution.select("institution_id")
        lineage = self.lineage.semi_join(known, "institution_id")
        lineage = lineage.semi_join(known, [("ancestor_id", "institution_id")])
        lineage = lineage.select("institution_id", "ancestor_id", "depth")
        below = lineage.select(child="institution_id", between="ancestor_id")
        above = self.lineage.select(lower="institution_id", upper="ancestor_id")
        roundabout = below.inner_join(above, below.between == above.lower)
        roundabout = roundabout.filter(roundabout.child != roundabout.upper).select("child", "upper").distinct()
        guessed = lineage.filter(lineage.depth.isnull()).anti_join(
            roundabout,
            [("institution_id", "child"), ("ancestor_id", "upper")],
        )
        told = lineage.filter(lineage.depth == 1)
        return told.union(guessed).select(start="institution_id", end="ancestor_id").distinct()
