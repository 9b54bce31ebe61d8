"""How large that which comes from outside may be; each bound is far above what has been seen.

The bounds protect the run's memory and the readers' patience, not the figures: what is too large is
refused whole, with the name of the file and the bound, and what was landed before stands.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from beskplan.errors import TooLargeError

MB = 1_000_000
# StatBank's own bound is 1,000,000 cells, about 40 MB as csv; Jobindsats' largest answer is 4 MB.
ANSWER_BYTES = 100 * MB
# A bilag is 10 kB; a ministry's workbook with pictures and a year of sheets stays below this.
FILE_BYTES = 10 * MB
# 98 kommuner and the country, with title and notes, are about 120 rows of 7 cells.
ROWS = 2_000
COLUMNS = 100
# The longest cell of a bilag is a note of some hundred signs.
CELL_SIGNS = 10_000
# A workbook packs its XML about 10:1, so this is what a file of the largest size may come to.
UNPACKED_BYTES = 100 * MB
# A workbook of one table has about 15 parts.
PARTS = 1_000
# 98 months of bilag are 98 files; a folder of thousands is the wrong folder.
FILES = 500
# The largest hand-kept table is 44 kB, of 360 rows.
SEED_BYTES = 5 * MB
# An answer of a person is a sentence or a page.
REASON_SIGNS = 4_000

DO_SEND_ANEW = "bed afsenderen om en fil med kun tabellen; er den rigtig, hæves grænsen i limits.py"


def too_large(what: str, limit: int, unit: str, where: str) -> NoReturn:
    """Refuse something by its size.

    Args:
        what: what is too large, in Danish: `Filen`.
        limit: the bound.
        unit: of what: `bytes`.
        where: the file or the question.

    Raises:
        TooLargeError: always.
    """
    number = f"{limit:,}".replace(",", ".")
    raise TooLargeError(f"{what} er over grænsen på {number} {unit}", where=where, do=DO_SEND_ANEW)


def read_file(path: Path, limit: int, where: str) -> bytes:
    """Read a file that somebody else has put there, and never more of it than the bound.

    Args:
        path: the file.
        limit: how many bytes it may have.
        where: for the error.

    Raises:
        TooLargeError: it is larger.
        OSError: it cannot be read.
    """
    if not path.is_file():
        # A pipe would be waited for, and a device read for ever.
        raise IsADirectoryError(f"{path.name} is no regular file")
    with path.open("rb") as handle:
        body = handle.read(limit + 1)
    if len(body) > limit:
        too_large("Filen", limit, "bytes", where)
    return body


def whole(chunks: Iterable[bytes], limit: int, where: str) -> bytes:
    """Join an answer that comes in pieces; stop when it is too large.

    Args:
        chunks: the pieces, unpacked.
        limit: how many bytes they may come to.
        where: source, table and periods.

    Raises:
        TooLargeError: it is larger; the rest is not read.
    """
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            too_large("Svaret", limit, "bytes", where)
    return bytes(body)


def check_workbook(body: bytes, where: str) -> None:
    """Refuse a workbook that unpacks to far more than it is, or whose XML declares entities.

    The parts are unpacked here, bounded and piece by piece, so that a size that the archive states
    wrongly does not count.

    Args:
        body: the file.
        where: for the error.

    Raises:
        TooLargeError: too many parts, or too large when unpacked.
        zipfile.BadZipFile: it is no archive.
        ValueError: a part has a document type, as no workbook has.
    """
    left = UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        names = packed.namelist()
        if len(names) > PARTS:
            too_large("Regnearkets antal dele", PARTS, "dele", where)
        for name in names:
            with packed.open(name) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0:
                too_large("Regnearket pakket ud", UNPACKED_BYTES, "bytes", where)
            if name.endswith((".xml", ".rels", ".vml")):
                _refuse_document_type(content, name)


def _refuse_document_type(content: bytes, name: str) -> None:
    """Entities can only be declared in a document type; nothing before it is expanded."""

    def refuse(*_: object) -> NoReturn:
        raise ValueError(f"{name} has a document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError(f"{name}: {error}") from error
