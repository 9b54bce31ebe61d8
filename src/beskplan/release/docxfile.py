"""A Word document as bytes that depend on nothing but its content and the release's time."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from docx.document import Document

# The earliest time a zip file can state; the document's own time is in its properties.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
AUTHOR = "Beskplan"
# Word keeps no more of a title.
TITLE_LENGTH = 255


def fixed(document: Document, *, title: str, stated_time: str) -> bytes:
    """Give a document its properties, and its parts one time.

    Args:
        document: what to write.
        title: of its properties.
        stated_time: the release's time, ISO UTC; also the document's own.
    """
    when = datetime.fromisoformat(stated_time).astimezone(UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.author = properties.last_modified_by = AUTHOR
    properties.title, properties.language = title[:TITLE_LENGTH], "da-DK"
    properties.comments = ""
    properties.created = properties.modified = when
    properties.revision = 1
    content = io.BytesIO()
    document.save(content)
    out = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(
                zipfile.ZipInfo(name, ZIP_TIME), source.read(name), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
