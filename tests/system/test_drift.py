"""Production without containers: docker-compose.yml's services as processes (`make system`).

The commands and the environment are those of `docker-compose config`; only places differ. Postgres
is the operating system's. Users are FAB's, and everything is asked over the REST API. The scheduler
is killed with all that it runs while a candidate is built, and Postgres while the next one is.
"""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from compose_support import PROJECT, Places
from drift_support import (
    PASSWORD,
    PLAN,
    SETTLE_SECONDS,
    Drift,
    lose_postgres,
    lose_scheduler,
    production,
    runs,
    settled,
    tasks,
    trigger,
)
from kanarie_support import STEM, search_for
from postgres_support import programs

from beskplan.airflow_init import EVERYBODY, roles
from beskplan.demo import put_bilag
from beskplan.landing import Landing
from beskplan.settings import Settings
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import running as standin_running

pytestmark = pytest.mark.drift

SOURCES = ("jobindsats", "statbank", "joblog")
GONE_SECONDS = 60
# Hele landet, ledige fuldtidspersoner, 2026M06, as recorded at the first and the third time.
AT_FIRST, AT_LAST = 88080, 89907


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drift]:
    folder = tmp_path_factory.mktemp("drift")
    with standin_running() as standin, production(folder, standin) as found:
        standin.set_clock(TIMES[0])
        put_bilag(Settings(home=folder, profile="lille"))
        yield found
        print("\nsystem test, seconds:")
        for what, seconds in found.took.items():
            print(f"  {what:<55} {seconds:6.1f}")


@pytest.fixture(scope="module")
def started(drift: Drift) -> Drift:
    drift.prepare()
    drift.start_all()
    return drift


@pytest.fixture(scope="module")
def admin(started: Drift) -> Iterator[httpx.Client]:
    with started.administrator() as client:
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
    since = {run["dag_run_id"] for run in runs(engineer)}
    trigger(engineer, PLAN)
    lose_scheduler(started, engineer, since, expected=1)
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


def test_the_new_figures_come_out_though_postgres_was_gone_for_a_minute(
    killed: list[dict[str, Any]], started: Drift, people: dict[str, httpx.Client]
) -> None:
    started.standin.set_clock(TIMES[2])
    engineer = people["engineer"]
    since = {run["dag_run_id"] for run in killed}
    trigger(engineer, "jobindsats")
    lose_postgres(started, engineer, since, expected=2, seconds=GONE_SECONDS)
    new = [run for run in runs(engineer) if run["dag_run_id"] not in since]
    assert {run["dag_id"]: run["state"] for run in new} == dict.fromkeys(
        ("jobindsats", PLAN), "success"
    )
    (plan,) = (run for run in new if run["dag_id"] == PLAN)
    tries = {task: number for task, (_, number) in tasks(engineer, plan).items()}
    print(f"\nPostgres gone: started again {Counter(started.restarted)}, tries {tries}")
    assert tries["byg_kandidat"] >= 2
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
