"""The SQL macros on any input: rounding as decimal arithmetic, periods as the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beskplan.settings import PROJECT

MACROS = PROJECT / "dbt_project" / "macros"


def macro(file: str, name: str) -> Callable[..., str]:
    text = (MACROS / file).read_text(encoding="utf-8")
    template = jinja2.Environment().from_string(text)  # noqa: S701 - SQL, not HTML
    found: Callable[..., str] = getattr(template.module, name)
    return found


QUOTIENT = macro("afrunding.sql", "kvotient_halvt_op")("$t", "$n", "$d")
PERIOD_START = macro("perioder.sql", "periode_start")("$p")
LAST_MONTH = macro("perioder.sql", "periode_sidste_maaned")("$p")
PERIOD_NUMBER = macro("kontrol.sql", "periode_nr")("$p")
PERIOD_KIND = macro("kontrol.sql", "periode_art")("$p")
BACK = macro("kontrol.sql", "periode_tekst")("$nr::integer", "$art")


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def quotient(
    con: duckdb.DuckDBPyConnection, top: Decimal, bottom: Decimal, places: int
) -> Decimal | None:
    row = con.execute(f"select {QUOTIENT}", {"t": top, "n": bottom, "d": places}).fetchone()
    assert row is not None
    found: Decimal | None = row[0]
    return found


@pytest.mark.parametrize(
    ("top", "bottom", "places", "expected"),
    [
        # Holstebro: 1 of 16 is 6.25 pct., printed 6,3.
        ("100", "16", 1, "6.3"),
        ("-100", "16", 1, "-6.3"),
        ("0.5", "1", 0, "1"),
        ("-0.5", "1", 0, "-1"),
        ("2.5", "1", 0, "3"),
        ("1.005", "1", 2, "1.01"),
        ("13744", "12", 0, "1145"),
        ("0", "7", 1, "0"),
    ],
)
def test_known_ties(
    con: duckdb.DuckDBPyConnection, top: str, bottom: str, places: int, expected: str
) -> None:
    assert quotient(con, Decimal(top), Decimal(bottom), places) == Decimal(expected)


def test_nothing_is_divided_by_zero(con: duckdb.DuckDBPyConnection) -> None:
    assert quotient(con, Decimal(5), Decimal(0), 1) is None


@settings(max_examples=200, deadline=None)
@given(
    top=st.decimals(-10_000_000, 10_000_000, places=3),
    bottom=st.integers(1, 6_000_000),
    places=st.integers(0, 3),
)
def test_half_up_is_decimal_half_up(
    con: duckdb.DuckDBPyConnection, top: Decimal, bottom: int, places: int
) -> None:
    with localcontext(prec=60):
        exact = top / Decimal(bottom)
        expected = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert quotient(con, top, Decimal(bottom), places) == expected


@settings(max_examples=200, deadline=None)
@given(
    whole=st.integers(-100_000, 100_000), bottom=st.integers(1, 50_000), places=st.integers(0, 2)
)
def test_exact_ties_go_away_from_zero(
    con: duckdb.DuckDBPyConnection, whole: int, bottom: int, places: int
) -> None:
    step = Decimal(1).scaleb(-places)
    tie = (Decimal(abs(whole)) + Decimal("0.5")) * step
    expected = (abs(whole) + 1) * step
    sign = -1 if whole < 0 else 1
    top = tie * bottom
    if top == top.quantize(Decimal("0.001")):
        assert quotient(con, sign * top, Decimal(bottom), places) == sign * expected


def ask(con: duckdb.DuckDBPyConnection, sql: str, period: str) -> date | None:
    row = con.execute(f"select {sql}", {"p": period}).fetchone()
    assert row is not None
    found: date | None = row[0]
    return found


@settings(max_examples=100, deadline=None)
@given(st.integers(1900, 2199), st.integers(0, 99))
def test_months(con: duckdb.DuckDBPyConnection, year: int, month: int) -> None:
    expected = date(year, month, 1) if 1 <= month <= 12 else None
    assert ask(con, PERIOD_START, f"{year}M{month:02d}") == expected
    assert ask(con, LAST_MONTH, f"{year}M{month:02d}") == expected


@settings(max_examples=100, deadline=None)
@given(st.integers(1900, 2199), st.integers(0, 9), st.sampled_from("KQ"))
def test_quarters(con: duckdb.DuckDBPyConnection, year: int, quarter: int, letter: str) -> None:
    is_quarter = 1 <= quarter <= 4
    period = f"{year}{letter}{quarter}"
    assert ask(con, PERIOD_START, period) == (
        date(year, 3 * quarter - 2, 1) if is_quarter else None
    )
    assert ask(con, LAST_MONTH, period) == (date(year, 3 * quarter, 1) if is_quarter else None)


@settings(max_examples=100, deadline=None)
@given(st.integers(1901, 2199), st.integers(0, 99))
def test_moving_annual_totals_end_with_their_quarter(
    con: duckdb.DuckDBPyConnection, year: int, quarter: int
) -> None:
    period, is_quarter = f"{year}QMAT{quarter:02d}", 1 <= quarter <= 4
    last = date(year, 3 * quarter, 1) if is_quarter else None
    # twelve months back and one forward: the month after the last, a year before
    after = 3 * quarter + 1
    first = date(year, 1, 1) if quarter == 4 else date(year - 1, after, 1) if is_quarter else None
    assert ask(con, PERIOD_START, period) == first
    assert ask(con, LAST_MONTH, period) == last


@settings(max_examples=100, deadline=None)
@given(st.integers(1900, 2199), st.data())
def test_a_number_leads_back_to_its_period(
    con: duckdb.DuckDBPyConnection, year: int, data: st.DataObject
) -> None:
    form, most = data.draw(
        st.sampled_from([("M{:02d}", 12), ("K{}", 4), ("Q{:02d}", 4), ("QMAT{:02d}", 4)])
    )
    period = f"{year}{form.format(data.draw(st.integers(1, most)))}"
    numbered = con.execute(f"select {PERIOD_NUMBER}, {PERIOD_KIND}", {"p": period}).fetchone()
    assert numbered is not None
    back = con.execute(f"select {BACK}", {"nr": numbered[0], "art": numbered[1]}).fetchone()
    assert back == (period,)


def test_the_last_quarters_of_two_kinds_lie_a_step_apart(con: duckdb.DuckDBPyConnection) -> None:
    found = [
        con.execute(f"select {PERIOD_NUMBER}", {"p": period}).fetchone()
        for period in ("2020QMAT02", "2020QMAT04", "2021QMAT02")
    ]
    assert found == [(8082,), (8084,), (8086,)]


def test_a_year_ends_in_december(con: duckdb.DuckDBPyConnection) -> None:
    assert ask(con, LAST_MONTH, "2018") == date(2018, 12, 1)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=8).filter(lambda text: not any(mark in text for mark in "MKQ")))
def test_other_texts_are_no_period(con: duckdb.DuckDBPyConnection, text: str) -> None:
    assert ask(con, PERIOD_START, text) is None
