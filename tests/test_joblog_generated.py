"""Generated Joblog bilag agree with the generated tables; the recorded one is the seed's."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from beskplan.sources.bilag import GROUPS, Bilag, read_bilag
from beskplan.standin import joblog, months
from beskplan.standin.tables import NATIONAL, kommuner

AREAS = {name: code for code, name, _ in kommuner()} | {NATIONAL: "000"}
PERIODS = [months.period(nr) for nr in range(months.month("2015M07"), months.month("2018M01"))]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return dict(joblog.drop_files("fuld"))


@pytest.fixture(scope="module")
def history(files: dict[str, bytes]) -> dict[str, Bilag]:
    return {
        period: read_bilag(name, files[name], period, AREAS, NATIONAL)
        for period in PERIODS
        for name in [f"joblog_{period}.xlsx"]
    }


def test_which_files(files: dict[str, bytes]) -> None:
    assert sorted(files) == sorted(
        [*(f"joblog_{period}.xlsx" for period in PERIODS), "joblog_2018M01.csv"]
    )
    assert len(PERIODS) == 30
    assert files == joblog.drop_files("fuld")
    assert sorted(joblog.drop_files("lille")) == [
        f"joblog_2017M{month}.xlsx" for month in (10, 11, 12)
    ]


def test_every_generated_file_says_so(history: dict[str, Bilag]) -> None:
    assert {bilag.origin for bilag in history.values()} == {"genereret"}
    assert joblog.recorded().origin == "optaget"


def feasible(antal: int, percent: Decimal) -> bool:
    """GRIM: some whole number of users gives this percent, rounded half up."""
    near = int(percent * antal / 100)
    return any(
        (Decimal(100 * users) / antal).quantize(Decimal("0.1"), ROUND_HALF_UP) == percent
        for users in range(max(0, near - 1), min(antal, near + 2) + 1)
    )


def test_figures_obey_grim_threshold_and_the_ydelsens_own_count(history: dict[str, Bilag]) -> None:
    shown = hidden = 0
    for period, bilag in history.items():
        for nr in range(len(GROUPS)):
            most = joblog.persons(nr)[months.month(period)]
            for place, (code, _, _) in enumerate(kommuner()):
                antal, andel = bilag.figures[code][nr]
                if antal.value is None:
                    assert (antal.state, andel.state) == ("skjult", "skjult")
                    hidden += 1
                    continue
                assert 4 <= antal.value <= most[place]
                assert feasible(int(antal.value), Decimal(str(andel.value)))
                shown += 1
    assert shown + hidden == 30 * 98 * 3
    assert hidden > 300


def test_the_country_is_the_true_total(history: dict[str, Bilag]) -> None:
    """At least what is shown; at most three more for each kommune of whom nothing is."""
    for bilag in history.values():
        for nr in range(len(GROUPS)):
            antal = [bilag.figures[code][nr][0].value for code, _, _ in kommuner()]
            visible = sum(value for value in antal if value is not None)
            country = bilag.figures["000"][nr][0].value
            assert country is not None
            assert visible <= country <= visible + 3 * antal.count(None)


def test_the_series_lead_up_to_what_is_known_of_january() -> None:
    """The letter: ca. 89, 68 and 34 pct.; the generator's own January has them too."""
    country = joblog.rows("2018M01")[0]
    assert [round(float(country[column])) for column in (2, 4, 6)] == [89, 68, 34]
    antal, _ = joblog.counts(2)
    known, _ = joblog._known(2)
    most = joblog.persons(2)[months.month("2018M01")]
    fits = ~np.isnan(known) & (known <= most)
    assert fits.sum() >= 43
    assert (abs(antal[-1][fits] - known[fits]) <= 1).all()


def test_what_survives_of_january_2018() -> None:
    """Group 3: 25 complete pairs, 20 hidden, 53 lost, and the country lost. In all 27 pairs."""
    figures = joblog.recorded().figures
    assert len(figures) == 99
    states = [
        [(antal.state, andel.state) for antal, andel in (pairs[nr] for pairs in figures.values())]
        for nr in range(3)
    ]
    pair, hidden, lost = ("tal", "tal"), ("skjult", "skjult"), ("mangler", "mangler")
    assert (states[2].count(pair), states[2].count(hidden), states[2].count(lost)) == (25, 20, 54)
    assert (states[1].count(pair), states[1].count(lost)) == (1, 98)
    assert (states[0].count(pair), states[0].count(("tal", "mangler"))) == (1, 3)
    assert (states[0].count(lost), sum(group.count(pair) for group in states)) == (95, 27)
    assert figures["000"][2][0].state == "mangler"
    # Holstebro, 1 of 16: 6,25 is printed 6,3. Thisted: 12 persons, nobody.
    assert [cell.value for cell in figures["661"][2]] == [16, 6.3]
    assert [cell.value for cell in figures["787"][2]] == [12, 0.0]
    assert [cell.value for cell in figures["825"][0]] == [81, 84.0]
    assert [cell.value for cell in figures["563"][0]] == [54, None]
    # Nordfyn by its old name.
    assert [cell.value for cell in figures["480"][2]] == [4, 25.0]
    for pairs in figures.values():
        for antal, andel in pairs:
            if antal.value is not None and andel.value is not None:
                assert feasible(int(antal.value), Decimal(str(andel.value)))
