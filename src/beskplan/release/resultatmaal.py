"""The table of a plan's resultatmål, in the layout of the plan itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import citations, danish, goal_text, notes
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

STATUS_SQL = """
select * from resultatmaal_status
where plan_id = $plan
order by raekkefoelge, maaned nulls first
"""
FORECAST_SQL = "select * from prognose_maal where plan_id = $plan"
TEXT_SQL = "select * from resultatmaal_tekst where plan_id = $plan"

STATUSES = {
    "groen": "Grøn",
    "gul": "Gul",
    "roed": "Rød",
    "afventer": "Afventer",
    "lokale_tal_mangler": "Lokale tal mangler",
    "ikke_opgjort": "Ikke opgjort",
    "databrud": "Databrud",
    "afloeb": "Afløb",
}
# Of a forecast: with an interval, or too few known errors for one.
FORECAST = ("prognose", "uden_interval")
COLOURS = ("groen", "gul", "roed")
BASELINES: Mapping[str, Callable[[Record], str]] = {
    "aarsgennemsnit": lambda goal: f"Gennemsnit af {goal['baseline_periode']}",
    "december": lambda goal: f"December {goal['baseline_periode'][:4]}",
    "samme_maaned_aaret_foer": lambda goal: danish.period(goal["baseline_periode"]).capitalize(),
    "rullende_12": lambda goal: (
        f"Gennemsnit af 12 måneder til og med {danish.period(goal['baseline_periode'])}"
    ),
    "budget": lambda goal: f"Budget for {danish.period(goal['baseline_periode'])}",
    "forventet": lambda goal: f"Forventet, {danish.period(goal['baseline_periode'])}",
    "gruppens_bedste_tredjedel": lambda goal: (
        f"Bedste tredjedel, {danish.period(goal['baseline_periode'])}: {goal['gruppe_navn']}"
    ),
}
RULE = (
    "Grøn: målet er nået, også når kildens ventede rettelser regnes imod det. Rød: målet er ikke "
    "nået, heller ikke når rettelserne regnes til fordel for det, og enten er perioden slut, "
    "eller også har serien de seneste tre år ikke flyttet sig så meget på så mange måneder, som "
    "der er tilbage. Gul: alt derimellem."
)
OWN_GOALS = "Kommunens egne mål"
LABEL_COLUMNS = 2
WIDTHS = (8, 36, 22, 17, 10, 13, 10, 9, 11, 9, 11, 10, 10, 11, 38)


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
    goals = read(con, plan_id)
    first = goals[0].any_month
    columns = _columns(goals)
    rows = _rows(goals)
    tables = {goal.tabel_id for goal in goals if goal.tabel_id}
    synthetic = {goal.tabel_id for goal in goals if goal.tabel_id and goal.is_synthetic}
    # Marked where it stands: the mål's own figures are not made of it.
    totals = {goal.shown["i_alt_tabel_id"] for goal in goals if goal.shown["i_alt_er_syntetisk"]}
    tables |= {goal.shown["i_alt_tabel_id"] for goal in goals} - {None}
    return Sheet(
        tab="Resultatmål",
        title=notes.titled(f"{first['plan_titel']}: resultatmål", synthetic=bool(synthetic)),
        warnings=notes.warnings(
            basis, tables, synthetic | totals, example=bool(first["er_eksempel"])
        ),
        columns=columns,
        label_columns=LABEL_COLUMNS,
        rows=rows,
        notes=[
            *notes.cells(columns, rows),
            *notes.expected(con, tables, columns, rows),
            *_breaks(goals),
            "Baseline: trykt er planens egen; ved vedtagelsen er regnet på de tal, der var hentet "
            "den dag; i dag på de nyeste. Den trykte gælder.",
            "Afvigelse: tallet minus målet. Krævet pr. måned: ændringen fra den bedømte måned, "
            "hvis målet skal nås ved målperiodens slutning.",
            *_forecast_note(goals),
            RULE,
            *_told(goals),
            *citations.lines(con, plan_id),
            *notes.sources(basis, tables),
        ],
    )


def read(con: duckdb.DuckDBPyConnection, plan_id: str) -> list[Goal]:
    """Every mål of a plan with its months, in the plan's order.

    Raises:
        ReleaseError: a mål has no text.
    """
    texts = {record["maal_nr"]: record for record in records(con, TEXT_SQL, plan=plan_id)}
    by_goal = groupby(records(con, STATUS_SQL, plan=plan_id), key=lambda record: record["maal_nr"])
    forecasts = {record["maal_nr"]: record for record in records(con, FORECAST_SQL, plan=plan_id)}
    return [Goal(list(months), texts, forecasts) for _, months in by_goal]


def _forecast_note(goals: Sequence[Goal]) -> list[str]:
    if not any(goal.forecast for goal in goals):
        return []
    return [
        "Prognose: det ventede gennemsnit af målperiodens måneder; status bedømmer den enkelte "
        "måned."
    ]


def _told(goals: Sequence[Goal]) -> list[str]:
    """Each mål in sentences that can stand in a paper."""
    told = [(goal.nr, goal.sentences()) for goal in goals]
    return [f"Mål {nr}. {' '.join(said)}" for nr, said in told if said]


def _breaks(goals: Sequence[Goal]) -> list[str]:
    broken = ", ".join(goal.nr for goal in goals if goal.is_broken)
    return [f"Databrud mellem baseline og aktuel, se forklaring: {broken}."] if broken else []


class Goal:
    """One mål with its months."""

    def __init__(
        self,
        months: Sequence[Record],
        texts: Mapping[str, Record],
        forecasts: Mapping[str, Record],
    ) -> None:
        """Put a mål together.

        Args:
            months: its rows of `resultatmaal_status`, in order.
            texts: number → row of `resultatmaal_tekst`.
            forecasts: number → row of `prognose_maal`.

        Raises:
            ReleaseError: it has no text.
        """
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
        forecast = forecasts.get(self.nr)
        self.forecast = forecast if forecast and forecast["status"] in FORECAST else None

    @property
    def tabel_id(self) -> str | None:
        """The source table, or None for a mål without one."""
        tabel_id: str | None = self.any_month["tabel_id"]
        return tabel_id

    @property
    def is_synthetic(self) -> bool:
        """Whether any of its figures rests on generated ones."""
        forecast = bool(self.forecast and self.forecast["er_syntetisk"])
        return forecast or any(month["er_syntetisk"] for month in self.months)

    @property
    def fetched(self) -> list[Record]:
        """The months that have a figure, or could have had one."""
        if self.tabel_id is None:
            return [month for month in self.months if month["aktuel_status"] == "A"]
        return [month for month in self.months if month["aktuel_status"] != "N"]

    @property
    def shown(self) -> Record:
        """The month that the mål is judged on: the newest that the source is done with.

        A plan may ask to be judged on a provisional month too.
        """
        judged = [
            month
            for month in self.fetched
            if not month["er_foreloebig"] or month["status"] != "ikke_opgjort"
        ]
        return judged[-1] if judged else self.months[-1]

    @property
    def newest(self) -> Record | None:
        """The newest month, if it is provisional and not the one shown."""
        last = self.fetched[-1] if self.fetched else None
        return last if last and last["er_foreloebig"] and last is not self.shown else None

    def sentences(self) -> list[str]:
        """How it stands, in words."""
        said = goal_text.sentences(self.shown, self.text, self.newest)
        return said + (goal_text.forecast(self.forecast, self.text) if self.forecast else [])

    @property
    def is_broken(self) -> bool:
        """Whether a break lies between baseline and actual."""
        return bool(self.shown["databrud"])

    @property
    def decimals(self) -> int:
        """Decimals of the row's figures."""
        return int(self.text["decimaler"])


def _columns(goals: Sequence[Goal]) -> list[Column]:
    years = sorted(
        {goal.any_month["maal_periode"][:4] for goal in goals if goal.text["maal_vaerdi"]}
    )
    titles = (
        "Nr.",
        "Ministermål og mål for indsatsen",
        f"Resultatmål {'-'.join(dict.fromkeys((years[0], years[-1])))}" if years else "Resultatmål",
        "Baseline",
        "Baseline, trykt",
        "Baseline ved vedtagelsen",
        "Baseline i dag",
        "Mål",
        "Bedømt måned",
        "Tal",
        "Afvigelse",
        "Krævet pr. måned",
        "Prognose",
        "Status",
        "Forklaring",
    )
    return [Column(title, width) for title, width in zip(titles, WIDTHS, strict=True)]


def _rows(goals: Sequence[Goal]) -> list[Row]:
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


def _cells(goal: Goal) -> list[Cell]:
    indent = 1 if goal.any_month["foraelder_nr"] else 0
    goal_text, result_text = _texts(goal)
    return [
        Text(goal.nr, indent),
        Text(goal_text),
        Text(result_text),
        *_figures(goal),
        _status(goal.shown),
        Text(goal.shown["forklaring"] or ""),
    ]


def _figures(goal: Goal) -> list[Cell]:
    """The figures; a mål without any says why in its status."""
    shown, decimals = goal.shown, goal.decimals
    target = _given(shown["maal_vaerdi"], decimals)
    if goal.tabel_id is None:
        return [*[Text("")] * 4, target, *_local(shown)]
    return [
        Text(_baseline(shown)),
        _given(shown["baseline_trykt"], decimals),
        Figure(shown["baseline_beregnet"], shown["baseline_beregnet_status"], decimals),
        Figure(shown["baseline_revideret"], shown["baseline_revideret_status"], decimals),
        target,
        Text(danish.month(shown["periode"])),
        Figure(
            shown["aktuel_vaerdi"],
            shown["aktuel_status"],
            decimals,
            provisional=bool(shown["er_foreloebig"]),
        ),
        _given(shown["afvigelse"], decimals),
        _given(shown["kraevet_maanedlig_aendring"], decimals + 1),
        _given(goal.forecast["prognose"] if goal.forecast else None, decimals),
    ]


def _local(shown: Record) -> list[Cell]:
    """The kommune's own figure with its day; what it must move is not a matter of months."""
    if shown["aktuel_vaerdi"] is None:
        return [Text("")] * 5
    return [
        Text(danish.day(shown["lokal_dato"])),
        _exact(shown["aktuel_vaerdi"]),
        _exact(shown["afvigelse"]),
        Text(""),
        Text(""),
    ]


def _exact(value: Decimal) -> Figure:
    """A figure with as many decimals as it was given with."""
    return Figure(value, "A", danish.needed_decimals(value))


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
    return BASELINES[kind](record)


def _status(record: Record) -> Text:
    if record["status"] not in STATUSES:
        raise ReleaseError(
            f"unknown status {record['status']!r}", where="resultatmaal_status", do="see STATUSES"
        )
    status = record["status"]
    return Text(STATUSES[status], mark=status if status in COLOURS else "")


def _texts(goal: Goal) -> tuple[str, str]:
    """The plan's two texts, with today's numbers of the mål in them."""
    text = goal.text
    goal_unit = text["maal_vaerdi"] is not None and goal_text.unit(text)
    change = goal.any_month["maal_aendring"]
    numbers = {
        "maal": text["maal_vaerdi"],
        "maal_enhed": danish.counted(text["maal_vaerdi"], goal_unit) if goal_unit else None,
        # With its sign: the sentence's "fald" or "stigning" must agree with it.
        "aendring": change,
        "aendring_ord": None
        if change is None
        else danish.change(change, goal_text.change_unit(text)),
        "baseline_aar": _year(text["baseline_aar"]),
        "maal_aar": _year(text["maal_aar"]),
    }
    return danish.fill(text["skabelon"], numbers), danish.fill(
        text["resultatmaal_skabelon"], numbers
    )


def _year(year: int | None) -> str | None:
    """A year is written without thousands point."""
    return None if year is None else str(year)
