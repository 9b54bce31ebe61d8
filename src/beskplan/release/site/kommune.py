"""The page of one kommune."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from beskplan.release import danish, notes, resultatmaal
from beskplan.release.basis import Basis
from beskplan.release.charts import Drawing
from beskplan.release.laid_out import LaidOut
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Figure, Sheet
from beskplan.release.site import downloads, shell
from beskplan.release.site.shell import Shell
from beskplan.release.site.table import only, where

PLANS_SQL = """
select distinct plan_id, plan_titel, er_eksempel from resultatmaal_status
where kommune_kode = $kommune
order by plan_id
"""
NEWEST_SQL = (
    "select max(maaned)::varchar as slut from ydelsesoversigt where kommune_kode = $kommune"
)
GROUPS_SQL = """
select distinct gruppe_art, gruppe_navn from dim_gruppe
where
    kommune_kode = $kommune
    and gruppe_art in ('region', 'rar', 'jobcenter', 'klynge', 'egen')
    and gyldig_til is null
order by list_position(['region', 'rar', 'jobcenter', 'klynge', 'egen'], gruppe_art), gruppe_navn
"""
# Of the sheet of resultatmål, beside number and mål.
GOAL_COLUMNS = ("Bedømt måned", "Tal", "Mål", "Afvigelse", "Prognose", "Status", "Forklaring")
INDICATOR_COLUMNS = (
    "Nøgletal",
    "Måned",
    "Pct.",
    "Ændring, pct.point",
    "Landet, pct.",
    "I landet",
    "Flyttet",
    "Tredjedel",
    "Blandt sammenlignelige",
    "I det regionale råd",
    "Tal",
)
BENCHMARK_COLUMNS = (
    "Nøgletal",
    "Forventet, pct.",
    "Faktisk, pct. (benchmark)",
    "Benchmarkens periode",
)
BENCHMARK = "Forventet og faktisk andel (kildens benchmark)"
MORE_NOTES = "Forklaringer, citater og kilder: planens egen side."


@dataclass(frozen=True)
class Told:
    """What the whole release says of each kommune.

    Args:
        findings: area's name → findings of the gate that name it.
        changed: area's code → kind of change → how many published figures.
        compared: whether there is a release before.
    """

    findings: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    compared: bool = False


def path_of(place: Record) -> str:
    """Where a kommune's page lies."""
    return f"kommune/{danish.slug(place['kommune_navn'])}.html"


def write_kommune(
    con: duckdb.DuckDBPyConnection,
    place: Record,
    basis: Basis,
    frame: Shell,
    told: Told,
    folder: Path,
    kept: Path | None,
    drawings: Sequence[Drawing],
    laid_out: LaidOut,
) -> dict[str, int]:
    """Write the page of a kommune.

    Args:
        con: the candidate.
        place: kommune_kode, kommune_navn.
        basis: what the release rests on.
        frame: the frame of the release's pages.
        told: what the whole release says of each kommune.
        folder: the unfinished release; the kommune's documents are in it.
        kept: where drawn charts are kept.
        drawings: the kommune's charts.
        laid_out: its tables.

    Returns:
        What was written → how many.
    """
    from beskplan.release.site.drawings import pictures

    code, name = place["kommune_kode"], place["kommune_navn"]
    plans = records(con, PLANS_SQL, kommune=code)
    indicators = laid_out.indicators
    last = records(con, NEWEST_SQL, kommune=code)[0]["slut"]
    path = path_of(place)
    drawn = pictures(drawings, folder, danish.slug(name), kept)
    page = frame.page(
        "kommune",
        path,
        navn=name,
        kode=code,
        grupper=_groups(con, code),
        fakta=_facts(place, told),
        filer=_files(folder, place, plans),
        planer=[
            {
                "titel": plan["plan_titel"],
                "href": plan_path(plan["plan_id"]),
                "ark": goals(resultatmaal.sheet(con, plan["plan_id"], basis)),
            }
            for plan in plans
        ],
        noegletal=only(indicators, INDICATOR_COLUMNS),
        forventet=_benchmark(indicators),
        oversigt=laid_out.overview(last),
        tegninger=drawn,
    )
    shell.write_page(folder, path, page)
    return {"sider": 1, "diagrammer": len(drawn)}


def plan_path(plan_id: str) -> str:
    """Where a plan's page lies."""
    return f"plan/{danish.slug(plan_id)}.html"


def goals(sheet: Sheet) -> Sheet:
    """A plan's mål with status, distance and forecast; the rest is on the plan's own page."""
    own = [column.title for column in sheet.columns[:2]]
    short = only(sheet, [*own, *GOAL_COLUMNS])
    lines = [*notes.cells(short.columns, short.rows), resultatmaal.RULE, MORE_NOTES]
    return replace(short, notes=lines)


def _groups(con: duckdb.DuckDBPyConnection, code: str) -> str:
    """What the kommune belongs to today, in one sentence."""
    names = [record["gruppe_navn"] for record in records(con, GROUPS_SQL, kommune=code)]
    return f"Hører til {', '.join(names)}." if names else ""


def _benchmark(indicators: Sheet) -> Sheet | None:
    """The source's own expectation beside its own figure, where it has one."""
    short = only(indicators, BENCHMARK_COLUMNS, title=BENCHMARK)
    held = where(short, lambda row: any(isinstance(cell, Figure) for cell in row.cells))
    return replace(held, notes=[], warnings=[]) if held.rows else None


def _facts(place: Record, told: Told) -> list[dict[str, str]]:
    """Whether the kommune's figures were questioned or changed."""
    found = told.findings.get(place["kommune_navn"], 0)
    lines = [
        {
            "tekst": "Kontrollen har ingen bemærkninger til kommunens tal."
            if not found
            else f"Kontrollen nævner kommunen i {_many(found, 'fund', 'fund')}.",
            "href": shell.QUALITY,
            "ord": "Se kontrollen",
        }
    ]
    if told.compared:
        changed = told.changed.get(place["kommune_kode"], {})
        wrong = _many(changed.get("fejlrettelse", 0), "fejlrettelse", "fejlrettelser")
        revised = _many(changed.get("revision", 0), "revision", "revisioner")
        lines.append(
            {
                "tekst": f"Siden den forrige udgivelse: {wrong} og {revised}, talt i tal for "
                "kommunen.",
                "href": shell.CORRECTIONS,
                "ord": "Se rettelserne",
            }
        )
    lines.append(
        {
            "tekst": "Den nyeste måned er foreløbig (*) og rettes af kilden.",
            "href": f"{shell.ABOUT}#revision",
            "ord": "Hvor meget",
        }
    )
    return lines


def _many(count: int, one: str, several: str) -> str:
    return f"{danish.number(count)} {one if count == 1 else several}"


def _files(folder: Path, place: Record, plans: Sequence[Record]) -> list[downloads.Download]:
    """The kommune's own tables, its plans' first."""
    own = downloads.of_folder(folder, danish.slug(place["kommune_navn"]))
    for plan in reversed(plans):
        own = downloads.of_folder(folder, begins=f"{plan['plan_id']}-") + own
    return own


def search_entry(place: Record, more: Sequence[str]) -> list[Any]:
    """A kommune in the search index: title, address, other words that find it."""
    return [place["kommune_navn"], path_of(place), " ".join([place["kommune_kode"], *more])]
