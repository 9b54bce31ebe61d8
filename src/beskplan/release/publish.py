"""Write the candidate as a release, check it, and swap it in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from beskplan.errors import ReleaseError
from beskplan.gate.judgement import Judgement
from beskplan.landing import Landing
from beskplan.release import basis as bases
from beskplan.release import bi, contents, corrections, database, friskhed, manifest, swap
from beskplan.release.basis import Basis
from beskplan.release.database import Identity
from beskplan.release.kommuner import Progress, silent
from beskplan.settings import Settings

CANDIDATE = "kandidat.duckdb"


@dataclass(frozen=True)
class Release:
    """A release that has been swapped in.

    Args:
        release_id: `2026M07-1`.
        periode: newest month of its counts.
        path: its folder.
        stated_time: newest retrieval that it rests on, ISO UTC.
        fingerprint: sum over all that it rests on.
    """

    release_id: str
    periode: str
    path: Path
    stated_time: str
    fingerprint: str


def publish(
    settings: Settings, run_dir: Path, judgement: Judgement, tell: Progress = silent
) -> Release | None:
    """Publish a judged candidate.

    Killed at any moment, `current` is the whole release before or the whole new one, and the next
    call goes on from there.

    Args:
        settings: where things are; with a real token generated figures are refused.
        run_dir: the run's folder, with the candidate.
        judgement: the gate's judgement of this run.
        tell: called with how many kommuner are written, and of how many.

    Returns:
        The release, or None if the current one rests on the same things.

    Raises:
        ReleaseError: the release cannot be written, or must not be; `current` is as before.
    """
    candidate = run_dir / CANDIDATE
    with swap.publish_lock(settings.releases):
        swap.clear_left_overs(settings.releases)
        basis = bases.of_candidate(candidate, Landing(settings.landing), settings.seeds, judgement)
        if settings.has_real_token:
            _refuse_generated(candidate, basis)
        current = swap.current(settings.releases)
        if current and manifest.rests_on(current, basis):
            return None
        basis = replace(basis, previous=_fingerprint(current))
        release = _renamed_but_not_swapped_in(settings.releases, current, basis)
        if release is None:
            release = _write(settings, candidate, judgement, basis, current, tell)
        swap.swap_in(release)
    return _described(release)


def is_current(settings: Settings) -> bool:
    """Whether the current release is what a build and publish would give now.

    False also where that cannot be known without building: a vintage waits for its judgement.
    """
    current = swap.current(settings.releases)
    if current is None:
        return False
    basis = bases.of_landing(Landing(settings.landing), settings.seeds)
    return basis is not None and manifest.rests_on(current, basis)


def _fingerprint(release: Path | None) -> str | None:
    return str(manifest.read(release)["fingeraftryk"]) if release else None


def _renamed_but_not_swapped_in(releases: Path, current: Path | None, basis: Basis) -> Path | None:
    """The release that a publish killed between rename and swap left behind.

    It followed the release that is still current; one that was swapped in once and is wanted
    again (a seed taken back) gets a number of its own.
    """
    previous = current.name if current else None
    for release in swap.finished(releases):
        if not (release / manifest.MANIFEST).is_file():
            continue
        content = manifest.read(release)
        same = content["fingeraftryk"] == basis.fingerprint and content["forrige"] == previous
        if same and release != current and not manifest.faults(release):
            return release
    return None


def _write(
    settings: Settings,
    candidate: Path,
    judgement: Judgement,
    basis: Basis,
    current: Path | None,
    tell: Progress,
) -> Path:
    unfinished = settings.releases / f"{swap.UNFINISHED}{judgement.koersel}"
    unfinished.mkdir()
    with database.open_candidate(candidate) as con:
        tables = database.public_tables(con, basis.seed_names)
        periode = database.newest_month(con)
        identity = Identity(swap.next_id(settings.releases, periode), periode)
        before = corrections.since(con, current, identity, basis, settings)
        friskhed.state(con, Landing(settings.landing), basis)
        rows = database.write(con, tables, identity, basis, unfinished)
        bi.write(unfinished / database.DATABASE, current and current / database.DATABASE)
        # A client that opened it for writing would shut all others out.
        (unfinished / database.DATABASE).chmod(0o444)
        frame = contents.frame(con, identity, basis)
        table_rows = contents.write(con, settings, identity, basis, unfinished)
        table_rows |= corrections.write(con, before, frame, basis, unfinished)
        written = contents.write_site(
            settings, candidate, frame, basis, judgement, current, unfinished, tell
        )
        manifest.write(
            unfinished,
            identity=identity,
            basis=basis,
            rows=rows,
            table_rows={**table_rows, **written.rows},
            written=written.counts,
            run=judgement.koersel,
            previous=current.name if current else None,
        )
        database.check(con, rows, unfinished)
    _refuse_faults(unfinished)
    return swap.keep(unfinished, identity.release_id)


def _refuse_generated(candidate: Path, basis: Basis) -> None:
    """A release made with a key from STAR is taken for real figures, so it may hold no other."""
    tables = sorted({v.tabel_id for v in basis.vintages if v.oprindelse == "genereret"})
    with database.open_candidate(candidate) as con:
        marts = database.generated_tables(con, database.public_tables(con, basis.seed_names))
    if tables or marts:
        raise ReleaseError(
            "with a real token a release that would hold a generated cell is refused",
            where=f"tables {tables}, marts {marts}",
            do="start with an empty landing folder, or publish without a token",
        )


def _refuse_faults(unfinished: Path) -> None:
    found = manifest.faults(unfinished)
    if found:
        raise ReleaseError(
            f"the written release is not what its manifest says: {'; '.join(found)}",
            where=str(unfinished),
            do="look for a full disk, then publish again",
        )


def _described(release: Path) -> Release:
    content = manifest.read(release)
    return Release(
        release_id=content["release_id"],
        periode=content["periode"],
        path=release,
        stated_time=content["opgjort_utc"],
        fingerprint=content["fingeraftryk"],
    )
