"""A chart and its two forms, kept by content: a chart that has not changed is not drawn again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

LIBRARIES = ("altair", "vl-convert-python")
# The code that decides what a chart looks like; a change there is a new chart.
SOURCES = ("fonts.py", "render.py", "templates.py", "tidy.py")


@dataclass(frozen=True)
class Drawing:
    """A chart.

    Args:
        name: its name in files and ids, e.g. `herlev-ledige`; one to a page.
        title: what it shows: the caption.
        finding: what there is to see, in a sentence with the figures; the text alternative.
        spec: `skabelon` (a function of `templates`), `data` (rows of each of its data sets),
            `noter` (lines under the chart), `fra_nul` (whether the axis begins at 0), `hoejde` (in
            pixels, where rows are laid out in them).
    """

    name: str
    title: str
    finding: str
    spec: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The sum of all that decides how it looks."""
        content = orjson.dumps(
            [_drawn_by(), self.name, self.title, self.finding, dict(self.spec)],
            option=orjson.OPT_SORT_KEYS,
        )
        return hashlib.sha256(content).hexdigest()

    @property
    def svg_id(self) -> str:
        """What its ids begin with."""
        return f"d{self.key[:10]}"


def svg(drawing: Drawing, folder: Path | None = None) -> str:
    """Draw it as SVG: `role="img"`, title and finding inside, no style, no script.

    Args:
        drawing: the chart.
        folder: where drawn charts are kept, `arbejde/diagrammer`; None draws it anew.
    """
    return _kept(folder, f"{drawing.key}.svg", lambda: _render(drawing).encode()).decode()


def png(drawing: Drawing, folder: Path | None = None) -> bytes:
    """Draw it as PNG, for a document.

    Args:
        drawing: the chart.
        folder: see `svg`.
    """

    def draw() -> bytes:
        from beskplan.release.charts.render import to_png

        return to_png(svg(drawing, folder))

    return _kept(folder, f"{drawing.key}.png", draw)


def _render(drawing: Drawing) -> str:
    from beskplan.release.charts.render import to_svg

    return to_svg(drawing)


def _kept(folder: Path | None, name: str, draw: Callable[[], bytes]) -> bytes:
    """Read it, or draw it and keep it; two processes that draw the same write the same."""
    path = folder / name if folder else None
    if path and path.is_file():
        return path.read_bytes()
    content = draw()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{name}.{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    return content


@cache
def _drawn_by() -> list[str]:
    here = Path(__file__).parent
    code = [hashlib.sha256((here / name).read_bytes()).hexdigest() for name in SOURCES]
    return [*code, *(f"{name} {version(name)}" for name in LIBRARIES)]
