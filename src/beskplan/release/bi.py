"""Schema `bi`: the views that the release promises to BI tools, made from their contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml

from beskplan.errors import ReleaseError
from beskplan.release import comments
from beskplan.release.comments import Texts

SCHEMA = "bi"
CONTRACT = Path(__file__).with_name("bi.yml")
WHERE = "src/beskplan/release/bi.yml"
DO = (
    "a published view is not changed: give the table its column back, or let the view fetch it by "
    "`udtryk` and add the next version with the new form (docs/bi.md)"
)
_NAME = re.compile(r"(?P<name>\w+)_v(?P<version>[1-9]\d*)")


@dataclass(frozen=True)
class Column:
    """One promised column.

    Args:
        name: its name.
        type: its DuckDB type.
        expression: what gives it where the table has no column of that name and type.
        text: its comment in Danish, where the table has none to give.
    """

    name: str
    type: str
    expression: str | None = None
    text: str | None = None

    @property
    def sql(self) -> str:
        """The column in a select list."""
        return f'{self.expression} as "{self.name}"' if self.expression else f'"{self.name}"'


@dataclass(frozen=True)
class View:
    """One promised view.

    Args:
        name: `fct_ydelser_v1`.
        table: the published table that it reads.
        columns: in order.
    """

    name: str
    table: str
    columns: tuple[Column, ...]

    @property
    def sql(self) -> str:
        """The query that gives it; without catalog, for a file is attached by any name."""
        columns = ", ".join(column.sql for column in self.columns)
        return f'select {columns} from main."{self.table}"'  # noqa: S608 - names of bi.yml


Form = Sequence[tuple[str, str]]


@cache
def contract(path: Path = CONTRACT) -> tuple[View, ...]:
    """Every promised view.

    Args:
        path: the contract.

    Raises:
        ReleaseError: a view's name has no version.
    """
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name in stated:
        if not _NAME.fullmatch(name):
            raise ReleaseError(
                "a view's name ends in its version", where=f"{WHERE}: {name}", do=f"{name}_v1"
            )
    return tuple(
        View(name, entry["tabel"], tuple(_column(*item) for item in entry["kolonner"].items()))
        for name, entry in stated.items()
    )


def _column(name: str, stated: str | dict[str, str]) -> Column:
    if isinstance(stated, str):
        return Column(name, stated)
    return Column(name, stated["type"], stated["udtryk"], stated["tekst"])


def write(database: Path, previous: Path | None, views: Sequence[View] | None = None) -> None:
    """Make the views in a release's database, each with its comments.

    Args:
        database: the new release's file, with its tables; nobody else has it open.
        previous: the file of the release before, whose views still hold.
        views: what is promised; the contract.

    Raises:
        ReleaseError: a table does not give what its view promises, or a view has changed since the
            release before.
    """
    promised = contract() if views is None else views
    with duckdb.connect(database) as con:
        _refuse(faults(con, promised))
        said = comments.held(con, database.stem)
        con.execute("begin")
        con.execute(f"create schema {SCHEMA}")
        for view in promised:
            con.execute(f'create view {SCHEMA}."{view.name}" as {view.sql}')
            texts = _texts(view, said[view.table])
            for statement in comments.statements("view", f'{SCHEMA}."{view.name}"', texts):
                con.execute(statement)
        if previous:
            with duckdb.connect(previous, read_only=True) as before:
                _refuse(_changed(forms(before), forms(con)))
        con.execute("commit")


def faults(con: duckdb.DuckDBPyConnection, views: Sequence[View]) -> list[str]:
    """Where the tables of a database do not give what the views promise.

    Args:
        con: a database with the published tables in `main`.
        views: what is promised.
    """
    found = []
    for view in views:
        try:
            given = con.execute(f"describe {view.sql}").fetchall()
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            found.append(f"{view.name}: {' '.join(str(error).split())}")
            continue
        found += [
            f"{view.name}.{column.name} is {row[1]}, promised is {column.type}"
            for column, row in zip(view.columns, given, strict=True)
            if row[1] != column.type
        ]
    return found


def _refuse(found: Sequence[str]) -> None:
    if found:
        raise ReleaseError(
            f"schema {SCHEMA} would not be what BI tools were promised: {'; '.join(found)}",
            where=WHERE,
            do=DO,
        )


def forms(con: duckdb.DuckDBPyConnection) -> dict[str, Form]:
    """View → its columns and types, as a reader of a release finds them.

    Args:
        con: a release's database.
    """
    rows = con.execute(
        "select table_name, list((column_name, data_type) order by column_index) "
        "from duckdb_columns() where schema_name = $schema group by all",
        {"schema": SCHEMA},
    ).fetchall()
    return dict(rows)


def _changed(before: dict[str, Form], now: dict[str, Form]) -> list[str]:
    """Views that are not as they were; one that is gone needs a newer that was there before."""
    newest: dict[str, int] = {}
    for name in before:
        thing, version = _parts(name)
        newest[thing] = max(version, newest.get(thing, 0))
    both = before.keys() & now.keys()
    changed = [
        f"{name} is not as in the release before" for name in both if before[name] != now[name]
    ]
    gone = [
        f"{name} is gone and no newer version was in the release before"
        for name in before.keys() - now.keys()
        if newest[_parts(name)[0]] == _parts(name)[1]
    ]
    return sorted(changed + gone)


def _parts(name: str) -> tuple[str, int]:
    match = _NAME.fullmatch(name)
    return (match["name"], int(match["version"])) if match else (name, 0)


def _texts(view: View, table: Texts) -> Texts:
    """A view says what its table says, save of the columns that the contract tells of itself."""
    texts: dict[str | None, str | None] = {None: table.get(None)}
    texts |= {column.name: column.text or table.get(column.name) for column in view.columns}
    return {name: text for name, text in texts.items() if text}
