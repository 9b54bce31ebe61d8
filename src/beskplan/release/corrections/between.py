"""`beskplan diff`: what differs between any two releases, days or times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from beskplan.errors import ReleaseError
from beskplan.landing import Landing
from beskplan.release import csvfile, held, manifest, retention, swap
from beskplan.release.corrections import told
from beskplan.release.corrections.compare import COLUMNS, TABLE, Side, compare
from beskplan.release.corrections.files import list_row
from beskplan.release.corrections.previous import ANNOUNCED, chain, side
from beskplan.release.database import DATABASE
from beskplan.release.rows import Record, records
from beskplan.settings import Settings

LARGEST = 20
LARGEST_SQL = f"""
select * from {TABLE}
order by art, abs(aendring) desc nulls last, tabel, tabel_id, periode, gruppe, maaling, omraade_kode
limit {LARGEST}
"""  # noqa: S608 - the project's own names; values are bound
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# What was known of each cell at a time; the figures that rest on it are kept in releases alone.
AS_OF_DDL = """
create schema memory.{name};
create view memory.{name}.fct_ydelser as
select * from {source}.fct_ydelser_vintage
where
    gyldig_fra <= timestamp '{time}' and (gyldig_til is null or gyldig_til > timestamp '{time}');
create view memory.{name}.revisioner as select * from {source}.revisioner
"""


@dataclass(frozen=True)
class Difference:
    """What differs between two sides.

    Args:
        before: the older side, in words.
        after: the newer side, in words.
        counts: changed cells by table and class.
        largest: the corrections of errors first, then the largest changes.
        left_out: tables that could not be compared.
        rows: every changed cell.
    """

    before: str
    after: str
    counts: Sequence[Record]
    largest: Sequence[Record]
    left_out: Sequence[str]
    rows: Sequence[Record]


def difference(settings: Settings, before: str, after: str) -> Difference:
    """Compare two releases, days or times.

    A day or a time stands for the release that was in force then: the newest that rests on
    answers fetched until then. Where there was none yet, it stands for what the source had
    published by then, and only the source's own figures are compared.

    Args:
        settings: where the releases lie.
        before: a release's id, or a day or time (ISO, UTC).
        after: the same, for the newer side.

    Raises:
        ReleaseError: there is no release, or what is asked for cannot be read.
    """
    current = swap.current(settings.releases)
    if current is None:
        raise ReleaseError(
            "there is no release yet", where=str(settings.releases), do="run `beskplan koer`"
        )
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        sides = [
            _side(con, settings.releases, current, text, name)
            for text, name in ((before, "foer"), (after, "efter"))
        ]
        newer = settings.releases / sides[1].name
        compared = compare(
            con,
            *sides,
            chain=chain(current),
            decisions=held.decisions(Landing(settings.landing)),
            announced=(newer if newer.is_dir() else current) / "seeds" / ANNOUNCED,
        )
        return Difference(
            before=sides[0].name,
            after=sides[1].name,
            counts=records(con, told.COUNTS_SQL),
            largest=records(con, LARGEST_SQL),
            left_out=compared.left_out,
            rows=records(con, f"select * from {TABLE} order by all"),  # noqa: S608 - the project's own names; values are bound
        )


def write_list(path: Path, found: Difference) -> None:
    """Write every changed cell as a csv file."""
    csvfile.write_rows(path, [list(COLUMNS), *(list_row(row) for row in found.rows)])


def _side(
    con: duckdb.DuckDBPyConnection, releases: Path, current: Path, text: str, name: str
) -> Side:
    """Attach what a text stands for."""
    release = releases / text
    if (release / manifest.MANIFEST).is_file() and release.name != swap.CURRENT:
        return _release_side(con, release, name)
    when = _time(text)
    in_force = [
        folder
        for folder in swap.finished(releases)
        if (folder / manifest.MANIFEST).is_file() and _stated(folder) <= when
    ]
    if in_force:
        newest = max(in_force, key=lambda folder: (_stated(folder), _number(folder)))
        return _release_side(con, newest, name)
    source = _release_side(con, current, f"{name}_historik")
    con.execute(AS_OF_DDL.format(name=name, source=source.schema, time=when.removesuffix("Z")))
    known = [(table, time) for table, time in source.vintages if time <= when]
    return Side(when, f"memory.{name}", when, known)


def _release_side(con: duckdb.DuckDBPyConnection, release: Path, name: str) -> Side:
    retention.refuse_thinned(release)
    path = str(release / DATABASE).replace("'", "''")
    con.execute(f"attach '{path}' as {name} (read_only)")
    return side(release, f"{name}.main")


def _stated(release: Path) -> str:
    return str(manifest.read(release)["opgjort_utc"])


def _number(release: Path) -> tuple[str, int]:
    periode, _, number = release.name.rpartition("-")
    return periode, int(number) if number.isdigit() else 0


def _time(text: str) -> str:
    """A day is over at its end; a time is taken as UTC where it says nothing else."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise ReleaseError(
            f"{text!r} is neither a release nor a day or time",
            where="beskplan diff",
            do="name a release (2026M07-1), a day (2026-08-18) or a time (2026-08-18T20:00Z)",
        ) from error
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    if _DAY.fullmatch(text):
        when += timedelta(days=1, seconds=-1)
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"
