"""Fills a Word template in: text is only ever text, and what is filled in is not read as a tag."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Environment, StrictUndefined, Template, TemplateError

from beskplan.errors import ReleaseError
from beskplan.release.charts import png
from beskplan.release.documents.tags import Picture
from beskplan.release.docxfile import fixed
from beskplan.settings import PROJECT

TEMPLATES = PROJECT / "templates"
# Centimetres that a page has room for.
PICTURE_WIDTH, PICTURE_HEIGHT = 16.5, 22.0
# The name that python-docx gives a picture, in the place where its alternative text belongs.
UNTOLD = 'name="Picture '
# A text with a sign that the library turns into a break, a tab or a new paragraph.
BROKEN = re.compile(r"<w:t(?: [^>]*)?>[^<]*[\n\t\a\f]")


def render(name: str, context: Mapping[str, Any], *, title: str, stated_time: str) -> bytes:
    """Fill a template in.

    Args:
        name: the file in `templates/`, without ending.
        context: what its tags stand for; a `Picture` becomes a picture with alternative text.
        title: of the document's properties.
        stated_time: the release's time, ISO UTC.

    Raises:
        ReleaseError: the template has a tag that nothing stands for, or cannot be read.
    """
    path = TEMPLATES / f"{name}.docx"
    template = _Template(io.BytesIO(_content(path)))
    try:
        template.render(_prepared(template, context), _ENVIRONMENT, autoescape=True)
    except TemplateError as error:
        raise ReleaseError(
            f"the template cannot be filled in: {error}",
            where=f"templates/{path.name}",
            do="mend the tag in Word; templates/README.md names them all",
        ) from error
    return fixed(template.docx, title=title, stated_time=stated_time)


class _Template(DocxTemplate):  # type: ignore[misc]
    """Readies each part of a template for its tags once a process."""

    def patch_xml(self, src_xml: str) -> str:
        if src_xml not in _READIED:
            _READIED[src_xml] = super().patch_xml(src_xml)
        return _READIED[src_xml]

    def resolve_listing(self, xml: str) -> str:
        """Look for line breaks in each run only where a text holds one."""
        return str(super().resolve_listing(xml)) if BROKEN.search(xml) else xml


# As many as there are parts in `templates/`.
_READIED: dict[str, str] = {}


class _Environment(Environment):
    """Compiles each part of a template once a process."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.compiled: dict[str, Template] = {}

    def from_string(
        self,
        source: Any,
        globals: Any = None,
        template_class: Any = None,
    ) -> Template:
        if source not in self.compiled:
            self.compiled[source] = super().from_string(source, globals, template_class)
        return self.compiled[source]


_ENVIRONMENT = _Environment()


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


class _Picture(InlineImage):  # type: ignore[misc]
    """A picture that says what it shows to those who cannot see it."""

    def __init__(self, template: DocxTemplate, content: bytes, told: str) -> None:
        width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
        shown = min(PICTURE_WIDTH, PICTURE_HEIGHT * width / height)
        super().__init__(template, io.BytesIO(content), width=Cm(shown))
        self.told = told

    def _insert_image(self) -> str:
        drawn = str(super()._insert_image())
        return drawn.replace(UNTOLD, f"descr={quoteattr(self.told)} {UNTOLD}", 1)


def _prepared(template: DocxTemplate, value: Any) -> Any:
    """The context with its drawings as pictures."""
    if isinstance(value, Mapping):
        return {key: _prepared(template, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_prepared(template, item) for item in value]
    if isinstance(value, Picture):
        return _Picture(template, png(value.drawing, value.kept), value.drawing.finding)
    return value
