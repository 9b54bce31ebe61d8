"""`--endurance`: the full number of kills and queries, minutes of them (`make endurance`).

Homes of tests share the folder of drawn charts: the same figures are drawn once.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--endurance", action="store_true", help="every kill and every query")


CHARTS = "BESKPLAN_DIAGRAMMER"
MADE = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """The workers of a parallel run have the folder from the process that starts them."""
    if CHARTS not in os.environ:
        config.stash[MADE] = os.environ[CHARTS] = tempfile.mkdtemp(prefix="beskplan-diagrammer-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if made := config.stash.get(MADE, None):
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often to repeat: the first number with `--endurance`, else the second."""
    return lambda full, short: full if request.config.getoption("--endurance") else short
