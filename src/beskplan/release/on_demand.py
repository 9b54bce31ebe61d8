"""An overview of any kommune and any month, from the current release."""

from __future__ import annotations

import difflib
from pathlib import Path

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import danish, swap, ydelsesoversigt
from beskplan.release.database import DATABASE
from beskplan.release.documents.written import overview
from beskplan.release.provenance import Released
from beskplan.release.rows import Record, records

KOMMUNER_SQL = "select kommune_kode, kommune_navn from dim_kommune order by kommune_kode"
MONTHS_SQL = """
select
    strftime(min(maaned), '%YM%m') as foerste,
    strftime(max(maaned), '%YM%m') as sidste
from ydelsesoversigt
"""
STATED_SQL = "select strftime(opgjort_utc, '%Y-%m-%dT%H:%M:%SZ') as tid from _release"


def write_overview(releases: Path, kommune: str, last: str | None, folder: Path) -> list[Path]:
    """Write a kommune's overview of the 13 months that end with a month.

    Args:
        releases: where the releases lie.
        kommune: name or code.
        last: the last month, `2026M06`; None is the newest.
        folder: where the files go; it is made if it is not there.

    Returns:
        The files: docx, xlsx, csv and tidy csv.

    Raises:
        ReleaseError: there is no release, no such kommune, or no figures of that month.
    """
    current = swap.current(releases)
    if current is None:
        raise ReleaseError(
            "there is no release to read from",
            where=str(releases),
            do="publish one: `beskplan koer`, or `beskplan demo` without a token",
        )
    with duckdb.connect(current / DATABASE, read_only=True) as con:
        con.execute("set TimeZone = 'UTC'")
        place = _kommune(con, kommune)
        month = _month(con, last)
        sheet = ydelsesoversigt.kommune_sheet(
            con, place, f"{month[:4]}-{month[5:]}-01", Released.read(con)
        )
        stated = str(records(con, STATED_SQL)[0]["tid"])
    folder.mkdir(parents=True, exist_ok=True)
    name = danish.slug(place["kommune_navn"])
    stem = folder / f"{name}-ydelsesoversigt-{month}"
    files = overview(stem, sheet, stated)
    return [stem.with_name(f"{stem.name}.docx"), *(folder / file for file in files)]


def _kommune(con: duckdb.DuckDBPyConnection, asked: str) -> Record:
    known = records(con, KOMMUNER_SQL)
    for place in known:
        if asked.casefold() in (place["kommune_kode"], place["kommune_navn"].casefold()):
            return place
    names = [str(place["kommune_navn"]) for place in known]
    near = difflib.get_close_matches(asked.title(), names, n=3)
    raise ReleaseError(
        f"{asked!r} is no kommune",
        where="dim_kommune",
        do=f"did you mean {', '.join(near)}?" if near else "give its name or its three digits",
    )


def _month(con: duckdb.DuckDBPyConnection, asked: str | None) -> str:
    held = records(con, MONTHS_SQL)[0]
    if held["sidste"] is None:
        raise ReleaseError(
            "the release holds no table of the overview",
            where="ydelsesoversigt",
            do="fetch the tables of the full profile and publish again",
        )
    month = asked or str(held["sidste"])
    danish.month(month)
    if not held["foerste"] <= month <= held["sidste"]:
        raise ReleaseError(
            f"{month} is outside the figures",
            where="ydelsesoversigt",
            do=f"choose a month from {held['foerste']} to {held['sidste']}",
        )
    return month
