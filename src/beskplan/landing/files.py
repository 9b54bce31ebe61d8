"""Files that are written once: complete or not at all, the same bytes each time."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from beskplan.sources.types import CELL_COLUMNS

FOLDER_TIME = "%Y%m%dT%H%M%SZ"
ISO_TIME = "%Y-%m-%dT%H:%M:%SZ"
CODE = ("sources", "landing")


def iso(moment: datetime) -> str:
    """`2026-08-18T19:52:00Z`."""
    return moment.astimezone(UTC).strftime(ISO_TIME)


def folder_name(hentet_utc: str) -> str:
    """`20260818T195200Z` for an ISO time."""
    return datetime.strptime(hentet_utc, ISO_TIME).replace(tzinfo=UTC).strftime(FOLDER_TIME)


def iso_or_none(name: str) -> str | None:
    """The ISO time that a folder's name stands for, if it is one."""
    try:
        return iso(datetime.strptime(name, FOLDER_TIME).replace(tzinfo=UTC))
    except ValueError:
        return None


def sha256(data: bytes) -> str:
    """Checksum in hex."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str:
    """Checksum of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def gzipped(data: bytes) -> bytes:
    """Packed without time or name, so that the same answer gives the same file."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def to_json(content: Mapping[str, Any]) -> bytes:
    """JSON as landing writes it."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


@cache
def code_version() -> str:
    """Checksum of the code that asks and stores, so that a vintage says what made it."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for name in CODE:
        for file in sorted((package / name).glob("*.py")):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and make sure that it is on the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make sure that a folder's list of names is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_cells(cells: pd.DataFrame, path: Path) -> None:
    """Write cells as Parquet in one total order, one thread, so that bytes are repeatable."""
    with duckdb.connect(config={"threads": 1}) as con:
        con.register("cells", cells[list(CELL_COLUMNS)])
        con.execute(
            """
            copy (
                select
                    omraade::varchar as omraade,
                    periode::varchar as periode,
                    dimensioner::varchar as dimensioner,
                    maaling_id::varchar as maaling_id,
                    case when not isnan(vaerdi) then vaerdi end::decimal(18, 3) as vaerdi,
                    raekke_mangler::boolean as raekke_mangler
                from cells
                order by all
            ) to $path (format parquet, compression zstd)
            """,
            {"path": str(path)},
        )
    with path.open("rb") as file:
        os.fsync(file.fileno())


def content_sum(path: Path) -> tuple[str, int, int]:
    """What a Parquet file of cells holds, whatever the order of its rows.

    Returns:
        Checksum over the columns and the sorted rows, number of rows, of these absent.
    """
    with duckdb.connect() as con:
        digest, rows, absent = con.execute(
            """
            with lines as (
                select
                    concat_ws(
                        chr(31), omraade, periode, dimensioner, maaling_id,
                        coalesce(vaerdi::varchar, ''), raekke_mangler::varchar
                    ) as line,
                    raekke_mangler
                from read_parquet($path)
            )

            select
                sha256(coalesce(string_agg(line, chr(10) order by line), '')),
                count(*),
                count(*) filter (raekke_mangler)
            from lines
            """,
            {"path": str(path)},
        ).fetchall()[0]
    return sha256(f"{'|'.join(CELL_COLUMNS)}\n{digest}".encode()), rows, absent
