"""A release's own account of itself: every file, and every vintage that it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from beskplan.errors import ReleaseError
from beskplan.release.basis import Basis
from beskplan.release.database import DATABASE, PARQUET, Identity
from beskplan.release.marks import printed

MANIFEST = "manifest.json"
DATABASE_NOTE = (
    "DuckDB skriver ikke de samme bytes hver gang; filens indhold er tabellerne i parquet/, "
    "række for række, og deres kontrolsummer gælder for begge."
)


def write(
    folder: Path,
    *,
    identity: Identity,
    basis: Basis,
    rows: dict[str, int],
    table_rows: dict[str, int],
    written: Mapping[str, int],
    run: str,
    previous: str | None,
) -> None:
    """Write `manifest.json`, the last file of a release.

    Args:
        folder: the unfinished release.
        identity: what it is called.
        basis: what it rests on.
        rows: mart → rows.
        table_rows: file under `tabeller/` → rows of figures.
        written: what there is for people → how many.
        run: the run that wrote it; the only thing in which two equal builds differ.
        previous: the release that was current, or None.
    """
    content = {
        "release_id": identity.release_id,
        "periode": identity.periode,
        "opgjort_utc": basis.stated_time,
        "forrige": previous,
        "forrige_fingeraftryk": basis.previous,
        "koersel": run,
        "fingeraftryk": basis.fingerprint,
        "kode_sum": basis.code,
        "antal": dict(sorted(written.items())),
        "tilsyn": dict(basis.looks),
        "tabeller": _tables(basis),
        "database": {
            "fil": DATABASE,
            "note": DATABASE_NOTE,
            "tabeller": {
                name: {"raekker": count, "sha256": _sha256(folder / PARQUET / f"{name}.parquet")}
                for name, count in rows.items()
            },
        },
        "filer": [_file(folder, path, rows, table_rows) for path in _files(folder)],
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    (folder / MANIFEST).write_bytes(orjson.dumps(content, option=options))


def read(release: Path) -> dict[str, Any]:
    """Read a release's manifest.

    Raises:
        ReleaseError: there is none, or it is cut off.
    """
    try:
        content: dict[str, Any] = orjson.loads((release / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ReleaseError(
            f"the release has no readable manifest: {error}",
            where=str(release),
            do="point `current` to a whole release and remove this one",
        ) from error
    return content


def rests_on(release: Path, basis: Basis) -> bool:
    """Whether a release holds what `basis` says, after the same release as it came after."""
    content = read(release)
    after_the_same = replace(basis, previous=content.get("forrige_fingeraftryk"))
    return bool(content["fingeraftryk"] == after_the_same.fingerprint)


def faults(release: Path) -> list[str]:
    """Compare a release with its manifest: what is missing, too much, or changed.

    The DuckDB file is looked for, not summed up: its content is compared when it is written.
    """
    content = read(release)
    stated = {entry["fil"]: entry["sha256"] for entry in content["filer"]}
    held = {path.relative_to(release).as_posix() for path in _files(release)}
    found = [f"missing: {name}" for name in sorted(stated.keys() - held)]
    found += [f"not in the manifest: {name}" for name in sorted(held - stated.keys())]
    found += [
        f"changed: {name}"
        for name in sorted(stated.keys() & held)
        if _sha256(release / name) != stated[name]
    ]
    if not (release / DATABASE).is_file():
        found.append(f"missing: {DATABASE}")
    return found


def _tables(basis: Basis) -> list[dict[str, Any]]:
    """For each source table: whether it is up to date, and the vintages, newest first."""
    return [
        {
            "kilde": newest.kilde,
            "tabel_id": tabel_id,
            "er_opdateret": tabel_id not in basis.marked,
            "maerke": printed(basis.marked[tabel_id]) if tabel_id in basis.marked else None,
            "vintager": [
                {
                    "hentet_utc": vintage.hentet_utc,
                    "update_latest": vintage.update_latest,
                    "oprindelse": vintage.oprindelse,
                    "indholdssum": vintage.indholdssum,
                }
                for vintage in reversed(basis.vintages)
                if vintage.tabel_id == tabel_id
            ],
        }
        for tabel_id, newest in sorted(basis.newest.items())
    ]


def _files(folder: Path) -> list[Path]:
    """Every file that the manifest sums up: all but itself and the DuckDB file."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (MANIFEST, DATABASE)
    )


def _file(
    folder: Path, path: Path, rows: dict[str, int], table_rows: dict[str, int]
) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    entry: dict[str, Any] = {"fil": name, "sha256": _sha256(path)}
    count = rows.get(path.stem) if path.suffix == ".parquet" else table_rows.get(path.name)
    if count is not None:
        entry["raekker"] = count
    return entry


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
