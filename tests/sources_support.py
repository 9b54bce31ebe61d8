"""A running stand-in and settings that point to it, for the tests of sources and fetching."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from beskplan.settings import Settings
from beskplan.standin.server import Running, running

TOKEN = "proeve-noegle-1"
TIMES = (
    datetime(2026, 8, 18, 19, 52, tzinfo=UTC),
    datetime(2026, 8, 19, 7, 59, tzinfo=UTC),
    datetime(2026, 8, 19, 18, 49, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.fixture
def standin(server: Running) -> Iterator[Running]:
    server.clear_faults()
    server.set_clock(TIMES[2])
    server.forget_requests()
    yield server
    server.clear_faults()


def small_settings(server: Running, home: Path) -> Settings:
    """Settings of the small profile that point to a stand-in, with seeds of their own."""
    shutil.copytree(Settings().seeds, home / "seeds")
    return Settings(
        home=home,
        seeds=home / "seeds",
        profile="lille",
        jobindsats_url=server.url,
        statbank_url=server.url,
        token=TOKEN,
        wait_s=0.001,
        timeout_s=10,
    )


@pytest.fixture
def settings(standin: Running, tmp_path: Path) -> Settings:
    return small_settings(standin, tmp_path)
