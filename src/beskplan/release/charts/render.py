"""From template and rows to SVG and PNG, by Vega; each template is compiled once a process."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

import orjson
import vl_convert

from beskplan.release import danish
from beskplan.release.charts import templates
from beskplan.release.charts.drawing import Drawing
from beskplan.release.charts.fonts import use_own_fonts
from beskplan.release.charts.tidy import tidy

NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " kr."]}
DAYS = ("søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag")
TIMES = {
    "dateTime": "%A den %-d. %B %Y kl. %H.%M",
    "date": "%d-%m-%Y",
    "time": "%H.%M",
    "periods": ["", ""],
    "days": list(DAYS),
    "shortDays": [day[:3] for day in DAYS],
    "months": list(danish.MONTHS),
    "shortMonths": [month[:3] for month in danish.MONTHS],
}
# 165 dots an inch at the width of a page.
PNG_SCALE = 1.5
PNG_HEAD, PNG_PACKING = 8, 6
# Nothing a chart says can make it ask for anything.
NO_ADDRESS: list[str] = []


def to_svg(drawing: Drawing) -> str:
    """Draw a chart."""
    use_own_fonts()
    spec = orjson.loads(_compiled(drawing.spec["skabelon"]))
    for data in spec["data"]:
        if data["name"] in drawing.spec["data"]:
            data["values"] = drawing.spec["data"][data["name"]]
    spec["title"]["text"] = list(drawing.spec["noter"])
    if "hoejde" in drawing.spec:
        spec["height"] = drawing.spec["hoejde"]
    for scale in _scales(spec):
        if scale["name"] == "y" and scale["type"] == "linear":
            scale["zero"] = drawing.spec["fra_nul"]
    drawn = vl_convert.vega_to_svg(
        spec, allowed_base_urls=NO_ADDRESS, format_locale=NUMBERS, time_format_locale=TIMES
    )
    return tidy(drawn, drawing.svg_id, drawing.title, drawing.finding)


def to_png(svg: str) -> bytes:
    """Draw a finished SVG as PNG."""
    use_own_fonts()
    return packed(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def packed(png: bytes) -> bytes:
    """The same picture in under half the bytes: what draws it hardly packs it."""
    parts, at = [], PNG_HEAD
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        parts.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    pixels = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    first = [part for part in parts if part[0] in (b"IHDR", b"PLTE", b"tRNS")]
    whole = [*first, (b"IDAT", zlib.compress(pixels, PNG_PACKING)), (b"IEND", b"")]
    return png[:PNG_HEAD] + b"".join(
        len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
        for kind, body in whole
    )


def _scales(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return list(spec.get("scales", []))


@cache
def _compiled(name: str) -> bytes:
    """A template as Vega, with empty data sets."""
    chart = templates.TEMPLATES[name]()
    return orjson.dumps(vl_convert.vegalite_to_vega(chart.to_dict(validate=False)))
