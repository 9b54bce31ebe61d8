"""The key to Jobindsats: where it is, how old, and what it must not meet. It is never printed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from beskplan.doktor.finding import Finding
from beskplan.landing import Landing
from beskplan.settings import Settings

NAME = "JOBINDSATS_TOKEN"
OLD_DAYS = 365


def check(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Where the key is, its age, who can read it, and whether made-up figures lie beside it."""
    host = urlsplit(settings.jobindsats_url).hostname or ""
    if settings.token is None:
        yield _none(host)
        return
    file = os.environ.get(f"{NAME}_FILE")
    if file:
        yield from _file(Path(file), now)
    else:
        yield Finding(
            "token",
            "note",
            f"in the variable {NAME}: its age is not known, and each child process has it",
            f"Put it into a file of mode 600 and name that in {NAME}_FILE.",
        )
    if settings.has_real_token:
        yield _beside_generated(settings, host)


def _none(host: str) -> Finding:
    if host.endswith("jobindsats.dk"):
        return Finding(
            "token",
            "note",
            f"none, and {host} answers nobody without one",
            "Order one from jobindsats@star.dk (up to 14 days); `make run` needs none.",
        )
    return Finding("token", "ok", f"none; {host} is not Jobindsats' own address")


def _file(path: Path, now: datetime) -> Iterator[Finding]:
    state = path.stat()
    days = (now - datetime.fromtimestamp(state.st_mtime, UTC)).days
    found = f"{path}: {days} days old by the file's time"
    if days >= OLD_DAYS:
        do = "Ask jobindsats@star.dk when it runs out; overwrite the file in place with a new one."
        yield Finding("token", "note", f"{found}, from {OLD_DAYS} it may run out", do)
    else:
        yield Finding("token", "ok", found)
    mode = f"{path}: mode {stat.S_IMODE(state.st_mode):o}"
    if state.st_mode & stat.S_IROTH:
        do = f"Shut it: chmod 600 {path}; if others use this machine, order a new key."
        yield Finding("token", "fault", f"{mode}, so every user of this machine can read it", do)
    else:
        yield Finding("token", "ok", f"{mode}, others cannot read it")


def _beside_generated(settings: Settings, host: str) -> Finding:
    vintages = Landing(settings.landing).vintages()
    made_up = sorted({item.tabel_id for item in vintages if item.oprindelse == "genereret"})
    if made_up:
        return Finding(
            "token",
            "fault",
            f"a key for {host} beside generated vintages of {', '.join(made_up)}: every publish "
            "is refused",
            "Set BESKPLAN_HJEM to an empty folder and fetch there; keep this one for the demo.",
        )
    return Finding("token", "ok", f"a key for {host}; 0 generated vintages in landing")
