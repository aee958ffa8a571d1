"""Jars from the Maven repository, through ``jgo``: resolved, downloaded, checked, and only then put in place.

Importing this module needs the extra ``scicities[server]``; ``jars`` imports it when something has to be fetched.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests
from jgo.maven import Dependency, MavenContext, PythonResolver
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

__all__ = ["Jar", "VerifiedDownloads", "resolve_jars"]

_ATTEMPTS = 3
_CONNECT_TIMEOUT, _READ_TIMEOUT = 8, 30
_CHUNK = 1 << 18
_PARTS = ".parts"

Jar = tuple[str, str, str, str]
"""Group, artifact, version, classifier (empty for none)."""


class VerifiedDownloads(PythonResolver):
    """jgo's resolver, except that a file appears under its name only when it is complete and its checksum is right.

    Parameters
    ----------
    sha256
        Digest by jar, where known; other files are held against the repository's own SHA-1.

    Raises
    ------
    requests.RequestException
        The repository could not be reached, or gave another file :data:`_ATTEMPTS` times.
    """

    def __init__(self, sha256: Mapping[Jar, str] | None = None) -> None:
        super().__init__()
        self._sha256 = sha256 or {}
        self._local = threading.local()

    def download(self, artifact: object) -> Path:
        """Fetch ``artifact`` into the repository cache and return its path."""
        context = artifact.context  # type: ignore[attr-defined]
        target: Path = artifact.cached_path  # type: ignore[attr-defined]
        key = (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)  # type: ignore[attr-defined]
        expected = self._sha256.get(key, "") if artifact.packaging == "jar" else ""  # type: ignore[attr-defined]
        place = f"{artifact.component.path_prefix.as_posix()}/{artifact.filename}"  # type: ignore[attr-defined]
        failure: Exception = requests.ConnectionError(f"no repository has {place}")
        for base in context.remote_repos.values():
            for _ in range(_ATTEMPTS):
                try:
                    return self._fetch(f"{base}/{place}", target, context.repo_cache / _PARTS, expected)
                except requests.HTTPError as error:  # not there, or refused: asking again won't help
                    failure = error
                    break
                except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
                    failure = error
        raise failure

    def _fetch(self, url: str, target: Path, parts: Path, expected: str) -> Path:
        parts.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=parts, prefix=target.name, delete=False) as file:
            part = Path(file.name)
            digest = hashlib.sha256() if expected else hashlib.sha1(usedforsecurity=False)
            with self._session.get(url, stream=True, timeout=(_CONNECT_TIMEOUT, _READ_TIMEOUT)) as response:
                response.raise_for_status()
                for chunk in response.iter_content(_CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
        if digest.hexdigest() != (expected or self._remote_sha1(url)):
            part.unlink()
            raise requests.exceptions.ContentDecodingError(f"{target.name} arrived with a wrong checksum")
        target.parent.mkdir(parents=True, exist_ok=True)
        return part.replace(target)

    def _remote_sha1(self, url: str) -> str:
        response = self._session.get(f"{url}.sha1", timeout=(_CONNECT_TIMEOUT, _READ_TIMEOUT))
        response.raise_for_status()
        return response.text.split()[0].lower()

    @property
    def _session(self) -> requests.Session:
        # one per thread: a requests.Session is not promised to be safe across threads, and keeping the connection
        # spares a TLS handshake per jar
        if not hasattr(self._local, "session"):
            retry = Retry(total=4, connect=2, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
            session = requests.Session()
            for scheme in ("https://", "http://"):
                session.mount(scheme, HTTPAdapter(max_retries=retry))
            self._local.session = session
        session = self._local.session
        assert isinstance(session, requests.Session)  # noqa: S101 - narrows threading.local for mypy
        return session


def resolve_jars(roots: Sequence[Jar], repository: Path) -> list[Jar]:
    """Every jar that ``roots`` need, themselves first, as Maven's nearest-wins rule picks them.

    Notes
    -----
    Reads some 400 project files: about 30 s the first time.
    """
    context = MavenContext(resolver=VerifiedDownloads(), repo_cache=repository)
    wanted = [
        Dependency(context.project(group, name).at_version(version).artifact(classifier), scope="compile")
        for group, name, version, classifier in roots
    ]
    inputs, rest = context.resolver.resolve(wanted)
    artifacts = [dependency.artifact for dependency in (*inputs, *rest) if dependency.type == "jar"]
    return [(one.groupId, one.artifactId, one.version, one.classifier) for one in artifacts]


def fetch_jar(jar: Jar, repository: Path, resolver: VerifiedDownloads) -> Path:
    """Download one jar into ``repository`` and return its path."""
    group, name, version, classifier = jar
    context = MavenContext(resolver=resolver, repo_cache=repository)
    return Path(context.project(group, name).at_version(version).artifact(classifier).resolve())
