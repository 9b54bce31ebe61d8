"""Postgres gone while the copy is wanted, and back; a server of the command's own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from faults_room import Done, FaultError, Room

from beskplan.settings import PROJECT

PASSWORD = "proeve-kode-1"  # noqa: S105 - the command's own, opens nothing
GONE_SECONDS = 60


def _control(folder: Path, *arguments: str) -> None:
    from postgres_support import programs

    found = programs()
    owner = "postgres" if os.geteuid() == 0 else None
    subprocess.run(
        [f"{found}/pg_ctl", "-D", str(folder / "data"), "-w", *arguments],
        user=owner,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )


def postgres_gone(here: Room) -> Done:
    """Copy, stop the server for a minute, copy again, start it, copy again."""
    sys.path.insert(0, str(PROJECT / "tests"))
    from postgres_support import postgres_server

    with postgres_server("beskplan", PASSWORD) as folder:
        url = f"postgresql://beskplan:{PASSWORD}@/postgres?host={folder}"
        first = here.cli("udgiv", "--postgres", url)
        _control(folder, "-m", "fast", "stop")
        gone = time.monotonic()
        failed = here.cli("udgiv", "--postgres", url)
        time.sleep(max(0.0, GONE_SECONDS - (time.monotonic() - gone)))
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        _control(folder, "-l", str(folder / "log"), "-o", options, "start")
        held = here.cli("udgiv", "--postgres", url)
    if first.code or held.code or "holds releases/" not in held.output:
        raise FaultError(f"before: {first.output} after: {held.output}")
    if PASSWORD in failed.output:
        raise FaultError("the password was printed")
    return failed
