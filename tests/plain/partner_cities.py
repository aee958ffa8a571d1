"""Partners of one place a second time, from the plain pairs and seats of each article."""

from __future__ import annotations

from collections import defaultdict

from plain.share_and_collaboration import PlainMeasures


def partner_rows(plain: PlainMeasures, place: str, *, by_year: bool) -> dict:
    """``partnerships, own, partner institutions, joint, score`` by partner (and year)."""

    def key(other, year):
        return (other, year) if by_year else (other, None)

    joint, score, pairs = defaultdict(int), defaultdict(float), defaultdict(set)
    for (one, two, year), number in plain.joint.items():
        if place in (one, two):
            other = two if place == one else one
            joint[key(other, year)] += number
            score[key(other, year)] += float(plain.score[one, two, year])
    for (here, year), ends in plain.ends.items():
        if here == place:
            for own, outside, there in ends:
                pairs[key(there, year)].add((own, outside))
    return {
        row: (
            len({frozenset(pair) for pair in pairs[row]}),
            len({own for own, _ in pairs[row]}),
            len({outside for _, outside in pairs[row]}),
            number,
            score[row],
        )
        for row, number in joint.items()
    }
