"""kilder.csv, its pins, and the choice of periods."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beskplan.errors import PinError, SeedError
from beskplan.settings import Settings
from beskplan.sources.kilder import Ask, choose_periods, read_listing

TEN = ("101", "147", "157", "159", "163", "173", "240", "265", "563", "851")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(Settings().seeds, tmp_path / "seeds")
    return Settings(home=tmp_path, seeds=tmp_path / "seeds")


def test_rows_of_one_table_become_as_few_questions_as_may_be(settings: Settings) -> None:
    listing = read_listing(settings, "jobindsats")
    totals = ("Antal personer", "Antal fuldtidspersoner")
    shares = (
        "Fuldtidspersoner i pct. af arbejdsstyrken",
        "Fuldtidspersoner i pct. af befolkningen",
    )
    assert listing.asks["y60a02"] == (
        Ask((*totals, *shares), (), "*", ()),
        Ask(("Antal fuldtidspersoner",), ("_viskat_1int",), "latest:1", ()),
    )
    assert listing.asks["y01a02"] == (
        Ask((*totals, *shares), (), "*", ()),
        Ask(totals, ("_aldera",), "*", ()),
    )


def test_the_small_profile_asks_one_more_table_for_ten_kommuner(settings: Settings) -> None:
    listing = read_listing(replace(settings, profile="lille"), "jobindsats")
    assert list(listing.asks) == [
        *("y25i01", "y25i09", "y60a02", "y60c07", "y60j01", "y01a02", "y30r21")
    ]
    (ask,) = listing.asks["y01a02"]
    assert ask.omraader == TEN
    assert len(listing.kommuner) == 98
    assert (listing.land, listing.uoplyst) == (("000", "Hele landet"), ("997", "Uoplyst område"))


def test_a_table_of_kommuner_only_is_asked_without_the_country(settings: Settings) -> None:
    listing = read_listing(settings, "jobindsats")
    (ask,) = listing.asks["y30r21"]
    assert (ask.omraader, ask.land) == (tuple(listing.kommuner), False)
    assert (len(ask.maalinger), ask.fordeling, ask.perioder) == (5, ("_ygrp_y30r21",), "*")
    assert [ask.land for asks in listing.asks.values() for ask in asks].count(False) == 1


def test_a_source_sees_only_its_own_rows(settings: Settings) -> None:
    listing = read_listing(settings, "statbank")
    assert listing.asks == {"FOLK1A": (Ask(("INDHOLD",), ("ALDER",), "*", ()),)}
    assert listing.is_pinned("FOLK1A")


def edit(settings: Settings, name: str, old: str, new: str) -> None:
    path = settings.seeds / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_listed_measure_without_a_pin_says_how_to_pin(settings: Settings) -> None:
    edit(settings, "maalinger.csv", "jobindsats,y60c07,Aktiveringsgrad", "jobindsats,y60c07,X")
    listing = read_listing(settings, "jobindsats")
    assert not listing.is_pinned("y60c07")
    assert listing.is_pinned("y60j01")
    with pytest.raises(PinError, match=r"»Aktiveringsgrad«.*y60c07.*beskplan kilder laas"):
        listing.pin("y60c07", "Aktiveringsgrad")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("_viskat_1int,latest:1,*", "_viskat_1int,seneste,*", "seneste"),
        ("_viskat_1int,latest:1,*", "_viskat_1int,latest:0,*", "latest:0"),
        ("_viskat_1int,latest:1,*", "_viskat_1int,latest:1,163|999", "999"),
    ],
)
def test_a_row_that_cannot_be_meant_is_named(
    settings: Settings, old: str, new: str, reason: str
) -> None:
    edit(settings, "kilder.csv", old, new)
    with pytest.raises(SeedError, match=rf"{reason}.*kilder.csv linje 9"):
        read_listing(settings, "jobindsats")


def test_latest_takes_the_newest_and_no_more_than_there_are() -> None:
    valid = ("2026M07", "2026M05", "2026M06")
    assert choose_periods("latest:2", valid) == ("2026M06", "2026M07")
    assert choose_periods("latest:40", valid) == ("2026M05", "2026M06", "2026M07")
    assert choose_periods("*", valid) == ("2026M05", "2026M06", "2026M07")


@given(st.lists(st.from_regex(r"20\d\dM(0[1-9]|1[0-2])", fullmatch=True), unique=True, min_size=1))
def test_latest_one_is_the_newest(valid: list[str]) -> None:
    assert choose_periods("latest:1", tuple(valid)) == (max(valid),)
