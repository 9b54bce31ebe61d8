"""The history's SQL on random landings: in steps, at once, and as a plain loop tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import jinja2
from hypothesis import given, settings
from hypothesis import strategies as st

from beskplan.settings import PROJECT

MODELS = PROJECT / "dbt_project" / "models" / "intermediate"
START = datetime(2026, 1, 1)  # noqa: DTZ001 - the warehouse's times are UTC without a zone
COLUMNS = """
    celle_id varchar, kilde varchar, tabel_id varchar, maaling_id varchar, omraade_kode varchar,
    periode varchar, dimensioner varchar, vaerdi decimal(18, 3), status varchar,
    oprindelse varchar
"""
HISTORY = """
    select celle_id, vaerdi, status, oprindelse, gyldig_fra, gyldig_til from int_obs order by all
"""

MILLI = Decimal("0.001")

# What a source may say of one cell; absent from the dictionary = not asked for.
State = tuple[Decimal | None, str, str]
Landed = dict[str, State]
STATES: st.SearchStrategy[State] = st.one_of(
    st.builds(
        lambda number, origin: (Decimal(number).quantize(MILLI), "A", origin),
        st.integers(0, 2),
        st.sampled_from(["api", "genereret"]),
    ),
    st.sampled_from([(None, "C", "api"), (None, "U", "api"), (None, "M", "api")]),
)
LANDINGS = st.lists(
    st.dictionaries(st.sampled_from(["y1|a", "y1|b", "y1|c", "y2|a"]), STATES, max_size=4),
    min_size=1,
    max_size=5,
)


def model(path: Path, *, incremental: bool) -> str:
    """The model's SQL, with tables under their own names."""
    return (
        jinja2.Environment()  # noqa: S701 - SQL, not HTML
        .from_string(path.read_text(encoding="utf-8"))
        .render(
            ref=lambda name: name,
            this="int_obs",
            config=lambda **_: "",
            is_incremental=lambda: incremental,
        )
    )


FIRST = model(MODELS / "int_obs.sql", incremental=False)
NEXT = model(MODELS / "int_obs.sql", incremental=True)


def time(number: int) -> datetime:
    return START + timedelta(days=number)


def load(con: duckdb.DuckDBPyConnection, batch: Sequence[tuple[int, Landed]], first: bool) -> None:
    """One build: what dbt does with the model's SQL."""
    con.execute(f"create or replace table int_celler ({COLUMNS}, hentet_utc timestamp)")
    for number, landed in batch:
        for cell, (value, status, origin) in sorted(landed.items()):
            table = cell.split("|")[0]
            con.execute(
                "insert into int_celler "
                "values (?, 'jobindsats', ?, 'm', '163', 'p', '', ?, ?, ?, ?)",
                [cell, table, value, status, origin, time(number)],
            )
    if first:
        con.execute(f"create table int_obs as {FIRST}")
        return
    con.execute(f"create or replace temp table nye as {NEXT}")
    con.execute(
        "delete from int_obs using nye where int_obs.celle_id = nye.celle_id "
        "and int_obs.gyldig_fra = nye.gyldig_fra"
    )
    con.execute("insert into int_obs from nye")


def history(batches: Sequence[Sequence[tuple[int, Landed]]]) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        for number, batch in enumerate(batches):
            load(con, batch, first=number == 0)
        return con.execute(HISTORY).fetchall()


def told(landings: Sequence[Landed]) -> list[tuple[object, ...]]:
    """The same history, cell by cell: a version lasts until the cell is said to be otherwise."""
    found: list[tuple[object, ...]] = []
    for cell in sorted({cell for landed in landings for cell in landed}):
        versions: list[tuple[State, int]] = []
        for number, landed in enumerate(landings):
            if cell in landed and (not versions or versions[-1][0] != landed[cell]):
                versions.append((landed[cell], number))
        ends = [time(number) for _, number in versions[1:]] + [None]
        found += [
            (cell, *state, time(number), end)
            for (state, number), end in zip(versions, ends, strict=True)
        ]
    return found


def by_text(rows: Sequence[tuple[object, ...]]) -> list[str]:
    return sorted(map(repr, rows))


@settings(max_examples=60, deadline=None)
@given(LANDINGS, st.data())
def test_batch_steps_and_the_plain_story_agree(landings: list[Landed], data: st.DataObject) -> None:
    numbered = list(enumerate(landings))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(landings) - 1)))))
    edges = [0, *cuts, len(landings)]
    pieces = [numbered[a:b] for a, b in pairwise(edges)]
    expected = by_text(told(landings))
    assert by_text(history([numbered])) == expected
    assert by_text(history([[one] for one in numbered])) == expected
    assert by_text(history(pieces)) == expected


def value(number: int) -> State:
    return (Decimal(number), "A", "api")


def test_a_cell_not_asked_for_closes_nothing() -> None:
    landings: list[Landed] = [{"y1|a": value(5), "y1|b": value(1)}, {"y1|b": value(2)}]
    assert ("y1|a", Decimal(5), "A", "api", time(0), None) in history([list(enumerate(landings))])


def test_a_value_that_returns_is_a_new_version() -> None:
    landings: list[Landed] = [{"y1|a": value(5)}, {"y1|a": value(6)}, {"y1|a": value(5)}]
    found = history([[one] for one in enumerate(landings)])
    assert [(row[1], row[4], row[5]) for row in found] == [
        (Decimal(5), time(0), time(1)),
        (Decimal(5), time(2), None),
        (Decimal(6), time(1), time(2)),
    ]


def test_the_real_source_taking_over_is_a_new_version() -> None:
    landings: list[Landed] = [{"y1|a": (Decimal(5), "A", "genereret")}, {"y1|a": value(5)}]
    found = history([list(enumerate(landings))])
    assert [(row[3], row[5]) for row in found] == [("api", None), ("genereret", time(1))]
