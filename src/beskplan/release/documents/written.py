"""A table in all its forms, and how many rows of figures each holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from beskplan.release import csvfile, danish, xlsxfile
from beskplan.release.documents import tags
from beskplan.release.sheet import Sheet

# Where tables and documents lie in a release; each kommune has a folder of its own there.
TABLES = "tabeller"
LONG = "-lang.csv"
FOOTER = "{title}. Udgivelsens tal er opgjort {day}. Foreløbige tal er mærket med *."
Rows = dict[str, int]


def tables(stem: Path, sheet: Sheet, stated_time: str) -> Rows:
    """Write a table as xlsx, csv and tidy csv.

    Args:
        stem: path without ending: kommune, table and period.
        sheet: the table.
        stated_time: the release's time.

    Returns:
        File name → rows of figures.
    """
    book, text, long = (stem.with_name(stem.name + end) for end in (".xlsx", ".csv", LONG))
    xlsxfile.write_sheet(book, sheet, stated_time)
    csvfile.write_sheet(text, sheet)
    csvfile.write_tidy(long, sheet)
    count = sum(not row.is_heading for row in sheet.rows)
    return {path.name: count for path in (book, text, long)}


def overview(stem: Path, sheet: Sheet, stated_time: str) -> Rows:
    """Write an overview of 13 months in every form."""
    document(stem, "ydelsesoversigt", {"oversigt": tags.overview(sheet)}, sheet.title, stated_time)
    return tables(stem, sheet, stated_time)


def document(
    stem: Path, template: str, context: Mapping[str, Any], title: str, stated_time: str
) -> None:
    """Write a Word document from a template; its foot says which document, and of when."""
    # What fills templates in takes half a second to load.
    from beskplan.release.documents import word

    day = danish.day(date.fromisoformat(stated_time[:10]))
    filled = {**context, "sidefod": FOOTER.format(title=title, day=day)}
    content = word.render(template, filled, title=title, stated_time=stated_time)
    stem.with_name(f"{stem.name}.docx").write_bytes(content)
