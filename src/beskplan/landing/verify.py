"""Does landing hold what it says it holds?"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from beskplan.landing.files import content_sum, file_sha256, folder_name, iso_or_none
from beskplan.landing.records import Decision, Look, Vintage

if TYPE_CHECKING:
    from beskplan.landing.store import Landing

MANIFEST = "manifest.json"
CELLS = "celler.parquet"
NOT_SOURCES = (".tmp", "tilsyn", "afgoerelser")


def find_problems(landing: Landing) -> list[str]:
    """Recompute every checksum and look for what is missing, extra or rewritten.

    Args:
        landing: the store.

    Returns:
        One line a problem, in the order of the folders; none means that all is whole.
    """
    root = landing.path
    if not root.exists():
        return []
    problems = [
        f"{path.relative_to(root)}: not a folder of landing"
        for path in sorted(root.iterdir())
        if not path.is_dir()
    ]
    held: set[tuple[str, str, str]] = set()
    for kilde in sorted(path for path in root.iterdir() if path.is_dir()):
        if kilde.name in NOT_SOURCES:
            continue
        for folder in sorted(kilde.glob("*/*")):
            found = list(_vintage_problems(folder))
            problems += [f"{folder.relative_to(root)}{problem}" for problem in found]
            held.add((kilde.name, folder.parent.name, folder.name))
    problems += _record_problems(root, "tilsyn", "*/*/*", Look.read, _look_path)
    problems += _record_problems(root, "afgoerelser", "*", Decision.read, _decision_path)
    if not problems:
        problems += _missing_vintages(landing, held)
        problems += _missing_numbers(landing)
    return problems


def _vintage_problems(folder: Path) -> Iterator[str]:
    """Problems of one vintage, each beginning with `: ` or `/<file>: `."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        yield ": has no manifest"
        return
    try:
        vintage = Vintage.read(manifest)
    except (ValueError, TypeError, KeyError) as error:
        yield f"/{MANIFEST}: cannot be read ({type(error).__name__})"
        return
    if vintage.own_sum() != vintage.manifestsum:
        yield f"/{MANIFEST}: is not as it was written"
    named = (vintage.kilde, vintage.tabel_id, iso_or_none(folder.name))
    if named[:2] != folder.parts[-3:-1] or named[2] != vintage.hentet_utc:
        yield f"/{MANIFEST}: belongs to {vintage.kilde}/{vintage.tabel_id} {vintage.hentet_utc}"
    yield from _file_problems(folder, vintage)


def _file_problems(folder: Path, vintage: Vintage) -> Iterator[str]:
    """Files that are missing, extra, or not as they were written."""
    expected = {str(item["fil"]): str(item["sha256"]) for item in vintage.svar}
    expected[CELLS] = vintage.celler_sha256
    present = {path.name for path in folder.iterdir()}
    for name in sorted(present - expected.keys() - {MANIFEST}):
        yield f"/{name}: is not in the manifest"
    for name, checksum in sorted(expected.items()):
        if name not in present:
            yield f"/{name}: is missing"
        elif file_sha256(folder / name) != checksum:
            yield f"/{name}: is not as it was written"
        elif name.endswith(".gz"):
            yield from _unpack_problems(folder / name)
    if CELLS in present:
        yield from _content_problems(folder / CELLS, vintage)


def _unpack_problems(path: Path) -> Iterator[str]:
    try:
        gzip.decompress(path.read_bytes())
    except (OSError, EOFError) as error:
        yield f"/{path.name}: cannot be unpacked ({type(error).__name__})"


def _content_problems(path: Path, vintage: Vintage) -> Iterator[str]:
    """The content hash and the counts are recomputed from the rows, not from the file."""
    try:
        content = content_sum(path)
    except duckdb.Error as error:
        yield f"/{path.name}: cannot be read ({type(error).__name__})"
        return
    stated = (vintage.indholdssum, vintage.raekker_spurgt, vintage.raekker_mangler)
    if content != stated:
        yield f"/{path.name}: holds {content}, the manifest says {stated}"


def _look_path(look: Look) -> str:
    return f"{look.kilde}/{look.tabel_id}/{look.nr:06d}.json"


def _decision_path(decision: Decision) -> str:
    stem = f"{decision.kilde}__{decision.tabel_id}__{folder_name(decision.hentet_utc)}"
    return f"{stem}__{decision.nr:02d}.json"


def _record_problems(
    root: Path,
    kind: str,
    pattern: str,
    read: Callable[[Path], Any],
    path_of: Callable[[Any], str],
) -> list[str]:
    """Records that cannot be read, or stand under another name than their content gives."""
    problems = []
    for path in sorted(item for item in (root / kind).glob(pattern) if item.is_file()):
        name = path.relative_to(root / kind)
        try:
            belongs = path_of(read(path))
        except (ValueError, TypeError, KeyError) as error:
            problems.append(f"{kind}/{name}: cannot be read ({type(error).__name__})")
            continue
        if belongs != name.as_posix():
            problems.append(f"{kind}/{name}: belongs to {belongs}")
    return problems


def _missing_vintages(landing: Landing, held: set[tuple[str, str, str]]) -> list[str]:
    """Vintages that a look landed, or a decision names, and that are not there."""
    named = {
        (look.kilde, look.tabel_id, look.hentet_utc): "tilsyn"
        for path in landing.path.glob("tilsyn/*/*/*.json")
        for look in [Look.read(path)]
        if look.hentet_utc
    }
    named |= {(d.kilde, d.tabel_id, d.hentet_utc): "afgoerelser" for d in landing.decisions()}
    return [
        f"{kilde}/{tabel_id}/{folder_name(hentet)}: is missing, {by} names it"
        for (kilde, tabel_id, hentet), by in sorted(named.items())
        if (kilde, tabel_id, folder_name(hentet)) not in held
    ]


def _missing_numbers(landing: Landing) -> list[str]:
    """Records are numbered without holes; a hole is a record that was removed."""
    problems = []
    for folder in sorted(landing.path.glob("tilsyn/*/*")):
        numbers = sorted(Look.read(path).nr for path in folder.glob("*.json"))
        if numbers != list(range(1, len(numbers) + 1)):
            problems.append(f"{folder.relative_to(landing.path)}: has holes, numbers {numbers}")
    by_vintage: dict[str, list[int]] = {}
    for decision in landing.decisions():
        stem = _decision_path(decision).rsplit("__", 1)[0]
        by_vintage.setdefault(stem, []).append(decision.nr)
    for stem, numbers in sorted(by_vintage.items()):
        if numbers != list(range(1, len(numbers) + 1)):
            problems.append(f"afgoerelser/{stem}: has holes, numbers {numbers}")
    return problems
