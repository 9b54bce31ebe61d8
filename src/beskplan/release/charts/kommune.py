"""The charts of a kommune: all ydelser, ledige, its share beside the country's, groups, places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import danish
from beskplan.release.charts import finding
from beskplan.release.charts.drawing import Drawing
from beskplan.release.charts.panels import Panel, dots, small
from beskplan.release.charts.series import (
    GAP,
    PROVISIONAL,
    SYNTHETIC,
    Forecast,
    Line,
    Picture,
    Point,
    points,
    written,
)
from beskplan.release.danish import slug
from beskplan.release.goal_text import FULL_TIME
from beskplan.release.noegletal import UNRANKED
from beskplan.release.rows import Record, records

# A chart beside a table of 13 months shows 13; one that shall show a trend shows 36.
SHORT, LONG = 13, 36
TOTAL_ROW = 1
TOTAL, UNEMPLOYED, SHARE = "raekke_1", "ledige", "offentlig_forsoergelse"
NAME_SQL = "select kommune_navn from dim_kommune where kommune_kode = $kommune"
GROUPS_SQL = """
select
    raekke_nr, ydelsesgruppe, maaned, antal_fuldtidspersoner, er_foreloebig, antal_er_syntetisk,
    tabel_id
from ydelsesoversigt
where
    kommune_kode = $kommune
    and foraelder_nr is null
    and maaned > (select max(maaned) from ydelsesoversigt) - to_months($antal::integer)
    and (select max(maaned) from ydelsesoversigt)
    between coalesce(oversigt_fra, maaned) and coalesce(oversigt_til, '9999-12-31')
order by raekke_nr, maaned
"""
# One look at all kommuner: in the candidate `fct_ydelser` is a view on the whole history.
INDICATOR_TABLE_SQL = """
create temporary table if not exists diagram_indikator as
select
    fakta.omraade_kode, fakta.maaned, fakta.vaerdi, fakta.er_foreloebig, fakta.er_syntetisk,
    indikator.indikator_id
from fct_ydelser as fakta
inner join dim_indikator as indikator
    on
        fakta.tabel_id = indikator.tabel_id
        and fakta.maaling_navn = indikator.maaling_navn
        and fakta.dimensioner = indikator.dimensioner
where indikator.indikator_id = $indikator and fakta.maaned is not null
"""
INDICATOR_SQL = """
select * from diagram_indikator
where indikator_id = $indikator and omraade_kode = $kommune
order by maaned
"""
FORECAST_SQL = """
select maaned, prognose, nedre_80, oevre_80
from prognose
where
    kommune_kode = $kommune
    and serie_id = $serie
    and status in ('prognose', 'uden_interval')
    and prognose is not null
order by maaned
"""
SHARE_SQL = """
select distinct maaned, vaerdi, land_vaerdi, er_syntetisk, noegletal_navn, naevner_navn
from noegletal
where
    kommune_kode = $kommune
    and noegletal_id = $noegletal
    and gruppe_art = 'land'
order by maaned
"""
PLACES_SQL = """
select * from noegletal
where kommune_kode = $kommune and er_bedoemt and gruppe_art = 'land'
order by noegletal_nr
"""
BREAKS_SQL = """
select distinct fra_maaned as maaned
from dim_brud
where
    tabel_id in ($tabel, '*')
    and coalesce(dimensioner, '') = ''
    and sammenligneligt = 'nej'
    and art <> 'afloeb'
order by all
"""


def kommune_drawings(con: duckdb.DuckDBPyConnection, kommune_kode: str) -> list[Drawing]:
    """Draw a kommune: at most five charts; one without any figure is left out.

    Args:
        con: the candidate.
        kommune_kode: three digits.

    Raises:
        ReleaseError: there is no such kommune.
    """
    known = records(con, NAME_SQL, kommune=kommune_kode)
    if not known:
        raise ReleaseError(
            f"{kommune_kode!r} is no kommune", where="dim_kommune", do="give its three digits"
        )
    name = str(known[0]["kommune_navn"])
    groups = records(con, GROUPS_SQL, kommune=kommune_kode, antal=str(LONG))
    drawn = [
        _total(con, kommune_kode, name, groups),
        _unemployed(con, kommune_kode, name),
        _share(con, kommune_kode, name),
        _groups(name, groups),
        _places(con, kommune_kode, name),
    ]
    return [drawing for drawing in drawn if drawing]


def forecast(con: duckdb.DuckDBPyConnection, kommune: str, series: str) -> Forecast | None:
    """What is expected of a series of a kommune; None where nothing is said."""
    found = records(con, FORECAST_SQL, kommune=kommune, serie=series)
    ahead = [(r["maaned"], r["prognose"], r["nedre_80"], r["oevre_80"]) for r in found]
    return Forecast(ahead) if ahead else None


def breaks(con: duckdb.DuckDBPyConnection, table: str, line: Line) -> list[tuple[Any, str]]:
    """The breaks of a table's total that lie inside a line."""
    inside = {point.month for point in line.points}
    found = records(con, BREAKS_SQL, tabel=table)
    return [(r["maaned"], "databrud") for r in found if r["maaned"] in inside]


def _total(
    con: duckdb.DuckDBPyConnection, kommune: str, name: str, groups: Sequence[Record]
) -> Drawing | None:
    mine = [record for record in groups if record["raekke_nr"] == TOTAL_ROW]
    line = Line("I alt", _counts(mine))
    if line.final is None:
        return None
    ahead = forecast(con, kommune, TOTAL)
    marks = breaks(con, mine[0]["tabel_id"], line)
    return Drawing(
        name=f"{slug(name)}-i-alt",
        title=f"Fuldtidspersoner på offentlig forsørgelse i {name}, {LONG} måneder",
        finding=finding.of_line(f"Ydelsesgrupper i alt i {name}", line, FULL_TIME, ahead),
        spec=Picture([line], ahead, breaks=marks).spec(),
    )


def _unemployed(con: duckdb.DuckDBPyConnection, kommune: str, name: str) -> Drawing | None:
    con.execute(INDICATOR_TABLE_SQL, {"indikator": UNEMPLOYED})
    found = records(con, INDICATOR_SQL, kommune=kommune, indikator=UNEMPLOYED)[-LONG:]
    line = Line("Ledige", points(found, "vaerdi", "er_foreloebig", "er_syntetisk"))
    if line.final is None:
        return None
    ahead = forecast(con, kommune, UNEMPLOYED)
    return Drawing(
        name=f"{slug(name)}-ledige",
        title=f"Ledige fuldtidspersoner i {name}, {len(found)} måneder",
        finding=finding.of_line(f"Ledige i {name}", line, FULL_TIME, ahead),
        spec=Picture([line], ahead).spec(),
    )


def _share(con: duckdb.DuckDBPyConnection, kommune: str, name: str) -> Drawing | None:
    found = records(con, SHARE_SQL, kommune=kommune, noegletal=SHARE)[-SHORT:]
    own = Line(name, points(found, "vaerdi", "", "er_syntetisk"), decimals=1)
    country = Line("Hele landet", points(found, "land_vaerdi", "", "er_syntetisk"), decimals=1)
    if own.final is None or own.final.value is None:
        return None
    said = finding.of_line(f"På offentlig forsørgelse i {name}", own, finding.PERCENT)
    beside = next((p.value for p in country.points if p.month == own.final.month), None)
    if beside is not None:
        said += f" I hele landet er andelen {country.text(beside)} pct."
    return Drawing(
        name=f"{slug(name)}-andel",
        title=(
            f"{found[0]['noegletal_navn']} i {name} og i hele landet, procent af "
            f"{found[0]['naevner_navn']}, {len(found)} måneder"
        ),
        finding=said,
        spec=Picture([own, country]).spec(),
    )


def _groups(name: str, groups: Sequence[Record]) -> Drawing | None:
    """Every group on its own axis: each panel says how one group has moved."""
    panels: list[Panel] = []
    said: list[str] = []
    drawn: list[Point] = []
    for _, found in groupby(groups, key=lambda record: record["raekke_nr"]):
        months = list(found)
        line = Line(months[0]["ydelsesgruppe"], _counts(months))
        if line.final is None or line.final.value is None:
            continue
        label = f"{line.name}: {line.text(line.final.value)}"
        panels.append(Panel(label, line))
        drawn += line.whole
        said.append(f"{line.name} {line.text(line.final.value)}")
        month = line.final.month
    if not panels:
        return None
    notes = [SYNTHETIC] if any(point.synthetic for point in drawn) else []
    notes += ["Hver figur har sin egen akse fra 0."]
    notes += [PROVISIONAL] if any(_is_hollow(point) for point in drawn) else []
    notes += [GAP] if any(point.value is None for point in drawn) else []
    lead = finding.SYNTHETIC if any(point.synthetic for point in drawn) else ""
    return Drawing(
        name=f"{slug(name)}-ydelsesgrupper",
        title=f"Ydelsesgrupperne i {name}, fuldtidspersoner, {LONG} måneder",
        finding=(
            f"{lead}Fuldtidspersoner i {name} i den seneste endelige måned ({written(month)}, "
            f"hvor intet andet er sagt i tabellen): {', '.join(said)}."
        ),
        spec={"skabelon": "smaa", "fra_nul": True, "noter": notes, **small(panels)},
    )


def _places(con: duckdb.DuckDBPyConnection, kommune: str, name: str) -> Drawing | None:
    found = records(con, PLACES_SQL, kommune=kommune)
    if not found:
        return None
    rows, said = [], []
    for record in found:
        place, before = record["rang"], record["rang_foer"]
        told = UNRANKED.get(record["rang_grund"], "") or "ikke rangeret"
        if place is not None:
            told = f"nr. {place} af {record['antal_i_gruppe']}"
        value = record["vaerdi"]
        figure = "" if value is None else f"{danish.number(value, record['decimaler'])} pct."
        rows.append(
            {
                "navn": record["noegletal_navn"],
                "af": record["antal_i_gruppe"],
                "rang": place,
                "foer": before if place is not None else None,
                "tekst": ", ".join(part for part in (told, figure) if part)
                + ("†" if record["er_syntetisk"] else ""),
            }
        )
        said.append(f"{record['noegletal_navn']} {told}" + (f" ({figure})" if figure else ""))
    synthetic = any(record["er_syntetisk"] for record in found)
    return Drawing(
        name=f"{slug(name)}-placering",
        title=f"Placering blandt landets kommuner, {len(found)} nøgletal: {name}",
        finding=(
            f"{finding.SYNTHETIC if synthetic else ''}Placering i landet, 1 er bedst, for {name}: "
            f"{'; '.join(said)}."
        ),
        spec={
            "skabelon": "pladser",
            "fra_nul": False,
            "noter": [
                "Fyldt: placeringen i den bedømte måned. Tom: måneden før.",
                *(["† SYNTETISKE TAL indgår."] if synthetic else []),
            ],
            **dots(rows),
        },
    )


def _is_hollow(point: Point) -> bool:
    return point.provisional and point.value is not None


def _counts(found: Sequence[Record]) -> list[Point]:
    return points(found, "antal_fuldtidspersoner", "er_foreloebig", "antal_er_syntetisk")
