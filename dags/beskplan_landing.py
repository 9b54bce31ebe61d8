"""The shape of a landing DAG, the same for each source.

No DAG is defined at import, and `.airflowignore` keeps the file out of the DAG search.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from beskplan_airflow import (
    TASK_DEFAULTS,
    besked,
    ends_in_time,
    landing_asset,
    settings_with_connection,
)

TIMEZONE = "Europe/Copenhagen"
LANDED = "landet"
UNCHANGED = "uaendret"


def landing_dag(kilde: str, *, cron: str, doc_md: str) -> DAG:
    """Make the DAG of one source: `nyt` → `hent` (one a table) → `luk`, `besked` and `vagt`.

    Args:
        kilde: the source; also the DAG's id.
        cron: when to look, Danish time.
        doc_md: what a person reads in Airflow.

    Returns:
        The DAG.
    """
    asset = landing_asset(kilde)
    with DAG(
        dag_id=kilde,
        # A new installation looks at once instead of at the next fixed time.
        schedule=CronTriggerTimetable(cron, timezone=TIMEZONE, run_immediately=True),
        catchup=False,
        max_active_runs=1,
        default_args=TASK_DEFAULTS,
        deadline=ends_in_time(),
        tags=["beskplan", "landing"],
        doc_md=doc_md,
    ) as dag:

        @task
        def nyt() -> list[str]:
            from beskplan import flow

            return flow.news(settings_with_connection(), kilde)

        @task(map_index_template="{{ task.op_kwargs['tabel_id'] }}", max_active_tis_per_dag=2)
        def hent(tabel_id: str) -> dict[str, str]:
            from beskplan import flow

            udfald = flow.fetch(settings_with_connection(), kilde, tabel_id)
            # A try that was killed may have landed the table before it died.
            if udfald == UNCHANGED and get_current_context()["ti"].try_number > 1:
                udfald = LANDED
            return {"tabel_id": tabel_id, "udfald": udfald}

        @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[asset])
        def luk(hentet: Any, *, outlet_events: Any = None) -> list[str]:
            landed = [table["tabel_id"] for table in hentet or [] if table["udfald"] == LANDED]
            if not landed:
                raise AirflowSkipException(f"{kilde}: nothing landed, so nothing to build")
            outlet_events[asset].extra = {"tabeller": landed}
            return landed

        @task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
        def vagt() -> None:
            raise AirflowFailException(
                f"{kilde}: at least one task failed; the red squares name the tables"
            )

        asked = nyt()
        fetched = hent.expand(tabel_id=asked)
        [asked, fetched] >> besked()
        [asked, fetched, luk(fetched)] >> vagt()
    return dag
