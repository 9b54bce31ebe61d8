"""Nøgletal and RAR status as a planner reads them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from release_support import DDL, insert
from test_release_tables import basis, shown, vintage

from beskplan.errors import ReleaseError
from beskplan.release import noegletal, rar_status
from beskplan.release.sheet import Row, Sheet

PLACE: dict[str, object] = {
    "kommune_kode": "163",
    "kommune_navn": "Herlev",
    "noegletal_id": "x",
    "noegletal_nr": 1,
    "noegletal_navn": "Ledige",
    "decimaler": 1,
    "periode": "2026M06",
    "er_bedoemt": True,
    "gruppe_art": "land",
    "gruppe_navn": "Hele landet",
    "vaerdi": 3.1,
    "status": "A",
    "rang": 76,
    "antal_i_gruppe": 98,
    "er_delt": True,
    "tredjedel": 3,
    "rang_grund": "rangeret",
    "rang_aendring": -4,
    "vaerdi_aendring": 0.2,
    "forventet_andel_pct": Decimal("14.28"),
    "benchmark_andel_pct": Decimal("13.9"),
    "benchmark_periode": "2022QMAT04",
    "benchmark_tabel_id": "y30r21",
    "land_vaerdi": 3.0,
    "land_status": "A",
    "er_syntetisk": False,
}
LINE: dict[str, object] = {
    "gruppe_id": "rar-a",
    "gruppe_art": "rar",
    "gruppe_navn": "RAR A",
    "linje_nr": 1,
    "linje_navn": "I alt",
    "periode": "2026M06",
    "maaned": "2026-06-01",
    "er_bedoemt": True,
    "antal": 1836,
    "antal_status": "A",
    "andel_pct": 2.5,
    "antal_aendring": -12,
    "andel_aendring": -0.1,
    "er_afloeb": False,
    "er_syntetisk": False,
    "tabel_id": "y25i01",
}
SENTENCE: dict[str, object] = {
    "gruppe_id": "rar-a",
    "saetning_nr": 1,
    "saetning": "andel",
    "linje_navn": "I alt",
    "periode": "2026M06",
    "periode_foer": "2025M06",
    "antal": 1836,
    "antal_foer": 1848,
    "antal_aendring": -12,
    "andel_pct": 2.5,
    "andel_foer_pct": 2.6,
    "land_andel_pct": 2.2,
    "antal_kommuner": 2,
    "kommuner_uden_tal": 0,
}


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(DDL)
        insert(
            connection,
            "noegletal_definitioner",
            noegletal_id="x",
            noegletal_nr=1,
            noegletal_navn="Ledige",
            naevner_art="befolkning_16_66",
            naevner_navn="befolkningen",
        )
        insert(connection, "noegletal_led", noegletal_id="x", led="taeller", tabel_id="y25i01")
        yield connection


def texts(row: Row) -> list[str]:
    return [shown(cell) for cell in row.cells]


def by_title(sheet: Sheet, nr: int = 0) -> dict[str, str]:
    return dict(zip([column.title for column in sheet.columns], texts(sheet.rows[nr]), strict=True))


def test_a_row_says_value_movement_place_and_third(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "noegletal", **PLACE)
    near: dict[str, object] = {
        "rang": 7,
        "antal_i_gruppe": 12,
        "er_delt": False,
        "tredjedel": 2,
        "rang_aendring": 2,
    }
    insert(con, "noegletal", **PLACE | {"gruppe_art": "sammenlignelig"} | near)
    insert(con, "noegletal", **PLACE | {"gruppe_art": "region", "rang": 18, "antal_i_gruppe": 29})
    klynge: dict[str, object] = {"gruppe_art": "klynge", "gruppe_navn": "Klynge A"}
    insert(con, "noegletal", **PLACE | klynge | near | {"antal_i_gruppe": 27})
    sheet = noegletal.sheet(con, basis(vintage("y25i01"), vintage("y30r21")))
    assert any("tabel y25i01, y30r21" in note for note in sheet.notes)
    assert by_title(sheet) == {
        "Kommune": "Herlev",
        "Nøgletal": "Ledige",
        "Måned": "juni 2026",
        "Pct.": "3,1",
        "Ændring, pct.point": "0,2",
        "Landet, pct.": "3,0",
        "I landet": "nr. 76 af 98 (delt)",
        "Flyttet": "▼ 4",
        "Tredjedel": "nederste",
        "Blandt sammenlignelige": "nr. 7 af 12",
        "Flyttet (saml.)": "▲ 2",
        "Tredjedel (saml.)": "midterste",
        "I regionen": "nr. 18 af 29 (delt)",
        "I det regionale råd": "",
        "I klynge og egne grupper": "Klynge A: nr. 7 af 27",
        "Forventet, pct.": "14,28",
        "Faktisk, pct. (benchmark)": "13,90",
        "Benchmarkens periode": "12 måneder til december 2022",
        "Tal": "kildens",
    }


def test_no_place_says_why_and_no_figure_keeps_its_state(con: duckdb.DuckDBPyConnection) -> None:
    none: dict[str, object] = {
        "rang": None,
        "tredjedel": None,
        "rang_aendring": None,
        "er_delt": False,
    }
    small = PLACE | none | {"kommune_navn": "A", "kommune_kode": "1"}
    insert(con, "noegletal", **small | {"rang_grund": "under_10_personer"})
    states = (("2", "C", "–"), ("3", "S", "–"), ("4", "M", "mangler"), ("5", "N", "mangler"))
    for kode, status, _ in states:
        hidden = {"vaerdi": None, "status": status, "rang_grund": "intet_tal"}
        kommune = {"kommune_navn": f"K{kode}", "kommune_kode": kode, "vaerdi_aendring": None}
        insert(con, "noegletal", **PLACE | none | hidden | kommune)
    sheet = noegletal.sheet(con, basis())
    assert by_title(sheet)["I landet"] == "under 10 personer"
    assert by_title(sheet)["Pct."] == "3,1"
    for nr, (_, _, printed) in enumerate(states, start=1):
        assert (by_title(sheet, nr)["Pct."], by_title(sheet, nr)["I landet"]) == (printed, "")
    for word, kode in (("diskretioneret", "2"), ("suspenderet", "3"), ("rækken", "4")):
        assert any(word in note and f"K{kode}, Ledige (Pct.)" in note for note in sheet.notes)


def test_kommuner_stand_in_danish_order(con: duckdb.DuckDBPyConnection) -> None:
    for nr, name in enumerate(("Aarhus", "Ærø", "Vejle", "Albertslund")):
        insert(con, "noegletal", **PLACE | {"kommune_kode": str(nr), "kommune_navn": name})
    sheet = noegletal.sheet(con, basis())
    assert [texts(row)[0] for row in sheet.rows] == ["Albertslund", "Vejle", "Ærø", "Aarhus"]


def test_generated_figures_are_marked_in_title_row_and_group(
    con: duckdb.DuckDBPyConnection,
) -> None:
    insert(con, "noegletal", **PLACE | {"er_syntetisk": True})
    insert(
        con,
        "dim_gruppe",
        gruppe_id="sammenlignelig-163",
        gruppe_art="sammenlignelig",
        kilde="beregnet: de 11 nærmeste i 2025 efter ledige",
        er_syntetisk=True,
    )
    population = vintage("FOLK1A", "genereret", "statbank")
    sheet = noegletal.sheet(con, basis(vintage("y25i01"), population))
    assert sheet.title.startswith("SYNTETISKE TAL: ")
    assert sheet.warnings[0].startswith("SYNTETISKE TAL: tallene fra FOLK1A er frembragt")
    assert by_title(sheet)["Tal"] == "syntetiske"
    assert any(
        "de 11 nærmeste i 2025" in note and "SYNTETISKE TAL indgår" in note for note in sheet.notes
    )


def test_a_noegletal_that_is_not_fetched_is_named(con: duckdb.DuckDBPyConnection) -> None:
    assert noegletal.sheet(con, basis()).warnings == ["Ikke hentet: Ledige."]


def test_an_unknown_reason_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    insert(con, "noegletal", **PLACE | {"rang": None, "rang_grund": "andet"})
    with pytest.raises(ReleaseError, match="the reason is 'andet'"):
        noegletal.sheet(con, basis())


def add_group(con: duckdb.DuckDBPyConnection, **line: object) -> None:
    """A council of two kommuner, and one that left it before the month."""
    insert(con, "rar_status", **LINE | line)
    for kode, name in (("561", "Esbjerg"), ("563", "Fanø"), ("000", "Hele landet")):
        insert(con, "rar_status", **LINE | {"gruppe_id": kode, "gruppe_navn": name} | line)
    for kode, name, til in (
        ("563", "Fanø", None),
        ("561", "Esbjerg", None),
        ("101", "X", "2026-05-31"),
    ):
        insert(
            con,
            "dim_gruppe",
            gruppe_id="rar-a",
            gruppe_art="rar",
            gruppe_navn="RAR A",
            kommune_kode=kode,
            kommune_navn=name,
            gyldig_fra="2020-01-01",
            gyldig_til=til,
            kilde="almen viden, ikke efterprøvet",
        )


def test_a_group_has_its_figures_the_country_and_its_kommuner(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add_group(con)
    sheet = rar_status.sheet(con, basis())
    assert sheet.title == "Status for de regionale råds kommuner, juni 2026"
    assert [texts(row) for row in sheet.rows] == [
        ["RAR A"],
        ["RAR A", "Antal", "1.836"],
        ["RAR A", "Ændring, antal", "-12"],
        ["RAR A", "Andel, pct.", "2,5"],
        ["RAR A", "Ændring, procentpoint", "-0,1"],
        ["Hele landet", "Andel, pct.", "2,5"],
        ["Esbjerg", "Andel, pct.", "2,5"],
        ["Fanø", "Andel, pct.", "2,5"],
    ]
    assert "Gruppernes kommuner (RAR A): almen viden, ikke efterprøvet." in sheet.notes


def test_a_share_with_a_hidden_part_is_not_printed(con: duckdb.DuckDBPyConnection) -> None:
    none = dict.fromkeys(("antal", "andel_pct", "antal_aendring", "andel_aendring"), None)
    add_group(con, **none, antal_status="C", er_afloeb=True)
    sheet = rar_status.sheet(con, basis())
    assert [texts(row)[2] for row in sheet.rows[1:]] == ["–"] * 7
    assert any("diskretioneret" in note and "RAR A" in note for note in sheet.notes)
    assert any(note.startswith("Lukket for nye") and "I alt" in note for note in sheet.notes)


SENTENCES: dict[str, dict[str, object]] = {
    "I alt i juni 2026: 2,5 pct. af befolkningen (16-66 år) mod 2,6 pct. i juni 2025. I hele "
    "landet er andelen 2,2 pct.": {},
    "I alt i juni 2026: andelen kan ikke opgøres; 1 af 2 kommuner mangler et tal.": {
        "andel_pct": None,
        "kommuner_uden_tal": 1,
    },
    "Andelen er højest i Esbjerg (2,5 pct.) og lavest i Fanø og Læsø (1,0 pct.).": {
        "saetning": "spredning",
        "kommuner_hoejest": "Esbjerg",
        "andel_hoejest_pct": 2.5,
        "kommuner_lavest": "Fanø, Læsø",
        "andel_lavest_pct": 1,
    },
    "Det største fald siden juni 2025 er i fleksjob: 12 fuldtidspersoner færre, fra 1.848 til "
    "1.836.": {"saetning": "fald", "linje_navn": "Fleksjob"},
    "Den største stigning siden juni 2025 er i fleksjob: 1 fuldtidsperson flere, fra 1.835 til "
    "1.836.": {
        "saetning": "stigning",
        "linje_navn": "Fleksjob",
        "antal_aendring": 1,
        "antal_foer": 1835,
    },
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_of_the_resume(con: duckdb.DuckDBPyConnection, sentence: str) -> None:
    add_group(con)
    insert(con, "rar_resume", **SENTENCE | SENTENCES[sentence])
    assert texts(rar_status.sheet(con, basis()).rows[1]) == [sentence]
