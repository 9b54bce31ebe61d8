"""Production's services as processes on Postgres, and what is asked of them over the REST API.

The commands and the environment are those of `docker-compose config`; only places differ. A part
that ends is started again where the compose file's `restart` says so.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psutil
from compose_support import PARTS, PROJECT, Places, resolved
from kanarie_support import RECEIVER, TOKEN, Sinks, sinks
from postgres_support import Server, postgres_server

from beskplan.airflow_local import HEALTHY
from beskplan.standin.server import Running as StandIn
from beskplan.standin.server import listen

PLAN = "beskaeftigelsesplan"
DAGS = {PLAN, "gennemsyn", "jobindsats", "statbank", "joblog"}
READY_SECONDS = 120
SETTLE_SECONDS = 300
PASSWORD = "ikke-en-standard-7"  # noqa: S105 - the test's own, opens nothing


def free_port() -> int:
    with listen(0) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Drift:
    """The services as processes, and what was measured of them.

    Args:
        services: as docker-compose resolves them.
        places: where this machine has what a container has.
        standin: what the tasks ask.
        received: who takes the messages.
        postgres: Airflow's database.
        parts: what runs.
        took: seconds that each step took.
        restarted: parts that ended by themselves while they might, and were started again.
    """

    services: dict[str, Any]
    places: Places
    standin: StandIn
    received: Sinks
    postgres: Server
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    restarted: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.places.port}"

    def environment(self, name: str) -> dict[str, str]:
        machine = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.places.home),
            "LANG": "C.UTF-8",
        }
        # The image has the package installed; here it may be another checkout's.
        return machine | {"PYTHONPATH": str(PROJECT / "src")} | self.environment_of(name)

    def environment_of(self, name: str) -> dict[str, str]:
        return self.places.environment(self.services[name])

    def start(self, name: str) -> None:
        with (self.places.airflow / f"{name}.log").open("ab") as output:
            self.parts[name] = subprocess.Popen(
                shlex.split(self.services[name]["command"]),
                env=self.environment(name),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def once(self, name: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            shlex.split(self.services[name]["command"]),
            env=self.environment(name) | changed,
            capture_output=True,
            text=True,
            check=False,
        )

    def kill(self, name: str) -> None:
        """End a part and all it started, as the death of its container does."""
        parent = psutil.Process(self.parts[name].pid)
        for process in [parent, *parent.children(recursive=True)]:
            process.send_signal(signal.SIGKILL)
        self.parts.pop(name).wait()

    def end(self) -> None:
        family = []
        for process in self.parts.values():
            if process.poll() is None:
                family += psutil.Process(process.pid).children(recursive=True)
                process.terminate()
        for process in self.parts.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for left in psutil.wait_procs(family, timeout=2)[1]:
            left.kill()

    def wait(
        self, done: Callable[[], object], seconds: float, what: str, *, may_end: bool = False
    ) -> None:
        """Wait until something is so; a part that ends meanwhile is a fault, or started again."""
        began = time.monotonic()
        while not done():
            for name in [name for name, part in self.parts.items() if part.poll() is not None]:
                log = self.places.airflow / f"{name}.log"
                assert may_end, f"{name} ended: {log.read_text()[-3000:]}"
                assert self.services[name]["restart"] == "unless-stopped"
                self.restarted.append(name)
                self.start(name)
            assert time.monotonic() - began < seconds, f"{what}: not after {seconds} s"
            time.sleep(1)
        self.took[what] = time.monotonic() - began

    def prepare(self) -> None:
        """What the service airflow-init does."""
        began = time.monotonic()
        done = self.once("airflow-init")
        self.took["init: database, pool, roles, administrator"] = time.monotonic() - began
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def start_all(self) -> None:
        """All four; the scheduler when the api-server answers, as `depends_on` says."""
        first, *rest = PARTS
        self.start(first)
        self.wait(lambda: self.healthy("metadatabase"), READY_SECONDS, "api-server answers")
        for name in rest:
            self.start(name)
        self.wait(lambda: self.healthy(*HEALTHY), READY_SECONDS, "all parts healthy")
        with self.administrator() as client:
            self.wait(lambda: _dags(client) >= DAGS, READY_SECONDS, "every DAG read")

    def healthy(self, *names: str) -> bool:
        try:
            said = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
        except (httpx.HTTPError, ValueError):
            return False
        return all(said[name]["status"] == "healthy" for name in names)

    def token(self, user: str, password: str) -> httpx.Response:
        login = {"username": user, "password": password}
        return httpx.post(f"{self.url}/auth/token", json=login, timeout=30)

    def administrator(self) -> httpx.Client:
        return self.client("admin", (self.places.secrets / "admin_kodeord").read_text().strip())

    def client(self, user: str, password: str = PASSWORD) -> httpx.Client:
        answer = self.token(user, password)
        answer.raise_for_status()
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return httpx.Client(base_url=self.url, headers=bearer, timeout=30)

    def counted(self) -> int:
        """Hele landet in the current release."""
        file = self.places.home / "releases/current/beskaeftigelsesplan.duckdb"
        with duckdb.connect(str(file), read_only=True) as con:
            ((count,),) = con.execute(
                "select vaerdi from fct_ydelser where tabel_id = 'y25i01' and dimensioner = '' "
                "and omraade_navn = 'Hele landet' and periode = '2026M06' "
                "and maaling_navn = 'antal_fuldtidspersoner'"
            ).fetchall()
        return int(count)


@contextmanager
def production(folder: Path, standin: StandIn) -> Iterator[Drift]:
    """Everything but Airflow's own parts: settings, secrets, Postgres, who takes the messages."""
    places = Places(folder, folder / "airflow", folder / "hemmeligheder", free_port(), free_port())
    places.airflow.mkdir()
    with ExitStack() as open_:
        received = open_.enter_context(sinks(folder / "modtaget"))
        chosen = {
            "AIRFLOW_PORT": str(places.port),
            "BESKPLAN_PROFIL": "lille",
            "BESKPLAN_BESKED_TIL": RECEIVER,
            "JOBINDSATS_URL": standin.url,
            "STATBANK_URL": standin.url,
            "AIRFLOW__CORE__PARALLELISM": "2",
            # An engineer starts them, one after another, so that one candidate is built.
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        }
        services = resolved(folder, chosen)["services"]
        subprocess.run([PROJECT / "deploy/hemmeligheder.sh", places.secrets], check=True)
        (places.secrets / "jobindsats_token").write_text(TOKEN)
        (places.secrets / "forbindelser.json").write_text(json.dumps(received.connections))
        password = (places.secrets / "postgres_kodeord").read_text().strip()
        began = time.monotonic()
        server = open_.enter_context(postgres_server("airflow", password, port=places.postgres))
        took = {"postgres": time.monotonic() - began}
        make_database(places, password)
        found = Drift(services, places, standin, received, server, took=took)
        open_.callback(found.end)
        yield found


def make_database(places: Places, password: str) -> None:
    """What Postgres' image does with POSTGRES_DB."""
    import psycopg2

    where = {"host": "127.0.0.1", "port": places.postgres, "user": "airflow"}
    with closing(psycopg2.connect(dbname="postgres", password=password, **where)) as con:
        con.autocommit = True
        con.cursor().execute("create database airflow")


def _dags(client: httpx.Client) -> set[str]:
    return {dag["dag_id"] for dag in client.get("/api/v2/dags").json()["dags"]}


def runs(client: httpx.Client) -> list[dict[str, Any]]:
    answer = client.get("/api/v2/dags/~/dagRuns?limit=100")
    answer.raise_for_status()
    listed: list[dict[str, Any]] = answer.json()["dag_runs"]
    return listed


def tasks(client: httpx.Client, run: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Task → state and number of tries."""
    path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances?limit=100"
    listed = client.get(path).json()["task_instances"]
    return {one["task_id"]: (one["state"], one["try_number"]) for one in listed}


def settled(client: httpx.Client, expected: int, since: set[str]) -> Callable[[], bool]:
    """Whether so many new runs have ended and nothing is queued, three looks in a row."""
    quiet = 0

    def look() -> bool:
        nonlocal quiet
        new = [run for run in runs(client) if run["dag_run_id"] not in since]
        ended = all(run["state"] in ("success", "failed") for run in new)
        queued = client.get(f"/api/v2/dags/{PLAN}/assets/queuedEvents").json()["total_entries"]
        quiet = quiet + 1 if len(new) >= expected and ended and not queued else 0
        return quiet == 3

    return look


def trigger(client: httpx.Client, dag: str, **asked: Any) -> str:
    """Unpause a DAG and start it; give the path of its run."""
    client.patch(f"/api/v2/dags/{dag}", json={"is_paused": False}).raise_for_status()
    made = client.post(f"/api/v2/dags/{dag}/dagRuns", json={"logical_date": None} | asked)
    assert made.status_code == 200, made.text
    return f"/api/v2/dags/{dag}/dagRuns/{made.json()['dag_run_id']}"


def state_of(client: httpx.Client, run: str, task: str) -> str | None:
    """The state of a task of a run, by the path that `trigger` gave."""
    state: str | None = client.get(f"{run}/taskInstances/{task}").json()["state"]
    return state


def answered(look: Callable[[], bool]) -> Callable[[], bool]:
    """The same look, where an api-server that does not answer well has not seen it yet."""

    def patient() -> bool:
        try:
            return look()
        except (httpx.HTTPError, ValueError, KeyError):
            return False

    return patient


def build_of(client: httpx.Client, since: set[str]) -> str | None:
    """The path of the new run that builds now, if one does."""
    for run in runs(client):
        path = f"/api/v2/dags/{PLAN}/dagRuns/{run['dag_run_id']}"
        if run["dag_id"] == PLAN and run["dag_run_id"] not in since:
            return path if state_of(client, path, "byg_kandidat") == "running" else None
    return None


def lose_postgres(
    drift: Drift, client: httpx.Client, since: set[str], expected: int, seconds: float
) -> None:
    """Postgres dies while a candidate is built and is gone so long; wait until all has ended.

    Args:
        drift: the services.
        client: somebody who may read runs.
        since: the runs that were there before.
        expected: how many runs come.
        seconds: how long Postgres is gone.
    """
    drift.wait(lambda: build_of(client, since), SETTLE_SECONDS, "a candidate is being built")
    drift.postgres.stop("immediate")
    gone = time.monotonic()
    drift.wait(
        lambda: time.monotonic() - gone >= seconds, 2 * seconds, "Postgres gone", may_end=True
    )
    drift.postgres.start()
    ended = answered(settled(client, expected, since))
    drift.wait(ended, 2 * SETTLE_SECONDS, "Postgres back, released", may_end=True)


def lose_scheduler(drift: Drift, client: httpx.Client, since: set[str], expected: int) -> None:
    """The scheduler dies with all it runs while a candidate is built; started again; wait."""
    drift.wait(lambda: build_of(client, since), SETTLE_SECONDS, "a candidate is being built")
    drift.kill("airflow-scheduler")
    drift.start("airflow-scheduler")
    drift.wait(settled(client, expected, since), SETTLE_SECONDS, "killed, restarted, released")
