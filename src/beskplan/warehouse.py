"""Build the candidate warehouse of a run with dbt."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from beskplan import maalinger, machine
from beskplan.errors import BuildError, LandingError
from beskplan.landing import Landing
from beskplan.landing.files import file_sha256
from beskplan.landing.records import LEFT_OUT
from beskplan.landing.store import CELLS
from beskplan.seeds import check_seeds
from beskplan.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
CANDIDATE = "kandidat.duckdb"
LAGER = "lager.duckdb"
PARSED = "partial_parse.msgpack"
# Seeds whose content is baked into the history; the others are read anew in each build.
BAKED_SEEDS = ("kommuner.csv", "omraader.csv", "kilder.csv", "maalinger.csv")
FAILED = frozenset({"error", "fail", "runtime error"})

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
        run_dir: the run's folder; dbt's log and target go there as well.
        as_of: ISO time; only vintages retrieved until then are used.
        left_out: (kilde, tabel_id, hentet_utc) of vintages to leave out although no decision
            says so.

    Returns:
        Path of the candidate.

    Raises:
        SeedError: a hand-kept table holds something impossible.
        LandingError: a vintage that counts is not as it was landed.
        BuildError: dbt did not finish; names the node and its message.
        MachineError: dbt was refused disk or memory, or was ended from outside.
    """
    check_seeds(settings.seeds)
    run_dir.mkdir(parents=True, exist_ok=True)
    candidate = run_dir / CANDIDATE
    for leftover in run_dir.glob(f"{CANDIDATE}*"):
        leftover.unlink()
    until = normal_time(as_of) if as_of else ""
    omitted = sorted(set(left_out))
    lager = settings.work / LAGER
    code = _code_checksum(settings)
    counted = _counted(settings, until, omitted)
    _refuse_damaged(Landing(settings.landing), counted)
    if _fits(lager, code, counted):
        shutil.copyfile(lager, candidate)
    _run_dbt(
        settings,
        run_dir,
        {
            "landing": str(settings.landing),
            "as_of": until,
            "udeladt": ["/".join(vintage) for vintage in omitted],
            "maalinger": str(settings.work / maalinger.FILE),
        },
    )
    _sign(candidate, code)
    return candidate


def held(candidate: Path) -> tuple[int, int]:
    """Source tables and cell versions in a built candidate.

    Args:
        candidate: its file.
    """
    with duckdb.connect(str(candidate), read_only=True) as connection:
        row = connection.execute("select count(distinct tabel_id), count(*) from int_obs")
        tables, versions = row.fetchall()[0]
    return int(tables), int(versions)


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


def normal_time(text: str) -> str:
    """ISO time, with or without zone (then UTC), as landing writes it."""
    time = datetime.fromisoformat(text)
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _code_checksum(settings: Settings) -> str:
    """Checksum over all that decides what the history in a warehouse looks like."""
    files = [DBT_PROJECT / "dbt_project.yml"]
    for folder in ("models", "macros", "tests"):
        files += sorted((DBT_PROJECT / folder).rglob("*.*"))
    total = hashlib.sha256(duckdb.__version__.encode())
    for path in (*files, *(settings.seeds / name for name in BAKED_SEEDS)):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _counted(settings: Settings, until: str, left_out: Iterable[Vintage]) -> dict[Vintage, str]:
    """The vintages that dbt will count (see `int_vintager`), with their checksums."""
    landing = Landing(settings.landing)
    outcome = {
        (made.kilde, made.tabel_id, made.hentet_utc): made.udfald for made in landing.decisions()
    }
    omitted = {key for key, udfald in outcome.items() if udfald in LEFT_OUT} | set(left_out)
    return {
        key: vintage.indholdssum
        for vintage in landing.vintages()
        if (key := (vintage.kilde, vintage.tabel_id, vintage.hentet_utc)) not in omitted
        and (not until or vintage.hentet_utc <= until)
    }


def _refuse_damaged(landing: Landing, counted: Mapping[Vintage, str]) -> None:
    """Read no cell from a file that is not as it was landed."""
    for vintage in landing.vintages():
        key = (vintage.kilde, vintage.tabel_id, vintage.hentet_utc)
        if key not in counted:
            continue
        cells = landing.folder(*key) / CELLS
        whole = vintage.manifestsum in ("", vintage.own_sum())
        if not whole or not cells.is_file() or file_sha256(cells) != vintage.celler_sha256:
            raise LandingError(
                f"{cells.name if whole else 'manifest.json'} is not as it was landed",
                where=f"landing {' '.join(key)}",
                do="`beskplan landing verify` names every damaged file; put each back from its "
                "backup, then run the same command",
            )


def _fits(lager: Path, code: str, counted: Mapping[Vintage, str]) -> bool:
    """Whether adding vintages to a copy gives what building anew would give."""
    if not lager.is_file():
        return False
    try:
        with duckdb.connect(
            str(lager), read_only=True, config={"python_enable_replacements": "false"}
        ) as connection:
            signed = connection.execute("select kodesum from intern.lager").fetchone()
            rows = connection.execute(
                "select kilde, tabel_id, strftime(hentet_utc, '%Y-%m-%dT%H:%M:%SZ'), indholdssum "
                "from int_vintager"
            ).fetchall()
    except duckdb.Error:
        # Cut off, of another version or unsigned: it only saves work, so it is built anew.
        return False
    if signed != (code,):
        return False
    loaded = {(kilde, tabel_id, time): checksum for kilde, tabel_id, time, checksum in rows}
    if not loaded.items() <= counted.items():
        return False
    newest: dict[tuple[str, str], str] = {}
    for kilde, tabel_id, time in sorted(loaded):
        newest[kilde, tabel_id] = time
    return all(
        time > newest.get((kilde, tabel_id), "")
        for kilde, tabel_id, time in counted.keys() - loaded.keys()
    )


def _sign(candidate: Path, code: str) -> None:
    """Write by which code the candidate was built; outside the schema that readers see."""
    with duckdb.connect(str(candidate)) as connection:
        connection.execute("create schema if not exists intern")
        connection.execute("create or replace table intern.lager as select ? as kodesum", [code])


def _run_dbt(settings: Settings, run_dir: Path, dbt_vars: Mapping[str, object]) -> None:
    target = run_dir / "target"
    (target / "run_results.json").unlink(missing_ok=True)
    environment = os.environ | {
        # The same in each run, for dbt parses the project anew when its connection has changed.
        "BESKPLAN_DUCKDB": CANDIDATE,
        # dbt wants seed paths relative to its project.
        "BESKPLAN_DBT_SEEDS": os.path.relpath(settings.seeds, DBT_PROJECT),
        "BESKPLAN_EXPECTATIONS": str(PROJECT / "expectations"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    parsed = settings.work / PARSED
    command = [
        *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", "build"),
        *("--exclude-resource-type", "unit_test"),
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(target)),
        *("--log-path", str(run_dir / "log"), "--log-level-file", "info"),
        *("--vars", json.dumps(dict(dbt_vars))),
        *(("--partial-parse-file-path", str(parsed)) if parsed.is_file() else ()),
    ]
    where = f"run {run_dir.name}"
    done = machine.run_watched(command, env=environment, cwd=run_dir, where=where)
    if done.returncode:
        said = _what_failed(target) or done.stdout[-2000:].strip()
        machine.refuse_killed("dbt", done.returncode, where)
        machine.refuse_known(f"{said}\n{done.stdout}\n{done.stderr}", where)
        raise BuildError(
            f"dbt build failed: {said or done.stderr[-2000:].strip()}",
            where=where,
            do="read the message; the whole log is log/dbt.log in the run's folder",
        )
    # dbt writes it only where something has changed since the last run.
    if (target / PARSED).is_file():
        (target / PARSED).replace(parsed)


def _what_failed(target: Path) -> str:
    """The failing nodes and what they said, from dbt's own report."""
    report = target / "run_results.json"
    if not report.is_file():
        return ""
    try:
        results = json.loads(report.read_text(encoding="utf-8"))["results"]
    except ValueError:
        # Cut off: dbt's own lines say more.
        return ""
    return "; ".join(
        f"{result['unique_id']}: {' '.join((result['message'] or '').split())}"
        for result in results
        if result["status"] in FAILED
    )
