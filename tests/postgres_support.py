"""A Postgres of the test's own, from the operating system's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


def programs() -> Path | None:
    """Where initdb, pg_ctl and pg_dump are; a link on the path may stand for one of them only."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@dataclass(frozen=True)
class Server:
    """A running Postgres.

    Args:
        folder: where its socket is, its data and its log.
        found: where Postgres' programs are.
        address: how it is reached, as its own options.
    """

    folder: Path
    found: Path
    address: str

    def run(self, program: str, *arguments: str) -> None:
        """Run one of Postgres' programs on this server's data."""
        done = subprocess.run(
            [str(self.found / program), "-D", str(self.folder / "data"), *arguments],
            user=_owner(),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it; it answers when this returns."""
        options = f"-k {self.folder} {self.address} -c fsync=off"
        # Its error output is a file: a server that is left holding a pipe would be waited for.
        self.run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it, and with it every connection."""
        self.run("pg_ctl", "-w", "-m", mode, "stop")


def _owner() -> str | None:
    """Postgres refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


@contextmanager
def postgres_server(user: str, password: str, *, port: int | None = None) -> Iterator[Server]:
    """Run a server with one user.

    Args:
        user: the superuser.
        password: of that user.
        port: on 127.0.0.1; None is the socket only.
    """
    found = programs()
    if found is None and not os.environ.get("CI"):
        pytest.skip("no Postgres on this machine: install postgresql")
    assert found is not None, ".ci/run installs Postgres"
    folder = Path(tempfile.mkdtemp(prefix="beskplan-pg-"))
    if owner := _owner():
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
    (folder / "kode").write_text(password, encoding="utf-8")
    (folder / "kode").chmod(0o644)
    address = f"-c listen_addresses=127.0.0.1 -p {port}" if port else "-c listen_addresses=''"
    server = Server(folder, found, address)
    server.run("initdb", "-U", user, "-A", "scram-sha-256", "--no-sync", "-E", "UTF8",
               "--locale=C.UTF-8", f"--pwfile={folder / 'kode'}")  # fmt: skip
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)
