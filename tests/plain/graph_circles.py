"""Answers of the query library once more, in plain Python: partnerships, communities, paths, quality."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from plain.graph_questions import descendants, site_partnerships, strongest
from plain.graph_records import Records, Row, Years, first_of

# partnerships


def lost_in_window(r: Records, city: str, years: Years, before_years: int) -> list[Row]:
    rows = []
    ties = site_partnerships(r.corpus, city, years[0] - before_years, years[1])
    for (own, other, place), found in ties.groupby(["own", "other", "other_city"]):
        if found.year.max() < years[0]:
            row = {"institution_id": own, "partner_id": other, "partner_city_id": place}
            row |= {"last_year": found.year.max(), "joint": found.joint.sum()}
            rows.append(row | {"score": found.score.sum()})
    return rows


def lasting(r: Records, city: str, years: Years, min_years: int) -> list[Row]:
    rows = []
    for (own, other, place), found in site_partnerships(r.corpus, city, *years).groupby(["own", "other", "other_city"]):
        if found.year.nunique() >= min_years:
            row = {"institution_id": own, "partner_id": other, "partner_city_id": place}
            row |= {"years": found.year.nunique(), "joint": found.joint.sum()}
            rows.append(row | {"score": found.score.sum()})
    return rows


def of_umbrella(r: Records, umbrella: str, years: Years) -> list[Row]:
    own = descendants(r.corpus, umbrella) | {umbrella}
    near = r.corpus.neighbours(r.corpus.institution_pairs, *years)
    ties: dict[str, dict[str, float]] = defaultdict(dict)
    for one in own:
        for other, score in near.get(one, {}).items():
            if other not in own:
                ties[other][one] = score
    return [
        {
            "umbrella_id": umbrella,
            "partner_id": other,
            "institutes": len(scores),
            "score": sum(scores.values()),
            "strongest": r.institutions[first_of(scores)]["name"],
        }
        for other, scores in ties.items()
    ]


# communities


def community_summary(r: Records, community: Mapping[str, int], years: Years) -> list[Row]:
    near, shares = r.near(years), r.shares("city", years)
    rows = []
    for number in sorted(set(community.values())):
        cities = {city: shares.get(city, 0.0) for city, own in community.items() if own == number}
        ties = [(community.get(p) == number, s) for city in cities for p, s in near[city].items()]
        inside, outside = sum(s for own, s in ties if own) / 2, sum(s for own, s in ties if not own)
        rows.append(
            {
                "community": number,
                "cities": len(cities),
                "countries": len({r.country(city) for city in cities}),
                "share": sum(cities.values()),
                "city_id": first_of(cities),
                "inside": inside,
                "outside": outside,
                "inside_part": inside / (inside + outside) if ties else 0.0,
            }
        )
    return rows


def border(r: Records, community: Mapping[str, int], number: int, other: int | None, years: Years) -> list[Row]:
    near, joint, rows = r.near(years), r.joint(years), []
    for city in (city for city, own in community.items() if own == number):
        for partner, score in near[city].items():
            if community.get(partner, number) != number and other in {None, community[partner]}:
                row = {"city_id": city, "partner_community": community[partner], "partner_id": partner}
                row |= {"joint": joint[frozenset((city, partner))], "score": score}
                rows.append(row | {"part": score / sum(near[city].values())})
    return rows


def community_countries(r: Records, community: Mapping[str, int], years: Years) -> list[Row]:
    shares, rows = r.shares("city", years), []
    whole = Counter(r.country(city) for city in community)
    parts: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    for city, number in community.items():
        parts[number, r.country(city)][city] = shares.get(city, 0.0)
    for (number, code), cities in parts.items():
        total = sum(shares.get(city, 0.0) for city, own in community.items() if own == number)
        row: Row = {"community": number, "country": code, "cities": len(cities), "cities_of_country": whole[code]}
        row |= {"share": sum(cities.values()), "part": sum(cities.values()) / total if total else 0.0}
        rows.append(row | {"members": [r.corpus.cities[city]["name"] for city in strongest(cities, 5)]})
    return rows


def least_at_home(r: Records, community: Mapping[str, int], years: Years, min_strength: float) -> list[Row]:
    rows = []
    for city, ties in r.near(years).items():
        parts: dict[int, float] = defaultdict(float)
        for partner, score in ties.items():
            parts[community[partner]] += score
        whole, own = sum(parts.values()), parts.pop(community[city], 0.0)
        drawn = min(parts, key=lambda number: (-round(parts[number], 6), number)) if parts else None
        if whole >= min_strength:
            row: Row = {"city_id": city, "strength": whole, "own_part": own / whole, "drawn_to": drawn}
            rows.append(row | {"drawn_part": parts[drawn] / whole if drawn else 0.0})
    return rows


# paths


def ways(near: Mapping[str, Mapping[str, float]], a: str, b: str, links: int) -> Iterator[tuple[str, ...]]:
    """All simple ways from a to b of at most so many links."""

    def further(way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for step in near[way[-1]]:
            if step == b:
                yield (*way, step)
            elif step not in way and len(way) < links:
                yield from further((*way, step))

    yield from further((a,))


def cost(near: Mapping[str, Mapping[str, float]], way: tuple[str, ...]) -> float:
    return sum(1 / near[a][b] for a, b in pairwise(way))


def cheapest(r: Records, a: str, b: str, years: Years) -> list[Row]:
    near = r.near(years)
    way = min(ways(near, a, b, 4), key=lambda way: (round(cost(near, way), 9), len(way), way), default=())
    return [
        {
            "step": step,
            "city_id": city,
            "score": near[way[step - 1]][city] if step else None,
            "cost": cost(near, way[: step + 1]),
        }
        for step, city in enumerate(way)
    ]


def alternatives(r: Records, a: str, b: str, years: Years, *, via_n: int, top_n: int) -> list[Row]:
    near = r.near(years)
    ours, theirs = strongest(near[a], via_n), strongest(near[b], via_n)
    found = [w for w in ways(near, a, b, 3) if len(w) == 2 or (w[1] in ours and w[-2] in theirs)]
    found.sort(key=lambda way: (round(cost(near, way), 9), len(way), way))
    return [
        {
            "rank": rank,
            "cost": cost(near, way),
            "links": len(way) - 1,
            "weakest": min(near[x][y] for x, y in pairwise(way)),
            "way_ids": list(way),
        }
        for rank, way in enumerate(found[:top_n], start=1)
    ]


def reach(r: Records, city: str, min_score: float, years: Years) -> list[Row]:
    near, shares = r.near(years), r.shares("city", years)
    strong = {one: {p for p, score in ties.items() if round(score, 9) >= min_score} for one, ties in near.items()}
    seen, ring, rows = {city}, {city}, []
    for links in (1, 2, 3):
        ring = {p for one in ring for p in strong[one]} - seen
        seen |= ring
        part = sum(shares.get(one, 0.0) for one in ring) / sum(shares.values())
        names = [r.corpus.cities[one]["name"] for one in strongest({one: shares.get(one, 0.0) for one in ring}, 10)]
        row: Row = {"links": links, "cities": len(ring), "countries": len({r.country(one) for one in ring})}
        rows.append(row | {"share_part": part, "names": names})
    return rows


def institution_chain(r: Records, a: str, b: str, min_joint: int, years: Years) -> list[Row]:
    best: dict[frozenset[str], int] = Counter()
    for row in r.corpus.institution_pairs.itertuples():
        if years[0] <= row.year <= years[1]:
            pair = frozenset((row.a_id, row.b_id))
            best[pair] = max(best[pair], row.joint)
    links: dict[str, set[str]] = defaultdict(set)
    for one, other in (sorted(pair) for pair, joint in best.items() if joint >= min_joint):
        links[one].add(other)
        links[other].add(one)
    paths = [(a,)]
    while paths and not any(path[-1] == b for path in paths):
        paths = [(*path, step) for path in paths for step in links[path[-1]] if step not in path]
    whole = [path for path in paths if path[-1] == b]
    path = min(whole, key=lambda path: (-min(best[frozenset(p)] for p in pairwise(path)), path))
    return [
        {"step": step, "institution_id": one, "joint": best[frozenset((path[step - 1], one))] if step else None}
        for step, one in enumerate(path)
    ]


# quality


def institutions_without_city(r: Records, years: Years) -> list[Row]:
    shares, counts = r.shares("institution", years), r.shares("institution", years, "count")
    rows = []
    for one, sites in r.sites.groupby("institution_id"):
        if sites.city_id.isna().any():
            row = {"institution_id": one, "sites": sites.city_id.isna().sum(), "of": len(sites)}
            rows.append(row | {"count": counts.get(one, 0), "share": shares.get(one, 0.0)})
    return rows


def sites_without_coordinates(r: Records, years: Years) -> list[Row]:
    shares, rows = r.shares("institution", years), []
    for site in r.sites[r.sites.lat.isna() | r.sites.lon.isna()].itertuples():
        place = r.corpus.cities.get(site.city_id, {"name": None, "lat": float("nan")})
        row: Row = {"site_id": site.site_id, "city": place["name"], "city_has": place["lat"] == place["lat"]}
        rows.append(row | {"share": shares.get(site.institution_id, 0.0)})
    return rows


def isolated_cities(r: Records, years: Years) -> list[Row]:
    near, counts = r.near(years), r.shares("city", years, "count")
    shares = r.shares("city", years)
    return [{"city_id": c, "count": counts[c], "share": shares[c]} for c in shares if not near.get(c)]


def totals(r: Records, years: Years) -> list[Row]:
    whole, cities = r.shares("country", years), r.shares("city", years)
    rows = []
    for code in {*whole, *map(r.country, set(r.corpus.sites.city_id))}:
        inside = sum(value for city, value in cities.items() if r.country(city) == code)
        gap = whole.get(code, 0.0) - inside
        row: Row = {"country": code, "share": whole.get(code, 0.0), "of_cities": inside, "without_city": gap}
        rows.append(row | {"verdict": "parts without a city" if gap > 1e-5 else "equal"})
    return rows


def jumps(r: Records, years: Years, min_count: int, factor: float) -> list[Row]:
    frame, rows = r.outputs("institution"), []
    for one, own in frame[frame.year.between(years[0] - 1, years[1])].groupby("id"):
        counts = dict(zip(own.year, own["count"], strict=True))
        for year, after in counts.items():
            before = counts.get(year - 1, 0)
            low, high = sorted((before, after))
            if years[0] < year <= years[1] and high >= min_count and high >= factor * low:
                rows.append({"institution_id": one, "year": year, "before": before, "after": after})
    return rows
