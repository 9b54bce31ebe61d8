"""`make airflow`: Airflow and the stand-in on this machine, loopback only, ended together.

These are the four processes of `airflow standalone`, started one by one: `airflow standalone` also
starts two log servers that listen on every network interface and cannot be told otherwise. With
LocalExecutor they serve nobody, because the web page reads the log files itself.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import typer
from dotenv import dotenv_values

from beskplan.demo import DEMO_TOKEN, standin_process
from beskplan.errors import AirflowStartError, BeskplanError
from beskplan.settings import PROJECT, Settings

# Tasks report to the API server: one that starts before it answers is lost and tried again later.
FIRST = (("api-server",),)
THEN = (
    ("scheduler", "--skip-serve-logs"),
    ("dag-processor",),
    ("triggerer", "--skip-serve-logs"),
)
HEALTHY = ("metadatabase", "scheduler", "dag_processor", "triggerer")
POOL = ("duckdb_skriver", "1", "DuckDB has one writer: every task that builds takes the one slot")
USER = "admin"
LINEAGE = "lineage.jsonl"
START_UP_SECONDS = 180
GOODBYE_SECONDS = 20

app = typer.Typer(add_completion=False, help="Airflow on this machine.")


@dataclass(frozen=True)
class LocalAirflow:
    """A running Airflow.

    Args:
        url: address of the web page and the API.
        password: of the user `admin`.
        logs: folder with one file of output a process.
    """

    url: str
    password: str
    logs: Path


def read_environment(env_file: Path) -> dict[str, str]:
    """Join the environment file and the shell's variables; the shell's overrule."""
    from_file = {key: value or "" for key, value in dotenv_values(env_file).items()}
    joined = from_file | dict(os.environ)
    # To Airflow an empty variable is a setting, not an absent one.
    return {key: value for key, value in joined.items() if value or key not in from_file}


def airflow_environment(base: Mapping[str, str], home: Path) -> dict[str, str]:
    """Add what makes Airflow run from this folder, on loopback, with LocalExecutor.

    Args:
        base: the environment to build on; `AIRFLOW_PORT` is read from it.
        home: folder that holds landing, arbejde and releases.

    Returns:
        The environment for every Airflow process.
    """
    airflow_home = home / "airflow_home"
    port = base.get("AIRFLOW_PORT", "8080")
    url = f"http://127.0.0.1:{port}"
    return {
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(
            {"type": "file", "log_file_path": str(airflow_home / LINEAGE), "append": True}
        ),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "beskplan",
        "AIRFLOW__OPENLINEAGE__EXTRACTORS": "beskplan.lineage.Extractor",
        "AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE": "True",
        **base,
        "BESKPLAN_HJEM": str(home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{base.get('PATH', '')}",
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_password_file(airflow_home)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": url,
    }


def prepare(env: Mapping[str, str]) -> str:
    """Make Airflow's database, the writer's pool and the login; safe to repeat.

    Returns:
        The password of the user `admin`.

    Raises:
        AirflowStartError: the database or the pool could not be made.
    """
    airflow_home = Path(env["AIRFLOW_HOME"])
    airflow_home.mkdir(parents=True, exist_ok=True)
    for command in (("db", "migrate"), ("pools", "set", *POOL)):
        done = subprocess.run(["airflow", *command], env=env, capture_output=True, text=True)
        if done.returncode:
            raise AirflowStartError(
                f"`airflow {' '.join(command)}` ended {done.returncode}: {done.stderr[-2000:]}",
                where=str(airflow_home),
                do="if the folder is from another version of Airflow, move it away and start again",
            )
    return _password(airflow_home)


@contextmanager
def running(env: Mapping[str, str]) -> Iterator[LocalAirflow]:
    """Run Airflow's four processes, and end them and all they started.

    Args:
        env: from `airflow_environment`.

    Yields:
        Address and login, when every part reports itself healthy.

    Raises:
        AirflowStartError: a part ended or did not get ready; its output's file is named.
    """
    password = prepare(env)
    logs = Path(env["AIRFLOW_HOME"]) / "output"
    logs.mkdir(exist_ok=True)
    local = LocalAirflow(env["AIRFLOW__API__BASE_URL"], password, logs)
    parts: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for group, healthy in ((FIRST, ("metadatabase",)), (THEN, HEALTHY)):
            parts |= {part[0]: _start(part, env, logs) for part in group}
            _wait_until(healthy, local, parts)
        yield local
    finally:
        _end(list(parts.values()))


def _password_file(airflow_home: Path) -> Path:
    return airflow_home / "admin.json"


def _password(airflow_home: Path) -> str:
    """Read the generated password, or generate it into a file that only the owner reads."""
    file = _password_file(airflow_home)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(json.dumps({USER: secrets.token_urlsafe(12)}))
    return str(json.loads(file.read_text())[USER])


def _start(part: Sequence[str], env: Mapping[str, str], logs: Path) -> subprocess.Popen[bytes]:
    with (logs / f"{part[0]}.log").open("wb") as output:
        return subprocess.Popen(
            ["airflow", *part],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C goes to this process alone, which ends the others in order.
            start_new_session=True,
        )


def _wait_until(
    healthy: Sequence[str], local: LocalAirflow, parts: Mapping[str, subprocess.Popen[bytes]]
) -> None:
    deadline = time.monotonic() + START_UP_SECONDS
    while time.monotonic() < deadline:
        for name, process in parts.items():
            if process.poll() is not None:
                raise AirflowStartError(
                    f"airflow {name} ended with code {process.returncode}",
                    where=f"{local.logs / name}.log",
                    do=f"read that file; if {local.url} is in use, set AIRFLOW_PORT in .env",
                )
        if set(healthy) <= _healthy_parts(local.url):
            return
        time.sleep(1)
    raise AirflowStartError(
        f"Airflow was not ready after {START_UP_SECONDS} s",
        where=str(local.logs),
        do="read the files there, and start again",
    )


def _healthy_parts(url: str) -> set[str]:
    try:
        health = httpx.get(f"{url}/api/v2/monitor/health", timeout=5).json()
    except (httpx.HTTPError, ValueError):
        return set()
    return {part for part, state in health.items() if state["status"] == "healthy"}


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask the processes and their descendants to end, and kill what is left after a while."""
    family: list[psutil.Process] = []
    for process in processes:
        if process.poll() is None:
            parent = psutil.Process(process.pid)
            family += [parent, *parent.children(recursive=True)]
            process.terminate()
    _, alive = psutil.wait_procs(family, timeout=GOODBYE_SECONDS)
    for survivor in alive:
        survivor.kill()
    for process in processes:
        process.wait()


@app.callback()
def main() -> None:
    """Keep `start` a verb of its own."""


@app.command()
def start() -> None:
    """Start the stand-in and Airflow, print address and login, and end both on Ctrl-C."""
    # Also where a shell started this in the background, which makes it deaf to Ctrl-C.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    base = read_environment(PROJECT / ".env")
    home = Path(base.get("BESKPLAN_HJEM") or Settings.home).resolve()
    demo = base.get("JOBINDSATS_TOKEN") == DEMO_TOKEN
    try:
        with standin_process() if demo else nullcontext() as standin:
            addresses = {"JOBINDSATS_URL": standin, "STATBANK_URL": standin} if standin else {}
            typer.echo("Starting Airflow (about a minute) ...")
            with running(airflow_environment(base | addresses, home)) as local:
                typer.echo(_welcome(local, standin))
                signal.pause()
    except KeyboardInterrupt:
        typer.echo("Ended.")
    except BeskplanError as error:
        typer.echo(f"{type(error).__name__}: {error.what}\n  where: {error.where}", err=True)
        typer.echo(f"  do:    {error.do}", err=True)
        raise typer.Exit(1) from error


def _welcome(local: LocalAirflow, standin: str | None) -> str:
    sources = f"the stand-in at {standin}" if standin else "the real sources"
    return "\n".join(
        (
            f"Airflow:  {local.url}",
            f"Login:    {USER} / {local.password}",
            f"Asked:    {sources}",
            f"Output:   {local.logs}",
            "The DAGs jobindsats and statbank look at once; beskaeftigelsesplan follows by itself.",
            "What a person has to decide stands under Required Actions (DAG gennemsyn).",
            "Ctrl-C ends everything.",
        )
    )


if __name__ == "__main__":
    app()
