"""What the stand-in remembers while it runs: its clock, the faults, and who asked for what."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock

from beskplan.standin.faults import METADATA, SHIFT, Fault
from beskplan.standin.recorded import TIMES

Request = tuple[str, str, str]


class World:
    """Clock, faults and log of requests of one running stand-in."""

    def __init__(self) -> None:
        """The clock starts at the newest recorded time."""
        self._lock = Lock()
        self._clock = TIMES[-1]
        self._faults: list[Fault] = []
        self._requests: list[Request] = []

    @property
    def clock(self) -> datetime:
        """The stand-in's time, UTC."""
        return self._clock

    def set_clock(self, now: datetime) -> None:
        """Set the time.

        Args:
            now: a time that knows its zone.
        """
        if now.tzinfo is None:
            raise ValueError(f"{now.isoformat()} has no time zone")
        self._clock = now.astimezone(UTC)

    def switch_on(self, fault: Fault) -> None:
        """Add a fault."""
        with self._lock:
            self._faults.append(fault)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def take(self, path: str, table_id: str | None) -> tuple[Fault, ...]:
        """The faults that strike this request; their counts go down by one."""
        with self._lock:
            struck = tuple(f for f in self._faults if f.strikes(path, table_id))
            for fault in struck:
                if fault.antal is not None:
                    fault.antal -= 1
        return struck

    def standing(self, table_id: str) -> tuple[Fault, ...]:
        """Faults that a table's metadata show."""
        with self._lock:
            shown = (*METADATA, *SHIFT)
            return tuple(f for f in self._faults if f.fejl in shown and f.stands(table_id))

    @property
    def requests(self) -> list[Request]:
        """Method, path and query of every request since the log was last emptied."""
        with self._lock:
            return list(self._requests)

    def log(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self._requests.append(request)

    def forget_requests(self) -> None:
        """Empty the log."""
        with self._lock:
            self._requests.clear()
