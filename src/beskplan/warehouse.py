"""Build the candidate warehouse of a run with dbt."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from beskplan.errors import BuildError
from beskplan.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
CANDIDATE = "kandidat.duckdb"
LAGER = "lager.duckdb"
PARSED = "partial_parse.msgpack"
# The seeds whose content is baked into the loaded cells.
BAKED_SEEDS = ("kommuner.csv", "omraader.csv")

Vintage = tuple[str, str, str]


def build_candidate(
    settings: Settings,
    run_dir: Path,
    as_of: str | None = None,
    left_out: Iterable[Vintage] = (),
) -> Path:
    """Build `kandidat.duckdb` from landing, decisions and seeds.

    It starts from a copy of the last built warehouse and adds what that lacks, if the copy fits;
    the result is the same as building anew.

    Args:
        settings: where things are.
        run_dir: the run's folder; dbt's logs and target go there as well.
        as_of: ISO time; only vintages retrieved until then are used.
        left_out: (kilde, tabel_id, hentet_utc) of vintages to leave out although no decision
            says so.

    Returns:
        Path of the candidate.

    Raises:
        SeedError: a hand-kept table holds something impossible.
        BuildError: dbt did not finish; names the node and its message.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    candidate = run_dir / CANDIDATE
    candidate.unlink(missing_ok=True)
    dbt_vars = {
        "landing": str(settings.landing),
        "as_of": _normal_time(as_of) if as_of else "",
        "udeladt": sorted("/".join(vintage) for vintage in left_out),
    }
    _run_dbt(settings, run_dir, candidate, dbt_vars)
    return candidate


def keep_as_lager(settings: Settings, run_dir: Path) -> None:
    """Make the run's candidate the warehouse that the next run starts from; one rename.

    Args:
        settings: where things are.
        run_dir: the run's folder.
    """
    settings.work.mkdir(parents=True, exist_ok=True)
    copy = run_dir / f"ny-{LAGER}"
    shutil.copyfile(run_dir / CANDIDATE, copy)
    copy.replace(settings.work / LAGER)


def _normal_time(text: str) -> str:
    """ISO time, with or without zone, as landing writes it."""
    time = datetime.fromisoformat(text)
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _run_dbt(
    settings: Settings, run_dir: Path, candidate: Path, dbt_vars: dict[str, object]
) -> None:
    target = run_dir / "target"
    env = os.environ | {
        "BESKPLAN_DUCKDB": str(candidate),
        "BESKPLAN_DBT_SEEDS": os.path.relpath(settings.seeds, DBT_PROJECT),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--project-dir",
        str(DBT_PROJECT),
        "--profiles-dir",
        str(DBT_PROJECT),
        "--target-path",
        str(target),
        "--log-path",
        str(run_dir / "log"),
        "--vars",
        json.dumps(dbt_vars),
    ]
    done = subprocess.run(command, env=env, cwd=DBT_PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(done.stdout[-3000:], where="dbt", do="read the log")
