"""The airflow DAG in which a person decides of one vintage that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, Param, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException
from beskplan_airflow import APPROVED, REVIEW_DAG, TASK_DEFAULTS, settings_with_connection

DOC_MD = """
# Gennemsyn: en person tager stilling til én tabels nye tal

**Hvad:** Viser, hvad kontrollen har fundet i én udgave af én tabel (`vis`), spørger en person
(`spoerg`: under "Required Actions"), og skriver svaret ned med hvem og hvorfor (`noter`). Er svaret
Godkend, bygges en ny udgivelse af sig selv.

**Hvornår:** Startes af `beskaeftigelsesplan`, én kørsel for hver udgave, der venter. Svarer ingen
inden 24 timer, er svaret Afvis. Kommer der en nyere udgave forinden, er der intet at svare på.

**Hvem:** Den dataansvarlige, samme dag. Begrundelsen skal skrives; den udgives med tallene.

**Gør dette, når den er rød:** Loggen af `noter` siger hvorfor. Mangler begrundelsen, så ryd
`spoerg` (Clear): der spørges igen. Man kan også svare med `beskplan gennemse`.
Kør den ikke med `airflow dags test`: den ville vente for evigt.
"""

APPROVE, REJECT = "Godkend", "Afvis"
NOBODY = "ingen (fristen udløb)"
TOO_LATE = "Ingen svarede inden 24 timer."

with DAG(
    dag_id=REVIEW_DAG,
    schedule=None,
    catchup=False,
    max_active_runs=100,  # each waits for a person; no table waits for another
    default_args=TASK_DEFAULTS,
    params={
        "tabel_id": Param("", type="string", title="Tabel"),
        "hentet_utc": Param("", type="string", title="Udgavens tidspunkt (UTC)"),
    },
    tags=["beskplan", "gennemsyn"],
    doc_md=DOC_MD,
) as dag:

    @task
    def vis() -> str:
        """Give what a person has to know; skip what does not wait (any more)."""
        from beskplan import flow

        asked = get_current_context()["params"]
        text = flow.question(settings_with_connection(), asked["tabel_id"], asked["hentet_utc"])
        if text is None:
            raise AirflowSkipException(f"{asked['tabel_id']} {asked['hentet_utc']} does not wait")
        return text

    ask = HITLOperator(
        task_id="spoerg",
        subject="Skal {{ params.tabel_id }}, hentet {{ params.hentet_utc }}, med i udgivelsen?",
        body="{{ ti.xcom_pull(task_ids='vis') }}",
        options=[APPROVE, REJECT],
        defaults=REJECT,
        response_timeout=timedelta(hours=24),
        params={
            "hvorfor": Param(
                "",
                type="string",
                title="Hvorfor",
                description="Skal skrives; udgives med tallene.",
            )
        },
    )

    @task(outlets=[APPROVED])
    def noter(svar: dict[str, Any]) -> None:
        """Write the answer down; only an approval goes on to a new build."""
        from beskplan import flow

        asked = get_current_context()["params"]
        settings = settings_with_connection()
        tabel_id, hentet_utc = asked["tabel_id"], asked["hentet_utc"]
        user, approved = svar["responded_by_user"], svar["chosen_options"] == [APPROVE]
        if user is None and flow.question(settings, tabel_id, hentet_utc) is None:
            raise AirflowSkipException(f"{tabel_id} {hentet_utc} was decided of elsewhere")
        flow.review(
            settings,
            tabel_id,
            "accepteret" if approved else "afvist",
            hvem=user["name"] if user else NOBODY,
            hvorfor=svar["params_input"].get("hvorfor", "") if user else TOO_LATE,
            hentet_utc=hentet_utc,
        )
        if not approved:
            raise AirflowSkipException(f"{tabel_id} {hentet_utc} is rejected: nothing to build")

    vis() >> ask
    noter(ask.output)
