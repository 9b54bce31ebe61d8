"""Ten releases in a row; the first and the tenth made again from landing; `make genskab`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import in_a_row

from beskplan import genskab
from beskplan.release import swap
from beskplan.settings import PROJECT, Settings

REPORT = PROJECT / "docs" / "genskab.md"
RELEASES = 10
HEAD = """# Ten releases in a row, the first and the newest made again

Written by `make genskab` {stamp}. No seed: nothing is random.
Small profile: the three recorded times, then seven changes of a plan's remark in
`seeds/planer.csv`, each published. Then `beskplan rebuild <release> --verify` for two of them, from
landing as it is after all ten. The DuckDB file is not compared by its bytes, which DuckDB does not
write the same twice: its tables are those of `parquet/`.

"""


def change_a_remark(settings: Settings, nr: int) -> None:
    """Change a text of a plan, as a planner would."""
    plans = settings.seeds / "planer.csv"
    text = plans.read_text("utf-8")
    plans.write_text(re.sub(r"Eksempel( \d+)?, ikke", f"Eksempel {nr}, ikke", text), "utf-8")


def published(settings: Settings) -> list[str]:
    """Publish ten; their ids."""
    made = []
    for moment in in_a_row.recorded_times(settings):
        in_a_row.set_clock(settings, moment)
        in_a_row.land(settings)
        made.append(in_a_row.release(settings)[0])
    for nr in range(RELEASES - len(made)):
        change_a_remark(settings, nr)
        made.append(in_a_row.release(settings)[0])
    return [release for release in made if release]


def told(settings: Settings, release: str) -> Iterator[str]:
    """A rebuilt release beside the published one, as lines of the page."""
    found = genskab.compare(settings, genskab.rebuild(settings, release))
    yield f"## {release}\n\n"
    yield "Compared byte by byte.\n\n" if found.by_bytes else "Compared cell by cell.\n\n"
    yield "| part | files | sha256 published | sha256 rebuilt | |\n|---|---:|---|---|---|\n"
    for part, (old, new) in found.sums.items():
        equal = "equal" if old == new else "**differ**"
        yield f"| {part} | {found.compared[part]} | `{old}` | `{new}` | {equal} |\n"
    yield f"\nDifferent: {'; '.join(found.different) or 'none'}.\n\n"


def main() -> int:
    """Publish, rebuild, write the page; 1 if a file differs or a release is lacking."""
    with in_a_row.home() as settings:
        made = published(settings)
        held = [path.name for path in swap.finished(settings.releases)]
        body = "".join(line for release in (made[0], made[-1]) for line in told(settings, release))
    page = (
        f"{HEAD.format(stamp=in_a_row.stamp())}{len(held)} releases: {', '.join(made)}.\n\n{body}"
    )
    REPORT.write_text(page.rstrip() + "\n", encoding="utf-8")
    print(page)
    return int(len(made) != RELEASES or page.count("Different: none.") != 2)


if __name__ == "__main__":
    sys.exit(main())
