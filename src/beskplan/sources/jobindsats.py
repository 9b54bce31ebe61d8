"""Jobindsats v3: ask for a whole table, piece by piece, and count what comes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from types import TracebackType
from typing import Self

import httpx

from beskplan.errors import (
    CoverageError,
    PinError,
    RefusedQueryError,
    SourceTimeoutError,
    UnknownAreaError,
    WrongKeyError,
)
from beskplan.settings import Settings
from beskplan.sources.answers import read_table
from beskplan.sources.grid import DO_WAIT, Axis, Grid
from beskplan.sources.http import DO_KEY, HttpClient, Patience, Reply, is_sendable, place
from beskplan.sources.kilder import Ask, Listing, choose_periods, read_listing
from beskplan.sources.metadata import (
    AREA_HIERARCHY,
    TOTAL_ID,
    Measure,
    TableMeta,
    nearest,
    parse_catalogue,
    parse_table,
)
from beskplan.sources.overlap import join_asks
from beskplan.sources.periods import cut_periods, halve
from beskplan.sources.types import Catalogue, TableState, TableVintage

KILDE = "jobindsats"
STANDIN_PREFIX = "standin_"
MAX_ABSENT = 0.03
# Enough to hide the waiting; more would only queue at the source.
WORKERS = 3


@dataclass(frozen=True)
class Question:
    """One ask of kilder.csv in the table's own ids.

    Args:
        params: query without periods.
        axes: area, period, then the breakdown.
        measures: what is asked for, with today's labels.
        pinned: the same measures' pinned ids.
    """

    params: tuple[tuple[str, str], ...]
    axes: tuple[Axis, ...]
    measures: tuple[Measure, ...]
    pinned: tuple[str, ...]

    @property
    def periods(self) -> tuple[str, ...]:
        """Every period asked for."""
        return self.axes[1].names

    @property
    def cells_per_period(self) -> int:
        """Cells of one period."""
        others = (len(axis.names) for axis in self.axes if axis.key != "periode")
        return prod(others) * len(self.measures)


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
                tabel_id: TableState(tabel_id, update, seen)
                for tabel_id, update in parse_catalogue(reply.data, where).items()
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
        questions = [self._question(meta, ask) for ask in self.listing.asks[tabel_id]]
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
        )

    def _question(self, meta: TableMeta, ask: Ask) -> Question:
        where = place(KILDE, meta.tabel_id)
        pins = [self.listing.pin(meta.tabel_id, maaling) for maaling in ask.maalinger]
        made_up = [pin.maaling_id for pin in pins if pin.maaling_id.startswith(STANDIN_PREFIX)]
        if made_up and not meta.from_standin:
            raise PinError(
                f"{made_up[0]} er et id fra prøveserveren og gælder ikke her",
                where=f"{where}, seeds/maalinger.csv",
                do="kør `beskplan kilder laas` mod den rigtige adresse",
            )
        measures = tuple(meta.measure(pin, where) for pin in pins)
        grouped: dict[str, list[str]] = {}
        for measure in measures:
            grouped.setdefault(measure.mgroup_id, []).append(measure.measure_id)
        breakdown = [meta.hierarchy(name, where) for name in ask.fordeling]
        area_ids, areas = self._areas(meta, ask, where)
        return Question(
            params=(
                *((f"mgroup.{group}", ",".join(ids)) for group, ids in grouped.items()),
                (f"hierarchy.{AREA_HIERARCHY}", area_ids),
                *((f"hierarchy.{item.hierarchy_id}", "*") for item in breakdown),
                ("format", "json"),
            ),
            axes=(
                Axis("omraade", areas),
                Axis("periode", choose_periods(ask.perioder, meta.periods)),
                *(Axis(item.hierarchy_id, item.names, item.total) for item in breakdown),
            ),
            measures=measures,
            pinned=tuple(pin.maaling_id for pin in pins),
        )

    def _areas(self, meta: TableMeta, ask: Ask, where: str) -> tuple[str, tuple[str, ...]]:
        """The areas as the query wants them, and the names that must come.

        Every kommune and Hele landet must come whatever metadata says; Uoplyst område where
        the table has it.
        """
        by_name = {
            name: value_id
            for value_id, name in meta.hierarchy(AREA_HIERARCHY, where).members.items()
        }
        listing = self.listing
        uoplyst = listing.uoplyst[1]
        named = tuple(listing.kommuner[code] for code in ask.omraader)
        everywhere = (listing.land[1], *listing.kommuner.values())
        strange = sorted(by_name.keys() - {*everywhere, uoplyst})
        gone = [name for name in named if name not in by_name]
        if strange or gone:
            raise UnknownAreaError(
                f"Ukendt område »{strange[0]}«; nærmest er {nearest(strange[0], everywhere)}"
                if strange
                else f"Tabellen kender ikke området »{gone[0]}«",
                where=where,
                do="er en kommune omdøbt, så ret navnet i seeds/kommuner.csv",
            )
        if named:
            ids = ",".join([TOTAL_ID, *(by_name[name] for name in named)])
            return ids, (listing.land[1], *named)
        return "*", (*everywhere, uoplyst) if uoplyst in by_name else everywhere

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
