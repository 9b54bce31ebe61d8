"""Every kill and every query of the swap and kill tests; `make endurance` writes the page.

The tests are those of `make test`, with the full counts; nothing is drawn at random.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from beskplan.settings import PROJECT

TESTS = ("tests/system/test_killed.py", "tests/test_swap.py")
REPORT = PROJECT / "docs" / "endurance.md"
HEAD = """# Killed and read: the long count

Written by `make endurance` {when:%Y-%m-%d %H:%M} UTC, commit {commit}. No seed: nothing is random.
`make test` runs the same tests with 4 and 8 kills, 6 releases and 1,000 queries.

| what | count | seconds |
|---|---:|---:|
"""


def measured(report: Path) -> Iterator[tuple[str, str, float]]:
    """What was counted, how many, and how long its test took.

    Args:
        report: pytest's own XML report; our tests wrote it a moment ago.

    Yields:
        One line a property that a test recorded.
    """
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by the project itself
        for entry in case.iter("property"):
            yield entry.attrib["name"], entry.attrib["value"], float(case.attrib["time"])


def main() -> int:
    """Run the tests with the full counts, print the page and write it; 1 if one fails."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = (sys.executable, "-m", "pytest", "--endurance", f"--junitxml={report}", *TESTS)
        if subprocess.run(command, cwd=PROJECT, check=False).returncode:
            return 1
        lines = [f"| {what} | {count} | {took:.0f} |\n" for what, count, took in measured(report)]
    commit = subprocess.check_output(("git", "rev-parse", "--short", "HEAD"), text=True).strip()
    page = HEAD.format(when=datetime.now(UTC), commit=commit) + "".join(lines)
    REPORT.write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
