"""A Postgres of the test's own, from the operating system's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs() -> Path | None:
    """Where initdb, pg_ctl and pg_dump are; a link on the path may stand for one of them only."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@contextmanager
def postgres_server(user: str, password: str, *, port: int | None = None) -> Iterator[Path]:
    """Run a server with one user; give its folder, in which its socket is.

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
    # Postgres refuses to run as root.
    owner = "postgres" if os.geteuid() == 0 else None
    if owner:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)
    (folder / "kode").write_text(password, encoding="utf-8")
    (folder / "kode").chmod(0o644)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(found / program), "-D", str(folder / "data"), *arguments],
            user=owner,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    run("initdb", "-U", user, "-A", "scram-sha-256", "--no-sync", "-E", "UTF8",
        "--locale=C.UTF-8", f"--pwfile={folder / 'kode'}")  # fmt: skip
    address = f"-c listen_addresses=127.0.0.1 -p {port}" if port else "-c listen_addresses=''"
    # Its error output is a file: a server that is left holding a pipe would be waited for.
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o",
        f"-k {folder} {address} -c fsync=off", "start")  # fmt: skip
    try:
        yield folder
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)
