"""Old releases thinned by rule; what is left of one is enough to make it again (`rebuild`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from beskplan.errors import ReleaseError
from beskplan.maalinger import began
from beskplan.release import manifest, swap
from beskplan.release.database import DATABASE, PARQUET

# What a rebuild needs of a release, beside landing: under a megabyte.
LEFT = (manifest.MANIFEST, "afgoerelser.csv", "seeds")
# A release is swapped in at most this long after its build began: a run's deadline is 4 hours.
PUBLISHED_WITHIN = timedelta(days=1)
DENMARK = ZoneInfo("Europe/Copenhagen")
NAMED_SQL = """
select distinct unnest([release_id, forrige_release_id, foer_udgivelse]) as release_id
from read_parquet(?)
where art = 'fejlrettelse'
"""


@dataclass(frozen=True)
class Standing:
    """A release, and what keeps it whole.

    Args:
        path: its folder.
        because: each rule that keeps it whole, in words; empty: it may be thinned.
        whole: False: it has been thinned.
    """

    path: Path
    because: tuple[str, ...]
    whole: bool


def is_whole(release: Path) -> bool:
    """Whether a release has its figures: thinning takes the database first."""
    return (release / DATABASE).is_file()


def standings(releases: Path, newest: int) -> list[Standing]:
    """Every release, oldest first, with the rules that keep it whole.

    Whole stays the current one, the newest few, each that may have been current on the last day of
    a month (Danish time), and each that the notice of a corrected error names.

    Args:
        releases: their folder.
        newest: how many of the newest stay whole.

    Raises:
        ReleaseError: a folder has no readable manifest.
    """
    current = swap.current(releases)
    if current is None:
        return []
    folders = sorted(swap.finished(releases), key=_age)
    named = {name for folder in folders for name in _named_in_corrections(folder)}
    found = []
    for nr, folder in enumerate(folders):
        following = folders[nr + 1] if nr + 1 < len(folders) else None
        month = _month_end(folder, following)
        rules = {
            "current": folder == current,
            f"one of the newest {newest}": len(folders) - nr <= newest,
            f"current on {month}": month is not None,
            "named in the notice of a correction": folder.name in named,
        }
        because = tuple(rule for rule, holds in rules.items() if holds)
        found.append(Standing(folder, because, is_whole(folder)))
    return found


def thin(releases: Path, newest: int) -> list[Path]:
    """Take the figures out of every release that no rule keeps; may be interrupted and repeated.

    Args:
        releases: their folder.
        newest: how many of the newest stay whole.

    Returns:
        The folders that were thinned.
    """
    with swap.publish_lock(releases):
        loose = [one.path for one in standings(releases, newest) if not one.because]
        return [folder for folder in loose if _take_figures(folder)]


def refuse_thinned(release: Path) -> None:
    """Say how to get the figures of a thinned release back.

    Raises:
        ReleaseError: it has been thinned.
    """
    if is_whole(release):
        return
    raise ReleaseError(
        f"{release.name} has been thinned: its figures are not in releases/",
        where=str(release),
        do=f"`beskplan rebuild {release.name} --verify`, then put its files back beside its "
        f"manifest: cp -a arbejde/genskabt/{release.name}/releases/{release.name}/. {release}",
    )


def _age(release: Path) -> tuple[datetime, str]:
    return began(str(manifest.read(release)["koersel"])), release.name


def _month_end(release: Path, following: Path | None) -> str | None:
    """The last day of a month on which the release may have been current, if there is one."""
    since = _age(release)[0].astimezone(DENMARK)
    until = _age(following)[0] + PUBLISHED_WITHIN if following else datetime.max.replace(tzinfo=UTC)
    first_of_next = (since.replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    last_day = first_of_next - timedelta(days=1)
    return f"{last_day:%Y-%m-%d}" if until > last_day else None


def _named_in_corrections(release: Path) -> Iterator[str]:
    path = release / PARQUET / "rettelser.parquet"
    if path.is_file():
        with duckdb.connect() as con:
            yield from (name for (name,) in con.execute(NAMED_SQL, [str(path)]).fetchall() if name)


def _take_figures(release: Path) -> bool:
    superfluous = sorted(path for path in release.iterdir() if path.name not in LEFT)
    # The database goes first: without it the folder counts as thinned, however far this gets.
    for path in sorted(superfluous, key=lambda path: path.name != DATABASE):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return bool(superfluous)
