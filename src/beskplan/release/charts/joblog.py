"""Figures 1 and 2 of the Joblog bilag, as drawings: the series, and the ranked kommuner."""

from __future__ import annotations

import duckdb

from beskplan.release import danish
from beskplan.release.charts import finding
from beskplan.release.charts.drawing import Drawing
from beskplan.release.charts.series import Line, Picture, points, written
from beskplan.release.joblog import MONTH_SQL, RANKED, SERIES_SQL
from beskplan.release.rows import Record, records

DECIMALS = 1
# Short enough to stand at the end of a line.
SHORT_NAMES = {
    "Dagpengemodtagere": "Dagpenge",
    "Jobparate kontanthjælpsmodtagere": "Jobparate",
    "Åbenlyst uddannelsesparate": "Åbenlyst udd.parate",
}


def joblog_drawings(con: duckdb.DuckDBPyConnection, month: str = "") -> list[Drawing]:
    """Draw figure 1 and figure 2; none where no bilag has landed.

    Args:
        con: the candidate.
        month: the bilag's month, `2018M01`; empty is the newest.
    """
    found = records(con, MONTH_SQL, periode=month)
    if not found:
        return []
    drawn = [_figure_1(records(con, SERIES_SQL)), _figure_2(found)]
    return [drawing for drawing in drawn if drawing]


def _figure_1(series: list[Record]) -> Drawing | None:
    groups = list(dict.fromkeys(str(record["ydelsesgruppe"]) for record in series))
    lines = []
    for group in groups:
        mine = [record for record in series if record["ydelsesgruppe"] == group]
        name = next((s for full, s in SHORT_NAMES.items() if group.startswith(full)), group)
        lines.append(Line(name, points(mine, "andel_pct", "", "er_syntetisk"), DECIMALS))
    said = []
    for group, line in zip(groups, lines, strict=True):
        if line.final and line.final.value is not None:
            share = line.text(line.final.value)
            said.append(f"{group} {share} pct. i {written(line.final.month)}")
    if not said:
        return None
    made = any(record["er_syntetisk"] for record in series)
    ends = f"{written(series[0]['maaned'])}–{written(series[-1]['maaned'])}"
    return Drawing(
        name="joblog-figur-1",
        title=f"Figur 1. Dækningsgraden for Joblog, procent, {ends}",
        finding=(
            f"{finding.SYNTHETIC if made else ''}Nyeste viste dækningsgrad i hele landet: "
            f"{'; '.join(said)}."
        ),
        spec=Picture(lines).spec(),
    )


def _figure_2(found: list[Record]) -> Drawing | None:
    """The ranked kommuner; those without a shown percent are counted in a line of their own."""
    mine = [
        record
        for record in found
        if record["omraade_art"] == "kommune" and record["ydelsesgruppe"] == RANKED
    ]
    shown = sorted(
        (record for record in mine if record["andel_pct"] is not None),
        key=lambda record: (record["raekkefoelge"], danish.alphabet(record["omraade_navn"])),
    )
    if not shown:
        return None
    made = any(record["er_syntetisk"] for record in mine)
    first, last = shown[0], shown[-1]
    notes = ["SYNTETISKE TAL."] if made else []
    if len(mine) > len(shown):
        notes.append(f"Ikke vist, fordi tallet mangler: {len(mine) - len(shown)} kommuner.")
    return Drawing(
        name="joblog-figur-2",
        title=(
            f"Figur 2. Dækningsgraden for Joblog blandt {RANKED.lower()}, "
            f"{written(first['maaned'])}"
        ),
        finding=(
            f"{finding.SYNTHETIC if made else ''}{len(shown)} af {len(mine)} kommuner har en vist "
            f"andel. Højest er {_told(first)}, lavest {_told(last)}"
        ),
        spec={
            "skabelon": "rangorden",
            "fra_nul": True,
            "noter": notes,
            "data": {
                "raekker": [
                    {
                        "navn": record["omraade_navn"],
                        "orden": nr,
                        "nul": 0,
                        "v": float(record["andel_pct"]),
                        "tekst": danish.number(record["andel_pct"], DECIMALS),
                    }
                    for nr, record in enumerate(shown)
                ]
            },
        },
    )


def _told(record: Record) -> str:
    return f"{record['omraade_navn']} med {danish.number(record['andel_pct'], DECIMALS)} pct."
