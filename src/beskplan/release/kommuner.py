"""What there is of each kommune, pages and documents, written by a few processes at a time.

What is written does not depend on how many processes there are: each kommune has its own files.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import duckdb

from beskplan.release import database, documents
from beskplan.release.basis import Basis
from beskplan.release.documents.written import TABLES
from beskplan.release.laid_out import LaidOut
from beskplan.release.rows import Record, records
from beskplan.release.site import kommune
from beskplan.release.site.kommune import Told
from beskplan.release.site.shell import Shell

# Fewer than this are not worth a process of their own: it takes about a second to start.
KOMMUNER_A_WORKER = 20
# Those that each table of the overview was asked about. A table that lacks a row that was asked
# for does not take a kommune's page away (status M).
KOMMUNER_SQL = """
with spurgt as (
    select distinct tabel_id, kommune_kode
    from ydelsesoversigt
    where tabel_id is not null and antal_status <> 'N'
)

select kommuner.kommune_kode, kommuner.kommune_navn
from dim_kommune as kommuner
inner join spurgt on kommuner.kommune_kode = spurgt.kommune_kode
group by all
having count(*) = (select count(distinct tabel_id) from spurgt)
order by kommuner.kommune_kode
"""

# A plan's tables are written also where its kommune has no page.
PLANS_SQL = """
select distinct kommune_kode, kommune_navn from resultatmaal_status order by kommune_kode
"""

Progress = Callable[[int, int], None]


def silent(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class Work:
    """What each kommune's files are made from.

    Args:
        candidate: the run's database.
        folder: the unfinished release, with its own database.
        basis: what the release rests on.
        frame: the frame of its pages.
        told: what the whole release says of each kommune.
        kept: where drawn charts are kept from one release to the next; None draws each anew.
    """

    candidate: Path
    folder: Path
    basis: Basis
    frame: Shell
    told: Told
    kept: Path | None = None


@dataclass(frozen=True)
class Written:
    """What was written of some kommuner.

    Args:
        counts: what → how many.
        rows: table's file → rows of figures.
    """

    counts: Counter[str]
    rows: Mapping[str, int]


def with_pages(con: duckdb.DuckDBPyConnection) -> list[Record]:
    """The kommuner that have a page: kommune_kode, kommune_navn."""
    return records(con, KOMMUNER_SQL)


def with_files(con: duckdb.DuckDBPyConnection) -> list[Record]:
    """The kommuner that have files: those with a page (`har_side`), and those with a plan."""
    found = {place["kommune_kode"]: {**place, "har_side": True} for place in with_pages(con)}
    for place in records(con, PLANS_SQL):
        found.setdefault(place["kommune_kode"], {**place, "har_side": False})
    return [found[code] for code in sorted(found)]


def write(
    work: Work,
    places: Sequence[Record],
    tell: Progress = silent,
    workers: int | None = None,
) -> Written:
    """Write each kommune's files.

    Args:
        work: what they are made from.
        places: the kommuner, from `with_files`.
        tell: called with how many are done, and of how many.
        workers: how many processes; None is as many as pay.

    Returns:
        What was written.
    """
    count = workers or min(os.cpu_count() or 1, -(-len(places) // KOMMUNER_A_WORKER))
    counts: Counter[str] = Counter()
    rows: dict[str, int] = {}
    tell(0, len(places))
    for done, one in enumerate(_each(work, places, count), start=1):
        counts += one.counts
        rows |= one.rows
        tell(done, len(places))
    return Written(counts, rows)


def _each(work: Work, places: Sequence[Record], workers: int) -> Iterator[Written]:
    if workers <= 1:
        with _opened(work) as con:
            for place in places:
                yield _write_one(con, work, place)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start, (work,)) as pool:
        with _without_main():
            futures = [pool.submit(_in_worker, place) for place in places]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _without_main() -> Iterator[None]:
    """Start processes that do not import this one's program again.

    They need nothing of it, and under an Airflow worker, whose program is `airflow`, the import
    fails: then the new process is gone, and this one waits for it for ever.
    """
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _opened(work: Work) -> duckdb.DuckDBPyConnection:
    con = database.open_published(work.candidate, work.folder / database.DATABASE)
    # The processes share the machine.
    con.execute("set threads = 1")
    return con


def _write_one(con: duckdb.DuckDBPyConnection, work: Work, place: Record) -> Written:
    """A kommune's documents, then its page, which links to them."""
    from beskplan.release.charts import kommune_drawings

    drawings = kommune_drawings(con, place["kommune_kode"])
    laid_out = LaidOut(con, place, work.basis)
    rows = documents.write_kommune(
        con, place, work.basis, work.folder / TABLES, work.kept, drawings, laid_out
    )
    counts = Counter(kommuner=1)
    if place["har_side"]:
        counts += kommune.write_kommune(
            con,
            place,
            work.basis,
            work.frame,
            work.told,
            work.folder,
            work.kept,
            drawings,
            laid_out,
        )
    return Written(counts, rows)


_WORK: list[tuple[duckdb.DuckDBPyConnection, Work]] = []


def _start(work: Work) -> None:
    """Begin a worker: it ends when the process that it works for is gone."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    _WORK.append((_opened(work), work))


def _in_worker(place: Record) -> Written:
    con, work = _WORK[0]
    return _write_one(con, work, place)
