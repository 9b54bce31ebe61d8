"""The paths of Jobindsats v3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from beskplan.standin import faults, frame, query
from beskplan.standin.errors import refusal
from beskplan.standin.generated import Generated
from beskplan.standin.recorded import Recorded
from beskplan.standin.spec import (
    AREAS,
    Cells,
    Measure,
    NotAnswerableError,
    Provider,
    Selection,
    Table,
)
from beskplan.standin.tables import tables
from beskplan.standin.world import World

ORIGIN_HEADER = "X-Standin-Oprindelse"
WRONG_KEY = "forkert-noegle"
SHORTEST_KEY = 8
PROVIDERS: Mapping[str, Provider] = {"optaget": Recorded(), "genereret": Generated()}

router = APIRouter(prefix="/v3")


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _unauthorised(request: Request) -> Response | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or key == WRONG_KEY or len(key) < SHORTEST_KEY:
        return refusal(401, "Unauthorized")
    return None


def _offered(table_id: str, clock: datetime) -> tuple[Table, Provider] | None:
    table = tables().get(table_id.lower())
    if table is None:
        return None
    provider = PROVIDERS[table.origin]
    return (table, provider) if provider.offered(table, clock) else None


def _no_such_table(table_id: str) -> Response:
    return refusal(404, f"Unknown table: {table_id}")


def _groups(table: Table) -> list[tuple[dict[str, str], list[Measure]]]:
    """The measure groups as metadata name them, each with its measures."""
    found = []
    for mgroup_id, members in groupby(table.measures, key=lambda measure: measure.mgroup_id):
        inside = list(members)
        name = inside[0].group or inside[0].label
        found.append(({"mgroup_id": mgroup_id, "mgroup_name": name}, inside))
    return found


def _tables_entry(table: Table, provider: Provider, world: World) -> dict[str, Any]:
    clock = world.clock
    standing = world.standing(table.table_id)
    updated = provider.updated(table, clock)
    if any(fault.fejl in faults.SHIFT for fault in standing):
        updated = clock.date().isoformat()
    last = provider.periods(table, clock)[-1]
    table = faults.on_table(standing, table)
    return {
        "table_id": table.table_id,
        "table_name": table.name,
        "link_infopage": None,
        "link_tablepage": None,
        "update_freq": table.period_type[0],
        "update_latest": updated,
        "update_next": provider.announced(table, clock),
        "mgroups": [group for group, _ in _groups(table)],
        "periods": {"periodtypes": [{"periodtype_id": table.period_type, "period_last": last}]},
    }


def _catalogue(world: World) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for table_id, table in tables().items():
        offered = _offered(table_id, world.clock)
        if offered:
            found.append((table.subject, _tables_entry(*offered, world)))
    return sorted(found, key=lambda pair: pair[0])


@router.get("/subjects")
def subjects(request: Request) -> Response:
    """The subjects."""
    names = sorted({table.subject for table in tables().values()})
    rows = [{"subject_id": nr, "subject_name": name} for nr, name in enumerate(names, start=1)]
    return _unauthorised(request) or JSONResponse(rows)


@router.get("/tables")
def all_tables(request: Request) -> Response:
    """Every table that is offered now, with the date of its last update."""
    refused = _unauthorised(request)
    if refused:
        return refused
    grouped = groupby(_catalogue(_world(request)), key=lambda pair: pair[0])
    rows = [
        {
            "subject_name": subject,
            "table_groups": [
                {"table_group_name": subject, "tables": [entry for _, entry in pairs]}
            ],
        }
        for subject, pairs in grouped
    ]
    return JSONResponse(rows)


def _levels(table: Table) -> list[dict[str, Any]]:
    found = []
    for hierarchy in table.hierarchies:
        levels = [
            {
                "level_id": level,
                "values": [{"value_id": m.value_id, "value_name": m.name} for m in members],
            }
            for level, members in groupby(hierarchy.members, key=lambda member: member.level)
        ]
        body = {"hierarchy_id": hierarchy.hierarchy_id, "levels": levels}
        found.append(
            {
                "dimension_id": hierarchy.dimension_id,
                "dimension_name": hierarchy.label,
                "hierarchies": [body],
            }
        )
    return found


@router.get("/table/{table_id}")
def one_table(table_id: str, request: Request) -> Response:
    """A table's periods, hierarchies and measures."""
    refused = _unauthorised(request)
    if refused:
        return refused
    world = _world(request)
    offered = _offered(table_id, world.clock)
    if offered is None:
        return _no_such_table(table_id)
    table, provider = offered
    periods = provider.periods(table, world.clock)
    table = faults.on_table(world.standing(table.table_id), table)
    body = {
        "table_id": table.table_id,
        "table_name": table.name,
        "subject_name": table.subject,
        "periods": [
            {
                "periodtype_id": table.period_type,
                "values": [{"period_id": period} for period in periods],
            }
        ],
        "dimensions": _levels(table),
        "mgroups": [
            group
            | {"measures": [{"measure_id": m.measure_id, "measure_name": m.name} for m in inside]}
            for group, inside in _groups(table)
        ],
    }
    return JSONResponse(body, headers={ORIGIN_HEADER: table.origin})


def _cells(
    table: Table,
    provider: Provider,
    selection: Selection,
    clock: datetime,
    struck: tuple[faults.Fault, ...],
) -> Cells:
    """The provider's cells, with a block of kommuner shifted where a fault says so."""
    if not faults.area_axis_is_struck(struck, selection.members):
        return provider.cells(table, selection, clock)
    everywhere = list(range(len(table.hierarchies[0].members)))
    wide = replace(selection, members={**selection.members, AREAS: everywhere})
    newest = provider.periods(table, clock)[-1]
    cells = provider.cells(table, wide, clock)
    cells = faults.on_cells(struck, table, selection.periods, newest, cells)
    asked = list(selection.members[AREAS])
    return Cells(cells.values[:, asked], cells.present[:, asked])


def _answer(table_id: str, request: Request) -> Response:
    """The body of a data answer."""
    world = _world(request)
    clock, struck = world.clock, tuple(request.state.struck)
    offered = _offered(table_id, clock)
    if offered is None:
        return _no_such_table(table_id)
    table, provider = offered
    standing = world.standing(table.table_id)
    # a fault that struck for the last time no longer stands
    last_time = [fault for fault in struck if not any(fault is other for other in standing)]
    shown = faults.on_table((*standing, *last_time), table)
    params = list(request.query_params.multi_items())
    form = request.query_params.get("format", "json")
    try:
        if form not in query.FORMATS:
            raise NotAnswerableError(f"Unknown format: {form}")
        selection = query.selection(params, shown, provider.periods(table, clock))
        ids = [shown.measures[nr].measure_id for nr in selection.measures]
        places = [nr for nr, m in enumerate(table.measures) if m.measure_id in ids]
        cells = _cells(table, provider, replace(selection, measures=places), clock, struck)
    except NotAnswerableError as error:
        return refusal(422, str(error))
    rows = frame.build(shown, selection, cells)
    first = [m.name for m in shown.hierarchies[0].members if m.level == "kommune"][:1]
    rows = faults.on_frame(struck, rows, first)
    headers = {ORIGIN_HEADER: table.origin}
    if form == "csv":
        return Response(frame.to_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)
    return Response(frame.to_json(rows), media_type="application/json", headers=headers)


@router.get("/data/{table_id}")
async def data(table_id: str, request: Request) -> Response:
    """Figures."""
    refused = _unauthorised(request)
    return refused if refused else await run_in_threadpool(_answer, table_id, request)
