"""Look for news, fetch what is new, land it, and write down what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from beskplan.errors import (
    BeskplanError,
    LandingError,
    NotUpdatedError,
    RefusedQueryError,
    SourceError,
)
from beskplan.landing import Landing
from beskplan.logs import log
from beskplan.maalinger import measured, new_run, size
from beskplan.settings import Settings
from beskplan.sources import joblog
from beskplan.sources.jobindsats import Jobindsats
from beskplan.sources.joblog import Joblog
from beskplan.sources.statbank import StatBank

Source = Jobindsats | StatBank | Joblog
TableCallback = Callable[[str, str], None]


def _open_joblog(settings: Settings) -> Joblog:
    """A folder has no clock of its own, so its client is told how the last look found it."""
    look = Landing(settings.landing).last_tilsyn(joblog.KILDE, joblog.TABLE, successful=True)
    return Joblog(settings, look.update_latest if look else None)


CLIENTS: dict[str, Callable[[Settings], Source]] = {
    Jobindsats.kilde: Jobindsats,
    StatBank.kilde: StatBank,
    Joblog.kilde: _open_joblog,
}


def open_source(settings: Settings, kilde: str) -> AbstractContextManager[Source]:
    """A client for one source.

    Args:
        settings: addresses, token, profile.
        kilde: one of `CLIENTS`.

    Raises:
        RefusedQueryError: there is no such source.
        SourceError: the client could not be set up.
    """
    if kilde not in CLIENTS:
        raise RefusedQueryError(
            f"Der er ingen kilde »{kilde}«", where=kilde, do=f"brug en af {', '.join(CLIENTS)}"
        )
    return CLIENTS[kilde](settings)


def news(settings: Settings, kilde: str) -> list[str]:
    """Ask a source's metadata which listed tables must be fetched.

    A table is fetched if its last update is later than at the last look that succeeded. What is
    found out on the way is written down: a table that is not offered, or that stands well again
    after a failure.

    Args:
        settings: where things are and whom to ask.
        kilde: one of `CLIENTS`.

    Returns:
        Table ids in the order of kilder.csv. A table that has landed and is offered no longer,
        or whose measures are not pinned, is among them: fetching it says what is wrong.

    Raises:
        SourceError: the metadata could not be asked; every listed table is marked.
    """
    with open_source(settings, kilde) as source:
        return _news(source, Landing(settings.landing))


def fetch(settings: Settings, kilde: str, tabel_id: str) -> str:
    """Fetch one table, new or not, and land it.

    Args:
        settings: where things are and whom to ask.
        kilde: one of `CLIENTS`.
        tabel_id: a table of kilder.csv.

    Returns:
        `landet`, `uaendret`, or `ikke_udbudt` for a table that the source has never offered us.

    Raises:
        SourceError: what is wrong with the answer; nothing was landed.
        LandingError: it could not be kept.
    """
    with open_source(settings, kilde) as source:
        return _measured(settings, source, Landing(settings.landing), tabel_id, new_run())


def fetch_all(
    settings: Settings, kilde: str, on_table: TableCallback | None = None
) -> dict[str, str]:
    """Fetch and land every table with news, going on after one that fails.

    Args:
        settings: where things are and whom to ask.
        kilde: one of `CLIENTS`.
        on_table: called with table id and outcome as each is done; `fejl` for one that failed.

    Returns:
        Table id → outcome; empty if there was nothing new.

    Raises:
        SourceError: the metadata could not be asked.
        NotUpdatedError: some tables failed; each is named with its error.
    """
    landing, run = Landing(settings.landing), new_run()
    outcomes: dict[str, str] = {}
    failed: dict[str, BeskplanError] = {}
    with open_source(settings, kilde) as source:
        for tabel_id in _news(source, landing):
            try:
                outcomes[tabel_id] = _measured(settings, source, landing, tabel_id, run)
            except (SourceError, LandingError) as error:
                failed[tabel_id] = error
            if on_table:
                on_table(tabel_id, outcomes.get(tabel_id, "fejl"))
    if failed:
        raise NotUpdatedError(
            f"{len(failed)} tabel(ler) kunne ikke hentes: "
            + "; ".join(f"{tabel_id}: {error}" for tabel_id, error in failed.items()),
            where=kilde,
            do="de øvrige er landet; ret hvad der står ved hver, og hent igen",
        )
    return outcomes


def _news(source: Source, landing: Landing) -> list[str]:
    kilde = source.kilde
    try:
        offered = source.catalogue()
    except SourceError as error:
        for tabel_id in source.listing.asks:
            landing.record_tilsyn(kilde, tabel_id, "fejl", error=error)
        raise
    found = []
    for tabel_id in source.listing.asks:
        last = landing.last_tilsyn(kilde, tabel_id, successful=True)
        state = offered.get(tabel_id)
        if not source.listing.is_pinned(tabel_id):
            found.append(tabel_id)
        elif state is None or state.update_latest is None:
            if last is None:
                landing.record_tilsyn(kilde, tabel_id, "ikke_udbudt")
            else:
                found.append(tabel_id)
        elif last is None or state.update_latest > (last.update_latest or ""):
            found.append(tabel_id)
        else:
            # A catalogue older than the last one, as a source shows while it reloads, moves no day.
            is_same = state.update_latest == last.update_latest
            # The figures held are the source's newest: a failure before this is over.
            landing.record_tilsyn(
                kilde,
                tabel_id,
                "intet_nyt",
                seen_at=state.seen_at,
                update_latest=last.update_latest,
                hentet_utc=last.hentet_utc,
                update_next=state.update_next if is_same else last.update_next,
            )
    # A look without news leaves no other trace.
    log.info("looked for news", extra={"nyt": found})
    return found


def _measured(settings: Settings, source: Source, landing: Landing, tabel_id: str, run: str) -> str:
    """Fetch one table and write down what that took; of one that did not land, no cells count."""
    kilde = source.kilde
    with measured(settings, "land", run, kilde=kilde, tabel_id=tabel_id) as measure:
        measure.udfald = _fetch(source, landing, tabel_id)
        newest = landing.newest(kilde, tabel_id)
        if newest and measure.udfald == "landet":
            measure.hentet_utc, measure.tabeller = newest.hentet_utc, 1
            measure.raekker = newest.raekker_spurgt
            measure.bytes = size(landing.folder(kilde, tabel_id, newest.hentet_utc))
        return measure.udfald


def _fetch(source: Source, landing: Landing, tabel_id: str) -> str:
    kilde = source.kilde
    if tabel_id not in source.listing.asks:
        raise RefusedQueryError(
            "Tabellen står ikke i seeds/kilder.csv for denne profil",
            where=f"{kilde} {tabel_id}",
            do="skriv den ind, eller ret navnet",
        )
    try:
        never_landed = landing.newest(kilde, tabel_id) is None
        is_offered = tabel_id in source.catalogue()
        if never_landed and not is_offered and source.listing.is_pinned(tabel_id):
            landing.record_tilsyn(kilde, tabel_id, "ikke_udbudt")
            return "ikke_udbudt"
        vintage = source.fetch_table(tabel_id)
        result = landing.store(vintage)
    except (SourceError, LandingError) as error:
        landing.record_tilsyn(kilde, tabel_id, "fejl", error=error)
        raise
    # A run that was killed between landing and writing it down has landed, as far as those know
    # who wait for it.
    known = {look.hentet_utc for look in landing.tilsyn(kilde, tabel_id)}
    udfald = result.udfald if result.hentet_utc in known else "landet"
    landing.record_tilsyn(
        kilde,
        tabel_id,
        udfald,
        seen_at=vintage.retrieved_at,
        update_latest=vintage.update_latest,
        hentet_utc=result.hentet_utc,
        update_next=vintage.update_next,
    )
    return udfald
