"""No secret is left anywhere: the search itself, and all that the command line leaves.

What Airflow leaves is searched at the end of tests/system/test_airflow.py and test_drift.py.
"""

from __future__ import annotations

import base64
import gzip
import logging
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import docx
import duckdb
import openpyxl
import pytest
from kanarie_support import POSTGRES, STEM, TOKEN, search_for, sinks
from typer.testing import CliRunner

from beskplan import cli
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import running

# Long enough that no page and no block of a file holds it whole beside what surrounds it.
TEXT = f"{'x' * 5000}{STEM}{'y' * 5000}"


def xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["B7"] = STEM
    book.save(path)


def docx_file(path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(STEM)
    document.save(str(path))


def parquet(path: Path) -> None:
    cells = duckdb.values([STEM])
    cells.write_parquet(str(path), compression="zstd")


def database(path: Path) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute("create table t as select ? || (i % 3) as a from range(100000) r(i)", [STEM])


def comment(path: Path) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute(f"create table t (a int); comment on column t.a is '{STEM}'")


def sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as con:
        con.execute("create table xcom (value text, packed blob)")
        con.execute("insert into xcom values (?, ?)", ("a", zlib.compress(TEXT.encode())))
        con.commit()


def nested(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inde.gz", gzip.compress(TEXT.encode()))


KINDS: dict[str, Callable[[Path], object]] = {
    "log.txt": lambda path: path.write_text(TEXT),
    "basic.txt": lambda path: path.write_bytes(base64.b64encode(f"bruger:{STEM}@".encode())),
    "basic2.txt": lambda path: path.write_bytes(base64.b64encode(f"bruger2:{STEM}@".encode())),
    "svar.json.gz": lambda path: path.write_bytes(gzip.compress(TEXT.encode())),
    f"{STEM}.txt": lambda path: path.write_text("its name"),
    "bog.xlsx": xlsx,
    "brev.docx": docx_file,
    "pakke.zip": nested,
    "celler.parquet": parquet,
    "lager.duckdb": database,
    "tekster.duckdb": comment,
    "airflow.db": sqlite,
}


@pytest.mark.parametrize("name", KINDS)
def test_the_search_finds_a_canary_in_each_kind_of_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    KINDS[name](tmp_path / "sub" / name)
    assert search_for(["et andet"], [tmp_path]).found == []
    searched = search_for([STEM], [tmp_path])
    assert searched.files == 1
    assert searched.found
    assert all(name in where for _, where in searched.found)


# The command line's failing runs: fault → what the stand-in does.
FAULTS: dict[str, dict[str, object]] = {
    "401": {"sti": "/v3/"},
    "500": {},
    "timeout": {"sekunder": 1.0},
    "tekst_for_tal": {},
    "afkortet": {},
    "403_side": {},
    "422_periodetype": {},
    "429": {"sekunder": 600},
}


def test_the_command_line_leaves_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home, said = tmp_path / "hjem", tmp_path / "sagt"
    home.mkdir()
    said.mkdir()
    caplog.set_level(logging.DEBUG)
    run = CliRunner()
    with running() as standin, sinks(tmp_path / "modtaget") as received:
        standin.set_clock(TIMES[0])
        for name, value in {
            **received.environment,
            "BESKPLAN_HJEM": str(home),
            "BESKPLAN_PROFIL": "lille",
            "BESKPLAN_VENT": "0.001",
            "BESKPLAN_TIMEOUT": "0.3",
            "JOBINDSATS_URL": standin.url,
            "STATBANK_URL": standin.url,
        }.items():
            monkeypatch.setenv(name, value)
        for fault, details in FAULTS.items():
            standin.fault(fault, tabel="y25i01", **details)
            failed = run.invoke(cli.app, ["hent", "jobindsats", "--tabel", "y25i01"])
            standin.clear_faults()
            assert failed.exit_code == 1, fault
            (said / fault).write_text(f"{failed.output}{failed.exception!r}")
        monkeypatch.setenv("BESKPLAN_TIMEOUT", "30")
        landed = run.invoke(cli.app, ["hent", "jobindsats", "--tabel", "y25i01"])
        assert landed.exit_code == 0, landed.output
        copied = run.invoke(cli.app, ["udgiv"])
        assert copied.exit_code == 1
        for number, done in enumerate((landed, copied, run.invoke(cli.app, ["udgiv", "--help"]))):
            (said / str(number)).write_text(done.output)
    (said / "log").write_text(caplog.text)
    assert len(caplog.records) > 20
    searched = search_for([STEM], [home, said])
    print(searched)
    assert searched.found == []
    # 8 refusals and the vintage: looks, answer, cells, manifest.
    assert searched.files > 20
    assert TOKEN.startswith(STEM)
    assert POSTGRES.startswith(STEM)
