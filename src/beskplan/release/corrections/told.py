"""What is told of a correction: every number in it is read from `rettelser` and the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from importlib.resources import files
from itertools import groupby
from string import Template

import duckdb

from beskplan.release import danish
from beskplan.release.corrections.compare import OWN_CELLS, TABLE, published_cells
from beskplan.release.rows import Record, records

UNKNOWN_CAUSE = "ikke oplyst"
MEASURES = {
    "antal_beroerte": "antal berørte",
    "andel_pct": "andel, pct.",
    "antal_fuldtidspersoner": "fuldtidspersoner",
    "antal_personer": "personer",
    "andel_befolkning_pct": "pct. af befolkningen 16-66 år",
    "andel_arbejdsstyrke_pct": "pct. af arbejdsstyrken",
    "aktuel_vaerdi": "aktuelt tal",
    "baseline_beregnet": "baseline, beregnet",
    "baseline_revideret": "baseline, revideret",
    "maal_vaerdi": "mål",
    "noegletal": "nøgletal",
}
TABLE_NAMES = {
    "fct_ydelser": "Kildens tal",
    "joblog_daekningsgrad": "Joblog-bilaget",
    "dim_befolkning": "Befolkningen",
    "ydelsesoversigt": "Ydelsesoversigten",
    "resultatmaal_status": "Resultatmål",
    "noegletal": "Nøgletal",
    "rar_status": "RAR-status",
}
CELLS_SQL = f"select * from {TABLE} where art = $art and tabel = $tabel and tabel_id = $tabel_id \
and periode = $periode order by gruppe, omraade_navn, maaling, omraade_kode"  # noqa: S608 - the project's own names; values are bound
FOLLOWS_SQL = f"select tabel, count(*) as antal from {TABLE} where art = 'fejlrettelse' \
and tabel not in {OWN_CELLS} group by all order by all"  # noqa: S608 - the project's own names; values are bound
COUNTS_SQL = f"select tabel, art, count(*) as antal, count(distinct omraade_kode) as omraader \
from {TABLE} group by all order by tabel, art"  # noqa: S608 - the project's own names; values are bound


@dataclass(frozen=True)
class Case:
    """What was wrong in one table and month.

    Args:
        tabel: where it stands: `fct_ydelser` or `joblog_daekningsgrad`.
        tabel_id: the source's table.
        periode: the month.
        cells: the corrected cells.
        right_groups: groups of the table in which no figure is changed.
        revised: figures of the table and month that are revised at the same time.
        right_country: national figures, of the groups that were wrong, that are as they were.
    """

    tabel: str
    tabel_id: str
    periode: str
    cells: Sequence[Record]
    right_groups: Sequence[str]
    revised: int
    right_country: Sequence[Record]

    @property
    def is_synthetic(self) -> bool:
        """Whether any of the figures is generated."""
        return any(cell["er_syntetisk"] for cell in self.cells)

    @property
    def groups(self) -> list[str]:
        """The groups with a wrong figure."""
        return sorted({cell["gruppe"] for cell in self.cells})

    @property
    def areas(self) -> list[str]:
        """The areas with a wrong figure, in the Danish alphabet."""
        return sorted({cell["omraade_navn"] for cell in self.cells}, key=danish.alphabet)

    @property
    def title(self) -> str:
        """Table and month in words."""
        name = "Joblog-bilaget" if self.tabel == "joblog_daekningsgrad" else self.tabel_id
        return f"{name}, {danish.period(self.periode)}"

    @property
    def cause(self) -> str:
        """The cause, where somebody has written it."""
        causes = sorted({cell["aarsag"] for cell in self.cells if cell["aarsag"]})
        return "; ".join(causes) or UNKNOWN_CAUSE

    @property
    def carried_since(self) -> list[str]:
        """Which release first carried the wrong figures, and when they were fetched."""
        found = sorted({(cell["foer_vintage"], cell["foer_udgivelse"]) for cell in self.cells})
        return [
            f"hentet {danish.moment(vintage.replace(tzinfo=UTC))}"
            + (f", først i udgivelse {release}" if release else ", ikke set i nogen udgivelse")
            for vintage, release in found
        ]


def cases(con: duckdb.DuckDBPyConnection, schema: str = "kandidat.main") -> list[Case]:
    """Every table and month with a correction of an error in the source's own figures.

    Args:
        con: where `rettelser` lies.
        schema: where the newer side's tables lie.
    """
    wrong = records(
        con,
        f"select distinct tabel, tabel_id, periode from {TABLE} "  # noqa: S608 - the project's own names; values are bound
        f"where art = 'fejlrettelse' and tabel in {OWN_CELLS} order by all",
    )
    if not wrong:
        return []
    _collect_cells(con, wrong, schema)
    told = (files("beskplan.release.corrections") / "told.sql").read_text(encoding="utf-8")
    return [
        Case(
            tabel=row["tabel"],
            tabel_id=row["tabel_id"],
            periode=row["periode"],
            cells=records(
                con,
                CELLS_SQL,
                art="fejlrettelse",
                **{name: row[name] for name in ("tabel", "tabel_id", "periode")},
            ),
            right_groups=row["rigtige_grupper"] or [],
            revised=row["antal_revideret"],
            right_country=row["rigtigt_land"] or [],
        )
        for row in records(con, told)
    ]


def _collect_cells(con: duckdb.DuckDBPyConnection, wrong: Sequence[Record], schema: str) -> None:
    """The newer side's cells of the tables and months with a wrong one."""
    queries = published_cells()
    parts = []
    for tabel, rows in groupby(wrong, key=lambda row: row["tabel"]):
        months = ", ".join(sorted({f"'{row['periode']}'" for row in rows}))
        cells = Template(queries[tabel]).substitute(side=schema)
        parts.append(f"select '{tabel}' as tabel, * from ({cells}) where periode in ({months})")  # noqa: S608 - the project's own names; values are bound
    con.execute(f"create or replace temp table celler as {' union all '.join(parts)}")


def number_of(count: int, one: str, several: str) -> str:
    """`1 tal`, `1.234 tal`."""
    return f"{danish.number(count)} {one if count == 1 else several}"


def listed(names: Sequence[str]) -> str:
    """`a, b og c`."""
    return " og ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def shown(value: danish.Number | None, status: str) -> str:
    """One figure, or what stands in its place."""
    if value is not None:
        return danish.number(value)
    return "trukket tilbage" if status == "N" else danish.figure(None, status)


def signed(value: danish.Number | None) -> str:
    """A change with its sign."""
    if value is None:
        return ""
    return ("+" if value > 0 else "") + danish.number(value)


def measure(name: str) -> str:
    """A measure's name in words."""
    return MEASURES.get(name, name.replace("_", " "))


def line(cell: Record) -> str:
    """`Faxe, åbenlyst uddannelsesparate, antal berørte: 40 → 52 (+12)`."""
    change = f" ({signed(cell['aendring'])})" if cell["aendring"] is not None else ""
    return (
        f"{cell['omraade_navn']}, {cell['gruppe']}, {measure(cell['maaling'])}: "
        f"{shown(cell['foer_vaerdi'], cell['foer_status'])} → "
        f"{shown(cell['efter_vaerdi'], cell['efter_status'])}{change}"
    )


def wrong_sentence(case: Case) -> str:
    """What was wrong, in one sentence."""
    return (
        f"{number_of(len(case.cells), 'tal', 'tal')} for {listed(case.groups)} i "
        f"{number_of(len(case.areas), 'område', 'områder')} var forkert"
        f"{'' if len(case.cells) == 1 else 'e'}."
    )


def right_sentences(case: Case) -> list[str]:
    """What was right all along; only what the tables say is said."""
    lines = []
    if case.right_country:
        figures = listed(
            [
                f"{cell['gruppe']}, {measure(cell['maaling'])}: "
                f"{shown(cell['vaerdi'], cell['status'])}"
                for cell in case.right_country
            ]
        )
        lines.append(f"Tallene for hele landet var rigtige ({figures}).")
    if case.right_groups:
        lines.append(f"Alle tal for {listed(case.right_groups)} var rigtige.")
    return [*lines, others_sentence(case)]


def others_sentence(case: Case) -> str:
    """Whether the other figures of the table and month are as they were."""
    if case.revised:
        count = number_of(case.revised, "andet tal", "andre tal")
        return f"{count} i måneden er revideret, som det er sædvanligt; det er ingen fejl."
    return "De øvrige tal for måneden er uændrede."
