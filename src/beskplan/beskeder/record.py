"""Which causes a channel has been told of: an append-only file of lines in the work folder.

Losing it repeats a message and nothing else.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby

from beskplan.beskeder.causes import HANGS, KILLED, Cause
from beskplan.settings import Settings

FOLDER = "beskeder"


@dataclass(frozen=True)
class Message:
    """What one look has to tell: each cause that is new or changed, and each that is over.

    Args:
        nye: causes to tell of.
        ovre: causes that were told of and stand no more.
    """

    nye: Sequence[Cause]
    ovre: Sequence[Cause]

    @property
    def emne(self) -> str:
        """The subject: a single cause in full, of several how many."""
        if len(self.nye) + len(self.ovre) == 1:
            cause, over = (self.nye[0], "") if self.nye else (self.ovre[0], "Ovre: ")
            return f"Beskplan: {over}{cause.tekst}"[:160]
        return f"Beskplan: {len(self.nye)} nye forhold, {len(self.ovre)} er ovre"

    @property
    def tekst(self) -> str:
        """The whole message as plain text; what to do of like causes is said once."""
        lines = [
            "\n".join([*(cause.tekst for cause in alike), f"  Gør: {goer}"])
            for goer, alike in groupby(self.nye, lambda cause: cause.goer)
        ]
        lines += [f"Ovre: {cause.tekst}" for cause in self.ovre]
        return "\n\n".join(lines)

    def content(self) -> dict[str, object]:
        """The same for a program: keys, and whether each is new or over."""
        told = [asdict(cause) | {"tilstand": "ny"} for cause in self.nye]
        told += [asdict(cause) | {"tilstand": "ovre"} for cause in self.ovre]
        return {"emne": self.emne, "tekst": self.tekst, "forhold": told}


@contextmanager
def untold(
    settings: Settings,
    kanal: str,
    standing: Iterable[Cause],
    *,
    ended_dag: str | None = None,
    only_add: bool = False,
) -> Iterator[Message | None]:
    """Give what a channel has yet to be told; it counts as told when the block ends well.

    Args:
        settings: where things are.
        kanal: the channel: `mail` or `webhook`.
        standing: the causes that stand.
        ended_dag: the DAG that looks: none of its runs hangs any more.
        only_add: leave what is over for the next look.
    """
    folder = settings.work / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{kanal}.jsonl").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        told = _told(file)
        now = {cause.noegle: cause for cause in standing}
        new = [cause for key, cause in now.items() if told.get(key) != cause]
        over = [
            cause
            for key, cause in told.items()
            if key not in now and not only_add and _may_end(key, ended_dag)
        ]
        message = Message(new, over) if new or over else None
        yield message
        if message:
            when = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
            for state, causes in (("ny", new), ("ovre", over)):
                for cause in causes:
                    line = asdict(cause) | {"tilstand": state, "fortalt_utc": when}
                    # A line of its own, also after one that was cut off.
                    file.write("\n" + json.dumps(line, ensure_ascii=False) + "\n")


def _may_end(key: str, ended_dag: str | None) -> bool:
    """What only Airflow knows is over when a later look of the same DAG says so."""
    return not key.startswith((HANGS, KILLED)) or key.split(":")[1] == ended_dag


def _told(lines: Iterable[str]) -> dict[str, Cause]:
    """The causes that stand as told; a line that a killed process cut off was not."""
    told: dict[str, Cause] = {}
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        cause = Cause(record["noegle"], record["tekst"], record["goer"])
        if record["tilstand"] == "ny":
            told[cause.noegle] = cause
        else:
            told.pop(cause.noegle, None)
    return told
