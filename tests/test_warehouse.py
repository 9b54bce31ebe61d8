"""Candidates from recorded real figures: what stood when, added in steps and at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from warehouse_support import land_recorded, recorded_cells, rows

from beskplan.landing import Landing
from beskplan.settings import Settings
from beskplan.warehouse import _counted, _fits, build_candidate, keep_as_lager

BEFORE_RELEASE = "2026-08-18T20:00Z"
TOTALS = """
    select omraade_navn, periode, vaerdi from {mart}
    where
        tabel_id = 'y25i01' and dimensioner = '' and maaling_navn = 'antal_fuldtidspersoner'
        and omraade_kode in ('000', '101', '163') and periode in ('2026M06', '2026M07') {where}
    order by periode, omraade_kode
"""
HISTORY = "select * from int_obs order by all"


@dataclass(frozen=True)
class Built:
    settings: Settings
    landing: Landing
    before: Path
    stepwise: Path
    anew: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    home = tmp_path_factory.mktemp("lager")
    settings = Settings(home=home)
    landing = land_recorded(home)
    before = build_candidate(settings, home / "arbejde" / "foer", as_of=BEFORE_RELEASE)
    keep_as_lager(settings, before.parent)
    assert rows(settings.work / "lager.duckdb", "select count(*) from int_vintager") == [(2,)]
    stepwise = build_candidate(settings, home / "arbejde" / "trinvis")
    (settings.work / "lager.duckdb").unlink()
    anew = build_candidate(settings, home / "arbejde" / "forfra")
    return Built(settings, landing, before, stepwise, anew)


def totals(database: Path, mart: str = "fct_ydelser", where: str = "") -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for _, period, value in rows(database, TOTALS.format(mart=mart, where=where)):
        assert isinstance(value, Decimal)
        found.setdefault(period, []).append(int(value))
    return found


def test_newest_figures_are_the_published_ones(built: Built) -> None:
    assert totals(built.stepwise) == {
        "2026M06": [89907, 15591, 491],
        "2026M07": [91583, 16981, 467],
    }


def test_as_of_gives_what_stood_then(built: Built) -> None:
    assert totals(built.before) == {"2026M06": [88080, 15185, 477]}
    then = (
        "and gyldig_fra <= timestamp '2026-08-18 20:00:00' "
        "and (gyldig_til is null or gyldig_til > timestamp '2026-08-18 20:00:00')"
    )
    assert totals(built.stepwise, "fct_ydelser_vintage", then) == {"2026M06": [88080, 15185, 477]}


def test_in_steps_is_the_same_as_at_once(built: Built) -> None:
    assert rows(built.stepwise, HISTORY) == rows(built.anew, HISTORY)


def test_new_versions_are_the_changed_and_the_new_cells(built: Built) -> None:
    key = ["omraade", "periode", "dimensioner", "maaling_id"]
    old = recorded_cells("y25i01", 1).set_index(key)["vaerdi"]
    new = recorded_cells("y25i01", 2).set_index(key)["vaerdi"]
    in_both = new.index.intersection(old.index)
    changed = (old[in_both].fillna(-1) != new[in_both].fillna(-1)).sum()
    added = len(new.index.difference(old.index))
    assert (changed, added) == (1600, 600)
    query = "select count(*) from int_obs where gyldig_fra = timestamp '2026-08-19 07:59:00'"
    assert rows(built.stepwise, query) == [(2200,)]


def test_a_month_that_left_the_window_is_not_closed(built: Built) -> None:
    # 2021M07 was asked for at the first time only: 100 areas x 3 groups x 2 measures.
    query = """
        select count(*), count(gyldig_til) from int_obs
        where tabel_id = 'y25i01' and periode = '2021M07'
    """
    assert rows(built.stepwise, query) == [(600, 0)]


def test_every_recorded_cell_is_in_the_mart(built: Built) -> None:
    wanted = {
        (row.omraade, row.periode, row.dimensioner, row.maaling_id): row.vaerdi
        for row in recorded_cells("y60a02", 3).itertuples()
    }
    found = {
        tuple(row[:4]): (row[4], row[5])
        for row in rows(
            built.stepwise,
            "select omraade_navn, periode, dimensioner, maaling_id, vaerdi, status "
            "from fct_ydelser where tabel_id = 'y60a02'",
        )
    }
    assert found.keys() == wanted.keys()
    assert len(found) == 24255
    for key, (value, status) in found.items():
        assert status == ("U" if value is None else "A")
        assert (value is None) == math.isnan(wanted[key])
        assert value is None or float(value) == wanted[key]


def test_the_four_states_of_a_cell(built: Built) -> None:
    # y25i01: 60 percents and some counts of small groups are null; a sibling shows most of them.
    query = """
        select status, count(*), count(vaerdi) from fct_ydelser
        where tabel_id = 'y25i01' group by status order by status
    """
    found = {status: (cells, values) for status, cells, values in rows(built.stepwise, query)}
    assert found == {"A": (36358, 36358), "C": (236, 0), "U": (6, 0)}


def test_the_newest_month_is_provisional(built: Built) -> None:
    query = """
        select distinct tabel_id, periode from fct_ydelser
        where er_foreloebig order by all
    """
    assert rows(built.stepwise, query) == [
        ("y25i01", "2026M07"),
        ("y25i09", "2026M06"),
        ("y60a02", "2026M07"),
    ]


def test_example_plan_stands_on_the_real_series(built: Built) -> None:
    query = """
        select
            maal_nr, baseline_trykt, baseline_beregnet, baseline_revideret, aktuel_vaerdi,
            afvigelse, status
        from resultatmaal_status
        where plan_id = 'eksempel-2026' and periode = '2026M06' order by raekkefoelge
    """
    found = [
        tuple(float(item) if isinstance(item, Decimal) else item for item in row)
        for row in rows(built.stepwise, query)
    ]
    # Roskilde, 2025: ledige 1,145.33 on average; December: a-dagpenge 897, kontanthjælp 921. On 18
    # August 2026, the day of the adoption, December's a-dagpenge were 896; y60a02 came a day later.
    assert found == [
        ("1", 1145, 1145, 1145, 1265, 165, "roed"),
        ("1.a", 897, 896, 897, 1055, 185, "roed"),
        ("1.b", 950, 950, 950, 1055, 115, "roed"),
        ("2", 249, 249, 249, 265, 40, "ikke_opgjort"),
        ("3.a", 921, None, 921, 991, 121, "gul"),
        ("3.b", 1.6, None, 1.6, 1.7, 0.2, "gul"),
        ("3.c", 1.5, None, 1.5, 1.7, 0.2, "gul"),
        ("4", None, None, None, None, None, "lokale_tal_mangler"),
    ]


def test_descriptions_are_in_the_database(built: Built) -> None:
    query = """
        select count(*), count(comment) from duckdb_columns()
        where table_name in ('fct_ydelser', 'resultatmaal_status', 'dim_kommune')
    """
    [(columns, described)] = rows(built.stepwise, query)
    assert columns == described == 88


def test_the_copy_is_used_only_where_it_fits(built: Built, tmp_path: Path) -> None:
    lager, settings = built.stepwise, built.settings
    [(code,)] = rows(lager, "select kodesum from intern.lager")
    assert isinstance(code, str)
    counted = _counted(settings, "", ())
    assert len(counted) == 4
    assert _fits(lager, code, counted)
    assert not _fits(lager, "another code", counted)
    assert not _fits(tmp_path / "none.duckdb", code, counted)
    (tmp_path / "cut_off.duckdb").write_bytes(lager.read_bytes()[:5000])
    assert not _fits(tmp_path / "cut_off.duckdb", code, counted)
    with duckdb.connect(str(tmp_path / "unsigned.duckdb")) as con:
        con.execute("create table int_vintager (kilde varchar)")
    assert not _fits(tmp_path / "unsigned.duckdb", code, counted)
    # Loaded, but must not count any more: by time, by wish, by content.
    assert not _fits(lager, code, _counted(settings, "2026-08-19T08:00:00Z", ()))
    left_out = [("jobindsats", "y60a02", "2026-08-19T18:49:00Z")]
    assert not _fits(lager, code, _counted(settings, "", left_out))
    key = ("jobindsats", "y25i01", "2026-08-19T07:59:00Z")
    assert not _fits(lager, code, {**counted, key: "another content"})
    # Not loaded: newer is added, older would come in out of order.
    assert _fits(lager, code, {**counted, (*key[:2], "2026-08-20T00:00:00Z"): "x"})
    assert not _fits(lager, code, {**counted, (*key[:2], "2026-08-19T00:00:00Z"): "x"})


def test_a_stopped_vintage_does_not_count(built: Built, tmp_path: Path) -> None:
    home = tmp_path
    landing = land_recorded(home)
    settings = replace(built.settings, home=home)
    vintage = ("jobindsats", "y25i01", "2026-08-19T07:59:00Z")
    landing.decide(*vintage, "stoppet", hvem="prøve", hvorfor="prøve")
    assert vintage not in _counted(settings, "", ())
    landing.decide(*vintage, "accepteret", hvem="prøve", hvorfor="prøve")
    assert vintage in _counted(settings, "", ())
