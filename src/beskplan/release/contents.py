"""What a release holds besides the marts: tables for planners, quality pages, seeds, decisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from beskplan.release import csvfile
from beskplan.release.basis import Basis
from beskplan.release.database import Identity
from beskplan.release.held import DECISION_COLUMNS
from beskplan.release.marks import Judged
from beskplan.settings import Settings

DECISIONS = "afgoerelser.csv"


def write(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    identity: Identity,
    basis: Basis,
    judgement: Judged,
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
    return {DECISIONS: len(rows)}


def _copy_seeds(seeds: Path, basis: Basis, folder: Path) -> None:
    (folder / "seeds").mkdir()
    for name in basis.seeds:
        shutil.copyfile(seeds / name, folder / "seeds" / name)
