"""Real institutions and authors written as a repository's export, read by a recipe, and recomputed by pandas alone."""

from __future__ import annotations

import pandas as pd
import pytest

from toolkit.corpus.countries import country_name
from toolkit.corpus.names import folded
from toolkit.corpus.plain import ingest_tables
from toolkit.corpus.plain.addresses import NO_CITY, read_address
from toolkit.measures.answers import share
from toolkit.workspace import open_workspace

WORKS = 1_500


def raw(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def clean(text):
    return " ".join(text.translate(str.maketrans(",;|", "   ")).split())


@pytest.fixture(scope="module")
def institutions(shared_data):
    frame = raw(shared_data / "openalex-management" / "institutions.csv.gz").set_index("institution_id")
    frame["land"] = frame.country.map(lambda code: country_name(code) if code else "")
    frame["region"] = frame.admin1.where(frame.country == "US", "")
    parts = frame[["name", "city", "region", "land"]].map(clean).apply(list, axis="columns")
    frame["text"] = parts.map(lambda names: ", ".join(name for name in names if name))
    return frame


def test_real_addresses_are_right_or_left_open(institutions):
    known = institutions[(institutions.city != "") & (institutions.country != "")]
    assert len(known) > 2_500
    found = known.text.map(read_address)
    right = [
        (folded(one.city or ""), one.country) == (folded(clean(city)), country)  # "Bogotá" is read as "Bogota"
        for one, city, country in zip(found, known.city, known.country, strict=True)
    ]
    left_open = found.map(lambda one: one.problem == NO_CITY)
    wrong = known[~pd.Series(right, index=known.index) & ~left_open]
    assert set(wrong.country) <= {"HK"}, "Hong Kong is one city, whatever its district"
    assert left_open.mean() < 0.02


def test_real_authors_keep_their_shares_through_a_recipe(institutions, shared_data, tmp_path):
    rows = raw(shared_data / "openalex-management" / "authorships.csv.gz")
    works = raw(shared_data / "openalex-management" / "works.csv.gz").head(WORKS)
    rows = rows[rows.work_id.isin(set(works.work_id))].copy()
    rows["position"] = rows.position.astype(int)
    rows["text"] = rows.institution_id.map(institutions.text).fillna("")
    listed = (
        rows.sort_values("position", kind="stable")
        .groupby(["work_id", "position"])
        .agg(author_id=("author_id", "first"), texts=("text", lambda one: "|".join(t for t in dict.fromkeys(one) if t)))
        .reset_index()
    )
    cells = listed.groupby("work_id").agg(
        authors=("position", lambda one: ";".join(f"Author {at}" for at in one)),
        author_ids=("author_id", ";".join),
        affiliations=("texts", ";".join),
    )
    table = works[["work_id", "year"]].rename(columns={"work_id": "id"}).join(cells, on="id").fillna("")
    table.to_csv(tmp_path / "outputs.csv", index=False)
    workspace = open_workspace(tmp_path / "data")
    report = ingest_tables(workspace, records=tmp_path / "outputs.csv", recipe="cris-wide")
    assert report.left_out == {}
    assert all(reason.startswith("kept") for reason in report.rejects)
    expected = _shares(listed, institutions, works)
    frame = share(workspace, level="country").frame.set_index("id").share
    found = {place: value for place, value in frame.items() if value}
    assert set(found) == set(expected.index)
    assert all(found[place] == pytest.approx(value, abs=1e-6) for place, value in expected.items())


def _shares(listed, institutions, works):
    """Share of each country from the definition."""
    people = listed[listed.work_id.isin(works[works.year != ""].work_id)].copy()
    people["author"] = people.author_id.where(people.author_id != "", people.position.astype(str))
    people["place"] = people.texts.str.split("|")
    sites = people.explode("place")[["work_id", "author", "place"]].drop_duplicates()
    any_place = (sites.place != "").groupby([sites.work_id, sites.author]).transform("any")
    sites = sites[(sites.place != "") | ~any_place]
    n = sites.groupby("work_id").author.transform("nunique")
    k = sites.groupby(["work_id", "author"]).author.transform("size")
    countries = institutions.drop_duplicates("text").set_index("text").country
    place = sites.place.map(countries).replace("", "unlocated").where(sites.place != "", "unassigned")
    return (1 / (n * k)).groupby(place).sum()
