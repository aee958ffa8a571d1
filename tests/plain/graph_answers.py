"""Answers of the query library once more, in plain Python: places, output, collaboration, bridges, hubs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from plain.graph_questions import site_partnerships, strongest
from plain.graph_records import Records, Row, Years, first_of, km

# places and output


def countries(r: Records, years: Years) -> list[Row]:
    located = r.corpus.sites.assign(code=[r.country(city) for city in r.corpus.sites.city_id])
    shares, counts = r.shares("country", years), r.shares("country", years, "count")
    return [
        {
            "country": code,
            "cities": located.city_id[located.code == code].nunique(),
            "institutions": located.institution_id[located.code == code].nunique(),
            "count": counts.get(code, 0),
            "share": shares.get(code, 0.0),
        }
        for code in set(located.code) | set(shares)
    ]


def nearby_cities(r: Records, city: str, max_km: float, years: Years) -> list[Row]:
    near, joint, shares = r.near(years)[city], r.joint(years), r.shares("city", years)
    rows = []
    for other in set(r.corpus.sites.city_id) - {city}:
        if r.city_km(city, other) <= max_km:
            row = {"partner_id": other, "km": round(r.city_km(city, other), 3), "share": shares.get(other, 0.0)}
            rows.append(row | {"joint": joint.get(frozenset((city, other)), 0), "score": near.get(other, 0.0)})
    return rows


def companies_near_universities(r: Records, country: str, max_km: float, years: Years) -> list[Row]:
    located = r.sites[r.sites.city_id.notna() & r.sites.lat.notna()]
    located = located[[r.country(city) == country for city in located.city_id]]

    def of_type(kind: str) -> Iterable[Any]:
        return [s for s in located.itertuples() if kind in r.types(s.institution_id)]

    scores = r.corpus.scores(r.corpus.site_pairs, *years)
    rows = []
    for firm in of_type("company"):
        close = {}
        for other in of_type("education"):
            distance = km((firm.lat, firm.lon), (other.lat, other.lon))
            if distance <= max_km:
                close[other.institution_id] = (distance, scores.get(frozenset((firm.site_id, other.site_id)), 0.0))
        if close:
            rows.append(
                {
                    "company_id": firm.institution_id,
                    "city_id": firm.city_id,
                    "universities": len(close),
                    "partners": sum(score > 0 for _, score in close.values()),
                    "nearest_km": round(min(distance for distance, _ in close.values()), 3),
                    "score": sum(score for _, score in close.values()),
                }
            )
    return rows


def umbrella_institutes(r: Records, umbrella: str, years: Years) -> list[Row]:
    direct = r.corpus.lineage[r.corpus.lineage.depth == 1]
    depth, ring = {}, {umbrella}
    while ring:
        ring = set(direct.institution_id[direct.ancestor_id.isin(ring)]) - set(depth) - {umbrella}
        depth |= dict.fromkeys(ring, max(depth.values(), default=0) + 1)
    shares, counts = r.shares("institution", years), r.shares("institution", years, "count")
    return [
        {
            "umbrella_id": umbrella,
            "depth": steps,
            "institute_id": one,
            "parents": sorted(r.institutions[p]["name"] for p in direct.ancestor_id[direct.institution_id == one]),
            "cities": r.cities_of(one),
            "count": counts.get(one, 0),
            "share": shares.get(one, 0.0),
        }
        for one, steps in depth.items()
        if one in set(r.sites.institution_id)
    ]


def growth(r: Records, before: Years, after: Years, min_share: float) -> list[Row]:
    rows = []
    old, new = (r.shares("city", years, "adjusted_share") for years in (before, after))
    for city in set(old) | set(new):
        was = old.get(city, 0.0) / (before[1] - before[0] + 1)
        now = new.get(city, 0.0) / (after[1] - after[0] + 1)
        if max(was, now) >= min_share:
            rows.append({"city_id": city, "before": was, "after": now, "change": now - was, "ratio": now / was})
    return rows


def standing(r: Records, city: str, years: Years) -> list[Row]:
    frame, rows = r.outputs("city"), []
    for year in range(years[0], years[1] + 1):
        shares = frame[frame.year == year].set_index("id").share.to_dict()
        if city in shares:
            home = {other: value for other, value in shares.items() if r.country(other) == r.country(city)}
            above = [other for other in strongest(shares, len(shares)) if shares[other] > shares[city]]
            rows.append(
                {
                    "year": year,
                    "share": shares[city],
                    "rank": len(above) + 1,
                    "cities": len(shares),
                    "rank_in_country": sum(value > shares[city] for value in home.values()) + 1,
                    "cities_in_country": len(home),
                    "next_above": r.corpus.cities[above[-1]]["name"] if above else None,
                }
            )
    return rows


def concentration(r: Records, years: Years, min_cities: int) -> list[Row]:
    by_country: dict[str, dict[str, float]] = defaultdict(dict)
    for city, value in r.shares("city", years).items():
        by_country[r.country(city)][city] = value
    rows = []
    for code, cities in by_country.items():
        if len(cities) >= min_cities:
            total, (one, two) = sum(cities.values()), strongest(cities, 2)
            rows.append(
                {
                    "country": code,
                    "cities": len(cities),
                    "share": total,
                    "city_id": one,
                    "first_part": cities[one] / total,
                    "second": r.corpus.cities[two]["name"],
                    "second_part": cities[two] / total,
                    "herfindahl": sum((value / total) ** 2 for value in cities.values()),
                }
            )
    return rows


# collaboration


def among_cities(r: Records, cities: list[str], years: Years) -> list[Row]:
    near, joint = r.near(years), r.joint(years)
    return [
        {
            "a_id": a,
            "b_id": b,
            "joint": joint[frozenset((a, b))],
            "score": near[a][b],
            "a_part": near[a][b] / sum(near[a].values()),
            "b_part": near[a][b] / sum(near[b].values()),
        }
        for a, b in combinations(sorted(cities), 2)
        if b in near[a]
    ]


def pair_by_year(r: Records, a: str, b: str, years: Years) -> list[Row]:
    rows = []
    for year in range(years[0], years[1] + 1):
        near, joint = r.near((year, year)), r.joint((year, year))
        if b in near[a]:
            of_a, of_b = sum(near[a].values()), sum(near[b].values())
            row = {"year": year, "joint": joint[frozenset((a, b))], "score": near[a][b]}
            rows.append(row | {"part": near[a][b] / of_a, "other_part": near[a][b] / of_b})
    return rows


def new_and_lost(r: Records, city: str, years: Years, before_years: int) -> list[Row]:
    earlier = (years[0] - before_years, years[0] - 1)
    old, new = r.near(earlier)[city], r.near(years)[city]
    was, now = r.joint(earlier), r.joint(years)
    rows = []
    for other in old.keys() ^ new.keys():
        pair = frozenset((city, other))
        row: Row = {"partner_id": other, "status": "lost" if other in old else "new"}
        row |= {"joint_before": was.get(pair, 0), "joint": now.get(pair, 0)}
        rows.append(row | {"score_before": old.get(other, 0.0), "score": new.get(other, 0.0)})
    return rows


def rising_ties(r: Records, before: Years, after: Years, country: str | None) -> list[Row]:
    old, new = (r.corpus.scores(r.corpus.city_pairs, *years) for years in (before, after))
    rows = []
    for pair in old.keys() | new.keys():
        a, b = sorted(pair)
        if country is None or country in {r.country(a), r.country(b)}:
            was = old.get(pair, 0.0) / (before[1] - before[0] + 1)
            now = new.get(pair, 0.0) / (after[1] - after[0] + 1)
            rows.append({"a_id": a, "b_id": b, "before": was, "after": now, "change": now - was})
    return rows


def far_ties(r: Records, min_km: float, years: Years) -> list[Row]:
    joint, rows = r.joint(years), []
    for pair, score in r.corpus.scores(r.corpus.city_pairs, *years).items():
        a, b = sorted(pair)
        if not any(math.isnan(r.corpus.cities[city]["lat"]) for city in pair) and r.city_km(a, b) >= min_km:
            row = {"a_id": a, "b_id": b, "km": round(r.city_km(a, b), 3)}
            rows.append(row | {"joint": joint[pair], "score": score})
    return rows


def partner_countries(r: Records, city: str, years: Years) -> list[Row]:
    by_country: dict[str, dict[str, float]] = defaultdict(dict)
    for other, score in r.near(years)[city].items():
        by_country[r.country(other)][other] = score
    total = sum(sum(ties.values()) for ties in by_country.values())
    return [
        {
            "country": code,
            "cities": len(ties),
            "score": sum(ties.values()),
            "part": sum(ties.values()) / total,
            "partner_id": first_of(ties),
        }
        for code, ties in by_country.items()
    ]


def institution_partners(r: Records, institution: str, years: Years) -> list[Row]:
    rows = []
    own = r.corpus.institution_pairs
    own = own[own.year.between(*years) & ((own.a_id == institution) | (own.b_id == institution))]
    for ends, found in own.groupby(["a_id", "b_id"]):
        (other,) = set(ends) - {institution}
        row = {"partner_id": other, "cities": r.cities_of(other)}
        row |= {"first_year": found.year.min(), "last_year": found.year.max()}
        rows.append(row | {"joint": found.joint.sum(), "score": found.score.sum()})
    return rows


# bridges and hubs


def bridges_between_cities(r: Records, a: str, b: str, years: Years) -> list[Row]:
    at_home = set(r.corpus.sites.institution_id[r.corpus.sites.city_id.isin([a, b])])
    sides: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: {a: {}, b: {}})
    for city in (a, b):
        for tie in site_partnerships(r.corpus, city, *years).itertuples():
            if tie.other not in at_home:
                ties = sides[tie.other][city]
                ties[tie.own] = ties.get(tie.own, 0.0) + tie.score
    rows = []
    for institution, ties in sides.items():
        if ties[a] and ties[b]:
            one, other = sum(ties[a].values()), sum(ties[b].values())
            row = {"institution_id": institution, "cities": r.cities_of(institution), "partners": len(ties[a])}
            row |= {"score": one, "other_partners": len(ties[b]), "other_score": other}
            rows.append(row | {"weaker": min(one, other)})
    return rows


def gateways(r: Records, country: str, other: str, years: Years) -> list[Row]:
    near = r.near(years)
    ties = {c: {p: s for p, s in near[c].items() if r.country(p) == other} for c in r.in_country(country)}
    total = sum(sum(own.values()) for own in ties.values())
    return [
        {
            "city_id": city,
            "partners": len(own),
            "score": sum(own.values()),
            "part": sum(own.values()) / total,
            "partner_id": first_of(own),
            "partner_score": own[first_of(own)],
        }
        for city, own in ties.items()
        if own
    ]


def sole_contacts(r: Records, country: str, years: Years, min_part: float) -> list[Row]:
    near, held = r.near(years), defaultdict(lambda: defaultdict(float))
    for city in r.in_country(country):
        for partner, score in near[city].items():
            if r.country(partner) != country:
                held[r.country(partner)][city] += score
    rows = []
    for code, cities in held.items():
        first, total = first_of(cities), sum(cities.values())
        if round(cities[first] / total, 9) >= min_part:
            row = {"other_country": code, "cities": len(cities), "score": total, "city_id": first}
            rows.append(row | {"part": cities[first] / total})
    return rows


def first_partners(r: Records, years: Years) -> list[Row]:
    near = r.near(years)
    first = {city: first_of(ties) for city, ties in near.items() if ties}
    most = {city: round(max(ties.values()), 9) for city, ties in near.items() if ties}
    rows = []
    for hub in {other for city in first for other, score in near[city].items() if round(score, 9) == most[city]}:
        ties = {city: near[city][hub] for city in first if round(near[city].get(hub, -1), 9) == most[city]}
        names = [r.corpus.cities[city]["name"] for city in strongest(ties, 5)]
        row: Row = {"city_id": hub, "followers": len(ties), "names": names, "score": sum(ties.values())}
        rows.append(row | {"follows": r.corpus.cities[first[hub]]["name"]})
    return rows


def institutions_of_city(r: Records, city: str, years: Years) -> list[Row]:
    near = r.corpus.neighbours(r.corpus.institution_pairs, *years)
    home = r.corpus.sites.groupby("institution_id").city_id.agg(set).to_dict()
    rows = []
    for one in {i for i, cities in home.items() if city in cities and near.get(i)}:
        cities = {c for other in near[one] for c in home.get(other, ())}
        row = {"institution_id": one, "partners": len(near[one]), "partner_cities": len(cities)}
        row |= {"partner_countries": len({r.country(c) for c in cities})}
        rows.append(row | {"strength": sum(near[one].values())})
    return rows


def international_triangles(r: Records, hubs_n: int, years: Years) -> list[Row]:
    near = r.corpus.neighbours(r.corpus.institution_pairs, *years)
    hubs = strongest({one: sum(ties.values()) for one, ties in near.items()}, hubs_n)
    rows = []
    for a, b, c in combinations(sorted(hubs), 3):
        spans = len({r.institutions[one]["country"] for one in (a, b, c)}) == 3
        if spans and b in near[a] and c in near[b] and c in near[a]:
            sides = (near[a][b], near[b][c], near[a][c])
            rows.append({"a_id": a, "b_id": b, "c_id": c, "weakest": min(sides), "total": sum(sides)})
    return rows
