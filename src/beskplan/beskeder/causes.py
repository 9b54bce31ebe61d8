"""The causes that stand now, read from landing, the last run and the disk.

A cause is found by its key, whoever asks and from which task: asking twice gives the same ones.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from beskplan.landing import Landing, Look, reviews
from beskplan.landing.freshness import DENMARK, Freshness, freshness
from beskplan.landing.store import LOOKS
from beskplan.release import danish
from beskplan.settings import Settings

REFUSED = ("WrongKeyError", "ForbiddenError")
# A run needs a few times the newest release; below this the next ones would stop in the middle.
FREE_BYTES = 5 * 1024**3
GIGABYTE = 1024**3
BUILD_FAULT = "byggefejl.json"
# Keys of what only Airflow knows: over when a later look of the same DAG says so.
HANGS, KILLED = "haenger:", "afbrudt:"


@dataclass(frozen=True)
class Cause:
    """One thing that a person must know of.

    Args:
        noegle: by which it is told once, `for_sent:y60a02:2026M08`.
        tekst: what is the matter, in Danish.
        goer: what to do, in Danish.
    """

    noegle: str
    tekst: str
    goer: str


def current(settings: Settings, at: datetime) -> list[Cause]:
    """Every cause that stands, but what only Airflow knows: runs that hang, steps that were killed.

    Args:
        settings: where things are.
        at: now.
    """
    landing = Landing(settings.landing)
    found = [
        *_fetching(landing),
        *(_late(table, at) for table in freshness(landing, at) if table.tilstand == "forsinket"),
        *_decisions(landing),
        *_build(settings),
        *_disk(settings),
    ]
    return sorted(found, key=lambda cause: cause.noegle)


def hanging(dag_id: str, run_id: str, hours: float) -> Cause:
    """A run of a DAG that has not ended in time."""
    return Cause(
        f"{HANGS}{dag_id}:{run_id}",
        f"Kørslen {run_id} af {dag_id} er ikke færdig {hours:g} timer efter, at den blev sat i kø.",
        "Se i Airflow, hvilken opgave den står ved; afbryd den, og start kørslen igen. "
        "Udgivelsen er den forrige.",
    )


def ended_from_outside(settings: Settings, dag_id: str, steps: Iterable[str]) -> list[Cause]:
    """Steps of a run that failed and left no word of why: their worker was killed.

    Args:
        settings: where things are.
        dag_id: the DAG.
        steps: ids of its failed tasks.
    """
    if list(_build(settings)):
        return []
    return [
        Cause(
            f"{KILLED}{dag_id}:{step}",
            f"{step} i {dag_id} endte uden at sige hvorfor, også da det blev prøvet igen: "
            "processen blev afbrudt udefra.",
            "Se, om maskinen mangler hukommelse (`dmesg`), og start kørslen igen. "
            "Udgivelsen er den forrige.",
        )
        for step in steps
    ]


def _late(table: Freshness, at: datetime) -> Cause:
    assert table.ventet_dato is not None  # noqa: S101 — late is late for a day
    day = _day(table.ventet_dato.year, at, danish.day(table.ventet_dato))
    text = f"{table.tabel_id} for {table.ventet_periode} skulle være kommet {day}; "
    text += f"stadig {table.nyeste_periode}."
    if table.ny_dato:
        text += f" Kilden siger nu {_day(table.ny_dato.year, at, danish.day(table.ny_dato))}."
    return Cause(
        f"for_sent:{table.tabel_id}:{table.ventet_periode or table.ventet_dato}",
        text,
        "Intet er i stykker: der ses efter hver time. Kilden nævner forsinkelser på sin forside.",
    )


def _day(year: int, at: datetime, text: str) -> str:
    """A day of this year is said without the year."""
    return text.removesuffix(f" {year}") if year == at.astimezone(DENMARK).year else text


def _fetching(landing: Landing) -> Iterator[Cause]:
    """Failures by source, kind and text: a catalogue that fails strikes every table, and is one."""
    failed: dict[tuple[str, str, str, str], list[str]] = {}
    for folder in sorted((landing.path / LOOKS).glob("*/*")):
        look = landing.last_tilsyn(folder.parent.name, folder.name)
        if look and look.fejl:
            failed.setdefault(_kind(look), []).append(look.tabel_id)
    refused: dict[str, Cause] = {}
    for (kilde, kind, text, do), tables in failed.items():
        if kind in REFUSED:
            word = "nøglen" if kind == "WrongKeyError" else "adgangen"
            key = f"token_afvist:{kilde}:{kind}"
            refused[key] = Cause(key, f"{kilde} afviser {word}: {text}", _sentence(do))
            continue
        whose = tables[0] if len(tables) == 1 else kilde
        yield Cause(
            f"fejl:{whose}:{kind}",
            f"{', '.join(tables)} kunne ikke hentes fra {kilde}: {text}",
            f"{_sentence(do)} De forrige tal står ved magt.",
        )
    yield from refused.values()


def _kind(look: Look) -> tuple[str, str, str, str]:
    assert look.fejl is not None  # noqa: S101 — asked for above
    return look.kilde, look.fejl.type, look.fejl.besked, look.fejl.goer


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _decisions(landing: Landing) -> Iterator[Cause]:
    """Newest vintages that the gate has stopped, and those that wait for a person."""
    newest = {(v.kilde, v.tabel_id): v.hentet_utc for v in landing.vintages()}
    decided = {decision.key: decision for decision in landing.decisions()}
    for (kilde, tabel_id), time in newest.items():
        made = decided.get((kilde, tabel_id, time))
        if made and made.udfald == "stoppet":
            yield Cause(
                f"stoppet:{tabel_id}:{time}",
                f"{tabel_id}, hentet {time}, er stoppet af kontrollen: {made.hvorfor}",
                "Læs site/kvalitet/ i udgivelsen, og spørg kilden. De forrige tal er udgivet.",
            )
    for asked in reviews.waiting(landing):
        yield Cause(
            f"gennemsyn:{asked.tabel_id}:{asked.hentet_utc}",
            f"{asked.tabel_id}, hentet {asked.hentet_utc}, afventer gennemsyn: {asked.hvorfor}",
            "Svar i Airflow under Required Actions, eller med `beskplan gennemse`.",
        )


def _build(settings: Settings) -> Iterator[Cause]:
    path = settings.work / BUILD_FAULT
    if path.is_file():
        fault = json.loads(path.read_text(encoding="utf-8"))
        yield Cause(
            f"koersel:{fault['trin']}:{fault['type']}",
            f"{fault['trin']} mislykkedes i kørsel {fault['koersel']}: {fault['besked']}",
            f"{_sentence(fault['goer'])} Udgivelsen er den forrige.",
        )


def _disk(settings: Settings) -> Iterator[Cause]:
    home = settings.home
    free = shutil.disk_usage(home).free if home.exists() else FREE_BYTES
    if free < FREE_BYTES:
        yield Cause(
            "disk",
            f"Der er under {FREE_BYTES // GIGABYTE} GB tilbage på disken med {home.name}.",
            "Giv den mere plads, eller tynd gamle udgivelser ud (`beskplan tynd`); "
            "landing/ må aldrig slettes.",
        )
