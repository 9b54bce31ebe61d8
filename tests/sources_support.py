"""What the tests of sources and fetching share."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from beskplan.settings import Settings
from beskplan.standin.server import Running

TOKEN = "proeve-noegle-1"  # noqa: S105 - the test's own, opens nothing
TIMES = (
    datetime(2026, 8, 18, 19, 52, tzinfo=UTC),
    datetime(2026, 8, 19, 7, 59, tzinfo=UTC),
    datetime(2026, 8, 19, 18, 49, tzinfo=UTC),
)


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
