"""Flows by group of origin and destination, by scope, career age and cohort; what each group adds to a place's net.

A move between two places is taken apart by the sites from which its author signed there: at the place left in the last
year there, at the new place in the first. Of a move of weight w, the pair of sites (s, t) has ``w q_s q_t``, where q_s
is the part of the author's affiliations of that place and year that are at s. So a move between two cities has
institutions at both ends, their parts add up to w, and what the groups add to a city's net adds up to its net.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from toolkit.errors import BadParameter
from toolkit.measures.counting.levels import UNKNOWN_TYPE, UNLOCATED, unit_of_site
from toolkit.measures.counting.parts import Years
from toolkit.measures.flows.counts import both_ends, gains_and_losses
from toolkit.measures.movement.options import DEFAULT_MOVEMENT, Movement
from toolkit.measures.movement.rules import moves_counted, observations
from toolkit.measures.output.groups import institutes_of
from toolkit.measures.precision import from_limbs, limbs
from toolkit.measures.tables import Tables

__all__ = ["DEFAULT_AGES", "GROUPINGS", "SCOPES", "Grouping", "age_bands", "group_contributions", "group_flows"]

GROUPINGS: Final = ("type", "umbrella", "scope", "age", "cohort")
SCOPES: Final = ("within-city", "domestic", "international", "unknown")
DEFAULT_AGES: Final = "0-5,6-10,11-20,21+"
OTHERS: Final = "others"
"""Group of what is outside an umbrella organisation, and of people in no cohort."""


@dataclass(frozen=True)
class Grouping:
    """What moves are told apart by.

    Attributes
    ----------
    by
        Any of :data:`GROUPINGS`: ``type`` (an institution's first type other than funder), ``umbrella`` (inside or
        outside ``umbrella``), ``scope`` (:data:`SCOPES`), ``age`` (career age, in bands), ``cohort`` (of ``people``).
    umbrella
        Id of the umbrella organisation.
    umbrella_name
        What those inside are called; ``None``: the id.
    ages
        Bands of career age [years].
    people
        ``author_id``, ``cohort``.

    Raises
    ------
    BadParameter
        Nothing, or something else, is asked for; type and umbrella at once; an umbrella or cohort without its table.
    """

    by: tuple[str, ...] = ("type",)
    umbrella: str | None = None
    umbrella_name: str | None = None
    ages: str = DEFAULT_AGES
    people: pa.Table | None = None

    def __post_init__(self) -> None:
        if not self.by or not set(self.by) <= set(GROUPINGS) or len(set(self.by)) < len(self.by):
            raise BadParameter("by", ",".join(self.by), f"some of {', '.join(GROUPINGS)}, each once")
        if {"type", "umbrella"} <= set(self.by):
            raise BadParameter("by", ",".join(self.by), "an institution is grouped by type or by umbrella, not by both")
        if ("umbrella" in self.by) != (self.umbrella is not None):
            raise BadParameter("umbrella", self.umbrella, "by umbrella takes an organisation, and it alone takes one")
        if ("cohort" in self.by) != (self.people is not None):
            raise BadParameter("people", None, "by cohort takes a file of people, and it alone takes one")
        age_bands(self.ages)

    @property
    def has_groups(self) -> bool:
        """Whether institutions have a group, so that each end of a move has one."""
        return bool({"type", "umbrella"} & set(self.by))

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that stand beside the groups of both ends."""
        return tuple(name for name in ("scope", "age", "cohort") if name in self.by)


def age_bands(text: str) -> list[tuple[int, int | None, str]]:
    """First and last year of each band, and what it is called; the last may be open.

    Raises
    ------
    BadParameter
        It is not ``0-5,6-10,11+``, or bands overlap or leave years out.

    Examples
    --------
    >>> age_bands("0-5,6-10,11+")
    [(0, 5, '0-5'), (6, 10, '6-10'), (11, None, '11+')]
    """
    bands: list[tuple[int, int | None, str]] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)(?:-(\d+)|(\+))\s*", part)
        first = int(match[1]) if match else -1
        due = 0 if not bands else -2 if bands[-1][1] is None else bands[-1][1] + 1
        if match is None or first != due or (match[2] and int(match[2]) < first):
            raise BadParameter("ages", text, "bands of years that follow on one another from 0, as 0-5,6-10,11+")
        bands.append((first, int(match[2]) if match[2] else None, part.strip()))
    return bands


def group_flows(
    tables: Tables,
    grouping: Grouping,
    *,
    level: str,
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years | None = None,
    by_year: bool = False,
) -> ir.Table:
    """Flows between groups, over all places.

    Parameters
    ----------
    tables, level, movement, years
        As :func:`~toolkit.measures.flows.counts.flow_counts`.
    grouping
        What moves are told apart by.
    by_year
        A row per year.

    Returns
    -------
    ibis table
        ``from_group`` and ``to_group`` where institutions have one, ``scope``, ``age``, ``cohort`` where asked for,
        ``year``, ``researchers``, ``left_censored`` (of ``researchers``, those whose career may have begun before the
        corpus)

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = group_flows(tables, Grouping(by=("scope",)), level="city")
    >>> found.select("scope", "researchers").order_by("scope").to_pyarrow().to_pylist()
    [{'scope': 'domestic', 'researchers': 1.0}, {'scope': 'international', 'researchers': 2.0}]
    """
    moves = _apart(tables, grouping, level=level, movement=movement, years=years)
    ends = ("from_group", "to_group") if grouping.has_groups else ()
    moves = moves.mutate(year=moves.year if by_year else ibis.null("int64"))
    found = moves.group_by([*ends, *grouping.keys, "year"]).agg(
        high=moves.high.sum().cast("int64"),
        low=moves.low.sum().cast("int64"),
        early_high=(moves.high * moves.early).sum().cast("int64"),
        early_low=(moves.low * moves.early).sum().cast("int64"),
    )
    return found.mutate(
        researchers=from_limbs(found.high, found.low), left_censored=from_limbs(found.early_high, found.early_low)
    ).drop("high", "low", "early_high", "early_low")


def group_contributions(
    tables: Tables,
    grouping: Grouping,
    *,
    level: str,
    movement: Movement = DEFAULT_MOVEMENT,
    years: Years | None = None,
    by_year: bool = False,
) -> ir.Table:
    """What the groups of each place gain from and lose to the groups elsewhere.

    Over the groups of a place, inflow, outflow and net add up to those of
    :func:`~toolkit.measures.flows.indicators.place_flows`.

    Parameters
    ----------
    tables, grouping, level, movement, years, by_year
        As :func:`group_flows`.

    Returns
    -------
    ibis table
        ``id``, ``own_group`` (at the place) and ``other_group`` (at the other end) where institutions have one,
        ``scope``, ``age``, ``cohort`` where asked for, ``year``, ``inflow``, ``outflow``, ``net`` [researchers]

    Examples
    --------
    >>> from toolkit.corpus.example import career_tables
    >>> tables = Tables.on(ibis.duckdb.connect(), career_tables())
    >>> found = group_contributions(tables, Grouping(by=("scope",)), level="city", years=(2000, 2011))
    >>> found.filter(found.outflow > 0).select("scope", "outflow", "net").to_pyarrow().to_pylist()
    [{'scope': 'international', 'outflow': 1.0, 'net': -1.0}]
    """
    moves = _apart(tables, grouping, level=level, movement=movement, years=years)
    moves = moves.mutate(year=moves.year if by_year else ibis.null("int64"))
    kept = [*grouping.keys, "year"]
    groups = ("own_group", "other_group") if grouping.has_groups else ()
    own, other = groups or (None, None)
    found = gains_and_losses(both_ends(moves, keep=kept, own=own, other=other), ["id", *groups, *kept])
    return found.drop("net_high", "net_low")


def _apart(tables: Tables, grouping: Grouping, *, level: str, movement: Movement, years: Years | None) -> ir.Table:
    """Moves taken apart by sites: ``from_id``, ``to_id``, ``year``, groups and keys, ``early``, limbs."""
    moves = moves_counted(tables, level=level, movement=movement, years=years)
    columns = ("author_id", "from_id", "to_id", "year", "last_year_at_from", "weight", "career_age", "left_censored")
    moves = moves.select(*columns)
    signed = tables.keep(("signed sites", level, movement, years), _signed_sites(tables, level, moves))
    homes = _homes(tables, grouping)
    for end, year in (("from", "last_year_at_from"), ("to", "year")):
        sites = signed.select(**{f"{end}_{name}": name for name in ("author", "place", "seen", "site", "q")})
        known = homes.select(**{f"{end}_{name}": name for name in homes.columns})
        moves = moves.inner_join(
            sites, [("author_id", f"{end}_author"), (f"{end}_id", f"{end}_place"), (year, f"{end}_seen")]
        )
        moves = moves.inner_join(known, [(f"{end}_site", f"{end}_home")])
    high, low = limbs(moves.weight * moves.from_q * moves.to_q)
    moves = moves.mutate(
        high=high,
        low=low,
        early=ibis.ifelse(moves.left_censored, 1, 0),
        scope=_scope(moves),
        age=_band(moves.career_age, grouping.ages),
    )
    if grouping.people is not None:
        people = tables.keep((ibis.util.gen_name("people"),), grouping.people.select(["author_id", "cohort"]))
        people = people.rename(person="author_id", of_cohort="cohort")
        moves = moves.left_join(people, [("author_id", "person")])
        moves = moves.mutate(cohort=ibis.coalesce(moves.of_cohort, OTHERS))
    return moves


def _signed_sites(tables: Tables, level: str, moves: ir.Table) -> ir.Table:
    """Part of an author's affiliations at a place in a year that each site has: ``author`` … ``site``, ``q``."""
    ends = moves.select("author_id").distinct()
    seen = observations(tables, level="site").semi_join(ends, "author_id")
    homes = unit_of_site(tables, level).select(home_site="site_id", place="unit_id")
    seen = seen.inner_join(homes, [("place_id", "home_site")])
    seen = seen.select("place", "part", author="author_id", seen=seen.year.cast("int64"), site="place_id")
    whole = seen.part.sum().over(group_by=["author", "place", "seen"])
    return seen.mutate(q=seen.part / whole).drop("part")


def _homes(tables: Tables, grouping: Grouping) -> ir.Table:
    """City, country and group of each site: ``home``, ``city``, ``land``, ``group``."""
    sites = unit_of_site(tables, "country").select(home="site_id", institution_id="institution_id", land="unit_id")
    cities = unit_of_site(tables, "city").select(city_site="site_id", city="unit_id")
    sites = sites.inner_join(cities, [("home", "city_site")]).drop("city_site")
    if "umbrella" in grouping.by and grouping.umbrella is not None:
        inside = institutes_of(tables, grouping.umbrella).select(inner="institution_id")
        sites = sites.left_join(inside, [("institution_id", "inner")])
        called = grouping.umbrella_name or grouping.umbrella
        group = ibis.ifelse(sites.inner.notnull(), called, OTHERS)
    else:
        types = tables.listed("first_types").select(typed="institution_id", first_type="value")
        sites = sites.left_join(types, [("institution_id", "typed")])
        group = ibis.coalesce(sites.first_type, UNKNOWN_TYPE)
    return sites.select("home", "city", "land", group=group)


def _scope(moves: ir.Table) -> ir.StringValue:
    located = {name: moves[name] != UNLOCATED for name in ("from_city", "to_city", "from_land", "to_land")}
    return ibis.cases(
        (located["from_city"] & (moves.from_city == moves.to_city), "within-city"),
        (~located["from_land"] | ~located["to_land"], "unknown"),
        (moves.from_land == moves.to_land, "domestic"),
        else_="international",
    )


def _band(age: ir.IntegerValue, text: str) -> ir.StringValue:
    cases = [(age <= last, name) for _, last, name in age_bands(text) if last is not None]
    opened = [name for _, last, name in age_bands(text) if last is None]
    return ibis.cases(*cases, else_=opened[0] if opened else "older") if cases else ibis.literal(opened[0])
