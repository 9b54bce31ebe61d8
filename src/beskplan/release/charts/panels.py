"""Where things stand in the templates that are laid out in pixels: small panels, and rows of dots.

Vega's own facets and sorted axes take five times as long as one flat picture, and each kommune has
one of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from beskplan.release import danish
from beskplan.release.charts.series import Line, Rows, months, pieces

COLUMNS, WIDTH, HEIGHT = 4, 150, 62
# Room to the left of a panel for its axis, and above and below it for its name and months.
LEFT, ABOVE, BELOW = 40, 30, 18
STEPS = [Decimal(step) for step in ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")]
ROW, TRACK, LABELS = 26, 330, 262
TICKS = (1, 25, 50, 75, 98)


@dataclass(frozen=True)
class Panel:
    """One small chart: its heading, and its line on an axis from 0."""

    heading: str
    line: Line


def small(panels: Sequence[Panel]) -> dict[str, Any]:
    """Lay panels out, four to a row: the spec's `data` and `hoejde`."""
    held = [point.month for panel in panels for point in panel.line.points]
    span = months(min(held), max(held))
    data: dict[str, Rows] = {"serie": [], "aabne": [], "streger": [], "tekster": []}
    for nr, panel in enumerate(panels):
        left = LEFT + nr % COLUMNS * (LEFT + WIDTH)
        top = ABOVE + nr // COLUMNS * (ABOVE + HEIGHT)
        _panel(data, panel, nr, span, (left, top))
        if nr + COLUMNS >= len(panels):
            _months(data, span, left, top + HEIGHT)
    rows = -(-len(panels) // COLUMNS)
    return {"data": data, "hoejde": rows * (ABOVE + HEIGHT) + BELOW}


def _panel(
    data: dict[str, Rows], panel: Panel, nr: int, span: Sequence[date], corner: tuple[int, int]
) -> None:
    left, top = corner
    values = [point.value for point in panel.line.points if point.value is not None]
    highest = _nice(max(values))
    at = {month: left + WIDTH * n / max(1, len(span) - 1) for n, month in enumerate(span)}

    def height(value: Decimal | float) -> float:
        return top + HEIGHT * (1 - float(value) / float(highest))

    stamped = {row["t"]: point for row, point in _stamped(panel.line)}
    for row in pieces(panel.line, nr):
        x = at[stamped[row["t"]]]
        y = None if row["v"] is None else height(row["v"])
        data["serie"].append({"x": x, "y": y, "led": row["led"], "art": row["art"]})
    data["aabne"] += [
        {"x": at[point.month], "y": height(point.value)}
        for point in panel.line.points
        if point.provisional and point.value is not None
    ]
    for tick in (Decimal(0), highest):
        data["streger"].append({"x": left, "x2": left + WIDTH, "y": height(tick)})
        shown = danish.number(tick)
        data["tekster"].append(_text(left - 4, height(tick), shown, "akse"))
    data["tekster"].append(_text(left, top - 10, panel.heading, "navn"))


def _stamped(line: Line) -> list[tuple[dict[str, Any], date]]:
    """Each row of a line in one piece, with its month."""
    whole = line.whole
    by_time = {row["t"]: row for row in pieces(line, 0)}
    return list(zip(by_time.values(), (point.month for point in whole), strict=True))


def _months(data: dict[str, Rows], span: Sequence[date], left: int, bottom: int) -> None:
    for nr, month in enumerate(span):
        if month.month == 1:
            x = left + WIDTH * nr / max(1, len(span) - 1)
            shown = f"{danish.MONTHS[0][:3]} {month:%y}"
            data["tekster"].append(_text(x, bottom + 10, shown, "tid"))


def _nice(top: Decimal) -> Decimal:
    """The round number at or above the highest figure."""
    if top <= 0:
        return Decimal(1)
    size = Decimal(10) ** top.adjusted()
    return next(step * size for step in STEPS if step * size >= top)


def dots(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lay places out, a row each: the spec's `data` and `hoejde`.

    Args:
        rows: `navn`, `rang`, `foer`, `af` (places or None) and `tekst` of each.
    """
    data: dict[str, Rows] = {"spor": [], "flyttet": [], "foer": [], "nu": [], "tekster": []}
    bottom = ROW * len(rows)
    for nr, row in enumerate(rows):
        y = ROW * (nr + 0.5)
        last = _place(row["af"] or TICKS[0])
        data["spor"].append({"x": LABELS, "x2": last, "y": y, "y2": y})
        data["tekster"].append(_text(LABELS - 10, y, row["navn"], "akse"))
        data["tekster"].append(_text(LABELS + TRACK + 12, y, row["tekst"], "tal"))
        if row["rang"] is not None:
            data["nu"].append({"x": _place(row["rang"]), "y": y})
            if row["foer"] is not None:
                ends = {"x": _place(row["foer"]), "x2": _place(row["rang"])}
                data["flyttet"].append({**ends, "y": y, "y2": y})
                data["foer"].append({"x": ends["x"], "y": y})
    for tick in TICKS:
        data["spor"].append({"x": _place(tick), "x2": _place(tick), "y": 0, "y2": bottom})
        data["tekster"].append(_text(_place(tick), bottom + 10, str(tick), "tid"))
    middle = LABELS + TRACK / 2
    data["tekster"].append(_text(middle, bottom + 26, "Placering, 1 er bedst", "tid"))
    return {"data": data, "hoejde": bottom + 34}


def _place(number: int) -> float:
    return LABELS + TRACK * (number - TICKS[0]) / (TICKS[-1] - TICKS[0])


def _text(x: float, y: float, text: str, kind: str) -> dict[str, Any]:
    return {"x": x, "y": y, "tekst": text, "art": kind}
