"""The files of one kommune: overview, nøgletal, quarterly status, plan draft; its plans' mål."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from beskplan.release import danish, noegletal, resultatmaal, ydelsesoversigt
from beskplan.release.basis import Basis
from beskplan.release.charts import Drawing
from beskplan.release.documents import tags
from beskplan.release.documents.written import Rows, document, overview, tables
from beskplan.release.laid_out import LaidOut
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Sheet

PLANS_SQL = """
select distinct plan_id, plan_titel, kommune_kode, kommune_navn, er_eksempel
from resultatmaal_status
where kommune_kode = $kommune
order by plan_id
"""
# The newest month, and the newest quarter that the source is done with.
MONTHS_SQL = """
select
    max(maaned)::varchar as nyeste,
    (max(maaned) filter (
        where month(maaned) % 3 = 0 and not er_foreloebig and antal_status <> 'N'
    ))::varchar as kvartal
from ydelsesoversigt
where kommune_kode = $kommune and er_gaeldende
"""
MINISTER_SQL = """
select ministermaal_aar, ministermaal_nr, ministermaal
from dim_ministermaal
where
    ministermaal_aar = (select max(ministermaal_aar) from dim_ministermaal)
    and gyldig_til is null
order by ministermaal_nr
"""
# Of 13 months that end with a quarter: a year before, the quarter before, and its own three.
QUARTER = (0, 9, 10, 11, 12)
TOTAL, GROUPS = "-i-alt", "-ydelsesgrupper"


def write_kommune(
    con: duckdb.DuckDBPyConnection,
    place: Record,
    basis: Basis,
    folder: Path,
    kept: Path | None,
    drawings: Sequence[Drawing],
    laid_out: LaidOut,
) -> Rows:
    """Write all files of a kommune.

    Args:
        con: the candidate.
        place: kommune_kode, kommune_navn.
        basis: what the release rests on.
        folder: `tabeller/` of the unfinished release; the kommune gets a folder of its own there.
        kept: where drawn charts are kept.
        drawings: the kommune's charts.
        laid_out: its tables.

    Returns:
        File name → rows of figures, of the tables.

    Raises:
        ReleaseError: a figure cannot be printed as it is, or a template not be filled in.
    """
    return _Maker(con, place, basis, folder, kept, laid_out).write(drawings)


class _Maker:
    """Makes the files of one kommune."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        place: Record,
        basis: Basis,
        folder: Path,
        kept: Path | None,
        laid_out: LaidOut,
    ) -> None:
        self.con, self.basis, self.kept, self.laid_out = con, basis, kept, laid_out
        self.code, self.name = str(place["kommune_kode"]), str(place["kommune_navn"])
        self.slug = danish.slug(self.name)
        self.folder = folder / self.slug
        self.rows: Rows = {}
        months = records(con, MONTHS_SQL, kommune=self.code)[0]
        self.newest, self.quarter = months["nyeste"], months["kvartal"]

    def write(self, drawings: Sequence[Drawing]) -> Rows:
        """Write them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plans = records(self.con, PLANS_SQL, kommune=self.code)
        sheets = {plan["plan_id"]: self._plan(plan) for plan in plans}
        if self.newest:
            self._overview(
                f"{self.slug}-ydelsesoversigt-{_month(self.newest)}",
                self.laid_out.overview(self.newest),
            )
        indicators = self._indicators()
        if self.quarter:
            self._documents(drawings, sheets, indicators)
        return self.rows

    def _plan(self, plan: Record) -> Sheet:
        """The resultatmål of a plan, and the overview that the plan itself has."""
        plan_id, period = danish.slug(plan["plan_id"]), _plan_period(self.con, plan["plan_id"])
        sheet = resultatmaal.sheet(self.con, plan["plan_id"], self.basis)
        self._table(f"{plan_id}-resultatmaal-{period}", sheet)
        self._document(
            f"{plan_id}-resultatmaal-{period}",
            "resultatmaal",
            {"resultatmaal": tags.goals(sheet)},
            sheet.title,
        )
        own = ydelsesoversigt.sheet(self.con, plan, self.basis)
        last = records(self.con, ydelsesoversigt.LAST_SQL, plan=plan["plan_id"], kommune=self.code)[
            0
        ]["slut"]
        if last:
            self._overview(f"{plan_id}-ydelsesoversigt-{_month(last)}", own)
        return sheet

    def _overview(self, name: str, sheet: Sheet) -> None:
        self.rows |= overview(self.folder / name, sheet, self.basis.stated_time)

    def _indicators(self) -> Sheet | None:
        sheet = self.laid_out.indicators
        if not sheet.rows:
            return None
        sheet = replace(sheet, title=f"{sheet.title}: {self.name}")
        self._table(f"{self.slug}-noegletal-{noegletal.period(self.con, self.code)}", sheet)
        return sheet

    def _documents(
        self, drawings: Sequence[Drawing], plans: Mapping[str, Sheet], indicators: Sheet | None
    ) -> None:
        """Quarterly status and plan draft: the same tables and charts, told twice."""
        held = {drawing.name.removeprefix(self.slug): drawing for drawing in drawings}
        quarter = self.laid_out.overview(self.quarter)
        shown = tags.overview(quarter, QUARTER, len(QUARTER))
        common: dict[str, Any] = {
            "kommune": self.name,
            "advarsler": list(quarter.warnings),
            "fund": [drawing.finding for drawing in drawings],
            "kvartalet": shown,
            "noegletal": tags.indicators(indicators) if indicators else None,
            "planer": [tags.goals(sheet) for sheet in plans.values()],
            "diagram_i_alt": tags.chart(held.get(TOTAL), self.kept),
        }
        period = _quarter(self.quarter)
        self._document(
            f"{self.slug}-kvartalsstatus-{period}",
            "kvartalsstatus",
            {**common, "kvartal": danish.period(period)},
            f"Kvartalsstatus for {self.name}, {danish.period(period)}",
        )
        goals = records(self.con, MINISTER_SQL)
        self._document(
            f"{self.slug}-planudkast-{_month(self.newest)}",
            "planudkast",
            {
                **common,
                "opgjort": _day(self.basis.stated_time),
                "ministermaal": [f"{g['ministermaal_nr']}. {g['ministermaal']}" for g in goals],
                "ministermaal_lead": _lead(goals),
                "diagram_grupper": tags.chart(held.get(GROUPS), self.kept),
                "oversigtsfil": f"{self.slug}-ydelsesoversigt-{_month(self.newest)}",
            },
            f"Udkast til beskæftigelsesplan for {self.name}",
        )

    def _table(self, name: str, sheet: Sheet) -> None:
        self.rows |= tables(self.folder / name, sheet, self.basis.stated_time)

    def _document(self, name: str, template: str, context: dict[str, Any], title: str) -> None:
        document(self.folder / name, template, context, title, self.basis.stated_time)


def _plan_period(con: duckdb.DuckDBPyConnection, plan_id: str) -> str:
    """The newest month that any mål of the plan has a figure of; else the newest it asks for."""
    goals = resultatmaal.read(con, plan_id)
    held = [month["periode"] for goal in goals for month in goal.fetched]
    return str(max(held or [month["periode"] for goal in goals for month in goal.months]))


def _lead(goals: Sequence[Record]) -> str:
    if not goals:
        return "[Årets ministermål.]"
    year = goals[0]["ministermaal_aar"]
    return (
        f"De nyeste ministermål, systemet kender, er for {year}. [Er der kommet nyere, sættes de "
        "ind her.]"
    )


def _month(iso: str) -> str:
    return f"{iso[:4]}M{iso[5:7]}"


def _quarter(iso: str) -> str:
    return f"{iso[:4]}K{int(iso[5:7]) // 3}"


def _day(stated_time: str) -> str:
    return danish.day(date.fromisoformat(stated_time[:10]))
