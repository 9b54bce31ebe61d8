"""What a release holds besides the marts: tables for planners, quality pages, seeds, decisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from beskplan.gate.judgement import Judgement
from beskplan.release import (
    csvfile,
    joblog,
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
from beskplan.settings import Settings

DECISIONS = "afgoerelser.csv"
TABLES = "tabeller"
PLANS_SQL = """
select distinct plan_id, kommune_kode, kommune_navn, er_eksempel
from resultatmaal_status
order by all
"""


def write(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    identity: Identity,
    basis: Basis,
    judgement: Judgement,
    folder: Path,
) -> dict[str, int]:
    """Write everything but database, Parquet and manifest.

    Args:
        con: the candidate.
        settings: where the seeds lie.
        identity: what the release is called.
        basis: what it rests on.
        judgement: the gate's judgement.
        folder: the unfinished release.

    Returns:
        File name → rows of figures, for the tables that have any.
    """
    _copy_seeds(settings.seeds, basis, folder)
    rows = [tuple(str(decision[name]) for name in DECISION_COLUMNS) for decision in basis.decisions]
    csvfile.write_rows(folder / DECISIONS, [DECISION_COLUMNS, *rows])
    generated = {v.tabel_id for v in basis.vintages if v.oprindelse == "genereret"}
    for name, content in quality_page.render(judgement, basis.marked, generated).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / readme.README).write_bytes(readme.text(identity, basis).encode())
    return {DECISIONS: len(rows), **_write_tables(con, basis, folder / TABLES)}


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
