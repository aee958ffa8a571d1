"""Outcomes of a person's year by plain loops, written from the definitions; shares no code with the toolkit."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

import pandas as pd
from plain.movement import homes, kin


def outcomes(frames, people, level):
    """``{(author, year): {outcome: value}}`` for ``people``, author -> places left, a set, or ``None``."""
    works = frames["works"].set_index("work_id")
    country, place = homes(frames, "country"), homes(frames, level)
    owner = dict(zip(frames["sites"].site_id, frames["sites"].institution_id, strict=True))
    related = kin(frames["lineage"])
    signed = defaultdict(lambda: defaultdict(set))
    for work, author, key, site in frames["authorships"][["work_id", "author_id", "author_key", "site_id"]].itertuples(
        index=False
    ):
        signed[work][author if not pd.isna(author) else key] |= set() if pd.isna(site) else {site}
    found = defaultdict(lambda: defaultdict(Fraction))
    partners = defaultdict(lambda: defaultdict(set))
    for work, authors in signed.items():
        year = works.year[work]
        if pd.isna(year):
            continue
        sites = set().union(*authors.values())
        for author in authors:
            if author not in people:
                continue
            key = author, int(year)
            row = found[key]
            row["articles"] += 1
            if not works.authors_truncated[work]:
                row["share"] += Fraction(1, int(works.n_authors[work]))
            own = {owner[site] for site in authors[author]}
            kinds = set()
            for site in sites:
                institution = owner[site]
                if institution in own or any((institution, one) in related for one in own):
                    continue
                kind = kind_of(country[site], {country[one] for one in authors[author]} - {None})
                for found_at in {kind, "partners_at_origin" if place[site] in (people[author] or ()) else None} - {
                    None
                }:
                    partners[key][found_at].add(institution)
                kinds |= {kind} - {None}
            row["mixed_articles"] += len(kinds) == 2
            row["own_institution_only"] += bool(own) and {owner[site] for site in sites} <= own
    names = ("domestic_partners", "international_partners", "partners_at_origin")
    return {
        key: {name: float(value) for name, value in row.items()}
        | {"share": float(row["share"])}
        | {name: len(partners[key][name]) for name in names if name != names[2] or people[key[0]] is not None}
        for key, row in found.items()
    }


def kind_of(country, own):
    """Whether a partner is domestic or international to who signs from ``own`` countries; neither where unknown."""
    if country is None or not own:
        return None
    return "domestic_partners" if country in own else "international_partners"
