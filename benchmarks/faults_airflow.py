"""Production's services struck while Airflow builds: its database gone, its scheduler killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
from faults_room import Done, FaultError, Room, from_tests

GONE_SECONDS = 60

# Makes the fault in running services; given those, a client and the runs that were there before.
Strike = Callable[[Any, Any, set[str]], None]


def under_airflow(strike: Strike) -> Callable[[Room], Done]:
    """Start the services on the home, start a build over REST, let a fault strike, wait."""

    def act(here: Room) -> Done:
        support = from_tests("drift_support")
        try:
            with support.production(here.home, here.standin) as drift:
                drift.prepare()
                drift.start_all()
                with drift.administrator() as client:
                    support.trigger(client, support.PLAN)
                    strike(drift, client, set())
                    (run,) = support.runs(client)
                    tries = {task: nr for task, (_, nr) in support.tasks(client, run).items()}
        except (AssertionError, httpx.HTTPError) as error:
            raise FaultError(str(error)) from error
        again = {task: number for task, number in tries.items() if number > 1}
        parts = ", ".join(f"{part} {n}" for part, n in Counter(drift.restarted).items())
        text = f"the run ended {run['state']}; tries {again or 'one each'}; "
        text += f"parts that ended and were started again: {parts or 'none'}; "
        text += f"{[*drift.took.values()][-1]:.0f} s until it ended"
        return Done(int(run["state"] != "success"), text)

    return act


def postgres_dies(drift: Any, client: Any, since: set[str]) -> None:
    """Airflow's database dies during the build and is gone for a minute."""
    from_tests("drift_support").lose_postgres(drift, client, since, 1, GONE_SECONDS)


def scheduler_dies(drift: Any, client: Any, since: set[str]) -> None:
    """The scheduler and the worker that builds are killed, and the scheduler started again."""
    from_tests("drift_support").lose_scheduler(drift, client, since, 1)
