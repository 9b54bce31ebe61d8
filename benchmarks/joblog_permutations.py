"""Permutations of eight kommuner in one group of a Joblog bilag: the error of 2018 itself.

The bilag of those years do not survive, so the month is generated. What decides whether an error
shows is how much such small figures move by themselves; that is measured on recorded series of the
same size and given to the bilag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from backtest_report import table as text_table
from joblog_bench import Bench, run
from joblog_bench_report import Figures, named_rows, pct, share_text
from joblog_errors import Injection, Month
from joblog_months import Dbt, Floats, Table, month_number, read_table
from joblog_scenarier import PAST, Scenarie, stream

GROUP = "_gruppe=Åbenlyst uddannelsesparate"
# The same people as Jobindsats counts them; who is exempt from logging is left out of the bilag.
COUNTED_IN, COUNTED_AS = "y38a02", "_viskat_2udh=Åbenlys uddannelsesparat"
MONTH = "2017M12"
MOVED, PERMUTATIONS, OF_LARGEST = 8, 200, 50
HIDDEN_UP_TO = 3
CLASSES = (4, 10, 20, 50, 200)
# Inside the noise: a change that a kommune makes by itself in one month of twenty.
INSIDE = 1.96


@dataclass(frozen=True)
class Noise:
    """How much a figure moves from month to month, beyond the country's movement.

    Args:
        spread: s.d. of twice the root's difference, by class of size.
        pairs: figures that it was measured on.
    """

    spread: tuple[float, ...]
    pairs: tuple[int, ...]

    def of(self, values: Floats) -> Floats:
        """The spread of figures of some size."""
        nr = np.clip(np.searchsorted(CLASSES, values, side="right") - 1, 0, len(CLASSES) - 1)
        spread: Floats = np.array(self.spread)[nr]
        return spread


def _moves(values: Floats) -> tuple[Floats, Floats]:
    """Size and movement of each figure [kommune, month], as F6 measures it."""
    before, now = values[:, :-1], values[:, 1:]
    both = ~np.isnan(before) & ~np.isnan(now)
    with np.errstate(invalid="ignore"):
        growth = np.where(both, now, 0).sum(0) / np.where(both, before, 0).sum(0)
        moved = 2 * (np.sqrt(now) - np.sqrt(before * growth))
    return ((before + now) / 2)[both], moved[both]


def measure(tables: Sequence[tuple[Table, Sequence[int]]]) -> Noise:
    """Measure it on some series, pooled by size; robust, so that single breaks do not count."""
    pairs = [
        _moves(table.values[nr, : table.kommuner])
        for table, series in tables
        for nr in series
        if table.present[nr].any(axis=0).sum() > 1
    ]
    size, moved = (np.concatenate(part) for part in zip(*pairs, strict=True))
    spread, number = [], []
    for low, high in zip(CLASSES, (*CLASSES[1:], np.inf), strict=True):
        own = moved[(size >= low) & (size < high)]
        spread.append(1.4826 * float(np.median(np.abs(own - np.median(own)))) if len(own) else 0.0)
        number.append(len(own))
    return Noise(tuple(spread), tuple(number))


def measure_recorded(tables: Mapping[str, Table]) -> Noise:
    """The noise of every recorded count."""
    return measure(
        [(table, np.flatnonzero(table.is_count()).tolist()) for table in tables.values()]
    )


def pair_of(table: Table) -> tuple[int, int]:
    """Places of the group's count and share."""
    own = np.flatnonzero(table.series["dimensioner"] == GROUP)
    count = table.is_count()[own]
    return int(own[count][0]), int(own[~count][0])


def with_noise(
    random: np.random.Generator, table: Table, counted: Floats, noise: Noise
) -> tuple[Floats, Noise]:
    """The group's count and share with noise as measured; never more than are counted.

    Args:
        random: what draws it.
        table: the bilag.
        counted: [kommune, month] those whom Jobindsats counts.
        noise: as measured on recorded series.

    Returns:
        [count and share, area, month], and the noise that they have then.
    """
    count, share = pair_of(table)
    values = table.values[[count, share]].copy()
    own = slice(0, table.kommuner)
    antal, users = values[0, own].copy(), np.round(values[0, own] * values[1, own] / 100)
    has = measure([(table, [count])])
    # Drawn anew each month, it counts twice in a difference.
    lacking = np.sqrt(np.maximum(noise.of(antal) ** 2 - has.of(antal) ** 2, 0) / 2)
    drawn = np.round((np.sqrt(antal) + lacking * random.standard_normal(antal.shape) / 2) ** 2)
    drawn = np.minimum(drawn, counted)
    drawn = np.where(np.isnan(antal), np.nan, np.maximum(drawn, HIDDEN_UP_TO + 1))
    lacking = np.sqrt(noise.of(users) ** 2 / 2)
    using = np.round((np.sqrt(users) + lacking * random.standard_normal(users.shape) / 2) ** 2)
    using = np.minimum(using, drawn)
    country = table.country
    more = np.nansum(drawn - antal, axis=0)
    more_users = np.nansum(using - users, axis=0)
    of_country = np.round(values[0, country] * values[1, country] / 100) + more_users
    values[0, own] = drawn
    values[1, own] = np.floor(1000 * using / drawn + 0.5) / 10
    values[0, country] += more
    values[1, country] = np.floor(1000 * of_country / values[0, country] + 0.5) / 10
    changed = Table(
        table.tabel_id,
        table.series.iloc[[count]].reset_index(drop=True),
        table.areas,
        table.months,
        values[:1],
        table.hidden[[count]],
        table.present[[count]],
    )
    return values, measure([(changed, [0])])


def counted_persons(table: Table, bilag: Table) -> Floats:
    """Whom Jobindsats counts in the group [kommune, month of the bilag]."""
    names, units = table.series["dimensioner"], table.series["maaling_navn"]
    nr = int(np.flatnonzero((names == COUNTED_AS) & (units == "antal_personer"))[0])
    first = int(bilag.months[0] - table.months[0])
    found: Floats = table.values[nr, : table.kommuner, first : first + len(bilag.months)]
    return np.where(np.isnan(found), np.inf, found)


UPDATE_SQL = """
update optaget.celler as celler
set vaerdi = stoej.vaerdi
from stoej
where
    celler.serie_id = stoej.serie_id
    and celler.omraade_nr = stoej.omraade_nr
    and celler.periode_nr = stoej.periode_nr
"""


def put_noise(dbt: Dbt, table: Table, values: Floats) -> None:
    """Write the group's figures, as they are now, where scenarier are made of them."""
    pair = list(pair_of(table))
    table.values[pair] = values
    series, area, month = np.nonzero(~np.isnan(values))
    stoej = pd.DataFrame(  # noqa: F841 - DuckDB reads it by its name
        {
            "serie_id": table.series["serie_id"].to_numpy()[np.array(pair)[series]],
            "omraade_nr": table.areas[area],
            "periode_nr": table.months[month],
            "vaerdi": values[series, area, month],
        }
    )
    with duckdb.connect(str(dbt.database)) as con:
        con.execute(UPDATE_SQL)


def permutations(table: Table, seed: int, first_nr: int) -> list[Scenarie]:
    """Eight drawn kommuner, and the eight largest, in another order; count and share together."""
    at = int(month_number(MONTH) - table.months[0])
    month, pair = Month(table, at, {}), list(pair_of(table))
    random = stream(seed, "permutationer")
    size = table.values[pair[0], : table.kommuner, at]
    visible = np.flatnonzero(~np.isnan(size))
    largest = visible[np.argsort(size[visible])[-MOVED:]]
    found = []
    for nr in range(PERMUTATIONS + OF_LARGEST):
        drawn = nr < PERMUTATIONS
        places = random.choice(visible, MOVED, replace=False) if drawn else largest
        figures = month.figures
        figures[np.ix_(pair, places)] = figures[np.ix_(pair, _deranged(random, places))]
        changed = (figures != month.figures) & ~np.isnan(figures)
        kind = "eight drawn" if drawn else "the eight largest"
        injection = Injection(kind, figures, changed, pair[0], figures.tobytes())
        found.append(
            Scenarie(first_nr + nr, table.tabel_id, int(table.months[at]), PAST, injection)
        )
    return found


def _deranged(random: np.random.Generator, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The same kommuner in an order that leaves none where it was."""
    while True:
        order = random.permutation(places)
        if not (order == places).any():
            return order


def section(
    dbt: Dbt, recorded: Mapping[str, Table], seed: int, plans: list[int]
) -> tuple[str, pd.DataFrame]:
    """Run the permutations; the document's section, and a row a permutation.

    Args:
        dbt: where the bilag and `COUNTED_IN` are built.
        recorded: the recorded tables, on which the noise is measured.
        seed: of the draws.
        plans: kommuner that have a plan.
    """
    with duckdb.connect(str(dbt.database), read_only=True) as con:
        tables = {name: read_table(con, name) for name in ("joblog", COUNTED_IN)}
    bilag = tables["joblog"]
    noise = measure_recorded(recorded)
    counted = counted_persons(tables[COUNTED_IN], bilag)
    before = measure([(bilag, [pair_of(bilag)[0]])])
    values, after = with_noise(stream(seed, "støj"), bilag, counted, noise)
    put_noise(dbt, bilag, values)
    month = month_number(MONTH)
    clean = [Scenarie(1, "joblog", month, None, None), Scenarie(2, "joblog", month, PAST, None)]
    drawn = permutations(bilag, seed, 3)
    bench = run(dbt, tables, [*clean, *drawn], plans, {"joblog": (COUNTED_IN,)})
    figures = Figures(bench, plans)
    rows = per_permutation(bench, figures, noise)
    return text(rows, noise, before, after, figures), rows


def per_permutation(bench: Bench, figures: Figures, noise: Noise) -> pd.DataFrame:
    """Each permutation: sizes, held, moved and rightly named; those outside the noise apart."""
    rows = named_rows(figures, figures.errors).set_index("scenarie")
    table = bench.tables["joblog"]
    count, _ = pair_of(table)
    at = int(month_number(MONTH) - table.months[0])
    before = table.values[count, : table.kommuner, at]
    found = []
    for item in bench.scenarier:
        if item.injection is None:
            continue
        places = np.flatnonzero(item.injection.changed.any(axis=0))
        own = before[places]
        now = item.injection.figures[count, places]
        move = np.abs(2 * np.sqrt(now) - 2 * np.sqrt(own))
        outside = places[move > INSIDE * noise.of(own)]
        named = rows.loc[item.nr, "right_areas"]
        seen = sum(int(table.areas[place]) in named for place in outside)
        found.append((item.nr, own.min(), own.max(), len(outside), seen))
    columns = ["scenarie", "smallest", "largest", "outside", "outside_named"]
    sizes = pd.DataFrame(found, columns=columns)
    return sizes.merge(rows.reset_index(), on="scenarie")


def _bands(rows: pd.DataFrame, column: str, edges: Sequence[float]) -> list[list[str]]:
    found = []
    for band, part in rows.groupby(pd.cut(rows[column], edges, right=False), observed=True):
        found.append(
            [
                f"{column} n {band.left:.0f}"
                + (f"–{band.right - 1:.0f}" if np.isfinite(band.right) else " and more"),
                *_counts(part),
            ]
        )
    return found


def _counts(part: pd.DataFrame) -> list[str]:
    moved, right, named = (int(part[name].sum()) for name in ("moved", "right", "named"))
    outside, seen = int(part["outside"].sum()), int(part["outside_named"].sum())
    return [
        str(len(part)),
        share_text(int(part["held"].sum()), len(part)).rsplit(",", 1)[0],
        f"{right} of {moved} ({pct(right / moved)})",
        f"{seen} of {outside} ({pct(seen / outside)})" if outside else "–",
        f"{named - right}",
    ]


def _noise_rows(noise: Noise, before: Noise, after: Noise) -> list[list[str]]:
    names = [f"{low}–{high - 1}" for low, high in pairwise(CLASSES)] + [f"{CLASSES[-1]} and more"]
    return [
        [
            name,
            f"{noise.spread[nr]:.2f}",
            f"{noise.pairs[nr]:,}",
            f"{before.spread[nr]:.2f}",
            f"{after.spread[nr]:.2f}",
        ]
        for nr, name in enumerate(names)
    ]


def text(rows: pd.DataFrame, noise: Noise, before: Noise, after: Noise, figures: Figures) -> str:
    """The section of the document."""
    drawn = rows[rows["kind"] == "eight drawn"]
    largest = rows[rows["kind"] == "the eight largest"]
    written = f"## Permutations of eight kommuner in a Joblog bilag, {MONTH}\n\n"
    written += (
        "Generated bilag: antal and andel of the åbenlyst uddannelsesparate of eight\n"
        "kommuner in another order, together; the country, the other two groups and\n"
        f"Jobindsats' own count of the same people (`{COUNTED_IN}`) as they were. The noise of\n"
        "the bilag is that of recorded counts of the same size: s.d. of\n"
        "2·(√x − √(x before · the country's growth)).\n\n"
    )
    written += text_table(
        ["size", "recorded, s.d.", "figures", "bilag as generated", "bilag judged"],
        _noise_rows(noise, before, after),
    )
    head = [
        "",
        "permutations",
        "held, pct. (interval)",
        "rightly named, of those moved",
        "of those outside the noise",
        "wrongly named",
    ]
    lines = [["eight drawn", *_counts(drawn)], ["the eight largest", *_counts(largest)]]
    lines += _bands(drawn, "smallest", [0, 5, 7, 10, 15, np.inf])
    lines += _bands(drawn, "largest", [0, 20, 30, 50, 100, np.inf])
    written += text_table(head, lines)
    held = figures.holding.merge(rows[["scenarie", "kind"]], on="scenarie")
    by = held.groupby(["kind", "regel_id"])["scenarie"].nunique()
    written += "Held by: " + "; ".join(
        f"{kind}: " + ", ".join(f"{rule} {number}" for rule, number in by[kind].items())
        for kind in by.index.get_level_values(0).unique()
    )
    moved = int(drawn["moved"].sum())
    inside = moved - int(drawn["outside"].sum())
    clean = figures.broken[figures.broken["scenarie"].isin([1, 2])]
    share = pct(inside / moved)
    found = ", ".join(sorted(set(clean["regel_id"]))) or "no rule"
    written += (
        f".\n\nOf the {moved:,} kommuner that were moved, {inside} ({share} pct.) got a count "
        f"within {INSIDE} s.d. of their own: what a month does by itself. Their count is "
        "undetectable, for these checks and for a reader; only the share, or another kommune in "
        f"the same permutation, can give it away. The clean month breaks {found}.\n\n"
    )
    return written
