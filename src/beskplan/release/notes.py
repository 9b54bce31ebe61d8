"""The lines around a table: what is synthetic, old, provisional or not shown, and whence it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import duckdb

from beskplan.release import danish
from beskplan.release.marks import printed
from beskplan.release.provenance import Fetched, Provenance
from beskplan.release.rows import records
from beskplan.release.sheet import SOURCE, Column, Figure, Row

EXPECTED_SQL = """
select distinct tabel_id, ventet_tekst from revision_forventet
where frigivelse is null and ventet_tekst is not null
order by all
"""
SYNTHETIC = "SYNTETISKE TAL"
EXAMPLE = "Eksempel, ikke vedtaget."
PUBLISHERS = {
    "jobindsats": "Jobindsats.dk (Styrelsen for Arbejdsmarked og Rekruttering)",
    "joblog": "Beskæftigelsesministeriets bilag om Joblog (dfdg.dk)",
    "statbank": "Danmarks Statistik, Statistikbanken",
}
ORIGINS = {
    "api": "hentet fra kilden",
    "optaget": "optagelse af kildens eget svar",
    "genereret": "syntetiske tal, ikke fra kilden",
}
# Status → what stands in the cell, and what it means.
NOT_SHOWN = {
    "C": "– diskretioneret (kilden viser ikke tal om 1-2 personer)",
    "U": "– kilden viser intet tal, og hvorfor kan ikke afgøres",
    "S": "– ikke opgjort: den aktive indsats var suspenderet",
    "I": "– ingen af de hentede tabeller holder tallet",
    "F": "ingen årgang: kildens tal fra før vedtagelsen er ikke gemt",
    "M": "mangler: kilden har ikke sendt rækken",
    "N": "mangler: måneden er ikke hentet, eller kilden har ikke offentliggjort den",
}


def titled(title: str, *, synthetic: bool) -> str:
    """A title, with the mark that no reader may miss."""
    return f"{SYNTHETIC}: {title}" if synthetic else title


def warnings(
    basis: Provenance, tables: Iterable[str], synthetic: Iterable[str], *, example: bool = False
) -> list[str]:
    """The lines under a title.

    Args:
        basis: what the release rests on.
        tables: ids of the source tables that the table rests on.
        synthetic: those of them whose figures are generated.
        example: whether the plan has not been adopted by anyone.
    """
    lines = [EXAMPLE] if example else []
    generated = sorted(set(synthetic))
    if generated:
        lines.append(
            f"{SYNTHETIC}: tallene fra {', '.join(generated)} er frembragt til afprøvning og siger "
            "intet om virkeligheden."
        )
    lines += [
        f"{tabel_id}: {printed(basis.marked[tabel_id])} (site/kvalitet/index.html)."
        for tabel_id in sorted(set(tables) & basis.marked.keys())
    ]
    return lines


def sources(basis: Provenance, tables: Iterable[str]) -> list[str]:
    """Whence the figures are, as of when, fetched when, which vintage; tables that share it once.

    The checksum of each table's rows is in the manifest.
    """
    found = [basis.newest[tabel_id] for tabel_id in sorted(set(tables) & set(basis.newest))]
    lines: dict[str, list[str]] = {}
    for vintage in found:
        lines.setdefault(_source(vintage), []).append(vintage.tabel_id)
    return [line.format(tables=", ".join(ids)) for line, ids in sorted(lines.items())]


def _source(vintage: Fetched) -> str:
    fetched = datetime.fromisoformat(vintage.hentet_utc)
    return (
        f"{SOURCE}{PUBLISHERS[vintage.kilde]}, tabel {{tables}}; "
        f"opgjort pr. {_as_of(vintage.update_latest)}; hentet {danish.moment(fetched)}; "
        f"vintage {fetched:%Y%m%dT%H%M%SZ}; {ORIGINS[vintage.oprindelse]}."
    )


SOURCE_PARTS = ("Kilde og tabel", "Opgjort pr.", "Hentet", "Vintage", "Oprindelse")


def source_parts(line: str) -> list[str]:
    """A line of `sources` in its parts, in the order of `SOURCE_PARTS`.

    Args:
        line: one line, as `sources` writes it.
    """
    parts = line.removeprefix(SOURCE).removesuffix(".").split("; ", len(SOURCE_PARTS) - 1)
    heads = ("", "opgjort pr. ", "hentet ", "vintage ", "")
    return [part.removeprefix(head) for part, head in zip(parts, heads, strict=False)]


def _as_of(update_latest: str) -> str:
    """A source's own statement of its last update; as it stands where it is no date."""
    try:
        return danish.day(date.fromisoformat(update_latest[:10]))
    except ValueError:
        return update_latest


def cells(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    """Say of every cell without a figure why it has none, and which figures are provisional."""
    lines = [
        f"{meaning}: {'; '.join(places)}."
        for status, meaning in NOT_SHOWN.items()
        if (places := _places(columns, rows, status))
    ]
    provisional = [
        column.title
        for nr, column in enumerate(columns)
        if any(_is_provisional(row, nr) for row in rows)
    ]
    if provisional:
        lines.append(
            f"* Foreløbigt tal, som kilden retter i de følgende måneder: {', '.join(provisional)}."
        )
    return lines


def expected(
    con: duckdb.DuckDBPyConnection,
    tables: Iterable[str],
    columns: Sequence[Column],
    rows: Sequence[Row],
) -> list[str]:
    """How much a provisional figure is expected to be revised, and on what that is measured.

    Args:
        con: where `revision_forventet` is.
        tables: ids of the source tables that the table rests on.
        columns: of the table.
        rows: of the table.
    """
    if not any(_is_provisional(row, nr) for row in rows for nr in range(len(columns))):
        return []
    asked = set(tables)
    found: dict[str, list[str]] = {}
    for record in records(con, EXPECTED_SQL):
        if record["tabel_id"] in asked:
            found.setdefault(record["ventet_tekst"], []).append(record["tabel_id"])
    return [f"{text}: {', '.join(ids)}." for text, ids in sorted(found.items())]


def _places(columns: Sequence[Column], rows: Sequence[Row], status: str) -> list[str]:
    """Rows with such a cell, and in which columns; a row that has nothing else stands alone."""
    found: dict[str, dict[str, None]] = {}
    others: set[str] = set()
    for row in rows:
        for column, cell in zip(columns, row.cells, strict=False):
            if isinstance(cell, Figure) and cell.status == status:
                found.setdefault(row.label, {})[column.title] = None
            elif isinstance(cell, Figure):
                others.add(row.label)
    return [_place(label, titles, label in others) for label, titles in found.items()]


def _place(label: str, titles: Mapping[str, None], named: bool) -> str:
    return f"{label} ({', '.join(titles)})" if named else label


def _is_provisional(row: Row, nr: int) -> bool:
    cell = row.cells[nr] if nr < len(row.cells) else None
    return isinstance(cell, Figure) and cell.provisional and cell.value is not None
