"""An optional copy of schema `bi` in Postgres, for tools that want a server."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import duckdb

from beskplan.errors import ReleaseError
from beskplan.release import comments
from beskplan.release.bi import SCHEMA
from beskplan.release.comments import quoted
from beskplan.release.database import DATABASE

SCHEMES = ("postgresql", "postgres")
WHEEL = "duckdb_extension_postgres_scanner"
VIEWS_SQL = f"""
select view_name from duckdb_views()
where database_name = 'udgivelse' and schema_name = '{SCHEMA}'
order by 1
"""  # noqa: S608 - names in schema bi


@dataclass(frozen=True)
class Copied:
    """What was copied.

    Args:
        release_id: which release Postgres holds now.
        tables: how many tables; 0 if it held the release already.
    """

    release_id: str
    tables: int


@dataclass(frozen=True)
class Address:
    """Where a Postgres is, and the secret apart from it.

    Args:
        url: the address without password; it may stand in a message.
        password: None if libpq finds it by itself (`~/.pgpass`, PGPASSWORD) or needs none.
    """

    url: str
    password: str | None

    def __repr__(self) -> str:
        """Without the password."""
        return self.url


def address(url: str) -> Address:
    """Take the password out of an address.

    Raises:
        ReleaseError: it is no address of a Postgres; the text is not repeated.
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in SCHEMES
    except ValueError:
        known = False
    if not known:
        raise ReleaseError(
            "the address is not one of a Postgres",
            where="--postgres or BESKPLAN_POSTGRES",
            do="write postgresql://user:password@host:5432/database",
        )
    login, _, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    fields = dict(parse_qsl(parts.query))
    told = fields.pop("password", "")
    bare = parts._replace(netloc=f"{user}@{place}" if user else place, query=urlencode(fields))
    return Address(bare.geturl(), unquote(password) or told or None)


def copy(release: Path, to: Address) -> Copied:
    """Copy a release's schema `bi` as tables, in one transaction.

    The rows are exchanged and the tables stay: rights and views that rest on them go on, nobody
    waits, and a transaction that is open sees the release that it began with to its end.

    Args:
        release: its folder.
        to: from `address`.

    Raises:
        ReleaseError: Postgres cannot be reached or written to; what it held stands.
    """
    with duckdb.connect() as con, _password(to.password):
        _load(con)
        try:
            con.execute(f"attach {quoted(to.url)} as pg (type postgres)")
            con.execute(f"attach {quoted(str(release / DATABASE))} as udgivelse (read_only)")
            return _copy(con)
        except duckdb.Error as error:
            raise ReleaseError(
                f"the copy to Postgres failed: {' '.join(str(error).split())}",
                where=to.url,
                do="mend what Postgres says, then run the same command; what it held stands",
            ) from None


def _copy(con: duckdb.DuckDBPyConnection) -> Copied:
    release_id, fingerprint = con.execute(
        f"select release_id, fingeraftryk from udgivelse.{SCHEMA}._release_v1"  # noqa: S608 - names in schema bi
    ).fetchall()[0]
    if _held(con) == fingerprint:
        return Copied(release_id, 0)
    names = [str(name) for (name,) in con.execute(VIEWS_SQL).fetchall()]
    said = comments.held(con, "udgivelse", SCHEMA)
    con.execute("begin")
    con.execute(f"create schema if not exists pg.{SCHEMA}")
    there = set(_ask(con, f"select tablename from pg_tables where schemaname = '{SCHEMA}'"))  # noqa: S608 - names in schema bi
    for name in sorted(there - set(names)):
        _tell(con, f'drop table {SCHEMA}."{name}"')
    for name in names:
        if name in there:
            _tell(con, f'delete from {SCHEMA}."{name}"')  # noqa: S608 - names in schema bi
            con.execute(f'insert into pg.{SCHEMA}."{name}" from udgivelse.{SCHEMA}."{name}"')
        else:
            con.execute(f'create table pg.{SCHEMA}."{name}" as from udgivelse.{SCHEMA}."{name}"')
        for statement in comments.statements("table", f'{SCHEMA}."{name}"', said[name]):
            _tell(con, statement)
    con.execute("commit")
    return Copied(release_id, len(names))


def _load(con: duckdb.DuckDBPyConnection) -> None:
    """Load the extension from its wheel, or the one that a person has installed."""
    wheel = importlib.util.find_spec(WHEEL)
    folder = Path(wheel.origin).parent if wheel and wheel.origin else Path()
    file = folder / "extensions" / f"v{duckdb.__version__}" / "postgres_scanner.duckdb_extension"
    try:
        con.execute(f"load {quoted(str(file))}" if file.is_file() else "load postgres")
    except duckdb.Error as error:
        raise ReleaseError(
            f"DuckDB {duckdb.__version__} has no `postgres` extension: {error}",
            where=WHEEL,
            do="install requirements/run.lock, or run `INSTALL postgres` once in DuckDB",
        ) from error


@contextmanager
def _password(password: str | None) -> Iterator[None]:
    """Give libpq the password where no message shows it."""
    before = os.environ.get("PGPASSWORD")
    if password is not None:
        os.environ["PGPASSWORD"] = password
    try:
        yield
    finally:
        if password is not None:
            if before is None:
                del os.environ["PGPASSWORD"]
            else:
                os.environ["PGPASSWORD"] = before


def _ask(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    rows = con.execute("select * from postgres_query('pg', $sql)", {"sql": sql}).fetchall()
    return [str(value) for (value,) in rows if value is not None]


def _tell(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    con.execute("call postgres_execute('pg', $sql)", {"sql": sql})


def _held(con: duckdb.DuckDBPyConnection) -> str | None:
    """Fingerprint of the release that Postgres holds."""
    if not _ask(con, f"select to_regclass('{SCHEMA}._release_v1')::text"):
        return None
    found = _ask(con, f"select fingeraftryk from {SCHEMA}._release_v1")  # noqa: S608 - names in schema bi
    return found[0] if found else None
