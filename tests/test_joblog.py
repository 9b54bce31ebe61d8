"""From drop folder to bilag: January 2018 as it survives; a shifted month is stopped."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from beskplan import demo, fetching
from beskplan.gate import Judgement, TableVerdict, judge
from beskplan.landing import Landing
from beskplan.release import basis as bases
from beskplan.release import csvfile, database, joblog, xlsxfile
from beskplan.release.joblog_text import paragraphs
from beskplan.release.sheet import Sheet
from beskplan.settings import PROJECT, Settings
from beskplan.sources.bilag import GROUPS
from beskplan.standin.joblog import recorded
from beskplan.warehouse import build_candidate, keep_as_lager

FIRST, SECOND = "2026-08-18T19:00:00Z", "2026-08-20T07:00:00Z"
DECEMBER = "joblog_2017M12.xlsx"
# Rows of the workbook and columns of jobparate (antal, andel).
BLOCK, SHIFTED_COLUMNS = range(35, 55), (4, 5)


def shift_rows(path: Path) -> dict[str, float]:
    """Let 20 kommuner carry the jobparate figures of the one above; old antal by name."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    before = {str(page.cell(row, 1).value): page.cell(row, 4).value for row in BLOCK}
    for column in SHIFTED_COLUMNS:
        values = [page.cell(row, column).value for row in BLOCK]
        for row, value in zip(BLOCK, [values[-1], *values[:-1]], strict=True):
            page.cell(row, column).value = value
    book.save(path)
    when = datetime(2026, 8, 20, 7, 0, tzinfo=UTC).timestamp()
    os.utime(path, (when, when))
    return {name: float(value) for name, value in before.items() if isinstance(value, int)}


@dataclass
class Built:
    """Two candidates on one landing: as of the first look, and with the shifted December."""

    settings: Settings
    clean: Path
    shifted: Path
    first: Judgement
    second: Judgement
    before: dict[str, float]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    settings = Settings(home=tmp_path_factory.mktemp("joblog"))
    landing = Landing(settings.landing)
    demo.put_bilag(settings)
    assert fetching.fetch_all(settings, "joblog") == {"joblog": "landet"}
    before = shift_rows(settings.joblog / DECEMBER)
    assert fetching.fetch_all(settings, "joblog") == {"joblog": "landet"}
    assert [vintage.hentet_utc for vintage in landing.vintages()] == [FIRST, SECOND]
    run = settings.work / "foerste"
    clean = build_candidate(settings, run, as_of=FIRST)
    first = judge(clean, landing, "foerste")
    keep_as_lager(settings, run)
    shifted = build_candidate(settings, settings.work / "anden")
    return Built(settings, clean, shifted, first, judge(shifted, landing, "anden"), before)


def verdict(judgement: Judgement) -> TableVerdict:
    return next(table for table in judgement.tabeller if table.tabel_id == "joblog")


def rows(candidate: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(candidate), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_the_recorded_january_passes(built: Built) -> None:
    """497 of 18,414 cells are lost, and the source says so: no finding, nothing judged on them."""
    assert (verdict(built.first).udfald, verdict(built.first).fund) == ("pass", ())
    tested = rows(
        built.clean,
        "select regel_id, sum(testet), sum(fundet) from kontrol_maalt group by all",
    )
    counts = {str(rule): (number, found) for rule, number, found in tested}
    # 30 months of three groups with the country known; with something hidden in some.
    assert counts["F1"][0] + counts["F2"][0] == 90
    assert counts["F17.omraader"] == (6 * 99, 0)
    assert counts["K1"] == (6 * 99, 0)


def test_all_pairs_that_survive_are_carried_exactly(built: Built) -> None:
    found = rows(
        built.clean,
        """
        select omraade_kode, ydelsesgruppe, antal_beroerte, antal_status, andel_pct, andel_status
        from joblog_daekningsgrad where periode = '2018M01' and not er_syntetisk
        """,
    )
    assert len(found) == 99 * 3
    state = {"tal": "A", "skjult": "C", "mangler": "M"}
    expected = {}
    for code, pairs in recorded().figures.items():
        for group, (antal, andel) in zip(GROUPS, pairs, strict=True):
            expected[code, group] = (
                antal.value,
                state[antal.state],
                None if andel.value is None else Decimal(str(andel.value)),
                state[andel.state],
            )
    assert {(row[0], row[1]): row[2:] for row in found} == expected
    statuses = [(row[1], row[3], row[5]) for row in found]
    assert sum(pair[1:] == ("A", "A") for pair in statuses) == 27
    third = [pair[1:] for pair in statuses if pair[0] == GROUPS[2]]
    assert (third.count(("C", "C")), third.count(("M", "M"))) == (20, 53 + 1)


def test_the_history_is_marked_and_january_is_not(built: Built) -> None:
    assert rows(
        built.clean,
        """
        select er_syntetisk, min(periode), max(periode), count(*)
        from joblog_daekningsgrad group by all order by all
        """,
    ) == [(False, "2018M01", "2018M01", 297), (True, "2015M07", "2017M12", 30 * 297)]


def test_the_order_of_figure_2_for_those_that_survive(built: Built) -> None:
    """Of jobparate only Læsø's share survives: 66,7, which the figure has at rank 44."""
    path = PROJECT / "tests" / "data" / "joblog" / "figur2_2018M01.csv"
    with path.open(encoding="utf-8") as file:
        printed = [row["kommunekode"] for row in csv.DictReader(file)]
    ranked = rows(
        built.clean,
        f"""
        select omraade_kode, rang, rang_af, andel_pct from joblog_daekningsgrad
        where periode = '2018M01' and ydelsesgruppe = '{GROUPS[1]}' and rang is not null
        order by raekkefoelge
        """,  # noqa: S608 - the group's name is the project's own
    )
    survivors = [row[0] for row in ranked]
    assert survivors == [code for code in printed if code in survivors]
    assert ranked == [("825", 1, 1, Decimal("66.700"))]
    assert printed.index("825") == 43


def test_twenty_shifted_rows_are_stopped_and_the_old_figures_stand(built: Built) -> None:
    judged = verdict(built.second)
    assert (judged.udfald, judged.hentet_utc) == ("stop", SECOND)
    found = {finding.regel_id for finding in judged.fund}
    assert {"F6.flere", "F6.enkelt", "F8", "F9"} <= found
    # The bilag is printed by name, and so it was shifted.
    shifted = [
        item for item in judged.fund if item.regel_id == "F9" and "beroerte" not in item.besked
    ]
    carried = dict(zip(built.before, [list(built.before)[-1], *built.before], strict=False))
    assert len({item.omraade for item in shifted} & set(built.before)) >= 18
    for item in shifted[:5]:
        assert f"{item.omraade} bærer {carried[item.omraade]}" in item.besked
    # The total is the same: nothing that looks at sums sees it.
    assert not found & {"F1", "F2", "E1", "S1"}
    single = [item for item in judged.fund if item.regel_id in ("F6", "F6.plan", "F6.enkelt")]
    named = {finding.omraade for finding in single}
    # Neighbours of like size are not told apart; nobody outside the block is named.
    assert len(named) >= 12
    assert named <= set(built.before)
    assert {finding.periode for finding in single} == {"2017M12"}
    was, now = (
        dict(
            rows(
                candidate,
                f"""
                select omraade_navn, antal_beroerte from joblog_daekningsgrad
                where periode = '2017M12' and ydelsesgruppe = '{GROUPS[1]}'
                """,  # noqa: S608 - the group's name is the project's own
            )
        )
        for candidate in (built.clean, built.shifted)
    )
    assert {name: was[name] for name in built.before} == built.before
    assert sum(now[name] != was[name] for name in built.before) >= 15
    landing = Landing(built.settings.landing)
    assert [(d.hentet_utc, d.udfald) for d in landing.decisions()] == [
        (FIRST, "accepteret"),
        (SECOND, "stoppet"),
    ]


@pytest.fixture(scope="module")
def sheet(built: Built) -> Iterator[Sheet]:
    seeds, landing = built.settings.seeds, Landing(built.settings.landing)
    basis = bases.of_candidate(built.clean, landing, seeds, built.first)
    with database.open_candidate(built.clean) as con:
        made = joblog.sheet(con, basis)
    assert made is not None
    assert made.periode == "2018M01"
    yield made.sheet


def test_the_table_says_what_is_hidden_lost_and_generated(sheet: Sheet) -> None:
    lines = {row.label: [getattr(cell, "text") for cell in row.cells] for row in sheet.rows}  # noqa: B009
    shown = {
        label: [text if isinstance(text, str) else text() for text in texts]
        for label, texts in lines.items()
    }
    assert len(shown) == 99
    assert list(shown)[:2] == ["Hele landet", "Albertslund"]
    assert list(shown)[-3:] == ["Aabenraa", "Aalborg", "Aarhus"]
    lost = ["mangler"] * 2
    assert shown["Læsø"] == ["Læsø", "81", "84,0", "9", "66,7", "–", "–"]
    assert shown["Holstebro"] == ["Holstebro", *lost, *lost, "16", "6,3"]
    assert shown["Fanø"] == ["Fanø", "54", "mangler", *lost, "–", "–"]
    assert shown["Thisted"] == ["Thisted", *lost, *lost, "12", "0,0"]
    assert not sheet.title.startswith("SYNTETISKE")
    assert any("juli 2015–december 2017" in line for line in sheet.warnings)
    notes = "\n".join(sheet.notes)
    assert "3 personer eller færre): 40 celler" in notes
    assert "gået tabt i den fil, som bilaget er læst af: 497 celler" in notes
    assert "30 filer: syntetiske tal, ikke fra kilden; 1 fil: optagelse" in notes
    figure_1, figure_2 = sheet.figures
    assert figure_1.title.startswith("SYNTETISKE TAL: Figur 1")
    assert len(figure_1.rows) == 31
    assert figure_2.rows[0].label == "Læsø"
    assert len(figure_2.rows) == 98


def test_the_workbook_has_native_charts_and_the_same_bytes(sheet: Sheet, tmp_path: Path) -> None:
    for name in "ab":
        xlsxfile.write_sheet(tmp_path / f"{name}.xlsx", sheet, FIRST)
        csvfile.write_sheet(tmp_path / f"{name}.csv", sheet)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "a.xlsx").read_bytes()))
    assert book.sheetnames == ["Tabel 1", "Figur 1", "Figur 2", "Kilder"]
    charts = [page._charts for page in book.worksheets]  # type: ignore[attr-defined]
    assert [[len(chart.series) for chart in found] for found in charts] == [[], [3], [1], []]
    # The lost January is empty in what is drawn, not 0.
    page = book["Figur 1"]
    last = next(row for row in page.iter_rows() if row[0].value == "januar 2018")
    assert [cell.value for cell in last] == ["januar 2018", *["mangler"] * 3, None, None, None]
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert "Dækningsgraden blandt dagpengemodtagere i januar 2018 siges ikke" in text


RECORD = {
    "ydelsesgruppe": "Jobparate kontanthjælpsmodtagere",
    "periode": "2018M01",
    "antal_beroerte": 28123,
    "antal_status": "A",
    "andel_pct": Decimal("68.2"),
    "andel_status": "A",
    "andel_hel_pct": Decimal(68),
    "foerste_periode": "2015M07",
    "foerste_andel_hel_pct": Decimal(56),
    "kommuner": 98,
    "kommuner_med_andel": 98,
    "spaend_antal_mindst": 100,
    "kommuner_i_spaend": 60,
    "hoejest_navn": "København",
    "hoejest_hel_pct": Decimal(83),
    "lavest_navn": "Ikast-Brande",
    "lavest_hel_pct": Decimal(27),
    "over_kommuner": 1,
    "over_navn": "Fanø",
    "over_andel_pct": Decimal("100.0"),
    "over_antal": 7,
    "under_kommuner": 0,
    "under_navn": None,
    "under_andel_pct": None,
    "under_antal": None,
}


def test_the_letters_own_sentences_with_the_kommune_it_overlooked() -> None:
    assert paragraphs([RECORD]) == [
        "Dækningsgraden blandt jobparate kontanthjælpsmodtagere var i januar 2018 på ca. 68 pct. "
        "28.123 personer var omfattet af pligten til at joblogge. I juli 2015 var den ca. 56 pct.",
        "Blandt de 60 kommuner med mindst 100 berørte jobparate kontanthjælpsmodtagere går "
        "dækningsgraden fra omkring 83 pct. i København til omkring 27 pct. i Ikast-Brande. Højere "
        "ligger Fanø med 100,0 pct. af 7 personer.",
    ]


def test_smaller_kommuner_on_both_sides_are_counted() -> None:
    under = {
        "under_kommuner": 3,
        "under_navn": "Ærø",
        "under_andel_pct": Decimal("0.0"),
        "under_antal": 4,
    }
    text = paragraphs([RECORD | under | {"over_kommuner": 2}])[1]
    assert text.endswith(
        "Højere ligger Fanø med 100,0 pct. af 7 personer samt 1 anden mindre kommune. Lavere "
        "ligger Ærø med 0,0 pct. af 4 personer samt 2 andre mindre kommuner."
    )


def test_what_cannot_be_said_is_said_to_be_so() -> None:
    nothing = dict.fromkeys(("antal_beroerte", "andel_pct", "andel_hel_pct"), None)
    small = {"andel_status": "M", "kommuner_i_spaend": 1, "kommuner_med_andel": 25}
    first = {"foerste_periode": "2018M01", "foerste_andel_hel_pct": None}
    assert paragraphs([RECORD | nothing | small | first]) == [
        "Dækningsgraden blandt jobparate kontanthjælpsmodtagere i januar 2018 siges ikke: hele "
        "landets tal mangler.",
        "Spændet mellem kommunerne siges ikke for jobparate kontanthjælpsmodtagere: 1 af 98 "
        "kommuner har en oplyst andel og mindst 100 berørte personer (25 har en oplyst andel).",
    ]
