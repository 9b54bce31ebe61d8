"""Charts as files of their own beside the pages: a page stays small, and its figures come first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from beskplan.errors import ReleaseError
from beskplan.release.charts.drawing import Drawing, svg
from beskplan.release.site import shell

FOLDER = "diagrammer"
SIZE = re.compile(r'<svg [^>]*?width="(\d+)" height="(\d+)"')
# Wider than this, a chart takes the whole width of the page.
HALF_PAGE = 700


@dataclass(frozen=True)
class Picture:
    """A chart as a page shows it.

    Args:
        href: its path below `site/`.
        title: what it shows.
        finding: what there is to see; the text alternative.
        width: in pixels.
        height: in pixels.
        is_wide: whether it takes the whole width of the page.
    """

    href: str
    title: str
    finding: str
    width: int
    height: int
    is_wide: bool


def pictures(
    drawings: Iterable[Drawing], folder: Path, sub: str, kept: Path | None
) -> list[Picture]:
    """Write charts and say how they are shown.

    Args:
        drawings: the charts.
        folder: the unfinished release.
        sub: folder below `site/diagrammer/`.
        kept: where drawn charts are kept; None draws each anew.

    Raises:
        ReleaseError: a chart does not say how large it is.
    """
    return [
        _picture(drawing, folder, f"{FOLDER}/{sub}/{drawing.name}.svg", kept)
        for drawing in drawings
    ]


def _picture(drawing: Drawing, folder: Path, href: str, kept: Path | None) -> Picture:
    text = svg(drawing, kept)
    size = SIZE.match(text)
    if size is None:
        raise ReleaseError(
            "a chart does not say how large it is",
            where=drawing.name,
            do="give its <svg> width and height in pixels (release/charts)",
        )
    shell.write_page(folder, href, text.encode())
    width, height = int(size[1]), int(size[2])
    return Picture(href, drawing.title, drawing.finding, width, height, width > HALF_PAGE)
