"""The airflow DAG from landed vintages to a release."""

from __future__ import annotations

from airflow.sdk import DAG, Param, get_current_context, task
from beskplan_airflow import POOL, TASK_DEFAULTS, landing_asset, settings_with_connection

DOC_MD = """
# Beskæftigelsesplan: byg, bedøm, udgiv

**Hvad:** Bygger en kandidat af alt, der er hentet (`byg_kandidat`), bedømmer den tabel for tabel
(`bedoem`), udgiver den (`udgiv`) og melder (`meld`). En tabel, der stoppes eller ikke kunne hentes,
går ud med sine forrige tal og mærket "ikke opdateret".

**Hvornår:** Når `jobindsats`, `statbank` eller `joblog` har hentet noget nyt. Én kørsel ad gangen.
Startes den i hånden, kan `as_of` sættes til et tidspunkt (UTC, fx `2026-08-18T20:00:00Z`): så
bruges kun det, der var hentet da.

**Hvem:** Ingen vækkes. En rød kørsel læses af den dataansvarlige samme dag.

**Gør dette, når den er rød:**

| rød opgave | betyder | gør |
|---|---|---|
| `byg_kandidat` | en håndført tabel er forkert, eller dbt stoppede | ret det, loggen nævner |
| `bedoem` | noget, alle tabeller deler, er forkert | intet er udgivet; læs loggen |
| `udgiv` | udgivelsen kunne ikke skrives | den forrige står ved magt; læs loggen, start igen |
| `meld` | udgivelsen er ude, men mindst én tabel har gamle tal | læs `releases/current/kvalitet/` |

Kørslen kan gentages uden skade: hviler den på det samme som `releases/current`, udgives intet.
"""

ISO_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$"

with DAG(
    dag_id="beskaeftigelsesplan",
    schedule=landing_asset("jobindsats") | landing_asset("statbank") | landing_asset("joblog"),
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
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
    def bedoem(run: str) -> list[str]:
        """Judge the candidate; give the tables that are not updated."""
        from beskplan import flow

        return flow.judge(settings_with_connection(), run)

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
    bedoem(candidate) >> udgiv(candidate) >> meld(candidate)
