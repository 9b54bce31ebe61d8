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
SMALL_WIDTH, SMALL_HEIGHT, SMALL_COLUMNS = 150, 62, 4
ROW_HEIGHT = 26
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
    """Small charts of the same months, each on its own axis from 0.

    `serie` (t, v, g, orden, led, art, foreloebig): `g` is the panel and its heading.
    """
    x = _time(
        alt.Axis(
            title=None, format="%b %y", grid=False, tickCount=3, labelFontSize=9, labelOverlap=True
        )
    )
    y = alt.Y(
        "v:Q",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(
            title=None, format=NUMBERS, tickCount=2, domain=False, ticks=False, labelFontSize=9
        ),
    )
    line = (
        alt.Chart()
        .mark_line(strokeWidth=1.8, color=BLUE, invalid="break-paths-show-path-domains")
        .encode(x=x, y=y, strokeDash=_dash(), detail="led:N")
    )
    hollow = (
        alt.Chart()
        .mark_point(filled=True, fill="white", stroke=BLUE, size=22, opacity=1, strokeWidth=1.4)
        .encode(x=x, y=y)
        .transform_filter("datum.foreloebig")
    )
    panels = (
        alt.layer(line, hollow, data=_data("serie"))
        .properties(width=SMALL_WIDTH, height=SMALL_HEIGHT)
        .facet(
            facet=alt.Facet(
                "g:N",
                sort=alt.EncodingSortField("orden", op="min"),
                header=alt.Header(
                    title=None,
                    labelFontSize=11,
                    labelColor=INK,
                    labelAnchor="start",
                    labelFontWeight="bold",
                    labelLimit=SMALL_WIDTH + 20,
                    labelPadding=3,
                ),
            ),
            columns=SMALL_COLUMNS,
            spacing=14,
            align="all",
        )
        .resolve_scale(y="independent")
        .properties(title=" ")
    )
    return _config(panels)


def places() -> Any:
    """Places among kommuner: `rang` (navn, orden, rang, af, foer, tekst), best to the left."""
    y = alt.Y(
        "navn:N",
        sort=alt.EncodingSortField("orden", op="min"),
        axis=alt.Axis(title=None, domain=False, ticks=False, labelLimit=270, labelPadding=8),
    )
    scale = alt.Scale(nice=False, zero=False, domain=[1, 98])
    axis = alt.Axis(title="Placering, 1 er bedst", values=[1, 25, 50, 75, 98], grid=True)
    data = _data("rang")
    track = (
        alt.Chart(data)
        .mark_rule(color=GRID, strokeWidth=2)
        .encode(x=alt.X("en:Q", scale=scale, axis=axis), x2="af:Q", y=y)
    )
    moved = (
        alt.Chart(data)
        .mark_rule(color=BLUE, strokeWidth=1.4)
        .encode(x=alt.X("foer:Q", scale=scale), x2="rang:Q", y=y)
    )
    before = (
        alt.Chart(data)
        .mark_point(filled=True, fill="white", stroke=BLUE, size=36, opacity=1, strokeWidth=1.4)
        .encode(x=alt.X("foer:Q", scale=scale), y=y)
    )
    now = (
        alt.Chart(data)
        .mark_point(filled=True, color=BLUE, size=95, opacity=1)
        .encode(x=alt.X("rang:Q", scale=scale), y=y)
    )
    told = (
        alt.Chart(data)
        .mark_text(align="left", fontSize=11, color=INK, dx=10)
        .encode(x=alt.value(330), y=y, text="tekst:N")
    )
    chart = alt.layer(track, moved, before, now, told)
    return _config(chart.properties(width=330, height=alt.Step(ROW_HEIGHT), title=" "))


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
