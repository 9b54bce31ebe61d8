"""Hand-kept tables are checked before anything is built on them."""

from __future__ import annotations

from pathlib import Path

from beskplan.errors import SeedError
from beskplan.seeds.reading import Fault, read_table
from beskplan.seeds.rules import RULES
from beskplan.seeds.schema import TABLES

__all__ = ["check_seeds"]


def check_seeds(folder: Path) -> None:
    """Check every seed: form first, then what the tables say about one another.

    Args:
        folder: where the csv files are.

    Raises:
        SeedError: every fault found, each with file, line and reason, in Danish.
    """
    faults: list[Fault] = []
    tables = {table.name: read_table(folder, table, faults) for table in TABLES}
    for rule in RULES:
        rule(tables, faults)
    if faults:
        lines = sorted(faults, key=lambda fault: (fault.file, fault.line, fault.reason))
        raise SeedError(
            f"{len(lines)} fejl i de håndholdte tabeller:\n" + "\n".join(map(str, lines)),
            where=", ".join(sorted({fault.file for fault in lines})),
            do="ret filen på den nævnte linje og kør igen",
        )
