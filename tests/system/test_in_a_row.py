"""`make soak` and `make faults` for a minute: two months in a row, then a source that is down."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
import soak
from faults_acts import FAULTS
from faults_room import Room, prove

from beskplan.release import manifest, swap
from beskplan.settings import PROJECT
from beskplan.standin.server import Running

pytestmark = pytest.mark.system

FIRST, SECOND, THIRD = soak.moments(soak.MONTHS)[:3]


@pytest.fixture(scope="module")
def here(standin: Running, tmp_path_factory: pytest.TempPathFactory) -> Room:
    home = tmp_path_factory.mktemp("hjem")
    shutil.copytree(PROJECT / "seeds", home / "seeds")
    return Room(home, standin, Path(os.environ["BESKPLAN_DIAGRAMMER"]))


@pytest.fixture(scope="module")
def months(here: Room) -> list[soak.Month]:
    return [soak.one_month(here.settings, moment) for moment in (FIRST, SECOND)]


def test_fifty_months_end_with_the_recorded_ones() -> None:
    moments = soak.moments(soak.MONTHS)
    assert (FIRST[:7], moments[-1][:7], len(set(moments))) == ("2022-07", "2026-08", 50)


def test_a_month_publishes_and_leaves_no_file_open(here: Room, months: list[soak.Month]) -> None:
    assert [month.red for month in months] == ["", ""]
    assert [month.landed > 0 for month in months] == [True, True]
    assert months[0].files == months[1].files
    current = swap.current(here.settings.releases)
    assert current is not None
    assert (current.name, manifest.faults(current)) == (months[1].release, [])
    assert months[0].release != months[1].release


def test_a_source_that_is_down_for_three_days(here: Room, months: list[soak.Month]) -> None:
    here.standin.set_clock(datetime.fromisoformat(THIRD))
    (fault,) = (fault for fault in FAULTS if fault.name == "API down for three days")
    done, seen, recovery = prove(fault, here)
    assert "told once in three looks, and once that it is over" in done.output
    assert f"files of {months[1].release}" in seen
    assert "exit 0, published" in recovery
