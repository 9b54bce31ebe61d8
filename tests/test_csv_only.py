"""A plan, an indicator, a group and a break are rows in csv files: built with no code touched."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from warehouse_support import land_recorded, rows

from beskplan.settings import PROJECT, Settings
from beskplan.warehouse import build_candidate

SERIES = {"tabel_id": "y25i01", "dimensioner": "_ygrpi09=Kontanthjælp"}
NEW: Mapping[str, tuple[dict[str, str], ...]] = {
    "indikatorer.csv": (
        {
            "indikator_id": "ny_indikator",
            "indikator_navn": "Ledige på kontanthjælp",
            **SERIES,
            "maaling_navn": "antal_fuldtidspersoner",
            "enhed": "fuldtidspersoner",
            "decimaler": "0",
            "maaling_art": "bestand",
        },
    ),
    "serie_brud.csv": (
        {
            "brud_id": "nyt-brud",
            **SERIES,
            "dato_fra": "2026-03-15",
            "art": "databrud",
            "sammenligneligt": "nej",
            "er_forventet": "nej",
            "beskrivelse": "Et nyt brud",
            "kilde": "test",
        },
    ),
    "grupper.csv": tuple(
        {
            "gruppe_id": "egen-ny",
            "gruppe_art": "egen",
            "gruppe_navn": "Ny gruppe",
            "kommune_kode": kommune,
            "gyldig_fra": "2026-01-01",
            "kilde": "test",
        }
        for kommune in ("151", "163")
    ),
    "planer.csv": (
        {
            "plan_id": "ny-plan",
            "plan_titel": "Ny plan for Herlev Kommune",
            "kommune_kode": "163",
            "vedtaget_dato": "2026-08-19",
            "periode_fra": "2026-01-01",
            "periode_til": "2026-12-31",
            "er_eksempel": "nej",
            "bedoem_foreloebig": "nej",
        },
    ),
    "resultatmaal.csv": (
        {
            "plan_id": "ny-plan",
            "maal_nr": "1",
            "raekkefoelge": "1",
            "ministermaal_aar": "2024",
            "ministermaal_nr": "2",
            "datakilde": "jobindsats",
            "indikator_id": "ny_indikator",
            "enhed": "fuldtidspersoner",
            "retning": "<=",
            "baseline_art": "december",
            "baseline_periode": "2025",
            "baseline_periode_trykt": "2025",
            "baseline_trykt": "50",
            "maal_aendring": "-10",
            "maal_vaerdi": "40",
            "maal_periode": "2026",
            "skabelon": "Højst {maal} i {maal_aar}, et fald på {aendring} siden {baseline_aar}",
            "resultatmaal_skabelon": "Højst {maal}",
        },
    ),
}


def append(path: Path, new: tuple[dict[str, str], ...]) -> None:
    """Write rows at the end of a csv file; columns that are not named are empty."""
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writerows(new)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("csv")
    seeds = home / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    for name, new in NEW.items():
        append(seeds / name, new)
    land_recorded(home)
    return build_candidate(Settings(home=home, seeds=seeds), home / "arbejde" / "k1")


def test_the_new_indicator_has_the_sources_own_figures(database: Path) -> None:
    compared = """
        select count(*), count(*) filter (i.vaerdi is not distinct from f.vaerdi)
        from int_indikator_maaneder as i
        join fct_ydelser as f
            on i.kommune_kode = f.omraade_kode and i.periode = f.periode
        where
            i.indikator_id = 'ny_indikator' and i.kommune_kode = '163'
            and f.tabel_id = 'y25i01' and f.dimensioner = '_ygrpi09=Kontanthjælp'
            and f.maaling_navn = 'antal_fuldtidspersoner'
    """
    # 2021M07 to 2026M07.
    assert rows(database, compared) == [(61, 61)]


def test_the_new_break_marks_its_mixed_month_and_the_next(database: Path) -> None:
    assert rows(
        database,
        "select distinct dimensioner, periode from fct_ydelser where tabel_id = 'y25i01' "
        "and databrud and periode >= '2026M01' order by all",
    ) == [("_ygrpi09=Kontanthjælp", "2026M03"), ("_ygrpi09=Kontanthjælp", "2026M04")]
    assert rows(
        database,
        "select fra_maaned::varchar, foerste_hele_maaned::varchar, kilde from dim_brud "
        "where brud_id = 'nyt-brud'",
    ) == [("2026-03-01", "2026-04-01", "test")]


def test_the_new_plan_is_broken_by_it_and_refers_to_its_ministermaal(database: Path) -> None:
    found = rows(
        database,
        "select periode, databrud, ministermaal from resultatmaal_status "
        "where plan_id = 'ny-plan' and periode between '2026M02' and '2026M04' order by periode",
    )
    words = "Flere ledige skal opkvalificeres"
    assert found == [
        ("2026M02", False, words),
        ("2026M03", True, words),
        ("2026M04", True, words),
    ]


def test_the_new_group_has_its_two_kommuner(database: Path) -> None:
    assert rows(
        database,
        "select kommune_kode from dim_gruppe where gruppe_id = 'egen-ny' order by kommune_kode",
    ) == [("151",), ("163",)]
