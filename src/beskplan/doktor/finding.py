"""What a check of the doctor has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.markup import escape
from rich.table import Table

State = Literal["fault", "note", "ok"]
COLOURS: dict[State, str] = {"fault": "bold red", "note": "yellow", "ok": "green"}
STATES: tuple[State, ...] = ("fault", "note", "ok")


@dataclass(frozen=True)
class Finding:
    """One row.

    Args:
        check: which check: `disk`, `locks`.
        state: `fault` needs a person now, `note` may wait.
        found: what was looked at, with its figure.
        do: what to do; empty where all is well.
    """

    check: str
    state: State
    found: str
    do: str = ""

    def __post_init__(self) -> None:
        """Refuse a finding that leaves the reader without a next step."""
        if (self.state == "ok") == bool(self.do):
            raise ValueError(f"{self.state} finding with do={self.do!r}: {self.found}")


def table(findings: list[Finding]) -> Table:
    """The findings for a terminal, each with what to do below it, and how many there are.

    Args:
        findings: in the order in which they are to be read.
    """
    counts = [(state, sum(one.state == state for one in findings)) for state in STATES]
    shown = Table("state", "check", "found, and → what to do", show_lines=False)
    shown.caption = ", ".join(f"{count} {state}" for state, count in counts)
    shown.caption_justify = "left"
    for one in findings:
        text = escape(one.found) + (f"\n[bold]→ {escape(one.do)}[/]" if one.do else "")
        shown.add_row(f"[{COLOURS[one.state]}]{one.state}[/]", one.check, text)
    return shown


def some(lines: list[str], shown: int = 3) -> str:
    """The first few of many lines, and how many there are.

    Args:
        lines: one a problem.
        shown: how many are spelled out.
    """
    more = len(lines) - shown
    return "; ".join(lines[:shown]) + (f"; and {more} more" if more > 0 else "")
