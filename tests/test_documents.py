"""Documents: text stays text, wrong templates stop the release, the same bytes each time."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from figures_support import Figures, differences, of_csv, of_document, of_tidy, of_workbook
from lxml import etree

from beskplan.errors import ReleaseError
from beskplan.release import csvfile, xlsxfile
from beskplan.release.charts import Drawing
from beskplan.release.charts.series import Line, Picture, Point
from beskplan.release.documents import tags, word
from beskplan.release.documents.written import LONG, overview
from beskplan.release.sheet import Column, Figure, Row, Sheet, Text

TIME = "2026-08-19T18:49:00Z"
HOSTILE = (
    "{{ 7919*7919 }}{% for x in y %}{_{ 7919*7919 }_}",
    "<script>alert(1)</script><w:p/>&amp;]]>",
    "=cmd|' /C calc'!A0",
    "æøå ÆØÅ " + "meget langt navn " * 40,
)
SOURCE = (
    "Kilde: Jobindsats.dk, tabel y25i01; opgjort pr. 19. august 2026; hentet 19. august 2026 kl. "
    "18.49 UTC; vintage 20260819T184900Z; optagelse af kildens eget svar."
)


def sheet(name: str = "A-dagpenge") -> Sheet:
    """An overview of three months: a figure, a provisional one, and two without."""
    cells = {
        "Antal": [Figure(1491, "A"), Figure(None, "C"), Figure(467, "A", provisional=True)],
        "Pct.": [Figure(Decimal("3.1"), "A", 1), Figure(None, "N", 1), Figure(0, "A", 1)],
    }
    return Sheet(
        tab="Ydelsesoversigt",
        title=f"Oversigt: {name}",
        warnings=[f"Pas på {name}"],
        columns=[
            Column("Ydelsesgruppe", 26),
            Column("Opgørelse", 10),
            *(Column(f"{month} 2026", 11) for month in ("maj", "juni", "juli")),
        ],
        label_columns=2,
        rows=[Row(name, [Text(name, 1), Text(kind), *row]) for kind, row in cells.items()],
        notes=[f"Note om {name}", SOURCE],
    )


def rendered(context: Mapping[str, Any], template: str = "ydelsesoversigt") -> bytes:
    return word.render(template, {"sidefod": "fod", **context}, title="T", stated_time=TIME)


def texts(content: bytes) -> list[str]:
    """Every paragraph and cell of a document."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text_in_word(text: str) -> None:
    content = rendered({"oversigt": tags.overview(sheet(text))})
    shown = texts(content)
    # docxtpl's own way to write a brace; it makes no tag of it.
    visible = text.replace("{_{", "{{").replace("}_}", "}}")
    assert f"Oversigt: {visible}".strip() in [line.strip() for line in shown]
    assert f"\u2003{visible}".strip() in [line.strip() for line in shown]
    assert "62710561" not in "".join(shown)
    for name in (part for part in zipfile.ZipFile(io.BytesIO(content)).namelist()):
        if name.endswith(".xml"):
            root = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read(name))
            assert not [element for element in root.iter("{*}script")]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text_in_sheets(text: str, tmp_path: Path) -> None:
    made = sheet(text)
    xlsxfile.write_sheet(tmp_path / "a.xlsx", made, TIME)
    csvfile.write_sheet(tmp_path / "a.csv", made)
    csvfile.write_tidy(tmp_path / "a-lang.csv", made)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    held = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not [cell for cell in held if cell.data_type == "f"]
    for name, delimiter in (("a.csv", ";"), ("a-lang.csv", ",")):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for line in csv.reader(file, delimiter=delimiter) for cell in line]
        assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "@"))]


def test_the_same_content_gives_the_same_bytes_at_any_time() -> None:
    first = rendered({"oversigt": tags.overview(sheet())})
    assert rendered({"oversigt": tags.overview(sheet())}) == first
    assert rendered({"oversigt": tags.overview(sheet("B"))}) != first
    parts = zipfile.ZipFile(io.BytesIO(first)).infolist()
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}
    properties = Document(io.BytesIO(first)).core_properties
    assert str(properties.created) == "2026-08-19 18:49:00+00:00"


def test_a_wrong_tag_stops_and_names_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document()
    document.add_paragraph("{{ oversigt.titel }} {{ oversigt.tittel }}")
    document.save(str(tmp_path / "ydelsesoversigt.docx"))
    monkeypatch.setattr(word, "TEMPLATES", tmp_path)
    with pytest.raises(ReleaseError, match="tittel") as caught:
        rendered({"oversigt": tags.overview(sheet())})
    assert caught.value.where == "templates/ydelsesoversigt.docx"


def test_what_a_planner_changes_in_the_template_is_in_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document(str(word.TEMPLATES / "ydelsesoversigt.docx"))
    document.add_paragraph("Udarbejdet af Jobcenter Herlev: {{ oversigt.titel }}")
    document.save(str(tmp_path / "ydelsesoversigt.docx"))
    monkeypatch.setattr(word, "TEMPLATES", tmp_path)
    assert "Udarbejdet af Jobcenter Herlev: Oversigt: A-dagpenge" in texts(
        rendered({"oversigt": tags.overview(sheet())})
    )


def test_a_chart_in_a_document_tells_what_it_shows(tmp_path: Path) -> None:
    finding = 'Ledige: 491 "fuldtidspersoner" & <flere>'
    drawn = Drawing(
        "x", "Titel", finding, Picture([Line("A", [Point(date(2026, 6, 1), Decimal(491))])]).spec()
    )
    made = sheet()
    quarter = tags.overview(made, (0, 1, 2), 5)
    context = {
        "kommune": "Herlev",
        "kvartal": "2. kvartal 2026",
        "advarsler": [],
        "fund": [finding],
        "kvartalet": quarter,
        "noegletal": None,
        "planer": [],
        "diagram_i_alt": tags.chart(drawn, tmp_path),
    }
    content = rendered(context, "kvartalsstatus")
    shapes = Document(io.BytesIO(content)).inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == [finding]
    assert finding in texts(content)


def test_every_form_of_a_table_holds_the_same_figures(tmp_path: Path) -> None:
    made = sheet()
    stem = tmp_path / "herlev-ydelsesoversigt-2026M07"
    rows = overview(stem, made, TIME)
    assert rows == {f"{stem.name}{end}": 2 for end in (".xlsx", ".csv", LONG)}
    outputs: dict[str, Figures] = {
        "lang": of_tidy(stem.with_name(stem.name + LONG)),
        "csv": of_csv(stem.with_suffix(".csv")),
        "xlsx": of_workbook(stem.with_suffix(".xlsx")),
        "docx": of_document(stem.with_suffix(".docx"), "Ydelsesgruppe"),
    }
    assert outputs["lang"] == {
        (0, "maj 2026"): (Decimal(1491), False),
        (0, "juni 2026"): (None, False),
        (0, "juli 2026"): (Decimal(467), True),
        (1, "maj 2026"): (Decimal("3.1"), False),
        (1, "juni 2026"): (None, False),
        (1, "juli 2026"): (Decimal(0), False),
    }
    assert differences(outputs) == []
    wrong = replace(made, rows=[*made.rows[:1], replace(made.rows[1], cells=made.rows[0].cells)])
    csvfile.write_sheet(tmp_path / "b.csv", wrong)
    assert len(differences({**outputs, "b": of_csv(tmp_path / "b.csv")})) == 2


def test_the_workbook_filters_freezes_and_names_its_sources(tmp_path: Path) -> None:
    xlsxfile.write_sheet(tmp_path / "a.xlsx", sheet(), TIME)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Ydelsesoversigt", "Kilder"]
    page = book["Ydelsesoversigt"]
    assert (page.freeze_panes, page.auto_filter.ref) == ("C5", "A4:E6")
    assert [cell.value for cell in page[5]][2:] == [1491, "–", 467]
    sources = book["Kilder"]
    shown = [[cell.value for cell in row] for row in sources.iter_rows() if row[4].value]
    assert shown == [
        ["Kilde og tabel", "Opgjort pr.", "Hentet", "Vintage", "Oprindelse"],
        [
            "Jobindsats.dk, tabel y25i01",
            "19. august 2026",
            "19. august 2026 kl. 18.49 UTC",
            "20260819T184900Z",
            "optagelse af kildens eget svar",
        ],
    ]
