"""What a release holds besides the marts: tables and pages for planners, seeds, decisions."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from beskplan.gate.judgement import Judgement
from beskplan.landing import Landing
from beskplan.release import (
    csvfile,
    database,
    documents,
    friskhed,
    kommuner,
    manifest,
    quality_page,
    readme,
    sbom,
    stages,
)
from beskplan.release.basis import Basis
from beskplan.release.database import Identity
from beskplan.release.documents.written import TABLES
from beskplan.release.held import DECISION_COLUMNS
from beskplan.release.rows import records
from beskplan.release.site import country, downloads, fresh
from beskplan.release.site.kommune import Told
from beskplan.release.site.shell import Shell, write_page
from beskplan.settings import Settings

DECISIONS = "afgoerelser.csv"
CHANGED_SQL = "select omraade_kode, art, count(*) as antal from rettelser group by all"


def write(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    identity: Identity,
    basis: Basis,
    folder: Path,
) -> dict[str, int]:
    """Write seeds, decisions, README and the tables of the whole country.

    Args:
        con: the candidate.
        settings: where the seeds lie.
        identity: what the release is called.
        basis: what it rests on.
        folder: the unfinished release.

    Returns:
        File name → rows of figures, for the tables that have any.
    """
    _copy_seeds(settings.seeds, basis, folder)
    rows = [tuple(str(decision[name]) for name in DECISION_COLUMNS) for decision in basis.decisions]
    csvfile.write_rows(folder / DECISIONS, [DECISION_COLUMNS, *rows])
    (folder / readme.README).write_bytes(readme.text(identity, basis).encode())
    (folder / sbom.FILE).write_bytes(sbom.content())
    (folder / TABLES).mkdir()
    tables = documents.write_country(con, basis, folder / TABLES, settings.charts)
    return {DECISIONS: len(rows), **tables}


def frame(con: duckdb.DuckDBPyConnection, identity: Identity, basis: Basis) -> Shell:
    """The frame of the release's pages."""
    return Shell(
        release_id=identity.release_id,
        periode=identity.periode,
        stated_time=basis.stated_time,
        generated=_generated(basis),
        absent=country.absent_pages(con),
    )


def write_site(
    settings: Settings,
    candidate: Path,
    shell: Shell,
    basis: Basis,
    judgement: Judgement,
    current: Path | None,
    folder: Path,
    tell: kommuner.Progress,
) -> kommuner.Written:
    """Write the pages, and the documents that there is one of for each kommune.

    Args:
        settings: where drawn charts are kept, and how many processes write.
        candidate: the run's database.
        shell: the frame of the pages.
        basis: what the release rests on.
        judgement: the gate's judgement.
        current: the release before, or None.
        folder: the unfinished release, with all else but the manifest.
        tell: called with how many kommuner are done, and of how many.

    Returns:
        What there is.
    """
    kept = settings.charts
    with database.open_published(candidate, folder / database.DATABASE) as con:
        places = kommuner.with_files(con)
        told = Told(
            findings=quality_page.areas(judgement),
            changed=_changed(con),
            compared=current is not None,
        )
        work = kommuner.Work(candidate, folder, basis, shell, told, kept)
        written = kommuner.write(work, places, tell, settings.processes)
        handled = stages.rows(con, Landing(settings.landing), basis, judgement, folder)
        for name, content in quality_page.render(judgement, basis.marked, shell, handled).items():
            write_page(folder, name, content)
        previous = (current.name, _newest(current)) if current else None
        paged = [place for place in places if place["har_side"]]
        counts = written.counts
        counts += country.write(con, shell, basis, judgement, paged, previous, folder, kept)
        fresh.write(friskhed.read(con), shell, folder)
    # The pages of corrections, of quality and of what comes next.
    counts["sider"] += 3
    counts["tabelfiler"] = downloads.link_tables(folder)
    return written


def _generated(basis: Basis) -> list[str]:
    return sorted(t for t, vintage in basis.newest.items() if vintage.oprindelse == "genereret")


def _newest(release: Path) -> dict[str, str]:
    """Each table's newest vintage in a release."""
    return {
        table["tabel_id"]: table["vintager"][0]["hentet_utc"]
        for table in manifest.read(release)["tabeller"]
    }


def _changed(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Area → kind of change → how many published figures."""
    found: dict[str, dict[str, int]] = {}
    for record in records(con, CHANGED_SQL):
        found.setdefault(record["omraade_kode"], {})[record["art"]] = record["antal"]
    return found


def _copy_seeds(seeds: Path, basis: Basis, folder: Path) -> None:
    (folder / "seeds").mkdir()
    for name in basis.seeds:
        shutil.copyfile(seeds / name, folder / "seeds" / name)
