"""What the tests of whole runs share: the small profile in a home of its own."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from beskplan import demo, flow
from beskplan.settings import PROJECT, Settings
from beskplan.standin.server import Running


def settings_at(home: Path, server: Running, profile: str = "lille") -> Settings:
    """A profile, the small one at first, in a home of its own with seeds of its own."""
    if not (home / "seeds").exists():
        shutil.copytree(PROJECT / "seeds", home / "seeds")
    return Settings(
        home=home,
        seeds=home / "seeds",
        profile=profile,
        jobindsats_url=server.url,
        statbank_url=server.url,
        token=demo.DEMO_TOKEN,
        wait_s=0.001,
        timeout_s=10,
        chart_folder=Settings.from_env().chart_folder,
    )


def land(settings: Settings) -> dict[str, str]:
    """Land what the sources have new."""
    outcomes: dict[str, str] = {}
    for kilde in flow.SOURCES:
        outcomes |= flow.fetch_all(settings, kilde, lambda *_: None)
    return outcomes


def build_to_release(settings: Settings) -> str | None:
    """Build, judge, publish; the release's id."""
    run = flow.build(settings)
    flow.judge(settings, run)
    release = flow.publish(settings, run)
    flow.report(settings, run)
    return release


def tree(folder: Path) -> dict[str, str]:
    """Path → sha256 of everything in a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
