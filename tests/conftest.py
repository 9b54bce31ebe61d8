"""`--endurance`: the full number of kills and queries, minutes of them (`make endurance`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--endurance", action="store_true", help="every kill and every query")


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often to repeat: the first number with `--endurance`, else the second."""
    return lambda full, short: full if request.config.getoption("--endurance") else short
