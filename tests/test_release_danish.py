"""How figures, months and sentences are written for a Danish reader."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beskplan.errors import ReleaseError
from beskplan.release import danish

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("1234.5", 1, "1.234,5"),
        ("0", 0, "0"),
        ("0", 1, "0,0"),
        ("-0.0", 1, "0,0"),
        ("-24", 0, "-24"),
        ("-1234567.8", 1, "-1.234.567,8"),
        ("91583.000", 0, "91.583"),
        ("999", 0, "999"),
        ("1000", 0, "1.000"),
        ("50.000", None, "50"),
        ("1.5", None, "1,5"),
        ("16.6", 2, "16,60"),
    ],
)
def test_numbers(value: str, decimals: int | None, text: str) -> None:
    assert danish.number(Decimal(value), decimals) == text


@pytest.mark.parametrize(("value", "decimals"), [("16.65", 1), ("0.5", 0), ("-0.05", 1)])
def test_a_number_is_never_rounded(value: str, decimals: int) -> None:
    with pytest.raises(ReleaseError, match="printing would round it"):
        danish.number(Decimal(value), decimals)


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_no_figure_is_no_number(value: str) -> None:
    with pytest.raises(ReleaseError, match="is no figure"):
        danish.number(Decimal(value), 0)


@given(st.integers(-(10**14), 10**14), st.integers(0, 3))
def test_a_printed_number_reads_back_as_itself(digits: int, decimals: int) -> None:
    value = Decimal(digits).scaleb(-decimals)
    text = danish.number(value, decimals)
    assert Decimal(text.replace(".", "").replace(",", ".")) == value
    whole = text.lstrip("-").split(",")[0]
    assert all(len(part) == 3 for part in whole.split(".")[1:])
    assert len(text.partition(",")[2]) == decimals


def test_a_breakdown_is_named_by_its_members() -> None:
    assert danish.members("_kon=Mænd|_viskat_1int=Jobparat") == "Mænd, Jobparat"
    assert danish.members("") == ""


def test_months_quarters_years_and_times() -> None:
    assert danish.month("2018M05") == "maj 2018"
    assert danish.month("2026M12") == "december 2026"
    assert danish.period("2026K3") == "3. kvartal 2026"
    assert danish.period("2025Q04") == "4. kvartal 2025"
    assert danish.period("2020QMAT02") == "12 måneder til juni 2020"
    assert danish.period("2016") == "2016"
    fetched = datetime(2026, 8, 18, 19, 52, tzinfo=UTC)
    assert danish.moment(fetched) == "18. august 2026 kl. 19.52 UTC"


@pytest.mark.parametrize("text", ["2018M13", "2018M00", "2018", "maj 2018", "2018K5x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ReleaseError, match="is no month"):
        danish.month(text)


def test_missing_suppressed_zero_and_provisional_differ() -> None:
    assert danish.figure(Decimal(0), "A", 0) == "0"
    assert danish.figure(None, "C", 0) == "–"
    assert danish.figure(None, "U", 0) == "–"
    assert danish.figure(None, "M", 0) == "mangler"
    assert danish.figure(Decimal(467), "A", 0, provisional=True) == "467*"


@pytest.mark.parametrize(
    ("value", "status"),
    [(None, "A"), (Decimal(3), "C"), (Decimal(0), "M"), (Decimal(1), "X"), (None, "")],
)
def test_a_status_that_contradicts_the_value_is_refused(value: Decimal | None, status: str) -> None:
    with pytest.raises(ReleaseError, match="a cell has status"):
        danish.figure(value, status)


NUMBERS = {"maal": Decimal(315), "aendring": Decimal(-57), "baseline_aar": None, "maal_aar": "2018"}


def test_a_lost_year_is_said() -> None:
    text = danish.fill("{maal} i {maal_aar}, et fald på {aendring} siden {baseline_aar}", NUMBERS)
    assert text == "315 i 2018, et fald på 57 siden [år tabt]"


@pytest.mark.parametrize("template", ["{mål}", "{}", "{0}", "{maal!r}", "{maal:.2f}"])
def test_an_unknown_placeholder_is_an_error(template: str) -> None:
    with pytest.raises(ReleaseError, match="unknown placeholder"):
        danish.fill(template, NUMBERS)


@pytest.mark.parametrize("template", ["{maal", "maal}", "{maal.real}"])
def test_a_broken_template_is_an_error(template: str) -> None:
    with pytest.raises(ReleaseError, match="template"):
        danish.fill(template, NUMBERS)


def test_a_placeholder_without_number_is_an_error() -> None:
    with pytest.raises(ReleaseError, match="has no number"):
        danish.fill("{maal}", NUMBERS | {"maal": None})


def test_a_sentence_that_says_fall_of_a_rise_is_an_error() -> None:
    with pytest.raises(ReleaseError, match="the change is 57"):
        danish.fill("et fald på {aendring}", NUMBERS | {"aendring": Decimal(57)})
    with pytest.raises(ReleaseError, match="the change is -57"):
        danish.fill("en stigning på {aendring}", NUMBERS)


def herlev_goals() -> dict[str, dict[str, str]]:
    with (ROOT / "seeds" / "resultatmaal.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["plan_id"] == "herlev-2018"]
    return {row["maal_nr"]: row for row in rows}


def printed(goal: dict[str, str], *, more: int = 0) -> str:
    numbers = {
        "maal": Decimal(goal["maal_vaerdi"]) + more if goal["maal_vaerdi"] else None,
        "aendring": Decimal(goal["maal_aendring"]) + more if goal["maal_aendring"] else None,
        "baseline_aar": goal["baseline_periode_trykt"] or None,
        "maal_aar": goal["maal_periode"] or None,
    }
    return danish.fill(goal["skabelon"], numbers)


def test_herlevs_texts_come_out_as_printed() -> None:
    with (ROOT / "tests/data/herlev_tekster_2018.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["maal_nr"]: row["tekst"] for row in csv.DictReader(file)}
    assert len(expected) == 8
    assert {nr: printed(goal) for nr, goal in herlev_goals().items()} == expected


def test_a_target_changed_by_one_changes_herlevs_text() -> None:
    text = printed(herlev_goals()["1.b"], more=1)
    assert text == (
        "Antallet af a-dagpengemodtagere skal nedbringes til 316 helårspersoner i 2018, svarende "
        "til et fald på 56 fuldtidspersoner siden [år tabt]"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ærø", "aeroe"),
        ("Høje-Taastrup", "hoeje-taastrup"),
        ("Lyngby-Taarbæk", "lyngby-taarbaek"),
        ("Faaborg-Midtfyn", "faaborg-midtfyn"),
        ("../etc/<b>\u202ex", "etc-b-x"),
        ("RAR Fyn 2", "rar-fyn-2"),
    ],
)
def test_a_name_as_part_of_an_address(name: str, expected: str) -> None:
    assert danish.slug(name) == expected


def test_a_name_without_letters_has_no_address() -> None:
    with pytest.raises(ReleaseError, match="no letter or digit"):
        danish.slug("\u202e --")
