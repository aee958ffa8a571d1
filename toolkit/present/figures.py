"""What all figures share: matplotlib asked for when it is needed, the words around a figure, the file."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import BadParameter, SettingsError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from toolkit.runs import RunRecord

__all__ = [
    "PALETTE",
    "caption",
    "figure_bytes",
    "figure_format",
    "new_figure",
    "put_words",
    "pyplot",
    "without_frame",
]

# Okabe and Ito's colours: told apart by colour-blind readers too
PALETTE: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D31", "#7F7F7F")
# letters of the note that stand in an inch
_LETTERS: Final = 17
_NOTE: Final = "#666666"


def pyplot() -> Any:
    """Matplotlib's pyplot.

    Raises
    ------
    SettingsError
        matplotlib is not installed (``pip install 'scicities[plots]'``).
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise SettingsError("Figures need matplotlib: pip install 'scicities[plots]'.") from error
    return plt


def new_figure(**options: Any) -> Figure:
    """A figure that a notebook shows once: where a cell gives it, not again because pyplot knows of it.

    Parameters
    ----------
    **options
        As for :func:`matplotlib.pyplot.figure`; the layout is ``constrained``.

    Returns
    -------
    matplotlib.figure.Figure
        In a notebook with inline figures one that pyplot has forgotten; elsewhere ``matplotlib.pyplot.show()`` shows
        it.

    Raises
    ------
    SettingsError
        As :func:`pyplot`.
    """
    plt = pyplot()
    figure: Figure = plt.figure(layout="constrained", **options)
    # the inline backend shows what pyplot knows at the end of a cell, and the notebook shows what the cell gives
    if "inline" in plt.get_backend():
        plt.close(figure)
    return figure


def put_words(figure: Any, title: str, note: str, *, axes: Axes | None = None) -> None:
    """Put the title above (above ``axes`` where they are alone) and the note below, as wide as the figure."""
    if title and axes is not None:
        axes.set_title(title, loc="left", fontsize=13, fontweight="bold")
    elif title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold")
    if note:
        inches = figure.get_figure(root=True).get_size_inches()[0]
        lines = textwrap.fill(note, int(_LETTERS * inches))
        figure.supxlabel(lines, x=0.01, ha="left", fontsize=8, color=_NOTE)


def without_frame(axes: Axes, *sides: str) -> None:
    """Take the lines around the axes away: all, or those of ``sides``."""
    for side in sides or ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)


def caption(run: RunRecord, *, about: str = "") -> str:
    """What stands under a figure: ``about``, level, years, rule, and the run that tells the rest."""
    asked = run.parameters
    said = [about] if about else []
    said += [f"By {asked['level']}."] if "level" in asked else []
    said += [f"Years {asked['years']}."] if asked.get("years") else []
    said += [f"Rule {asked['rule']}."] if "rule" in asked else []
    if run.facts.get("censored"):
        said.append(f"{run.facts['censored']:,} moves lie in years that are not certain yet.")
    said += [note for note in run.notes if "synthetic" in note]
    return " ".join([*said, f"Run {run.run_id}."])


def figure_format(path: Path) -> str:
    """The format of figures that the ending of ``path`` names.

    Raises
    ------
    BadParameter
        It names none.
    SettingsError
        As :func:`pyplot`.
    """
    formats = pyplot().matplotlib.backend_bases.FigureCanvasBase.get_supported_filetypes()
    ending = path.suffix[1:].lower()
    if ending not in formats:
        raise BadParameter("plot", str(path), f"the file's ending is one of {', '.join(sorted(formats))}")
    return ending


def figure_bytes(figure: Figure, path: Path) -> bytes:
    """The figure in the format that the ending of ``path`` names, with texts that stay texts.

    Raises
    ------
    BadParameter
        The ending names no format of figures.
    """
    import matplotlib as mpl

    ending = figure_format(path)
    content = io.BytesIO()
    # no date in the file: equal answers give equal files
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "scicities"}):
        figure.savefig(content, format=ending, dpi=200, metadata={"Date": None} if ending == "svg" else None)
    return content.getvalue()
