"""Postgres gone while the copy is wanted, and back; a server of the command's own."""

from __future__ import annotations

import time

from faults_room import Done, FaultError, Room, from_tests

PASSWORD = "proeve-kode-1"  # noqa: S105 - the command's own, opens nothing
GONE_SECONDS = 60


def postgres_gone(here: Room) -> Done:
    """Copy, stop the server for a minute, copy again, start it, copy again."""
    with from_tests("postgres_support").postgres_server("beskplan", PASSWORD) as server:
        url = f"postgresql://beskplan:{PASSWORD}@/postgres?host={server.folder}"
        first = here.cli("udgiv", "--postgres", url)
        server.stop()
        gone = time.monotonic()
        failed = here.cli("udgiv", "--postgres", url)
        time.sleep(max(0.0, GONE_SECONDS - (time.monotonic() - gone)))
        server.start()
        held = here.cli("udgiv", "--postgres", url)
    if first.code or held.code or "holds releases/" not in held.output:
        raise FaultError(f"before: {first.output} after: {held.output}")
    if PASSWORD in failed.output:
        raise FaultError("the password was printed")
    return failed
