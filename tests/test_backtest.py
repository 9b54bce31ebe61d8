"""The forecast on the recorded tables: better than its rivals, of stated width, blind ahead."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from backtest import CHOSEN_UNTIL, HORIZON, TABLES, Backtest, compile_models, month_number
from backtest import recorded_series as read_recording
from backtest_report import METHODS, errors, inside, one, percent

KEY = ["serie_id", "kommune_kode", "prognose_fra", "maaned"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return compile_models(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    return read_recording()


@pytest.fixture(scope="module")
def backtest(
    models: dict[str, str], series: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Backtest:
    return Backtest.run(tmp_path_factory.mktemp("hele"), models, series)


@pytest.fixture(scope="module")
def pairs(backtest: Backtest) -> pd.DataFrame:
    return errors(backtest.pairs(), METHODS)


def test_every_table_kommune_and_horizon_is_judged(pairs: pd.DataFrame) -> None:
    judged = pairs.groupby("serie_id")[["kommune_kode", "horisont"]].nunique()
    assert judged.index.tolist() == sorted(TABLES)
    # One kommune has too few langtidsledige to be shown in a year and in the next.
    assert judged["kommune_kode"].to_dict() == {"y25i01": 98, "y25i09": 97, "y60a02": 98}
    assert set(judged["horisont"]) == {HORIZON}
    assert pairs["fra_nr"].min() == month_number(CHOSEN_UNTIL)


@pytest.mark.parametrize("tabel_id", TABLES)
def test_mean_error_is_below_seasonal_naive(pairs: pd.DataFrame, tabel_id: str) -> None:
    own = pairs[pairs["serie_id"] == tabel_id]
    assert own["fejl_prognose"].mean() < own["fejl_saesonnaiv"].mean()


@pytest.mark.parametrize("tabel_id", TABLES)
@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_error_is_below_naive_at_short_horizons(
    pairs: pd.DataFrame, tabel_id: str, horizon: int
) -> None:
    own = pairs[(pairs["serie_id"] == tabel_id) & (pairs["horisont"] == horizon)]
    assert own["fejl_prognose"].mean() < own["fejl_naiv"].mean()


@pytest.mark.parametrize("tabel_id", TABLES)
def test_intervals_cover_about_80_pct(pairs: pd.DataFrame, tabel_id: str) -> None:
    covered = inside(pairs[pairs["serie_id"] == tabel_id])
    assert len(covered) > 10_000
    assert 0.72 <= covered["inde"].mean() <= 0.88


def test_stated_probability_rises_with_what_is_reached(backtest: Backtest) -> None:
    targets = backtest.targets()
    for _, own in targets.groupby("serie_id"):
        unlikely = own[own["sandsynlighed_pct"] < 25]["naaet"].mean()
        even = own[own["sandsynlighed_pct"].between(25, 74)]["naaet"].mean()
        likely = own[own["sandsynlighed_pct"] >= 75]["naaet"].mean()
        assert unlikely < 0.25 < even < 0.65 < likely


def test_nothing_later_than_the_origin_is_used(
    backtest: Backtest, models: dict[str, str], series: pd.DataFrame, tmp_path: Path
) -> None:
    """Figures after June 2025 trebled: no forecast and no interval up to then is another."""
    june = month_number("2025M06")
    later = series["maaned_nr"] > june
    changed = series.assign(vaerdi=series["vaerdi"].where(~later, series["vaerdi"] * 3))
    after = Backtest.run(tmp_path, models, changed).forecasts()
    before = backtest.forecasts()
    known = before["prognose_fra"] <= pd.Timestamp("2025-06-01")
    assert known.sum() == 3 * 98 * 12 * 12
    pd.testing.assert_frame_equal(
        before[known].sort_values(KEY).reset_index(drop=True),
        after[after["prognose_fra"] <= pd.Timestamp("2025-06-01")]
        .sort_values(KEY)
        .reset_index(drop=True),
    )
    both = before[~known].merge(after, on=KEY, suffixes=("", "_efter"))
    assert (both["prognose"] != both["prognose_efter"]).mean() > 0.99


def test_an_interval_needs_three_origins_with_known_outcome(backtest: Backtest) -> None:
    """y25i09 begins in 2023M07, so its first forecast is from 2024M07."""
    own = backtest.forecasts().query("serie_id == 'y25i09' and status != 'intet_tal'")
    first = own.groupby("prognose_fra")["nedre_80"].count()
    assert first.index[0] == pd.Timestamp("2024-07-01")
    assert (first.iloc[:3] == 0).all()
    assert (first.iloc[3:] > 0).all()


def test_printed_figures_are_rounded_half_up() -> None:
    assert [one(0.25), one(0.35), one(6.25)] == ["0.3", "0.4", "6.3"]
    assert [percent(0.125), percent(0.745)] == ["13", "75"]
