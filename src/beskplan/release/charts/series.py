"""From months to the rows of the template `linjer`: gaps, marks and direct labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from beskplan.release import danish
from beskplan.release.rows import Record

# An axis begins at 0 where the lowest figure is under this share of the highest.
FROM_ZERO = Decimal("0.35")
# Two names at the right end stand apart when their figures do, by this share of the highest.
APART = Decimal("0.04")
SYNTHETIC = "SYNTETISKE TAL (prikket linje)."
GAP = "Hul i linjen: måneden er ikke vist af kilden eller ikke hentet."
PROVISIONAL = "Tom cirkel: foreløbigt tal."
FORECAST = "Stiplet: prognose; feltet er dens 80 pct.-interval."
CUT_AXIS = "Aksen begynder ikke ved 0."

PLACES = ("navne", "navne_over", "navne_under", "navne_paa", "navne_ned")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Point:
    """A month's figure, as a mart holds it.

    Args:
        month: its first day.
        value: the figure, or None where there is none to show.
        provisional: whether the source may still revise it.
        synthetic: whether it rests on generated figures.
    """

    month: date
    value: Decimal | None
    provisional: bool = False
    synthetic: bool = False


@dataclass(frozen=True)
class Line:
    """A series.

    Args:
        name: what stands at its end.
        points: its months, in order.
        decimals: of its figures.
    """

    name: str
    points: Sequence[Point]
    decimals: int = 0

    @property
    def whole(self) -> list[Point]:
        """A point for every month from first to last: one without a row has no figure."""
        held = {point.month: point for point in self.points}
        return [held.get(month) or Point(month, None) for month in months(min(held), max(held))]

    @property
    def final(self) -> Point | None:
        """The newest figure that the source is done with."""
        done = [p for p in self.points if p.value is not None and not p.provisional]
        return done[-1] if done else None

    @property
    def newest(self) -> Point | None:
        """A newer figure that is provisional."""
        held = [point for point in self.points if point.value is not None]
        return held[-1] if held and held[-1].provisional else None

    def text(self, value: Decimal) -> str:
        """A figure as it is written."""
        return danish.number(value, self.decimals)


@dataclass(frozen=True)
class Forecast:
    """What is expected: month, figure, and the ends of its interval, or None."""

    months: Sequence[tuple[date, Decimal, Decimal | None, Decimal | None]]


@dataclass(frozen=True)
class Rule:
    """A level that holds from one month to another: a target, a budget."""

    name: str
    value: Decimal
    first: date
    last: date
    colour: int


@dataclass(frozen=True)
class Picture:
    """What a line chart shows.

    Args:
        lines: one or more series.
        forecast: of the first of them.
        rules: levels.
        breaks: month and word of each break.
    """

    lines: Sequence[Line]
    forecast: Forecast | None = None
    rules: Sequence[Rule] = ()
    breaks: Sequence[tuple[date, str]] = field(default_factory=tuple)

    def spec(self) -> dict[str, Any]:
        """The chart as rows of the template."""
        from_zero = self._from_zero()
        highest = max((rule.value for rule in self.rules), default=None)
        return {
            "skabelon": "linjer",
            "fra_nul": from_zero,
            "noter": [*self._notes(), *([] if from_zero else [CUT_AXIS])],
            "data": {
                "serie": [
                    *(row for nr, line in enumerate(self.lines) for row in pieces(line, nr)),
                    *self._forecast_line(),
                ],
                "baand": self._band(),
                "punkter": [row for nr, line in enumerate(self.lines) for row in dots(line, nr)],
                "foreloebige": [
                    {"t": stamp(p.month), "v": float(p.value), "nr": nr}
                    for nr, line in enumerate(self.lines)
                    for p in line.points
                    if p.provisional and p.value is not None
                ],
                "streger": [
                    {
                        "t": stamp(rule.first),
                        "t2": stamp(rule.last),
                        "v": float(rule.value),
                        "nr": rule.colour,
                        "tekst": rule.name,
                        "sted": "over" if rule.value == highest else "under",
                    }
                    for rule in self.rules
                ],
                "brud": [{"t": stamp(month), "tekst": word} for month, word in self.breaks],
                **self._names(),
            },
        }

    def _values(self) -> list[Decimal]:
        values = [p.value for line in self.lines for p in line.points if p.value is not None]
        values += [rule.value for rule in self.rules]
        for _, value, low, high in self.forecast.months if self.forecast else ():
            values += [end for end in (value, low, high) if end is not None]
        return values

    def _from_zero(self) -> bool:
        values = self._values()
        return not values or min(values) < FROM_ZERO * max(values)

    def _notes(self) -> list[str]:
        points = [point for line in self.lines for point in line.whole]
        lines = synthetic_note(points)
        if any(point.provisional and point.value is not None for point in points):
            lines.append(PROVISIONAL)
        if self.forecast:
            lines.append(FORECAST)
        if any(point.value is None for point in points):
            lines.append(GAP)
        return lines

    def _forecast_line(self) -> Rows:
        """It sets out from the newest final figure."""
        start = self.lines[0].final
        if not self.forecast or not start or start.value is None:
            return []
        path = [(start.month, start.value), *((m, v) for m, v, *_ in self.forecast.months)]
        return [_row(month, value, 0, "prognose", "prognose") for month, value in path]

    def _band(self) -> Rows:
        start = self.lines[0].final
        ends = [
            {"t": stamp(month), "lav": float(low), "hoej": float(high)}
            for month, _, low, high in (self.forecast.months if self.forecast else ())
            if low is not None and high is not None
        ]
        if not ends or not start or start.value is None:
            return []
        first = float(start.value)
        return [{"t": stamp(start.month), "lav": first, "hoej": first}, *ends]

    def _names(self) -> dict[str, Rows]:
        names: dict[str, Rows] = {place: [] for place in PLACES}
        if self.forecast:
            self._name_points(names, self.lines[0], self.forecast)
            return names
        ends = [(nr, line, line.newest or line.final) for nr, line in enumerate(self.lines)]
        shown = [(nr, line, p, p.value) for nr, line, p in ends if p and p.value is not None]
        ordered = sorted(shown, key=lambda item: item[3])
        top = max((value for *_, value in ordered), default=Decimal(0))
        for at, (nr, line, point, value) in enumerate(ordered):
            place = "navne"
            if at and value - ordered[at - 1][3] < APART * top:
                place = "navne_over"
            elif at + 1 < len(ordered) and ordered[at + 1][3] - value < APART * top:
                place = "navne_under"
            name = f"{line.name} " if len(self.lines) > 1 else ""
            names[place].append(_label(point.month, value, nr, name + line.text(value)))
        return names

    @staticmethod
    def _name_points(names: dict[str, Rows], line: Line, forecast: Forecast) -> None:
        """The newest figures stand on their points; the provisional one on the other side."""
        final, newest = line.final, line.newest
        falls = bool(final and newest and (newest.value or 0) < (final.value or 0))
        for point, above in ((final, falls or newest is None), (newest, not falls)):
            if point and point.value is not None:
                row = _label(point.month, point.value, 0, line.text(point.value))
                names["navne_paa" if above else "navne_ned"].append(row)
        month, value, *_ = forecast.months[-1]
        names["navne"].append(_label(month, value, 0, f"prognose {line.text(value)}"))


def points(found: Iterable[Record], value: str, provisional: str, synthetic: str) -> list[Point]:
    """Rows of a mart as points.

    Args:
        found: rows with `maaned`, in order.
        value: the column of the figure.
        provisional: the column that says whether it may be revised; empty where there is none.
        synthetic: the column that says whether it is generated.
    """
    return [
        Point(
            record["maaned"],
            record[value],
            bool(provisional and record[provisional]),
            bool(record[synthetic]),
        )
        for record in found
    ]


def pieces(line: Line, nr: int) -> Rows:
    """A line in pieces, synthetic and not; each sets out from where the one before ended."""
    rows: Rows = []
    before: Point | None = None
    stretches = groupby(line.whole, key=lambda p: p.synthetic)
    for at, (synthetic, group) in enumerate(stretches):
        kind = "syntetisk" if synthetic else "kilde"
        stretch = [*([before] if before else []), *group]
        rows += [
            {**_row(p.month, p.value, nr, f"{nr}-{at}", kind), "foreloebig": p.provisional}
            for p in stretch
        ]
        before = stretch[-1]
    return rows


def dots(line: Line, nr: int) -> Rows:
    """Points that no line shows, and the newest final one."""
    whole = line.whole
    rows: Rows = []
    for at, point in enumerate(whole):
        near = [whole[i].value for i in (at - 1, at + 1) if 0 <= i < len(whole)]
        alone = all(value is None for value in near)
        if point.value is not None and not point.provisional and (alone or point is line.final):
            rows.append({"t": stamp(point.month), "v": float(point.value), "nr": nr})
    return rows


def synthetic_note(drawn: Sequence[Point]) -> list[str]:
    """That figures are generated, and which, where only some are."""
    held = [point for point in drawn if point.value is not None]
    made = [point.month for point in held if point.synthetic]
    if not made:
        return []
    if len(made) == len(held):
        return [SYNTHETIC]
    return [f"SYNTETISKE TAL: {written(min(made))}–{written(max(made))} (prikket linje)."]


def months(first: date, last: date) -> list[date]:
    """Every month from one to another."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    ordinals = (first.year * 12 + first.month - 1 + nr for nr in range(count))
    return [date(nr // 12, nr % 12 + 1, 1) for nr in ordinals]


def stamp(month: date) -> int:
    """A month as Vega counts time."""
    return int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) * 1000


def written(month: date) -> str:
    """`juni 2026`."""
    return danish.month(f"{month:%YM%m}")


def _row(month: date, value: Decimal | None, nr: int, piece: str, kind: str) -> dict[str, Any]:
    drawn = None if value is None else float(value)
    return {"t": stamp(month), "v": drawn, "nr": nr, "led": piece, "art": kind}


def _label(month: date, value: Decimal, nr: int, text: str) -> dict[str, Any]:
    return {"t": stamp(month), "v": float(value), "nr": nr, "tekst": text}
