"""Cities from authors' addresses: by hand, and the laboratories that the sample plants."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from toolkit.corpus.address_cities import Address, KnownCity, address_cities, address_parts
from toolkit.corpus.checking import reconciliation
from toolkit.corpus.ingest import ingest_institutions, ingest_openalex, ingest_ror
from toolkit.corpus.sample import write_sample
from toolkit.errors import BadParameter
from toolkit.measures.answers import share
from toolkit.workspace import open_workspace

CITIES = [
    KnownCity("changchun", "1", "CN", "Jilin", 43.88, 125.32),
    KnownCity("jilin", "2", "CN", "Jilin", 43.85, 126.55),
    KnownCity("beijing", "3", "CN", "Beijing", 39.91, 116.40),
    KnownCity("new york", "4", "US", "New York", 40.71, -74.01),
    KnownCity("springfield", "5", "US", "Illinois", 39.80, -89.64),
    KnownCity("springfield", "6", "US", "Massachusetts", 42.10, -72.59),
    KnownCity("boston", "7", "US", "Massachusetts", 42.36, -71.06),
    KnownCity("seoul", "1835848", "KR", "Seoul", 37.566, 126.978),
    KnownCity("seoul", "1835847", "KR", "Seoul", 37.583, 127.0),
    KnownCity("singapore", "8", "SG", "", 1.29, 103.85),
    KnownCity("heidelberg", "9", "DE", "", None, None),
]


@pytest.mark.parametrize(
    ("text", "country", "registry", "expected"),
    [
        ("Sample Company, Laboratory, Boston, USA", "US", "4", ("7", "another city")),
        ("Sample Company, Boston, MA 02115, United States", "US", "7", ("7", "as the registry")),
        ("Sample Institute, D-69120 Heidelberg, Germany", "DE", None, ("9", "another city")),
        ("Jilin University, Changchun, Jilin, China", "CN", "3", ("1", "another city")),
        ("Jilin University, Jilin, China", "CN", "1", ("2", "another city")),
        ("Beijing University, China", "CN", "3", (None, "no city")),
        ("Sample Hospital, New York, New York, USA", "US", "7", ("4", "another city")),
        ("Sample Hospital, Springfield, Illinois", "US", "7", ("5", "another city")),
        ("Sample Hospital, Springfield, USA", "US", "7", (None, "several cities")),
        ("Sample Hospital, Springfield, USA", "US", "6", ("6", "as the registry")),
        ("Sample Office, Boston and New York; Boston; New York", "US", "5", (None, "several cities")),
        ("Sample Office, Boston; New York", "US", "4", ("4", "as the registry")),
        ("Sample Company, Seoul, Korea", "KR", None, ("1835847", "another city")),
        ("Sample Company, Seoul, Korea", "KR", "1835848", ("1835848", "as the registry")),
        ("Sample University, Singapore, Singapore", "SG", "8", (None, "no city")),
        ("Sample Company, Boston", "CN", "3", (None, "no city")),
        ("Sample Company, Boston", None, None, (None, "no city")),
        ("", "US", "7", (None, "no city")),
    ],
)
def test_the_city_an_address_names(text, country, registry, expected):
    row = address_cities([Address("i", text, country, registry)], CITIES).to_pylist()[0]
    assert (row["city_id"], row["how"]) == expected
    backwards = address_cities([Address("i", text, country, registry)], CITIES[::-1]).to_pylist()[0]
    assert backwards == row


def test_postal_codes_are_no_part_of_a_name():
    assert address_parts("Rue X 12, F-75005 Paris ; FR | Xi’an 710049") == ["xian", "fr", "paris", "rue x"]


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("raw") / "sample", works=1000, seed=5)


@pytest.fixture(scope="module")
def workspace(truth, tmp_path_factory):
    made = open_workspace(tmp_path_factory.mktemp("addresses"))
    ingest_ror(made, truth.ror_folder)
    ingest_institutions(made, truth.institutions_folder)
    ingest_openalex(made, truth.works_folder, city_from="affiliation")
    return made


def shares(workspace):
    frame = share(workspace).frame
    return dict(zip(frame["id"], frame["share"], strict=True))


def test_the_laboratories_planted_in_the_sample_are_found(truth, workspace):
    measures, found = truth.content["measures"], shares(workspace)
    wanted = {place: row["share"] for place, row in measures["by_city"].items()} | measures["by_address"]
    assert len(measures["by_address"]) > 10
    assert {place: found.get(place, 0.0) for place in wanted} == pytest.approx(wanted, abs=1e-8)
    report = workspace.state()["report"]["city_from_affiliation"]
    assert report["another city"] > 50
    assert report["several cities"] == 0
    affiliations = truth.expected["affiliations"]
    # an author listed twice with one affiliation is two listings
    assert sum(report.values()) == pytest.approx(affiliations, abs=5)


def test_check_tells_how_the_addresses_ended_and_stays_balanced(workspace):
    found = reconciliation(workspace)
    lines = found.lines[found.lines["section"] == "addresses"]
    assert dict(zip(lines["item"], lines["value"], strict=True)) == workspace.state()["report"]["city_from_affiliation"]
    assert found.balanced
    moved = found.listing("cities")
    assert set(moved["registry"]) == {"ror"}
    assert len(moved) > 5


def test_the_option_is_kept_and_changing_it_reads_nothing_again(truth, workspace, tmp_path, monkeypatch):
    before = pq.read_table(workspace.table("sites"))
    ingest_ror(workspace, truth.ror_folder)
    assert pq.read_table(workspace.table("sites")).equals(before)
    other = open_workspace(tmp_path / "registry")
    ingest_ror(other, truth.ror_folder)
    ingest_institutions(other, truth.institutions_folder)
    ingest_openalex(other, truth.works_folder)
    assert other.state()["report"]["city_from_affiliation"] == {}
    plain = shares(other)
    assert plain == pytest.approx({**plain, **{k: v["share"] for k, v in truth.content["measures"]["by_city"].items()}})

    def read_again(*_: object, **__: object) -> None:
        raise AssertionError("a file was read again")

    monkeypatch.setattr("toolkit.corpus.ingest._read", read_again)
    ingest_openalex(other, truth.works_folder, city_from="affiliation")
    assert shares(other) == shares(workspace)
    ingest_openalex(other, truth.works_folder, city_from="registry")
    assert shares(other) == plain


def test_an_unknown_option_is_refused(workspace, truth):
    with pytest.raises(BadParameter, match=r"city_from = 'address'.*one of registry, affiliation"):
        ingest_openalex(workspace, truth.works_folder, city_from="address")
