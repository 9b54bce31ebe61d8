"""The draft letter to those who have the wrong figures, as docx with fixed bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from docx import Document
from docx.shared import Cm, Pt
from docx.table import Table

from beskplan.release import danish, notes
from beskplan.release.corrections import told
from beskplan.release.corrections.told import Case
from beskplan.release.docxfile import fixed

COLUMNS = ("Område", "Gruppe", "Tal", "Før", "Nu", "Ændring")
WIDTHS = (3.4, 5.0, 2.8, 1.8, 1.8, 1.8)
DRAFT = "UDKAST: læses og underskrives af en person, før det sendes."


def letter(case: Case, *, release: str, stated_time: str, enclosed: str) -> bytes:
    """Write the letter of one case.

    Args:
        case: what was wrong.
        release: the release that corrects it.
        stated_time: the release's time, ISO UTC; also the document's own.
        enclosed: the file with the corrected table.

    Returns:
        The document.
    """
    when = datetime.fromisoformat(stated_time).astimezone(UTC)
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Calibri", Pt(11)
    document.add_paragraph().add_run(DRAFT).bold = True
    if case.is_synthetic:
        document.add_paragraph().add_run(
            f"{notes.SYNTHETIC}: tallene er frembragt til afprøvning og siger intet om "
            "virkeligheden."
        ).bold = True
    document.add_paragraph(danish.day(when.date()))
    document.add_paragraph("Til modtagerne af de tidligere tal")
    document.add_heading(f"Rettelse: {case.title}", level=1)
    document.add_paragraph(
        f"I de tal, I tidligere har fået, var der en fejl. {told.wrong_sentence(case)}"
    )
    for sentence in told.right_sentences(case):
        document.add_paragraph(sentence)
    document.add_paragraph(f"Det gælder {told.listed(case.areas)}. De rettede tal er:")
    _figures(document.add_table(rows=1, cols=len(COLUMNS)), case)
    document.add_paragraph()
    document.add_paragraph(
        "De forkerte tal: " + "; ".join(case.carried_since) + f". Årsag: {case.cause}."
    )
    document.add_paragraph(
        f"Den rettede tabel er vedlagt ({enclosed}) og erstatter den tidligere. Rettelsen står i "
        f"udgivelse {release}."
    )
    document.add_paragraph("Vi beklager fejlen.")
    document.add_paragraph("Med venlig hilsen")
    return fixed(document, title=f"Rettelse: {case.title}", stated_time=stated_time)


def _figures(table: Table, case: Case) -> None:
    table.style = "Table Grid"
    table.autofit = False
    for cell, title in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(title).bold = True
    for wrong in case.cells:
        texts = (
            wrong["omraade_navn"],
            wrong["gruppe"],
            told.measure(wrong["maaling"]),
            told.shown(wrong["foer_vaerdi"], wrong["foer_status"]),
            told.shown(wrong["efter_vaerdi"], wrong["efter_status"]),
            told.signed(wrong["aendring"]),
        )
        for cell, text in zip(table.add_row().cells, texts, strict=True):  # type: ignore[no-untyped-call]
            cell.text = text
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = Cm(width)
