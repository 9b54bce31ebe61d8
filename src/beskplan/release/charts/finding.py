"""The sentence that says what a line chart shows, with the figures as the marts hold them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from beskplan.release.charts.series import Forecast, Line, Point, written
from beskplan.release.danish import Unit, counted

SYNTHETIC = "SYNTETISKE TAL. "
PERCENT = Unit("pct.", "pct.")


def of_line(subject: str, line: Line, unit: Unit, forecast: Forecast | None = None) -> str:
    """Say the newest final figure, that of a year before, the provisional one and the forecast.

    Args:
        subject: what is counted, and where: `Ledige i Herlev`.
        line: the series.
        unit: of its figures.
        forecast: what is expected of it.
    """
    final = line.final
    if final is None or final.value is None:
        return f"{subject}: ingen af månederne har et tal, der kan vises."
    lead = SYNTHETIC if any(p.synthetic for p in line.points if p.value is not None) else ""
    said = f"{lead}{subject}: {counted(final.value, unit, line.decimals)} i {written(final.month)}"
    before = _year_before(line.points, final.month)
    if before and before.value is not None:
        said += f" mod {line.text(before.value)} i {written(before.month)}"
    newest = line.newest
    if newest and newest.value is not None:
        said += f"; foreløbigt {line.text(newest.value)} i {written(newest.month)}"
    said = said.removesuffix(".") + "."
    return f"{said} {expected(line, forecast)}" if forecast else said


def expected(line: Line, forecast: Forecast) -> str:
    """Say the last month of a forecast and how surely it is known."""
    month, value, low, high = forecast.months[-1]
    said = f"Prognosen for {written(month)} er {line.text(value)}"
    if low is None or high is None:
        return f"{said}; for usikker til et interval."
    return f"{said} (80 pct.-interval {line.text(low)} til {line.text(high)})."


def _year_before(points: Sequence[Point], month: date) -> Point | None:
    wanted = month.replace(year=month.year - 1)
    return next((point for point in points if point.month == wanted), None)
