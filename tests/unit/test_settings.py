"""Settings: flag, then environment, then file, then default."""

from pathlib import Path

import pytest

from toolkit.errors import SettingsError
from toolkit.settings import Settings, cache_folder, load_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEO4J_URI", "NEO4J_PASSWORD", "NEO4J_USERNAME", "NEO4J_DATABASE", "SCICITIES_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(tmp_path).neo4j_uri == "local"
    (tmp_path / "scicities.toml").write_text('neo4j_uri = "bolt://file:1"\nthreads = 3\n')
    assert load_settings(tmp_path).neo4j_uri == "bolt://file:1"
    monkeypatch.setenv("NEO4J_URI", "bolt://environment:1")
    assert load_settings(tmp_path).neo4j_uri == "bolt://environment:1"
    settings = load_settings(tmp_path, neo4j_uri="bolt://flag:1", neo4j_database=None)
    assert (settings.neo4j_uri, settings.neo4j_database, settings.threads) == ("bolt://flag:1", "neo4j", 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("threads = ", "is not TOML"),
        ("thread = 3", "There is no setting 'thread'; there are neo4j_uri"),
        ('threads = "many"', "Setting threads = 'many' must be a int"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "scicities.toml").write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings(tmp_path)


def test_a_password_is_never_shown() -> None:
    assert "secret" not in repr(Settings(neo4j_password="secret"))
    assert "***" in repr(Settings(neo4j_password="secret"))


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCICITIES_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SCICITIES_CACHE")
    assert cache_folder().name == "scicities"
