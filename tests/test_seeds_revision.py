"""Start values and announced revisions: what can be wrong in their csv files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from beskplan.errors import SeedError
from beskplan.seeds import check_seeds
from beskplan.settings import PROJECT


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", folder)
    return folder


def fault(folder: Path) -> str:
    with pytest.raises(SeedError) as caught:
        check_seeds(folder)
    return str(caught.value)


def announce(seeds: Path, line: str) -> None:
    with (seeds / "revision_varslet.csv").open("a", encoding="utf-8") as handle:
        handle.write(f"{line}\n")


def test_a_class_without_a_start_value_is_named(seeds: Path) -> None:
    path = seeds / "revision_start.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("*,land,2,2026-08-20")]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    assert "'*' mangler en gældende startværdi for land fra 2 mdr." in fault(seeds)


def test_an_announced_revision_is_taken(seeds: Path) -> None:
    announce(seeds, "y25i01,2024M01,2026M06,2026-08-01,2026-09-01,2026-09-30,Ny opgørelse,STAR")
    check_seeds(seeds)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            "y25i01,2024M01,2026M06,2026-09-02,2026-09-01,2026-09-30,Ny opgørelse,STAR",
            "linje 2: varslet_dato ligger efter gaelder_fra",
        ),
        (
            "y99x99,2024M01,2026M06,2026-08-01,2026-09-01,2026-09-30,Ny opgørelse,STAR",
            "tabellen 'y99x99' findes ikke i kilder.csv",
        ),
        (
            "y25i01,2026M06,2024M01,2026-08-01,2026-09-01,2026-09-30,Ny opgørelse,STAR",
            "periode_til ligger før periode_fra",
        ),
    ],
)
def test_a_wrong_announcement_is_named(seeds: Path, line: str, reason: str) -> None:
    announce(seeds, line)
    assert reason in fault(seeds)
