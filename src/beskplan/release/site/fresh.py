"""The page "Næste tal": how new each table is, and when the source has announced more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from beskplan.landing.freshness import Freshness
from beskplan.release import danish
from beskplan.release.notes import PUBLISHERS
from beskplan.release.sheet import Column, Row, Sheet, Text
from beskplan.release.site import shell
from beskplan.release.site.shell import Shell

TITLE = "Hvor nye tallene er"
COLUMNS = (
    Column("Tabel", 12),
    Column("Kilde", 20),
    Column("Nyeste tal", 20),
    Column("Hentet", 26),
    Column("Næste tal", 20),
    Column("Ventes", 26),
)
NOTES = (
    "Som kilderne havde meldt det, da udgivelsens tal blev opgjort. Dagen er kildens; "
    "flytter den dagen, følger siden med i næste udgivelse.",
)


def write(tables: list[Freshness], frame: Shell, folder: Path) -> None:
    """Write the page, as things stood at the release's time.

    Args:
        tables: how each stood at the release's time.
        frame: the frame of the release's pages.
        folder: the unfinished release.
    """
    shell.write_page(folder, shell.FRESH, frame.page("frisk", shell.FRESH, ark=sheet(tables)))


def sheet(tables: list[Freshness]) -> Sheet:
    """One row a table.

    Args:
        tables: how each stands.
    """
    return Sheet(
        tab=TITLE,
        title=TITLE,
        warnings=[],
        columns=COLUMNS,
        label_columns=1,
        rows=[_row(table) for table in tables],
        notes=NOTES,
    )


def _row(table: Freshness) -> Row:
    cells = (
        table.tabel_id,
        PUBLISHERS[table.kilde],
        danish.period(table.nyeste_periode),
        danish.moment(datetime.fromisoformat(table.hentet_utc)),
        danish.period(table.ventet_periode) if table.ventet_periode else "ikke meldt",
        _expected(table),
    )
    return Row(label=table.tabel_id, cells=[Text(cell) for cell in cells])


def _expected(table: Freshness) -> str:
    """The announced day, and in words where it was not kept."""
    if table.tilstand == "fejl":
        return "kilden kunne ikke læses sidst"
    if table.ventet_dato is None:
        return "ikke meldt"
    day = danish.day(table.ventet_dato)
    if not table.dage_forsinket:
        return day
    late = f"{day}; {table.dage_forsinket} dage forsinket"
    return f"{late}, nu meldt til {danish.day(table.ny_dato)}" if table.ny_dato else late
