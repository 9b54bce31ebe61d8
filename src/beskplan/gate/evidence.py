"""Reads the evidence that dbt left in the candidate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from beskplan.errors import GateError

# The real month; other scenarios are a bench's.
SCENARIO = 0
TABLES_SQL = """
with maalt as (
    select
        kilde,
        tabel_id,
        sum(fundet) as fundet,
        sum(uden_styrke) filter (where regel_id in ('F6', 'F8')) as uden_styrke
    from kontrol_maalt
    where scenarie = $scenarie
    group by all
),

grundregler as (
    select kilde, tabel_id, count(distinct regel_id) as regler_testet
    from kontrol_maalt
    where
        scenarie = $scenarie and testet > 0
        and regel_id in (
            'F17.omraader', 'F17.perioder', 'F17.maalinger', 'F17.raekker', 'K1', 'K2'
        )
    group by all
),

fund as (
    select kilde, tabel_id, count(*) as fund_raekker
    from kontrol_fund
    where scenarie = $scenarie
    group by all
)

select
    v.kilde,
    v.tabel_id,
    strftime(v.hentet_utc, '%Y-%m-%dT%H:%M:%SZ') as hentet_utc,
    v.er_afgjort,
    cast(coalesce(g.regler_testet, 0) as bigint) as regler_testet,
    cast(coalesce(m.fundet, 0) as bigint) as fundet,
    cast(coalesce(f.fund_raekker, 0) as bigint) as fund_raekker,
    cast(coalesce(m.uden_styrke, 0) as bigint) as uden_styrke
from kontrol_vintager as v
left join maalt as m using (kilde, tabel_id)
left join grundregler as g using (kilde, tabel_id)
left join fund as f using (kilde, tabel_id)
where v.scenarie = $scenarie
order by v.kilde, v.tabel_id
"""
MEASURED_SQL = """
select * from kontrol_maalt
where scenarie = $scenarie
order by kilde, tabel_id, regel_id, periode
"""
FINDINGS_SQL = """
select * replace (
    cast(vaerdi as double) as vaerdi,
    cast(forventet as double) as forventet,
    cast(forventet_fra as double) as forventet_fra,
    cast(forventet_til as double) as forventet_til,
    cast(andel_af_landet_pct as double) as andel_af_landet_pct
)
from kontrol_fund
where scenarie = $scenarie
order by
    kilde, tabel_id, regel_id, score desc, periode desc, omraade_kode, dimensioner, maaling_id,
    besked
"""
SHARED_SQL = "select * from int_kontrol__faelles"


def read(candidate: Path) -> Mapping[str, pd.DataFrame]:
    """Read the evidence of a candidate, which is opened read-only.

    Args:
        candidate: the DuckDB file.

    Returns:
        Suite name → the rows it judges.

    Raises:
        GateError: the candidate holds no evidence.
    """
    parameters = {"scenarie": SCENARIO}
    try:
        with duckdb.connect(str(candidate), read_only=True) as con:
            return {
                "faelles": con.execute(SHARED_SQL).df(),
                "tabeller": con.execute(TABLES_SQL, parameters).df(),
                "kontrol_maalt": con.execute(MEASURED_SQL, parameters).df(),
                "kontrol_fund": con.execute(FINDINGS_SQL, parameters).df(),
            }
    except (duckdb.IOException, duckdb.CatalogException) as error:
        raise GateError(
            f"The candidate holds no evidence: {error}",
            where=str(candidate),
            do="build it with `beskplan byg`",
        ) from error
