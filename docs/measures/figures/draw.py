"""Draws the timelines of the pages above it, from made-up careers: ``python docs/measures/figures/draw.py``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa

import toolkit as sc
from toolkit.corpus.example import CAM, CIAC, MIT, NJU, OXF, PKU, UCAS, career_tables, example_workspace, team_tables
from toolkit.present.figures import figure_bytes
from toolkit.present.timelines import draw_career

FIGURES = {
    "named-careers": {
        "Clean move": {NJU: range(2005, 2016), PKU: range(2015, 2021)},
        "Long overlap": {MIT: range(2004, 2021), OXF: range(2016, 2025)},
        "Returnee": {NJU: [*range(2000, 2005), *range(2012, 2019)], OXF: range(2005, 2012)},
    },
    "tenure-kinds": {
        "Migration after a gap of two years": {NJU: range(2003, 2008), PKU: range(2010, 2015)},
        "Visit: ends first, three years": {NJU: range(2003, 2015), OXF: range(2007, 2010)},
        "Dual: ends first, after six years": {NJU: range(2003, 2015), OXF: range(2007, 2013)},
        "Open: both end in one year": {NJU: range(2003, 2011), OXF: range(2009, 2011)},
        "Two places left at once, half a researcher each": {
            NJU: range(2003, 2009),
            PKU: range(2003, 2009),
            OXF: range(2009, 2015),
        },
        "None: four years without observations": {NJU: range(2003, 2007), PKU: range(2011, 2015)},
    },
    "main-places": {
        "A tie after Nanjing": {NJU: [2003, 2004, 2005], PKU: [2005, 2006, 2007]},
        "A tie before Oxford": {CAM: [2003], OXF: [2003, 2004, 2005]},
        "A tie of two others, dropped": {NJU: [2003, 2004], PKU: [2005], OXF: [2005], MIT: [2006, 2007]},
    },
    "origin-classes": {
        "Stayer": {NJU: [2003, 2004, 2006]},
        "Migrant": {NJU: [2003, 2004], PKU: [2005, 2006]},
        "Return migrant": {NJU: [2003, 2006], PKU: [2004, 2005]},
        "Directional traveller": {NJU: [2003, 2004, 2005, 2006], OXF: [2005, 2006]},
        "Non-directional traveller": {NJU: [2003, 2004, 2005], OXF: [2003, 2004, 2005]},
        "Partly kept": {NJU: [2003, 2004], OXF: [2003, 2005]},
    },
    "flow-careers": {
        "Leaves Nanjing and stays": {NJU: range(2001, 2005), PKU: range(2005, 2011)},
        "Leaves Nanjing and is back": {NJU: [*range(2001, 2005), *range(2008, 2013)], PKU: range(2005, 2008)},
        "Through Beijing, a gateway": {OXF: range(2000, 2004), UCAS: range(2004, 2007), CIAC: range(2007, 2013)},
        "Two ways, half a researcher each": {
            OXF: range(2003, 2007),
            CAM: range(2003, 2007),
            PKU: range(2007, 2013),
        },
    },
    "returnee": {"Returnee": {NJU: [*range(2000, 2005), *range(2012, 2019)], OXF: range(2005, 2012)}},
    "ties": {"Mover": {}},
}
"""Figure, person, site, years with an article there; of ``ties`` the articles are :data:`TEAM`."""

TEAM = [
    *((f"N{year}", year, (("A1", (NJU,)), ("A2", (NJU,)))) for year in (2007, 2009)),
    ("N2008", 2008, (("A1", (NJU,)),)),
    *((f"B{year}", year, (("A1", (PKU,)), ("A2", (NJU,)))) for year in (2010, 2012)),
    *((f"P{year}", year, (("A1", (PKU,)), ("A3", (PKU,)))) for year in (2010, 2011, 2013, 2014)),
]
"""Articles of a mover (A1) with a colleague at the old place (A2) and one at the new (A3)."""


def draw(folder: Path) -> list[Path]:
    """All figures, as SVG files in ``folder``."""
    paths = []
    for name, careers in FIGURES.items():
        ids = {f"A{number}": person for number, person in enumerate(careers, start=1)}
        own = {key: careers[person] for key, person in ids.items()}
        tables = career_tables(own) if any(own.values()) else team_tables(TEAM)
        people = [{"author_id": key, "orcid": None, "name": person} for key, person in ids.items()]
        tables["authors"] = pa.Table.from_pylist(people, schema=tables["authors"].schema)
        with tempfile.TemporaryDirectory() as made:
            workspace = example_workspace(made, tables=tables)
            events, years = (
                pd.concat([sc.careers(workspace, author=key, by_year=by_year).frame for key in ids])
                for by_year in (False, True)
            )
        paths.append(folder / f"{name}.svg")
        paths[-1].write_bytes(figure_bytes(draw_career(events, years), paths[-1]))
    return paths


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
