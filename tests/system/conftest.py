"""A stand-in, and a home in which the recorded times have landed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from whole_run_support import land, settings_at

from beskplan.demo import put_bilag
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import Running, running


@pytest.fixture(scope="module")
def standin() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def landed(standin: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the three recorded times have landed, nothing built yet."""
    home = tmp_path_factory.mktemp("landed")
    settings = settings_at(home, standin)
    put_bilag(settings)
    for moment in TIMES:
        standin.set_clock(moment)
        land(settings)
    return home
