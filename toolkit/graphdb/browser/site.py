"""Neo4j Browser with our guide beside it, served by the local server itself.

The server offers what lies in the Browser's jar, so a copy of the jar with some files more takes its place on the class
path. Nothing of the Browser is changed.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from toolkit.graphdb.browser.guide import served_files
from toolkit.output_files import replacing

__all__ = ["with_guide"]

_ARTIFACT: Final = "neo4j-browser"
_DATE: Final = (1980, 1, 1, 0, 0, 0)


def with_guide(jars: Sequence[Path], folder: Path) -> list[Path]:
    """The jars, with the Browser's replaced by a copy in ``folder`` that has the guide.

    Parameters
    ----------
    jars
        Class path of the server.
    folder
        Where the copy is kept; made once for each text of the guide.

    Returns
    -------
    list of pathlib.Path
        The jars as they were where the copy can't be made: the Browser then comes without the guide.
    """
    return [_copy(jar, folder) if jar.parent.parent.name == _ARTIFACT else jar for jar in jars]


def _copy(jar: Path, folder: Path) -> Path:
    files = served_files()
    digest = hashlib.sha256(repr((jar.name, sorted(files.items()))).encode()).hexdigest()[:12]
    copy = folder / f"{jar.stem}-guide-{digest}.jar"
    if copy.is_file():
        return copy
    try:
        with replacing(copy) as file:
            with jar.open("rb") as original:
                shutil.copyfileobj(original, file)
            with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
                for name, text in files.items():
                    archive.writestr(zipfile.ZipInfo(f"browser/{name}", _DATE), text, zipfile.ZIP_DEFLATED)
    except (OSError, zipfile.BadZipFile):
        return jar
    return copy
