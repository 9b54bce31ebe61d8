"""`make run`: the whole path once, on the recorded real figures, without a token."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb
import httpx
import pandas as pd
from rich.console import Console
from rich.table import Table

from beskplan import flow
from beskplan.errors import LandingError, SourceDownError
from beskplan.landing import Landing
from beskplan.settings import Settings
from beskplan.sources.kilder import read_wanted

DEMO_TOKEN = "demo-uden-rettigheder"  # noqa: S105 — the stand-in takes any
START_UP_SECONDS = 30
DATABASE = "beskaeftigelsesplan.duckdb"
# The bilag lie in the drop folder before the first recorded time.
BILAG_TIME = datetime(2026, 8, 18, 19, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reconciled:
    """How many recorded cells the current release repeats.

    Args:
        what: which cells.
        compared: recorded cells of measures that are fetched.
        equal: cells whose value (or null) is the same in the release.
        null: cells that are null in the recording.
        differences: up to ten cells that differ, for a person to read.
    """

    what: str
    compared: int
    equal: int
    null: int
    differences: tuple[str, ...]


@contextmanager
def standin_process() -> Iterator[str]:
    """Run the stand-in as a process of its own on a free loopback port; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "beskplan.standin", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(process, url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_UP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/standin/optagelser", timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SourceDownError(
        "the stand-in did not start", where=url, do="run `python -m beskplan.standin` and read it"
    )


def run_demo(
    settings: Settings, console: Console, build_to_release: Callable[[Settings], None]
) -> None:
    """Land the recorded times in order, build, judge, publish, and show what came of it.

    Args:
        settings: where things are; address and token are the stand-in's.
        console: where to print.
        build_to_release: the CLI's build, judge, publish with progress.

    Raises:
        BeskplanError: what stopped the run.
    """
    began = time.monotonic()
    with standin_process() as url:
        console.print(f"stand-in at {url}: recorded and generated figures, no token needed")
        local = replace(settings, jobindsats_url=url, statbank_url=url, token=DEMO_TOKEN)
        put_bilag(settings)
        landed = 0
        for moment in _still_to_land(local, httpx.get(f"{url}/standin/optagelser").json()):
            httpx.post(f"{url}/standin/ur", json={"nu": moment}).raise_for_status()
            landed += _land(local, moment, console)
        if landed == 0:
            console.print("the sources have nothing new: only metadata was asked, nothing landed")
    if landed == 0 and flow.is_current(settings):
        console.print("nothing published: releases/current rests on the same figures and code")
    else:
        build_to_release(local)
    show_release(settings, console)
    for result in reconcile(settings):
        say_reconciled(result, console)
    console.print(f"done in {time.monotonic() - began:.0f} s")


def put_bilag(settings: Settings) -> None:
    """Put the generated and the recorded Joblog bilag into the drop folder; safe to repeat.

    Raises:
        LandingError: the folder holds files that are not the demo's.
    """
    from beskplan.standin.joblog import drop_files

    folder = settings.joblog
    folder.mkdir(parents=True, exist_ok=True)
    files = drop_files(settings.profile)
    strange = sorted({path.name for path in folder.iterdir()} - files.keys())
    if strange:
        raise LandingError(
            f"the drop folder holds files that are not the demo's, {strange[0]} among them",
            where=str(folder),
            do="run the demo with BESKPLAN_HJEM set to an empty folder and BESKPLAN_JOBLOG unset",
        )
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            os.utime(path, (BILAG_TIME.timestamp(), BILAG_TIME.timestamp()))


def _still_to_land(settings: Settings, moments: list[str]) -> list[str]:
    """The recorded times from the newest one landed on: a source's clock never goes back.

    Raises:
        LandingError: the landing holds answers of the real sources.
    """
    vintages = Landing(settings.landing).vintages()
    if any(vintage.oprindelse == "api" for vintage in vintages):
        raise LandingError(
            "this landing holds answers of the real sources; the demo would mix them with others",
            where=str(settings.landing),
            do="run the demo with BESKPLAN_HJEM set to an empty folder",
        )
    newest = max((vintage.hentet_utc for vintage in vintages), default="")
    return [moment for moment in moments if moment >= newest] or moments[-1:]


def _land(settings: Settings, moment: str, console: Console) -> int:
    """Land what the sources have new at one recorded time; give the number of tables landed."""
    began = time.monotonic()
    outcomes: dict[str, str] = {}
    for kilde in flow.SOURCES:
        outcomes |= flow.fetch_all(settings, kilde, lambda *_: None)
    landed = [tabel for tabel, outcome in outcomes.items() if outcome == "landet"]
    same = [tabel for tabel, outcome in outcomes.items() if outcome == "uaendret"]
    text = f"{moment}  landed: {', '.join(landed) or 'nothing'}"
    if same:
        text += f"; asked and unchanged: {', '.join(same)}"
    console.print(f"{text}  ({time.monotonic() - began:.0f} s)", markup=False)
    return len(landed)


RECONCILE_SQL = """
with recorded as (
    select tabel_id, periode, omraade_navn, dimensioner, maaling, vaerdi
    from recording
    semi join wanted using (tabel_id, maaling)
),

released as (
    select tabel_id, periode, omraade_navn, dimensioner, maaling, vaerdi
    from release.fct_ydelser
    where status != 'M'
)

select
    recorded.*,
    released.vaerdi as udgivet,
    released.tabel_id is not null
    and recorded.vaerdi is not distinct from released.vaerdi as er_ens
from recorded
left join released using (tabel_id, periode, omraade_navn, dimensioner, maaling)
"""


def show_release(settings: Settings, console: Console) -> None:
    """Print the figures that a reader of the README is told to expect."""
    folder = settings.releases / "current"
    with duckdb.connect(folder / DATABASE, read_only=True) as con:
        rows = con.execute(
            """
            select omraade_navn, periode, vaerdi::integer, er_foreloebig
            from fct_ydelser
            where tabel_id = 'y25i01' and ydelsesgruppe = 'Ydelsesgrupper i alt'
                and maaling = 'Antal ledige fuldtidspersoner'
                and periode in ('2026M06', '2026M07')
                and omraade_navn in ('Hele landet', 'København', 'Herlev')
            order by omraade_kode, periode
            """
        ).fetchall()
    table = Table("område", "måned", "ledige fuldtidspersoner", title="y25i01, recorded figures")
    for name, month, value, provisional in rows:
        table.add_row(name, month, f"{value}{'*' if provisional else ''}")
    console.print(table)
    console.print(f"open  {folder}/tabeller/     tables for a committee (docx, xlsx, csv)")
    console.print(f"open  {folder}/site/index.html     the planners' pages")
    console.print(f"query {folder}/{DATABASE}")


def reconcile(settings: Settings) -> tuple[Reconciled, ...]:
    """Compare every cell of the newest recordings with the current release.

    The recording is read from the project's own copy, not through the stand-in, so an error
    anywhere on the path from server to release shows.

    Returns:
        One for the tables recorded at the three times, one for those recorded once.
    """
    from beskplan.standin.recorded import ONCE, THRICE, newest_recording

    return (
        _reconcile(settings, "recorded cells", newest_recording(THRICE)),
        _reconcile(settings, f"recorded cells of {', '.join(ONCE)}", newest_recording(ONCE)),
    )


def _reconcile(settings: Settings, what: str, recording: pd.DataFrame) -> Reconciled:
    wanted = pd.DataFrame(
        [(row.tabel_id, row.maaling) for row in read_wanted(settings.seeds, "jobindsats")],
        columns=["tabel_id", "maaling"],
    )
    with duckdb.connect() as con:
        database = settings.releases / "current" / DATABASE
        con.execute(f"attach '{database}' as release (read_only)")
        con.register("recording", recording)
        con.register("wanted", wanted)
        con.execute(f"create table compared as {RECONCILE_SQL}")
        compared, equal, null = con.execute(
            "select count(*), count(*) filter (er_ens), count(*) filter (vaerdi is null) "
            "from compared"
        ).fetchall()[0]
        different = con.execute(
            "select * exclude (er_ens) from compared where not er_ens order by all limit 10"
        ).fetchall()
    return Reconciled(what, compared, equal, null, tuple(str(row) for row in different))


def say_reconciled(result: Reconciled, console: Console) -> None:
    """Print the comparison, and the first differences if there are any."""
    console.print(
        f"{result.what} compared with the release: {result.compared}, equal: {result.equal}, "
        f"of these null in both: {result.null}"
    )
    for line in result.differences:
        console.print(f"  differs: {line}", markup=False)
