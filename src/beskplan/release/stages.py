"""What each stage behind a release handled, as far as it follows from what the release rests on.

Seconds belong to a run and stand in no release: see docs/decisions/010.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from beskplan.gate.judgement import Judgement
from beskplan.landing import Landing
from beskplan.maalinger import size
from beskplan.release import danish
from beskplan.release.basis import Basis
from beskplan.release.database import PARQUET

MEGABYTE = 1_000_000
Cells = tuple[str, str, str, str, str]


def rows(
    con: duckdb.DuckDBPyConnection,
    landing: Landing,
    basis: Basis,
    judgement: Judgement,
    folder: Path,
) -> list[Cells]:
    """Stage, tables, rows, size and outcome, in Danish.

    Args:
        con: a connection to the release's tables, attached as `udgivelse`.
        landing: the vintage store.
        basis: what the release rests on.
        judgement: the gate's judgement.
        folder: the unfinished release, with its Parquet files.
    """
    newest = list(basis.newest.values())
    landed = [size(landing.folder(v.kilde, v.tabel_id, v.hentet_utc)) for v in newest]
    asked, absent = (
        sum(getattr(v, f"raekker_{what}") for v in newest) for what in ("spurgt", "mangler")
    )
    tables = con.execute(
        "select count(*), sum(estimated_size) from duckdb_tables() "
        "where database_name = 'udgivelse' and schema_name = 'main'"
    ).fetchall()[0]
    tested, found = (
        sum(getattr(r, what) for r in judgement.regler) for what in ("testet", "fundet")
    )
    number = danish.number
    return [
        (
            "Hentet",
            number(len(newest)),
            f"{number(asked)} celler",
            _megabytes(sum(landed)),
            f"{number(absent)} rækker sendte kilden ikke",
        ),
        (
            "Bygget",
            number(tables[0]),
            f"{number(tables[1])} rækker",
            _megabytes(size(folder / PARQUET)),
            f"{number(len(basis.vintages))} vintager indgår",
        ),
        (
            "Bedømt",
            number(len(judgement.tabeller)),
            f"{number(tested)} prøver",
            "",
            f"{number(found)} fund",
        ),
    ]


def _megabytes(count: int) -> str:
    return f"{danish.number(-(-count // MEGABYTE))} MB"
