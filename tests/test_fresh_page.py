"""The page "Næste tal": what a planner reads of how new a table is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from beskplan.landing.freshness import Freshness
from beskplan.release.sheet import Text
from beskplan.release.site.fresh import sheet

ON_TIME = Freshness(
    kilde="jobindsats",
    tabel_id="y60a02",
    nyeste_periode="2026M07",
    hentet_utc="2026-08-19T18:49:00Z",
    ventet_periode="2026M08",
    ventet_dato=date(2026, 9, 24),
    ny_dato=None,
    dage_forsinket=0,
    tilstand="aktuel",
)


def read(table: Freshness) -> list[str]:
    (row,) = sheet([table]).rows
    return [cell.text for cell in row.cells if isinstance(cell, Text)]


def test_next_figure_and_its_day_in_words() -> None:
    assert read(ON_TIME) == [
        "y60a02",
        "Jobindsats.dk (Styrelsen for Arbejdsmarked og Rekruttering)",
        "juli 2026",
        "19. august 2026 kl. 18.49 UTC",
        "august 2026",
        "24. september 2026",
    ]


def test_a_day_that_passed_and_the_new_one() -> None:
    late = replace(ON_TIME, dage_forsinket=5, ny_dato=date(2026, 10, 1), tilstand="forsinket")
    assert read(late)[-1] == "24. september 2026; 5 dage forsinket, nu meldt til 1. oktober 2026"


def test_nothing_announced_and_a_source_that_failed_are_two_things() -> None:
    silent = replace(ON_TIME, ventet_periode=None, ventet_dato=None, tilstand="uden_dato")
    assert read(silent)[-2:] == ["ikke meldt", "ikke meldt"]
    assert read(replace(ON_TIME, tilstand="fejl"))[-1] == "kilden kunne ikke læses sidst"
