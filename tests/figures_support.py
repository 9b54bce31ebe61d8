"""Reads the figures of one table out of each form that a release has it in, to compare them."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb
import openpyxl
from docx import Document
from lxml import html

# Row number and column → the figure, or None, and whether it is provisional.
Figures = dict[tuple[int, str], tuple[Decimal | None, bool]]
WITHOUT = {"", "–", "mangler", "ingen årgang"}
LONG = "-lang.csv"
OVERVIEW_SQL = """
select raekke_nr, strftime(maaned, '%YM%m') as periode, antal_fuldtidspersoner,
    andel_befolkning_pct, er_foreloebig
from bi.ydelsesoversigt_v1
where kommune_navn = $navn
    and maaned > (select max(maaned) from bi.ydelsesoversigt_v1) - interval 13 month
    and (select max(maaned) from bi.ydelsesoversigt_v1)
    between coalesce(oversigt_fra, '1900-01-01') and coalesce(oversigt_til, '9999-12-31')
    and raekke_nr in (
        select raekke_nr from bi.ydelsesoversigt_v1
        where kommune_navn = $navn and (foraelder_nr is null or antal_status <> 'N')
            and maaned > (select max(maaned) from bi.ydelsesoversigt_v1) - interval 13 month
    )
order by raekke_nr, maaned
"""


def printed(text: str) -> tuple[Decimal | None, bool] | None:
    """A printed cell; None where it is words."""
    shown = text.strip().removesuffix("*")
    if shown in WITHOUT:
        return None, False
    try:
        return Decimal(shown.replace(".", "").replace(",", ".")), text.strip().endswith("*")
    except InvalidOperation:
        return None


def of_tidy(path: Path) -> Figures:
    """What `-lang.csv` holds; it alone says which cells are figures."""
    figures: Figures = {}
    row, before = -1, ""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        labels = list(reader.fieldnames or [])[3:-4]
        for line in reader:
            key = "|".join(line[name] for name in labels)
            row, before = row + (key != before), key
            value = Decimal(line["vaerdi"]) if line["vaerdi"] else None
            assert (value is not None) == (line["status"] == "A")
            figures[row, line["kolonne"]] = value, line["foreloebig"] == "ja"
    return figures


def of_csv(path: Path) -> Figures:
    """What the Danish csv holds: provisional columns are named in the last one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))
    at = next(nr for nr, line in enumerate(lines) if line and line[-1] == "Foreløbige tal i")
    header, figures, row = lines[at][:-1], {}, 0
    for line in lines[at + 1 :]:
        if not line:
            break
        if not any(line[1:]):
            continue
        marked = line[-1].split(", ")
        for title, text in zip(header, line, strict=False):
            cell = printed(text)
            if cell:
                figures[row, title] = cell[0], title in marked
        row += 1
    return figures


def of_workbook(path: Path) -> Figures:
    """What the workbook's cells hold: numbers, with the mark in the format."""
    page = openpyxl.load_workbook(path).worksheets[0]
    rows = list(page.iter_rows(min_row=1))
    frozen = int(re.sub(r"\D", "", page.freeze_panes or "1"))
    header = [str(cell.value or "") for cell in rows[frozen - 2]]
    merged = {area.min_row for area in page.merged_cells.ranges}
    figures: Figures = {}
    row = 0
    for cells in rows[frozen - 1 :]:
        if cells[0].row in merged:
            continue
        if cells[0].value is None:
            break
        for title, cell in zip(header, cells, strict=False):
            if isinstance(cell.value, int | float):
                mark = "*" in cell.number_format
                figures[row, title] = Decimal(repr(cell.value)).normalize(), mark
            elif str(cell.value or "") in WITHOUT:
                figures[row, title] = None, False
        row += 1
    return figures


def _of_rows(header: list[str], body: list[list[str]]) -> Figures:
    figures: Figures = {}
    for row, texts in enumerate(body):
        for title, text in zip(header, texts, strict=True):
            cell = printed(text)
            if cell:
                figures[row, title] = cell
    return figures


def of_document(path: Path, first: str) -> Figures:
    """What the document's tables hold whose first column is named so."""
    figures: Figures = {}
    for table in Document(str(path)).tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if rows[0][0] == first:
            figures |= _of_rows(rows[0], [r for r in rows[1:] if len(set(r)) > 1])
    return figures


def of_page(path: Path, caption: str) -> Figures:
    """What the page's table holds whose caption says so."""
    figures: Figures = {}
    for table in html.fromstring(path.read_bytes()).iter("table"):
        if caption in "".join(table.find("caption").itertext()):
            header = [th.text_content() for th in table.findall("./thead/tr/th")]
            rows = [tr for tr in table.iterfind("./tbody/tr") if not tr.xpath("./th[@colspan]")]
            figures |= _of_rows(header, [[c.text_content() for c in tr] for tr in rows])
    return figures


def overview_in_bi(database: Path, name: str, titles: Mapping[str, str]) -> Figures:
    """What the BI views hold of a kommune's overview: a row of counts and a row of percent."""
    with duckdb.connect(database, read_only=True) as con:
        found = con.execute(OVERVIEW_SQL, {"navn": name}).fetchall()
    numbers = {nr: at for at, nr in enumerate(dict.fromkeys(row[0] for row in found))}
    figures: Figures = {}
    for nr, period, count, share, provisional in found:
        for offset, value in ((0, count), (1, share)):
            mark = bool(provisional) and value is not None
            figures[2 * numbers[nr] + offset, titles[period]] = value, mark
    return figures


def differences(outputs: Mapping[str, Figures]) -> list[str]:
    """Figures that two forms of one table do not agree on; each is compared with the first."""
    (name, first), *others = outputs.items()
    found = []
    for other, figures in others:
        shared = first.keys() & figures.keys()
        assert shared, f"{other} shares no figure with {name}"
        found += [
            f"{key}: {name} {first[key]}, {other} {figures[key]}"
            for key in sorted(shared)
            if first[key] != figures[key]
        ]
    return found
