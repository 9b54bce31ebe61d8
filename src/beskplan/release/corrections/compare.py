"""Compares two releases cell by cell.

The diff is one SQL file run on two databases that are opened read-only, and not a dbt model: a
release is no input to the warehouse (one direction, five rooms), the release before is known
for certain only under the publish lock, and the same comparison must serve any two releases
(`beskplan diff`). What is judged, whether a change is usual, is computed by dbt (`revisioner`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import duckdb

from beskplan.errors import ReleaseError

TABLE = "rettelser"
# Where a source's own figure stands; one that is gone from here has been taken back.
OWN_CELLS = ("fct_ydelser", "joblog_daekningsgrad", "dim_befolkning")
_SQL = files("beskplan.release.corrections")
_MARKER = re.compile(r"^-- tabel: (\w+)$", re.MULTILINE)

CHANGED_DDL = """
create or replace temp table aendrede (
    nr bigint, tabel varchar, noegle varchar, tabel_id varchar, omraade_kode varchar,
    omraade_navn varchar, gruppe varchar, dimensioner varchar, periode varchar, maaling varchar,
    foer_vaerdi decimal(18, 3), foer_status varchar, efter_vaerdi decimal(18, 3),
    efter_status varchar, er_syntetisk boolean
)
"""
# A figure that was not there before is new, and no change.
CHANGED_SQL = """
insert into aendrede
select
    (select count(*) from aendrede) + row_number() over () as nr,
    $tabel, foer.noegle, coalesce(efter.tabel_id, foer.tabel_id), foer.omraade_kode,
    foer.omraade_navn, coalesce(efter.gruppe, foer.gruppe), foer.dimensioner, foer.periode,
    foer.maaling, foer.vaerdi, foer.status, efter.vaerdi, coalesce(efter.status, 'N'),
    coalesce(efter.er_syntetisk, foer.er_syntetisk)
from ({foer}) as foer
left join ({efter}) as efter using (noegle, omraade_kode, periode, maaling)
where
    foer.status not in ('N', 'F', 'I')
    and (foer.vaerdi is distinct from efter.vaerdi or foer.status is distinct from efter.status)
    and (efter.status is not null or $er_egen)
"""
GIVEN_DDL = """
create or replace temp table vintager (side varchar, tabel_id varchar, hentet_utc timestamp);
create or replace temp table udgivelser
    (nr integer, release_id varchar, tabel_id varchar, hentet_utc timestamp);
create or replace temp table afgoerelser
    (tabel_id varchar, hentet_utc timestamp, nr integer, udfald varchar, hvem varchar,
    hvorfor varchar);
create or replace temp table varslet
    (tabel_id varchar, periode_fra varchar, periode_til varchar, gaelder_fra date,
    gaelder_til date, tekst varchar)
"""
COLUMNS: Mapping[str, tuple[str, str]] = {
    "release_id": ("varchar", "Udgivelsen, der ændrede tallet."),
    "forrige_release_id": ("varchar", "Udgivelsen, der sammenlignes med."),
    "tabel": ("varchar", "Tabellen i databasen, hvor tallet står."),
    "tabel_id": ("varchar", "Kildens tabel-id; tom, hvor tallet hviler på flere."),
    "omraade_kode": ("varchar", "Områdets kode; tre cifre for en kommune."),
    "omraade_navn": ("varchar", "Områdets navn."),
    "periode": ("varchar", "Perioden, som kilden skriver den."),
    "gruppe": ("varchar", "Ydelsesgruppe, mål, nøgletal eller linje."),
    "maaling": ("varchar", "Hvilket af rækkens tal."),
    "foer_vaerdi": ("decimal(18, 3)", "Tallet før; tomt, hvis der intet stod."),
    "foer_status": ("varchar", "Status før, se fct_ydelser."),
    "efter_vaerdi": ("decimal(18, 3)", "Tallet nu; tomt, hvis der intet står."),
    "efter_status": ("varchar", "Status nu; N, hvis tallet er trukket tilbage."),
    "aendring": ("decimal(18, 3)", "Nu minus før."),
    "aendring_pct": ("decimal(18, 2)", "Ændringen i pct. af tallet før."),
    "alder_mdr": ("integer", "Månedens alder ved ændringen; 0 er kildens nyeste måned."),
    "art": ("varchar", "revision eller fejlrettelse."),
    "begrundelse": ("varchar", "Hvorfor den er det."),
    "aarsag": ("varchar", "Årsagen, hvor en person eller kontrollen har skrevet den."),
    "foer_udgivelse": ("varchar", "Første udgivelse, der bar det gamle tal."),
    "foer_vintage": ("timestamp", "Hvornår det gamle tal blev hentet (UTC)."),
    "er_syntetisk": ("boolean", "Sand, hvis tallet hviler på genererede tal."),
}
COMMENT = (
    "Hver offentliggjort celle, som er ændret siden udgivelsen før: revision (varslet, eller "
    "sædvanlig for månedens alder) eller fejlrettelse."
)


@dataclass(frozen=True)
class Side:
    """One of the two that are compared.

    Args:
        name: the release's id, or the as-of time.
        schema: where its tables lie on the connection: `forrige.main`.
        stated_time: its own time, ISO UTC.
        vintages: (table id, retrieved) of every vintage it rests on.
    """

    name: str
    schema: str
    stated_time: str
    vintages: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Compared:
    """What was compared.

    Args:
        tables: tables that both sides have.
        left_out: tables that one side does not have in this form.
    """

    tables: tuple[str, ...]
    left_out: tuple[str, ...]


def published_cells() -> dict[str, str]:
    """Table → the query that gives its cells, from `published_cells.sql`."""
    parts = _MARKER.split((_SQL / "published_cells.sql").read_text(encoding="utf-8"))
    named = zip(parts[1::2], parts[2::2], strict=True)
    return {name: sql.strip().removesuffix(";") for name, sql in named}


def compare(
    con: duckdb.DuckDBPyConnection,
    before: Side,
    after: Side,
    *,
    chain: Iterable[tuple[int, str, str, str]],
    decisions: Iterable[Mapping[str, Any]],
    announced: Path,
) -> Compared:
    """Fill the temporary table `rettelser` with every cell that differs, judged.

    Args:
        con: a connection on which both sides are attached.
        before: the older side.
        after: the newer side; its `revisioner` says what is usual.
        chain: (nr, release id, table id, retrieved) of each release up to `before`.
        decisions: every decision, as a release states it.
        announced: the seed of announced revisions.

    Returns:
        Which tables were compared.

    Raises:
        ReleaseError: the newer side was made before revisions were judged.
    """
    con.execute(CHANGED_DDL)
    tables, left_out = [], []
    for name, sql in published_cells().items():
        sides = [Template(sql).substitute(side=side.schema) for side in (before, after)]
        if all(_has(con, side) for side in sides):
            con.execute(
                CHANGED_SQL.format(foer=sides[0], efter=sides[1]),
                {"tabel": name, "er_egen": name in OWN_CELLS},
            )
            tables.append(name)
        else:
            left_out.append(name)
    _give(con, before, after, chain, decisions, announced)
    _judge(con, before, after)
    return Compared(tuple(tables), tuple(left_out))


def create_empty(con: duckdb.DuckDBPyConnection) -> None:
    """Make `rettelser` without a row: there is no release before."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    con.execute(f"create or replace temp table {TABLE} ({columns})")
    _comment(con)


def _has(con: duckdb.DuckDBPyConnection, sql: str) -> bool:
    """Whether the query can be asked there: an older release may lack a table or a column."""
    try:
        con.execute(f"select * from ({sql}) limit 0")  # noqa: S608 - the project's own diff.sql
    except (duckdb.CatalogException, duckdb.BinderException):
        return False
    return True


def _give(
    con: duckdb.DuckDBPyConnection,
    before: Side,
    after: Side,
    chain: Iterable[tuple[int, str, str, str]],
    decisions: Iterable[Mapping[str, Any]],
    announced: Path,
) -> None:
    """Fill in what the judgement needs besides the two databases."""
    con.execute(GIVEN_DDL)
    names = ("foer", "efter")
    for name, side in zip(names, (before, after), strict=True):
        _insert(con, "vintager", [(name, table, time) for table, time in side.vintages])
    _insert(con, "udgivelser", chain)
    _insert(
        con,
        "afgoerelser",
        [
            tuple(d[name] for name in ("tabel_id", "hentet_utc", "nr", "udfald", "hvem", "hvorfor"))
            for d in decisions
        ],
    )
    if announced.is_file():
        con.execute(
            "insert into varslet select tabel_id, periode_fra, periode_til, gaelder_fra, "
            "gaelder_til, tekst from read_csv($path, header = true, all_varchar = true)",
            {"path": str(announced)},
        )


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    for row in rows:
        values = [v.removesuffix("Z") if isinstance(v, str) and _is_time(v) else v for v in row]
        con.execute(f"insert into {table} values ({', '.join('?' * len(row))})", values)  # noqa: S608 - the project's own names; values are bound


def _is_time(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text))


def _judge(con: duckdb.DuckDBPyConnection, before: Side, after: Side) -> None:
    revisions = f"select * from {after.schema}.revisioner"  # noqa: S608 - the project's own names; values are bound
    if not _has(con, revisions):
        raise ReleaseError(
            "it has no table `revisioner`, which says how large a revision usually is",
            where=after.name,
            do="compare with a release made by this version of the code",
        )
    con.execute(f"create or replace temp view revisioner as {revisions}")
    con.execute(
        (_SQL / "diff.sql").read_text(encoding="utf-8"),
        {
            "efter_tid": after.stated_time[:10],
            "release_id": after.name,
            "forrige_release_id": before.name,
        },
    )
    _comment(con)


def _comment(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"comment on table temp.{TABLE} is '{COMMENT}'")
    for name, (_, text) in COLUMNS.items():
        con.execute(f"comment on column temp.{TABLE}.{name} is '{text}'")
