"""The error of 2018, end to end: a bilag held, a wrong one gone out, and the corrected one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from whole_run_support import build_to_release, settings_at

from beskplan import flow
from beskplan.demo import put_bilag
from beskplan.errors import NotUpdatedError
from beskplan.landing import Landing
from beskplan.settings import Settings
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import Running

pytestmark = pytest.mark.system

DECEMBER = "joblog_2017M12.xlsx"
# Columns of åbenlyst uddannelsesparate in the workbook: antal, andel.
ANTAL, ANDEL = 6, 7
# Where Jobindsats counts the same group.
COUNTED = "y38a02"
EIGHT = 8


def visible(path: Path) -> list[tuple[int, str, int, float]]:
    """Row, kommune, antal and andel of åbenlyst uddannelsesparate, smallest first."""
    page = openpyxl.load_workbook(path).worksheets[0]
    rows = [
        (number, str(row[0].value), row[ANTAL - 1].value, row[ANDEL - 1].value)
        for number, row in enumerate(page.iter_rows(), start=1)
        if row[0].value != "Hele landet"
    ]
    whole = [row for row in rows if isinstance(row[2], int) and isinstance(row[3], int | float)]
    return sorted(whole, key=lambda row: (row[2], row[0]))


def rotate(path: Path, rows: list[tuple[int, str, int, float]], when: datetime) -> None:
    """Let each kommune carry the pair of the next; totals stay as they were."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for (row, *_), (_, _, antal, andel) in zip(rows, [*rows[1:], rows[0]], strict=True):
        page.cell(row, ANTAL).value, page.cell(row, ANDEL).value = antal, andel
    book.save(path)
    os.utime(path, (when.timestamp(), when.timestamp()))


def alike(rows: list[tuple[int, str, int, float]]) -> list[tuple[int, str, int, float]]:
    """The two whose antal is one person apart and whose andel differs least."""
    pairs = [pair for pair in combinations(rows, 2) if pair[1][2] - pair[0][2] == 1]
    return list(min(pairs, key=lambda pair: (abs(pair[1][3] - pair[0][3]), pair[0][2])))


def at(hour: int) -> datetime:
    return datetime(2026, 8, 20, hour, 0, tzinfo=UTC)


@pytest.fixture
def home(standin: Running, tmp_path: Path) -> Iterator[Settings]:
    """Jobindsats' count of the group, and the bilag up to December 2017.

    A table that was asked for ten kommuner only: pages are written for those, the bilag has all.
    """
    standin.set_clock(TIMES[-1])
    settings = settings_at(tmp_path / "home", standin, profile="fuld")
    assert flow.fetch(settings, "jobindsats", COUNTED) == "landet"
    assert flow.fetch(replace(settings, profile="lille"), "jobindsats", "y01a02") == "landet"
    put_bilag(settings)
    (settings.joblog / "joblog_2018M01.csv").unlink()
    yield settings


def test_held_wrong_and_corrected(home: Settings) -> None:
    path = home.joblog / DECEMBER
    right = path.read_bytes()
    rows = visible(path)
    small = alike(rows)
    large = rows[-EIGHT:]

    # Two small ones exchanged, one person apart: inside the noise, so nobody sees it.
    rotate(path, small, at(6))
    assert flow.fetch(home, "joblog", "joblog") == "landet"
    assert build_to_release(home) == "2026M07-1"

    # Eight of the largest as well: held or stopped, named, and the release keeps the old figures.
    rotate(path, large, at(7))
    assert flow.fetch(home, "joblog", "joblog") == "landet"
    with pytest.raises(NotUpdatedError, match="joblog"):
        build_to_release(home)
    decision = Landing(home.landing).decisions()[-1]
    assert (decision.tabel_id, decision.udfald in {"stoppet", "afventer"}) == ("joblog", True)
    assert {name for _, name, *_ in large} <= set(named(home))

    # The ministry sends the right one.
    path.write_bytes(right)
    os.utime(path, (at(8).timestamp(), at(8).timestamp()))
    assert flow.fetch(home, "joblog", "joblog") == "landet"
    release = build_to_release(home)
    assert (home.releases / "current").resolve().name == release
    folder = home.releases / "current" / "site" / "rettelser"
    notice = (folder / "meddelelse.txt").read_text("utf-8-sig")
    assert "FEJLRETTELSE: Joblog-bilaget, december 2017" in notice
    assert "Alle tal for Dagpengemodtagere og Jobparate kontanthjælpsmodtagere var" in notice
    document = Document(str(folder / "brev-joblog-2017M12.docx"))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "Alle tal for Dagpengemodtagere og Jobparate kontanthjælpsmodtagere var" in words
    for number, (_, name, antal, _) in enumerate(small):
        wrong = small[1 - number][2]
        change = f"{name}, Åbenlyst uddannelsesparate, antal berørte: {wrong} → {antal}"
        assert change in notice
        assert name in cells
    assert not any(f"{name}, Åbenlyst" in notice for _, name, *_ in large)
    corrected = {
        name: (antal, andel) for _, name, antal, andel in visible_in_release(home, "joblog-2017M12")
    }
    assert corrected == {name: (antal, andel) for _, name, antal, andel in rows}


def named(settings: Settings) -> set[str]:
    """Areas that the current release's findings name."""
    lines = (
        (settings.releases / "current/site/kvalitet/fund.csv").read_text("utf-8-sig").splitlines()
    )
    column = lines[0].split(";").index("omraade")
    return {line.split(";")[column] for line in lines[1:]}


def visible_in_release(settings: Settings, table: str) -> list[tuple[int, str, int, float]]:
    """The same cells as `visible`, from the release's own workbook."""
    manifest = json.loads((settings.releases / "current/manifest.json").read_text("utf-8"))
    assert manifest["release_id"] == (settings.releases / "current").resolve().name
    return visible(settings.releases / "current/tabeller" / f"{table}.xlsx")
