"""The tables for planners: what stands in which cell, as workbook and as csv."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from release_support import DDL, add_goal, insert

from beskplan.errors import ReleaseError
from beskplan.landing.records import Vintage
from beskplan.release import csvfile, notes, resultatmaal, xlsxfile, ydelsesoversigt
from beskplan.release.basis import Basis
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text

STATED = "2026-08-19T18:49:00Z"
PLAN = {
    "plan_id": "plan-a",
    "kommune_kode": "163",
    "kommune_navn": "Herlev",
    "er_eksempel": False,
}


def vintage(tabel_id: str, oprindelse: str = "optaget", kilde: str = "jobindsats") -> Vintage:
    return Vintage(
        kilde,
        tabel_id,
        STATED,
        "2026-08-19",
        oprindelse,
        "0123456789abcdef",
        "x",
        1,
        0,
        "x",
        (),
        "",
    )


def basis(*vintages: Vintage, **marked: str) -> Basis:
    return Basis(vintages or (vintage("y25i01"),), {}, [], marked, "kode")


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(DDL)
        yield connection


def cells_by_title(sheet: Sheet, label: str) -> dict[str, Cell]:
    row = next(row for row in sheet.rows if row.label == label)
    return {column.title: cell for column, cell in zip(sheet.columns, row.cells, strict=True)}


def shown(cell: Cell) -> str:
    return cell.text if isinstance(cell, Text) else cell.text()


def test_resultatmaal_is_judged_on_the_second_newest_month(con: duckdb.DuckDBPyConnection) -> None:
    add_goal(con)
    insert(
        con,
        "prognose_maal",
        plan_id="plan-a",
        maal_nr="1.a",
        prognose=1275,
        nedre_80=1230,
        oevre_80=1322,
        sandsynlighed_pct=4,
        status="prognose",
        er_syntetisk=False,
    )
    sheet = resultatmaal.sheet(con, "plan-a", basis())
    assert {title: shown(cell) for title, cell in cells_by_title(sheet, "1.a").items()} == {
        "Nr.": "1.a",
        "Ministermål og mål for indsatsen": "Ned til 1.200 i 2026, et fald på 300 siden 2025",
        "Resultatmål 2026": "Højst 1.200",
        "Baseline": "Gennemsnit af 2025",
        "Baseline, trykt": "1.500",
        "Baseline ved vedtagelsen": "ingen årgang",
        "Baseline i dag": "1.498",
        "Mål": "1.200",
        "Bedømt måned": "juni 2026",
        "Tal": "1.310",
        "Afvigelse": "110",
        "Krævet pr. måned": "-18,3",
        "Prognose": "1.275",
        "Status": "Gul",
        "Forklaring": "=Målet er ikke nået.",
    }
    assert cells_by_title(sheet, "1.a")["Status"] == Text("Gul", mark="gul")
    assert (
        "Mål 1.a. Juni 2026: 1.310 fuldtidspersoner, 110 over målet, som er højst 1.200 "
        "fuldtidspersoner. Nyeste tal, juli 2026: 1.299 (foreløbigt). Målet kræver et fald på 18,3 "
        "fuldtidspersoner om måneden i 6 måneder. Prognose for målperioden: 1.275 "
        "fuldtidspersoner (80 pct.-interval 1.230 til 1.322); 4 pct. sandsynlighed for at nå målet."
    ) in sheet.notes
    assert any("ingen årgang: kildens tal fra før vedtagelsen" in note for note in sheet.notes)
    assert any(note.startswith("Grøn: målet er nået, også når") for note in sheet.notes)
    assert sheet.title == "Beskæftigelsesplan 2026 for Herlev Kommune: resultatmål"
    assert sheet.warnings == []
    assert sheet.rows[0].label == "Ministermål 1 (2026): Flere i arbejde"
    assert any(
        "tabel y25i01; opgjort pr. 19. august 2026; hentet 19. august 2026 kl. 18.49 UTC; "
        "vintage 20260819T184900Z; optagelse af kildens eget svar." in note
        for note in sheet.notes
    )


def test_states_without_a_figure_are_told_apart(con: duckdb.DuckDBPyConnection) -> None:
    add_goal(con, months=[("2026M06", None, "C", False)], maal_nr="1", status="ikke_opgjort")
    add_goal(con, months=[("2026M06", None, "U", False)], maal_nr="2", status="ikke_opgjort")
    add_goal(con, months=[("2026M06", None, "M", False)], maal_nr="3", status="ikke_opgjort")
    add_goal(con, months=[("2026M06", None, "N", False)], maal_nr="4", status="ikke_opgjort")
    add_goal(con, months=[("2026M06", 0, "A", False)], maal_nr="5", status="groen")
    sheet = resultatmaal.sheet(con, "plan-a", basis())
    actual = [shown(cells_by_title(sheet, nr)["Tal"]) for nr in "12345"]
    assert actual == ["–", "–", "mangler", "mangler", "0"]
    for nr, word in (("1", "diskretioneret"), ("2", "afgøres"), ("3", "rækken"), ("4", "måneden")):
        assert any(word in note and f"{nr} (Tal)" in note for note in sheet.notes), word


def test_goal_without_indicator_has_no_figure_and_says_so(con: duckdb.DuckDBPyConnection) -> None:
    none = dict.fromkeys(
        ("baseline_art", "baseline_periode", "baseline_trykt", "baseline_revideret"), None
    )
    none |= dict.fromkeys(("baseline_revideret_status", "baseline_beregnet_status"), None)
    none |= dict.fromkeys(("datakilde", "maal_aendring", "maal_vaerdi", "maal_periode"), None)
    add_goal(
        con,
        months=[("2026M06", None, "", False)],
        maal_nr="5",
        status="afventer",
        tabel_id=None,
        text={
            "maal_vaerdi": None,
            "aendring": None,
            "maal_aar": None,
            "skabelon": "Afventer",
            "resultatmaal_skabelon": "Afventer",
        },
        **none,
    )
    cells = cells_by_title(resultatmaal.sheet(con, "plan-a", basis()), "5")
    assert shown(cells["Ministermål og mål for indsatsen"]) == "Afventer"
    assert shown(cells["Status"]) == "Afventer"
    assert [shown(cells[t]) for t in ("Mål", "Tal", "Prognose", "Afvigelse")] == [""] * 4


def test_a_local_figure_stands_with_its_day(con: duckdb.DuckDBPyConnection) -> None:
    local = dict.fromkeys(
        ("baseline_art", "baseline_periode", "baseline_trykt", "baseline_revideret"), None
    )
    add_goal(
        con,
        months=[("2026M05", 14, "A", False), ("2026M06", None, "", False)],
        maal_nr="3.a",
        tabel_id=None,
        datakilde="lokal",
        status="groen",
        lokal_dato="2026-05-31",
        maal_vaerdi=75,
        **local,
    )
    cells = cells_by_title(resultatmaal.sheet(con, "plan-a", basis()), "3.a")
    assert [shown(cells[t]) for t in ("Bedømt måned", "Tal")] == ["31. maj 2026", "14"]
    assert cells["Status"] == Text("Grøn", mark="groen")


def test_a_plan_may_be_judged_on_the_provisional_month(con: duckdb.DuckDBPyConnection) -> None:
    add_goal(con)
    con.execute("update resultatmaal_status set status = 'groen' where periode = '2026M07'")
    cells = cells_by_title(resultatmaal.sheet(con, "plan-a", basis()), "1.a")
    assert [shown(cells[t]) for t in ("Bedømt måned", "Tal", "Status")] == [
        "juli 2026",
        "1.299*",
        "Grøn",
    ]


def test_marks_of_a_table(con: duckdb.DuckDBPyConnection) -> None:
    add_goal(con, er_syntetisk=True, er_eksempel=True, databrud=True, foraelder_nr="1")
    made = basis(vintage("y25i01", "genereret"), y25i01="stoppet", y01a02="stoppet")
    sheet = resultatmaal.sheet(con, "plan-a", made)
    assert sheet.title.startswith("SYNTETISKE TAL: ")
    assert sheet.warnings == [
        "Eksempel, ikke vedtaget.",
        "SYNTETISKE TAL: tallene fra y25i01 er frembragt til afprøvning og siger intet om "
        "virkeligheden.",
        "y25i01: ikke opdateret: se fund (site/kvalitet/index.html).",
    ]
    waits = basis(vintage("y25i01"), y25i01="afventer gennemsyn: se fund")
    lines = resultatmaal.sheet(con, "plan-a", waits).warnings
    assert "y25i01: afventer gennemsyn: se fund (site/kvalitet/index.html)." in lines
    assert "Databrud mellem baseline og aktuel, se forklaring: 1.a." in sheet.notes
    assert cells_by_title(sheet, "1.a")["Nr."] == Text("1.a", indent=1)


def test_cited_figures_stand_under_the_table_with_age_and_source(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add_goal(con)
    figure = {
        "plan_id": "plan-a",
        "citat_id": "c1",
        "tekst": "Andel i arbejde",
        "vaerdi": "52.1",
        "enhed": "procent",
        "opgjort_tekst": "2016",
        "alder_aar": 9,
        "kilde": "et brev",
        "side": 2,
    }
    for nr in ("1.a", "2"):
        insert(con, "citerede_maal", **figure | {"maal_nr": nr})
    lost = {"citat_id": "c2", "tekst": "Fem år", "vaerdi": None, "enhed": "personer"}
    told = {"forbehold": "mere end", "opgjort_tekst": "[tallet er tabt]", "alder_aar": None}
    insert(con, "citerede_maal", **figure | lost | told | {"maal_nr": "2", "side": 5})
    insert(con, "citerede_maal", **figure | {"plan_id": "plan-b", "maal_nr": "1", "kilde": "x"})
    sheet = resultatmaal.sheet(con, "plan-a", basis())
    assert [note for note in sheet.notes if note.startswith("Citeret")] == [
        "Citeret, ikke hentet: et brev: Andel i arbejde: 52,1 pct. (2016, 9 år gammelt, s. 2, mål "
        "1.a, 2); Fem år: mere end [tabt] personer ([tallet er tabt], s. 5, mål 2)."
    ]


def test_an_unrounded_figure_stops_the_table(con: duckdb.DuckDBPyConnection) -> None:
    add_goal(con, baseline_revideret=Decimal("1498.5"))
    with pytest.raises(ReleaseError, match="printing would round it"):
        resultatmaal.sheet(con, "plan-a", basis())


def overview(con: duckdb.DuckDBPyConnection) -> Sheet:
    """Two groups and a part; the part is suppressed in May, and June's count is provisional."""
    insert(con, "dim_plan", plan_id="plan-a", oversigt_slut="2018M06")
    rows = [
        (1, None, "Kontanthjælp", "y36a02", "2018M05", "443", "A", "2.5", False),
        (1, None, "Kontanthjælp", "y36a02", "2018M06", "1450", "A", "8.0", True),
        (2, 1, "Jobparate", "y36a02", "2018M05", None, "C", None, False),
        (2, 1, "Jobparate", "y36a02", "2018M06", "0", "A", "0.0", True),
        (3, None, "Forrevalidering", None, "2018M06", None, "N", None, False),
        (3, None, "Forrevalidering", None, "2018M07", None, "N", None, False),
    ]
    for nr, parent, name, table, month, count, status, share, provisional in rows:
        insert(
            con,
            "ydelsesoversigt",
            kommune_kode="163",
            kommune_navn="Herlev",
            raekke_nr=nr,
            foraelder_nr=parent,
            ydelsesgruppe=name,
            tabel_id=table,
            periode=month,
            maaned=f"{month[:4]}-{month[5:]}-01",
            antal_fuldtidspersoner=count,
            antal_status=status,
            andel_befolkning_pct=share,
            er_foreloebig=provisional,
            er_syntetisk=False,
        )
    return ydelsesoversigt.sheet(
        con, PLAN, basis(vintage("y36a02"), vintage("FOLK1A", kilde="statbank"))
    )


def test_overview_has_13_months_and_two_rows_a_group(con: duckdb.DuckDBPyConnection) -> None:
    sheet = overview(con)
    titles = [column.title for column in sheet.columns]
    assert titles[:3] == ["Ydelsesgruppe", "Opgørelse", "juni 2017"]
    assert titles[-2:] == ["maj 2018", "juni 2018"]
    assert len(titles) == 15
    lines = [[shown(cell) for cell in row.cells] for row in sheet.rows]
    ends = [[*line[:2], *line[-3:]] for line in lines]
    assert ends == [
        ["Kontanthjælp", "Antal", "mangler", "443", "1.450*"],
        ["Kontanthjælp", "Pct.", "mangler", "2,5", "8,0*"],
        ["Jobparate", "Antal", "mangler", "–", "0*"],
        ["Jobparate", "Pct.", "mangler", "–", "0,0*"],
        ["Forrevalidering", "Antal", "–", "–", "–"],
        ["Forrevalidering", "Pct.", "–", "–", "–"],
    ]
    assert sheet.rows[2].cells[0] == Text("Jobparate", indent=1)
    notes = "\n".join(sheet.notes)
    assert (
        "– diskretioneret (kilden viser ikke tal om 1-2 personer): Kontanthjælp, Jobparate" in notes
    )
    assert "– ingen af de hentede tabeller holder tallet: Forrevalidering." in notes
    assert "* Foreløbigt tal, som kilden retter i de følgende måneder: juni 2018." in notes
    assert "Danmarks Statistik, Statistikbanken, tabel FOLK1A" in notes


def add_overview_row(con: duckdb.DuckDBPyConnection, nr: int, name: str, **values: object) -> None:
    defaults: dict[str, object] = {
        "kommune_kode": "163",
        "raekke_nr": nr,
        "ydelsesgruppe": name,
        "tabel_id": "y36a02",
        "periode": "2025M06",
        "maaned": "2025-06-01",
        "antal_fuldtidspersoner": 10,
        "antal_status": "A",
        "andel_befolkning_pct": "0.1",
    }
    insert(con, "ydelsesoversigt", **defaults | values)


def test_overview_holds_the_groups_of_its_last_month_and_names_the_ended(
    con: duckdb.DuckDBPyConnection,
) -> None:
    july = {"periode": "2025M07", "maaned": "2025-07-01", "tabel_id": "y60a02"}
    add_overview_row(con, 3, "Kontanthjælp", oversigt_til="2025-06-01")
    add_overview_row(con, 4, "Jobparate", foraelder_nr=3, oversigt_til="2025-06-01")
    add_overview_row(con, 5, "Uddannelseshjælp", oversigt_til="2025-06-01")
    new = {"oversigt_fra": "2025-07-01"}
    add_overview_row(con, 9, "Kontanthjælp (ny)", **new, **july)
    add_overview_row(con, 9, "Kontanthjælp (ny)", **new, tabel_id="y60a02")
    none = {"antal_fuldtidspersoner": None, "antal_status": "N", "andel_befolkning_pct": None}
    add_overview_row(con, 10, "Jobparate", foraelder_nr=9, **new, **july, **none)
    for table, nr, start, end in (
        ("y36a02", 3, None, "2025-06-01"),
        ("y60a02", 9, "2025-07-01", None),
        ("y35a02", 11, None, None),
    ):
        insert(
            con,
            "dim_ydelsesgruppe",
            tabel_id=table,
            dimensioner="",
            oversigt_nr=nr,
            oversigt_fra=start,
            oversigt_til=end,
        )
    for table, kind, when in (
        ("y36a02", "sammenlaegning", "2025-07-01"),
        ("y60a02", "sammenlaegning", "2025-07-01"),
        ("y60a02", "note", "2024-01-01"),
        ("y35a02", "navneskift", "2020-01-01"),
        ("y25i01", "note", "2025-07-01"),
    ):
        insert(
            con,
            "dim_brud",
            tabel_id=table,
            art=kind,
            dato_fra=when,
            fra_maaned=when,
            beskrivelse=f"{kind} i {table}",
        )
    place = {"kommune_kode": "163", "kommune_navn": "Herlev"}
    after = ydelsesoversigt.kommune_sheet(con, place, "2025-07-01", basis())
    assert [row.label for row in after.rows[::2]] == ["Kontanthjælp (ny)"]
    assert [shown(cell) for cell in after.rows[0].cells[-2:]] == ["10", "10"]
    notes = list(after.notes)
    assert (
        "Ophørt og ikke i oversigten: Kontanthjælp, Uddannelseshjælp (til og med juni 2025)."
        in notes
    )
    assert "Ikke vist, fordi ingen af månederne er hentet: Kontanthjælp (ny), Jobparate." in notes
    assert [note for note in notes if note.startswith("Brud")] == [
        "Brud 1. januar 2020 (y35a02): navneskift i y35a02.",
        "Brud 1. juli 2025 (y60a02): sammenlaegning i y60a02.",
    ]
    before = ydelsesoversigt.kommune_sheet(con, place, "2025-06-01", basis())
    assert [row.label for row in before.rows[::2]] == [
        "Kontanthjælp",
        "Kontanthjælp, Jobparate",
        "Uddannelseshjælp",
    ]
    assert not any("Ophørt" in note for note in before.notes)


def test_only_tables_whose_counts_are_generated_are_called_so(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add_overview_row(con, 1, "Ledige", tabel_id="y60a02", er_syntetisk=True)
    generated = {"antal_er_syntetisk": True, "er_syntetisk": True}
    add_overview_row(con, 2, "Sygedagpenge", tabel_id="y07a02", **generated)
    made = basis(
        vintage("y60a02"),
        vintage("y07a02", "genereret"),
        vintage("FOLK1A", "genereret", "statbank"),
    )
    place = {"kommune_kode": "163", "kommune_navn": "Herlev"}
    sheet = ydelsesoversigt.kommune_sheet(con, place, "2025-06-01", made)
    assert sheet.warnings[0].startswith("SYNTETISKE TAL: tallene fra FOLK1A, y07a02 er")


def test_overview_without_any_fetched_table_says_so(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "dim_plan", plan_id="plan-a", oversigt_slut="2018M06")
    sheet = ydelsesoversigt.sheet(con, PLAN, basis())
    assert list(sheet.rows) == []
    assert "Ingen af oversigtens tabeller er hentet." in sheet.warnings


def test_workbook_holds_numbers_and_prints_on_one_width(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "oversigt.xlsx"
    xlsxfile.write_sheet(path, overview(con), STATED)
    book = openpyxl.load_workbook(path)
    page = book["Ydelsesoversigt"]
    cells = {cell.coordinate: cell for row in page.iter_rows() for cell in row}
    assert [cells[name].value for name in ("A3", "B3", "N3", "O3")] == [
        "Ydelsesgruppe",
        "Opgørelse",
        "maj 2018",
        "juni 2018",
    ]
    assert (cells["N4"].value, cells["N4"].number_format) == (443, "[$-406]#,##0")
    assert (cells["O4"].value, cells["O4"].number_format) == (1450, '[$-406]#,##0"*"')
    assert (cells["O5"].value, cells["O5"].number_format) == (8, '[$-406]#,##0.0"*"')
    assert (cells["N6"].value, cells["O6"].value) == ("–", 0)
    assert cells["A6"].alignment.indent == 2
    assert page.freeze_panes == "C4"
    assert page.page_setup.orientation == "landscape"
    # A width of one page is the format's default and is not written.
    assert page.sheet_properties.pageSetUpPr is not None
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert str(book.properties.created) == "2026-08-19 18:49:00"


def test_csv_keeps_figures_as_figures(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "oversigt.csv"
    csvfile.write_sheet(path, overview(con))
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    header = next(nr for nr, line in enumerate(lines) if line[:1] == ["Ydelsesgruppe"])
    assert lines[header + 1][-3:] == ["443", "1450", "juni 2018"]
    assert lines[header + 2][-3:] == ["2,5", "8,0", "juni 2018"]
    assert lines[header + 3][0] == "    Jobparate"
    assert lines[header + 3][-3:] == ["–", "0", "juni 2018"]


FORMULAS = ["=1+1", "+45 12 34 56", "-1+2", "@SUM(A1)", '=HYPERLINK("x")', "\t=1", " =1", "＝1"]


def one_cell(cell: Cell) -> Sheet:
    columns = [Column("@kolonne", 9), Column("=to", 9)]
    return Sheet("Ark", "=titel", ["+advarsel"], columns, 1, [Row("r", [cell, cell])], ["-n"])


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_is_never_a_formula(text: str, tmp_path: Path) -> None:
    sheet = one_cell(Text(text))
    xlsxfile.write_sheet(tmp_path / "a.xlsx", sheet, STATED)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert page is not None
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value} == {"s"}
    csvfile.write_sheet(tmp_path / "a.csv", sheet)
    raw = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig")
    for line in csv.reader(raw.splitlines(), delimiter=";"):
        assert all(not field.lstrip().startswith(("=", "+", "-", "@", "＝")) for field in line)


@given(st.text(min_size=1))
def test_no_text_begins_as_a_formula_in_csv(text: str) -> None:
    assert not csvfile.safe_text(text).lstrip(" ").startswith(csvfile.FORMULA_STARTS)
    assert csvfile.safe_text(text).endswith(text)


def test_a_negative_figure_stays_a_figure(tmp_path: Path) -> None:
    sheet = one_cell(Figure(Decimal("-1234.5"), "A", 1))
    csvfile.write_sheet(tmp_path / "a.csv", sheet)
    assert "-1234,5;" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    xlsxfile.write_sheet(tmp_path / "a.xlsx", sheet, STATED)
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert page is not None
    assert page["A5"].value == -1234.5


def test_the_same_table_gives_the_same_bytes(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sheet = overview(con)
    for name in ("a", "b"):
        xlsxfile.write_sheet(tmp_path / f"{name}.xlsx", sheet, STATED)
        csvfile.write_sheet(tmp_path / f"{name}.csv", sheet)
    for kind in ("xlsx", "csv"):
        first, second = ((tmp_path / f"{name}.{kind}").read_bytes() for name in "ab")
        assert first == second


def test_a_provisional_figure_has_its_expected_revision_beside_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    columns = [Column("Juli", 8)]
    text = "Forventet opjustering ca. 2 pct. (målt på y25i01, udgivelsen 19. august 2026)"
    for tabel_id, ventet in (("y60a02", text), ("y25i01", text), ("joblog", None)):
        insert(con, "revision_forventet", tabel_id=tabel_id, ventet_tekst=ventet)
    tables = ["y25i01", "y60a02", "joblog"]
    provisional = [Row("Herlev", [Figure(1310, "A", provisional=True)])]
    assert notes.expected(con, tables, columns, provisional) == [f"{text}: y25i01, y60a02."]
    final = [Row("Herlev", [Figure(1310, "A")])]
    assert notes.expected(con, tables, columns, final) == []
