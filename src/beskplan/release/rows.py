"""Reads a candidate's rows by column name, so that a renamed column is an error and not a shift."""

from __future__ import annotations

from typing import Any

import duckdb

Record = dict[str, Any]


def records(con: duckdb.DuckDBPyConnection, sql: str, **parameters: str) -> list[Record]:
    """Run a query and give each row as a mapping from column to value."""
    result = con.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
