"""What changed since the release before: class, files, and that every number is the tables'."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import duckdb
import pytest
from docx import Document
from release_support import FIRST, SECOND, Landed, candidate, decide, insert, judged, land
from release_support import make_settings as settings_of

from beskplan.errors import ReleaseError
from beskplan.landing import Landing
from beskplan.release import manifest, publish
from beskplan.release.basis import of_landing
from beskplan.release.corrections.between import difference
from beskplan.settings import Settings

CLOCK = "2026-11-23T10:00:00Z"
BILAG_1 = Landed("joblog", "2018-05-07T08:00:00Z", "api", "joblog")
BILAG_2 = Landed("joblog", "2018-06-29T08:00:00Z", "api", "joblog")
GROUPS = ("Dagpengemodtagere", "Jobparate kontanthjælpsmodtagere", "Åbenlyst uddannelsesparate")
ANNOUNCED = "tabel_id,periode_fra,periode_til,varslet_dato,gaelder_fra,gaelder_til,tekst,kilde\n"
Change = Callable[[duckdb.DuckDBPyConnection], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_of(tmp_path)
    land(made, FIRST)
    return made


def release(
    settings: Settings, run: str, vintages: list[Landed], change: Change | None = None
) -> publish.Release:
    folder = candidate(settings, run, vintages)
    if change:
        with duckdb.connect(folder / "kandidat.duckdb") as con:
            change(con)
    made = publish.publish(settings, folder, judged(run))
    assert made is not None
    return made


def step(con: duckdb.DuckDBPyConnection, area: str, new: int, art: str, month: str) -> None:
    """Let a release of y25i01 change one cell, judged as dbt would have."""
    con.execute(
        "update fct_ydelser set vaerdi = $v where omraade_kode = $o and periode = $p",
        {"v": new, "o": area, "p": month},
    )
    insert(
        con,
        "revisioner",
        kilde="jobindsats",
        tabel_id="y25i01",
        maaling_navn="antal",
        omraade_kode=area,
        ydelsesgruppe="Ydelsesgrupper i alt",
        dimensioner="",
        periode=month,
        alder_mdr=1,
        art=art,
        begrundelse=f"Begrundet {art}.",
        foer_fra="2026-08-18 19:52:00",
        frigivelse="2026-08-19 07:59:00",
    )


def rows(made: publish.Release, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(made.path / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        return con.execute(sql).fetchall()


def read(made: publish.Release, name: str) -> str:
    return (made.path / "site/rettelser" / name).read_text(encoding="utf-8-sig")


def letter(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def two_releases(settings: Settings, wrong: int = 263) -> publish.Release:
    """June of 147 is revised by 2, that of 163 is corrected by 100."""
    release(settings, "k1", [FIRST])
    land(settings, SECOND)

    def change(con: duckdb.DuckDBPyConnection) -> None:
        step(con, "147", 149, "revision", "2026M06")
        step(con, "163", wrong, "fejlrettelse", "2026M06")

    return release(settings, "k2", [FIRST, SECOND], change)


def test_the_first_release_has_nothing_to_compare_with(settings: Settings) -> None:
    made = release(settings, "k1", [FIRST])
    assert rows(made, "select count(*) from rettelser") == [(0,)]
    assert "Dette er den første udgivelse" in read(made, "index.html")
    assert read(made, "rettelser.csv").count("\n") == 1


def test_without_a_change_the_page_says_so(settings: Settings) -> None:
    release(settings, "k1", [FIRST])
    (settings.seeds / "planer.csv").write_text("plan_id\nherlev-2019\n", encoding="utf-8")
    made = release(settings, "k2", [FIRST])
    assert rows(made, "select count(*) from rettelser") == [(0,)]
    assert "Ingen offentliggjorte tal er ændret" in read(made, "index.html")
    assert "Ingen offentliggjorte tal er ændret" in read(made, "meddelelse.txt")


def test_the_class_comes_from_the_step_and_since_when_from_the_releases(
    settings: Settings,
) -> None:
    made = two_releases(settings)
    found = rows(
        made,
        "select omraade_kode, periode, foer_vaerdi, efter_vaerdi, aendring, aendring_pct, art, "
        "foer_udgivelse, foer_vintage::varchar, alder_mdr "
        "from rettelser order by omraade_kode",
    )
    since = ("2026M07-1", "2026-08-18 19:52:00", "1")
    assert [[str(value) for value in row] for row in found] == [
        # 2 of 147 is 1.36 pct., 100 of 163 is 61.35.
        ["147", "2026M06", "147.000", "149.000", "2.000", "1.36", "revision", *since],
        ["163", "2026M06", "163.000", "263.000", "100.000", "61.35", "fejlrettelse", *since],
    ]


@pytest.mark.parametrize(("wrong", "change"), [(263, "+100"), (264, "+101")])
def test_one_changed_cell_is_found_in_list_page_notice_table_and_letter(
    settings: Settings, wrong: int, change: str
) -> None:
    made = two_releases(settings, wrong)
    assert f"163;{wrong};" in read(made, "rettelser.csv").replace(";A;", ";")
    assert f'<td class="tal">163</td><td class="tal">{wrong}</td>' in read(made, "index.html")
    assert f"antal: 163 → {wrong} ({change})" in read(made, "meddelelse.txt")
    assert f"{wrong};163" in read(made, "rettet-y25i01-2026M06.csv")
    text = letter(made.path / "site/rettelser" / "brev-y25i01-2026M06.docx")
    assert f"163\n{wrong}\n{change}" in text
    assert "1 tal for Ydelsesgrupper i alt i 1 område var forkert." in text
    assert "Tallene for hele landet var rigtige (Ydelsesgrupper i alt, antal: 0)." in text
    assert "hentet 18. august 2026 kl. 19.52 UTC, først i udgivelse 2026M07-1" in text
    assert "1 andet tal i måneden er revideret, som det er sædvanligt" in text
    assert "Årsag: ikke oplyst" in text
    assert manifest.faults(made.path) == []


def test_a_revision_gets_neither_letter_nor_apology(settings: Settings) -> None:
    release(settings, "k1", [FIRST])
    land(settings, SECOND)
    made = release(
        settings,
        "k2",
        [FIRST, SECOND],
        lambda con: step(con, "147", 149, "revision", "2026M06"),
    )
    held = {path.name for path in (made.path / "site/rettelser").iterdir()}
    assert held == {"rettelser.csv", "index.html", "meddelelse.txt"}
    assert "0 fejlrettelser og 1 revision, talt" in read(made, "index.html")
    assert "beklager" not in read(made, "meddelelse.txt")


def test_a_new_month_is_no_change_and_a_withdrawn_vintage_is_an_error(settings: Settings) -> None:
    release(settings, "k1", [FIRST])
    land(settings, SECOND)

    def august(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "insert into fct_ydelser select * replace ('2026M08' as periode) from fct_ydelser "
            "where periode = '2026M07' and omraade_kode = '163'"
        )
        con.execute("update fct_ydelser set vaerdi = 500 where omraade_kode = '101'")

    second = release(settings, "k2", [FIRST, SECOND], august)
    assert rows(second, "select distinct omraade_kode from rettelser") == [("101",)]
    decide(settings, SECOND, "afvist", "Anne Jensen", CLOCK)
    third = release(settings, "k3", [FIRST])
    found = rows(
        third,
        "select omraade_kode, periode, efter_vaerdi, efter_status, art, begrundelse, aarsag, "
        "foer_udgivelse from rettelser order by all",
    )
    reason = "Udgaven, som tallet kom fra, er trukket tilbage."
    told = ("fejlrettelse", reason, "=hvorfor", second.release_id)
    assert [(row[0], row[1], row[2] and int(row[2]), *row[3:]) for row in found] == [  # type: ignore[call-overload]
        ("101", "2026M06", 101, "A", *told),
        ("101", "2026M07", 101, "A", *told),
        ("163", "2026M08", None, "N", *told),
    ]
    assert "163 → trukket tilbage" in read(third, "meddelelse.txt")


def test_our_own_change_is_an_error_unless_it_was_announced(settings: Settings) -> None:
    release(settings, "k1", [FIRST])
    seed = settings.seeds / "revision_varslet.csv"

    def doubled(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("update fct_ydelser set vaerdi = 2 * vaerdi where omraade_kode = '163'")

    seed.write_text(ANNOUNCED, encoding="utf-8")
    made = release(settings, "k2", [FIRST], doubled)
    sql = "select distinct art, begrundelse from rettelser"
    assert rows(made, sql) == [
        (
            "fejlrettelse",
            "Kildens tal er uændret; vores egne tabeller eller vores beregning er rettet.",
        )
    ]
    line = "y25i01,2026M01,2026M07,2026-08-01,2026-08-18,2026-08-31,Ny metode,os\n"
    seed.write_text(ANNOUNCED + line, encoding="utf-8")
    made = release(settings, "k3", [FIRST])
    assert rows(made, sql) == [("revision", "Varslet: Ny metode.")]


def overview(con: duckdb.DuckDBPyConnection, count: int) -> None:
    insert(
        con,
        "ydelsesoversigt",
        kommune_kode="163",
        kommune_navn="Herlev",
        raekke_nr=1,
        ydelsesgruppe="A-dagpenge",
        periode="2026M06",
        maaned="2026-06-01",
        er_gaeldende=True,
        antal_fuldtidspersoner=count,
        antal_status="A",
        er_foreloebig=False,
        antal_er_syntetisk=False,
        er_syntetisk=False,
        tabel_id="y25i01",
    )


def test_a_table_that_rests_on_a_corrected_cell_is_corrected_too(settings: Settings) -> None:
    release(settings, "k1", [FIRST], lambda con: overview(con, 163))
    land(settings, SECOND)

    def change(con: duckdb.DuckDBPyConnection) -> None:
        step(con, "163", 263, "fejlrettelse", "2026M06")
        overview(con, 263)

    made = release(settings, "k2", [FIRST, SECOND], change)
    assert rows(made, "select tabel, art, begrundelse from rettelser order by tabel") == [
        ("fct_ydelser", "fejlrettelse", "Begrundet fejlrettelse."),
        (
            "ydelsesoversigt",
            "fejlrettelse",
            "Følger af kildens tal, som er en fejlrettelse.",
        ),
    ]
    assert "Derfor er også rettet: Ydelsesoversigten (1 tal)." in read(made, "meddelelse.txt")


def bilag(con: duckdb.DuckDBPyConnection, faxe: int) -> None:
    """January 2018: the country and Faxe in three groups; one cell of the third is given."""
    for nr, group in enumerate(GROUPS):
        for area, name, art, count in (
            ("000", "Hele landet", "land", 9000),
            ("320", "Faxe", "kommune", faxe if nr == 2 else 100),
        ):
            insert(
                con,
                "joblog_daekningsgrad",
                omraade_kode=area,
                omraade_navn=name,
                omraade_art=art,
                ydelsesgruppe=group,
                periode="2018M01",
                maaned="2018-01-01",
                antal_beroerte=count,
                antal_status="A",
                andel_pct=34,
                andel_status="A",
                rang=1,
                rang_af=1,
                raekkefoelge=1,
                diskretion_under=4,
                er_syntetisk=False,
                tabel_id="joblog",
                hentet_utc="2018-05-07 08:00:00",
            )


def test_a_corrected_bilag_says_what_was_right_all_along(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beskplan.release.joblog.sheet", lambda *_: None)
    land(settings, BILAG_1)
    release(settings, "k1", [FIRST, BILAG_1], lambda con: bilag(con, 40))
    land(settings, BILAG_2)

    def corrected(con: duckdb.DuckDBPyConnection) -> None:
        bilag(con, 52)
        insert(
            con,
            "revisioner",
            kilde="joblog",
            tabel_id="joblog",
            maaling_navn="antal_beroerte",
            omraade_kode="320",
            ydelsesgruppe=GROUPS[2],
            dimensioner="_gruppe=x",
            periode="2018M01",
            alder_mdr=0,
            art="fejlrettelse",
            begrundelse="Kilden reviderer ikke sine tal.",
            foer_fra="2018-05-07 08:00:00",
            frigivelse="2018-06-29 08:00:00",
        )

    made = release(settings, "k2", [FIRST, BILAG_1, BILAG_2], corrected)
    text = read(made, "meddelelse.txt")
    assert "FEJLRETTELSE: Joblog-bilaget, januar 2018" in text
    assert "Faxe, Åbenlyst uddannelsesparate, antal berørte: 40 → 52 (+12)" in text
    assert (
        "Hvad var rigtigt hele tiden: Tallene for hele landet var rigtige (Åbenlyst "
        "uddannelsesparate, antal berørte: 9.000). Alle tal for Dagpengemodtagere og Jobparate "
        "kontanthjælpsmodtagere var rigtige. De øvrige tal for måneden er uændrede."
    ) in text
    written = letter(made.path / "site/rettelser" / "brev-joblog-2018M01.docx")
    assert "Alle tal for Dagpengemodtagere og Jobparate kontanthjælpsmodtagere var" in written
    assert "40\n52\n+12" in written


def test_the_letter_has_fixed_bytes(settings: Settings, tmp_path: Path) -> None:
    first = two_releases(settings)
    other = settings_of(tmp_path / "andet")
    land(other, FIRST)
    second = two_releases(other)
    name = "site/rettelser/brev-y25i01-2026M06.docx"
    content = (first.path / name).read_bytes()
    assert content == (second.path / name).read_bytes()
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_fingerprint_holds_the_release_before(settings: Settings) -> None:
    decide(settings, FIRST, "accepteret", "beskplan gate", CLOCK)
    first = release(settings, "k1", [FIRST])
    basis = of_landing(Landing(settings.landing), settings.seeds)
    assert basis is not None
    assert basis.fingerprint == first.fingerprint
    assert replace(basis, previous=first.fingerprint).fingerprint != first.fingerprint
    assert publish.publish(settings, candidate(settings, "k2", [FIRST]), judged("k2")) is None


def history(con: duckdb.DuckDBPyConnection) -> None:
    """Area 163's June: 163 until 19 August, then 263."""
    step(con, "163", 263, "fejlrettelse", "2026M06")
    for value, since, until in (
        (163, "2026-08-18 19:52:00", "2026-08-19 07:59:00"),
        (263, "2026-08-19 07:59:00", None),
    ):
        insert(
            con,
            "fct_ydelser_vintage",
            tabel_id="y25i01",
            omraade_kode="163",
            omraade_navn="Herlev",
            ydelsesgruppe="Ydelsesgrupper i alt",
            dimensioner="",
            periode="2026M06",
            maaling_navn="antal",
            vaerdi=value,
            status="A",
            er_syntetisk=False,
            gyldig_fra=since,
            gyldig_til=until,
        )


def test_a_day_before_the_first_release_is_what_was_known_then(settings: Settings) -> None:
    land(settings, SECOND)
    made = release(settings, "k1", [FIRST, SECOND], history)
    found = difference(settings, "2026-08-18", "2026-08-20")
    assert (found.before, found.after) == ("2026-08-18T23:59:59Z", made.release_id)
    assert [(row["omraade_navn"], row["foer_vaerdi"], row["efter_vaerdi"]) for row in found.rows]
    assert [(row["tabel"], row["art"], row["antal"]) for row in found.counts] == [
        ("fct_ydelser", "fejlrettelse", 1)
    ]
    assert "ydelsesoversigt" in found.left_out
    assert difference(settings, "2026-08-19", "2026-08-19T09:00Z").rows == []


def test_a_day_is_the_release_in_force_then(settings: Settings) -> None:
    two_releases(settings)
    found = difference(settings, "2026-08-18", "2026M07-2")
    assert (found.before, found.after) == ("2026M07-1", "2026M07-2")
    assert sorted(row["art"] for row in found.rows) == ["fejlrettelse", "revision"]
    assert found.largest[0]["omraade_kode"] == "163"


def test_what_is_neither_release_nor_day_is_refused(settings: Settings) -> None:
    release(settings, "k1", [FIRST])
    with pytest.raises(ReleaseError, match="'i går' is neither a release nor a day"):
        difference(settings, "i går", "2026M07-1")
