"""The step in which a person decides: what it asks, and what becomes of each answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from test_dags import DAGS
from test_landing import LATER, ROWS, vintage
from test_review import FOUND, KEY

from beskplan.errors import ReviewError
from beskplan.landing import Landing, reviews

ANSWERED = datetime(2026, 8, 21, 9, 0, tzinfo=UTC)
ANNA = {"id": "1", "name": "Anna Holm"}


@pytest.fixture(scope="module", autouse=True)
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow_home")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.syspath_prepend(str(DAGS))
        yield


@pytest.fixture(scope="module")
def module() -> Any:
    import gennemsyn

    return gennemsyn


@pytest.fixture
def landing(tmp_path: Path, module: Any, monkeypatch: pytest.MonkeyPatch) -> Landing:
    """One vintage waits, and the DAG's run is about it."""
    monkeypatch.setenv("BESKPLAN_HJEM", str(tmp_path))
    asked = {"tabel_id": KEY[1], "hentet_utc": KEY[2]}
    monkeypatch.setattr(module, "get_current_context", lambda: {"params": asked})
    store = Landing(tmp_path / "landing")
    store.store(vintage())
    store.decide_first(
        *KEY, "afventer", hvem="beskplan gate", hvorfor="Afventer.", fund=FOUND, uden_styrke=0
    )
    return store


def answered(module: Any, option: str, hvorfor: str = "", user: Any = ANNA) -> Any:
    """What the step hands on when it is answered, or when time is up."""
    step = module.dag.get_task("spoerg")
    event = {
        "chosen_options": [option],
        "params_input": {"hvorfor": hvorfor},
        "responded_at": ANSWERED,
        "responded_by_user": user,
        "timedout": user is None,
    }
    return step.execute_complete({}, event)


def record(module: Any, answer: Any) -> None:
    module.dag.get_task("noter").python_callable(answer)


def test_nobody_answering_is_no(module: Any) -> None:
    step = module.dag.get_task("spoerg")
    assert step.options == ["Godkend", "Afvis"]
    assert (step.defaults, step.multiple) == (["Afvis"], False)
    assert step.response_timeout == timedelta(hours=24)
    # The hour is for asking; the wait is another matter, and holds no slot of any pool.
    assert step.execution_timeout == timedelta(hours=1)
    assert step.pool == "default_pool"
    assert list(step.params) == ["hvorfor"]


def test_the_step_waits_without_a_process(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.providers.standard.operators import hitl
    from airflow.sdk.exceptions import TaskAwaitingInput

    asked: dict[str, Any] = {}
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **detail: asked.update(detail))
    with pytest.raises(TaskAwaitingInput) as parked:
        module.dag.get_task("spoerg").execute({"task_instance": SimpleNamespace(id="x")})
    assert asked["defaults"] == ["Afvis"]
    assert parked.value.timeout == timedelta(hours=24)


def test_it_shows_what_was_found(module: Any, landing: Landing) -> None:
    text = module.dag.get_task("vis").python_callable()
    assert "København" in text
    assert "16.712,3" in text
    assert "Mulig årsag" in text


def test_what_no_longer_waits_is_not_asked_about(module: Any, landing: Landing) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    reviews.answer(landing, "y25i01", "afvist", hvem="Bo", hvorfor="set i kilden")
    with pytest.raises(AirflowSkipException):
        module.dag.get_task("vis").python_callable()


def test_an_approval_is_written_down_and_goes_on(module: Any, landing: Landing) -> None:
    record(module, answered(module, "Godkend", "STAR har bekræftet det"))
    made = landing.decisions()[-1]
    assert (made.udfald, made.hvem, made.hvorfor) == (
        "accepteret",
        "Anna Holm",
        "STAR har bekræftet det",
    )
    # The task was killed before it could say so, and runs again.
    record(module, answered(module, "Godkend", "STAR har bekræftet det"))
    assert len(landing.decisions()) == 2


def test_a_rejection_is_written_down_and_builds_nothing(module: Any, landing: Landing) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException):
        record(module, answered(module, "Afvis", "tallene er byttet om"))
    made = landing.decisions()[-1]
    assert (made.udfald, made.hvem, made.hvorfor) == (
        "afvist",
        "Anna Holm",
        "tallene er byttet om",
    )


def test_time_up_rejects_and_says_that_nobody_did(module: Any, landing: Landing) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException):
        record(module, answered(module, "Afvis", user=None))
    made = landing.decisions()[-1]
    assert (made.udfald, made.hvem) == ("afvist", "ingen (fristen udløb)")
    assert "24 timer" in made.hvorfor


def test_without_a_reason_it_goes_on_waiting(module: Any, landing: Landing) -> None:
    with pytest.raises(ReviewError, match="a reason"):
        record(module, answered(module, "Godkend", " "))
    assert [made.key for made in reviews.waiting(landing)] == [KEY]


@pytest.mark.parametrize("superseded", [False, True])
def test_what_was_decided_elsewhere_stands(module: Any, landing: Landing, superseded: bool) -> None:
    """Time is up: nothing happens. A person's answer is refused in words."""
    from airflow.sdk.exceptions import AirflowSkipException

    if superseded:
        landing.store(vintage(ROWS[:4], LATER))
        reviews.supersede(landing)
    else:
        reviews.answer(landing, "y25i01", "accepteret", hvem="Bo", hvorfor="set i kilden")
    before = landing.decisions()
    with pytest.raises(AirflowSkipException, match="elsewhere"):
        record(module, answered(module, "Afvis", user=None))
    with pytest.raises(ReviewError, match="superseded by a newer" if superseded else "accepted"):
        record(module, answered(module, "Afvis", "for sent"))
    assert landing.decisions() == before


def test_each_vintage_that_waits_gets_one_run_of_its_own(
    module: Any,
    landing: Landing,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import beskaeftigelsesplan

    from beskplan import flow

    monkeypatch.setattr(flow, "judge", lambda settings, run: [])
    monkeypatch.setattr(flow, "suspects", lambda settings, run: ["Byttet om: Skive og Struer."])
    judged = beskaeftigelsesplan.dag.get_task("bedoem").python_callable("koersel")
    assert "Byttet om: Skive og Struer." in capsys.readouterr().out
    assert judged == [
        {
            "trigger_run_id": "jobindsats__y25i01__2026-08-18T19:52:00Z",
            "conf": {"tabel_id": "y25i01", "hentet_utc": "2026-08-18T19:52:00Z"},
        }
    ]
    ask = beskaeftigelsesplan.dag.get_task("bed_om_gennemsyn")
    assert ask.partial_kwargs["trigger_dag_id"] == module.dag.dag_id
    assert ask.partial_kwargs["skip_when_already_exists"] is True
    assert "wait_for_completion" not in ask.partial_kwargs
    assert set(judged[0]["conf"]) == set(module.dag.params)
    reviews.answer(landing, "y25i01", "afvist", hvem="Bo", hvorfor="set i kilden")
    assert beskaeftigelsesplan.dag.get_task("bedoem").python_callable("koersel") == []
