"""The sample generator: raw OpenAlex-shaped works, institutions and ROR records whose truth is known.

The sample goes through the same readers as real records. Its city network follows gravity with planted communities and
hubs, its people keep their institution, move once or have one of the planted careers, and a few records are dirty in
ways real ones are.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from toolkit.corpus.sample.careers import PlantedCareers
from toolkit.corpus.sample.dirt import DirtyRecords
from toolkit.corpus.sample.planted import favoured_fields, list_files, with_favoured_topics
from toolkit.corpus.sample.records import JOURNALS, TOPICS, Listing, RecordWriter, institution_records, ror_records
from toolkit.corpus.sample.truth import SampleTruth, Tally, read_truth, truth_of
from toolkit.corpus.sample.world import YEARS, Ints, World, build_world
from toolkit.errors import BadParameter, SettingsError
from toolkit.paths import absolute, expanded

__all__ = ["SampleTruth", "read_truth", "write_sample"]

SMALLEST: Final = 200
CHUNK: Final = 20_000
GROWTH: Final = 1.06
CITIES_PER_ARTICLE: Final = (0.44, 0.36, 0.13, 0.05, 0.02)
LARGE_TEAM: Final = 0.001
LARGE_TEAM_CITIES: Final = 12
TEAM_LIMIT: Final = 12
NO_INSTITUTION: Final = 0.06
NO_ID: Final = 0.004
KINDS: Final = (("article", 0.88), ("review", 0.07), ("letter", 0.02), ("conference-paper", 0.03))

README: Final = """\
This folder holds a SYNTHETIC sample, written by `scicities sample` ({works} works, seed {seed}).

Institutions, people, articles and every number in it are invented; each record says "synthetic": true.
City names, ids, coordinates and populations are real: GeoNames (https://www.geonames.org), CC BY 4.0.

works/*.jsonl.gz         raw works as OpenAlex writes them, a few of them dirty on purpose
institutions/*.jsonl.gz  institution records as OpenAlex writes them
ror/*.jsonl.gz           organisation records as ROR writes them, schema v2 and v1
lists/*.csv              made-up lists: a league, journals, metropolitan areas, indicators
truth.json               what was planted, and counts made while writing
"""


def write_sample(
    out: str | Path,
    *,
    works: int = 20_000,
    seed: int = 1,
    overwrite: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> SampleTruth:
    """Write a synthetic sample and return its truth.

    City pairs are drawn with weights ``w_ij = x_i x_j f_ij``, ``f_ij = d_ij^-0.5`` (times 16 inside a planted
    community), ``d`` the distance [km], ``x`` balanced so that each city's expected strength is its planted one.

    Parameters
    ----------
    out
        Folder to make. It is built beside and renamed in, so an interrupt leaves what was there.
    works
        Articles [articles], 200 or more; some dirty records come on top.
    seed
        Decides everything: equal ``works`` and ``seed`` give equal bytes.
    overwrite
        Replace an older sample in ``out``. Folders that hold no sample are never replaced.
    progress
        Called with ``("writing the sample", works done, works)``.

    Returns
    -------
    SampleTruth
        Paths, and the content of ``truth.json``.

    Raises
    ------
    BadParameter
        Too few works, a negative seed, or ``out`` is a folder with something in it.
    SettingsError
        The folder can't be written.

    Notes
    -----
    20,000 works take a few seconds; memory holds one file's works (20,000) and the people, whatever the size.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     truth = write_sample(Path(folder) / "sample", works=200)
    >>> [hub["name"] for hub in truth.content["hubs"]][:2]
    ['Beijing', 'New York City']
    """
    if works < SMALLEST:
        raise BadParameter("works", works, f"a sample has {SMALLEST} works or more")
    if seed < 0:
        raise BadParameter("seed", seed, "a seed is 0 or more")
    folder = absolute(expanded(out))
    _refuse_other_content(folder, overwrite=overwrite)
    beside = folder.with_name(f".{folder.name}.new")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write_all(beside, works, seed, progress or (lambda _stage, _done, _total: None))
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    except OSError as error:
        raise SettingsError(f"The sample can't be written to {folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return read_truth(folder)


def _refuse_other_content(folder: Path, *, overwrite: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadParameter("out", str(folder), "it is a file, and a folder is needed")
    if not any(folder.iterdir()):
        return
    if not (folder / "truth.json").is_file():
        raise BadParameter("out", str(folder), "the folder holds other things than a sample; choose an empty one")
    if not overwrite:
        raise BadParameter("out", str(folder), "a sample is there already; choose another folder, or overwrite it")


def _write_all(folder: Path, works: int, seed: int, progress: Callable[[str, int, int], None]) -> None:
    world = build_world(works, seed)
    tally, writer = Tally(world), RecordWriter(world)
    dirt = DirtyRecords(world, writer, tally)
    careers = PlantedCareers(world, works)
    (folder / "works").mkdir()
    done = 0
    chunks = list(_chunks(works))
    for place, (year, part, count) in enumerate(chunks):
        chunk = (year, part, count)
        lines = [line.encode() for line in _articles(world, writer, tally, careers, chunk, first=done + 1, seed=seed)]
        if place == 0:
            lines[5:5] = dirt.lines(first_work=lines[0])
        if place == len(chunks) - 1:
            lines += dirt.closing_lines()
        _write_lines(folder / "works" / f"works-{year}-{part:03d}.jsonl.gz", lines)
        done += count
        progress("writing the sample", done, works)
    for name, records in (("institutions", institution_records(world)), ("ror", ror_records(world))):
        (folder / name).mkdir()
        _write_lines(folder / name / f"{name}-000.jsonl.gz", [record.encode() for record in records])
    (folder / "lists").mkdir()
    for name, text in list_files(world).items():
        (folder / "lists" / name).write_text(text, encoding="utf-8")
    truth = truth_of(world, tally, (works, seed), records=dirt.counts(works), careers=careers.truth())
    (folder / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "README.txt").write_text(README.format(works=works, seed=seed), encoding="utf-8")


def _write_lines(path: Path, lines: Sequence[bytes]) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=4, fileobj=raw, mtime=0) as file:
        for line in lines:
            file.write(line + b"\n")


def _chunks(works: int) -> Iterator[tuple[int, int, int]]:
    """(year, part, works) of each file; years grow by 6 %, and the parts add up to ``works``."""
    weights = GROWTH ** np.arange(len(YEARS))
    ends = np.rint(np.cumsum(weights) / weights.sum() * works).astype(int)
    for year, count in zip(YEARS, np.diff(ends, prepend=0), strict=True):
        for part, start in enumerate(range(0, int(count), CHUNK)):
            yield year, part, min(CHUNK, int(count) - start)


def _articles(
    world: World,
    writer: RecordWriter,
    tally: Tally,
    careers: PlantedCareers,
    chunk: tuple[int, int, int],
    *,
    first: int,
    seed: int,
) -> Iterator[str]:
    """The lines of one file. The first part of a year starts with one article for each mover."""
    year, part, count = chunk
    rng = np.random.default_rng([seed, 1, year, part])
    movers = world.moves if part == 0 else ()
    signing = [move.origin if year < move.year else move.target for move in movers]
    # One draw from each of `count` equal strata: hubs keep their order in small samples too.
    home = _draw(np.cumsum(world.gravity.sum(axis=1)), (rng.permutation(count) + rng.random(count)) / count)
    home[: len(movers)] = [world.institutions[i].city for i in signing]
    teams = _teams(world, year, home, rng)
    if part == 0:
        careers.take_places(year, teams)
    kinds = rng.choice([name for name, _ in KINDS], count, p=[part for _, part in KINDS]).tolist()
    journals = (len(JOURNALS) * rng.random(count) ** 2).astype(int).tolist()
    topics = (len(TOPICS) * rng.random((count, 3))).astype(int).tolist()
    n_topics = rng.choice(4, count, p=(0.01, 0.55, 0.3, 0.14)).tolist()
    favoured = favoured_fields(world.cities)
    favour = np.random.default_rng([seed, 2, year, part]).random(count).tolist()
    for place, team in enumerate(teams):
        if place < len(movers):
            team.insert(0, Listing(movers[place].person, (signing[place],)))
        own = list(dict.fromkeys(topics[place][: n_topics[place]]))
        own = with_favoured_topics(own, favoured.get(int(home[place])), favour[place])
        tally.add(year, team, topics=own, journal=journals[place])
        yield writer.work(first + place, year, team, kind=kinds[place], journal=journals[place], topics=own)


def _draw(cumulated: np.ndarray, uniform: np.ndarray) -> Ints:
    """Positions drawn with the weights whose running sum is given."""
    found: Ints = np.searchsorted(cumulated, uniform * cumulated[-1], side="right").clip(0, len(cumulated) - 1)
    return found


def _draw_within(cumulated: Sequence[np.ndarray], group: Ints, uniform: np.ndarray) -> Ints:
    """Like :func:`_draw` where each draw has a table of its own, ``cumulated[group]``."""
    joined = np.concatenate([table / table[-1] + i for i, table in enumerate(cumulated)])
    starts = np.concatenate([[0], np.cumsum([len(table) for table in cumulated])[:-1]])
    position = np.searchsorted(joined, group + uniform, side="right") - starts[group]
    last = np.array([len(table) - 1 for table in cumulated])
    found: Ints = np.clip(position, 0, last[group])
    return found


def _teams(world: World, year: int, home: Ints, rng: np.random.Generator) -> list[list[Listing]]:
    """An author list for each article: its cities, their institutions, and people of these."""
    count = len(home)
    n_cities = 1 + rng.choice(len(CITIES_PER_ARTICLE), count, p=CITIES_PER_ARTICLE)
    large = rng.random(count) < LARGE_TEAM
    n_cities[large] = LARGE_TEAM_CITIES
    article = np.repeat(np.arange(count), n_cities)
    first = np.concatenate([[True], article[1:] != article[:-1]])
    rows = list(np.cumsum(world.gravity, axis=1))
    city = np.where(first, home[article], _draw_within(rows, home[article], rng.random(len(article))))
    size = 1 + rng.poisson(np.where(n_cities[article] == 1, 1.7, 0.8))
    size = np.minimum(size, np.maximum(1, TEAM_LIMIT // n_cities[article]))
    size[large[article]] = 7 + rng.integers(0, 3, int(large[article].sum()))
    group = np.repeat(np.arange(len(article)), size)
    weights = [np.cumsum([world.institutions[int(i)].weight for i in inside]) for inside in world.members]
    chief = _draw_within(weights, city, rng.random(len(city)))[group]
    own = _draw_within(weights, city[group], rng.random(len(group)))
    inside = np.where(rng.random(len(group)) < 0.25, own, chief)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in world.members])[:-1]])
    institution = np.concatenate(world.members)[starts[city[group]] + inside]
    teams: list[list[Listing]] = [[] for _ in range(count)]
    listings = _listings(world, institution, _people(world, year, institution, rng), rng)
    listed: set[tuple[int, int]] = set()
    for number, (person, listing) in zip(article[group].tolist(), listings, strict=True):
        if (number, person) not in listed:
            listed.add((number, person))
            teams[number].append(listing)
    return teams


def _people(world: World, year: int, institution: Ints, rng: np.random.Generator) -> Ints:
    """People of the institutions who are active in the year; a few of them write most."""
    elapsed = (year - YEARS[0]) / (len(YEARS) - 1)
    total = world.people[institution]
    low = np.floor(total * 0.15 * elapsed)
    high = np.ceil(total * (0.7 + 0.3 * elapsed))
    within = np.floor((high - low) * rng.random(len(institution)) ** 1.6)
    people: Ints = (world.first_person[institution] + low + within).astype(np.int64)
    return people


def _listings(world: World, institution: Ints, people: Ints, rng: np.random.Generator) -> Iterator[tuple[int, Listing]]:
    """Each person with an entry of an author list; some lose their affiliation there, some their id."""
    without_place = (rng.random(len(people)) < NO_INSTITUTION).tolist()
    without_id = (rng.random(len(people)) < NO_ID).tolist()
    second = world.second[people].tolist()
    for place, (own, person) in enumerate(zip(institution.tolist(), people.tolist(), strict=True)):
        found = () if without_place[place] else (own,) if second[place] < 0 else (own, second[place])
        yield person, Listing(None if without_id[place] else person, found)
