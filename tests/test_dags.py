"""The DAGs as Airflow reads them: which they are, what they wait for, how they fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from beskplan import errors
from beskplan.airflow_local import POOL

DAGS = Path(__file__).resolve().parents[1] / "dags"
DAG_FILES = ("beskaeftigelsesplan", "gennemsyn", "jobindsats", "statbank", "joblog")
LANDING_TASKS = {"nyt", "hent", "luk", "besked", "vagt"}
HEAVY = {"pandas", "numpy", "duckdb", "great_expectations", "httpx", "dbt", "pyarrow", "scipy"}

IMPORT_ONE = """
import json, runpy, sys, time
import airflow.sdk
sys.path.append(sys.argv[1])
before, began = set(sys.modules), time.perf_counter()
runpy.run_path(sys.argv[2])
took = time.perf_counter() - began
print(json.dumps({"took": took, "new": sorted(set(sys.modules) - before)}))
"""


@pytest.fixture(scope="module", autouse=True)
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Airflow makes its home when it is imported: not in the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow_home")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.syspath_prepend(str(DAGS))
        yield


@pytest.fixture(scope="module")
def bag() -> Any:
    from airflow.dag_processing.dagbag import BundleDagBag

    return BundleDagBag(DAGS, bundle_path=DAGS, bundle_name="dags", safe_mode=True)


def make(error: type[errors.BeskplanError]) -> errors.BeskplanError:
    wait = {"retry_after": 7.0} if error is errors.RateLimitedError else {}
    return error("what", where="where", do="do", **wait)


def every_error(root: type = errors.BeskplanError) -> set[type[errors.BeskplanError]]:
    found = set(root.__subclasses__())
    return found.union(*(every_error(kind) for kind in found))


def test_exactly_these_dags_and_tasks(bag: Any) -> None:
    assert bag.import_errors == {}
    assert {dag_id: set(dag.task_ids) for dag_id, dag in bag.dags.items()} == {
        "jobindsats": LANDING_TASKS,
        "statbank": LANDING_TASKS,
        "joblog": LANDING_TASKS,
        "beskaeftigelsesplan": {
            "byg_kandidat",
            "bedoem",
            "udgiv",
            "meld",
            "besked",
            "bed_om_gennemsyn",
        },
        "gennemsyn": {"vis", "spoerg", "noter"},
    }


@pytest.mark.parametrize("name", DAG_FILES)
def test_a_dag_file_is_short_and_loads_nothing_heavy(name: str) -> None:
    file = DAGS / f"{name}.py"
    assert len(file.read_text().splitlines()) < 100
    command = [sys.executable, "-c", IMPORT_ONE, str(DAGS), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert "beskplan_airflow" in result["new"], "the file was not read"
    assert {module.partition(".")[0] for module in result["new"]} & HEAVY == set()
    assert result["took"] < 2


def test_the_order_of_the_tasks(bag: Any) -> None:
    for dag_id in ("jobindsats", "statbank", "joblog"):
        dag = bag.dags[dag_id]
        assert dag.get_task("hent").upstream_task_ids == {"nyt"}
        assert dag.get_task("luk").upstream_task_ids == {"hent"}
        assert dag.get_task("vagt").upstream_task_ids == {"nyt", "hent", "luk"}
        assert dag.get_task("luk").trigger_rule == "all_done"
        # Told whatever happened; and no build waits for a mail server.
        assert dag.get_task("besked").upstream_task_ids == {"nyt", "hent"}
        assert dag.get_task("besked").downstream_task_ids == set()
        assert dag.get_task("besked").trigger_rule == "all_done"
        assert dag.get_task("vagt").trigger_rule == "one_failed"
        assert "tabel_id" in dag.get_task("hent").map_index_template
    dag = bag.dags["beskaeftigelsesplan"]
    assert dag.get_task("bedoem").upstream_task_ids == {"byg_kandidat"}
    assert dag.get_task("udgiv").upstream_task_ids == {"byg_kandidat", "bedoem"}
    assert dag.get_task("meld").upstream_task_ids == {"byg_kandidat", "udgiv"}
    # Beside the last step: were it after, a run whose steps failed would be green.
    told = dag.get_task("besked")
    assert told.upstream_task_ids == {"byg_kandidat", "bedoem", "udgiv"}
    assert (told.trigger_rule, told.downstream_task_ids) == ("all_done", set())
    # The release with the older figures is out before anybody is asked, and nothing waits here.
    assert dag.get_task("bed_om_gennemsyn").upstream_task_ids == {"bedoem", "udgiv"}
    assert dag.get_task("bed_om_gennemsyn").downstream_task_ids == set()
    review = bag.dags["gennemsyn"]
    assert review.get_task("spoerg").upstream_task_ids == {"vis"}
    assert review.get_task("noter").upstream_task_ids == {"spoerg"}


def test_when_they_run(bag: Any) -> None:
    for dag_id, cron in (
        ("jobindsats", "5 8-11,16 * * 1-5"),
        ("statbank", "15 9 * * *"),
        ("joblog", "50 7-16 * * 1-5"),
    ):
        schedule = bag.dags[dag_id].schedule
        assert (schedule.expression, str(schedule.timezone)) == (cron, "Europe/Copenhagen")
    condition = bag.dags["beskaeftigelsesplan"].schedule
    # Either asset is enough: with "all" the plan would wait for StatBank's four releases a year.
    assert type(condition).__name__ == "AssetAny"
    assert {asset.name for asset in condition.objects} == {
        "landing_jobindsats",
        "landing_statbank",
        "landing_joblog",
        "gennemsyn_godkendt",
    }
    runs = {dag.dag_id: (dag.catchup, dag.max_active_runs) for dag in bag.dags.values()}
    assert runs == {
        "jobindsats": (False, 1),
        "statbank": (False, 1),
        "joblog": (False, 1),
        "beskaeftigelsesplan": (False, 1),
        # One a vintage that waits; none may wait for another.
        "gennemsyn": (False, 100),
    }
    assert type(bag.dags["gennemsyn"].schedule) is type(None)


def test_a_run_that_hangs_is_told_of(bag: Any) -> None:
    # `gennemsyn` waits for a person, a day if need be.
    assert not bag.dags["gennemsyn"].deadline
    for dag_id in ("jobindsats", "statbank", "joblog", "beskaeftigelsesplan"):
        (alert,) = bag.dags[dag_id].deadline
        assert type(alert.reference).__name__ == "DagRunQueuedAtDeadline"
        assert (alert.interval.total_seconds(), alert.callback.path) == (
            4 * 3600,
            "beskplan.notifiers.run_hangs",
        )


def test_who_emits_which_asset(bag: Any) -> None:
    emitted = {
        (dag.dag_id, task.task_id, asset.name)
        for dag in bag.dags.values()
        for task in dag.tasks
        for asset in task.outlets
    }
    assert emitted == {
        ("jobindsats", "luk", "landing_jobindsats"),
        ("statbank", "luk", "landing_statbank"),
        ("joblog", "luk", "landing_joblog"),
        ("gennemsyn", "noter", "gennemsyn_godkendt"),
    }


def test_who_writes_duckdb_takes_the_one_slot(bag: Any) -> None:
    in_pool = {
        task.task_id for dag in bag.dags.values() for task in dag.tasks if task.pool == POOL[0]
    }
    assert in_pool == {"byg_kandidat", "bedoem", "udgiv"}
    assert POOL[:2] == ("duckdb_skriver", "1")


def test_a_person_can_read_what_to_do(bag: Any) -> None:
    for dag in bag.dags.values():
        for heading in ("**Hvad:**", "**Hvornår:**", "**Hvem:**", "**Gør dette"):
            assert heading in dag.doc_md
        assert "beskplan" in dag.tags
        assert {task.owner for task in dag.tasks} == {"beskplan"}


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (errors.RateLimitedError, 7),
        (errors.KilledError, 60),
        (errors.SourceDownError, 300),
        (errors.SourceTimeoutError, 300),
        (errors.ForbiddenError, 900),
        (errors.SpuriousRefusalError, 900),
    ],
)
def test_what_passes_by_itself_is_tried_again(error: Any, seconds: int) -> None:
    from beskplan_airflow import RETRIES

    decision = RETRIES.evaluate(make(error), try_number=1, max_tries=3)
    assert (decision.action.value, decision.retry_delay.total_seconds()) == ("retry", seconds)


def test_what_airflow_itself_does_not_answer_is_tried_again() -> None:
    """Seen while its database was away: the build was done and its id could not be handed on."""
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse
    from beskplan_airflow import RETRIES

    error = AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR))
    decision = RETRIES.evaluate(error, try_number=1, max_tries=3)
    assert (decision.action.value, decision.retry_delay.total_seconds()) == ("retry", 60)


def test_every_other_error_fails_at_once() -> None:
    from beskplan_airflow import RETRIES

    failing = {
        kind
        for kind in every_error()
        if RETRIES.evaluate(make(kind), try_number=1, max_tries=3).action.value == "fail"
    }
    assert every_error() - failing == {
        errors.KilledError,
        errors.RateLimitedError,
        errors.SourceDownError,
        errors.SourceTimeoutError,
        errors.ForbiddenError,
        errors.SpuriousRefusalError,
    }
    assert {errors.WrongKeyError, errors.SeedError, errors.MeasureGoneError} <= failing
    assert RETRIES.evaluate(KeyError("a bug"), try_number=1, max_tries=3).action.value == "fail"


def test_every_task_has_the_rules_and_a_spare_try(bag: Any) -> None:
    from beskplan_airflow import RETRIES

    for dag in bag.dags.values():
        for task in dag.tasks:
            assert task.retry_policy is RETRIES
            assert task.retries == (0 if task.task_id == "vagt" else 3)


def test_luk_says_what_landed(bag: Any) -> None:
    luk = bag.dags["jobindsats"].get_task("luk")
    event = SimpleNamespace(extra=None)
    tables = [
        {"tabel_id": "y25i01", "udfald": "landet"},
        {"tabel_id": "y25i09", "udfald": "uaendret"},
    ]
    assert luk.python_callable(tables, outlet_events={luk.outlets[0]: event}) == ["y25i01"]
    assert event.extra == {"tabeller": ["y25i01"]}


@pytest.mark.parametrize("fetched", [None, [], [{"tabel_id": "y25i09", "udfald": "uaendret"}]])
def test_luk_is_skipped_when_nothing_landed(bag: Any, fetched: Any) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    luk = bag.dags["jobindsats"].get_task("luk")
    with pytest.raises(AirflowSkipException):
        luk.python_callable(fetched, outlet_events={})


@pytest.mark.parametrize(
    ("answer", "attempt", "udfald"),
    [
        ("landet", 1, "landet"),
        ("uaendret", 1, "uaendret"),
        # The try before was killed; what it landed would otherwise never be built.
        ("uaendret", 2, "landet"),
        ("ikke_udbudt", 2, "ikke_udbudt"),
    ],
)
def test_hent_after_a_killed_try(
    bag: Any, monkeypatch: pytest.MonkeyPatch, answer: str, attempt: int, udfald: str
) -> None:
    import beskplan_landing

    from beskplan import flow

    monkeypatch.setattr(flow, "fetch", lambda settings, kilde, tabel_id: answer)
    monkeypatch.setattr(
        beskplan_landing,
        "get_current_context",
        lambda: {"ti": SimpleNamespace(try_number=attempt)},
    )
    hent = bag.dags["statbank"].get_task("hent")
    assert hent.python_callable("folk1a") == {"tabel_id": "folk1a", "udfald": udfald}


def test_as_of_is_a_time_or_nothing(bag: Any) -> None:
    from airflow.sdk.exceptions import AirflowException

    param = bag.dags["beskaeftigelsesplan"].params.get_param("as_of")
    assert param.resolve() is None
    assert param.resolve("2026-08-18T20:00:00Z") == "2026-08-18T20:00:00Z"
    with pytest.raises((ValueError, AirflowException)):
        param.resolve("i går")


@pytest.mark.parametrize(
    ("connection", "address"),
    [
        ({"host": "https://api.jobindsats.dk/"}, "https://api.jobindsats.dk"),
        ({"host": "api.jobindsats.dk"}, "https://api.jobindsats.dk"),
        ({"host": "http://127.0.0.1", "port": 8100}, "http://127.0.0.1:8100"),
        ({}, "http://127.0.0.1:9"),
    ],
)
def test_the_connection_overrules_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, connection: dict[str, Any], address: str
) -> None:
    from beskplan_airflow import settings_with_connection

    fields = {"conn_type": "http", "password": "fra-forbindelsen", **connection}
    monkeypatch.setenv("AIRFLOW_CONN_JOBINDSATS", json.dumps(fields))
    monkeypatch.setenv("BESKPLAN_HJEM", str(tmp_path))
    monkeypatch.setenv("JOBINDSATS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("JOBINDSATS_TOKEN", "fra-miljoeet")
    settings = settings_with_connection()
    assert (settings.jobindsats_url, settings.token) == (address, "fra-forbindelsen")
    assert settings.home == tmp_path
    assert "fra-forbindelsen" not in repr(settings)


def test_without_a_connection_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    from beskplan_airflow import settings_with_connection

    monkeypatch.delenv("AIRFLOW_CONN_JOBINDSATS", raising=False)
    monkeypatch.setenv("JOBINDSATS_TOKEN", "fra-miljoeet")
    assert settings_with_connection().token == "fra-miljoeet"  # noqa: S105 - the test's own, opens nothing
