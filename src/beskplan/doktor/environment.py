"""Whether `.env`, which Airflow goes by, says another thing than this shell, which does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from dotenv import dotenv_values

from beskplan.doktor.finding import Finding
from beskplan.settings import PROJECT, Settings

FILE = PROJECT / ".env"
# What `Settings.from_env` reads of it, and what it takes an empty one for.
READ = {
    "BESKPLAN_HJEM": "",
    "BESKPLAN_PROFIL": "fuld",
    "BESKPLAN_JOBLOG": "",
    "JOBINDSATS_TOKEN": "",
    "JOBINDSATS_TOKEN_FILE": "",
    "JOBINDSATS_URL": "",
    "STATBANK_URL": "",
}


def check(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Names of the settings that differ; no value is said, for some are secrets."""
    del settings, now
    if not FILE.is_file():
        yield Finding("settings", "ok", ".env: none, so what this shell says is all there is")
        return
    given = dotenv_values(FILE)
    other = [
        name
        for name, default in READ.items()
        if (given.get(name) or default) != (os.environ.get(name) or default)
    ]
    if other:
        yield Finding(
            "settings",
            "note",
            f".env says otherwise than this shell of {', '.join(other)}",
            "Airflow goes by .env. To do so here: "
            "`.venv/bin/dotenv run .venv/bin/beskplan doctor`, and so with every verb.",
        )
    else:
        yield Finding("settings", "ok", ".env says what this shell says")
