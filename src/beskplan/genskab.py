"""A past release made again, from landing, its own seeds and the release before it; no network."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from beskplan import flow
from beskplan.errors import ReleaseError
from beskplan.landing import Landing
from beskplan.release import manifest, retention, swap
from beskplan.release.contents import DECISIONS
from beskplan.release.corrections.previous import lineage
from beskplan.release.database import PARQUET
from beskplan.release.documents.written import LONG, TABLES
from beskplan.settings import Settings

# States the code, and so differs between two codes that give the same figures.
ABOUT_CODE = "_release"


@dataclass(frozen=True)
class Comparison:
    """A rebuilt release beside the published one.

    Args:
        by_bytes: every file was compared byte by byte; False: cell by cell, for the code differs.
        compared: folder or file of the release → files compared.
        sums: the same → (sha256 over the published files' names and sums, over the rebuilt ones').
        different: file, and what differs in it.
    """

    by_bytes: bool
    compared: dict[str, int]
    sums: dict[str, tuple[str, str]]
    different: list[str]


def rebuild(settings: Settings, release_id: str) -> Path:
    """Build, judge and publish a release again, in a home of its own under `arbejde/`.

    It sees the vintages, decisions and looks that the release knew, its seeds, and the release
    before it, which is rebuilt first where it has been thinned. `releases/` is only read.

    Args:
        settings: where things are.
        release_id: `2026M07-1`.

    Returns:
        The rebuilt release.

    Raises:
        ReleaseError: there is no such release, or the one before it is gone.
        LandingError: landing lacks a vintage that it rests on.
    """
    published = _published(settings, release_id)
    account = manifest.read(published)
    home = settings.work / flow.REBUILT / release_id
    shutil.rmtree(home, ignore_errors=True)
    (home / "releases").mkdir(parents=True)
    _landing(settings, published, account, home / "landing")
    _before(settings, account, home / "releases")
    as_it_was = replace(
        settings, home=home, seeds=published / "seeds", token=None, chart_folder=None
    )
    run = flow.build(as_it_was)
    flow.judge(as_it_was, run)
    made = flow.publish(as_it_was, run)
    if made != release_id:
        raise ReleaseError(
            f"the rebuilt release is called {made}",
            where=f"releases/{release_id}",
            do="see whether the releases before it are in releases/",
        )
    return as_it_was.releases / made


def compare(settings: Settings, rebuilt: Path) -> Comparison:
    """Compare a rebuilt release with the published one of the same name.

    Args:
        settings: where things are.
        rebuilt: what `rebuild` gave.

    Raises:
        ReleaseError: one of the two cannot be read, or is not what its manifest says.
    """
    published = _published(settings, rebuilt.name)
    accounts = manifest.read(published), manifest.read(rebuilt)
    by_bytes = accounts[0]["kode_sum"] == accounts[1]["kode_sum"]
    whole = retention.is_whole(published)
    if not whole and not by_bytes:
        raise ReleaseError(
            f"{published.name} has been thinned and was written by another code: of its figures "
            "only sums are left, and they hold for that code alone",
            where=str(published),
            do="run the rebuild with the code that wrote it (its manifest's `kode_sum`)",
        )
    for release in (published, rebuilt) if whole else (rebuilt,):
        if found := manifest.faults(release):
            raise ReleaseError(
                f"the release is not what its manifest says: {'; '.join(found[:5])}",
                where=str(release),
                do="put releases/ back from its backup",
            )
    old, new = ({entry["fil"]: entry["sha256"] for entry in one["filer"]} for one in accounts)
    compared = Counter(_part(name) for name in old)
    sums = {part: (_sum(old, part), _sum(new, part)) for part in sorted(compared)}
    if not by_bytes:
        return Comparison(by_bytes, dict(compared), sums, list(_cells(published, rebuilt)))
    different = [
        f"{name}: published {old.get(name, 'lacks it')}, rebuilt {new.get(name, 'lacks it')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    return Comparison(by_bytes, dict(compared), sums, different)


def _published(settings: Settings, release_id: str) -> Path:
    path = settings.releases / release_id
    if release_id not in {release.name for release in swap.finished(settings.releases)}:
        raise ReleaseError(
            f"there is no release {release_id!r}",
            where=str(settings.releases),
            do="name a folder of releases/, such as 2026M07-1",
        )
    return path


def _landing(settings: Settings, published: Path, account: dict[str, Any], to: Path) -> None:
    vintages = {
        (table["kilde"], table["tabel_id"], vintage["hentet_utc"])
        for table in account["tabeller"]
        for vintage in table["vintager"]
    }
    with (published / DECISIONS).open(encoding="utf-8-sig", newline="") as file:
        decided = list(csv.DictReader(file, delimiter=";"))
    decisions = {(d["kilde"], d["tabel_id"], d["hentet_utc"], int(d["nr"])) for d in decided}
    vintages |= {decision[:3] for decision in decisions}
    Landing(settings.landing).copy_as_known(to, vintages, decisions, account["tilsyn"])


def _before(settings: Settings, account: dict[str, Any], releases: Path) -> None:
    """Put the release before it where the build looks for it, and the manifests of all earlier.

    A name that was taken then stays taken, and *rettelser* says which release first bore a figure.
    """
    before = account["forrige"]
    if before is None:
        return
    source = _published(settings, before)
    period, _, number = account["release_id"].rpartition("-")
    earlier = set(lineage(source))
    for release in swap.finished(settings.releases):
        own, _, nr = release.name.rpartition("-")
        if own == period and nr.isdigit() and int(nr) < int(number):
            earlier.add(release)
    for release in earlier:
        (releases / release.name).mkdir()
        shutil.copyfile(release / manifest.MANIFEST, releases / release.name / manifest.MANIFEST)
    if not retention.is_whole(source):
        source = rebuild(settings, before)
    shutil.copytree(source, releases / before, dirs_exist_ok=True)
    swap.swap_in(releases / before)


def _part(name: str) -> str:
    return name.split("/", 1)[0]


def _sum(files: dict[str, str], part: str) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        if _part(name) == part:
            total.update(f"{name} {files[name]}\n".encode())
    return total.hexdigest()


def _cells(published: Path, rebuilt: Path) -> Iterator[str]:
    """The first differing row of each table, and the first differing line of each tidy csv."""
    with duckdb.connect() as con:
        for path in sorted((published / PARQUET).glob("*.parquet")):
            if path.stem != ABOUT_CODE:
                yield from _rows(con, path, rebuilt / PARQUET / path.name)
    for path in sorted((published / TABLES).rglob(f"*{LONG}")):
        name = path.relative_to(published)
        other = rebuilt / name
        old = path.read_text("utf-8-sig").splitlines()
        new = other.read_text("utf-8-sig").splitlines() if other.is_file() else []
        if old != new:
            at = next(
                (nr for nr, pair in enumerate(zip(old, new, strict=False)) if len(set(pair)) > 1),
                min(len(old), len(new)),
            )
            lines = [one[at] if at < len(one) else "no such line" for one in (old, new)]
            yield f"{name} line {at + 1}: published {lines[0]!r}, rebuilt {lines[1]!r}"


def _rows(con: duckdb.DuckDBPyConnection, old: Path, new: Path) -> Iterator[str]:
    if not new.is_file():
        yield f"{old.stem}: the rebuilt release has no such table"
        return
    columns, held = (con.read_parquet(str(path)).columns for path in (old, new))
    if lacking := [name for name in columns if name not in held]:
        yield f"{old.stem}: the rebuilt table lacks {', '.join(lacking)}"
        return
    listed = ", ".join(f'"{name}"' for name in columns)
    for whose, first, second in (("published", old, new), ("rebuilt", new, old)):
        row = con.execute(
            f"select {listed} from read_parquet(?) except all "  # noqa: S608 - the file's own names
            f"select {listed} from read_parquet(?) order by all limit 1",
            [str(first), str(second)],
        ).fetchone()
        if row:
            yield f"{old.stem}: only {whose}: {dict(zip(columns, row, strict=True))}"
