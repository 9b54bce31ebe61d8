"""One line of JSON for each thing that happened, with run, table and vintage as fields.

The lines go to `arbejde/log/beskplan.jsonl` of the home that is worked on, whoever works: command
line, Airflow task or test. Warnings also go to standard error, as text, or as the same JSON if
`BESKPLAN_LOG` is `json`. Airflow keeps its own copy of a task's lines with the task.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import Processor

from beskplan.errors import BeskplanError, SettingsError
from beskplan.settings import Settings

FOLDER = "log"
FILE = "beskplan.jsonl"
# A line says so even where it concerns no table: then the field is null.
FIELDS = ("koersel", "kilde", "tabel_id", "hentet_utc")
KINDS = ("tekst", "json")
# About two years of weekday runs; one older file is kept.
LARGEST = 20 * 1024**2

log = logging.getLogger("beskplan")
_PLACE: ContextVar[Path | None] = ContextVar("beskplan_log", default=None)
Line = MutableMapping[str, Any]


@contextmanager
def about(settings: Settings, **fields: str | None) -> Iterator[None]:
    """Let every line within bear these fields, and go to this home's file.

    Args:
        settings: where things are.
        fields: some of `FIELDS`, and others.
    """
    _listen()
    place = _PLACE.set(settings.work / FOLDER / FILE)
    try:
        with structlog.contextvars.bound_contextvars(**fields):
            yield
    finally:
        _PLACE.reset(place)


def bind(**fields: str | None) -> None:
    """Add what has only now become known to the lines that follow within `about`."""
    structlog.contextvars.bind_contextvars(**fields)


class ToFile(logging.Handler):
    """Appends a line to the file of the home that is worked on; outside one it has none."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a disk that takes none stops no work."""
        place = _PLACE.get()
        if place is None:
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_file() and place.stat().st_size > LARGEST:
                place.replace(place.with_suffix(".1.jsonl"))
            with place.open("a", encoding="utf-8") as file:
                file.write(self.format(record) + "\n")
        except OSError as error:
            print(f"beskplan: no log line could be written: {error}", file=sys.stderr)


class ToStandardError(logging.StreamHandler[Any]):
    """Writes to what standard error is when the line comes."""

    def __init__(self) -> None:
        """Only what a person should look at."""
        logging.Handler.__init__(self, logging.WARNING)

    @property
    def stream(self) -> Any:
        """Standard error of this moment."""
        return sys.stderr

    @stream.setter
    def stream(self, _: Any) -> None:
        pass


def _listen() -> None:
    """Set the handlers up, once a process."""
    if any(isinstance(handler, ToFile) for handler in log.handlers):
        return
    kind = os.environ.get("BESKPLAN_LOG") or "tekst"
    if kind not in KINDS:
        raise SettingsError(
            f"BESKPLAN_LOG is {kind!r}", where="environment", do=f"set it to one of {KINDS}"
        )
    file = ToFile()
    file.setFormatter(_formatter(_json()))
    log.addHandler(file)
    # Airflow has handlers of its own at the root, which write the line into the task's log.
    if not logging.getLogger().handlers:
        console = ToStandardError()
        console.setFormatter(_formatter(_json() if kind == "json" else _text))
        log.addHandler(console)
    log.setLevel(logging.INFO)


def _formatter(last: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="tid"),
            _every_field,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def _every_field(_: Any, __: str, line: Line) -> Line:
    for name in FIELDS:
        line.setdefault(name, None)
    error = line.pop("exc_info", None)
    if error:
        # A trace may show what a variable held; type and text are enough to find the place.
        known = error[1]
        line["fejl"] = type(known).__name__
        line["besked"] = known.what if isinstance(known, BeskplanError) else str(known)
    return line


def _json() -> Processor:
    return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True, default=str)


def _text(_: Any, __: str, line: Line) -> str:
    """What happened, and after it the fields that say something."""
    line.pop("tid")
    said = f"{line.pop('level')}: {line.pop('event')}"
    told = [f"{name}={value}" for name, value in sorted(line.items()) if value is not None]
    return " ".join([said, *told])
