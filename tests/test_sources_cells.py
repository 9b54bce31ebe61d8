"""Numbers, canonical dimensions, period cutting, and placing rows in a grid."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beskplan.errors import BadAnswerError, CoverageError, DuplicateRowsError, NotANumberError
from beskplan.sources.grid import Axis, Grid, canonical
from beskplan.sources.numbers import parse_number, to_floats
from beskplan.sources.overlap import join_asks
from beskplan.sources.periods import cut_periods, halve


def danish(units: int, decimals: int) -> str:
    """Write an integer number of 10^-decimals the Danish way, digit by digit."""
    sign = "-" if units < 0 else ""
    digits = str(abs(units)).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    groups = []
    while whole:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return sign + ".".join(groups) + ("," + fraction if decimals else "")


@given(units=st.integers(-(10**12), 10**12), decimals=st.integers(0, 3))
def test_danish_numbers_are_read_exactly(units: int, decimals: int) -> None:
    assert parse_number(danish(units, decimals)) == Decimal(units).scaleb(-decimals)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234,5", Decimal("1234.5")),
        ("43070", Decimal(43070)),
        ("-0,06", Decimal("-0.06")),
        ("1.234", Decimal(1234)),
        (" 9,28 ", Decimal("9.28")),
        ("-", None),
        (".", None),
        ("..", None),
        ("", None),
    ],
)
def test_numbers_as_sources_write_them(text: str, expected: Decimal | None) -> None:
    assert parse_number(text) == expected


@pytest.mark.parametrize(
    "text", ["16.8", "ukendt", "1,2,3", "1.23.456", "NaN", "1e5", "0x1", "١٢", "1,234.5", "--"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_number(text)


def test_null_zero_and_number_stay_apart() -> None:
    values = to_floats([0, None, 16.8, "-", "1.234,5"], "Antal", "her")
    assert values[0] == 0
    assert list(np.isnan(values)) == [False, True, False, True, False]
    assert values[4] == 1234.5


def test_text_for_a_number_names_column_and_text() -> None:
    with pytest.raises(NotANumberError, match=r"»Antal« indeholder »ukendt«.*y25i01 2026M06"):
        to_floats([3, "ukendt"], "Antal", "jobindsats y25i01 2026M06")
    with pytest.raises(NotANumberError, match="True"):
        to_floats([True], "Antal", "her")


def test_more_decimals_than_landing_keeps_are_refused() -> None:
    assert to_floats([1.005, 0.001], "Andel", "her").tolist() == [1.005, 0.001]
    with pytest.raises(BadAnswerError, match=r"1\.0005"):
        to_floats([1.0005], "Andel", "her")


LABELS = st.text(st.characters(exclude_characters="|", exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(st.from_regex(r"_[a-z0-9_]{1,8}", fullmatch=True), LABELS, max_size=4))
def test_canonical_text_can_be_read_back(members: dict[str, str]) -> None:
    text = canonical(members, {})
    parts = [part.split("=", 1) for part in text.split("|")] if text else []
    assert [key for key, _ in parts] == sorted(members)
    assert dict(parts) == members


def test_totals_are_left_out_of_the_canonical_text() -> None:
    totals = {"_kon": "Køn i alt", "_viskat_1int": "Visitation i alt"}
    members = {"_viskat_1int": "Jobparat", "_kon": "Mænd"}
    assert canonical(members, totals) == "_kon=Mænd|_viskat_1int=Jobparat"
    assert canonical(members | {"_kon": "Køn i alt"}, totals) == "_viskat_1int=Jobparat"
    assert canonical({"_kon": "Køn i alt"}, totals) == ""


def test_a_label_with_the_separator_is_refused() -> None:
    with pytest.raises(ValueError, match="holds"):
        canonical({"_kon": "a|b"}, {})


@given(
    periods=st.lists(st.integers(0, 999), unique=True, max_size=200).map(
        lambda found: [f"{number:04d}M01" for number in sorted(found)]
    ),
    cells=st.integers(1, 5000),
    limit=st.integers(1, 40_000),
)
def test_cut_periods_lose_nothing_and_stay_below_the_limit(
    periods: list[str], cells: int, limit: int
) -> None:
    runs = cut_periods(periods, cells, limit)
    assert [period for run in runs for period in run] == periods
    assert all(len(run) * cells <= limit or len(run) == 1 for run in runs)
    assert all(runs)
    # No cut more than needed, and no tiny last piece.
    longest = max(1, limit // cells)
    assert len(runs) == (len(periods) + longest - 1) // longest
    assert not runs or max(map(len, runs)) - min(map(len, runs)) <= 1


@given(st.lists(st.text(min_size=1), min_size=2, max_size=50))
def test_halves_are_the_whole(periods: list[str]) -> None:
    first, second = halve(periods)
    assert [*first, *second] == periods
    assert first
    assert second


AREAS = ("Hele landet", "København", "Herlev")
MONTHS = ("2026M06", "2026M07")
ROWS = [
    ("Hele landet", "2026M06", 89907.0),
    ("København", "2026M06", 15591.0),
    ("Herlev", "2026M06", 491.0),
    ("Hele landet", "2026M07", 91583.0),
    ("København", "2026M07", 16981.0),
    ("Herlev", "2026M07", np.nan),
]


def grid() -> Grid:
    return Grid([Axis("omraade", AREAS), Axis("periode", MONTHS)], ["m1"])


def place(
    target: Grid, rows: list[tuple[str, str, float]], asked: tuple[str, ...] = MONTHS
) -> None:
    areas, periods, values = zip(*rows, strict=True)
    target.place([areas, periods], [np.array(values)], asked, "jobindsats y25i01")


@given(st.permutations(ROWS))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, str, float]]) -> None:
    target = grid()
    place(target, rows)
    cells = target.cells().set_index(["omraade", "periode"])
    for area, month, value in ROWS:
        assert cells.loc[(area, month), "vaerdi"] == pytest.approx(value, nan_ok=True)
    assert not cells["raekke_mangler"].any()


def test_a_row_that_comes_twice_is_named() -> None:
    with pytest.raises(DuplicateRowsError, match="Herlev, 2026M06"):
        place(grid(), [*ROWS, ("Herlev", "2026M06", 491.0)])


def test_a_row_that_came_in_another_answer_is_a_double_too() -> None:
    target = grid()
    place(target, ROWS)
    with pytest.raises(DuplicateRowsError):
        place(target, ROWS)


@pytest.mark.parametrize(
    ("lost", "named"), [("Herlev", r"Herlev \(omraade\)"), ("2026M07", r"2026M07 \(periode\)")]
)
def test_what_is_absent_altogether_is_named(lost: str, named: str) -> None:
    with pytest.raises(CoverageError, match=named):
        place(grid(), [row for row in ROWS if lost not in row])


def test_a_label_not_asked_for_is_named() -> None:
    with pytest.raises(BadAnswerError, match="2026M08"):
        place(grid(), [*ROWS, ("Herlev", "2026M08", 1.0)])


def test_single_absent_rows_become_cells_of_their_own_kind() -> None:
    areas = tuple(f"K{number:02d}" for number in range(40))
    target = Grid([Axis("omraade", areas), Axis("periode", MONTHS)], ["m1"])
    rows = [(area, month, 7.0) for area in areas for month in MONTHS]
    place(target, [row for row in rows if row[:2] != ("K11", "2026M06")])
    cells = target.cells()
    absent = cells[cells["raekke_mangler"]]
    assert absent[["omraade", "periode"]].to_numpy().tolist() == [["K11", "2026M06"]]
    assert absent["vaerdi"].isna().all()
    assert len(cells) == 80


def test_a_period_that_lacks_more_than_a_tenth_is_a_cut_answer() -> None:
    areas = tuple(f"K{number:02d}" for number in range(40))
    target = Grid([Axis("omraade", areas), Axis("periode", MONTHS)], ["m1"])
    rows = [(area, month, 7.0) for month in MONTHS for area in areas]
    with pytest.raises(CoverageError, match="2026M07 mangler 12 pct"):
        place(target, rows[:-5])


def cells(vaerdi: float, *, absent: bool = False) -> pd.DataFrame:
    row = ("Herlev", "2026M06", "", "m1", vaerdi, absent)
    names = ["omraade", "periode", "dimensioner", "maaling_id", "vaerdi", "raekke_mangler"]
    return pd.DataFrame([row], columns=names)


def test_equal_cells_of_two_questions_are_kept_once() -> None:
    assert len(join_asks([cells(491.0), cells(491.0)], "her")) == 1
    assert len(join_asks([cells(np.nan), cells(np.nan)], "her")) == 1


@pytest.mark.parametrize(
    "other", [cells(490.0), cells(np.nan), cells(np.nan, absent=True)], ids=["other", "null", "no"]
)
def test_unequal_cells_of_two_questions_are_an_error(other: pd.DataFrame) -> None:
    with pytest.raises(BadAnswerError, match=r"[12] celler"):
        join_asks([cells(491.0), other], "jobindsats y25i01")
