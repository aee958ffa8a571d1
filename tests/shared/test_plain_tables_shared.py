"""Real tables: what they give is recomputed from the raw files by pandas alone."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq
import pytest

from toolkit.corpus.places import resolve_place
from toolkit.corpus.plain.tables import ingest_tables
from toolkit.workspace import open_workspace


def raw(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def canonical(workspace, name):
    return pq.read_table(workspace.table(name)).to_pandas()


@pytest.fixture(scope="module")
def management(ingested_management):
    return ingested_management.workspace, *ingested_management.reports


@pytest.fixture(scope="module")
def frames(shared_data):
    folder = shared_data / "openalex-management"
    works, authorships, institutions = (
        raw(folder / f"{name}.csv.gz") for name in ("works", "authorships", "institutions")
    )
    authorships["author"] = authorships.author_id.where(
        authorships.author_id != "", authorships.work_id + ":" + authorships.position
    )
    return works, authorships, institutions


def shares_from_raw(authorships, place_of):
    """Share of each place: 1/n for each author of a work, split equally over the author's distinct institutions."""
    rows = authorships[["work_id", "author", "institution_id"]].drop_duplicates()
    # text that matched no institution is no affiliation where another of the same author matched
    rows = rows.assign(matched=rows.institution_id != "")
    any_matched = rows.groupby(["work_id", "author"]).matched.transform("any")
    rows = rows[rows.matched | ~any_matched]
    n = rows.groupby("work_id").author.transform("nunique")
    k = rows.groupby(["work_id", "author"]).institution_id.transform("size")
    place = rows.institution_id.map(place_of).where(rows.matched, "unassigned").fillna("unlocated")
    return (1 / (n * k)).groupby(place).sum()


def shares_from_tables(workspace, column):
    rows = canonical(workspace, "authorships")
    sites = canonical(workspace, "sites").merge(canonical(workspace, "institutions"), on="institution_id")
    sites = sites.set_index("site_id")[column]
    n = rows.groupby("work_id").author_key.transform("nunique")
    k = rows.groupby(["work_id", "author_key"]).author_key.transform("size")
    place = rows.site_id.map(sites).where(rows.site_id.notna(), "unassigned").fillna("unlocated")
    return (1 / (n * k)).groupby(place).sum()


def test_every_row_of_the_management_tables_is_kept(management, frames):
    workspace, report = management
    works, authorships, institutions = frames
    assert len(works) == 34_341
    assert report.read == report.kept == len(works) + len(authorships) + len(institutions)
    assert report.left_out == {}
    assert report.rejects == {}
    kept = canonical(workspace, "works").set_index("work_id")
    raw_works = works.set_index(works.work_id.str.removeprefix("https://openalex.org/"))
    assert set(kept.index) == set(raw_works.index)
    pd.testing.assert_series_equal(
        kept.year.astype(int), raw_works.year.astype(int).reindex(kept.index), check_names=False
    )
    pd.testing.assert_series_equal(
        kept.title.fillna(""), raw_works.title.str.strip().reindex(kept.index), check_names=False
    )


def test_authors_of_each_work_are_those_of_the_raw_rows(management, frames):
    workspace, _ = management
    works, authorships, _ = frames
    expected = authorships.groupby("work_id").author.nunique().reindex(works.work_id, fill_value=0)
    expected.index = expected.index.str.removeprefix("https://openalex.org/")
    kept = canonical(workspace, "works").set_index("work_id").n_authors
    pd.testing.assert_series_equal(
        kept.sort_index(), expected.sort_index(), check_names=False, check_dtype=False, check_index_type=False
    )
    assert (kept == 0).sum() == 932
    rows = authorships[["work_id", "author", "institution_id"]].drop_duplicates()
    extra = (
        rows[rows.institution_id == ""]
        .merge(rows[rows.institution_id != ""], on=["work_id", "author"])[["work_id", "author"]]
        .drop_duplicates()
    )
    assert len(canonical(workspace, "authorships")) == len(rows) - len(extra)


@pytest.mark.parametrize("level", ["institution_id", "city_id", "country"])
def test_shares_from_the_tables_are_those_from_the_raw_rows(management, frames, level):
    workspace, _ = management
    _, authorships, institutions = frames
    column = {"institution_id": "institution_id", "city_id": "city_geonames_id", "country": "country"}[level]
    place_of = institutions.set_index("institution_id", drop=False)[column].replace("", None)
    if level == "institution_id":
        ror = institutions.set_index("institution_id").ror.str.removeprefix("https://ror.org/")
        place_of = ror.where(ror != "", ror.index.str.removeprefix("https://openalex.org/"))
    if level == "city_id":
        pairs = workspace.state()["report"]["merged_cities"]
        merged = {row["merged_id"]: row["kept_id"] for row in pairs}
        as_given = shares_from_raw(authorships, place_of)
        assert {row["merged_id"]: row["share"] for row in pairs} == pytest.approx(
            as_given[list(merged)].to_dict(), abs=1e-8
        )
        assert merged["1835847"] == "1835848"  # Seoul
        assert merged["6458923"] == "2267057"  # Lisbon
        assert len(merged) == 4
        place_of = place_of.replace(merged)
    found = shares_from_tables(workspace, level)
    expected = shares_from_raw(authorships, place_of)
    pd.testing.assert_series_equal(
        found.sort_index(), expected.sort_index(), check_names=False, check_index_type=False, rtol=0, atol=1e-9
    )
    assert found.sum() == pytest.approx(34_341 - 932, abs=1e-6)
    assert list(found.nlargest(10).index) == list(expected.nlargest(10).index)


def test_names_are_accepted_where_ids_are(management):
    workspace, _ = management
    assert resolve_place(workspace, "country", "Namibia") == "NA"
    assert resolve_place(workspace, "city", "Seoul") == "1835848"
    assert resolve_place(workspace, "city", "1835847") == "1835848"
    assert resolve_place(workspace, "institution", "Stanford University") == "00f54p054"


def test_namibia_is_a_country_in_works_of_its_institutions(shared_data, tmp_path):
    organisations = raw(shared_data / "ror" / "organizations.csv.gz")
    namibian = organisations[organisations.country == "NA"].ror
    (tmp_path / "works.csv").write_text("id,year\nW1,2020\n")
    rows = "".join(f"W1,A{number},{ror}\n" for number, ror in enumerate(namibian))
    (tmp_path / "authorships.csv").write_text("work_id,author_id,ror\n" + rows)
    workspace = open_workspace(tmp_path / "workspace")
    ingest_tables(
        workspace,
        works=tmp_path / "works.csv",
        authorships=tmp_path / "authorships.csv",
        institutions=shared_data / "ror" / "organizations.csv.gz",
    )
    assert shares_from_tables(workspace, "country")["NA"] == pytest.approx(1)
    assert set(canonical(workspace, "cities").country) == {"NA"}


def test_reading_the_same_tables_again_reads_nothing_and_changes_nothing(management, shared_data):
    workspace, report = management
    before = {path.name: path.read_bytes() for path in workspace.corpus.iterdir()}
    fingerprint = workspace.fingerprint
    folder = shared_data / "openalex-management"
    stages = []
    again = ingest_tables(
        workspace,
        works=[folder / "works.csv.gz"],
        authorships=str(folder / "authorships.csv.gz"),
        institutions=folder / "institutions.csv.gz",
        progress=lambda *step: stages.append(step[0]),
    )
    assert "reading tables" not in stages
    assert (again.read, again.kept) == (report.read, report.kept)
    assert workspace.fingerprint == fingerprint
    assert {path.name: path.read_bytes() for path in workspace.corpus.iterdir()} == before


def test_the_registry_loads_as_a_table_of_institutions(shared_data, tmp_path):
    folder = shared_data / "openalex-management"
    workspace = open_workspace(tmp_path)
    ror = shared_data / "ror" / "organizations.csv.gz"
    report = ingest_tables(workspace, works=folder / "works.csv.gz", authorships=folder / "authorships.csv.gz")
    assert canonical(workspace, "cities").empty
    report = ingest_tables(workspace, institutions=ror)
    organisations = raw(ror)
    assert report.read == report.kept == len(organisations) == 51_370
    assert report.rejects == {}
    # OpenAlex ids meet ROR ids only through the institutions' own table
    report = ingest_tables(workspace, institutions=folder / "institutions.csv.gz")
    assert report.kept == 4_566
    institutions = canonical(workspace, "institutions").set_index("institution_id")
    known = organisations.set_index(organisations.ror.str.removeprefix("https://ror.org/"))
    both = institutions.index.intersection(known.index)
    members = set(canonical(workspace, "sites").institution_id)
    assert len(members & set(both)) == 2_881
    # Namibia's institutions and their country are read as such, and kept where a work or a member needs them
    assert (organisations.country == "NA").sum() == 19
    assert (institutions.country.reindex(both) == known.country.reindex(both)).all()
    parents = {
        (child, parent.removeprefix("https://ror.org/"))
        for child, row in known.iterrows()
        for parent in row.parents.split("|")
        if parent
    }
    direct = canonical(workspace, "lineage").query("depth == 1")
    assert {pair for pair in parents if pair[0] in members} == {
        pair for pair in zip(direct.institution_id, direct.ancestor_id, strict=True) if pair[0] in members
    }
