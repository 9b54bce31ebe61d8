"""The copy into Postgres, against a server of the test's own on a socket of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from postgres_support import postgres_server
from release_support import FIRST, SECOND, candidate, judged, land, make_settings
from typer.testing import CliRunner

from beskplan import cli
from beskplan.errors import ReleaseError
from beskplan.release import bi, postgres, publish
from beskplan.release.comments import quoted
from beskplan.release.database import DATABASE
from beskplan.settings import Settings

PASSWORD = "hemme/lig@:'æ"  # noqa: S105 - the test's own, opens nothing
SECRET = quoted(PASSWORD)
WRONG = "forkert-kode"
HOSTILE = "A's 'æ' \\ {{ }} <script>"


@dataclass(frozen=True)
class Server:
    """A Postgres that hears only on a socket in its folder."""

    socket: Path

    def url(self, user: str = "beskplan", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@/postgres?host={self.socket}"

    def connect(self, user: str = "beskplan") -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        postgres._load(con)
        con.execute(f"attach {quoted(self.url(user))} as pg (type postgres)")
        return con

    def tell(self, sql: str) -> None:
        with self.connect() as con:
            postgres._tell(con, sql)

    def ask(self, sql: str, user: str = "beskplan") -> list[tuple[object, ...]]:
        with self.connect(user) as con:
            return con.execute("select * from postgres_query('pg', $q)", {"q": sql}).fetchall()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres_server("beskplan", PASSWORD) as started:
        yield Server(started.folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with two releases, of which the second is current."""
    settings = make_settings(tmp_path_factory.mktemp("hjem"))
    for run, landed in (("k1", FIRST), ("k2", SECOND)):
        land(settings, landed)
        folder = candidate(settings, run, [FIRST, landed] if landed == SECOND else [FIRST])
        with duckdb.connect(folder / "kandidat.duckdb") as con:
            con.execute(f"comment on column fct_ydelser.status is {quoted(HOSTILE)}")
        assert publish.publish(settings, folder, judged(run)) is not None
    return settings


@pytest.fixture
def to(server: Server) -> postgres.Address:
    """A Postgres that holds nothing."""
    server.tell("drop schema if exists bi cascade")
    return postgres.address(server.url())


@pytest.fixture
def first(home: Settings) -> Path:
    return home.releases / "2026M07-1"


@pytest.fixture
def second(home: Settings) -> Path:
    return home.releases / "2026M07-2"


def held(server: Server) -> list[tuple[object, ...]]:
    return server.ask("select release_id from bi._release_v1")


def test_a_copy_holds_the_promised_columns_rows_and_comments(
    first: Path, server: Server, to: postgres.Address
) -> None:
    assert postgres.copy(first, to) == postgres.Copied("2026M07-1", len(bi.contract()))
    columns = server.ask(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'bi' order by table_name, ordinal_position"
    )
    assert columns == [
        (view.name, column.name)
        for view in sorted(bi.contract(), key=lambda view: view.name)
        for column in view.columns
    ]
    figures = "select periode, omraade_kode, vaerdi from {}bi.fct_ydelser_v1 order by 1, 2"
    with duckdb.connect(first / DATABASE, read_only=True) as con, server.connect() as there:
        copied = there.execute(figures.format("pg.")).fetchall()
        assert copied == con.execute(figures.format("")).fetchall()
    said = server.ask(
        "select col_description('bi.fct_ydelser_v1'::regclass, attnum) from pg_attribute "
        "where attrelid = 'bi.fct_ydelser_v1'::regclass and attname = 'status'"
    )
    assert said == [(HOSTILE,)]
    assert postgres.copy(first, to).tables == 0, "it holds it already"


def test_an_open_reader_waits_for_nothing_and_keeps_its_release(
    first: Path, second: Path, server: Server, to: postgres.Address
) -> None:
    newest = "select release_id, (select max(hentet_utc) from pg.bi.fct_ydelser_v1) "
    newest += "from pg.bi._release_v1"
    postgres.copy(first, to)
    with server.connect() as reader:
        reader.execute("begin")
        before = reader.execute(newest).fetchall()
        assert postgres.copy(second, to).tables == len(bi.contract())
        assert reader.execute(newest).fetchall() == before
        reader.execute("commit")
        after = reader.execute(newest).fetchall()
    assert [row[0] for row in (*before, *after)] == ["2026M07-1", "2026M07-2"]
    assert before[0][1] < after[0][1]


def test_rights_and_views_of_others_go_on_with_the_next_release(
    first: Path, second: Path, server: Server, to: postgres.Address
) -> None:
    postgres.copy(first, to)
    server.tell(f"drop role if exists bi_laeser; create role bi_laeser login password {SECRET}")
    server.tell(
        "grant usage on schema bi to bi_laeser;"
        "grant select on all tables in schema bi to bi_laeser;"
        "create view public.mine as select release_id from bi._release_v1;"
        "grant select on public.mine to bi_laeser"
    )
    postgres.copy(second, to)
    both = "select a.release_id from bi._release_v1 a join public.mine b using (release_id)"
    assert server.ask(both, "bi_laeser") == [("2026M07-2",)]
    with server.connect("bi_laeser") as con, pytest.raises(duckdb.Error, match="permission denied"):
        postgres._tell(con, "delete from bi._release_v1")
    server.tell("drop owned by bi_laeser")


def test_a_copy_that_fails_half_way_leaves_the_release_before(
    first: Path, second: Path, server: Server, to: postgres.Address
) -> None:
    postgres.copy(first, to)
    # A table late in the order has been changed by hand.
    server.tell("alter table bi.ydelsesoversigt_v1 drop column periode")
    with pytest.raises(ReleaseError, match=r"the copy to Postgres failed: .*ydelsesoversigt_v1"):
        postgres.copy(second, to)
    assert held(server) == [("2026M07-1",)]
    server.tell("drop table bi.ydelsesoversigt_v1; create table bi.gammel_v1 (kode text)")
    assert postgres.copy(second, to).tables == len(bi.contract())
    assert server.ask("select to_regclass('bi.gammel_v1')::text") == [(None,)]


@pytest.mark.parametrize("verb", ["udgiv", "publish"])
def test_the_command_copies_and_never_prints_the_password(
    home: Settings,
    server: Server,
    to: postgres.Address,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    verb: str,
) -> None:
    monkeypatch.delenv("BESKPLAN_POSTGRES", raising=False)
    monkeypatch.setenv("BESKPLAN_HJEM", str(home.home))
    wrong = CliRunner().invoke(cli.app, [verb, "--postgres", server.url(password=WRONG)])
    assert wrong.exit_code == 1
    assert "password authentication failed" in wrong.output
    assert WRONG not in wrong.output + str(wrong.exception)
    assert "PGPASSWORD" not in os.environ
    (tmp_path / "adresse").write_text(server.url())
    monkeypatch.setenv("BESKPLAN_POSTGRES_FILE", str(tmp_path / "adresse"))
    right = CliRunner().invoke(cli.app, [verb])
    assert right.exit_code == 0, right.output
    assert f"copied releases/2026M07-2 to Postgres: {len(bi.contract())} tables" in right.output


def test_nothing_named_nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BESKPLAN_POSTGRES", raising=False)
    done = CliRunner().invoke(cli.app, ["udgiv"])
    assert done.exit_code == 1
    assert "name the run that `byg` printed" in done.output


@pytest.mark.parametrize("url", [f"mysql://a:{WRONG}@b/c", f"host=b password={WRONG}", "//[x"])
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    with pytest.raises(ReleaseError, match="not one of a Postgres") as caught:
        postgres.address(url)
    assert url not in str(caught.value)


def test_an_address_is_shown_without_its_password() -> None:
    found = [
        postgres.address("postgresql://a:b%40c@host:5432/db?sslmode=require"),
        postgres.address("postgres://a@host/db?password=b%40c"),
        postgres.address("postgresql://host/db"),
    ]
    assert [(repr(to), to.password) for to in found] == [
        ("postgresql://a@host:5432/db?sslmode=require", "b@c"),
        ("postgres://a@host/db", "b@c"),
        ("postgresql://host/db", None),
    ]


def test_without_the_extension_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "WHEEL", "duckdb_extension_that_is_not_there")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ReleaseError, match="no `postgres` extension") as caught:
        postgres.copy(tmp_path, postgres.address("postgresql://host/db"))
    assert "INSTALL postgres" in caught.value.do
