"""The airflow DAG from landed vintages to a release."""

from __future__ import annotations

import beskplan_airflow as shared
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, AssetAny, Param, get_current_context, task
from beskplan_airflow import POOL, TASK_DEFAULTS, landing_asset, settings_with_connection

DOC_MD = """
# Beskæftigelsesplan: byg, bedøm, udgiv

**Hvad:** Bygger en kandidat af alt, der er hentet (`byg_kandidat`), bedømmer den tabel for tabel
(`bedoem`; loggen siger, hvad der er mistænkt), udgiver den (`udgiv`) og melder (`meld`). En tabel,
der stoppes eller ikke kunne hentes, går ud med sine forrige tal og et mærke. For en tabel, som en
person skal se på, starter `bed_om_gennemsyn` en kørsel af `gennemsyn`; der ventes ikke her.

**Hvornår:** Når en kilde har noget nyt, eller `gennemsyn` er godkendt. Én kørsel ad gangen.
Startes den i hånden, kan `as_of` sættes til et tidspunkt (UTC, fx `2026-08-18T20:00:00Z`): så
bruges kun det, der var hentet da, og udgivelsen lægges i `arbejde/genskabt/`; `current` røres ikke.

**Hvem:** `besked` skriver til den dataansvarlige, når noget er stoppet, afventer eller mislykkes.

**Gør dette, når den er rød:**

| rød opgave | betyder | gør |
|---|---|---|
| `byg_kandidat` | en håndført tabel er forkert, eller dbt stoppede | ret det, loggen nævner |
| `bedoem` | noget, alle tabeller deler, er forkert | intet er udgivet; læs loggen |
| `udgiv` | udgivelsen kunne ikke skrives | den forrige står ved magt; læs loggen, start igen |
| `meld` | en tabel gik ud med gamle tal | læs `current/site/kvalitet/`; svar i `gennemsyn` |

Kørslen kan gentages uden skade: hviler den på det samme som `releases/current`, udgives intet."""

ISO_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$"
with DAG(
    dag_id="beskaeftigelsesplan",
    schedule=AssetAny(*map(landing_asset, ("jobindsats", "statbank", "joblog")), shared.APPROVED),
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    deadline=shared.ends_in_time(),
    params={
        "as_of": Param(
            None,
            type=["null", "string"],
            format="date-time",  # the web page shows a calendar; the pattern is what checks
            pattern=ISO_TIME,
            title="as_of (UTC)",
            description="Brug kun det, der var hentet på dette tidspunkt. Tom: alt.",
        )
    },
    tags=["beskplan", "udgivelse"],
    doc_md=DOC_MD,
) as dag:

    @task(pool=POOL)
    def byg_kandidat() -> str:
        """Build the candidate; give the run's id."""
        from beskplan import flow

        as_of = get_current_context()["params"]["as_of"]
        return flow.build(settings_with_connection(), as_of=as_of)

    @task(pool=POOL)
    def bedoem(run: str) -> list[dict[str, object]]:
        """Judge the candidate; give a run of `gennemsyn` for each vintage that waits."""
        from beskplan import flow

        settings = settings_with_connection()
        flow.judge(settings, run)
        print(*flow.suspects(settings, run), sep="\n")
        return [shared.review_run(*made.key) for made in flow.waiting(settings)]

    @task(pool=POOL)
    def udgiv(run: str) -> str | None:
        """Publish the candidate; give the release's id."""
        from beskplan import flow

        return flow.publish(settings_with_connection(), run)

    @task
    def meld(run: str) -> None:
        """Turn the run red if a table went out with older figures."""
        from beskplan import flow

        flow.report(settings_with_connection(), run)

    candidate = byg_kandidat()
    judged, published = bedoem(candidate), udgiv(candidate)
    judged >> published >> meld(candidate)
    [candidate, judged, published] >> shared.besked(["byg_kandidat", "bedoem", "udgiv"])
    ask = TriggerDagRunOperator.partial(
        task_id="bed_om_gennemsyn",
        trigger_dag_id=shared.REVIEW_DAG,
        logical_date=None,
        skip_when_already_exists=True,
    )
    published >> ask.expand_kwargs(judged)  # once a vintage: the run bears its name
