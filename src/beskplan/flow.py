"""The verbs: what the CLI and the DAGs call, and nothing else calls."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from beskplan import fetching, logs, machine
from beskplan.beskeder.causes import BUILD_FAULT
from beskplan.errors import BeskplanError, NotUpdatedError, ReleaseError
from beskplan.landing import Landing, reviews
from beskplan.landing.records import Decision
from beskplan.logs import log
from beskplan.maalinger import Measured, measured, new_run, size
from beskplan.settings import Settings

if TYPE_CHECKING:
    from beskplan.release.postgres import Copied

SOURCES = ("jobindsats", "statbank", "joblog")
KEPT_RUNS = 3
ABOUT_RUN = "koersel.json"
# Under `arbejde/`: past releases made again.
REBUILT = "genskabt"

TableCallback = Callable[[str, str], None]


@machine.typed("hent")
def news(settings: Settings, kilde: str) -> list[str]:
    """Ask a source's metadata which tables have something new.

    Args:
        settings: where things are and whom to ask.
        kilde: one of `SOURCES`.

    Returns:
        Ids of the tables to fetch.

    Raises:
        SourceError: the source could not be asked.
    """
    with logs.about(settings, kilde=kilde):
        return fetching.news(settings, kilde)


@machine.typed("hent")
def fetch(settings: Settings, kilde: str, tabel_id: str) -> str:
    """Fetch and land one table.

    Returns:
        `landet`, `uaendret` or `ikke_udbudt`.

    Raises:
        SourceError: what is wrong with the answer; nothing has been landed.
    """
    return fetching.fetch(settings, kilde, tabel_id)


@machine.typed("hent")
def fetch_all(settings: Settings, kilde: str, on_table: TableCallback) -> dict[str, str]:
    """Fetch and land every table with news, going on after one that fails.

    Args:
        settings: where things are and whom to ask.
        kilde: one of `SOURCES`.
        on_table: called with table id and outcome as each is done.

    Returns:
        Table id → outcome; empty if there was nothing new.

    Raises:
        NotUpdatedError: some tables failed; all are named.
    """
    with logs.about(settings, kilde=kilde):
        return fetching.fetch_all(settings, kilde, on_table=on_table)


def run_dir(settings: Settings, run: str) -> Path:
    """The folder of one run's candidate, judgement and logs."""
    return settings.work / run


def build(settings: Settings, as_of: str | None = None) -> str:
    """Build a candidate warehouse in a folder of its own.

    Args:
        settings: where things are.
        as_of: ISO time; only vintages retrieved until then are used.

    Returns:
        The run's id, by which `judge`, `publish` and `report` know the candidate.

    Raises:
        SeedError: a hand-kept table holds something impossible.
        BuildError: dbt did not finish.
    """
    from beskplan.warehouse import build_candidate, held

    run = new_run()
    folder = run_dir(settings, run)
    folder.mkdir(parents=True)
    _remove_old_runs(settings, run)
    (folder / ABOUT_RUN).write_text(json.dumps({"koersel": run, "as_of": as_of}))
    with measured(settings, "byg", run) as measure, _fault_kept(settings, run, "byg"):
        candidate = build_candidate(settings, folder, as_of=as_of)
        measure.tabeller, measure.raekker = held(candidate)
        measure.bytes = size(candidate)
    return run


def judge(settings: Settings, run: str) -> list[str]:
    """Judge the candidate; leave out the vintages that did not pass and build it again.

    Returns:
        One line a table that is not updated: which and why, in Danish.

    Raises:
        GateError: something that all tables share is wrong.
    """
    with measured(settings, "bedoem", run) as measure, _fault_kept(settings, run, "bedoem"):
        return _judge(settings, run, measure)


def _judge(settings: Settings, run: str, measure: Measured) -> list[str]:
    from beskplan import gate
    from beskplan.gate import TableVerdict
    from beskplan.warehouse import CANDIDATE, build_candidate, keep_as_lager

    folder = run_dir(settings, run)
    landing = Landing(settings.landing)
    judgement = latest = gate.judge(folder / CANDIDATE, landing, run)
    as_of = _as_of(settings, run)
    # The vintage that takes the place of one left out may be one that nobody has judged.
    while latest.left_out:
        build_candidate(settings, folder, as_of=as_of, left_out=judgement.left_out)
        latest = gate.judge(folder / CANDIDATE, landing, run)
        judgement = judgement.with_round(latest)
    reviews.supersede(landing)
    waiting = map(TableVerdict.waiting, reviews.waiting(landing))
    judgement = judgement.with_waiting(waiting)
    judgement.save(folder)
    if as_of is None:
        keep_as_lager(settings, folder)
    measure.tabeller, measure.bytes = len(judgement.tabeller), size(folder / CANDIDATE)
    measure.raekker = sum(rule.testet for rule in judgement.regler)
    for table in judgement.tabeller:
        told = {"kilde": table.kilde, "tabel_id": table.tabel_id, "hentet_utc": table.hentet_utc}
        log.info("table judged", extra={**told, "udfald": table.udfald, "fund": len(table.fund)})
    return not_updated(settings, run)


def published_to(settings: Settings, run: str) -> Settings:
    """The settings with the folder that a run's release goes to (docs/decisions/011)."""
    from beskplan.landing.files import folder_name
    from beskplan.warehouse import normal_time

    as_of = _as_of(settings, run)
    if as_of is None:
        return settings
    aside = settings.work / REBUILT / f"pr-{folder_name(normal_time(as_of))}"
    return replace(settings, release_folder=aside)


def publish(
    settings: Settings, run: str, tell: Callable[[int, int], None] | None = None
) -> str | None:
    """Write the candidate as a release and swap it in.

    A run as of a past moment goes to a folder of its own: `releases/` is as before.

    Args:
        settings: where things are; `published_to` says where the run's release goes.
        run: a judged run.
        tell: called with how many kommuner are written, and of how many.

    Returns:
        The release's id, or None if the current release rests on the same things.

    Raises:
        ReleaseError: the release could not be written; `current` is as before.
    """
    from beskplan.gate import Judgement
    from beskplan.release import manifest
    from beskplan.release.kommuner import silent
    from beskplan.release.publish import publish as publish_release

    folder, target = run_dir(settings, run), published_to(settings, run)
    with measured(settings, "udgiv", run) as measure, _fault_kept(settings, run, "udgiv"):
        release = publish_release(target, folder, Judgement.load(folder), tell or silent)
        measure.udfald = release.release_id if release else "uaendret"
        if release:
            tables = manifest.read(release.path)["database"]["tabeller"]
            measure.tabeller = len(tables)
            measure.raekker = sum(table["raekker"] for table in tables.values())
            measure.bytes = size(release.path)
    (settings.work / BUILD_FAULT).unlink(missing_ok=True)
    return release.release_id if release else None


def written(settings: Settings) -> dict[str, int]:
    """What the current release holds for people, and how much of each."""
    from beskplan.release import manifest, swap

    current = swap.current(settings.releases)
    return dict(manifest.read(current)["antal"]) if current else {}


def copy_to_postgres(settings: Settings, url: str) -> Copied:
    """Copy schema `bi` of the current release into Postgres.

    Args:
        settings: where the releases lie.
        url: the database's address; its password is never printed.

    Raises:
        ReleaseError: there is no release, or Postgres holds what it held.
    """
    from beskplan.release import postgres, swap

    to = postgres.address(url)
    current = swap.current(settings.releases)
    if current is None:
        raise ReleaseError(
            "there is no release to copy",
            where=str(settings.releases),
            do="publish one first: `beskplan koer`",
        )
    return postgres.copy(current, to)


def is_current(settings: Settings) -> bool:
    """Whether the current release already rests on all that is landed, decided and kept by hand."""
    from beskplan.release.publish import is_current as release_is_current

    return release_is_current(settings)


def not_updated(settings: Settings, run: str) -> list[str]:
    """Tables whose newest figures are not in this run's release, each with its reason."""
    from beskplan.gate import Judgement
    from beskplan.release.marks import table_marks

    marks = table_marks(Landing(settings.landing), Judgement.load(run_dir(settings, run)))
    return [f"{tabel}: {reason}" for tabel, reason in sorted(marks.items())]


def suspects(settings: Settings, run: str) -> list[str]:
    """What the tables that did not pass are suspected of, in Danish: causes, then cells by rank."""
    from beskplan.gate import Judgement
    from beskplan.release import suspect_text

    judgement = Judgement.load(run_dir(settings, run))
    return [line for table in judgement.tabeller for line in suspect_text.table_lines(table)]


def report(settings: Settings, run: str) -> None:
    """Make the run red if a table was stopped, waits, or could not be fetched.

    Raises:
        NotUpdatedError: names every such table.
    """
    lines = not_updated(settings, run)
    if lines:
        raise NotUpdatedError(
            f"{len(lines)} table(s) went out with older figures: " + "; ".join(lines),
            where=f"run {run}",
            do="read releases/current/site/kvalitet/index.html; the older figures stand until the "
            "table passes; what waits for a person is decided with `beskplan gennemse`",
        )


def waiting(settings: Settings) -> list[Decision]:
    """The vintages that wait for a person, each with its findings."""
    return reviews.waiting(Landing(settings.landing))


def review(
    settings: Settings,
    tabel_id: str,
    udfald: reviews.Answer,
    *,
    hvem: str,
    hvorfor: str,
    hentet_utc: str | None = None,
) -> Decision:
    """Write down what a person decided of a vintage that waits; the next run acts on it.

    Args:
        settings: where things are.
        tabel_id: table.
        udfald: `accepteret` or `afvist`.
        hvem: who decided.
        hvorfor: why, in Danish; both are published with the figures.
        hentet_utc: which vintage; without it, the one that waits.

    Raises:
        ReviewError: who or why is lacking, or the vintage does not wait (any more).
    """
    made = reviews.answer(
        Landing(settings.landing),
        tabel_id,
        udfald,
        hvem=hvem,
        hvorfor=hvorfor,
        hentet_utc=hentet_utc,
    )
    with logs.about(settings, kilde=made.kilde, tabel_id=tabel_id, hentet_utc=made.hentet_utc):
        log.info("a person decided", extra={"udfald": made.udfald, "hvem": made.hvem})
    return made


def question(settings: Settings, tabel_id: str, hentet_utc: str) -> str | None:
    """What a person has to know to decide of a vintage, in Danish; None if it does not wait."""
    from beskplan.release import review_text

    for decision in waiting(settings):
        if (decision.tabel_id, decision.hentet_utc) == (tabel_id, hentet_utc):
            return review_text.markdown(decision)
    return None


def _as_of(settings: Settings, run: str) -> str | None:
    about: dict[str, str | None] = json.loads((run_dir(settings, run) / ABOUT_RUN).read_text())
    return about["as_of"]


@contextmanager
def _fault_kept(settings: Settings, run: str, step: str) -> Iterator[None]:
    """Keep what stopped a step until a run has gone through, so that it can be told."""
    try:
        with machine.typed(f"{step}, run {run}"):
            yield
    except Exception as error:
        known = error if isinstance(error, BeskplanError) else None
        fault = {
            "trin": step,
            "koersel": run,
            "type": type(error).__name__,
            "besked": (f"{known.what} [{known.where}]" if known else str(error))[:1000],
            "goer": known.do if known else "Læs opgavens log.",
        }
        try:
            settings.work.mkdir(parents=True, exist_ok=True)
            (settings.work / BUILD_FAULT).write_text(json.dumps(fault), encoding="utf-8")
        except OSError as unkept:
            # The disk may be what stopped the step: that is told, not this.
            log.warning("what stopped %s could not be kept: %s", step, unkept)
        raise


def _remove_old_runs(settings: Settings, run: str) -> None:
    """Keep this run's folder and the newest others; they only serve to look into a failure.

    A clock that has been put back gives a run a name before those of earlier ones.
    """
    others = sorted(
        path for path in settings.work.glob("[0-9]*") if path.is_dir() and path.name != run
    )
    for path in others[: 1 - KEPT_RUNS]:
        shutil.rmtree(path, ignore_errors=True)
