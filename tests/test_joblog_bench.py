"""The bench puts in the errors it says, and the gate judges its scenarier as it judges a month."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import duckdb
import numpy as np
import pandas as pd
import pytest
from joblog_bench import Bench, regions, run, with_plans
from joblog_bench_report import Figures, check_gate, interval, named_rows
from joblog_errors import KINDS, ImpossibleError, Injection, Month, inject
from joblog_months import Dbt, Table, build, land, read_tables, tied_tables
from joblog_scenarier import PAST, Scenarie, clean, keep, stream

TABLES = tied_tables(["y60a02", "y60j01"])
PLANS = [163, 265]
A, B, C, D, E, F = range(6)
COUNTRY = 6


def hand_made() -> Table:
    """Six kommuner and the country: two groups, their sum, and the share of each."""
    one, other = [10, 20, 30, 400, 505, 60], [1, 2, 3, 40, 50, 7]
    counts = [one, other, [a + b for a, b in zip(one, other, strict=True)]]
    rows = [[*row, sum(row)] for row in counts] + [
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 4.5],
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.4],
        [1.1, 2.2, 3.3, 4.4, 5.5, 6.6, 4.9],
    ]
    members = ["_g=En", "_g=To", ""] * 2
    series = pd.DataFrame(
        {
            "serie_id": range(1, 7),
            "maaling_id": ["antal"] * 3 + ["andel"] * 3,
            "dimensioner": members,
            "enhed": ["personer"] * 3 + ["pct"] * 3,
        }
    )
    values = np.stack([np.array(rows) + 100, np.array(rows)], axis=2)
    return Table(
        "haand",
        series,
        np.array([101, 147, 151, 153, 155, 157, 0]),
        np.array([24300, 24301]),
        values,
        np.zeros(values.shape, bool),
        np.ones(values.shape, bool),
    )


REGIONS = {"region": [A, B, C]}


def month(table: Table) -> Month:
    return Month(table, 1, REGIONS)


def drawn(kind: str, table: Table, times: int = 20) -> list[Injection]:
    """An error of one kind, drawn again and again; a draw that changes nothing is none."""
    random, found = np.random.default_rng(1), []
    for _ in range(times):
        with suppress(ImpossibleError):
            found.append(inject(random, month(table), kind))
    assert found
    return found


@pytest.mark.parametrize(("kind", "far"), [("swap, similar", False), ("swap, dissimilar", True)])
def test_a_swap_swaps_two_in_every_column_and_keeps_the_total(kind: str, far: bool) -> None:
    table = hand_made()
    if not far:
        table.values[:, B] = table.values[:, A] * 1.05
    for item in drawn(kind, table):
        one, other = np.flatnonzero(item.changed.any(axis=0))
        assert (item.figures[:, one] == table.values[:, other, 1]).all()
        assert (item.figures[:, other] == table.values[:, one, 1]).all()
        ratio = table.values[2, one, 1] / table.values[2, other, 1]
        assert (max(ratio, 1 / ratio) > 1.1) == far
        after, before = item.figures[:, :COUNTRY], table.values[:, :COUNTRY, 1]
        assert after.sum(axis=1) == pytest.approx(before.sum(axis=1))
        assert not item.changed[:, COUNTRY].any()


def test_a_shift_moves_each_figure_to_the_next_row() -> None:
    for item in drawn("shift of 5 rows", hand_made()):
        before, after = hand_made().values[2, :COUNTRY, 1], item.figures[2, :COUNTRY]
        rows = np.flatnonzero(item.changed.any(axis=0))
        assert len(rows) == 5
        assert set(np.diff(rows)) == {1}
        assert after[rows].tolist() in (
            np.roll(before[rows], 1).tolist(),
            np.roll(before[rows], -1).tolist(),
        )
        assert item.figures[2, COUNTRY] == 1128


def test_a_region_is_reassigned_within_itself() -> None:
    for item in drawn("reassigned within a region", hand_made()):
        assert not item.changed[:, D:].any()
        assert sorted(item.figures[2, :D]) == [11, 22, 33]


@pytest.mark.parametrize(("kind", "most"), [("balanced ±10 pct.", 0.1), ("balanced ±30 pct.", 0.3)])
def test_a_balanced_change_keeps_each_sum(kind: str, most: float) -> None:
    table = hand_made()
    for item in drawn(kind, table):
        kommuner, before = item.figures[:, :COUNTRY], table.values[:, :COUNTRY, 1]
        assert kommuner[:3].sum(axis=1).tolist() == before[:3].sum(axis=1).tolist()
        assert (kommuner[2] == kommuner[0] + kommuner[1]).all()
        # All but the one that takes up what is left over.
        assert np.sort(np.abs(kommuner[0] - before[0] * (1 + most)))[0] <= 0.5
        # A share goes with its count: 20 of a share of 2.0 become 22 or 26 of 2.2 or 2.6.
        assert kommuner[3, B] == pytest.approx(kommuner[0, B] / 10)


def test_count_and_share_of_one_group_move_together_and_nothing_else() -> None:
    for item in drawn("count and share together", hand_made()):
        series, areas = np.flatnonzero(item.changed.any(1)), np.flatnonzero(item.changed.any(0))
        assert tuple(series) in ((0, 3), (1, 4))
        assert len(areas) in (4, 6)
        assert item.figures[0].sum() == hand_made().values[0, :, 1].sum()


def test_one_column_is_one_column() -> None:
    assert {item.changed.any(axis=1).sum() for item in drawn("one column only", hand_made())} == {1}


def test_another_group_and_another_month_take_the_country_along() -> None:
    table = hand_made()
    for item in drawn("another group's column", table):
        assert (item.figures[0] == table.values[1, :, 1]).all() or (
            item.figures[1] == table.values[0, :, 1]
        ).all()
    for item in drawn("another month's column", table):
        assert (item.figures == table.values[:, :, 0]).all()


def test_errors_of_one_figure() -> None:
    table = hand_made()
    for item in drawn("digits transposed", table):
        series, area = np.argwhere(item.changed)[0]
        before, after = table.values[series, area, 1], item.figures[series, area]
        assert sorted(f"{before:.0f}") == sorted(f"{after:.0f}")
    for item in drawn("factor 10", table):
        assert item.changed.sum() == 1
        assert (item.figures[item.changed] == 10 * table.values[:, :, 1][item.changed]).all()
    for item in drawn("decimal comma lost", table):
        assert item.changed.sum() in (1, COUNTRY + 1)
        assert (item.figures[item.changed] >= 1).all()
        assert not item.changed[:3].any()


def test_two_merged_are_their_sum_and_their_weighted_share() -> None:
    for item in drawn("two kommuner merged", hand_made()):
        gone = int(np.flatnonzero(np.isnan(item.figures[2]))[0])
        kept = int(np.flatnonzero(item.changed.any(0) & ~np.isnan(item.figures[2]))[0])
        before = hand_made().values[:, :, 1]
        assert item.figures[0, kept] == before[0, kept] + before[0, gone]
        assert np.isnan(item.figures[:, gone]).all()
        if {kept, gone} == {A, B}:
            # 30 persons are 1.0 pct. of 1,000 and 2.0 pct. of 1,000.
            assert item.figures[3, kept] == 1.5


def test_zero_is_put_where_a_figure_was_hidden_and_only_there() -> None:
    with pytest.raises(ImpossibleError):
        inject(np.random.default_rng(1), month(hand_made()), "zero for hidden")
    table = hand_made()
    table.values[1, A, 1] = np.nan
    table.hidden[1, A, 1] = True
    for item in drawn("zero for hidden", table):
        assert np.argwhere(item.changed).tolist() == [[1, A]]
        assert item.figures[1, A] == 0


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dbt, pd.DataFrame, pd.DataFrame]:
    """Two tables as dbt builds them, and the gate's own evidence on their newest month."""
    folder = tmp_path_factory.mktemp("joblog_bench")
    landing = land(folder, TABLES)
    # As in a scenarie: the tied table is there already, and what disagrees concerns the new one.
    tied = landing.newest("jobindsats", "y60j01")
    assert tied
    landing.decide(tied.kilde, tied.tabel_id, tied.hentet_utc, "accepteret", hvem="a", hvorfor="b")
    dbt = build(folder / "bench", landing.path)
    found = own_evidence(dbt, 0)
    keep(dbt, TABLES)
    return dbt, *found


def own_evidence(dbt: Dbt, scenarie: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was measured and what was found, without what differs between scenarier by name."""
    drop = "scenarie, hentet_utc"
    with duckdb.connect(str(dbt.database), read_only=True) as con:
        return tuple(  # type: ignore[return-value]
            con.execute(
                f"select * exclude ({drop}) from {name} "  # noqa: S608 - the test's own names
                f"where scenarie = {scenarie} and tabel_id = 'y60a02' order by all"
            ).df()
            for name in ("kontrol_maalt", "kontrol_fund")
        )


@pytest.fixture(scope="module")
def bench(real: tuple[Dbt, pd.DataFrame, pd.DataFrame]) -> Iterator[tuple[Bench, Dbt]]:
    """A clean newest month, its twin, and one error of each kind in each table."""
    dbt = real[0]
    tables = read_tables(dbt.database, list(TABLES))
    newest = {name: int(table.months[-1]) for name, table in tables.items()}
    months = [
        item
        for past in (None, PAST)
        for item in clean(tables, past, 1 if past is None else 200)
        if item.month == newest[item.tabel_id]
    ]
    errors: list[Scenarie] = []
    for name, table in tables.items():
        at, where = len(table.months) - 1, regions(table)
        for kind in KINDS:
            with suppress(ImpossibleError):
                wrong = inject(stream(7, name, kind), Month(table, at, where), kind)
                number = 1000 + len(errors)
                errors.append(Scenarie(number, name, newest[name], PAST, wrong))
    gated = [months[0].nr, *(item.nr for item in errors[2::12])][:3]
    yield run(dbt, tables, months + errors, PLANS, TABLES, gated), dbt


@pytest.mark.system
def test_a_clean_scenarie_has_the_evidence_that_the_gate_has(
    real: tuple[Dbt, pd.DataFrame, pd.DataFrame], bench: tuple[Bench, Dbt]
) -> None:
    """The newest month of y60a02 as landed and built by dbt, and as the bench writes it."""
    dbt, measured, found = real
    again = own_evidence(dbt, bench[0].scenarier[0].nr)
    assert len(measured) > 250
    pd.testing.assert_frame_equal(again[0], measured)
    pd.testing.assert_frame_equal(again[1], found)
    # All of the past, or what an injected scenarie holds of it: the newest month's are the same.
    assert len(own_evidence(dbt, bench[0].scenarier[2].nr)[0]) < len(measured)


@pytest.mark.system
def test_the_gate_itself_says_the_same(bench: tuple[Bench, Dbt]) -> None:
    check_gate(bench[0])
    assert len(bench[0].gate) == 3
    outcomes = {outcome for tables in bench[0].gate.values() for outcome in tables.values()}
    assert {"pass", "stop"} <= outcomes


@pytest.mark.system
def test_known_errors_are_held_and_the_clean_months_are_not(bench: tuple[Bench, Dbt]) -> None:
    figures = Figures(bench[0], bench[0].plans)
    assert figures.clean()["outcome"].tolist() == ["pass", "pass"]
    errors = figures.errors[figures.errors["tabel_id"] == "y60a02"].set_index("kind")
    assert errors.loc[["shift of 20 rows", "shift of all rows"], "held"].all()
    assert errors.loc["shift of all rows", "size"] == "large"
    ranks = named_rows(figures, figures.errors)
    shifted = ranks[(ranks["kind"] == "shift of 20 rows") & (ranks["tabel_id"] == "y60a02")]
    assert (shifted["moved"] == 20).all()
    assert (shifted["hit"] >= 18).all()


@pytest.mark.system
def test_more_plans_never_mean_fewer_reviews(bench: tuple[Bench, Dbt]) -> None:
    areas = with_plans(bench[0].tables, 1, 98)
    assert len(set(areas)) == 98
    few = Figures(bench[0], []).printed["held"]
    assert (few <= Figures(bench[0], areas).printed["held"]).all()


def test_an_interval_is_clopper_pearsons() -> None:
    assert interval(200, 200) == pytest.approx((0.9817, 1.0), abs=1e-4)
    assert interval(199, 200) == pytest.approx((0.9725, 0.9999), abs=1e-4)
    assert interval(0, 0) == (0.0, 1.0)
