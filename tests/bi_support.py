"""An older DuckDB client, and a reader that asks every promised view of a release."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from beskplan.settings import PROJECT

PAGE = PROJECT / "docs" / "bi.md"
QUESTION = re.compile(
    r"^### \d+\. (?P<title>[^\n]+)\n.*?^```sql\n(?P<sql>.*?)^```\n\n(?P<answer>(?:\|[^\n]*\n)+)",
    re.DOTALL | re.MULTILINE,
)
CLIENT = Path(sys.prefix) / "klient"

# Reads a release as a BI tool does: opened by its path, and attached under a name of its own.
READER = """
import json, sys
import duckdb
said = {"version": duckdb.__version__, "views": {}, "rows": {}}
with duckdb.connect(sys.argv[1], read_only=True) as con:
    views = con.execute(
        "select view_name, comment from duckdb_views() where schema_name = 'bi' order by 1"
    ).fetchall()
    for name, comment in views:
        described = con.execute(f'describe bi."{name}"').fetchall()
        said["views"][name] = {"comment": comment, "columns": [row[:2] for row in described]}
        said["rows"][name] = len(con.execute(f'select * from bi."{name}" limit 5').fetchall())
    said["release"] = con.execute("select release_id, vintager from bi._release_v1").fetchone()
con = duckdb.connect()
con.execute(f"attach '{sys.argv[1]}' as tal (read_only)")
con.execute("use tal")
said["attached"] = con.execute("select release_id from bi._release_v1").fetchone()[0]
print(json.dumps(said))
"""


def read_with(database: Path, *, older: bool) -> dict[str, Any]:
    """What a client finds in a release, in a process of its own.

    Args:
        database: the release's file.
        older: the client of requirements/klient.lock, not the pipeline's own.
    """
    if older:
        assert CLIENT.is_dir(), "the older client is lacking: `make test` installs it"
    done = subprocess.run(
        [sys.executable, "-c", READER, str(database)],
        env=os.environ | ({"PYTHONPATH": str(CLIENT)} if older else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@dataclass(frozen=True)
class Question:
    """A question of docs/bi.md with the answer that stands there, header first."""

    title: str
    sql: str
    answer: list[list[str]]


def questions() -> list[Question]:
    """Every question of the page."""
    return [
        Question(
            found["title"],
            found["sql"],
            [
                [cell.strip() for cell in line.strip("|").split("|")]
                for line in found["answer"].splitlines()
                if not line.startswith("|---")
            ],
        )
        for found in QUESTION.finditer(PAGE.read_text(encoding="utf-8"))
    ]


def snippets(language: str) -> list[str]:
    """The page's pieces of code in a language."""
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def shown(value: object) -> str:
    """A value as the page writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
