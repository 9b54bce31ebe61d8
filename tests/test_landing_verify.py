"""`landing verify` finds every way in which the store can have been touched."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from test_landing import FIRST, LATER, ROWS, vintage

from beskplan.landing import Landing, find_problems

FOLDER = "jobindsats/y25i01/20260818T195200Z"
MANIFEST = f"{FOLDER}/manifest.json"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    store = Landing(tmp_path)
    for when, rows in [(FIRST, ROWS), (LATER, ROWS[:4])]:
        result = store.store(vintage(rows, when))
        store.record_tilsyn(
            "jobindsats", "y25i01", "landet", seen_at=when, hentet_utc=result.hentet_utc
        )
    key = ("jobindsats", "y25i01", "2026-08-18T19:52:00Z")
    store.decide(*key, "stoppet", hvem="beskplan gate", hvorfor="F8")
    store.decide(*key, "afvist", hvem="Anna", hvorfor="forskudt")
    return store


def edit_manifest(root: Path, **changes: object) -> None:
    path = root / MANIFEST
    content = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(content), encoding="utf-8")


def new_cells(root: Path) -> None:
    """Rewrite one value, and the checksum of the file beside it."""
    path = root / FOLDER / "celler.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table t as from '{path}'")
        con.execute("update t set vaerdi = 490 where omraade = 'Herlev' and dimensioner = ''")
        con.execute(f"copy t to '{path}' (format parquet)")


Damage = Callable[[Path], object]

DAMAGES: dict[str, tuple[Damage, str]] = {
    "a value rewritten": (new_cells, "celler.parquet: is not as it was written"),
    "content hash recomputed": (new_cells, "celler.parquet: holds"),
    "update_latest rewritten": (
        lambda root: edit_manifest(root, update_latest="2027-01-01"),
        "manifest.json: is not as it was written",
    ),
    "manifest cut off": (
        lambda root: (root / MANIFEST).write_bytes((root / MANIFEST).read_bytes()[:40]),
        "manifest.json: cannot be read",
    ),
    "manifest gone": (lambda root: (root / MANIFEST).unlink(), "has no manifest"),
    "answer rewritten": (
        lambda root: (root / FOLDER / "svar-001.json.gz").write_bytes(gzip.compress(b"{}")),
        "svar-001.json.gz: is not as it was written",
    ),
    "answer gone": (
        lambda root: (root / FOLDER / "svar-001.json.gz").unlink(),
        "svar-001.json.gz: is missing",
    ),
    "a file too many": (
        lambda root: (root / FOLDER / "note.txt").write_text("x"),
        "note.txt: is not in the manifest",
    ),
    "vintage moved in time": (
        lambda root: (root / FOLDER).rename(root / "jobindsats/y25i01/20260817T195200Z"),
        "belongs to jobindsats/y25i01 2026-08-18T19:52:00Z",
    ),
    "vintage gone": (lambda root: shutil.rmtree(root / FOLDER), f"{FOLDER}: is missing"),
    "look gone": (
        lambda root: (root / "tilsyn/jobindsats/y25i01/000001.json").unlink(),
        "tilsyn/jobindsats/y25i01: has holes, numbers [2]",
    ),
    "look moved": (
        lambda root: (root / "tilsyn/jobindsats/y25i01/000002.json").rename(
            root / "tilsyn/jobindsats/y25i01/000009.json"
        ),
        "000009.json: belongs to jobindsats/y25i01/000002.json",
    ),
    "decision gone": (
        lambda root: next((root / "afgoerelser").glob("*__01.json")).unlink(),
        "has holes, numbers [2]",
    ),
    "decision cut off": (
        lambda root: next((root / "afgoerelser").glob("*__01.json")).write_text("{"),
        "cannot be read",
    ),
    "stray file": (lambda root: (root / "x.txt").write_text("x"), "x.txt: not a folder of landing"),
}


def test_a_whole_store_has_no_problems(landing: Landing) -> None:
    assert find_problems(landing) == []
    assert find_problems(Landing(landing.path / "nowhere")) == []


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_named(landing: Landing, name: str) -> None:
    damage, expected = DAMAGES[name]
    damage(landing.path)
    problems = find_problems(landing)
    assert any(expected in problem for problem in problems), problems
