"""Nøgletal, comparison groups and RAR status on recorded real figures."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from warehouse_support import land, recorded_cells, rows

from beskplan.landing import Landing
from beskplan.settings import PROJECT, Settings
from beskplan.sources.types import Answer, TableVintage
from beskplan.warehouse import build_candidate

KLYNGE = ("101", "147", "151", "153", "155", "157", "159", "161", "163", "165", "167", "840")
TABLES = ("y25i01", "y25i09", "y60a02", "y60c07", "y60j01")
AGES = range(16, 67)
# Which recorded measure a nøgletal is, its judged month, and how many kommuner have a figure.
OWN_PERCENT = {
    "ledige": ("y25i01", "andel_arbejdsstyrke_pct", "2026M06", 98),
    "aktiveringsgrad": ("y60c07", "aktiveringsgrad_pct", "2026M06", 98),
    "ordinaere_timer": ("y60j01", "andel_med_timer_pct", "2026M05", 98),
}


def implied_population() -> dict[str, int]:
    """People of 16-66 years that y60a02's count and percent imply, a multiple of 51 ages."""
    pins = {
        row["maaling_navn"]: row["maaling_id"]
        for row in pd.merge(
            pd.read_csv(PROJECT / "seeds" / "kilder.csv", dtype=str).query("tabel_id == 'y60a02'"),
            pd.read_csv(PROJECT / "seeds" / "maalinger.csv", dtype=str),
            on=["tabel_id", "maaling"],
        ).to_dict("records")
    }
    cells = recorded_cells("y60a02", 3).query("periode == '2026M06' and dimensioner == ''")
    table = cells.pivot(index="omraade", columns="maaling_id", values="vaerdi").astype(float)
    share = table[pins["andel_befolkning_pct"]]
    count = table[pins["antal_fuldtidspersoner"]]
    codes = {
        row["kommune_navn"]: row["kommune_kode"]
        for row in pd.read_csv(PROJECT / "seeds" / "kommuner.csv", dtype=str).to_dict("records")
    } | {"Hele landet": "000"}
    people = (100 * count / share / len(AGES)).round().astype(int)
    return {codes[name]: int(number) for name, number in people.items()}


def land_population(landing: Landing) -> None:
    when = datetime(2026, 8, 18, 19, 52, tzinfo=UTC)
    cells = pd.DataFrame(
        [
            (code, quarter, f"ALDER={age}", "INDHOLD", Decimal(people), False)
            for code, people in implied_population().items()
            for quarter in ("2025K1", "2025K2", "2025K3", "2025K4", "2026K2")
            for age in AGES
        ],
        columns=["omraade", "periode", "dimensioner", "maaling_id", "vaerdi", "raekke_mangler"],
    )
    answer = Answer("http://127.0.0.1/v1/data", (), b"x", when, "genereret")
    vintage = TableVintage("statbank", "FOLK1A", "2026-08-11", when, (answer,), cells)
    assert landing.store(vintage).udfald == "landet"


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recorded tables, with a klynge and an eleventh nøgletal added through csv only."""
    home = tmp_path_factory.mktemp("noegletal")
    seeds = home / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    with (seeds / "grupper.csv").open("a", encoding="utf-8") as file:
        file.writelines(
            f"klynge-proeve,klynge,Klynge til prøve,{code},2026-01-01,,opdigtet til prøven\n"
            for code in KLYNGE
        )
    with (seeds / "noegletal_definitioner.csv").open("a", encoding="utf-8") as file:
        file.write(
            "dagpengeledige,11,Ledige på a-dagpenge,antal,alle ledige,1,lav,bestand,ja,nej,\n"
        )
    with (seeds / "noegletal_led.csv").open("a", encoding="utf-8") as file:
        file.write("dagpengeledige,taeller,y25i01,antal_fuldtidspersoner,_ygrpi09=A-dagpenge\n")
        file.write("dagpengeledige,naevner,y25i01,antal_fuldtidspersoner,\n")
    landing = Landing(home / "landing")
    for tabel_id in TABLES:
        land(landing, tabel_id, 3)
    land_population(landing)
    return build_candidate(Settings(home=home, seeds=seeds), home / "arbejde" / "k")


@pytest.mark.parametrize("noegletal_id", OWN_PERCENT)
def test_no_figure_is_lost_and_places_are_recomputed(candidate: Path, noegletal_id: str) -> None:
    tabel_id, measure, month, expected = OWN_PERCENT[noegletal_id]
    source = rows(
        candidate,
        f"""
        select omraade_kode, vaerdi from fct_ydelser
        where
            tabel_id = '{tabel_id}' and maaling_navn = '{measure}' and dimensioner = ''
            and periode = '{month}' and status = 'A' and omraade_kode not in ('000', '997')
        """,  # noqa: S608 - the test's own names
    )
    found = rows(
        candidate,
        f"""
        select kommune_kode, vaerdi, naevner, rang, antal_i_gruppe from noegletal
        where
            noegletal_id = '{noegletal_id}' and periode = '{month}' and er_bedoemt
            and gruppe_art = 'land' and status = 'A'
        """,  # noqa: S608 - the test's own names
    )
    assert len(source) == len(found) == expected
    assert {row[:2] for row in source} == {row[:2] for row in found}
    frame = pd.DataFrame(found, columns=["kode", "vaerdi", "naevner", "rang", "antal"])
    ranked = frame[frame["rang"].notna()]
    unranked = frame[frame["rang"].isna()]
    assert (unranked["naevner"].astype(float) < 10).all()
    again = ranked["vaerdi"].astype(float).rank(method="min", ascending=noegletal_id == "ledige")
    assert (again == ranked["rang"]).all()
    assert set(ranked["antal"]) == {len(ranked)}


def test_langtidsledige_of_all_ledige(candidate: Path) -> None:
    # Herlev, May 2026, as recorded: 93 of 491 is 18,94. The recording has no row of Fanø and Læsø.
    assert rows(
        candidate,
        """
        select taeller, naevner, vaerdi from noegletal
        where
            noegletal_id = 'langtidsledige' and kommune_kode = '163' and er_bedoemt
            and gruppe_art = 'land'
        """,
    ) == [(Decimal(93), Decimal(491), Decimal("18.9"))]
    assert rows(
        candidate,
        """
        select kommune_kode, status, rang_grund from noegletal
        where
            noegletal_id = 'langtidsledige' and er_bedoemt and gruppe_art = 'land'
            and rang is null
        order by kommune_kode
        """,
    ) == [("563", "N", "intet_tal"), ("825", "N", "intet_tal")]


def test_a_klynge_and_a_noegletal_are_rows_of_csv(candidate: Path) -> None:
    found = rows(
        candidate,
        """
        select kommune_kode, rang, antal_i_gruppe, vaerdi from noegletal
        where
            noegletal_id = 'dagpengeledige' and gruppe_id = 'klynge-proeve' and er_bedoemt
        order by rang, kommune_kode
        """,
    )
    assert {row[0] for row in found} == set(KLYNGE)
    assert [row[2] for row in found] == [12] * 12
    assert [row[3] for row in found] == sorted(row[3] for row in found)
    months = "select count(distinct periode) from noegletal where gruppe_id = 'klynge-proeve'"
    # The klynge is valid from January 2026 and judged until June.
    assert rows(candidate, months) == [(6,)]


def test_each_kommune_has_its_eleven_nearest(candidate: Path) -> None:
    assert rows(
        candidate,
        """
        select count(distinct gruppe_id), min(n), max(n), min(afstand), bool_and(med)
        from (
            select
                gruppe_id,
                count(*) as n,
                min(afstand) as afstand,
                bool_or(gruppe_id = 'sammenlignelig-' || kommune_kode) as med
            from dim_gruppe
            where gruppe_art = 'sammenlignelig'
            group by gruppe_id
        )
        """,
    ) == [(98, 12, 12, Decimal(0), True)]
    # What the distance rests on is what was landed; ptv_a02 was not.
    assert rows(
        candidate, "select distinct kilde from dim_gruppe where gruppe_art = 'sammenlignelig'"
    ) == [
        (
            "beregnet: de 11 nærmeste i 2025 efter logaritmen af befolkningen (16-66 år), ledige "
            "i pct. af arbejdsstyrken (16-66 år), kontanthjælp i pct. af befolkningen (16-66 år)",
        )
    ]


def test_a_groups_share_is_the_sum_over_the_sum(candidate: Path) -> None:
    people = {code: 51 * number for code, number in implied_population().items()}
    members: dict[str, list[str]] = {}
    for group, code in rows(
        candidate,
        """
        select gruppe_id, kommune_kode from dim_gruppe
        where
            gruppe_art in ('region', 'rar', 'jobcenter', 'egen', 'klynge')
            and date '2026-06-01' between gyldig_fra and coalesce(gyldig_til, '9999-12-31')
        """,
    ):
        members.setdefault(str(group), []).append(str(code))
    counts = {
        (line, code): value
        for line, code, value in rows(
            candidate,
            """
            select tabel_id, omraade_kode, vaerdi from fct_ydelser
            where
                tabel_id in ('y25i01', 'y60a02') and dimensioner = '' and periode = '2026M06'
                and maaling_navn = 'antal_fuldtidspersoner'
            """,
        )
    }
    found = rows(
        candidate,
        """
        select gruppe_id, tabel_id, antal, andel_pct from rar_status
        where er_bedoemt and periode = '2026M06' and gruppe_art not in ('kommune', 'land')
        """,
    )
    assert {row[0] for row in found} == set(members)
    differ = 0
    for group, line, count, share in found:
        parts = [(counts[line, code], people[code]) for code in members[str(group)]]
        total = sum(Decimal(str(antal)) for antal, _ in parts)
        weighted = 100 * total / sum(number for _, number in parts)
        mean = sum(100 * Decimal(str(antal)) / number for antal, number in parts) / len(parts)
        assert count == total
        assert share == weighted.quantize(Decimal("0.1"), ROUND_HALF_UP), (group, line)
        differ += share != mean.quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert differ >= len(found) / 3
    # Esbjerg and Fanø as recorded: 1.818 + 18.
    esbjerg = {(row[0], row[1]): row[2] for row in found}["jobcenter-esbjerg-fanoe", "y60a02"]
    assert esbjerg == Decimal(1836)
