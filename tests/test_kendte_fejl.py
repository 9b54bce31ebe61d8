"""Errors that official statistics have really published: which check sees each, or that none does.

The list, with the tests of the errors that are replayed elsewhere, stands in docs/kontrol.md.
"""

from __future__ import annotations

import math

import pandas as pd
import pytest
from kontrol_support import Bench, Change, cells_of

# Kommuner of one imagined supplier's system.
SUPPLIED = ("Odense", "Aarhus", "Vejle", "Kolding", "Randers", "Esbjerg", "Horsens", "Silkeborg")
FULL_TIME, PERSONS = "standin_y60a02_2", "standin_y60a02_1"
WITH_HOURS = "standin_y60j01_1"


def every_month() -> set[str]:
    return set(cells_of("y60j01")["periode"])


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("kendte"))


def _whole(number: float) -> float:
    return number if pd.isna(number) else float(round(number))


def turned_round(months: set[str]) -> Change:
    """Persons without ordinary hours under the name of those with, as figur 18 in 2018."""
    whole = cells_of("y60a02")
    whole = whole[(whole["maaling_id"] == PERSONS) & (whole["dimensioner"] == "")]
    persons = whole.set_index(["omraade", "periode"])["vaerdi"].astype(float).to_dict()

    def change(cells: pd.DataFrame) -> pd.DataFrame:
        made = cells.astype({"vaerdi": "float64"})
        keys = ["omraade", "periode"]
        counts, shares = (
            made[(made["maaling_id"] == WITH_HOURS) == counted].set_index(keys)["vaerdi"]
            for counted in (True, False)
        )
        for index, row in made.iterrows():
            key = (row["omraade"], row["periode"])
            if key not in persons or pd.isna(persons[key]) or months - {row["periode"]} == months:
                continue
            # The source knows what it hides: its percent, where that is shown, tells.
            known = (counts[key], _whole(persons[key] * shares[key] / 100), 1)
            without = persons[key] - next(number for number in known if number == number)
            percent = math.floor(1000 * without / persons[key] + 0.5) / 10
            made.loc[index, "vaerdi"] = without if row["maaling_id"] == WITH_HOURS else percent
        return made

    return change


def test_figur_18_turned_round_from_the_start_is_seen_by_nothing(bench: Bench) -> None:
    """The complement keeps every identity; only a reader of the definition can know."""
    judged = bench.judge_with(turned_round(every_month()), "y60j01", first=True)
    assert judged.outcomes()["y60j01"] == "pass"
    assert judged.rules("y60j01") <= {"F13.udgave"}


def test_figur_18_turned_round_in_one_month_is_stopped(bench: Bench) -> None:
    judged = bench.judge_with(turned_round({"2025M12"}), "y60j01")
    assert judged.outcomes()["y60j01"] == "stop"
    assert {"F6.landet", "F6.flere"} <= judged.rules("y60j01")


def test_hours_that_one_system_loses_slowly_are_noted(bench: Bench) -> None:
    """3 pct. more each month for 14 months, in eight kommuner: the CUSUM, not the newest month."""

    def change(cells: pd.DataFrame) -> pd.DataFrame:
        made = cells.astype({"vaerdi": "float64"})
        for months, period in enumerate(sorted(made["periode"].unique())[-14:], start=1):
            lost = made["omraade"].isin(SUPPLIED) & (made["periode"] == period)
            lost &= made["maaling_id"] == FULL_TIME
            made.loc[lost, "vaerdi"] = (made.loc[lost, "vaerdi"] * 0.97**months).round()
        return made

    judged = bench.judge_with(change, "y60a02", first=True)
    slow = {finding.omraade for finding in judged.table("y60a02").fund if finding.regel_id == "F20"}
    assert len(slow & set(SUPPLIED)) >= 6


def test_persons_counted_twice_when_they_move_break_the_share(bench: Bench) -> None:
    """4 pct. more persons everywhere and always: only the other table's share is against it."""

    def change(cells: pd.DataFrame) -> pd.DataFrame:
        made = cells.astype({"vaerdi": "float64"})
        twice = (made["maaling_id"] == PERSONS) & (made["omraade"] != "Hele landet")
        made.loc[twice, "vaerdi"] = (made.loc[twice, "vaerdi"] * 1.04).round()
        return made

    judged = bench.judge_with(change, "y60a02", first=True)
    assert {"F13"} <= judged.rules("y60a02") | judged.rules("y60j01")
    assert not {"F6.enkelt", "F6.flere", "F8", "F1"} & judged.rules("y60a02")


def test_a_first_issue_replaced_within_the_release_is_stopped(bench: Bench) -> None:
    """Five published months of two kommuner exchange 4 pct., but not their percents."""

    def change(cells: pd.DataFrame) -> pd.DataFrame:
        made = cells.astype({"vaerdi": "float64"})
        months = made["periode"].between("2026M01", "2026M05") & (made["maaling_id"] == FULL_TIME)
        months &= made["dimensioner"] == ""
        values = made[months & (made["omraade"] == "Odense")].set_index("periode")["vaerdi"]
        moved = (values * 0.04).round()
        for name, sign in (("Odense", -1), ("Aarhus", 1)):
            where = months & (made["omraade"] == name)
            made.loc[where, "vaerdi"] += sign * made.loc[where, "periode"].map(moved)
        return made

    judged = bench.judge_with(change, "y60a02")
    revised = {(item.omraade, item.regel_id) for item in judged.table("y60a02").fund}
    assert judged.outcomes()["y60a02"] == "stop"
    assert ("Odense", "F5") in revised
