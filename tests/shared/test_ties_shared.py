"""Collaboration beside the pairs on real records, a second time by plain loops."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from plain.article_kinds import PlainKinds
from plain.city_ties import PlainTies
from plain.companies_of_city import companies
from plain.partner_cities import partner_rows
from plain.share_and_collaboration import PlainMeasures

from toolkit.corpus.schema import TABLES
from toolkit.measures.answers import (
    collaboration_types,
    company_partners,
    connections,
    internal,
    scope_comparison,
    share,
    together,
)


@pytest.fixture(scope="module")
def frames(management):
    return {name: pq.read_table(management.table(name)).to_pandas() for name in TABLES}


def test_partners_of_the_largest_cities_by_plain_loops(management, frames):
    plain = PlainMeasures(frames, "city")
    largest = share(management, top=3).frame.id
    for place in largest:
        for by_year in (False, True):
            rows = connections(management, place=place, by_year=by_year).frame
            found = {
                (row.id, int(row.year) if by_year else None): [
                    row.partnerships, row.own_institutions, row.partner_institutions, row.joint,
                    pytest.approx(row.score, abs=1e-8),
                ]
                for row in rows.itertuples()
            }  # fmt: skip
            expected = {key: list(values) for key, values in partner_rows(plain, place, by_year=by_year).items()}
            assert len(expected) > 100
            assert found == expected


def test_types_of_articles_by_plain_loops(management, frames):
    plain = PlainKinds(frames).by_city(by_year=True)
    found = {}
    for each in (False, True):
        frame = collaboration_types(management, each=each, by_year=True).frame
        for unit, year, kind, count, part, industry in zip(
            *(frame[name] for name in ("id", "year", "type", "count", "share", "industry")), strict=True
        ):
            if count:
                found[unit, year, kind] = [count, pytest.approx(part, abs=1e-8), industry]
    assert len({kind for _, _, kind in plain}) >= 4
    assert found == {key: [count, float(part), flags] for key, (count, part, flags) in plain.items()}


def test_scopes_sets_and_inside_of_the_largest_cities_by_plain_loops(management, frames):
    plain = PlainTies(frames)
    largest = share(management, top=3).frame.id.tolist()
    inside = internal(management).frame.set_index("id")
    for city in largest:
        rows = scope_comparison(management, place=city, partner_country="CN", top=10).frame.drop(columns="year")
        expected = plain.scopes(city, partner_country="CN", top=10)
        assert expected["international"][0] == 10
        assert rows.set_index("scope").drop(columns="ratio_to_inside").T.to_dict("list") == {
            scope: pytest.approx(row, abs=1e-8) for scope, row in expected.items()
        }
        joint, shared, whole = plain.inside(city)
        assert inside.internal_joint[city] == joint > 10
        assert [inside.internal_share[city], inside.share[city]] == pytest.approx(
            [float(shared), float(whole)], abs=1e-8
        )
    for members in (largest[:2], largest):
        rows = together(management, places=members, by_year=True).frame
        rows = rows[(rows.id == "set") & (rows.joint > 0)]
        expected = plain.together(set(members))
        assert len(expected) > 0
        assert dict(zip(rows.year, rows.joint, strict=True)) == {year: joint for year, (joint, _) in expected.items()}
        found = dict(zip(rows.year, rows.score, strict=True))
        assert found == {year: pytest.approx(float(part), abs=1e-8) for year, (_, part) in expected.items()}


def test_company_partners_of_cities_by_plain_loops(openalex):
    """The registry knows the types of institutions and the regions of cities."""
    workspace = openalex
    tables = {name: pq.read_table(workspace.table(name)).to_pandas() for name in TABLES}
    kinds = PlainKinds(tables)
    standings = set()
    for city in share(workspace, top=12).frame.id:
        rows = company_partners(workspace, city=city).frame
        found = {
            standing: (number, joint)
            for standing, number, joint in zip(rows.standing, rows.companies, rows.joint, strict=True)
            if joint
        }
        assert found == companies(tables, city)
        standings |= found.keys()
    assert {"abroad", "all"} <= standings
    flagged = sum(row[2] for (unit, _, _), row in kinds.by_city(by_year=False).items() if unit == "all")
    assert collaboration_types(workspace).frame.industry.sum() == flagged > 0
