"""docker-compose.yml as `docker-compose config` resolves it, and its services as processes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[1]
# The four lasting parts, in the order of their `depends_on`.
PARTS = ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")


def resolved(folder: Path, chosen: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What `docker-compose config` makes of the file and of .env.example with `chosen` lines.

    `folder` gets a copy of both, as an engineer's folder has them.
    """
    program = shutil.which("docker-compose")
    assert program, "install docker-compose (.ci/run does): it parses without an engine"
    shutil.copy(PROJECT / "docker-compose.yml", folder)
    lines = (PROJECT / ".env.example").read_text("utf-8").splitlines()
    named = [line.split("=")[0] for line in lines]
    for name, value in (chosen or {}).items():
        lines[named.index(name)] = f"{name}={value}"
    (folder / ".env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        [program, "config"],
        cwd=folder,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


@dataclass(frozen=True)
class Places:
    """Where on this machine stands what a container has.

    Args:
        home: folder of landing, arbejde and releases.
        airflow: Airflow's home.
        secrets: folder of the secret files.
        port: of the api-server.
        postgres: port of Postgres.
    """

    home: Path
    airflow: Path
    secrets: Path
    port: int
    postgres: int

    def pairs(self) -> list[tuple[str, str]]:
        """In the container, on this machine; nothing else of an environment may differ."""
        return [
            ("http://airflow-api-server:8080", f"http://127.0.0.1:{self.port}"),
            ("@postgres:5432/", f"@127.0.0.1:{self.postgres}/"),
            ("/run/secrets/", f"{self.secrets}/"),
            ("/opt/airflow", str(self.airflow)),
            ("/opt/beskplan/", f"{PROJECT}/"),
            ("0.0.0.0", "127.0.0.1"),  # noqa: S104 what the container says
        ]

    def environment(self, service: Mapping[str, Any]) -> dict[str, str]:
        """The service's environment with this machine's places."""
        found = {}
        for name, value in service["environment"].items():
            here = "" if value is None else str(value)
            for there, local in self.pairs():
                here = here.replace(there, local)
            found[name] = here
        return found | {"BESKPLAN_HJEM": str(self.home), "AIRFLOW__API__PORT": str(self.port)}
