"""What a release holds besides the marts: tables and pages for planners, seeds, decisions."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import duckdb

from beskplan.gate.judgement import Judgement
from beskplan.release import (
    csvfile,
    database,
    joblog,
    kommuner,
    manifest,
    noegletal,
    quality_page,
    rar_status,
    readme,
    resultatmaal,
    xlsxfile,
    ydelsesoversigt,
)
from beskplan.release.basis import Basis
from beskplan.release.database import Identity
from beskplan.release.held import DECISION_COLUMNS
from beskplan.release.rows import records
from beskplan.release.sheet import Sheet
from beskplan.release.site import country, downloads
from beskplan.release.site.kommune import Told
from beskplan.release.site.shell import Shell, write_page
from beskplan.settings import Settings

DECISIONS = "afgoerelser.csv"
TABLES = "tabeller"
# Drawn charts by content, so that one that has not changed is not drawn again.
CHARTS = "diagrammer"
PLANS_SQL = """
select distinct plan_id, kommune_kode, kommune_navn, er_eksempel
from resultatmaal_status
order by all
"""
CHANGED_SQL = "select omraade_kode, art, count(*) as antal from rettelser group by all"


def write(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    identity: Identity,
    basis: Basis,
    folder: Path,
) -> dict[str, int]:
    """Write seeds, decisions, README and the tables.

    Args:
        con: the candidate.
        settings: where the seeds lie.
        identity: what the release is called.
        basis: what it rests on.
        folder: the unfinished release.

    Returns:
        File name → rows of figures, for the tables that have any.
    """
    _copy_seeds(settings.seeds, basis, folder)
    rows = [tuple(str(decision[name]) for name in DECISION_COLUMNS) for decision in basis.decisions]
    csvfile.write_rows(folder / DECISIONS, [DECISION_COLUMNS, *rows])
    (folder / readme.README).write_bytes(readme.text(identity, basis).encode())
    return {DECISIONS: len(rows), **_write_tables(con, basis, folder / TABLES)}


def frame(con: duckdb.DuckDBPyConnection, identity: Identity, basis: Basis) -> Shell:
    """The frame of the release's pages."""
    return Shell(
        release_id=identity.release_id,
        periode=identity.periode,
        stated_time=basis.stated_time,
        generated=_generated(basis),
        absent=country.absent_pages(con),
    )


def write_site(
    settings: Settings,
    candidate: Path,
    shell: Shell,
    basis: Basis,
    judgement: Judgement,
    current: Path | None,
    folder: Path,
    tell: kommuner.Progress,
) -> Counter[str]:
    """Write the pages, and the documents that there is one of for each kommune.

    Args:
        settings: where drawn charts are kept.
        candidate: the run's database.
        shell: the frame of the pages.
        basis: what the release rests on.
        judgement: the gate's judgement.
        current: the release before, or None.
        folder: the unfinished release, with all else but the manifest.
        tell: called with how many kommuner are done, and of how many.

    Returns:
        What there is → how many.
    """
    kept = settings.work / CHARTS
    with database.open_published(candidate, folder / database.DATABASE) as con:
        places = kommuner.with_pages(con)
        told = Told(
            findings=quality_page.areas(judgement),
            changed=_changed(con),
            compared=current is not None,
        )
        work = kommuner.Work(candidate, folder, basis, shell, told, kept)
        written = kommuner.write(work, places, tell)
        for name, content in quality_page.render(judgement, basis.marked, shell).items():
            write_page(folder, name, content)
        previous = (current.name, _newest(current)) if current else None
        written += country.write(con, shell, basis, judgement, places, previous, folder, kept)
    # The pages of corrections and of quality.
    written["sider"] += 2
    written["tabelfiler"] = downloads.link_tables(folder)
    return written


def _generated(basis: Basis) -> list[str]:
    return sorted(t for t, vintage in basis.newest.items() if vintage.oprindelse == "genereret")


def _newest(release: Path) -> dict[str, str]:
    """Each table's newest vintage in a release."""
    return {
        table["tabel_id"]: table["vintager"][0]["hentet_utc"]
        for table in manifest.read(release)["tabeller"]
    }


def _changed(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Area → kind of change → how many published figures."""
    found: dict[str, dict[str, int]] = {}
    for record in records(con, CHANGED_SQL):
        found.setdefault(record["omraade_kode"], {})[record["art"]] = record["antal"]
    return found


def _write_tables(con: duckdb.DuckDBPyConnection, basis: Basis, folder: Path) -> dict[str, int]:
    folder.mkdir()
    rows: dict[str, int] = {}
    for plan in records(con, PLANS_SQL):
        plan_id = plan["plan_id"]
        rows |= _write_sheet(
            folder / f"{plan_id}-resultatmaal", resultatmaal.sheet(con, plan_id, basis), basis
        )
        rows |= _write_sheet(
            folder / f"{plan_id}-ydelsesoversigt", ydelsesoversigt.sheet(con, plan, basis), basis
        )
    rows |= _write_sheet(folder / "noegletal", noegletal.sheet(con, basis), basis)
    rows |= _write_sheet(folder / "rar-status", rar_status.sheet(con, basis), basis)
    bilag = joblog.sheet(con, basis)
    if bilag:
        rows |= _write_sheet(folder / f"joblog-{bilag.periode}", bilag.sheet, basis)
    return rows


def _write_sheet(path: Path, sheet: Sheet, basis: Basis) -> dict[str, int]:
    """Write a table in both forms; give the rows of figures by file name."""
    workbook, text = path.with_suffix(".xlsx"), path.with_suffix(".csv")
    xlsxfile.write_sheet(workbook, sheet, basis.stated_time)
    csvfile.write_sheet(text, sheet)
    count = sum(not row.is_heading for row in sheet.rows)
    return {workbook.name: count, text.name: count}


def _copy_seeds(seeds: Path, basis: Basis, folder: Path) -> None:
    (folder / "seeds").mkdir()
    for name in basis.seeds:
        shutil.copyfile(seeds / name, folder / "seeds" / name)
