"""The release before: attached read-only, and every release that carried its figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from beskplan.release import manifest
from beskplan.release.basis import Basis
from beskplan.release.corrections.compare import Compared, Side, compare, create_empty
from beskplan.release.database import DATABASE, Identity
from beskplan.settings import Settings

ANNOUNCED = "revision_varslet.csv"
ATTACHED = "forrige"


@dataclass(frozen=True)
class Since:
    """What a release is compared with.

    Args:
        previous: id of the release before, or None for the first.
        compared: the tables that were compared.
    """

    previous: str | None
    compared: Compared


def since(
    con: duckdb.DuckDBPyConnection,
    current: Path | None,
    identity: Identity,
    basis: Basis,
    settings: Settings,
) -> Since:
    """Fill the temporary table `rettelser`: what the candidate changes in the current release.

    Args:
        con: the candidate, from `database.open_candidate`.
        current: the release that is current, or None before the first.
        identity: what the new release is called.
        basis: what the new release rests on.
        settings: where the seeds lie.
    """
    if current is None:
        create_empty(con)
        return Since(None, Compared((), ()))
    path = str(current / DATABASE).replace("'", "''")
    con.execute(f"attach '{path}' as {ATTACHED} (read_only)")
    after = Side(
        identity.release_id,
        "kandidat.main",
        basis.stated_time,
        [(vintage.tabel_id, vintage.hentet_utc) for vintage in basis.vintages],
    )
    compared = compare(
        con,
        side(current, f"{ATTACHED}.main"),
        after,
        chain=chain(current),
        decisions=basis.decisions,
        announced=settings.seeds / ANNOUNCED,
    )
    return Since(current.name, compared)


def side(release: Path, schema: str) -> Side:
    """A published release as one of two that are compared."""
    content = manifest.read(release)
    return Side(release.name, schema, content["opgjort_utc"], _vintages(release))


def chain(release: Path) -> list[tuple[int, str, str, str]]:
    """(nr, release id, table id, retrieved) of a release and of all before it, oldest first."""
    return [
        (nr, folder.name, table, time)
        for nr, folder in enumerate(lineage(release))
        for table, time in _vintages(folder)
    ]


def lineage(release: Path) -> list[Path]:
    """A release and all before it that are still there, oldest first; manifests are enough."""
    folders = [release]
    while (before := manifest.read(folders[-1])["forrige"]) and (release.parent / before).is_dir():
        folders.append(release.parent / before)
    return folders[::-1]


def _vintages(release: Path) -> list[tuple[str, str]]:
    return [
        (table["tabel_id"], vintage["hentet_utc"])
        for table in manifest.read(release)["tabeller"]
        for vintage in table["vintager"]
    ]
