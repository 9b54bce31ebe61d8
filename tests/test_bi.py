"""Schema `bi`: what is promised, what breaks a promise, who can read it, and for how long."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from bi_support import read_with
from release_support import FIRST, Landed, candidate, judged, land, make_settings

from beskplan.errors import ReleaseError
from beskplan.release import bi, publish
from beskplan.release.bi import Column, View
from beskplan.settings import Settings

RELEASES = 10
V1 = View("ting_v1", "ting", (Column("kode", "VARCHAR"), Column("antal", "INTEGER")))

# Opens one release, and asks it every promised view again and again until it is told to stop; then
# opens the newest.
STEADY = """
import sys, threading, time
from pathlib import Path
import duckdb
current = Path(sys.argv[1])
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
con = duckdb.connect(current.resolve() / "beskaeftigelsesplan.duckdb", read_only=True)
views = [n for (n,) in con.execute("select view_name from duckdb_views() "
    "where schema_name = 'bi' order by 1").fetchall()]
def answer(con):
    return con.execute("select release_id, (select max(hentet_utc) from bi.fct_ydelser_v1) "
        "from bi._release_v1").fetchone()
first, rounds = answer(con), 0
print("open", flush=True)
while rounds < 10 or not stop.is_set():
    for view in views:
        con.execute(f'select * from bi."{view}"').fetchall()
    assert answer(con) == first, (answer(con), first)
    rounds += 1
    time.sleep(0.1)
with duckdb.connect(current.resolve() / "beskaeftigelsesplan.duckdb", read_only=True) as new:
    print(first[0], answer(new)[0], len(views))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = make_settings(tmp_path)
    land(made, FIRST)
    return made


@pytest.fixture
def released(settings: Settings) -> Path:
    """The database of one release."""
    release = publish.publish(settings, candidate(settings, "k1", [FIRST]), judged("k1"))
    assert release is not None
    return release.path / "beskaeftigelsesplan.duckdb"


def database(path: Path, ddl: str) -> Path:
    """A file as the release writes it, before it has views."""
    with duckdb.connect(path) as con:
        con.execute(ddl)
    return path


def spoiled(settings: Settings, run: str, change: str) -> Path:
    """A candidate in which a mart is not what it was."""
    folder = candidate(settings, run, [FIRST])
    with duckdb.connect(folder / "kandidat.duckdb") as con:
        con.execute(change)
    return folder


@pytest.mark.parametrize("older", [False, True])
def test_every_client_finds_what_the_contract_promises(released: Path, older: bool) -> None:
    said = read_with(released, older=older)
    assert (said["version"] == duckdb.__version__) is not older
    assert {name: found["columns"] for name, found in said["views"].items()} == {
        view.name: [[column.name, column.type] for column in view.columns] for view in bi.contract()
    }
    assert said["views"]["fct_ydelser_v1"]["comment"] == "Antal ydelsesmodtagere, Jobindsats' tal"
    assert said["rows"]["fct_ydelser_v1"] == 5
    assert said["release"] == ["2026M07-1", "y25i01 2026-08-18T19:52:00Z"]
    assert said["attached"] == "2026M07-1"


def test_the_published_file_is_for_reading(released: Path) -> None:
    assert stat.S_IMODE(released.stat().st_mode) == 0o444


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "alter table fct_ydelser alter vaerdi type double",
            r"fct_ydelser_v1.vaerdi is DOUBLE, promised is DECIMAL\(18,3\)",
        ),
        ("alter table noegletal rename rang to plads", 'noegletal_v1: .*"rang" not found'),
        ("drop table forventet", "forventet_v1: .*forventet does not exist"),
    ],
)
def test_a_table_that_breaks_a_promise_is_not_published(
    settings: Settings, change: str, says: str
) -> None:
    with pytest.raises(ReleaseError, match=says) as caught:
        publish.publish(settings, spoiled(settings, "k1", change), judged("k1"))
    assert "by `udtryk` and add the next version with the new form" in caught.value.do
    assert not (settings.releases / "current").exists()


def test_a_new_column_breaks_nothing(settings: Settings) -> None:
    more = spoiled(settings, "k1", "alter table dim_kommune add column ny integer")
    release = publish.publish(settings, more, judged("k1"))
    assert release is not None
    with duckdb.connect(release.path / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        assert con.execute("select count(ny) from main.dim_kommune").fetchall() == [(0,)]
        held = dict(bi.forms(con)["dim_kommune_v1"])
    assert held == {"kommune_kode": "VARCHAR", "kommune_navn": "VARCHAR"}


def test_a_renamed_column_goes_on_in_the_old_version_beside_the_new(tmp_path: Path) -> None:
    before = database(tmp_path / "a.duckdb", "create table ting (kode varchar, antal integer)")
    bi.write(before, None, [V1])
    after = database(
        tmp_path / "b.duckdb",
        "create table ting as select 'x' as kode, 7::decimal(18, 3) as personer;"
        "comment on column ting.kode is 'Koden'",
    )
    held_on = View(
        "ting_v1",
        "ting",
        (Column("kode", "VARCHAR"), Column("antal", "INTEGER", "personer::integer", "Som før")),
    )
    new = View("ting_v2", "ting", (Column("kode", "VARCHAR"), Column("personer", "DECIMAL(18,3)")))
    bi.write(after, before, [held_on, new])
    with duckdb.connect(after, read_only=True) as con:
        assert con.execute("select * from bi.ting_v1").fetchall() == [("x", 7)]
        said = con.execute(
            "select column_name, comment from duckdb_columns() where table_name = 'ting_v1'"
        ).fetchall()
    assert said == [("kode", "Koden"), ("antal", "Som før")]


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        # The contract and the table both changed, and the version did not.
        (["ting_v1"], ["ting_v1 andet"], "ting_v1 is not as in the release before"),
        (["ting_v1"], ["ting_v2"], "ting_v1 is gone and no newer version was in the release"),
        (["ting_v1", "ting_v2"], ["ting_v2"], ""),
        (["ting_v1", "ting_v2"], ["ting_v1"], "ting_v2 is gone"),
        (["ting_v1"], ["ting_v1", "ting_v2"], ""),
    ],
)
def test_a_published_version_stays_as_it_was(
    tmp_path: Path, before: list[str], now: list[str], refused: str
) -> None:
    files = []
    for name, stated in (("a", before), ("b", now)):
        views = [
            View(view.split()[0], "ting", V1.columns[:1] if " " in view else V1.columns)
            for view in stated
        ]
        file = database(tmp_path / f"{name}.duckdb", "create table ting (kode varchar, antal int)")
        files.append((file, views))
    bi.write(files[0][0], None, files[0][1])
    if refused:
        with pytest.raises(ReleaseError, match=refused):
            bi.write(files[1][0], files[0][0], files[1][1])
    else:
        bi.write(files[1][0], files[0][0], files[1][1])


def test_a_view_without_a_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bi.yml").write_text("ting: {tabel: ting, kolonner: {kode: VARCHAR}}")
    with pytest.raises(ReleaseError, match="a view's name ends in its version"):
        bi.contract(tmp_path / "bi.yml")


def test_a_reader_that_stays_open_through_ten_releases_meets_no_error(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    runs = []
    for nr in range(RELEASES + 1):
        landed = Landed("y25i01", f"2026-08-19T00:{nr:02d}:00Z")
        land(settings, landed)
        runs.append(candidate(settings, f"k{nr}", [landed]))
    assert publish.publish(settings, runs[0], judged("k0")) is not None
    reader = subprocess.Popen(
        [sys.executable, "-c", STEADY, str(settings.releases / "current")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout
    assert reader.stdout.readline() == "open\n"
    for nr, run in enumerate(runs[1:], start=1):
        assert publish.publish(settings, run, judged(f"k{nr}")) is not None
    answer, error = reader.communicate(timeout=60)
    assert reader.returncode == 0, error[-3000:]
    assert answer.split() == ["2026M07-1", f"2026M07-{RELEASES + 1}", str(len(bi.contract()))]
