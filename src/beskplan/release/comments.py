"""The Danish texts that lie in a database: what each table and column is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import duckdb

# Column (None: the table itself) → text.
Texts = Mapping[str | None, str]

HELD_SQL = """
select table_name, null, comment from duckdb_tables()
where database_name = $catalog and schema_name = $schema and comment is not null
union all
select view_name, null, comment from duckdb_views()
where database_name = $catalog and schema_name = $schema and comment is not null
union all
select table_name, column_name, comment from duckdb_columns()
where database_name = $catalog and schema_name = $schema and comment is not null
"""


def held(con: duckdb.DuckDBPyConnection, catalog: str, schema: str = "main") -> Mapping[str, Texts]:
    """Read every comment of a schema at once, by table or view.

    Args:
        con: a connection that has the database.
        catalog: its name there.
        schema: which schema.
    """
    found: dict[str, dict[str | None, str]] = defaultdict(dict)
    rows = con.execute(HELD_SQL, {"catalog": catalog, "schema": schema}).fetchall()
    for table, column, text in rows:
        found[table][column] = text
    return found


def statements(kind: str, target: str, texts: Texts) -> list[str]:
    """The SQL that gives a table or view its texts.

    Args:
        kind: `table` or `view`.
        target: its name, quoted where it must be.
        texts: what to say.
    """
    return [
        f'comment on column {target}."{column}" is {quoted(text)}'
        if column
        else f"comment on {kind} {target} is {quoted(text)}"
        for column, text in texts.items()
    ]


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
