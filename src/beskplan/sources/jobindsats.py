"""Jobindsats v3: ask for a whole table, piece by piece, and count what comes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from beskplan.errors import (
    CoverageError,
    PinError,
    RefusedQueryError,
    SourceTimeoutError,
    WrongKeyError,
)
from beskplan.settings import Settings
from beskplan.sources.answers import read_table
from beskplan.sources.grid import DO_WAIT, Grid
from beskplan.sources.http import HttpClient, Patience, Reply, is_sendable, place
from beskplan.sources.kilder import (
    Listing,
    Pin,
    Wanted,
    read_listing,
    read_order,
    read_pins,
    read_wanted,
)
from beskplan.sources.metadata import (
    TableMeta,
    parse_catalogue,
    parse_table,
)
from beskplan.sources.overlap import join_asks
from beskplan.sources.periods import cut_periods, halve
from beskplan.sources.pinning import in_order, resolve, write_pins
from beskplan.sources.questions import Question, make_question
from beskplan.sources.refusals import DO_KEY
from beskplan.sources.types import Catalogue, TableState, TableVintage

KILDE = "jobindsats"
MAX_ABSENT = 0.03
# Enough to hide the waiting; more would only queue at the source.
WORKERS = 3


class Jobindsats:
    """A client for one run; the catalogue is asked for once.

    Args:
        settings: address, token, profile, waits.
        transport: for tests.
    """

    kilde = KILDE

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        """Read what is to be asked for; nothing is asked yet."""
        self.listing: Listing = read_listing(settings, KILDE)
        self._http = HttpClient(
            KILDE,
            settings.jobindsats_url,
            Patience(timeout=settings.timeout_s, first_wait=settings.wait_s),
            token=settings.token,
            transport=transport,
        )
        self.address = settings.jobindsats_url
        self._answer_cells = settings.answer_cells
        self._has_token = is_sendable(settings.token)
        self._catalogue: Catalogue | None = None

    def __enter__(self) -> Self:
        """Use as a context that closes the connections."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def catalogue(self) -> Catalogue:
        """Every table that the source offers, with its last update.

        Raises:
            SourceError: the source could not be asked.
        """
        where = f"{KILDE} /v3/tables"
        if not self._has_token:
            raise WrongKeyError(
                "Der er ingen nøgle til Jobindsats, eller den har mellemrum eller æøå",
                where=where,
                do=DO_KEY,
            )
        if self._catalogue is None:
            reply = self._http.ask("/v3/tables", [("format", "json")], where=where)
            seen = reply.answer.retrieved_at
            self._catalogue = {
                tabel_id: TableState(tabel_id, latest, seen, announced)
                for tabel_id, (latest, announced) in parse_catalogue(reply.data, where).items()
            }
        return self._catalogue

    def table_meta(self, tabel_id: str) -> TableMeta:
        """What one table holds.

        Raises:
            SourceError: the source could not be asked.
        """
        where = place(KILDE, tabel_id)
        reply = self._http.ask(f"/v3/table/{tabel_id}", [("format", "json")], where=where)
        return parse_table(reply.data, where, from_standin=reply.from_standin)

    def fetch_table(self, tabel_id: str) -> TableVintage:
        """Fetch all that kilder.csv asks of one table, whole history.

        Args:
            tabel_id: a table of kilder.csv.

        Raises:
            SourceError: what is wrong with the answer, with source, table and period.
        """
        # Asked before the data: should the table be renewed in between, the next look sees it.
        state = self.catalogue().get(tabel_id)
        if state is None or state.update_latest is None:
            raise RefusedQueryError(
                "Tabellen udbydes ikke længere",
                where=place(KILDE, tabel_id),
                do="se efter på jobindsats.dk om den er omlagt, og ret seeds/kilder.csv",
            )
        meta = self.table_meta(tabel_id)
        questions = [make_question(meta, ask, self.listing) for ask in self.listing.asks[tabel_id]]
        grids = [Grid(question.axes, question.pinned) for question in questions]
        pieces = [
            (question, grid, periods)
            for question, grid in zip(questions, grids, strict=True)
            for periods in cut_periods(
                question.periods, question.cells_per_period, self._answer_cells
            )
        ]
        with ThreadPoolExecutor(WORKERS) as pool:
            asked = [pool.submit(self._ask_piece, meta, item[0], item[2]) for item in pieces]
            try:
                answered = [future.result() for future in asked]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        for (question, grid, _), parts in zip(pieces, answered, strict=True):
            for periods, reply in parts:
                self._place(tabel_id, question, grid, periods, reply)
        where = place(KILDE, tabel_id, meta.periods)
        cells = join_asks([grid.cells() for grid in grids], where)
        absent = float(cells["raekke_mangler"].mean())
        if absent > MAX_ABSENT:
            raise CoverageError(
                f"{100 * absent:.1f} pct. af rækkerne mangler; grænsen er {100 * MAX_ABSENT:.0f}",
                where=where,
                do=DO_WAIT,
            )
        replies = [reply for parts in answered for _, reply in parts]
        return TableVintage(
            kilde=KILDE,
            tabel_id=tabel_id,
            update_latest=state.update_latest,
            retrieved_at=replies[0].answer.retrieved_at,
            answers=tuple(reply.answer for reply in replies),
            cells=cells,
            update_next=state.update_next,
        )

    def _ask_piece(
        self, meta: TableMeta, question: Question, periods: Sequence[str]
    ) -> list[tuple[Sequence[str], Reply]]:
        """Ask for some periods; a time-out halves them until only one is left."""
        try:
            reply = self._http.ask(
                f"/v3/data/{meta.tabel_id}",
                [*question.params, (f"period.{meta.period_type}", ",".join(periods))],
                where=place(KILDE, meta.tabel_id, periods),
                retry_timeout=len(periods) == 1,
            )
        except SourceTimeoutError:
            if len(periods) == 1:
                raise
            return [
                answered
                for half in halve(periods)
                for answered in self._ask_piece(meta, question, half)
            ]
        self._http.check_clock(reply.answer)
        return [(periods, reply)]

    def _place(
        self, tabel_id: str, question: Question, grid: Grid, periods: Sequence[str], reply: Reply
    ) -> None:
        where = place(KILDE, tabel_id, periods)
        listing = self.listing
        known = (*listing.kommuner.values(), listing.land[1], listing.uoplyst[1])
        labels, numbers = read_table(reply.data, question.axes[2:], question.measures, known, where)
        grid.place(labels, numbers, periods, where)


def pin_measures(settings: Settings, transport: httpx.BaseTransport | None = None) -> list[str]:
    """Resolve every measure of kilder.csv, all profiles, and rewrite seeds/maalinger.csv.

    Args:
        settings: address, token and the folder of seeds.
        transport: for tests.

    Returns:
        One line a pin that is new or has changed, and one a table that is not offered.

    Raises:
        PinError: measures that could not be found; nothing was written.
        SourceError: the source could not be asked.
    """
    seeds = settings.seeds
    old = {(row.kilde, row.tabel_id, row.maaling): row for row in read_pins(seeds)}
    new: dict[tuple[str, str, str], Pin] = {}
    lines: list[str] = []
    failed: list[str] = []
    by_table: dict[str, list[Wanted]] = {}
    for wanted in read_wanted(seeds, KILDE):
        by_table.setdefault(wanted.tabel_id, []).append(wanted)
    with Jobindsats(settings, transport) as source:
        offered = source.catalogue()
        for tabel_id, measures in by_table.items():
            if tabel_id not in offered:
                lines.append(f"{tabel_id}: udbydes ikke; det gamle id står ved magt")
                continue
            meta = source.table_meta(tabel_id)
            against = "standin" if meta.from_standin else str(urlsplit(source.address).hostname)
            for wanted in measures:
                try:
                    pin = resolve(wanted, meta, KILDE, against)
                except PinError as error:
                    failed.append(f"{tabel_id}: {error.what}")
                    continue
                key = (KILDE, tabel_id, wanted.maaling)
                new[key] = pin
                if old.get(key) != pin:
                    lines.append(f"{tabel_id}: {wanted.maaling} = {pin.mgroup_id}/{pin.maaling_id}")
    if failed:
        raise PinError(
            "; ".join(failed), where="seeds/kilder.csv", do="ret navnene; intet er skrevet"
        )
    write_pins(seeds / "maalinger.csv", in_order(read_order(seeds), old, new))
    return lines
