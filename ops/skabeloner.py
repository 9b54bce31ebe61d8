"""Make the Word templates of `templates/` anew: layout in one place, then edited in Word.

The templates that documents are made from are the files in `templates/`, not this script. Running
it overwrites what has been edited in Word; run it only to begin again: `python ops/skabeloner.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell, _Row

from beskplan.release.docxfile import fixed

FOLDER = Path(__file__).resolve().parents[1] / "templates"
TIME = "2026-01-01T00:00:00Z"
PALE, HEAD = "F0F4F8", "D9E2EC"
A4 = (21.0, 29.7)
RED = RGBColor(0x9C, 0x00, 0x06)


class Maker:
    """One template, from the top down."""

    def __init__(self, *, landscape: bool = False) -> None:
        """Begin one on A4."""
        self.doc = Document()
        section = self.doc.sections[0]
        width, height = A4[::-1] if landscape else A4
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(width), Cm(height)
        section.left_margin = section.right_margin = Cm(1.5 if landscape else 2.0)
        section.top_margin = section.bottom_margin = Cm(1.6)
        self._styles()
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.LEFT
        run = footer.add_run("{{ sidefod }}")
        run.font.size, run.font.color.rgb = Pt(8), RGBColor(0x55, 0x55, 0x55)

    def _styles(self) -> None:
        styles: Any = self.doc.styles
        styles["Normal"].font.name, styles["Normal"].font.size = "Calibri", Pt(11)
        styles["Normal"].paragraph_format.space_after = Pt(6)
        for name, size in (("Title", 20), ("Heading 1", 15), ("Heading 2", 12)):
            style = styles[name]
            style.font.name, style.font.size, style.font.bold = "Calibri", Pt(size), True
            style.font.color.rgb = RGBColor(0x1F, 0x3A, 0x5F)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for key in [k for k in fonts.attrib if "Theme" in k]:
                del fonts.attrib[key]
            for key in ("w:ascii", "w:hAnsi", "w:cs"):
                fonts.set(qn(key), "Calibri")
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "da-DK")
        styles["Normal"].element.get_or_add_rPr().append(language)

    def text(
        self,
        text: str,
        *,
        style: str | None = None,
        bold: bool = False,
        size: float = 0,
        red: bool = False,
        after: float | None = None,
    ) -> Any:
        """A paragraph."""
        paragraph = self.doc.add_paragraph(style=style)
        run = paragraph.add_run(text)
        run.bold = bold or None
        if size:
            run.font.size = Pt(size)
        if red:
            run.font.color.rgb = RED
        if after is not None:
            paragraph.paragraph_format.space_after = Pt(after)
        return paragraph

    def each(self, name: str, of: str, **how: Any) -> None:
        """A paragraph for each."""
        self.text(f"{{%p for {name} in {of} %}}", after=0)
        self.text(f"{{{{ {name} }}}}", **how)
        self.text("{%p endfor %}", after=0)

    def when(self, condition: str) -> None:
        """What follows stands only if."""
        self.text(f"{{%p if {condition} %}}", after=0)

    def end(self, what: str = "if") -> None:
        """The end of `when`."""
        self.text(f"{{%p end{what} %}}", after=0)

    def warnings(self, of: str) -> None:
        """What nobody must overlook."""
        self.each("linje", of, bold=True, red=True)

    def notes(self, table: str) -> None:
        """The lines under a table, sources last and in bold."""
        self.each("note", f"{table}.noter", size=8, after=2)
        self.each("kilde", f"{table}.kilder", size=8, after=2, bold=True)

    def table(
        self,
        *,
        titles: Sequence[str],
        cells: Sequence[str],
        widths: Sequence[float],
        rows: str,
        size: float,
        heading: str = "",
        left: int = 1,
        fill: str = "",
        filled: int = -1,
    ) -> None:
        """A table with a row for each of `rows` (called `r`)."""
        table = self.doc.add_table(rows=0, cols=len(widths))
        table.style, table.autofit = "Table Grid", False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        head = self._row(table, titles, widths, size, left, bold=True, shade=HEAD)
        mark = OxmlElement("w:tblHeader")
        head._tr.get_or_add_trPr().append(mark)
        self._tag(table, f"{{%tr for r in {rows} %}}", widths)
        if heading:
            self._tag(table, f"{{%tr if {heading} %}}", widths)
            across = self._row(
                table, [f"{{{{ {heading} }}}}"], widths, size, left, bold=True, shade=PALE
            )
            merged = across.cells[0].merge(across.cells[-1])
            for extra in merged.paragraphs[1:]:
                extra._p.getparent().remove(extra._p)
            self._tag(table, "{%tr else %}", widths)
        row = self._row(table, cells, widths, size, left)
        if fill:
            paragraph = row.cells[filled].paragraphs[0]
            paragraph.runs[0].text = f"{{% cellbg {fill} %}}" + paragraph.runs[0].text
        if heading:
            self._tag(table, "{%tr endif %}", widths)
        self._tag(table, "{%tr endfor %}", widths)
        self.text("", size=4, after=0)

    def _tag(self, table: Any, tag: str, widths: Sequence[float]) -> None:
        self._row(table, [tag], widths, 6, len(widths))

    def _row(
        self,
        table: Any,
        texts: Sequence[str],
        widths: Sequence[float],
        size: float,
        left: int,
        *,
        bold: bool = False,
        shade: str = "",
    ) -> _Row:
        row: _Row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for nr, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if nr < len(texts):
                run = paragraph.add_run(texts[nr])
                run.font.size, run.bold = Pt(size), bold or None
            if nr >= left:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if shade:
                _shade(cell, shade)
        return row

    def save(self, name: str) -> None:
        """Write it, the same bytes each time."""
        FOLDER.mkdir(exist_ok=True)
        content = fixed(self.doc, title=name, stated_time=TIME)
        (FOLDER / f"{name}.docx").write_bytes(content)


def _shade(cell: _Cell, colour: str) -> None:
    shading = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shading.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def goals(make: Maker, of: str) -> None:
    """The plan's own two columns, then status and baseline of the same mål."""
    make.table(
        titles=["Ministermål og mål for indsatsen", f"{{{{ {of}.overskrift }}}}"],
        cells=["{{ r.nr }} {{ r.maal }}", "{{ r.resultatmaal }}"],
        widths=[11.0, 6.0],
        rows=f"{of}.raekker",
        heading="r.overskrift",
        size=10,
        left=2,
    )


def status(make: Maker, of: str) -> None:
    """How each mål stands, and what it is measured from."""
    make.text("Status", style="Heading 2")
    make.table(
        titles=[
            "Nr.",
            "Bedømt måned",
            "Tal",
            "Mål",
            "Afvigelse",
            "Krævet pr. måned",
            "Prognose",
            "Status",
            "Forklaring",
        ],
        cells=[
            "{{ r.nr }}",
            "{{ r.maaned }}",
            "{{ r.tal }}",
            "{{ r.maalvaerdi }}",
            "{{ r.afvigelse }}",
            "{{ r.krav }}",
            "{{ r.prognose }}",
            "{{ r.status }}",
            "{{ r.forklaring }}",
        ],
        widths=[1.75, 1.8, 1.25, 1.25, 1.6, 1.5, 1.6, 1.75, 4.5],
        rows=f"{of}.maal",
        size=8,
        left=9,
        fill="r.farve",
        filled=7,
    )
    make.text("Baseline", style="Heading 2")
    make.table(
        titles=["Nr.", "Baseline", "Trykt i planen", "Ved vedtagelsen", "I dag"],
        cells=[
            "{{ r.nr }}",
            "{{ r.baseline }}",
            "{{ r.baseline_trykt }}",
            "{{ r.baseline_ved_vedtagelsen }}",
            "{{ r.baseline_i_dag }}",
        ],
        widths=[1.6, 6.4, 3.0, 3.0, 3.0],
        rows=f"{of}.maal",
        size=8,
        left=2,
    )


def indicators(make: Maker, of: str) -> None:
    """The kommune's nøgletal with its place."""
    make.table(
        titles=[
            "Nøgletal",
            "Måned",
            "Pct.",
            "Ændring, pct.point",
            "Landet, pct.",
            "I landet",
            "Flyttet",
            "Blandt sammenlignelige",
            "Tal",
        ],
        cells=[
            "{{ r.noegletal }}",
            "{{ r.maaned }}",
            "{{ r.pct }}",
            "{{ r.aendring }}",
            "{{ r.landet }}",
            "{{ r.i_landet }}",
            "{{ r.flyttet }}",
            "{{ r.blandt_sammenlignelige }}",
            "{{ r.tal }}",
        ],
        widths=[3.6, 1.5, 1.1, 1.5, 1.4, 2.1, 1.4, 2.7, 1.7],
        rows=f"{of}.raekker",
        size=8,
        left=1,
    )


def quarter(make: Maker, of: str) -> None:
    """The months of a quarter, the month before it and the same month a year before."""
    make.table(
        titles=["Ydelsesgruppe", "Opgørelse"]
        + [f"{{{{ {of}.maaneder[{nr}] }}}}" for nr in range(5)],
        cells=["{{ r.gruppe }}", "{{ r.opgoerelse }}"]
        + [f"{{{{ r.maaneder[{nr}] }}}}" for nr in range(5)],
        widths=[4.8, 1.7, 2.1, 2.1, 2.1, 2.1, 2.1],
        rows=f"{of}.raekker",
        size=8,
        left=2,
    )


def chart(make: Maker, of: str) -> None:
    """A chart with its caption and what it shows."""
    make.when(of)
    caption = make.text(f"{{{{ {of}.titel }}}}", bold=True, size=10, after=2)
    caption.paragraph_format.keep_with_next = True
    make.text(f"{{{{ {of}.billede }}}}", after=2)
    make.text(f"{{{{ {of}.fund }}}}", size=9)
    make.end()


def goals_page() -> None:
    """The page of a plan's resultatmål."""
    make = Maker()
    make.text("{{ resultatmaal.titel }}", style="Heading 1")
    make.warnings("resultatmaal.advarsler")
    goals(make, "resultatmaal")
    status(make, "resultatmaal")
    make.text("Noter og kilder", style="Heading 2")
    make.notes("resultatmaal")
    make.save("resultatmaal")


def overview() -> None:
    """The appendix of 13 months."""
    make = Maker(landscape=True)
    make.text("{{ oversigt.titel }}", style="Heading 1")
    make.warnings("oversigt.advarsler")
    make.table(
        titles=["Ydelsesgruppe", "Opgørelse"]
        + [f"{{{{ oversigt.maaneder[{nr}] }}}}" for nr in range(13)],
        cells=["{{ r.gruppe }}", "{{ r.opgoerelse }}"]
        + [f"{{{{ r.maaneder[{nr}] }}}}" for nr in range(13)],
        widths=[3.9, 1.75, *[1.62] * 13],
        rows="oversigt.raekker",
        size=7.5,
        left=2,
    )
    make.notes("oversigt")
    make.save("ydelsesoversigt")


def quarterly() -> None:
    """The quarterly status."""
    make = Maker()
    make.text(
        "Status for beskæftigelsesindsatsen i {{ kommune }}, {{ kvartal }}", style="Heading 1"
    )
    make.warnings("advarsler")
    make.text("Kort fortalt", style="Heading 2")
    make.each("fund", "fund", size=10)
    chart(make, "diagram_i_alt")
    make.text("Ydelsesgrupper", style="Heading 2")
    quarter(make, "kvartalet")
    make.notes("kvartalet")
    make.when("noegletal")
    make.text("Nøgletal", style="Heading 2")
    make.warnings("noegletal.advarsler")
    indicators(make, "noegletal")
    make.notes("noegletal")
    make.end()
    make.text("{%p for plan in planer %}", after=0)
    make.text("{{ plan.titel }}", style="Heading 2")
    make.warnings("plan.advarsler")
    status(make, "plan")
    make.notes("plan")
    make.end("for")
    make.save("kvartalsstatus")


def joblog() -> None:
    """The Joblog bilag with the letter that goes before it."""
    make = Maker()
    make.text("{{ dato }}", after=12)
    make.text("Til kommunerne", after=12)
    make.text("Bilag om brug af Joblog, {{ maaned }}", style="Heading 1")
    make.warnings("joblog.advarsler")
    make.text(
        "Hermed sendes tallene for, hvor stor en del af de ledige med pligt til at føre "
        "joblog, der har gjort det i {{ maaned }}. Tabel 1 viser hver kommune, figur 1 "
        "udviklingen i hele landet og figur 2 kommunernes rangorden."
    )
    make.each("afsnit", "joblog.afsnit")
    make.text(
        "Er der fejl i tallene, sendes et rettet bilag, og rettelsen står i udgivelsens "
        "oversigt over rettelser."
    )
    make.text("Med venlig hilsen", after=24)
    make.text("[navn]")
    make.doc.add_page_break()
    make.text("{{ joblog.titel }}", style="Heading 2")
    make.table(
        titles=[f"{{{{ joblog.kolonner[{nr}] }}}}" for nr in range(7)],
        cells=[f"{{{{ r.celler[{nr}] }}}}" for nr in range(7)],
        widths=[3.8, *[2.2] * 6],
        rows="joblog.raekker",
        size=7.5,
        left=1,
    )
    make.notes("joblog")
    make.text("{%p for diagram in diagrammer %}", after=0)
    make.text("{{ diagram.titel }}", style="Heading 2")
    make.text("{{ diagram.billede }}", after=2)
    make.text("{{ diagram.fund }}", size=9)
    make.end("for")
    make.save("joblog_bilag")


def rar() -> None:
    """The note to a regional council."""
    make = Maker(landscape=True)
    make.text("{{ rar.titel }}", style="Heading 1")
    make.text("{{ gruppe }}", style="Heading 2")
    make.warnings("rar.advarsler")
    make.each("saetning", "resume", style="List Bullet")
    make.text("{%p for tabel in tabeller %}", after=0)
    make.table(
        titles=["Område", "Opgørelse"] + [f"{{{{ tabel.kolonner[{nr}] }}}}" for nr in range(6)],
        cells=["{{ r.omraade }}", "{{ r.opgoerelse }}"]
        + [f"{{{{ r.celler[{nr}] }}}}" for nr in range(6)],
        widths=[5.2, 4.0, *[2.9] * 6],
        rows="tabel.raekker",
        size=8,
        left=2,
    )
    make.end("for")
    make.notes("rar")
    make.save("rar_notat")


def plan() -> None:
    """A draft of a whole plan."""
    make = Maker()
    make.text("Beskæftigelsesplan for {{ kommune }} Kommune", style="Title")
    make.text(
        "UDKAST: tallene er fra {{ opgjort }}. Tekst i [kantede parenteser] skrives af kommunen.",
        bold=True,
    )
    make.warnings("advarsler")
    make.text("1. Indledning", style="Heading 1")
    make.text("[Hvad planen gælder, hvem der har vedtaget den, og for hvilke år.]")
    make.text("2. Ministermål", style="Heading 1")
    make.text("{{ ministermaal_lead }}")
    make.each("maal", "ministermaal", style="List Bullet")
    make.text("3. Udfordringer", style="Heading 1")
    make.each("fund", "fund")
    chart(make, "diagram_i_alt")
    chart(make, "diagram_grupper")
    make.text("[Hvad tallene betyder for kommunen.]")
    make.text("4. Resultatmål", style="Heading 1")
    make.text("{%p for plan in planer %}", after=0)
    make.text("{{ plan.titel }}", style="Heading 2")
    make.warnings("plan.advarsler")
    goals(make, "plan")
    status(make, "plan")
    make.notes("plan")
    make.end("for")
    make.when("not planer")
    make.text(
        "Kommunen har ingen plan i systemet. Et resultatmål skrives som: "
        "[gruppen] skal nedbringes til [tal] fuldtidspersoner i [år], svarende til et fald "
        "på [tal] siden [år]."
    )
    make.table(
        titles=["Ministermål og mål for indsatsen", "Resultatmål [år]"],
        cells=["[{{ r }}]", "[Højest … fuldtidspersoner]"],
        widths=[11.0, 6.0],
        rows="ministermaal",
        size=10,
        left=2,
    )
    make.end()
    make.text("5. Strategi for indsatsen", style="Heading 1")
    make.text("[Borgerrettet indsats.]")
    make.text("[Virksomhedsrettet indsats.]")
    make.when("noegletal")
    make.text("6. Nøgletal og sammenligning", style="Heading 1")
    make.warnings("noegletal.advarsler")
    indicators(make, "noegletal")
    make.notes("noegletal")
    make.end()
    make.text("Bilag. Ydelsesgrupper", style="Heading 1")
    make.text("Alle 13 måneder er i filen {{ oversigtsfil }}.")
    quarter(make, "kvartalet")
    make.notes("kvartalet")
    make.save("planudkast")


if __name__ == "__main__":
    for template in (goals_page, overview, quarterly, joblog, rar, plan):
        template()
