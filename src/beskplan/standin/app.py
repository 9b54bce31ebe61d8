"""The application: two sources and the switches, on one port."""

from __future__ import annotations

from fastapi import FastAPI

from beskplan.standin import control, jobindsats, statbank
from beskplan.standin.front import Front
from beskplan.standin.world import World


def create_app(world: World | None = None) -> FastAPI:
    """Make the application.

    Args:
        world: its clock, faults and log; a new one if none is given.

    Returns:
        The application; its world is `app.state.world`.
    """
    app = FastAPI(title="Stand-in", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.world = world or World()
    app.add_middleware(Front, world=app.state.world)
    for part in (jobindsats, statbank, control):
        app.include_router(part.router)
    return app
