"""The files that there is one of: nøgletal of all, RAR status and notes, the Joblog bilag."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from beskplan.release import charts, danish, joblog, noegletal, rar_status
from beskplan.release.basis import Basis
from beskplan.release.documents import tags
from beskplan.release.documents.written import Rows, document, tables
from beskplan.release.rows import records

# The columns that the templates have room for.
JOBLOG_ROOM, RAR_ROOM = 7, 6
RAR_SQL = """
select distinct gruppe_id, gruppe_navn
from rar_status
where er_bedoemt and gruppe_art = 'rar'
order by gruppe_navn
"""
RAR_PERIOD_SQL = "select max(periode) as periode from rar_status where er_bedoemt"


def write_country(
    con: duckdb.DuckDBPyConnection, basis: Basis, folder: Path, kept: Path | None = None
) -> Rows:
    """Write the tables and documents of the whole country.

    Args:
        con: the candidate.
        basis: what the release rests on.
        folder: `tabeller/` of the unfinished release.
        kept: where drawn charts are kept.

    Returns:
        File name → rows of figures, of the tables.

    Raises:
        ReleaseError: a figure cannot be printed as it is, or a template not be filled in.
    """
    stated = basis.stated_time
    rows: Rows = {}
    period = noegletal.period(con)
    if period:
        rows |= tables(folder / f"noegletal-{period}", noegletal.sheet(con, basis), stated)
    return rows | _rar(con, basis, folder) | _joblog(con, basis, folder, kept)


def _rar(con: duckdb.DuckDBPyConnection, basis: Basis, folder: Path) -> Rows:
    """The status of all groups as a table, and a note for each council."""
    period = records(con, RAR_PERIOD_SQL)[0]["periode"]
    if not period:
        return {}
    stated = basis.stated_time
    rows = tables(folder / f"rar-status-{period}", rar_status.sheet(con, basis), stated)
    for council in records(con, RAR_SQL):
        sheet = rar_status.sheet(con, basis, council["gruppe_id"])
        if sheet.rows:
            title = f"{council['gruppe_navn']}, {danish.month(period)}"
            document(
                folder / f"{danish.slug(council['gruppe_navn'])}-rar-notat-{period}",
                "rar_notat",
                tags.group(sheet, RAR_ROOM),
                title,
                stated,
            )
    return rows


def _joblog(con: duckdb.DuckDBPyConnection, basis: Basis, folder: Path, kept: Path | None) -> Rows:
    """The newest bilag as a table, and with the letter that goes before it."""
    bilag = joblog.sheet(con, basis)
    if bilag is None:
        return {}
    stated = basis.stated_time
    month = danish.month(bilag.periode)
    drawn = charts.joblog_drawings(con, bilag.periode)
    document(
        folder / f"joblog-bilag-{bilag.periode}",
        "joblog_bilag",
        {
            "dato": danish.day(date.fromisoformat(stated[:10])),
            "maaned": month,
            "joblog": tags.plain(bilag.sheet, JOBLOG_ROOM),
            "diagrammer": [tags.chart(one, kept) for one in drawn],
        },
        f"Bilag om brug af Joblog, {month}",
        stated,
    )
    return tables(folder / f"joblog-{bilag.periode}", bilag.sheet, stated)
