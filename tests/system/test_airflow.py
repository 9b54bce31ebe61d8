"""The DAGs in a real Airflow, asked to fetch from the stand-in (small profile).

One Airflow for the whole file. Each chapter is a fixture that begins where the one before ended.
What a person is asked and answers is in test_drift.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from kanarie_support import STEM, Sinks, search_for, sinks

from beskplan.airflow_local import LocalAirflow, airflow_environment
from beskplan.airflow_local import running as airflow_running
from beskplan.demo import put_bilag
from beskplan.settings import Settings
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import Running as StandIn
from beskplan.standin.server import listen
from beskplan.standin.server import running as standin_running

pytestmark = pytest.mark.system

PLAN = "beskaeftigelsesplan"
SETTLE_SECONDS = 420
RED = "failed"
GREEN = "success"

# Hele landet, ledige fuldtidspersoner, 2026M06, as recorded at the first time.
AT_FIRST = 88080


@dataclass(frozen=True)
class Run:
    """One run of a DAG.

    Args:
        state: `success` or `failed`.
        tasks: task id (or the table's id, for `hent`) → state.
        tries: the same → number of tries.
    """

    state: str
    tasks: dict[str, str]
    tries: dict[str, int]


@dataclass(frozen=True)
class Release:
    """What `releases/current` holds.

    Args:
        name: the folder's name.
        digest: one checksum over every file's path and bytes.
        hele_landet: the 2026M06 count of y25i01.
        not_updated: tables marked "ikke opdateret".
    """

    name: str
    digest: str
    hele_landet: int
    not_updated: set[str]


def digest(folder: Path) -> str:
    """One checksum over every file's path and bytes."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


class Operation:
    """A running Airflow, the stand-in it asks, and the folders it fills."""

    def __init__(
        self, airflow: LocalAirflow, standin: StandIn, home: Path, received: Sinks
    ) -> None:
        login = {"username": "admin", "password": airflow.password}
        answer = httpx.post(f"{airflow.url}/auth/token", json=login, timeout=30)
        answer.raise_for_status()
        self.api = httpx.Client(
            base_url=f"{airflow.url}/api/v2",
            headers={"Authorization": f"Bearer {answer.json()['access_token']}"},
            timeout=30,
        )
        self.standin = standin
        self.home = home
        self.received = received
        self.seen: set[str] = set()

    def get(self, path: str) -> Any:
        answer = self.api.get(path)
        answer.raise_for_status()
        return answer.json()

    def trigger(self, *dag_ids: str) -> None:
        for dag_id in dag_ids:
            answer = self.api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None})
            answer.raise_for_status()

    def settle(self, expected: int) -> dict[str, list[Run]]:
        """Wait until nothing runs and nothing is queued; give the runs that came since."""
        deadline = time.monotonic() + SETTLE_SECONDS
        quiet = 0
        while quiet < 3:
            time.sleep(2)
            new = [run for run in self._runs() if run["dag_run_id"] not in self.seen]
            states = [(run["dag_id"], run["run_type"], run["state"]) for run in new]
            assert time.monotonic() < deadline, f"not settled: {states}"
            ended = all(run["state"] in (GREEN, RED) for run in new)
            waiting = self.get(f"/dags/{PLAN}/assets/queuedEvents")["total_entries"] > 0
            quiet = quiet + 1 if len(new) >= expected and ended and not waiting else 0
        # After the first look only what the test triggers counts: the wall clock may reach 08:30.
        ours = [run for run in new if not self.seen or run["run_type"] != "scheduled"]
        self.seen |= {run["dag_run_id"] for run in new}
        found: dict[str, list[Run]] = {}
        for run in sorted(ours, key=lambda run: run["run_after"]):
            found.setdefault(run["dag_id"], []).append(self._detail(run))
        return found

    def asset_events(self) -> list[tuple[str, list[str]]]:
        events = self.get("/assets/events?order_by=timestamp")["asset_events"]
        return [(event["name"], event["extra"]["tabeller"]) for event in events]

    def release(self) -> Release:
        folder = (self.home / "releases" / "current").resolve(strict=True)
        file = folder / "beskaeftigelsesplan.duckdb"
        with duckdb.connect(str(file), read_only=True) as con:
            counts = con.execute(
                "select vaerdi from fct_ydelser where tabel_id = 'y25i01' and dimensioner = '' "
                "and omraade_navn = 'Hele landet' and periode = '2026M06' "
                "and maaling_navn = 'antal_fuldtidspersoner'"
            ).fetchall()
            marked = con.execute(
                "select tabel_id from _release_tabeller where not er_opdateret"
            ).fetchall()
        (count,) = counts
        return Release(folder.name, digest(folder), int(count[0]), {row[0] for row in marked})

    def _runs(self) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = self.get("/dags/~/dagRuns?limit=100")["dag_runs"]
        return runs

    def _detail(self, run: dict[str, Any]) -> Run:
        path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances?limit=100"
        instances = self.get(path)["task_instances"]
        names = [one["rendered_map_index"] or one["task_id"] for one in instances]
        return Run(
            state=run["state"],
            tasks={name: one["state"] for name, one in zip(names, instances, strict=True)},
            tries={name: one["try_number"] for name, one in zip(names, instances, strict=True)},
        )


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operation]:
    home = tmp_path_factory.mktemp("hjem")
    ours = re.compile("AIRFLOW_|BESKPLAN_|JOBINDSATS_|STATBANK_")
    with listen(0) as probe:
        port = probe.getsockname()[1]
    with standin_running() as standin, sinks(home / "modtaget") as received:
        standin.set_clock(TIMES[0])
        base = {name: value for name, value in os.environ.items() if not ours.match(name)} | {
            "AIRFLOW_PORT": str(port),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__API__WORKERS": "1",
            "BESKPLAN_PROFIL": "lille",
            "BESKPLAN_DIAGRAMMER": os.environ["BESKPLAN_DIAGRAMMER"],
            "JOBINDSATS_URL": standin.url,
            "STATBANK_URL": standin.url,
            **received.environment,
        }
        put_bilag(Settings(home=home, profile="lille"))
        with airflow_running(airflow_environment(base, home)) as airflow:
            yield Operation(airflow, standin, home, received)


@dataclass(frozen=True)
class Chapter:
    """How things stood when a chapter ended."""

    runs: dict[str, list[Run]]
    events: list[tuple[str, list[str]]]
    release: Release
    asked: list[str]


def close(operation: Operation, expected: int) -> Chapter:
    runs = operation.settle(expected)
    asked = [path for _, path, _ in operation.standin.requests]
    operation.standin.forget_requests()
    return Chapter(runs, operation.asset_events(), operation.release(), asked)


@pytest.fixture(scope="module")
def first(operation: Operation) -> Chapter:
    """A new installation looks by itself; four DAGs run, the plan at least once."""
    return close(operation, expected=4)


@pytest.fixture(scope="module")
def quiet(operation: Operation, first: Chapter) -> Chapter:
    """The sources are asked again and have nothing new."""
    operation.trigger("jobindsats", "statbank", "joblog")
    return close(operation, expected=3)


@pytest.fixture(scope="module")
def broken(operation: Operation, quiet: Chapter) -> Chapter:
    """The third recorded time, while y25i01 has text where a number should stand."""
    operation.standin.set_clock(TIMES[2])
    operation.standin.fault("tekst_for_tal", tabel="y25i01")
    operation.trigger("jobindsats")
    return close(operation, expected=2)


@pytest.fixture(scope="module")
def locked_out(operation: Operation, broken: Chapter) -> Chapter:
    """The key is refused."""
    operation.standin.clear_faults()
    operation.standin.fault("401", sti="/v3/")
    operation.trigger("jobindsats")
    return close(operation, expected=1)


def test_the_first_look_ends_in_a_release(first: Chapter) -> None:
    assert set(first.runs) == {"jobindsats", "statbank", "joblog", PLAN}
    landing = [*first.runs["jobindsats"], *first.runs["statbank"], *first.runs["joblog"]]
    assert {run.state for run in landing} == {GREEN}
    plan = first.runs[PLAN][-1]
    assert plan.state == GREEN
    assert plan.tasks == {
        **dict.fromkeys(("byg_kandidat", "bedoem", "udgiv", "meld", "besked"), GREEN),
        "bed_om_gennemsyn": "skipped",
    }
    assert first.release.hele_landet == AT_FIRST
    assert first.release.not_updated == set()


def test_every_square_bears_its_table(first: Chapter) -> None:
    assert {"y25i01", "y25i09", "y01a02"} <= set(first.runs["jobindsats"][0].tasks)
    assert {"FOLK1A", "folk1a"} & set(first.runs["statbank"][0].tasks)


def test_either_asset_starts_the_plan(first: Chapter) -> None:
    assert {name for name, _ in first.events} == {
        *("landing_jobindsats", "landing_statbank", "landing_joblog"),
    }


def test_every_step_states_what_it_read_and_wrote(operation: Operation, first: Chapter) -> None:
    lines = (operation.home / "airflow_home" / "lineage.jsonl").read_text().splitlines()
    written = {
        (event["job"]["name"], output["name"])
        for event in map(json.loads, lines)
        for output in event.get("outputs", ())
    }
    assert {
        ("jobindsats.hent", "landing/jobindsats/y25i01"),
        ("beskaeftigelsesplan.byg_kandidat", "lager"),
        ("beskaeftigelsesplan.udgiv", "udgivelse/fct_ydelser"),
    } <= written


def test_nothing_new_lands_nothing_and_builds_nothing(quiet: Chapter, first: Chapter) -> None:
    assert set(quiet.runs) == {"jobindsats", "statbank", "joblog"}
    for (run,) in quiet.runs.values():
        assert run.state == GREEN
        skipped = dict.fromkeys(("hent", "luk", "vagt"), "skipped")
        assert run.tasks == {"nyt": GREEN, "besked": GREEN, **skipped}
    assert quiet.events == first.events
    assert quiet.release == first.release


def test_nothing_new_asks_for_metadata_only(quiet: Chapter, first: Chapter) -> None:
    data = ("/v3/data", "/v1/data")
    assert [path for path in first.asked if path.startswith(data)]
    assert quiet.asked
    assert [path for path in quiet.asked if path.startswith(data)] == []


def test_a_failing_table_leaves_the_others_to_finish_and_the_run_red(broken: Chapter) -> None:
    (run,) = broken.runs["jobindsats"]
    assert run.state == RED
    assert {name for name, state in run.tasks.items() if state == RED} == {"y25i01", "vagt"}
    assert {run.tasks[table] for table in ("y60a02", "y60c07", "y60j01")} == {GREEN}
    assert run.tasks["luk"] == GREEN
    assert run.tries["y25i01"] == 1, "an answer that was seen and is no good is not asked for again"


def test_what_landed_beside_it_goes_out_with_the_mark(
    operation: Operation, broken: Chapter, first: Chapter
) -> None:
    name, tables = broken.events[-1]
    assert (name, len(broken.events)) == ("landing_jobindsats", len(first.events) + 1)
    assert {"y60a02", "y60c07", "y60j01"} <= set(tables)
    assert "y25i01" not in tables
    (plan,) = broken.runs[PLAN]
    assert plan.state == RED
    assert plan.tasks == {
        "byg_kandidat": GREEN,
        "bedoem": GREEN,
        "udgiv": GREEN,
        "meld": RED,
        "besked": GREEN,
        "bed_om_gennemsyn": "skipped",
    }
    assert broken.release.name != first.release.name
    assert broken.release.not_updated == {"y25i01"}
    assert broken.release.hele_landet == AT_FIRST
    folder = operation.home / "releases/current/tabeller/roskilde"
    (printed,) = folder.glob("eksempel-2026-resultatmaal-2026M??.csv")
    assert "y25i01: ikke opdateret: se fund" in printed.read_text("utf-8-sig")


def test_the_release_before_is_as_it_was(
    operation: Operation, broken: Chapter, first: Chapter
) -> None:
    assert digest(operation.home / "releases" / first.release.name) == first.release.digest


def test_a_wrong_key_fails_at_once(locked_out: Chapter, broken: Chapter) -> None:
    (run,) = locked_out.runs["jobindsats"]
    assert run.state == RED
    assert (run.tasks["nyt"], run.tries["nyt"]) == (RED, 1)
    assert run.tasks["luk"] == "skipped"
    assert PLAN not in locked_out.runs
    assert locked_out.release == broken.release


def test_no_secret_is_left_in_anything(operation: Operation, locked_out: Chapter) -> None:
    """Logs, database (XCom, rendered templates), landing, warehouse, releases, messages."""
    assert operation.received.trusted == {"mail", "webhook"}, "the secrets were used"
    searched = search_for([STEM], [operation.home])
    print(f"\n{searched}")
    assert searched.found == []
    assert searched.databases >= 3  # Airflow's, the warehouse, a release
    assert searched.files > 500
