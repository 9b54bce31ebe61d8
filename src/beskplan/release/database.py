"""The files for BI: one DuckDB file that only readers open, and the same tables as Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import comments
from beskplan.release.basis import Basis
from beskplan.release.comments import Texts
from beskplan.release.marks import printed

DATABASE = "beskaeftigelsesplan.duckdb"
PARQUET = "parquet"
# The oldest format: a BI tool's driver often lags behind by years.
STORAGE_VERSION = "v1.0.0"
# What the release itself adds to the marts: it lies in the connection's own temporary database.
ADDED = ("rettelser", "_release_friskhed")
INTERNAL_PREFIXES = ("stg_", "int_", "_", "dbt_")
PAGE_ROWS = 122_880

RELEASE_DDL = """
create table udgivelse.main._release (
    release_id varchar not null,
    periode varchar not null,
    opgjort_utc timestamp not null,
    kode_sum varchar not null,
    fingeraftryk varchar not null
);
comment on table udgivelse.main._release is 'Hvilken udgivelse filen er: én række.';
comment on column udgivelse.main._release.release_id is 'Udgivelsens navn, fx 2026M07-1.';
comment on column udgivelse.main._release.periode is 'Nyeste måned i fct_ydelser.';
comment on column udgivelse.main._release.opgjort_utc is
'Hvornår det nyeste svar, som udgivelsen hviler på, blev hentet (UTC).';
comment on column udgivelse.main._release.kode_sum is 'Kontrolsum af koden.';
comment on column udgivelse.main._release.fingeraftryk is
'Kontrolsum af alt, som udgivelsen hviler på: vintager, seeds, afgørelser, mærker og kode.';
create table udgivelse.main._release_tabeller (
    kilde varchar not null,
    tabel_id varchar not null,
    hentet_utc timestamp not null,
    update_latest varchar not null,
    oprindelse varchar not null,
    indholdssum varchar not null,
    er_opdateret boolean not null,
    maerke varchar
);
comment on table udgivelse.main._release_tabeller is
'Den vintage, som hver kildetabels tal kommer fra: én række for hver tabel.';
comment on column udgivelse.main._release_tabeller.kilde is 'jobindsats, statbank eller joblog.';
comment on column udgivelse.main._release_tabeller.tabel_id is 'Kildens eget tabel-id.';
comment on column udgivelse.main._release_tabeller.hentet_utc is 'Hvornår tabellen blev hentet.';
comment on column udgivelse.main._release_tabeller.update_latest is
'Hvornår kilden selv siger, at tabellen sidst blev opdateret.';
comment on column udgivelse.main._release_tabeller.oprindelse is
'api: hentet fra kilden; optaget: optagelse af kildens svar; genereret: syntetiske tal.';
comment on column udgivelse.main._release_tabeller.indholdssum is 'Kontrolsum af rækkerne.';
comment on column udgivelse.main._release_tabeller.er_opdateret is
'Falsk, hvis kilden har nyere tal, som blev stoppet, afventer eller ikke kunne hentes.';
comment on column udgivelse.main._release_tabeller.maerke is
'"ikke opdateret: se fund" eller "afventer gennemsyn: se fund", hvor det gælder.';
"""


@dataclass(frozen=True)
class Identity:
    """What a release is called.

    Args:
        release_id: `2026M07-1`.
        periode: newest month of `fct_ydelser`.
    """

    release_id: str
    periode: str


def open_candidate(candidate: Path) -> duckdb.DuckDBPyConnection:
    """Open a candidate read-only as the connection's default database."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    con.execute(f"attach '{_quoted(candidate)}' as kandidat (read_only)")
    con.execute("use kandidat")
    return con


def open_published(candidate: Path, database: Path) -> duckdb.DuckDBPyConnection:
    """Open a written release's tables, and what only the candidate has (the hand-kept tables).

    In the release they lie in order, and none is a view on the whole history: what is asked about
    one kommune is found twenty times faster.
    """
    con = open_candidate(candidate)
    con.execute(f"attach '{_quoted(database)}' as udgivelse (read_only)")
    con.execute("set search_path = 'udgivelse.main,kandidat.main'")
    return con


def newest_month(con: duckdb.DuckDBPyConnection) -> str:
    """The newest month of the counts.

    Raises:
        ReleaseError: there are none.
    """
    row = con.execute("select periode from fct_ydelser order by maaned desc limit 1").fetchone()
    if row is None:
        raise ReleaseError(
            "the candidate holds no figure", where="fct_ydelser", do="look at the run's dbt log"
        )
    return str(row[0])


# Says what had been decided when the candidate was built: of the run, not of the release.
JUDGED = "kontrol_vintager"


def public_tables(con: duckdb.DuckDBPyConnection, seeds: Sequence[str]) -> list[str]:
    """Names of the candidate's tables that the outside may read.

    That is every mart: staging, intermediate and the hand-kept tables bear other names, so that a
    new mart is published without a word here.
    """
    names = con.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = 'kandidat' and table_schema = 'main' order by table_name"
    ).fetchall()
    return [
        str(name)
        for (name,) in names
        if not str(name).startswith(INTERNAL_PREFIXES) and name not in (*seeds, JUDGED)
    ]


def generated_tables(con: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> list[str]:
    """Names of the marts that hold a cell resting on generated figures."""
    marked = con.execute(
        "select table_name from information_schema.columns "
        "where table_catalog = 'kandidat' and column_name = 'er_syntetisk'"
    ).fetchall()
    candidates = sorted(set(tables) & {str(name) for (name,) in marked})
    return [
        name
        for name in candidates
        if con.execute(f'select 1 from "{name}" where er_syntetisk limit 1').fetchone()  # noqa: S608 - names of the candidate's own tables
    ]


def write(
    con: duckdb.DuckDBPyConnection,
    tables: Sequence[str],
    identity: Identity,
    basis: Basis,
    folder: Path,
) -> dict[str, int]:
    """Write the DuckDB file and the Parquet files.

    Args:
        con: the candidate, from `open_candidate`.
        tables: what to publish.
        identity: what the release is called.
        basis: what it rests on.
        folder: the unfinished release.

    Returns:
        Table name → rows.
    """
    (folder / PARQUET).mkdir()
    con.execute(
        f"attach '{_quoted(folder / DATABASE)}' as udgivelse (storage_version '{STORAGE_VERSION}')"
    )
    said = {name: comments.held(con, name) for name in ("kandidat", "temp")}
    rows = {
        name: _copy_table(con, name, folder, said[_catalog(name)][name])
        for name in (*tables, *ADDED)
    }
    con.execute(RELEASE_DDL)
    _state_release(con, identity, basis)
    con.execute("checkpoint udgivelse")
    con.execute("detach udgivelse")
    return rows


def _copy_table(con: duckdb.DuckDBPyConnection, name: str, folder: Path, said: Texts) -> int:
    """Copy one table in a total order, with its comments, and write the copy as Parquet."""
    con.execute(f'create table udgivelse.main."{name}" as from {_source(name)} order by all')
    for statement in comments.statements("table", f'udgivelse.main."{name}"', said):
        con.execute(statement)
    path = folder / PARQUET / f"{name}.parquet"
    # The copy lies in its total order and is read in the order it lies in.
    con.execute(
        f"copy udgivelse.main.\"{name}\" to '{_quoted(path)}' "
        f"(format parquet, compression zstd, row_group_size {PAGE_ROWS})"
    )
    return _count(con, f'udgivelse.main."{name}"')


def _catalog(name: str) -> str:
    return "temp" if name in ADDED else "kandidat"


def _source(name: str) -> str:
    return f'{_catalog(name)}.main."{name}"'


def _state_release(con: duckdb.DuckDBPyConnection, identity: Identity, basis: Basis) -> None:
    con.execute(
        "insert into udgivelse.main._release "
        "values ($id, $periode, $time::timestamptz, $kode, $sum)",
        {
            "id": identity.release_id,
            "periode": identity.periode,
            "time": basis.stated_time,
            "kode": basis.code,
            "sum": basis.fingerprint,
        },
    )
    for tabel_id, vintage in sorted(basis.newest.items()):
        marked = tabel_id in basis.marked
        con.execute(
            "insert into udgivelse.main._release_tabeller "
            "values ($1, $2, $3::timestamptz, $4, $5, $6, $7, $8)",
            [
                vintage.kilde,
                tabel_id,
                vintage.hentet_utc,
                vintage.update_latest,
                vintage.oprindelse,
                vintage.indholdssum,
                not marked,
                printed(basis.marked[tabel_id]) if marked else None,
            ],
        )


def check(con: duckdb.DuckDBPyConnection, rows: dict[str, int], folder: Path) -> None:
    """Read the written files again and compare them with the candidate.

    Args:
        con: the candidate.
        rows: table name → rows, as written.
        folder: the unfinished release.

    Raises:
        ReleaseError: a table has lost or gained rows, or DuckDB file and Parquet differ.
    """
    con.execute(f"attach '{_quoted(folder / DATABASE)}' as udgivelse (read_only)")
    try:
        for name, written in rows.items():
            path = _quoted(folder / PARQUET / f"{name}.parquet")
            found = {
                "candidate": _count(con, _source(name)),
                "parquet": _sum(con, f"read_parquet('{path}')"),
                "duckdb": _sum(con, f'udgivelse.main."{name}"'),
            }
            if found["candidate"] != written or found["parquet"] != found["duckdb"]:
                raise ReleaseError(
                    f"the written table is not the candidate's: {found}, {written} rows written",
                    where=name,
                    do="look for a full disk, then publish again",
                )
    finally:
        con.execute("detach udgivelse")


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    return int(con.execute(f"select count(*) from {source}").fetchall()[0][0])  # noqa: S608 - names of the candidate's own tables


def _sum(con: duckdb.DuckDBPyConnection, source: str) -> str:
    """Rows and an order-independent sum over all cells."""
    return str(
        con.execute(
            f"select count(*), sum(hash(t)::hugeint) from {source} as t"  # noqa: S608 - names of the candidate's own tables
        ).fetchone()
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
