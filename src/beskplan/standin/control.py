"""The stand-in's own switches, under `/standin/`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Body, Request
from starlette.responses import JSONResponse, Response

from beskplan.standin.faults import METADATA, NAMES, SHIFT, Fault
from beskplan.standin.recorded import TIMES
from beskplan.standin.world import World

router = APIRouter(prefix="/standin")

_TYPES: dict[str, type | tuple[type, ...]] = {
    "tabel": str,
    "antal": int,
    "perioder": list,
    "omraade": str,
    "maaling": str,
    "sti": str,
    "sekunder": (int, float),
    "start": int,
    "raekker": int,
}


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def make_fault(name: str, **options: Any) -> Fault:
    """A fault from its name and options.

    Args:
        name: one of the names of faults.
        **options: see `Fault`.

    Returns:
        The fault.

    Raises:
        ValueError: there is no such fault or option.
    """
    if name not in NAMES:
        raise ValueError(f"Unknown fault: {name}. Known: {', '.join(NAMES)}")
    given = {key: value for key, value in options.items() if value is not None}
    if name in (*METADATA, *SHIFT) and str(given.get("tabel")).lower() == "folk1a":
        raise ValueError(f"Fault {name} strikes Jobindsats' tables only")
    for key, value in given.items():
        if key not in _TYPES:
            raise ValueError(f"Unknown option: {key}. Known: {', '.join(_TYPES)}")
        if not isinstance(value, _TYPES[key]):
            raise ValueError(f"Option {key} cannot be {value!r}")
    if "perioder" in given:
        given["perioder"] = tuple(given["perioder"])
    return Fault(name, **given)


@router.post("/ur")
def set_clock(request: Request, nu: str = Body(embed=True)) -> Response:
    """Set the clock."""
    try:
        _world(request).set_clock(datetime.fromisoformat(nu))
    except ValueError as error:
        return JSONResponse({"fejl": str(error)}, status_code=400)
    return JSONResponse({"nu": _iso(_world(request).clock)})


@router.get("/ur")
def clock(request: Request) -> Response:
    """The clock."""
    return JSONResponse({"nu": _iso(_world(request).clock)})


@router.post("/fejl")
def switch_on(request: Request, body: dict[str, Any] = Body()) -> Response:  # noqa: B008
    """Switch a fault on."""
    options = {key: value for key, value in body.items() if key != "fejl"}
    try:
        fault = make_fault(str(body.get("fejl")), **options)
    except ValueError as error:
        return JSONResponse({"fejl": str(error)}, status_code=400)
    _world(request).switch_on(fault)
    return JSONResponse(asdict(fault))


@router.delete("/fejl")
def clear(request: Request) -> Response:
    """Switch all faults off."""
    _world(request).clear_faults()
    return JSONResponse({"fejl": []})


@router.get("/optagelser")
def recordings() -> Response:
    """The recorded times."""
    return JSONResponse([_iso(time) for time in TIMES])


@router.get("/forespoergsler")
def requests(request: Request) -> Response:
    """Every request to a source since the log was last emptied."""
    return JSONResponse(_world(request).requests)


@router.delete("/forespoergsler")
def forget(request: Request) -> Response:
    """Empty the log of requests."""
    _world(request).forget_requests()
    return JSONResponse([])
