"""Reads a candidate's rows by column name, so that a renamed column is an error and not a shift."""

from __future__ import annotations

import unicodedata
from typing import Any

import duckdb

from beskplan.seeds.reading import UNSEEN

Record = dict[str, Any]


def records(con: duckdb.DuckDBPyConnection, sql: str, **parameters: str) -> list[Record]:
    """Run a query and give each row as a mapping from column to value.

    Text comes without characters that cannot be seen: a source's own mark could turn the rest of a
    line, and Word does not open a file that holds a control character.
    """
    result = con.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, map(_seen, row), strict=True)) for row in result.fetchall()]


def _seen(value: Any) -> Any:
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(
        char for char in value if char == "\n" or unicodedata.category(char) not in UNSEEN
    )
