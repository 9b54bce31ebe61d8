"""Canaries: secrets that can be recognised anywhere, and a search of all that is left.

Every canary begins with `STEM`, so that one search finds any of them. The search looks into what is
packed (gz, zip, xlsx, docx), into Parquet and into databases, and knows a text in base64 as well.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

STEM = "kanariefuglen7"
TOKEN = f"{STEM}noegle"
MAIL, WEBHOOK, POSTGRES = (f"{STEM}{what}" for what in ("post", "krog", "postgres"))
RECEIVER = "vagt@example.dk"


@dataclass
class Sinks:
    """Receivers of messages that ask for their canary and write down all else that comes.

    Args:
        folder: where each message is kept as a file.
        trusted: the channels that have shown the right secret.
        connections: Airflow's connections to both, with their canaries.
    """

    folder: Path
    trusted: set[str] = field(default_factory=set)
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Every canary as a variable."""
        return {
            "JOBINDSATS_TOKEN": TOKEN,
            "BESKPLAN_POSTGRES": f"postgresql://plan:{POSTGRES}@127.0.0.1:9/bi",
            "BESKPLAN_BESKED_TIL": RECEIVER,
        } | {f"AIRFLOW_CONN_{n.upper()}": json.dumps(c) for n, c in self.connections.items()}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.keep("mail", envelope.content)
        return "250 OK"

    def keep(self, kind: str, content: bytes) -> None:
        number = len(list(self.folder.iterdir()))
        (self.folder / f"{number:03d}.{kind}").write_bytes(content)


@contextmanager
def sinks(folder: Path) -> Iterator[Sinks]:
    """Run a mail server and a web hook; each message becomes a file in the folder."""
    folder.mkdir()
    received = Sinks(folder)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.keep("webhook", self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] == f"Bearer {WEBHOOK}":
                received.trusted.add("webhook")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == MAIL.encode()
        if right:
            received.trusted.add("mail")
        return AuthResult(success=right)

    web = HTTPServer(("127.0.0.1", 0), Hook)
    smtp = Controller(
        received,
        hostname="127.0.0.1",
        port=_free_port(),
        authenticator=login,
        auth_required=True,
        auth_require_tls=False,
    )
    Thread(target=web.serve_forever, daemon=True).start()
    smtp.start()
    mail = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": smtp.port,
        "login": "beskplan",
        "password": MAIL,
        "extra": {"from_email": "beskplan@example.dk", "disable_ssl": True, "disable_tls": True},
    }
    hook = {"conn_type": "http", "host": f"http://127.0.0.1:{web.server_port}", "password": WEBHOOK}
    received.connections = {"beskplan_mail": mail, "beskplan_webhook": hook}
    try:
        yield received
    finally:
        smtp.stop()
        web.shutdown()
        web.server_close()


@dataclass
class Searched:
    """What a search has read, and what it found.

    Args:
        files: files read.
        inside: parts of packed files read as well.
        databases: databases of which every table was read.
        size: bytes read, unpacked.
        found: (text, where).
    """

    files: int = 0
    inside: int = 0
    databases: int = 0
    size: int = 0
    found: list[tuple[str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"canary search: {self.files} files, {self.inside} parts inside packed ones, "
            f"{self.databases} databases, {self.size / 1e6:.0f} MB: {len(self.found)} found"
        )


def search_for(texts: Sequence[str], places: Iterable[Path]) -> Searched:
    """Look for texts in every file below some folders, in its name, and in all that is packed.

    Args:
        texts: what must not be there; of ASCII letters and digits.
        places: folders; symlinks in them are not followed, hard links are read once.
    """
    needles = {form: text for text in texts for form in _forms(text)}
    result = Searched()
    seen: set[tuple[int, int]] = set()
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            where = str(path.relative_to(place))
            _look(where.encode(), f"the name of {where}", needles, result)
            known = path.stat().st_dev, path.stat().st_ino
            if known in seen:
                continue
            seen.add(known)
            result.files += 1
            content = path.read_bytes()
            _search(content, where, needles, result)
            _search_database(path, content[:16], where, needles, result)
    return result


def _forms(text: str) -> set[bytes]:
    """A text as it is, and as it stands in the base64 of anything that holds it."""
    raw = text.encode()
    found = {raw}
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # Whole signs that no neighbour takes part in.
            first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
            found.add(encode(bytes(before) + raw)[first:end])
    return found


def _look(content: bytes, where: str, needles: Mapping[bytes, str], result: Searched) -> None:
    result.size += len(content)
    result.found += [(text, where) for form, text in needles.items() if form in content]


def _search(content: bytes, where: str, needles: Mapping[bytes, str], result: Searched) -> None:
    _look(content, where, needles, result)
    for name, part in _unpacked(content):
        result.inside += 1
        _search(part, f"{where} → {name}", needles, result)


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content.startswith(b"\x1f\x8b"):
        yield "gz", gzip.decompress(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name, packed.read(name)
    elif content[:2] in (b"\x78\x9c", b"\x78\xda"):
        yield "zlib", zlib.decompress(content)


def _search_database(
    path: Path, start: bytes, where: str, needles: Mapping[bytes, str], result: Searched
) -> None:
    if start.startswith(b"SQLite format 3"):
        result.databases += 1
        # A long cell is cut into pages, and one that is packed says nothing from outside.
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as lite:
            lite.text_factory = bytes
            tables = lite.execute("select name from sqlite_master where type = 'table'").fetchall()
            for (table,) in tables:
                for row in lite.execute(f'select * from "{table.decode()}"'):  # noqa: S608 - the test's own names
                    for cell in row:
                        if isinstance(cell, bytes):
                            _search(cell, f"{where} → {table.decode()}", needles, result)
    elif start[8:12] == b"DUCK":
        result.databases += 1
        with duckdb.connect(str(path), read_only=True) as con:
            _search_duckdb(con, where, needles, result)
    elif start.startswith(b"PAR1"):
        result.inside += 1
        with duckdb.connect() as con:
            con.execute(f"create table tabel as from read_parquet('{path}')")
            _search_duckdb(con, where, needles, result)


def _search_duckdb(
    con: duckdb.DuckDBPyConnection, where: str, needles: Mapping[bytes, str], result: Searched
) -> None:
    """Every cell of every table, and all that the catalogue says of tables and views."""
    forms = [form.decode() for form in needles]
    columns = con.execute(
        "select schema_name, table_name, list(column_name) "
        "from duckdb_columns() semi join duckdb_tables() using (table_oid) "
        "where not internal and (data_type like '%VARCHAR%' or data_type in ('JSON', 'BLOB')) "
        "group by all order by all"
    ).fetchall()
    for schema, table, names in columns:
        for name in names:
            text = f'"{name}"::varchar'
            any_form = " or ".join(f"contains({text}, ?)" for _ in forms)
            cells = con.execute(
                f'select distinct {text} from "{schema}"."{table}" where {any_form}',  # noqa: S608 - the test's own names
                forms,
            ).fetchall()
            for (cell,) in cells:
                _look(cell.encode(), f"{where} → {table}.{name}", needles, result)
    for catalogue in ("duckdb_tables()", "duckdb_views()", "duckdb_columns()"):
        said = con.execute(
            f"select t::varchar from {catalogue} as t where not internal"  # noqa: S608 - the test's own names
        ).fetchall()
        _look("\n".join(row[0] for row in said).encode(), f"{where} → {catalogue}", needles, result)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
