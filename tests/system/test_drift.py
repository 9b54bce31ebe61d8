"""Production without containers: docker-compose.yml's services as processes (`make system`).

The commands and the environment are those of `docker-compose config`; only places differ. Postgres
is the operating system's. Users are FAB's, and everything is asked over the REST API. The scheduler
is killed with all that it runs while a candidate is built.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psutil
import pytest
from compose_support import PARTS, PROJECT, Places, resolved
from kanarie_support import RECEIVER, STEM, TOKEN, Sinks, search_for, sinks
from postgres_support import postgres_server, programs

from beskplan.airflow_init import EVERYBODY, roles
from beskplan.airflow_local import HEALTHY
from beskplan.demo import put_bilag
from beskplan.landing import Landing
from beskplan.settings import Settings
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import Running as StandIn
from beskplan.standin.server import listen
from beskplan.standin.server import running as standin_running

pytestmark = pytest.mark.drift

PLAN = "beskaeftigelsesplan"
SOURCES = ("jobindsats", "statbank", "joblog")
READY_SECONDS = 120
SETTLE_SECONDS = 300
PASSWORD = "ikke-en-standard-7"  # noqa: S105 - the test's own, opens nothing
# Hele landet, ledige fuldtidspersoner, 2026M06, as recorded at the first and the third time.
AT_FIRST, AT_LAST = 88080, 89907


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
    """

    services: dict[str, Any]
    places: Places
    standin: StandIn
    received: Sinks
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)

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

    def wait(self, done: Callable[[], object], seconds: float, what: str) -> None:
        began = time.monotonic()
        while not done():
            for name, process in self.parts.items():
                log = self.places.airflow / f"{name}.log"
                assert process.poll() is None, f"{name} ended: {log.read_text()[-3000:]}"
            assert time.monotonic() - began < seconds, f"{what}: not after {seconds} s"
            time.sleep(1)
        self.took[what] = time.monotonic() - began

    def healthy(self, *names: str) -> bool:
        try:
            said = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5).json()
        except (httpx.HTTPError, ValueError):
            return False
        return all(said[name]["status"] == "healthy" for name in names)

    def token(self, user: str, password: str) -> httpx.Response:
        login = {"username": user, "password": password}
        return httpx.post(f"{self.url}/auth/token", json=login, timeout=30)

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


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drift]:
    folder = tmp_path_factory.mktemp("drift")
    places = Places(folder, folder / "airflow", folder / "hemmeligheder", free_port(), free_port())
    places.airflow.mkdir()
    with ExitStack() as open_:
        standin = open_.enter_context(standin_running())
        received = open_.enter_context(sinks(folder / "modtaget"))
        standin.set_clock(TIMES[0])
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
        found = Drift(resolved(folder, chosen)["services"], places, standin, received)
        subprocess.run([PROJECT / "deploy/hemmeligheder.sh", places.secrets], check=True)
        (places.secrets / "jobindsats_token").write_text(TOKEN)
        (places.secrets / "forbindelser.json").write_text(json.dumps(received.connections))
        password = (places.secrets / "postgres_kodeord").read_text().strip()
        began = time.monotonic()
        open_.enter_context(postgres_server("airflow", password, port=places.postgres))
        found.took["postgres"] = time.monotonic() - began
        make_database(places, password)
        put_bilag(Settings(home=folder, profile="lille"))
        open_.callback(found.end)
        yield found
        print("\nsystem test, seconds:")
        for what, seconds in found.took.items():
            print(f"  {what:<55} {seconds:6.1f}")


def make_database(places: Places, password: str) -> None:
    """What Postgres' image does with POSTGRES_DB."""
    import psycopg2

    where = {"host": "127.0.0.1", "port": places.postgres, "user": "airflow"}
    with closing(psycopg2.connect(dbname="postgres", password=password, **where)) as con:
        con.autocommit = True
        con.cursor().execute("create database airflow")


@pytest.fixture(scope="module")
def prepared(drift: Drift) -> Drift:
    began = time.monotonic()
    done = drift.once("airflow-init")
    drift.took["init: database, pool, roles, administrator"] = time.monotonic() - began
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return drift


@pytest.fixture(scope="module")
def started(prepared: Drift) -> Drift:
    """All four; the scheduler when the api-server answers, as `depends_on` says."""
    first, *rest = PARTS
    prepared.start(first)
    prepared.wait(lambda: prepared.healthy("metadatabase"), READY_SECONDS, "api-server answers")
    for name in rest:
        prepared.start(name)
    prepared.wait(lambda: prepared.healthy(*HEALTHY), READY_SECONDS, "all parts healthy")
    return prepared


@pytest.fixture(scope="module")
def admin(started: Drift) -> Iterator[httpx.Client]:
    password = (started.places.secrets / "admin_kodeord").read_text().strip()
    with started.client("admin", password) as client:
        yield client


@pytest.fixture(scope="module")
def people(started: Drift, admin: httpx.Client) -> dict[str, httpx.Client]:
    """One of each role, made by the administrator."""
    found = {}
    for role in ("engineer", "reviewer", "reader"):
        made = admin.post(
            "/auth/fab/v1/users",
            json={
                "username": role,
                "email": f"{role}@kommune.example",
                "first_name": "Rita",
                "last_name": role.capitalize(),
                "password": PASSWORD,
                "roles": [{"name": role}],
            },
        )
        assert made.is_success, made.text
        found[role] = started.client(role)
    return found


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


@pytest.fixture(scope="module")
def killed(started: Drift, people: dict[str, httpx.Client]) -> list[dict[str, Any]]:
    """The sources are landed; the scheduler dies while a candidate is built, and is restarted."""
    engineer = people["engineer"]

    def landed() -> bool:
        newest = {run["dag_id"]: run["state"] for run in runs(engineer)}
        return len(newest) == len(SOURCES) and set(newest.values()) == {"success"}

    for dag in SOURCES:
        # Unpaused for the first time it looks at once (`run_immediately`).
        engineer.patch(f"/api/v2/dags/{dag}", json={"is_paused": False}).raise_for_status()
    started.wait(landed, SETTLE_SECONDS, "three sources landed")
    run = trigger(engineer, PLAN)

    def building() -> bool:
        state = engineer.get(f"{run}/taskInstances/byg_kandidat").json()["state"]
        return bool(state == "running")

    started.wait(building, SETTLE_SECONDS, "a candidate is being built")
    started.kill("airflow-scheduler")
    started.start("airflow-scheduler")
    started.wait(settled(engineer, 4, set()), SETTLE_SECONDS, "killed, restarted, released")
    return runs(engineer)


def test_no_administrator_without_a_secret_file(drift: Drift) -> None:
    done = drift.once("airflow-init", BESKPLAN_ADMIN_KODEORD_FILE="/findes/ikke")
    assert done.returncode == 1
    assert "BESKPLAN_ADMIN_KODEORD" in done.stderr
    assert "deploy/hemmeligheder.sh" in done.stderr


def test_the_secret_files_are_their_owners(drift: Drift) -> None:
    files = sorted(drift.places.secrets.iterdir())
    assert len(files) == 10
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    before = [file.read_bytes() for file in files]
    again = subprocess.run(
        [PROJECT / "deploy/hemmeligheder.sh", drift.places.secrets],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [file.read_bytes() for file in files] == before
    assert not [text for text in before if text.decode().strip() in again.stdout]


def test_a_login_is_the_secret_files_or_none(started: Drift, admin: httpx.Client) -> None:
    assert admin.get("/api/v2/dags").status_code == 200
    for user, password in (("admin", "admin"), ("airflow", "airflow"), ("admin", "")):
        assert started.token(user, password).status_code in (400, 401)
    for path in ("/api/v2/dags", "/api/v2/connections", "/auth/fab/v1/users"):
        assert httpx.get(f"{started.url}{path}", timeout=30).status_code == 401


def test_the_roles_are_those_of_the_file(admin: httpx.Client, people: object) -> None:
    for name, rights in roles().items():
        said = admin.get(f"/auth/fab/v1/roles/{name}").json()
        held = {(one["action"]["name"], one["resource"]["name"]) for one in said["actions"]}
        assert held == rights | {EVERYBODY}


def test_the_release_is_out_though_the_scheduler_died(
    killed: list[dict[str, Any]], started: Drift, admin: httpx.Client
) -> None:
    assert sorted(run["dag_id"] for run in killed) == sorted((*SOURCES, PLAN))
    assert {run["state"] for run in killed} == {"success"}
    assert started.counted() == AT_FIRST
    (plan,) = (run for run in killed if run["dag_id"] == PLAN)
    assert tasks(admin, plan)["byg_kandidat"] == ("success", 2), "its second try"
    assert tasks(admin, plan)["udgiv"] == ("success", 1)


def test_a_health_check_of_the_compose_file_finds_its_part(killed: object, started: Drift) -> None:
    kind, *command = started.services["airflow-scheduler"]["healthcheck"]["test"]
    assert kind == "CMD"
    env = started.environment("airflow-scheduler")
    assert subprocess.run(command, env=env, check=False).returncode == 0


def test_reader_and_reviewer_change_nothing_an_engineer_runs_it(
    killed: object, people: dict[str, httpx.Client]
) -> None:
    paused, run = {"is_paused": True}, {"logical_date": None}
    for role in ("reader", "reviewer"):
        client = people[role]
        assert client.get("/api/v2/dags").status_code == 200
        assert client.get(f"/api/v2/dags/{PLAN}/dagRuns").json()["total_entries"] > 0
        for dag in (PLAN, "jobindsats", "gennemsyn"):
            assert client.post(f"/api/v2/dags/{dag}/dagRuns", json=run).status_code == 403
            assert client.patch(f"/api/v2/dags/{dag}", json=paused).status_code == 403
    for client in people.values():
        for path in ("connections", "variables", "config"):
            assert client.get(f"/api/v2/{path}").status_code == 403
        assert client.get("/auth/fab/v1/users").status_code == 403


def test_an_engineer_triggers_and_the_new_figures_come_out(
    killed: list[dict[str, Any]], started: Drift, people: dict[str, httpx.Client]
) -> None:
    started.standin.set_clock(TIMES[2])
    engineer = people["engineer"]
    trigger(engineer, "jobindsats")
    since = {run["dag_run_id"] for run in killed}
    started.wait(settled(engineer, 2, since), SETTLE_SECONDS, "triggered over REST, released")
    new = [run for run in runs(engineer) if run["dag_run_id"] not in since]
    assert {run["dag_id"]: run["state"] for run in new} == dict.fromkeys(
        ("jobindsats", PLAN), "success"
    )
    assert started.counted() == AT_LAST


def test_a_reviewer_answers_and_a_reader_may_not(
    killed: object, started: Drift, people: dict[str, httpx.Client]
) -> None:
    landing = Landing(started.places.home / "landing")
    vintage = landing.newest("jobindsats", "y25i01")
    assert vintage is not None
    asked = {"tabel_id": vintage.tabel_id, "hentet_utc": vintage.hentet_utc}
    landing.decide("jobindsats", *asked.values(), "afventer", hvem="test", hvorfor="prøve")
    engineer = people["engineer"]
    run = trigger(engineer, "gennemsyn", conf=asked)
    step = f"{run}/taskInstances/spoerg"
    started.wait(
        lambda: engineer.get(step).json()["state"] == "awaiting_input",
        SETTLE_SECONDS,
        "a person is asked",
    )
    # An answer that comes before the scheduler has booked the pause is asked for once more.
    time.sleep(8)
    detail = f"{step}/-1/hitlDetails"
    answer = {"chosen_options": ["Afvis"], "params_input": {"hvorfor": "tallene er byttet om"}}
    question = people["reader"].get(detail).json()
    assert "y25i01" in question["subject"]
    assert "y25i01 (jobindsats), hentet 19. august 2026 kl. 18.49 UTC" in question["body"]
    assert (question["options"], question["defaults"]) == (["Godkend", "Afvis"], ["Afvis"])
    pools = engineer.get("/api/v2/pools").json()["pools"]
    assert sum(pool["occupied_slots"] + pool["deferred_slots"] for pool in pools) == 0
    assert people["reader"].patch(detail, json=answer).status_code == 403
    given = people["reviewer"].patch(detail, json=answer)
    assert given.status_code == 200, given.text
    since = {one["dag_run_id"] for one in runs(engineer)} - {run.rsplit("/", 1)[-1]}
    started.wait(settled(engineer, 1, since), SETTLE_SECONDS, "answer noted, a no builds nothing")
    (asking,) = (one for one in runs(engineer) if one["dag_run_id"] not in since)
    states = {name: state for name, (state, _) in tasks(engineer, asking).items()}
    assert states == {"vis": "success", "spoerg": "success", "noter": "skipped"}
    made = [one for one in landing.decisions() if one.key[1:] == (*asked.values(),)][-1]
    assert (made.udfald, made.hvem, made.hvorfor) == (
        "afvist",
        "reviewer",
        "tallene er byttet om",
    )


def dump(places: Places) -> Path:
    """Airflow's database as text, in a folder of its own."""
    found = programs()
    assert found
    folder = places.home / "dump"
    folder.mkdir()
    subprocess.run(
        [found / "pg_dump", "-h", "127.0.0.1", "-p", str(places.postgres), "-U", "airflow",
         "-f", folder / "airflow.sql", "airflow"],
        env=os.environ | {"PGPASSWORD": (places.secrets / "postgres_kodeord").read_text().strip()},
        check=True,
    )  # fmt: skip
    return folder


def test_no_secret_is_left_in_anything(killed: object, started: Drift) -> None:
    """Logs, Airflow's database as a dump, landing, warehouse, releases, messages."""
    places = started.places
    assert started.received.trusted == {"mail", "webhook"}, "the secrets were used"
    own = [
        file.read_text().strip()
        for file in places.secrets.iterdir()
        if file.name not in ("jobindsats_token", "forbindelser.json")
    ]
    assert len(own) == 8
    assert "rendered_task_instance_fields" in (dump(places) / "airflow.sql").read_text()
    folders = [path for path in places.home.iterdir() if path.is_dir() and path != places.secrets]
    searched = search_for([STEM, *own], folders)
    print(f"\n{searched}")
    assert searched.found == []
    assert searched.databases >= 2  # the warehouse, a release
    assert searched.files > 500
