"""What all tasks share: settings, the writer's pool, and retries by kind of error.

No DAG is defined here, and `.airflowignore` keeps the file out of the DAG search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    Connection,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryDecision,
    RetryRule,
    SyncCallback,
    TaskInstanceState,
    TriggerRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError

from beskplan.errors import (
    ForbiddenError,
    KilledError,
    MeasureGoneError,
    RateLimitedError,
    SeedError,
    SourceDownError,
    SpuriousRefusalError,
    WrongKeyError,
)
from beskplan.notifiers import run_hangs
from beskplan.settings import Settings

CONNECTION = "jobindsats"
POOL = "duckdb_skriver"
REVIEW_DAG = "gennemsyn"
# Says: a person has approved a vintage that waited.
APPROVED = Asset("gennemsyn_godkendt")


class RetryByError(ExceptionRetryPolicy):
    """Retry rules by kind of error; a source that names its own wait is given that wait."""

    def evaluate(self, exception: BaseException, *args: Any, **kwargs: Any) -> RetryDecision:
        """Take the first rule that fits, with the wait that a 429 asked for."""
        decision = super().evaluate(exception, *args, **kwargs)
        if isinstance(exception, RateLimitedError):
            return replace(decision, retry_delay=timedelta(seconds=exception.retry_after))
        return decision


RETRIES = RetryByError(
    rules=[
        RetryRule(
            [WrongKeyError, SeedError, MeasureGoneError],
            RetryAction.FAIL,
            reason="a person has to act; asking again changes nothing",
        ),
        RetryRule(RateLimitedError, reason="asked too often: wait as long as the source says"),
        # While its database is away Airflow ends a task (dbt may die first) or takes no word of it.
        RetryRule(
            [KilledError, AirflowRuntimeError],
            retry_delay=timedelta(minutes=1),
            reason="a process was ended from outside, or Airflow did not answer",
        ),
        RetryRule(SourceDownError, retry_delay=timedelta(minutes=5), reason="source is down"),
        RetryRule(
            [ForbiddenError, SpuriousRefusalError],
            retry_delay=timedelta(minutes=15),
            reason="known to pass: the source refuses for a while around a release",
        ),
    ],
    default=RetryAction.FAIL,
)
HOURS = 4
# A worker that was killed raises nothing, so no rule is asked: it is one of these retries.
TASK_DEFAULTS = {
    "owner": "beskplan",
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": RETRIES,
    # The longest step takes minutes; a task that hangs would hold up every later run.
    "execution_timeout": timedelta(hours=1),
}


def ends_in_time() -> DeadlineAlert:
    """Tell of a run that hangs; nothing else, for what failed tells of itself.

    A step may take an hour and be tried four times, but a run that has not ended after these hours
    waits for something that will not come.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=HOURS),
        callback=SyncCallback(run_hangs, kwargs={"hours": HOURS}),
    )


def settings_with_connection() -> Settings:
    """Read the environment, then let the Airflow connection `jobindsats` overrule it.

    The connection's host is the address (with or without scheme), its password the token.
    """
    settings = Settings.from_env()
    try:
        connection = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return settings
    address = settings.jobindsats_url
    if connection.host:
        scheme = "" if "://" in connection.host else "https://"
        port = f":{connection.port}" if connection.port else ""
        address = f"{scheme}{connection.host}{port}".rstrip("/")
    return replace(settings, jobindsats_url=address, token=connection.password or settings.token)


@task(trigger_rule=TriggerRule.ALL_DONE)
def besked(steps: Sequence[str] = ()) -> None:
    """Tell of what stands, also after a task that failed; the DAG's earlier runs hang no more.

    Args:
        steps: tasks that say why they fail, unless they are killed.
    """
    from beskplan import notifiers

    context = get_current_context()
    dag, run = context["dag"].dag_id, context["run_id"]
    states = context["ti"].get_task_states(dag, run_ids=[run])[run]
    failed = [step for step in steps if states.get(step) == TaskInstanceState.FAILED]
    notifiers.tell(settings_with_connection(), ended_dag=dag, failed=failed)


def landing_asset(kilde: str) -> Asset:
    """The asset that says: something of this source has landed."""
    return Asset(f"landing_{kilde}")


def review_run(kilde: str, tabel_id: str, hentet_utc: str) -> dict[str, object]:
    """How to start the run of `gennemsyn` that asks about one vintage; one vintage, one name."""
    return {
        "trigger_run_id": f"{kilde}__{tabel_id}__{hentet_utc}",
        "conf": {"tabel_id": tabel_id, "hentet_utc": hentet_utc},
    }
