"""A running stand-in and settings that point to it, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sources_support import TIMES, small_settings

from beskplan.settings import Settings
from beskplan.standin.server import Running, running


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


@pytest.fixture
def settings(standin: Running, tmp_path: Path) -> Settings:
    return small_settings(standin, tmp_path)
