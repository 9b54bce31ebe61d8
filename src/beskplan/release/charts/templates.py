"""The charts' templates, in Vega-Altair: marks, axes and colours, with empty data sets to fill in.

Colours are those of Okabe and Ito, which people with every kind of colour vision tell apart; no
chart says with colour alone what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import altair as alt

FONT = "Liberation Sans"
INK, PALE, GRID = "#222222", "#6b6b6b", "#dddddd"
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#007A5A", "#8F4A7B"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
DASHES: Mapping[str, Any] = {"kilde": [1, 0], "syntetisk": [1.5, 2.5], "prognose": [7, 4]}
WIDTH, HEIGHT = 560, 230
SMALL_WIDTH = 560
RANKED_HEIGHT = 11
NUMBERS = ",~f"
HOLLOW = 38


def _config(chart: Any) -> Any:
    return (
        chart.configure(font=FONT, background="white", aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=INK,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            gridColor=GRID,
            domainColor=PALE,
            tickColor=PALE,
            labelLimit=260,
        )
        .configure_title(
            anchor="start", orient="bottom", fontSize=11, fontWeight="normal", color=PALE, offset=8
        )
    )


def _colour(channel: Any = alt.Color) -> Any:
    scale = alt.Scale(domain=list(range(len(COLOURS))), range=list(COLOURS))
    return channel("nr:N", scale=scale, legend=None)


def _dash() -> Any:
    return alt.StrokeDash(
        "art:N",
        scale=alt.Scale(domain=list(DASHES), range=list(DASHES.values())),
        legend=None,
    )


def _time(axis: Any) -> Any:
    return alt.X("t:T", scale=alt.Scale(type="utc"), axis=axis)


def _value(name: str = "v") -> Any:
    return alt.Y(
        f"{name}:Q",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title=None, format=NUMBERS, tickCount=5, domain=False, ticks=False),
    )


def _data(name: str) -> Any:
    return alt.NamedData(name)


def lines() -> Any:
    """Lines over months.

    `serie` (t, v, nr, led, art): a null breaks the line. `baand` (t, lav, hoej). `punkter` (t, v,
    nr) are final and stand alone or are told of, `foreloebige` are hollow. `streger` (t, t2, v, nr,
    tekst): a target or a budget. `brud` (t, tekst). `navne` (t, v, nr, tekst) at the right end,
    `navne_over` above their point, `navne_under` below.
    """
    axis = alt.Axis(title=None, format="%b %Y", grid=False, tickCount=7, labelOverlap=True)
    x = _time(axis)
    band = (
        alt.Chart(_data("baand"))
        .mark_area(color=BLUE, opacity=0.16)
        .encode(x=x, y=_value("lav"), y2="hoej:Q")
    )
    breaks = alt.Chart(_data("brud")).mark_rule(color=PALE, strokeDash=[2, 2]).encode(x=x)
    break_names = (
        alt.Chart(_data("brud"))
        .mark_text(align="left", dx=4, fontSize=10, color=PALE)
        .encode(x=x, y=alt.value(6), text="tekst:N")
    )
    rules = (
        alt.Chart(_data("streger"))
        .mark_rule(strokeWidth=1.6)
        .encode(x=x, x2="t2:T", y=_value(), color=_colour())
    )
    rule_names = [
        alt.Chart(_data("streger"))
        .transform_filter(f"datum.sted == '{place}'")
        .mark_text(align="left", fontSize=11, **offset)
        .encode(x=x, y=_value(), text="tekst:N", color=_colour())
        for place, offset in RULE_NAMES.items()
    ]
    line = (
        alt.Chart(_data("serie"))
        .mark_line(strokeWidth=2.2, invalid="break-paths-show-path-domains")
        .encode(x=x, y=_value(), color=_colour(), strokeDash=_dash(), detail="led:N")
    )
    points = (
        alt.Chart(_data("punkter"))
        .mark_point(filled=True, opacity=1, size=HOLLOW)
        .encode(x=x, y=_value(), color=_colour())
    )
    hollow = (
        alt.Chart(_data("foreloebige"))
        .mark_point(filled=True, opacity=1, fill="white", size=HOLLOW, strokeWidth=1.8)
        .encode(x=x, y=_value(), stroke=_colour(alt.Stroke))
    )
    names = [
        alt.Chart(_data(name))
        .mark_text(fontSize=11, fontWeight="bold", **place)
        .encode(x=x, y=_value(), text="tekst:N", color=_colour())
        for name, place in NAMES.items()
    ]
    chart = alt.layer(band, breaks, break_names, rules, *rule_names, line, points, hollow, *names)
    return _config(chart.properties(width=WIDTH, height=HEIGHT, title=" "))


NAMES: Mapping[str, Mapping[str, Any]] = {
    "navne": {"align": "left", "baseline": "middle", "dx": 8},
    "navne_over": {"align": "left", "baseline": "bottom", "dx": 8, "dy": -1},
    "navne_under": {"align": "left", "baseline": "top", "dx": 8, "dy": 1},
    "navne_paa": {"align": "center", "baseline": "bottom", "dy": -8},
    "navne_ned": {"align": "center", "baseline": "top", "dy": 9},
}


RULE_NAMES: Mapping[str, Mapping[str, Any]] = {
    "over": {"baseline": "bottom", "dy": -3},
    "under": {"baseline": "top", "dy": 4},
}


def multiples() -> Any:
    """Small charts of the same months, laid out in pixels by `panels.small`.

    `serie` (x, y, led, art), `aabne` (x, y), `streger` (x, x2, y), `tekster` (x, y, tekst, art).
    """
    rules = alt.Chart(_data("streger")).mark_rule(color=GRID).encode(_px("x"), _px("y"), x2="x2:Q")
    line = (
        alt.Chart(_data("serie"))
        .mark_line(strokeWidth=1.8, color=BLUE, invalid="break-paths-show-path-domains")
        .encode(_px("x"), _px("y"), strokeDash=_dash(), detail="led:N")
    )
    hollow = (
        alt.Chart(_data("aabne"))
        .mark_point(filled=True, fill="white", stroke=BLUE, size=22, opacity=1, strokeWidth=1.4)
        .encode(_px("x"), _px("y"))
    )
    texts = _texts(
        {
            "navn": {"align": "left", "fontSize": 11, "fontWeight": "bold"},
            "akse": {"align": "right", "fontSize": 9},
            "tid": {"align": "center", "fontSize": 9},
        }
    )
    chart = alt.layer(rules, line, hollow, *texts)
    return _config(chart.properties(width=SMALL_WIDTH, height=1, title=" "))


def places() -> Any:
    """Places among kommuner, best to the left, laid out in pixels by `panels.dots`.

    `spor` and `flyttet` (x, x2, y, y2), `foer` and `nu` (x, y), `tekster` (x, y, tekst, art).
    """
    ends = (_px("x"), _px("y"))
    track = (
        alt.Chart(_data("spor"))
        .mark_rule(color=GRID, strokeWidth=1.6)
        .encode(*ends, x2="x2:Q", y2="y2:Q")
    )
    moved = (
        alt.Chart(_data("flyttet"))
        .mark_rule(color=BLUE, strokeWidth=1.4)
        .encode(*ends, x2="x2:Q", y2="y2:Q")
    )
    before = (
        alt.Chart(_data("foer"))
        .mark_point(filled=True, fill="white", stroke=BLUE, size=36, opacity=1, strokeWidth=1.4)
        .encode(*ends)
    )
    now = alt.Chart(_data("nu")).mark_point(filled=True, color=BLUE, size=95, opacity=1)
    texts = _texts(
        {
            "akse": {"align": "right", "fontSize": 11, "limit": 260},
            "tal": {"align": "left", "fontSize": 11},
            "tid": {"align": "center", "fontSize": 11},
        }
    )
    chart = alt.layer(track, moved, before, now.encode(*ends), *texts)
    return _config(chart.properties(width=SMALL_WIDTH, height=1, title=" "))


def _px(name: str) -> Any:
    """A place that is counted in pixels already."""
    channel = alt.X if name.startswith("x") else alt.Y
    return channel(f"{name}:Q", scale=None, axis=None)


def _texts(kinds: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """The texts of a picture in pixels, a layer for each kind."""
    return [
        alt.Chart(_data("tekster"))
        .transform_filter(f"datum.art == '{kind}'")
        .mark_text(baseline="middle", color=INK, **style)
        .encode(_px("x"), _px("y"), text="tekst:N")
        for kind, style in kinds.items()
    ]


def ranking() -> Any:
    """All kommuner by a percent: `raekker` (navn, orden, v, tekst), a dot and its figure each."""
    y = alt.Y(
        "navn:N",
        sort=alt.EncodingSortField("orden", op="min"),
        axis=alt.Axis(title=None, domain=False, ticks=False, labelFontSize=9, labelOverlap=False),
    )
    x = alt.X(
        "v:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(title="Procent", orient="top", format=NUMBERS, tickCount=5),
    )
    data = _data("raekker")
    stem = alt.Chart(data).mark_rule(color=GRID).encode(x=alt.X("nul:Q"), x2="v:Q", y=y)
    dot = alt.Chart(data).mark_point(filled=True, color=BLUE, size=26, opacity=1).encode(x=x, y=y)
    told = (
        alt.Chart(data)
        .mark_text(align="left", dx=6, fontSize=9, color=INK)
        .encode(x=x, y=y, text="tekst:N")
    )
    chart = alt.layer(stem, dot, told)
    return _config(chart.properties(width=420, height=alt.Step(RANKED_HEIGHT), title=" "))


TEMPLATES: Mapping[str, Callable[[], Any]] = {
    "linjer": lines,
    "smaa": multiples,
    "pladser": places,
    "rangorden": ranking,
}
