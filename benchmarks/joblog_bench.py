"""Errors of the Joblog class in real clean months, through the gate's own models and thresholds.

`make joblog-bench` writes docs/joblog-bench.md. No check is written here: the months are written as
further scenarier in a copy of the warehouse, dbt runs the models of `models/kontrol` on them, and
the suite's own file says what holds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from joblog_errors import KINDS, ImpossibleError, Injection, Month, inject
from joblog_months import RECORDED, Dbt, Table, build, land, month_number, read_tables, tied_tables
from joblog_outcome import Evidence, Rule, rules, through_the_gate
from joblog_scenarier import (
    HISTORY,
    PAST,
    Scenarie,
    changed_rows,
    chunks,
    clean,
    evidence,
    keep,
    plan_rows,
    stream,
    write,
)

from beskplan.settings import PROJECT

SEED = 20180629
# Thresholds are set on months up to this one; the months after are printed.
CHOSEN_UNTIL = "2025M06"
WITH_PLAN = 20
THROUGH_THE_GATE = 30
REPORT = PROJECT / "docs" / "joblog-bench.md"

MOVES = (
    "shift of 5 rows",
    "shift of 20 rows",
    "shift of all rows",
    "another month's column",
    "swap, dissimilar",
    "factor 10",
)
# How many of each kind: in the months that are printed where a target is set, where none is, and
# in the months before.
AIMED, FREE, BEFORE = 140, 36, 10
TARGETED = (
    {(tabel_id, kind) for tabel_id in ("y60a02", "y25i01") for kind in MOVES}
    | {(tabel_id, "another group's column") for tabel_id in ("y25i01", "y25i09")}
    | {(tabel_id, "zero for hidden") for tabel_id in ("y60j01", "y25i01")}
    | {(t, "count and share together") for t in ("y25i01", "y60a02", "y60j01")}
)
# An error that has been drawn before is drawn again, so many times at most.
DRAWS = 30


@dataclass(frozen=True)
class Quota:
    """How many injections of a kind into a table.

    Args:
        aimed: in printed months where a target is set.
        free: in printed months elsewhere.
        before: in the months on which thresholds are set.
    """

    aimed: int = AIMED
    free: int = FREE
    before: int = BEFORE

    def of(self, tabel_id: str, kind: str, printed: bool) -> int:
        """The number for one table and kind."""
        if not printed:
            return self.before
        return self.aimed if (tabel_id, kind) in TARGETED else self.free


def regions(table: Table) -> dict[str, list[int]]:
    """The kommuner's places in a table, by region."""
    groups = pd.read_csv(PROJECT / "seeds" / "grupper.csv", dtype=str)
    groups = groups[(groups["gruppe_art"] == "region") & groups["gyldig_til"].isna()]
    places = {str(area): nr for nr, area in enumerate(table.areas[: table.kommuner])}
    return {
        str(name): sorted(places[str(int(code))] for code in part)
        for name, part in groups.groupby("gruppe_id")["kommune_kode"]
    }


def with_plans(tables: Mapping[str, Table], seed: int, number: int) -> list[int]:
    """The kommuner that have a plan, drawn."""
    table = next(iter(tables.values()))
    drawn = stream(seed, "planer").permutation(table.areas[: table.kommuner])
    return sorted(int(area) for area in drawn[:number])


def injections(
    tables: Mapping[str, Table], seed: int, quota: Quota, first_nr: int
) -> list[Scenarie]:
    """Draw the errors; none is drawn twice in the same month."""
    found: list[Scenarie] = []
    limit = month_number(CHOSEN_UNTIL)
    for tabel_id, table in tables.items():
        where = regions(table)
        for kind in KINDS:
            for printed in (True, False):
                months = [
                    at
                    for at in range(HISTORY, len(table.months))
                    if (int(table.months[at]) > limit) == printed
                ]
                random = stream(seed, tabel_id, kind, printed)
                drawn = _draw(random, table, months, where, kind, quota.of(tabel_id, kind, printed))
                for at, injection in drawn:
                    month = int(table.months[at])
                    found.append(Scenarie(first_nr + len(found), tabel_id, month, PAST, injection))
    return found


def _draw(
    random: np.random.Generator,
    table: Table,
    months: Sequence[int],
    where: Mapping[str, Sequence[int]],
    kind: str,
    number: int,
) -> Iterator[tuple[int, Injection]]:
    seen: set[tuple[int, bytes]] = set()
    misses = 0
    while months and len(seen) < number and misses < DRAWS:
        at = int(random.choice(months))
        try:
            injection = inject(random, Month(table, at, where), kind)
        except ImpossibleError:
            misses += 1
            continue
        if (at, injection.key) in seen:
            misses += 1
            continue
        misses = 0
        seen.add((at, injection.key))
        yield at, injection


@dataclass
class Bench:
    """Scenarier and what the rules found in them.

    Args:
        tables: the real figures.
        scenarier: every one.
        plans: kommuner with a plan in the database.
        suite: the rules.
        evidence: what was found.
        gate: of some scenarier, what the gate itself says: scenarie → table → outcome.
    """

    tables: Mapping[str, Table]
    scenarier: list[Scenarie]
    plans: list[int]
    suite: list[Rule]
    evidence: Evidence
    gate: dict[int, dict[str, str]]

    def twins(self) -> dict[int, int]:
        """Injected scenarie → the same month, clean."""
        month = {
            (item.tabel_id, item.month): item.nr
            for item in self.scenarier
            if item.injection is None and item.past is not None
        }
        return {
            item.nr: month[item.tabel_id, item.month]
            for item in self.scenarier
            if item.injection is not None
        }

    def clean(self) -> pd.DataFrame:
        """Clean scenarier with all their months: scenarie, tabel_id, month."""
        return pd.DataFrame(
            [
                (item.nr, item.tabel_id, item.month)
                for item in self.scenarier
                if item.injection is None and item.past is None
            ],
            columns=["scenarie", "tabel_id", "month"],
        )


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say how long something took."""
    began = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - began:.0f} s", flush=True)


def run(
    dbt: Dbt,
    tables: Mapping[str, Table],
    scenarier: list[Scenarie],
    plans: list[int],
    tied: Mapping[str, Sequence[str]],
    gated: Sequence[int] = (),
) -> Bench:
    """Run every scenarie through dbt, as many at a time as fit.

    Args:
        dbt: where the real months are built; `keep` has been called.
        tables: the real figures.
        scenarier: all of them.
        plans: kommuner that have a plan.
        tied: tables that a scenarie holds besides the judged one.
        gated: numbers of those that also go through the gate itself.
    """
    suite = rules()
    codes = [f"{area:03}" for area in plans]
    found, gate = [], {}
    for nr, part in enumerate(chunks(scenarier, tables, tied)):
        with timed(f"run {nr + 1}, {len(part)} scenarier"):
            with duckdb.connect(str(dbt.database)) as con:
                write(con, plan_rows(part, tables, tied), changed_rows(part, tables), codes)
            evidence(dbt)
            with duckdb.connect(str(dbt.database), read_only=True) as con:
                found.append(Evidence.read(con, suite))
        for item in part:
            if item.nr in gated:
                gate[item.nr] = through_the_gate(dbt.database, item.nr, dbt.folder)
    return Bench(tables, scenarier, plans, suite, Evidence.together(found), gate)


def main() -> None:
    """Write docs/joblog-bench.md and print its figures."""
    from joblog_bench_report import check_gate, report
    from joblog_permutations import COUNTED_IN, section

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with timed("landed and built"):
            landing = land(folder, [*RECORDED, COUNTED_IN], bilag=True)
            dbt = build(folder / "bench", landing.path)
        keep(dbt, [*RECORDED, COUNTED_IN, "joblog"])
        tables = read_tables(dbt.database, RECORDED)
        months = clean(tables, None, 1)
        twins = clean(tables, PAST, 1 + len(months))
        errors = injections(tables, SEED, Quota(), 1 + len(months) + len(twins))
        scenarier = months + twins + errors
        plans = with_plans(tables, SEED, WITH_PLAN)
        drawn = stream(SEED, "gate").permutation([item.nr for item in scenarier])
        gated = [int(nr) for nr in drawn[:THROUGH_THE_GATE]]
        bench = run(dbt, tables, scenarier, plans, tied_tables(RECORDED), gated)
        permuted, _ = section(dbt, tables, SEED, plans)
    check_gate(bench)
    text = report(bench, SEED, time.monotonic() - began, [permuted])
    REPORT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
