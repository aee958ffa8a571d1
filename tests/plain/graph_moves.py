"""Answers of the query group ``flows`` once more, in plain Python from the yearly flows of the workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from plain.graph_questions import descendants, umbrellas
from plain.graph_records import Records, Row, Years

Flows = dict[tuple[str, str], float]


def summed(r: Records, level: str, years: Years, rule: str = "tenure") -> Flows:
    found: Flows = defaultdict(float)
    for move in r.moves(level, years, rule).itertuples():
        found[move.from_id, move.to_id] += move.researchers
    return dict(found)


def into(flows: Flows, place: str) -> dict[str, float]:
    return {a: n for (a, b), n in flows.items() if b == place}


def out_of(flows: Flows, place: str) -> dict[str, float]:
    return {b: n for (a, b), n in flows.items() if a == place}


def largest(found: Mapping[str, float]) -> str | None:
    return min(found, key=lambda place: (-round(found[place], 6), place)) if found else None


def net_by_year(r: Records, city: str, years: Years, rule: str) -> list[Row]:
    rows, so_far = [], 0.0
    for year in range(years[0], years[1] + 1):
        flows = summed(r, "city", (year, year), rule)
        came, gone = sum(into(flows, city).values()), sum(out_of(flows, city).values())
        so_far += came - gone
        if came or gone:
            rows.append({"year": year, "inflow": came, "outflow": gone, "net": came - gone, "net_so_far": so_far})
    return rows


def gains_and_losses(r: Records, country: str | None, years: Years) -> list[Row]:
    flows, rows = summed(r, "city", years), []
    for city in {end for pair in flows for end in pair}:
        home = r.country(city)
        if country is not None and home != country:
            continue
        came, gone = into(flows, city), out_of(flows, city)
        inflow, outflow = sum(came.values()), sum(gone.values())
        abroad = [sum(n for other, n in ends.items() if r.country(other) != home) for ends in (came, gone)]
        rows.append(
            {
                "city_id": city,
                "inflow": inflow,
                "outflow": outflow,
                "net": inflow - outflow,
                "effectiveness": 100 * (inflow - outflow) / (inflow + outflow),
                "from_abroad": abroad[0] / inflow if inflow else 0.0,
                "to_abroad": abroad[1] / outflow if outflow else 0.0,
            }
        )
    return rows


def leavers(r: Records, city: str, years: Years) -> list[Row]:
    flows = summed(r, "city", years)
    gone, came = out_of(flows, city), into(flows, city)
    return [
        {
            "to_id": other,
            "abroad": r.country(other) != r.country(city),
            "researchers": n,
            "part": n / sum(gone.values()),
            "from_there": came.get(other, 0.0),
            "net": came.get(other, 0.0) - n,
        }
        for other, n in gone.items()
    ]


def suppliers(r: Records, city: str, years: Years) -> list[Row]:
    flows = summed(r, "city", years)
    came, rows = into(flows, city), []
    for other, n in came.items():
        behind = {place: m for place, m in into(flows, other).items() if place != city}
        first = largest(behind)
        rows.append(
            {
                "from_id": other,
                "researchers": n,
                "part": n / sum(came.values()),
                "part_of_leavers": n / sum(out_of(flows, other).values()),
                "supplier_id": first,
                "supplied": behind[first] if first else 0.0,
            }
        )
    return rows


def types_of(r: Records, years: Years) -> dict[tuple[str, str], list[tuple[tuple[str, str], float]]]:
    def first(institution: str) -> str:
        return next(kind for kind in r.types(institution) if kind != "funder")

    found = defaultdict(list)
    for (a, b), n in summed(r, "institution", years).items():
        found[first(a), first(b)].append(((a, b), n))
    return dict(found)


def between_types(r: Records, years: Years, from_type: str | None = None) -> list[Row]:
    found = types_of(r, years)
    sums = {types: sum(n for _, n in moves) for types, moves in found.items()}
    asked = {types for types in found if from_type in (None, types[0])}
    return [
        {
            "from_type": a,
            "to_type": b,
            "researchers": sums[a, b],
            "part": sums[a, b] / sum(sums[types] for types in asked),
            "back": sums.get((b, a), 0.0),
            "net": sums[a, b] - sums.get((b, a), 0.0),
            "corridors": len(found[a, b]),
        }
        for a, b in asked
    ]


def of_umbrella(r: Records, umbrella: str | None, years: Years) -> list[Row]:
    flows, rows = summed(r, "institution", years), []
    for top in umbrellas(r.corpus) if umbrella is None else {umbrella}:
        own = descendants(r.corpus, top) | {top}
        inside = sum(n for (a, b), n in flows.items() if a in own and b in own)
        sums, members = defaultdict(lambda: [0.0, 0.0]), defaultdict(set)
        for (a, b), n in flows.items():
            if (a in own) != (b in own):
                other, institute = (a, b) if b in own else (b, a)
                kind = next(kind for kind in r.types(other) if kind != "funder")
                sums[kind][0 if b in own else 1] += n
                members[kind].add(institute)
        rows += [
            {
                "umbrella_id": top,
                "other_type": kind,
                "institutes": len(members[kind]),
                "inflow": came,
                "outflow": gone,
                "net": came - gone,
                "inside": inside,
            }
            for kind, (came, gone) in sums.items()
        ]
    return rows


def through_gateways(r: Records, rule: str, years: Years, within: int) -> list[Row]:
    moves = list(r.moves("city", years, rule).itertuples())
    rows = []
    for gate in {move.to_id for move in moves}:
        first = [m for m in moves if m.to_id == gate and r.country(m.from_id) != r.country(gate)]
        then = [m for m in moves if m.from_id == gate and r.country(m.to_id) == r.country(gate)]
        then = [m for m in then if any(a.year <= m.year <= a.year + within for a in first)]
        if not then:
            continue
        came, went = defaultdict(float), defaultdict(float)
        for move in first:
            came[move.from_id] += move.researchers
        for move in then:
            went[move.to_id] += move.researchers
        paths = {
            (a.from_id, b.to_id): min(came[a.from_id], went[b.to_id])
            for a in first
            for b in then
            if a.year <= b.year <= a.year + within
        }
        widest = min(paths, key=lambda ends: (-round(paths[ends], 6), ends))
        rows.append(
            {
                "city_id": gate,
                "arrivals": sum(came.values()),
                "went_on": sum(went.values()),
                "path_from_id": widest[0],
                "path_to_id": widest[1],
                "path": paths[widest],
            }
        )
    return rows


def brain_gain(r: Records, years: Years) -> list[Row]:
    flows, shares, rows = summed(r, "country", years), r.shares("country", years), []
    for code in {end for pair in flows for end in pair}:
        came, gone = into(flows, code), out_of(flows, code)
        nets = {other: round(came.get(other, 0.0) - gone.get(other, 0.0), 9) for other in {*came, *gone}}
        best = min((other for other in nets if nets[other] > 0), key=lambda o: (-nets[o], o), default=None)
        worst = min((other for other in nets if nets[other] < 0), key=lambda o: (nets[o], o), default=None)
        net = sum(came.values()) - sum(gone.values())
        rows.append(
            {
                "country_code": code,
                "inflow": sum(came.values()),
                "outflow": sum(gone.values()),
                "net": net,
                "net_per_share": 1000 * net / shares[code] if shares.get(code) else None,
                "gained_from_code": best,
                "gained": nets[best] if best else 0.0,
                "lost_to_code": worst,
                "lost": -nets[worst] if worst else 0.0,
            }
        )
    return rows


def back_flows(r: Records, before: Years, years: Years, country: str | None) -> list[Row]:
    early, late = summed(r, "city", before), summed(r, "city", years)
    return [
        {
            "city_id": a,
            "other_id": b,
            "went": n,
            "came_back": late[b, a],
            "ratio": late[b, a] / n,
            "still_going": late.get((a, b), 0.0),
        }
        for (a, b), n in early.items()
        if (b, a) in late and country in (None, r.country(a))
    ]


def without_papers(r: Records, years: Years, least: float, most: int) -> list[Row]:
    both: dict[frozenset[str], float] = defaultdict(float)
    for ends, n in summed(r, "city", years).items():
        both[frozenset(ends)] += n
    joint = r.joint(years)
    scores = r.corpus.scores(r.corpus.city_pairs, *years)
    rows = []
    for ends, n in both.items():
        papers = joint.get(ends, 0)
        if round(n, 9) >= least and papers <= most:
            a, b = sorted(ends)
            row = {"a_id": a, "b_id": b, "researchers": n, "joint": papers, "score": scores.get(ends, 0.0)}
            rows.append(row | {"per_researcher": papers / n})
    return rows
