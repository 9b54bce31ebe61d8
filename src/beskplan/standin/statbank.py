"""The paths of StatBank v1 that concern FOLK1A."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from beskplan.standin import faults, folk1a, frame
from beskplan.standin.frame import Frame
from beskplan.standin.jobindsats import ORIGIN_HEADER
from beskplan.standin.statbank_query import Question, StatBankError, present, read
from beskplan.standin.tables import kommuner

CELL_LIMIT = 1_000_000
ORIGIN = {ORIGIN_HEADER: "genereret"}

router = APIRouter(prefix="/v1")


def _refused(error: StatBankError) -> Response:
    body = {"errorTypeCode": error.code, "message": str(error)}
    return JSONResponse(body, status_code=400)


async def _body(request: Request) -> dict[str, Any]:
    """The question as a mapping, from a POST's JSON or a GET's path and query."""
    if request.method == "GET":
        query = request.query_params
        known = {"table", "format", "lang", "valuepresentation", "timeorder", "delimiter"}
        found: dict[str, Any] = {key: value for key, value in query.items()}
        found["table"] = request.path_params.get("table") or query.get("table", "")
        found["format"] = request.path_params.get("form") or query.get("format", "")
        found["variables"] = [
            {"code": code, "values": [part for part in value.split(",") if part]}
            for code, value in query.items()
            if code.lower() not in known
        ]
        return found
    try:
        sent = json.loads(await request.body())
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise StatBankError("REQUEST-EMPTY", "Forespørgslen er tom eller ikke JSON")
    return sent


def _check_table(body: dict[str, Any]) -> None:
    asked = str(body.get("table") or "")
    if not asked:
        raise StatBankError("REQUEST-MISSING", "Parameteren table mangler")
    if asked.upper() != folk1a.TABLE_ID:
        raise StatBankError("EXTRACT-NOTFOUND", f"Tabel findes ikke: {asked}")


@router.get("/tableinfo/{table}")
@router.get("/tableinfo")
@router.post("/tableinfo")
async def tableinfo(request: Request) -> Response:
    """The table's variables and their values."""
    try:
        _check_table(await _body(request))
    except StatBankError as error:
        return _refused(error)
    found = {
        "id": folk1a.TABLE_ID,
        "text": "Befolkningen den 1. i kvartalet",
        "description": "Befolkningen den 1. i kvartalet efter område, køn, alder, civilstand, tid",
        "unit": "Antal",
        "suppressedDataValue": "0",
        "updated": folk1a.UPDATED,
        "active": True,
        "contacts": [],
        "documentation": None,
        "footnote": None,
        "variables": [
            {
                "id": variable.id,
                "text": variable.text,
                "elimination": variable.eliminated is not None,
                "time": variable.time,
                "values": [{"id": value, "text": text} for value, text in variable.values],
            }
            for variable in folk1a.variables()
        ],
    }
    return JSONResponse(found, headers=ORIGIN)


def _frame(question: Question) -> Frame:
    """Rows of the answer; in a streaming format zeros are left out."""
    figures = folk1a.cells(question.chosen)
    kept = figures > 0 if question.form == "BULK" else np.ones(figures.shape, dtype=bool)
    places = kept.nonzero()
    columns, data = [], []
    for axis, (variable, wanted) in enumerate(
        zip(folk1a.variables(), question.chosen, strict=True)
    ):
        if wanted is None and not variable.time:
            continue
        indices = [len(variable.values) - 1] if wanted is None else wanted
        names = [present(variable.values[nr], question.presentation) for nr in indices]
        columns.append("TID" if variable.time else variable.id)
        data.append(np.array(names, dtype=object)[places[axis]].tolist())
    area = columns.index("OMRÅDE") if "OMRÅDE" in columns else None
    data.append(figures[kept].tolist())
    return Frame((*columns, "INDHOLD"), tuple(data), len(columns), area, len(columns) - 1)


def _size(question: Question) -> int:
    return prod(len(wanted) for wanted in question.chosen if wanted is not None)


def _stream(question: Question) -> Iterator[bytes]:
    """A quarter at a time, so that eight million cells need no memory."""
    times = question.chosen[-1] or []
    for nr, time in enumerate(times):
        part = Question(question.form, question.presentation, (*question.chosen[:-1], [time]))
        text = frame.to_csv(_frame(part), bom=False)
        yield text if nr == 0 else text.partition(b"\r\n")[2]


def _answer(body: dict[str, Any], struck: tuple[faults.Fault, ...]) -> Response:
    _check_table(body)
    question = read(body, folk1a.variables())
    spoils_rows = any(fault.fejl in faults.ROWS for fault in struck)
    size = _size(question)
    if question.form == "BULK" and not spoils_rows:
        return StreamingResponse(_stream(question), media_type="text/csv", headers=ORIGIN)
    if question.form == "CSV" and size > CELL_LIMIT:
        raise StatBankError(
            "REQUEST-LIMIT",
            f"Forespørgslen på op mod {_danish(size)} celler er over begrænsningen på "
            f"{_danish(CELL_LIMIT)} celler for denne filtype. "
            "Anvend BULK eller andet streaming format i stedet.",
        )
    rows = _frame(question)
    code, name, _ = kommuner()[0]
    first = {code, name, f"{code} {name}", f"{name} {code}"}
    rows = faults.on_frame(struck, rows, first)
    bom = question.form == "CSV"
    return Response(frame.to_csv(rows, bom=bom), media_type="text/csv", headers=ORIGIN)


def _danish(number: int) -> str:
    return f"{number:,}".replace(",", ".")


@router.get("/data/{table}/{form}")
@router.get("/data")
@router.post("/data")
async def data(request: Request) -> Response:
    """Figures as CSV or BULK."""
    try:
        body = await _body(request)
        return await run_in_threadpool(_answer, body, tuple(request.state.struck))
    except StatBankError as error:
        return _refused(error)
