"""Months of releases in a row in one process, memory and open files measured; `make soak`."""

from __future__ import annotations

import gc
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import in_a_row

from beskplan.landing import Landing, find_problems
from beskplan.release import manifest, retention, swap
from beskplan.settings import PROJECT, Settings

REPORT = PROJECT / "docs" / "soak.md"
MONTHS = 50
LAST = date(2026, 8, 20)
# Before it, imports and caches are filled.
WARM = 5
# Flat: how much more the last ten months may hold than the first ten after the warm-up.
ALLOWED_MB = 60
ALLOWED_FILES = 0
HEAD = """# Soak: {months} months of releases in a row

Written by `make soak` {stamp}. No seed: nothing is random.
One process, small profile. The stand-in's clock goes a month ahead each time; what is new is
landed, built, judged and published, and old releases are thinned. What each month brings is the
generated y01a02 with a month more and months revised; the recorded tables answer as first recorded
until August 2026, which is why the releases bear the name of its months.

* resident memory: at most {first_mb} MB in the ten months after {warm} of warm-up, at most
  {last_mb} MB in the last ten ({verdict_mb}: {allowed} MB more is allowed)
* open files: at most {first_files}, then at most {last_files} ({verdict_files})
* releases: {published} published, {whole} whole at the end, {thinned} thinned; is `current` whole:
  {current}
* landing: {vintages} vintages, {problems} problem(s)
* runs that were red, because a table went out with older figures: {red}

| month | release | landed | seconds | MB | open files | landing MB | not updated |
|---|---|---:|---:|---:|---:|---:|---|
"""


@dataclass(frozen=True)
class Month:
    """One month's run and what the process held after it."""

    moment: str
    release: str
    landed: int
    seconds: float
    mb: int
    files: int
    landing_mb: int
    red: str

    def line(self) -> str:
        """A row of the page."""
        held = f"{self.seconds:.0f} | {self.mb} | {self.files} | {self.landing_mb}"
        return (
            f"| {self.moment[:7]} | {self.release} | {self.landed} | {held} | {self.red or '-'} |\n"
        )


def moments(count: int) -> list[str]:
    """The twentieth of each month, in the evening; the last is in August 2026."""
    numbers = range(LAST.year * 12 + LAST.month - count, LAST.year * 12 + LAST.month)
    return [f"{nr // 12}-{nr % 12 + 1:02d}-{LAST.day}T18:00:00Z" for nr in numbers]


def resident_mb() -> int:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def one_month(settings: Settings, moment: str) -> Month:
    """Land, release, thin, measure."""
    began = time.monotonic()
    in_a_row.set_clock(settings, moment)
    landed = in_a_row.land(settings)
    release, red = in_a_row.release(settings)
    retention.thin(settings.releases, 12)
    gc.collect()
    size = sum(path.stat().st_size for path in settings.landing.rglob("*") if path.is_file())
    return Month(
        moment,
        release or "nothing new",
        landed,
        time.monotonic() - began,
        resident_mb(),
        len(list(Path("/proc/self/fd").iterdir())),
        size // 1_000_000,
        red,
    )


def main(count: int) -> int:
    """Run the months, print each, write the page; 1 if something grew or is not whole."""
    months = []
    with in_a_row.home() as settings:
        for moment in moments(count):
            months.append(one_month(settings, moment))
            print(months[-1].line(), end="", flush=True)
        current = swap.current(settings.releases)
        whole = current is not None and manifest.faults(current) == []
        standing = retention.standings(settings.releases, 12)
        problems = find_problems(Landing(settings.landing))
        vintages = len(Landing(settings.landing).vintages())
    first, last = months[WARM : WARM + 10], months[-10:]
    mb = [max(month.mb for month in part) for part in (first, last)]
    files = [max(month.files for month in part) for part in (first, last)]
    flat = mb[1] <= mb[0] + ALLOWED_MB, files[1] <= files[0] + ALLOWED_FILES
    page = HEAD.format(
        months=count,
        stamp=in_a_row.stamp(),
        warm=WARM,
        first_mb=mb[0],
        last_mb=mb[1],
        allowed=ALLOWED_MB,
        verdict_mb="flat" if flat[0] else "**grew**",
        first_files=files[0],
        last_files=files[1],
        verdict_files="flat" if flat[1] else "**grew**",
        published=len(standing),
        whole=sum(one.whole for one in standing),
        thinned=sum(not one.whole for one in standing),
        current="yes" if whole else "**no**",
        vintages=vintages,
        problems=len(problems),
        red=sum(bool(month.red) for month in months),
    ) + "".join(month.line() for month in months)
    REPORT.write_text(page, encoding="utf-8")
    print(page)
    return int(not (all(flat) and whole and not problems))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MONTHS))
