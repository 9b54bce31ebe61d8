"""Charts are measured and drawn with the fonts inside the drawing library, not the machine's."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import vl_convert

VARIABLE = "FONTCONFIG_FILE"
NONE_OF_THE_MACHINE = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{empty}</dir></fontconfig>
"""
SMALLEST = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


@cache
def use_own_fonts() -> None:
    """Have the library look for fonts once, where there are none.

    So a chart is the same on every machine. And it is drawn sooner: a font of the machine is a
    file that the library opens for each text it measures.
    """
    before = os.environ.get(VARIABLE)
    with TemporaryDirectory() as empty:
        config = Path(empty) / "fonts.conf"
        config.write_text(NONE_OF_THE_MACHINE.format(empty=empty), encoding="utf-8")
        os.environ[VARIABLE] = str(config)
        try:
            vl_convert.svg_to_png(SMALLEST)
        finally:
            if before is None:
                del os.environ[VARIABLE]
            else:
                os.environ[VARIABLE] = before
