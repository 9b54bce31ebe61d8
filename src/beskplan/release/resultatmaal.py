"""The table of a plan's resultatmål, in the layout of the plan itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import danish, notes
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

STATUS_SQL = """
select * from resultatmaal_status
where plan_id = $plan
order by raekkefoelge, maaned nulls first
"""
TEXT_SQL = "select * from resultatmaal_tekst where plan_id = $plan"

STATUSES = {
    "opfyldt": "Opfyldt",
    "ikke_opfyldt": "Ikke opfyldt",
    "afventer": "Afventer",
    "lokale_tal": "Lokale tal",
    "ikke_opgjort": "Ikke opgjort",
    "databrud": "Databrud",
}
BASELINES: Mapping[str, Callable[[str], str]] = {
    "aarsgennemsnit": lambda period: f"Gennemsnit af {period}",
    "december": lambda period: f"December {period[:4]}",
    "samme_maaned_aaret_foer": lambda period: danish.period(period).capitalize(),
    "rullende_12": lambda period: f"Gennemsnit af 12 måneder til og med {danish.period(period)}",
}
OWN_GOALS = "Kommunens egne mål"
LABEL_COLUMNS = 2
WIDTHS = (8, 40, 24, 16, 10, 10, 9, 11, 10, 11, 10, 10, 11, 11, 30)


def sheet(con: duckdb.DuckDBPyConnection, plan_id: str, basis: Basis) -> Sheet:
    """Lay a plan's resultatmål out.

    Args:
        con: the candidate.
        plan_id: the plan.
        basis: what the release rests on.

    Returns:
        The table: the plan's two columns, then baseline, target, actual and status.

    Raises:
        ReleaseError: a text cannot be filled in, or a figure cannot be printed as it is.
    """
    texts = {record["maal_nr"]: record for record in records(con, TEXT_SQL, plan=plan_id)}
    by_goal = groupby(records(con, STATUS_SQL, plan=plan_id), key=lambda record: record["maal_nr"])
    goals = [_Goal(list(months), texts) for _, months in by_goal]
    first = goals[0].any_month
    columns = _columns(goals)
    rows = _rows(goals)
    tables = {goal.tabel_id for goal in goals if goal.tabel_id}
    synthetic = {goal.tabel_id for goal in goals if goal.tabel_id and goal.is_synthetic}
    return Sheet(
        tab="Resultatmål",
        title=notes.titled(f"{first['plan_titel']}: resultatmål", synthetic=bool(synthetic)),
        warnings=notes.warnings(basis, tables, synthetic, example=bool(first["er_eksempel"])),
        columns=columns,
        label_columns=LABEL_COLUMNS,
        rows=rows,
        notes=[
            *notes.cells(columns, rows),
            *_breaks(goals),
            "Baseline, trykt: som planen har den. Baseline, beregnet: efter kildens tal i dag.",
            "Afvigelse: aktuel minus mål. Krævet pr. måned: ændringen fra den aktuelle måned, hvis "
            "målet skal nås ved målperiodens slutning.",
            *notes.sources(basis, tables),
        ],
    )


def _breaks(goals: Sequence[_Goal]) -> list[str]:
    broken = ", ".join(goal.nr for goal in goals if goal.is_broken)
    return [f"Databrud mellem baseline og aktuel, se forklaring: {broken}."] if broken else []


class _Goal:
    """One mål with its months."""

    def __init__(self, months: Sequence[Record], texts: Mapping[str, Record]) -> None:
        self.months = months
        self.any_month = months[0]
        self.nr = str(self.any_month["maal_nr"])
        if self.nr not in texts:
            raise ReleaseError(
                f"mål {self.nr} has no text",
                where="resultatmaal_tekst",
                do="every mål of resultatmaal_status has a row there",
            )
        self.text = texts[self.nr]

    @property
    def tabel_id(self) -> str | None:
        """The source table, or None for a mål without one."""
        tabel_id: str | None = self.any_month["tabel_id"]
        return tabel_id

    @property
    def is_synthetic(self) -> bool:
        """Whether any of its figures rests on generated ones."""
        return any(month["er_syntetisk"] for month in self.months)

    @property
    def fetched(self) -> list[Record]:
        """The months that the source has published."""
        return [month for month in self.months if month["aktuel_status"] != "N"]

    @property
    def shown(self) -> Record:
        """The month that the mål is judged on: the newest that the source is done with."""
        final = [month for month in self.fetched if not month["er_foreloebig"]]
        return final[-1] if final else self.months[-1]

    @property
    def newest(self) -> Record | None:
        """The newest month, if it is still provisional."""
        last = self.fetched[-1] if self.fetched else None
        return last if last and last["er_foreloebig"] else None

    @property
    def is_broken(self) -> bool:
        """Whether a break lies between baseline and actual."""
        return bool(self.shown["databrud"])

    @property
    def decimals(self) -> int:
        """Decimals of the row's figures."""
        return int(self.text["decimaler"])


def _columns(goals: Sequence[_Goal]) -> list[Column]:
    years = sorted(
        {goal.any_month["maal_periode"][:4] for goal in goals if goal.text["maal_vaerdi"]}
    )
    titles = (
        "Nr.",
        "Ministermål og mål for indsatsen",
        f"Resultatmål {'-'.join(dict.fromkeys((years[0], years[-1])))}" if years else "Resultatmål",
        "Baseline",
        "Baseline, trykt",
        "Baseline, beregnet",
        "Mål",
        "Aktuel måned",
        "Aktuel",
        "Nyeste måned",
        "Nyeste tal",
        "Afvigelse",
        "Krævet pr. måned",
        "Status",
        "Forklaring",
    )
    return [Column(title, width) for title, width in zip(titles, WIDTHS, strict=True)]


def _rows(goals: Sequence[_Goal]) -> list[Row]:
    rows: list[Row] = []
    for heading, group in groupby(goals, key=lambda goal: _heading(goal.any_month)):
        rows.append(Row(heading, [Text(heading)], is_heading=True))
        rows += [Row(goal.nr, _cells(goal)) for goal in group]
    return rows


def _heading(record: Record) -> str:
    if not record["ministermaal"]:
        return OWN_GOALS
    return (
        f"Ministermål {record['ministermaal_nr']} ({record['ministermaal_aar']}): "
        f"{record['ministermaal']}"
    )


def _cells(goal: _Goal) -> list[Cell]:
    indent = 1 if goal.any_month["foraelder_nr"] else 0
    goal_text, result_text = _texts(goal)
    return [
        Text(goal.nr, indent),
        Text(goal_text),
        Text(result_text),
        *_figures(goal),
        Text(_status(goal.shown)),
        Text(goal.shown["forklaring"] or ""),
    ]


def _figures(goal: _Goal) -> list[Cell]:
    """The figures; a mål without a source has none, and its status says so."""
    shown, newest, decimals = goal.shown, goal.newest, goal.decimals
    target = _given(shown["maal_vaerdi"], decimals)
    if goal.tabel_id is None:
        return [Text(""), Text(""), Text(""), target, *[Text("")] * 6]
    return [
        Text(_baseline(shown)),
        _given(shown["baseline_trykt"], decimals),
        Figure(shown["baseline_beregnet"], shown["baseline_status"], decimals),
        target,
        Text(danish.month(shown["periode"])),
        Figure(shown["aktuel_vaerdi"], shown["aktuel_status"], decimals),
        Text(danish.month(newest["periode"]) if newest else ""),
        Figure(newest["aktuel_vaerdi"], newest["aktuel_status"], decimals, provisional=True)
        if newest
        else Text(""),
        _given(shown["afvigelse"], decimals),
        _given(shown["kraevet_maanedlig_aendring"], decimals + 1),
    ]


def _given(value: Decimal | None, decimals: int) -> Cell:
    """A figure that a plan may do without."""
    return Text("") if value is None else Figure(value, "A", decimals)


def _baseline(record: Record) -> str:
    kind = record["baseline_art"]
    if kind not in BASELINES:
        raise ReleaseError(
            f"unknown baseline kind {kind!r}",
            where="resultatmaal_status",
            do="name it in BASELINES",
        )
    return BASELINES[kind](record["baseline_periode"])


def _status(record: Record) -> str:
    if record["status"] not in STATUSES:
        raise ReleaseError(
            f"unknown status {record['status']!r}", where="resultatmaal_status", do="see STATUSES"
        )
    return STATUSES[record["status"]]


def _texts(goal: _Goal) -> tuple[str, str]:
    """The plan's two texts, with today's numbers of the mål in them."""
    text = goal.text
    numbers = {
        "maal": text["maal_vaerdi"],
        # With its sign: the sentence's "fald" or "stigning" must agree with it.
        "aendring": goal.any_month["maal_aendring"],
        "baseline_aar": _year(text["baseline_aar"]),
        "maal_aar": _year(text["maal_aar"]),
    }
    return danish.fill(text["skabelon"], numbers), danish.fill(
        text["resultatmaal_skabelon"], numbers
    )


def _year(year: int | None) -> str | None:
    """A year is written without thousands point."""
    return None if year is None else str(year)
