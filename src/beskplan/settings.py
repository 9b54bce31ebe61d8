"""What is configured from outside: folders, profile, addresses and the token."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from beskplan.errors import SettingsError

PROJECT = Path(__file__).resolve().parents[2]
PROFILES = ("fuld", "lille")
JOBINDSATS_URL = "https://api.jobindsats.dk"
STATBANK_URL = "https://api.statbank.dk"
# The largest answer that a user of the API reports as far below its (unpublished) limit.
ANSWER_CELLS = 30_000


def secret(name: str) -> str | None:
    """Read a secret from the variable `name`, or from the file that `<name>_FILE` names.

    Returns:
        The secret; None if neither is set.

    Raises:
        SettingsError: both are set, or the file is empty or cannot be read.
    """
    given, file = os.environ.get(name) or None, os.environ.get(f"{name}_FILE")
    if not file:
        return given
    if given:
        raise SettingsError(
            f"{name} and {name}_FILE are both set",
            where="environment",
            do="empty one of them; the file is the safer place",
        )
    try:
        text = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the file of {name} cannot be read: {type(error).__name__}",
            where=file,
            do="make it (deploy/hemmeligheder.sh), readable by the user that runs Beskplan",
        ) from error
    if not text:
        raise SettingsError(f"the file of {name} is empty", where=file, do="put the secret into it")
    return text


@dataclass(frozen=True)
class Settings:
    """Where things are and whom to ask.

    Args:
        home: folder that holds landing, arbejde and releases.
        seeds: folder with the hand-kept tables.
        profile: `fuld`, or `lille` for tests that repeat a whole run.
        jobindsats_url: address of Jobindsats v3.
        statbank_url: address of StatBank v1.
        token: the organisation's Jobindsats key; never printed.
        timeout_s: seconds to wait for an answer before it counts as a time-out.
        wait_s: seconds before the first retry; doubled at each further one.
        answer_cells: cells that one question to Jobindsats may ask for.
        drop_folder: where Joblog bilag are put; None is `joblog/` in the home.
        chart_folder: where drawn charts are kept, by content, so homes may share it; None is
            `arbejde/diagrammer/` in the home.
        release_folder: where releases go; None is `releases/` in the home.
        processes: how many write the kommuner's files; None is as many as there are processors and
            pay.
    """

    home: Path = PROJECT
    seeds: Path = PROJECT / "seeds"
    profile: str = "fuld"
    jobindsats_url: str = JOBINDSATS_URL
    statbank_url: str = STATBANK_URL
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    wait_s: float = 1.0
    answer_cells: int = ANSWER_CELLS
    drop_folder: Path | None = None
    chart_folder: Path | None = None
    release_folder: Path | None = None
    processes: int | None = None

    def __post_init__(self) -> None:
        """Refuse a profile that does not exist."""
        if self.profile not in PROFILES:
            raise ValueError(f"BESKPLAN_PROFIL is {self.profile!r}; it must be one of {PROFILES}")

    @property
    def landing(self) -> Path:
        """The vintage store."""
        return self.home / "landing"

    @property
    def joblog(self) -> Path:
        """The folder in which Joblog bilag arrive."""
        return self.drop_folder or self.home / "joblog"

    @property
    def charts(self) -> Path:
        """Where drawn charts are kept from one release to the next."""
        return self.chart_folder or self.work / "diagrammer"

    @property
    def work(self) -> Path:
        """The last built warehouse and the candidates."""
        return self.home / "arbejde"

    @property
    def releases(self) -> Path:
        """The releases and `current`."""
        return self.release_folder or self.home / "releases"

    @property
    def has_real_token(self) -> bool:
        """A token is set and the address is Jobindsats' own: no generated cell may go out."""
        host = urlsplit(self.jobindsats_url).hostname or ""
        return self.token is not None and host.endswith("jobindsats.dk")

    @classmethod
    def from_env(cls) -> Settings:
        """Read `BESKPLAN_*`, `JOBINDSATS_*` and `STATBANK_URL`; unset or empty means default."""
        env = os.environ
        return cls(
            home=Path(env.get("BESKPLAN_HJEM") or PROJECT).resolve(),
            seeds=Path(env.get("BESKPLAN_SEEDS") or PROJECT / "seeds").resolve(),
            profile=env.get("BESKPLAN_PROFIL") or "fuld",
            jobindsats_url=(env.get("JOBINDSATS_URL") or JOBINDSATS_URL).rstrip("/"),
            statbank_url=(env.get("STATBANK_URL") or STATBANK_URL).rstrip("/"),
            token=secret("JOBINDSATS_TOKEN"),
            timeout_s=float(env.get("BESKPLAN_TIMEOUT") or 60),
            wait_s=float(env.get("BESKPLAN_VENT") or 1),
            answer_cells=int(env.get("BESKPLAN_SVAR_CELLER") or ANSWER_CELLS),
            drop_folder=_folder("BESKPLAN_JOBLOG"),
            chart_folder=_folder("BESKPLAN_DIAGRAMMER"),
            processes=int(env.get("BESKPLAN_PROCESSER") or 0) or None,
        )


def _folder(name: str) -> Path | None:
    given = os.environ.get(name)
    return Path(given).resolve() if given else None
