"""Read one hand-kept table strictly: encoding, shape and each cell's form."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from beskplan import limits
from beskplan.seeds.schema import Column, Kind, Table

BOM = b"\xef\xbb\xbf"
# A spreadsheet takes a cell that begins like this for a formula.
FORMULA_START = ("=", "+", "-", "@", "\t", "\r")

# Control characters, marks that turn or hide what follows, and separators of lines.
UNSEEN = ("Cc", "Cf", "Zl", "Zp")

_MONTH = re.compile(r"\d{4}M(0[1-9]|1[0-2])")
# The 12 months that end with a quarter, as Jobindsats' benchmark counts.
_MOVING_YEAR = re.compile(r"\d{4}QMAT0[1-4]")
_YEAR = re.compile(r"\d{4}")
_INTEGER = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?\d+(\.\d{1,3})?")


@dataclass(frozen=True)
class Fault:
    """One thing wrong.

    Args:
        file: name of the file.
        line: line number as an editor shows it; 0 for the file as a whole.
        reason: what is wrong, in Danish.
    """

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """As a planner reads it."""
        place = f"{self.file}, linje {self.line}" if self.line else self.file
        return f"{place}: {self.reason}"


@dataclass(frozen=True)
class Row:
    """One row.

    Args:
        line: its first line in the file.
        cells: column → text.
        sound: whether each cell is well formed. A row that is not still counts as something to
            refer to, so that one fault does not bring others with it.
    """

    line: int
    cells: dict[str, str]
    sound: bool

    def __getitem__(self, column: str) -> str:
        """The text in a column."""
        return self.cells[column]


Tables = Mapping[str, list[Row]]


def sound(rows: list[Row]) -> list[Row]:
    """Those whose cells are well formed, so that what they say can be judged."""
    return [row for row in rows if row.sound]


def read_table(folder: Path, table: Table, faults: list[Fault]) -> list[Row]:
    """Read a table and note what is wrong with its form.

    Args:
        folder: where the csv files are.
        table: which table.
        faults: appended to.

    Returns:
        The rows that have the right number of fields.
    """
    file = f"{table.name}.csv"
    text = _text(folder / file, faults)
    if text is None:
        return []
    rows = []
    for line, fields in _records(file, text, faults):
        row = _row(file, line, fields, table, faults)
        if row is not None:
            rows.append(row)
    _check_keys(file, table, rows, faults)
    return rows


def _text(path: Path, faults: list[Fault]) -> str | None:
    if not path.is_file():
        faults.append(Fault(path.name, 0, "filen mangler"))
        return None
    if path.stat().st_size > limits.SEED_BYTES:
        faults.append(Fault(path.name, 0, f"filen er over grænsen på {limits.SEED_BYTES} bytes"))
        return None
    raw = path.read_bytes()
    if raw.startswith(BOM):
        faults.append(
            Fault(path.name, 1, "filen begynder med en BOM; gem som UTF-8 uden byte order mark")
        )
        raw = raw.removeprefix(BOM)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        faults.append(
            Fault(
                path.name,
                line,
                f"tegnet med byte 0x{raw[error.start]:02x} er ikke UTF-8; filen er nok gemt som "
                "latin-1 (ANSI): gem den som UTF-8",
            )
        )
        return None


def _records(file: str, text: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line they begin on, the header included; blank lines are faults."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    line = 1
    try:
        for fields in reader:
            if fields:
                yield line, fields
            else:
                faults.append(Fault(file, line, "linjen er tom"))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(file, line, f"rækken kan ikke læses som csv ({error})"))


def _row(file: str, line: int, fields: list[str], table: Table, faults: list[Fault]) -> Row | None:
    names = [column.name for column in table.columns]
    if line == 1:
        if fields != names:
            faults.append(Fault(file, 1, _wrong_columns(fields, names)))
        return None
    if len(fields) != len(names):
        faults.append(Fault(file, line, f"rækken har {len(fields)} felter, ikke {len(names)}"))
        return None
    reasons = [
        reason
        for column, cell in zip(table.columns, fields, strict=True)
        if (reason := _cell_fault(column, cell))
    ]
    faults.extend(Fault(file, line, reason) for reason in reasons)
    return Row(line, dict(zip(names, fields, strict=True)), sound=not reasons)


def _wrong_columns(found: list[str], names: list[str]) -> str:
    missing = [name for name in names if name not in found]
    extra = [name for name in found if name not in names]
    parts = [f"mangler {', '.join(missing)}"] if missing else []
    parts += [f"kender ikke {', '.join(map(repr, extra))}"] if extra else []
    return "kolonnerne er forkerte: " + ("; ".join(parts) or "rækkefølgen er en anden")


def _cell_fault(column: Column, cell: str) -> str | None:
    if not cell:
        return None if column.optional else f"{column.name} mangler"
    if column.choices:
        if cell in column.choices:
            return None
        return f"{column.name} er {cell!r}; det skal være et af {', '.join(column.choices)}"
    if cell != cell.strip():
        return f"{column.name} begynder eller slutter med et mellemrum: {cell!r}"
    return _FORMS[column.kind](column.name, cell)


def _text_fault(name: str, cell: str) -> str | None:
    if cell.startswith(FORMULA_START):
        return f"{name} begynder med {cell[0]!r} og ville blive en formel i et regneark: {cell!r}"
    if "\n" in cell or "\r" in cell:
        return f"{name} har et linjeskift i cellen"
    unseen = next((char for char in cell if unicodedata.category(char) in UNSEEN), None)
    if unseen:
        return (
            f"{name} har et tegn, der ikke kan ses, og som kan vende eller skjule tekst: "
            f"U+{ord(unseen):04X} som tegn nr. {cell.index(unseen) + 1}; slet det"
        )
    return None


def _integer_fault(name: str, cell: str) -> str | None:
    return None if _INTEGER.fullmatch(cell) else f"{name} er ikke et helt tal: {cell!r}"


def _number_fault(name: str, cell: str) -> str | None:
    if _NUMBER.fullmatch(cell):
        return None
    hint = "; skriv punktum, ikke komma" if "," in cell else ""
    return f"{name} er ikke et tal med højst tre decimaler: {cell!r}{hint}"


def _date_fault(name: str, cell: str) -> str | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
            date.fromisoformat(cell)
            return None
    except ValueError:
        pass
    return f"{name} er ikke en dato (ÅÅÅÅ-MM-DD): {cell!r}"


def _month_fault(name: str, cell: str) -> str | None:
    if _MONTH.fullmatch(cell):
        return None
    return f"{name} er ikke en måned (fx 2018M05): {cell!r}"


def _period_fault(name: str, cell: str) -> str | None:
    if any(form.fullmatch(cell) for form in (_YEAR, _MONTH, _MOVING_YEAR)):
        return None
    return f"{name} er hverken et år (2018) eller en måned (2018M05): {cell!r}"


_FORMS: dict[Kind, Callable[[str, str], str | None]] = {
    "text": _text_fault,
    "integer": _integer_fault,
    "number": _number_fault,
    "date": _date_fault,
    "month": _month_fault,
    "period": _period_fault,
}


def _check_keys(file: str, table: Table, rows: list[Row], faults: list[Fault]) -> None:
    for key in table.keys:
        first: dict[tuple[str, ...], int] = {}
        for row in rows:
            value = tuple(row[name] for name in key)
            if value in first:
                text = ", ".join(f"{name} {cell!r}" for name, cell in zip(key, value, strict=True))
                faults.append(
                    Fault(file, row.line, f"{text} står to gange, først i linje {first[value]}")
                )
            first.setdefault(value, row.line)
