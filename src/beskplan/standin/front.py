"""The front door: every request passes it. It logs, dates answers and lets faults strike."""

from __future__ import annotations

import asyncio
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from beskplan.standin import faults
from beskplan.standin.world import World

CONTROL = "/standin/"


def table_of(path: str) -> str | None:
    """The table that a path asks for, if it names one."""
    if path.startswith("/v1/"):
        return "folk1a"
    parts = path.strip("/").split("/")
    return parts[2].lower() if len(parts) > 2 and parts[0] == "v3" else None


class Front:
    """ASGI middleware around both sources."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        """Wrap the app."""
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        self.world.log((scope["method"], path, scope["query_string"].decode("ascii")))
        table_id = table_of(path)
        struck = self.world.take(path, table_id)
        scope.setdefault("state", {})["struck"] = struck
        await asyncio.sleep(faults.delay(struck))
        dated = self._dated(send)
        refusal = faults.refuse(struck, table_id)
        if refusal is not None:
            await refusal(scope, receive, dated)
        elif any(fault.fejl in faults.BODY for fault in struck):
            await self._spoilt(struck, scope, receive, dated)
        else:
            await self.app(scope, receive, dated)

    def _dated(self, send: Send) -> Send:
        now = format_datetime(self.world.clock.replace(microsecond=0), usegmt=True)

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Date"] = now
            await send(message)

        return dated

    async def _spoilt(
        self, struck: tuple[faults.Fault, ...], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Hold the answer back until it is whole, then send it spoilt."""
        start: Message = {}
        body = b""

        async def hold(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body += message.get("body", b"")

        await self.app(scope, receive, hold)
        if start["status"] == 200:
            body = faults.on_body(struck, body)
        answer = Response(body, status_code=start["status"])
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-length"] = str(len(body))
        answer.raw_headers = headers.raw
        await answer(scope, receive, send)
