"""Runs the stand-in on loopback, in a thread or as a process of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uvicorn

from beskplan.standin.app import create_app
from beskplan.standin.control import make_fault
from beskplan.standin.world import Request, World

HOST = "127.0.0.1"


def server(world: World) -> uvicorn.Server:
    """A server that leaves `Date` to the stand-in's own clock."""
    config = uvicorn.Config(
        create_app(world),
        date_header=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def listen(port: int) -> socket.socket:
    """A listening loopback socket; port 0 takes a free one."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((HOST, port))
    return sock


@dataclass(frozen=True)
class Running:
    """A stand-in that runs in this process.

    Args:
        url: address of both sources.
        world: its clock, faults and log.
    """

    url: str
    world: World

    def set_clock(self, now: datetime) -> None:
        """Set the stand-in's clock."""
        self.world.set_clock(now)

    def fault(self, name: str, **options: Any) -> None:
        """Switch a fault on; options as in `POST /standin/fejl`."""
        self.world.switch_on(make_fault(name, **options))

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self.world.clear_faults()

    @property
    def requests(self) -> list[Request]:
        """Method, path and query of each request since `forget_requests`."""
        return self.world.requests

    def forget_requests(self) -> None:
        """Empty the log of requests."""
        self.world.forget_requests()


@contextmanager
def running(port: int = 0) -> Iterator[Running]:
    """Run the stand-in in a thread while the block lasts.

    Args:
        port: port on loopback; 0 takes a free one.

    Yields:
        The running stand-in.
    """
    world = World()
    sock = listen(port)
    served = server(world)
    thread = threading.Thread(target=served.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        while not served.started:
            if not thread.is_alive():
                raise RuntimeError("the stand-in did not start")
            time.sleep(0.01)
        yield Running(f"http://{HOST}:{sock.getsockname()[1]}", world)
    finally:
        served.should_exit = True
        thread.join(timeout=10)
        sock.close()
