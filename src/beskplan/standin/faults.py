"""Faults that can be switched on: what real sources have done, or could do, to those who ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from starlette.responses import JSONResponse, PlainTextResponse, Response

from beskplan.standin.errors import refusal
from beskplan.standin.frame import BOM, Frame
from beskplan.standin.spec import AREAS, Cells, Hierarchy, Table
from beskplan.standin.tables import tables

REFUSING = ("401", "403_side", "422_periodetype", "429", "500")
LATE = ("timeout",)
BODY = ("afkortet", "bom")
ROWS = ("afkortet_raekker", "kommune_mangler", "dobbelt", "tekst_for_tal")
METADATA = ("kommune_omdoebt", "maaling_omdoebt", "maaling_vaek")
SHIFT = ("forskudt",)
NAMES = (*LATE, *REFUSING, *BODY, *ROWS, *METADATA, *SHIFT)

FORBIDDEN_TEXT = "You do not have permission to view this directory or page."
BLOCK = 20


@dataclass
class Fault:
    """One fault that is switched on.

    Args:
        fejl: one of `NAMES`.
        tabel: the table it strikes; None strikes all.
        antal: how many more requests it strikes; None strikes always.
        perioder: the periods it strikes, where that has a meaning.
        omraade: the area it strikes; None takes the first kommune.
        maaling: the measure id it strikes; None takes the table's first.
        sti: strikes paths that begin so, instead of the data endpoints.
        sekunder: how late a late answer is, or how long `Retry-After` asks to wait.
        start: for `forskudt`, index of the block's first kommune in print order.
        raekker: for `forskudt`, how many kommuner; 2 swaps a pair.
    """

    fejl: str
    tabel: str | None = None
    antal: int | None = None
    perioder: tuple[str, ...] | None = None
    omraade: str | None = None
    maaling: str | None = None
    sti: str | None = None
    sekunder: float | None = None
    start: int = 13
    raekker: int = BLOCK

    def strikes(self, path: str, table_id: str | None) -> bool:
        """Whether it is meant for this request."""
        if self.antal is not None and self.antal <= 0:
            return False
        if self.tabel is not None and table_id is not None and self.tabel.lower() != table_id:
            return False
        if self.sti is not None:
            return path.startswith(self.sti)
        return path.startswith(("/v3/data/", "/v1/data"))

    def stands(self, table_id: str) -> bool:
        """Whether the table's metadata are struck, whatever is asked."""
        left = self.antal is None or self.antal > 0
        return left and (self.tabel is None or self.tabel.lower() == table_id)


def delay(faults: Iterable[Fault]) -> float:
    """Seconds that the answer is to be late."""
    return sum(60 if f.sekunder is None else f.sekunder for f in faults if f.fejl in LATE)


def refuse(faults: Iterable[Fault], table_id: str | None) -> Response | None:
    """The refusal that one of the faults asks for, if any; it names the table's period type."""
    table = tables().get(table_id or "")
    period_type = table.period_type if table else "M"
    for fault in faults:
        if fault.fejl == "403_side":
            return PlainTextResponse(FORBIDDEN_TEXT, status_code=403, media_type="text/html")
        if fault.fejl == "422_periodetype":
            return refusal(422, f"Unknown period type: {period_type}")
        if fault.fejl == "429":
            wait = 1 if fault.sekunder is None else fault.sekunder
            return refusal(429, "Too many requests", {"Retry-After": f"{wait:g}"})
        if fault.fejl == "401":
            return refusal(401, "Unauthorized")
        if fault.fejl == "500":
            return JSONResponse({"message": "Internal server error"}, status_code=500)
    return None


def on_body(faults: Iterable[Fault], body: bytes) -> bytes:
    """Spoil the finished body."""
    for fault in faults:
        if fault.fejl == "bom":
            body = BOM + body
        elif fault.fejl == "afkortet":
            body = body[: len(body) // 2]
    return body


def _kommuner(hierarchy: Hierarchy) -> list[int]:
    return [nr for nr, member in enumerate(hierarchy.members) if member.level == "kommune"]


def _rename_area(fault: Fault, table: Table) -> Table:
    hierarchy = table.hierarchies[0]
    old = fault.omraade or hierarchy.members[_kommuner(hierarchy)[0]].name
    members = tuple(
        replace(member, name=f"{old} (nyt navn)") if member.name == old else member
        for member in hierarchy.members
    )
    return replace(table, hierarchies=(replace(hierarchy, members=members), *table.hierarchies[1:]))


def on_table(faults: Iterable[Fault], table: Table) -> Table:
    """The table as struck metadata describe it: names changed or a measure gone."""
    for fault in faults:
        measure_id = fault.maaling or table.measures[0].measure_id
        if fault.fejl == "kommune_omdoebt":
            table = _rename_area(fault, table)
        elif fault.fejl == "maaling_omdoebt":
            measures = tuple(
                replace(m, label=f"{m.label} (ny)") if m.measure_id == measure_id else m
                for m in table.measures
            )
            table = replace(table, measures=measures)
        elif fault.fejl == "maaling_vaek":
            measures = tuple(m for m in table.measures if m.measure_id != measure_id)
            table = replace(table, measures=measures)
    return table


def on_cells(
    faults: Iterable[Fault], table: Table, periods: Sequence[str], newest: str, cells: Cells
) -> Cells:
    """Shift a block of kommuner by one, cyclically, so that every total is kept.

    Args:
        faults: the faults that strike.
        table: the table asked.
        periods: the periods of the cells' first axis.
        newest: the table's newest period, struck where a fault names none.
        cells: all areas of the table along the second axis.

    Returns:
        The cells, shifted where a fault says so.
    """
    kommuner = _kommuner(table.hierarchies[0])
    for fault in faults:
        if fault.fejl not in SHIFT:
            continue
        block = kommuner[fault.start : fault.start + fault.raekker]
        struck = fault.perioder or (newest,)
        rows = [nr for nr, period in enumerate(periods) if period in struck]
        values, present = cells.values.copy(), cells.present.copy()
        struck_rows, places = np.array(rows, dtype=np.int64), np.array(block, dtype=np.int64)
        to, source = np.ix_(struck_rows, np.roll(places, -1)), np.ix_(struck_rows, places)
        values[to], present[to] = cells.values[source], cells.present[source]
        cells = Cells(values, present)
    return cells


def _struck(fault: Fault, frame: Frame, default: frozenset[str]) -> list[bool]:
    """Rows that a fault names by period and area; an unnamed area is the default one."""
    areas = frozenset((fault.omraade,)) if fault.omraade else default
    area = frame.data[frame.area] if frame.area is not None else [None] * frame.rows
    return [
        (fault.perioder is None or period in fault.perioder)
        and (frame.area is None or not areas or name in areas)
        for period, name in zip(frame.data[frame.period], area, strict=True)
    ]


def _spoil_number(fault: Fault, frame: Frame) -> Frame:
    struck = _struck(fault, frame, frozenset())
    row = struck.index(True) if True in struck else 0
    column = list(frame.data[frame.keys])
    column[row] = "ukendt"
    data = (*frame.data[: frame.keys], column, *frame.data[frame.keys + 1 :])
    return replace(frame, data=data)


def on_frame(faults: Iterable[Fault], frame: Frame, first_kommune: Iterable[str]) -> Frame:
    """Lose, double or spoil rows.

    Args:
        faults: the faults that strike.
        frame: the answer.
        first_kommune: how the answer may write the first kommune.

    Returns:
        The spoilt answer.
    """
    first = frozenset(first_kommune)
    for fault in faults:
        if not frame.rows:
            break
        if fault.fejl == "afkortet_raekker":
            frame = frame.head(frame.rows - max(1, frame.rows // 10))
        elif fault.fejl == "kommune_mangler":
            frame = frame.where([not hit for hit in _struck(fault, frame, first)])
        elif fault.fejl == "dobbelt":
            frame = frame.append(frame.where(_struck(fault, frame, frozenset())))
        elif fault.fejl == "tekst_for_tal":
            frame = _spoil_number(fault, frame)
    return frame


def area_axis_is_struck(faults: Iterable[Fault], named: Iterable[str]) -> bool:
    """Whether a shift strikes and areas are asked for."""
    return AREAS in set(named) and any(fault.fejl in SHIFT for fault in faults)
