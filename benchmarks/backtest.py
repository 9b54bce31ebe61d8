"""Rolling origins on the three recorded tables, through the forecast as dbt compiled it.

`make backtest` writes docs/backtest.md. The forecast is not written a second time here: dbt
compiles its models, the recorded months take the place of `int_prognose__serier`, and more origins
that of `int_prognose__oprindelser`. Nothing is drawn at random.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from beskplan.settings import PROJECT
from beskplan.standin.recorded import newest_recording

# The total group of each table, by the measure that counts fuldtidspersoner.
TABLES = {
    "y25i01": "Antal ledige fuldtidspersoner",
    "y25i09": "Antal langtidsledige fuldtidspersoner",
    "y60a02": "Antal fuldtidspersoner",
}
MODELS = {
    "int_prognose__fremskrivning": "intermediate",
    "prognose": "marts",
    "prognose_maal": "marts",
}
# The method's constants were chosen on figures up to this month; later origins are printed.
CHOSEN_UNTIL = "2024M07"
HORIZON = 12
LEVELS = (95, 100, 105)
REPORT = PROJECT / "docs" / "backtest.md"

SERIES_SQL = """
create or replace table int_prognose__serier as
select
    'indikator' as serie_art,
    tabel_id as serie_id,
    tabel_id as serie_navn,
    tabel_id,
    'fuldtidspersoner' as enhed,
    0 as decimaler,
    kommune_kode,
    make_date((maaned_nr - 1) // 12, (maaned_nr - 1) % 12 + 1, 1) as maaned,
    maaned_nr,
    vaerdi::decimal(18, 3) as vaerdi,
    false as er_syntetisk,
    999999 as naeste_brud_nr
from optaget
"""
ORIGINS_SQL = """
create or replace table int_prognose__oprindelser as
select
    serie_id,
    maaned_nr as oprindelse_nr,
    $horizon::integer as horisont_til,
    maaned_nr >= $printed as udgives,
    false as er_ophoert
from (select distinct serie_id, maaned_nr from int_prognose__serier)
"""
# One row a printed forecast whose month has a figure; a rival without a figure is left out of all.
PAIRS_SQL = """
create or replace table par as
with med_nr as (
    select *, year(prognose_fra) * 12 + month(prognose_fra) as fra_nr from alle_prognoser
)
select
    med_nr.serie_id,
    med_nr.kommune_kode,
    med_nr.fra_nr,
    med_nr.horisont,
    med_nr.prognose::double as prognose,
    med_nr.nedre_80::double as nedre_80,
    med_nr.oevre_80::double as oevre_80,
    fra.vaerdi::double as naiv,
    aaret_foer.vaerdi::double as saesonnaiv,
    udfald.vaerdi::double as udfald,
    fremskrivning.stoerrelse
from med_nr
inner join int_prognose__serier as udfald
    on udfald.serie_id = med_nr.serie_id and udfald.kommune_kode = med_nr.kommune_kode
    and udfald.maaned_nr = fra_nr + horisont
inner join int_prognose__serier as fra
    on fra.serie_id = med_nr.serie_id and fra.kommune_kode = med_nr.kommune_kode
    and fra.maaned_nr = fra_nr
inner join int_prognose__serier as aaret_foer
    on aaret_foer.serie_id = med_nr.serie_id and aaret_foer.kommune_kode = med_nr.kommune_kode
    and aaret_foer.maaned_nr = fra_nr + horisont - 12
inner join int_prognose__fremskrivning as fremskrivning
    on fremskrivning.serie_id = med_nr.serie_id
    and fremskrivning.kommune_kode = med_nr.kommune_kode
    and fremskrivning.oprindelse_nr = fra_nr and fremskrivning.horisont = med_nr.horisont
where med_nr.prognose is not null
"""
# Targets: the level at the origin less 5 pct., as it is, and 5 pct. more; for the month half a year
# ahead, the month a year ahead, and the average of the year ahead.
TARGETS_SQL = """
create or replace table int_resultatmaal as
select
    serie_id || '-' || kommune_kode as plan_id,
    periode || '-' || niveau as maal_nr,
    serie_id as indikator_id,
    kommune_kode,
    0 as decimaler,
    '<=' as retning,
    floor(vaerdi * niveau / 100 + 0.5)::decimal(18, 3) as maal_vaerdi,
    (maaned + to_months(foerste))::date as maal_fra,
    (maaned + to_months(sidste))::date as maal_til
from int_prognose__serier
cross join (select unnest($levels) as niveau)
cross join (values ('halvt_aar', 6, 6), ('helt_aar', 12, 12), ('gennemsnit', 1, 12))
    as perioder (periode, foerste, sidste)
where maaned_nr = $origin
"""
ONE_ORIGIN_SQL = """
create or replace table prognose as
select * from alle_prognoser
where year(prognose_fra) * 12 + month(prognose_fra) = $origin
"""
# What came of a target: only where every month of its period has a figure.
REACHED_SQL = """
select
    maal.indikator_id as serie_id,
    maal.kommune_kode,
    $origin::integer as fra_nr,
    maal.maal_nr,
    maal.sandsynlighed_pct,
    floor(avg(udfald.vaerdi) + 0.5) <= any_value(maal.maal_vaerdi) as naaet
from prognose_maal as maal
inner join int_prognose__serier as udfald
    on udfald.serie_id = maal.indikator_id and udfald.kommune_kode = maal.kommune_kode
    and udfald.maaned between maal.maal_fra and maal.maal_til
where maal.status = 'prognose'
group by all
having count(*) = any_value(maal.antal_maaneder)
order by all
"""


def month_number(periode: str) -> int:
    """`2024M07` on an axis without gaps."""
    return int(periode[:4]) * 12 + int(periode[5:])


def month_text(number: int) -> str:
    """The month with this number."""
    return f"{(number - 1) // 12}M{(number - 1) % 12 + 1:02}"


def recorded_series() -> pd.DataFrame:
    """The recorded total group of each table: serie_id, kommune_kode, maaned_nr, vaerdi.

    Each table's newest month is left out: it is provisional, and so is neither used by the forecast
    nor an outcome.
    """
    cells = newest_recording()
    kommuner = pd.read_csv(PROJECT / "seeds" / "kommuner.csv", dtype=str)
    codes = dict(zip(kommuner["kommune_navn"], kommuner["kommune_kode"], strict=True))
    cells = cells[(cells["dimensioner"] == "") & cells["omraade_navn"].isin(codes)]
    cells = cells[cells["maaling"] == cells["tabel_id"].map(TABLES)].dropna(subset="vaerdi")
    newest = cells.groupby("tabel_id")["periode"].transform("max")
    cells = cells[cells["periode"] < newest]
    return pd.DataFrame(
        {
            "tabel_id": cells["tabel_id"],
            "kommune_kode": cells["omraade_navn"].map(codes),
            "maaned_nr": cells["periode"].map(month_number),
            "vaerdi": cells["vaerdi"],
        }
    )


def compile_models(folder: Path) -> dict[str, str]:
    """The forecast's models as dbt compiles them for a database `backtest.duckdb`."""
    project = PROJECT / "dbt_project"
    (folder / "kompileret").mkdir()
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", "compile"),
            *("--select", *MODELS, "--quiet"),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "log")),
        ],
        env=os.environ | {"BESKPLAN_DUCKDB": str(folder / "kompileret" / "backtest.duckdb")},
        cwd=project,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    compiled = folder / "target" / "compiled" / "beskplan" / "models"
    return {
        name: (compiled / layer / f"{name}.sql").read_text(encoding="utf-8")
        for name, layer in MODELS.items()
    }


@dataclass
class Backtest:
    """The forecast from every origin, beside what came.

    Args:
        con: database with `alle_prognoser` (the mart), `par` (forecast, rivals, outcome).
        models: compiled SQL.
    """

    con: duckdb.DuckDBPyConnection
    models: dict[str, str]

    @classmethod
    def run(cls, folder: Path, models: dict[str, str], series: pd.DataFrame) -> Backtest:
        """Forecast from every month after `CHOSEN_UNTIL`, each knowing nothing later.

        Args:
            folder: where the database may lie.
            models: `compile_models`.
            series: `recorded_series`, changed or not.
        """
        folder.mkdir(parents=True, exist_ok=True)
        con = duckdb.connect(str(folder / "backtest.duckdb"))
        con.register("optaget", series)
        con.execute(SERIES_SQL)
        values = {"horizon": HORIZON, "printed": month_number(CHOSEN_UNTIL)}
        con.execute(ORIGINS_SQL, values)
        con.execute(
            "create or replace table dim_kommune as "
            "select distinct kommune_kode, kommune_kode as kommune_navn from int_prognose__serier"
        )
        for name, table in (
            ("int_prognose__fremskrivning", "int_prognose__fremskrivning"),
            ("prognose", "alle_prognoser"),
        ):
            con.execute(f"create or replace table {table} as {models[name]}")
        con.execute(PAIRS_SQL)
        return cls(con, models)

    def pairs(self) -> pd.DataFrame:
        """Forecast, rivals and outcome, one row a table, kommune, origin and horizon."""
        return self.con.execute("select * from par order by all").df()

    def forecasts(self) -> pd.DataFrame:
        """The mart, as it would have been published at each origin."""
        return self.con.execute("select * from alle_prognoser order by all").df()

    def targets(self) -> pd.DataFrame:
        """Drawn targets: the probability that was stated and whether they were reached."""
        found = []
        origins = self.con.execute("select distinct fra_nr from par order by 1").fetchall()
        for (origin,) in origins:
            values = {"origin": origin, "levels": list(LEVELS)}
            self.con.execute(TARGETS_SQL, values)
            self.con.execute(ONE_ORIGIN_SQL, {"origin": origin})
            self.con.execute(
                f"create or replace table prognose_maal as {self.models['prognose_maal']}"
            )
            found.append(self.con.execute(REACHED_SQL, {"origin": origin}).df())
        return pd.concat(found, ignore_index=True)


def theta_pairs(series: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The Theta method of statsmodels on every sixth origin, beside the same pairs.

    It takes its own defaults; a season is estimated where there are two whole years.
    """
    import warnings

    from statsmodels.tsa.forecasting.theta import ThetaModel

    warnings.simplefilter("ignore")
    origins = sorted(pairs["fra_nr"].unique())[::6]
    rows = []
    for (tabel_id, kommune), months in series.sort_values("maaned_nr").groupby(
        ["tabel_id", "kommune_kode"]
    ):
        for origin in origins:
            known = months[months["maaned_nr"] <= origin]
            if known.empty or known["maaned_nr"].iloc[-1] != origin:
                continue
            values = pd.Series(
                known["vaerdi"].to_numpy(),
                index=pd.PeriodIndex.from_ordinals(known["maaned_nr"] - 1 - 1970 * 12, freq="M"),
            ).asfreq("M")
            values = values.interpolate()
            seasonal = len(values) >= 24 and bool((values > 0).all())
            model = ThetaModel(values, period=12, deseasonalize=seasonal)
            ahead = model.fit().forecast(HORIZON)
            rows += [
                (tabel_id, kommune, origin, step + 1, value) for step, value in enumerate(ahead)
            ]
    theta = pd.DataFrame(rows, columns=["serie_id", "kommune_kode", "fra_nr", "horisont", "theta"])
    return pairs.merge(theta, on=["serie_id", "kommune_kode", "fra_nr", "horisont"])


def main() -> None:
    """Write docs/backtest.md."""
    from backtest_report import report

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        series = recorded_series()
        backtest = Backtest.run(folder / "kørsel", compile_models(folder), series)
        pairs = backtest.pairs()
        text = report(pairs, theta_pairs(series, pairs), backtest.targets())
    REPORT.write_text(text, encoding="utf-8")
    print(f"{REPORT.relative_to(PROJECT)}: {pairs['fra_nr'].nunique()} origins")


if __name__ == "__main__":
    main()
