"""Danmarks Statistik's StatBank v1: the population by kommune and age."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from math import prod
from types import TracebackType
from typing import Self

import httpx
import pandas as pd
from pydantic import BaseModel, ValidationError

from beskplan.errors import BadAnswerError, CoverageError, RefusedQueryError, UnknownAreaError
from beskplan.settings import Settings
from beskplan.sources.grid import Axis, Grid
from beskplan.sources.http import (
    HttpClient,
    Patience,
    Reply,
    parse_json,
    place,
)
from beskplan.sources.kilder import Ask, Listing, choose_periods, read_listing
from beskplan.sources.metadata import nearest
from beskplan.sources.numbers import to_floats
from beskplan.sources.overlap import join_asks
from beskplan.sources.periods import cut_periods
from beskplan.sources.refusals import DO_REPORT, DO_TRY_LATER, without_bom
from beskplan.sources.types import Catalogue, TableState, TableVintage

KILDE = "statbank"
AREA, TIME, VALUE = "OMRÅDE", "TID", "INDHOLD"
CELL_LIMIT = 1_000_000
# The percentages of the plans are of the population aged 16-66, and no series begins before 2015.
FIRST_PERIOD = "2015K1"
MEMBERS = {"ALDER": tuple(str(age) for age in range(16, 67))}
NOT_FOUND = "EXTRACT-NOTFOUND: Tabel"


class _Value(BaseModel):
    id: str


class _Variable(BaseModel):
    id: str
    time: bool
    values: list[_Value]


class _TableInfo(BaseModel):
    updated: str
    variables: list[_Variable]


class StatBank:
    """A client for one run.

    Args:
        settings: address, profile, waits.
        transport: for tests.
    """

    kilde = KILDE

    def __init__(self, settings: Settings, transport: httpx.BaseTransport | None = None) -> None:
        """Read what is to be asked for; nothing is asked yet."""
        self.listing: Listing = read_listing(settings, KILDE)
        self._http = HttpClient(
            KILDE,
            settings.statbank_url,
            Patience(timeout=settings.timeout_s, first_wait=settings.wait_s),
            transport=transport,
        )
        self._info: dict[str, tuple[TableState, _TableInfo | None]] = {}

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
        """The listed tables that the source offers, with their last update.

        Raises:
            SourceError: the source could not be asked.
        """
        states = (self._table_info(tabel_id)[0] for tabel_id in self.listing.asks)
        return {state.tabel_id: state for state in states if state.update_latest is not None}

    def fetch_table(self, tabel_id: str) -> TableVintage:
        """Fetch all that kilder.csv asks of one table, whole history.

        Args:
            tabel_id: a table of kilder.csv.

        Raises:
            SourceError: what is wrong with the answer, with source, table and period.
        """
        where = place(KILDE, tabel_id)
        state, info = self._table_info(tabel_id)
        if info is None or state.update_latest is None:
            raise RefusedQueryError(
                "Tabellen udbydes ikke længere",
                where=where,
                do="se efter på statistikbanken.dk om den er omlagt, og ret seeds/kilder.csv",
            )
        grids: list[Grid] = []
        replies: list[Reply] = []
        for ask in self.listing.asks[tabel_id]:
            axes = self._axes(tabel_id, info, ask)
            pinned = [self.listing.pin(tabel_id, maaling).maaling_id for maaling in ask.maalinger]
            if pinned != [VALUE]:
                raise RefusedQueryError(
                    f"StatBank har kun målingen {VALUE}, ikke {pinned}",
                    where=where,
                    do="ret seeds/kilder.csv",
                )
            grid = Grid(axes, pinned)
            cells = prod(len(axis.names) for axis in axes if axis.key != "periode")
            for periods in cut_periods(axes[1].names, cells, CELL_LIMIT):
                reply = self._ask(tabel_id, axes, periods)
                self._place(tabel_id, axes, grid, periods, reply)
                replies.append(reply)
            grids.append(grid)
        return TableVintage(
            kilde=KILDE,
            tabel_id=tabel_id,
            update_latest=state.update_latest,
            retrieved_at=replies[0].answer.retrieved_at,
            answers=tuple(reply.answer for reply in replies),
            cells=_whole(join_asks([grid.cells() for grid in grids], where), where),
        )

    def _table_info(self, tabel_id: str) -> tuple[TableState, _TableInfo | None]:
        if tabel_id not in self._info:
            self._info[tabel_id] = self._ask_table_info(tabel_id)
        return self._info[tabel_id]

    def _ask_table_info(self, tabel_id: str) -> tuple[TableState, _TableInfo | None]:
        where = place(KILDE, tabel_id)
        question = {"table": tabel_id, "lang": "da", "format": "JSON"}
        try:
            reply = self._http.ask(
                "/v1/tableinfo", tuple(question.items()), where=where, body=question
            )
        except RefusedQueryError as error:
            if NOT_FOUND not in error.what:
                raise
            return TableState(tabel_id, None, datetime.now(UTC)), None
        try:
            info = _TableInfo.model_validate(reply.data)
        except ValidationError as error:
            raise BadAnswerError(
                f"Metadata har ikke den dokumenterede form: {error.errors()[0]['msg']}",
                where=where,
                do=DO_REPORT,
            ) from error
        return TableState(tabel_id, info.updated, reply.answer.retrieved_at), info

    def _axes(self, tabel_id: str, info: _TableInfo, ask: Ask) -> tuple[Axis, ...]:
        """Areas, periods and members to ask for; each must be in the table's metadata."""
        where = place(KILDE, tabel_id)
        offered = {
            TIME if variable.time else variable.id.upper(): [v.id for v in variable.values]
            for variable in info.variables
        }
        for variable in (AREA, TIME, *ask.fordeling):
            if variable not in offered:
                raise BadAnswerError(
                    f"Tabellen har ikke variablen {variable}, kun {sorted(offered)}",
                    where=where,
                    do="ret kolonnen fordeling i seeds/kilder.csv",
                )
        codes = (self.listing.land[0], *(ask.omraader or self.listing.kommuner))
        valid = tuple(period for period in offered[TIME] if period >= FIRST_PERIOD)
        axes = (
            Axis("omraade", codes),
            Axis("periode", choose_periods(ask.perioder, valid)),
            *(Axis(name, MEMBERS.get(name, tuple(offered[name]))) for name in ask.fordeling),
        )
        for axis, variable in zip(axes, (AREA, TIME, *ask.fordeling), strict=True):
            gone = [code for code in axis.names if code not in offered[variable]]
            if gone:
                raise CoverageError(
                    f"Tabellen har ikke længere {', '.join(gone[:5])} ({variable})",
                    where=where,
                    do="se efter i tabellens metadata på statistikbanken.dk",
                )
        return axes

    def _ask(self, tabel_id: str, axes: Sequence[Axis], periods: Sequence[str]) -> Reply:
        variables = {AREA: axes[0].names, "Tid": tuple(periods)}
        variables |= {axis.key: axis.names for axis in axes[2:]}
        head = {"table": tabel_id, "format": "CSV", "lang": "da", "valuePresentation": "Code"}
        body = head | {
            "variables": [
                {"code": code, "values": list(names)} for code, names in variables.items()
            ]
        }
        params = [*head.items(), *((code, ",".join(names)) for code, names in variables.items())]
        reply = self._http.ask(
            "/v1/data",
            params,
            where=place(KILDE, tabel_id, periods),
            body=body,
            parse=_parse_csv,
        )
        self._http.check_clock(reply.answer)
        return reply

    def _place(
        self,
        tabel_id: str,
        axes: Sequence[Axis],
        grid: Grid,
        periods: Sequence[str],
        reply: Reply,
    ) -> None:
        where = place(KILDE, tabel_id, periods)
        headings, *rows = reply.data
        wanted = [AREA, TIME, *(axis.key for axis in axes[2:]), VALUE]
        if sorted(headings) != sorted(wanted):
            raise BadAnswerError(
                f"Svarets kolonner er {headings}, ikke {wanted}", where=where, do=DO_REPORT
            )
        columns = dict(zip(headings, zip(*rows, strict=True), strict=True)) if rows else {}
        areas = columns.get(AREA, ())
        for area in sorted(set(areas) - set(axes[0].names)):
            raise UnknownAreaError(
                f"Ukendt område »{area}«; nærmest er {nearest(area, axes[0].names)}",
                where=where,
                do="ret seeds/kommuner.csv, hvis kommunerne er ændret",
            )
        labels = [columns.get(name, ()) for name in wanted[:-1]]
        grid.place(labels, [to_floats(columns.get(VALUE, ()), VALUE, where)], periods, where)


def _parse_csv(body: bytes, where: str) -> list[list[str]]:
    """Rows of a StatBank CSV, heading first.

    Raises:
        BadAnswerError: the body is no CSV, or breaks off.
    """
    if body.lstrip()[:1] in (b"<", b"{"):
        parse_json(body, where)
        raise BadAnswerError("Der kom metadata i stedet for tal", where=where, do=DO_REPORT)
    text = without_bom(body).decode("utf-8", "replace")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    except csv.Error as error:
        raise BadAnswerError(
            f"Svaret kan ikke læses som csv ({error})", where=where, do=DO_TRY_LATER
        ) from error
    # A whole file ends its last line; one that breaks off in a number would still look right.
    if not rows or not text.endswith("\n") or len({len(row) for row in rows}) != 1:
        raise BadAnswerError(
            f"Svaret brydes af efter {len(body)} bytes",
            where=where,
            do=DO_TRY_LATER,
        )
    return rows


def _whole(cells: pd.DataFrame, where: str) -> pd.DataFrame:
    """Refuse a population with holes: every person has an age and a kommune."""
    absent = int(cells["raekke_mangler"].sum())
    if absent:
        raise CoverageError(
            f"{absent} celler mangler i befolkningstallet", where=where, do="prøv igen senere"
        )
    return cells
