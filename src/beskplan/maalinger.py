"""What each stage of a run took and gave: one line in `arbejde/drift_maalinger.jsonl`.

The lines belong to the machine's work and to no figure: the next build reads them into the
warehouse (`stg_drift__maalinger`), no release holds them (docs/decisions/010).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from beskplan import logs
from beskplan.errors import BeskplanError, ReleaseError
from beskplan.logs import log
from beskplan.settings import Settings

FILE = "drift_maalinger.jsonl"
RUN_TIME = "%Y%m%dT%H%M%S"
Stage = Literal["land", "byg", "bedoem", "udgiv"]


@dataclass
class Measured:
    """One stage; what it gave is filled in by the stage itself.

    Args:
        trin: the stage.
        koersel: the run's id.
        kilde: source, where the stage is about one table.
        tabel_id: table, likewise.
        hentet_utc: the vintage that landed, likewise.
        begyndt_utc: when it began, by the machine's clock.
        sekunder: how long it took.
        tabeller: tables that it handled.
        raekker: cells landed, cell versions built, figures tested, rows published.
        bytes: size of what it wrote.
        udfald: what came of it; the error's type if it did not end well.
        er_fejl: whether it did not.
    """

    trin: Stage
    koersel: str
    kilde: str | None = None
    tabel_id: str | None = None
    hentet_utc: str | None = None
    begyndt_utc: str = ""
    sekunder: float = 0.0
    tabeller: int | None = None
    raekker: int | None = None
    bytes: int | None = None
    udfald: str = "ok"
    er_fejl: bool = False


def new_run() -> str:
    """An id that no other run has: time and process."""
    return f"{datetime.now(UTC):{RUN_TIME}}-{os.getpid()}"


def began(run: str) -> datetime:
    """When a run began, as its id says.

    Raises:
        ReleaseError: it is no run's id.
    """
    try:
        return datetime.strptime(run.split("-")[0], RUN_TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise ReleaseError(
            f"{run!r} is no run's id",
            where="a release's manifest.json, `koersel`",
            do="put the manifest back from its backup",
        ) from error


@contextmanager
def measured(
    settings: Settings,
    trin: Stage,
    koersel: str,
    *,
    kilde: str | None = None,
    tabel_id: str | None = None,
) -> Iterator[Measured]:
    """Measure a stage, whatever comes of it, and let its log lines say whose they are.

    Args:
        settings: where things are.
        trin: the stage.
        koersel: the run's id.
        kilde: source, where the stage is about one table.
        tabel_id: table, likewise.

    Yields:
        What the stage fills in.
    """
    measure = Measured(trin, koersel, kilde, tabel_id)
    measure.begyndt_utc = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    table = {"kilde": kilde, "tabel_id": tabel_id, "hentet_utc": None}
    begun = time.perf_counter()
    with logs.about(settings, koersel=koersel, trin=trin, **table):
        log.info("stage begins", extra={"proces": os.getpid()})
        try:
            yield measure
        except BaseException as error:
            measure.udfald, measure.er_fejl = type(error).__name__, True
            where = error.where if isinstance(error, BeskplanError) else None
            log.info("stage failed", exc_info=True, extra={"hvor": where})
            raise
        finally:
            measure.sekunder = round(time.perf_counter() - begun, 3)
            _keep(settings.work / FILE, measure)
        logs.bind(hentet_utc=measure.hentet_utc)
        log.info("stage ends", extra=_figures(measure))


def read(settings: Settings, newest: int) -> list[Measured]:
    """The newest lines, oldest of them first; a line that was cut off is passed over.

    Args:
        settings: where things are.
        newest: how many.
    """
    path = settings.work / FILE
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    found = []
    for line in lines:
        try:
            found.append(Measured(**json.loads(line)))
        except (json.JSONDecodeError, TypeError):
            log.warning("a line of %s cannot be read", path)
    return found[-newest:]


def size(path: Path) -> int:
    """Bytes of a file, or of every file in a folder, each once."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum({(s.st_dev, s.st_ino): s.st_size for s in map(Path.lstat, files)}.values())


def _figures(measure: Measured) -> dict[str, object]:
    return {
        name: value
        for name, value in asdict(measure).items()
        if name in ("sekunder", "tabeller", "raekker", "bytes", "udfald")
    }


def _keep(path: Path, measure: Measured) -> None:
    """Append one line; a disk that takes none stops no stage."""
    line = json.dumps(asdict(measure), ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        log.warning("a measure could not be written: %s", error)
