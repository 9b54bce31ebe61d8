"""The files of `site/rettelser/`: list, page, notice; for each error a new table and a letter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from beskplan.release import csvfile, danish, joblog, notes, xlsxfile
from beskplan.release.basis import Basis
from beskplan.release.corrections import notice, told
from beskplan.release.corrections.compare import COLUMNS, TABLE
from beskplan.release.corrections.previous import Since
from beskplan.release.corrections.told import Case
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text
from beskplan.release.site import shell
from beskplan.release.site.shell import Shell

FOLDER = f"{shell.FOLDER}/rettelser"
LIST = "rettelser.csv"
NOTICE = "meddelelse.txt"
TEMPLATE = "rettelser"
# A page of more rows is not read; the list holds them all.
ROWS_SHOWN = 60
BIGGEST_SQL = f"""
select * from {TABLE}
where art = 'revision' and tabel in ('fct_ydelser', 'joblog_daekningsgrad', 'dim_befolkning')
    and aendring is not null
order by abs(aendring) desc, tabel_id, periode, gruppe, maaling, omraade_kode
limit 25
"""  # noqa: S608 - the project's own names; values are bound
AGES_SQL = f"""
select tabel_id, alder_mdr, periode, count(*) as antal,
    count(distinct omraade_kode) filter (where omraade_kode <> '000') as omraader,
    max(aendring_pct) filter (where omraade_kode = '000' and gruppe = 'Ydelsesgrupper i alt'
        and maaling = 'antal_fuldtidspersoner') as land_pct
from {TABLE}
where art = 'revision' and tabel = 'fct_ydelser' and alder_mdr is not null
group by all
order by tabel_id, alder_mdr, periode
"""  # noqa: S608 - the project's own names; values are bound
WHOLE_SQL = """
select celler.*, rettet.foer_vaerdi, rettet.foer_status
from celler
left join (select * from rettelser where art = 'fejlrettelse') as rettet
    using (tabel, tabel_id, periode, gruppe, maaling, omraade_kode)
where celler.tabel = $tabel and celler.tabel_id = $tabel_id and celler.periode = $periode
order by celler.gruppe, celler.omraade_kode, celler.noegle, celler.maaling
"""


def write(
    con: duckdb.DuckDBPyConnection, since: Since, frame: Shell, basis: Basis, folder: Path
) -> dict[str, int]:
    """Write what changed since the release before.

    Args:
        con: the candidate, with the temporary table `rettelser`.
        since: what it was compared with.
        frame: the frame of the new release's pages.
        basis: what it rests on.
        folder: the unfinished release.

    Returns:
        File name → rows of figures.
    """
    target = folder / FOLDER
    target.mkdir(parents=True)
    release = frame.release_id
    changed = records(con, f"select * from {TABLE} order by all")  # noqa: S608 - the project's own names; values are bound
    csvfile.write_rows(target / LIST, [list(COLUMNS), *(list_row(row) for row in changed)])
    cases = told.cases(con) if changed else []
    counts = records(con, told.COUNTS_SQL)
    follows = records(con, told.FOLLOWS_SQL)
    text = notice.text(release, since.previous, cases, counts, follows)
    (target / NOTICE).write_bytes(text.encode())
    files = {_slug(case): _write_case(con, case, release, basis, target) for case in cases}
    page = _page(con, since, frame, cases, counts, follows, files)
    shell.write_page(folder, shell.CORRECTIONS, page)
    return {LIST: len(changed)}


def list_row(row: Record) -> list[csvfile.CsvCell]:
    """One changed cell as a row of the list."""
    return [_list_cell(row[name]) for name in COLUMNS]


def _list_cell(value: Any) -> csvfile.CsvCell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if hasattr(value, "isoformat"):
        return f"{value.isoformat()}Z"
    return value  # type: ignore[no-any-return]


def _slug(case: Case) -> str:
    return f"{case.tabel_id}-{case.periode}"


def _write_case(
    con: duckdb.DuckDBPyConnection, case: Case, release: str, basis: Basis, target: Path
) -> dict[str, str]:
    """Write the corrected table and the letter; give their names."""
    from beskplan.release.corrections.letter import letter

    bilag = joblog.sheet(con, basis, case.periode) if case.tabel_id == joblog.TABLE else None
    sheet = bilag.sheet if bilag else _corrected_sheet(con, case, basis)
    workbook = target / f"rettet-{_slug(case)}.xlsx"
    xlsxfile.write_sheet(workbook, sheet, basis.stated_time)
    csvfile.write_sheet(workbook.with_suffix(".csv"), sheet)
    document = target / f"brev-{_slug(case)}.docx"
    document.write_bytes(
        letter(case, release=release, stated_time=basis.stated_time, enclosed=workbook.name)
    )
    return {"tabel": workbook.name, "brev": document.name}


def _corrected_sheet(con: duckdb.DuckDBPyConnection, case: Case, basis: Basis) -> Sheet:
    found = records(con, WHOLE_SQL, tabel=case.tabel, tabel_id=case.tabel_id, periode=case.periode)
    columns = [
        Column("Område", 22),
        Column("Gruppe", 34),
        Column("Tal", 26),
        Column("Rettet tal", 12),
        Column("Før rettelsen", 14),
    ]
    rows = [Row(row["omraade_navn"], _corrected_cells(row)) for row in found]
    synthetic = {case.tabel_id} if any(row["er_syntetisk"] for row in found) else set()
    return Sheet(
        tab="Rettet tabel",
        title=notes.titled(f"Rettet tabel: {case.title}", synthetic=bool(synthetic)),
        warnings=notes.warnings(basis, [case.tabel_id], synthetic),
        columns=columns,
        label_columns=1,
        rows=rows,
        notes=[
            "Før rettelsen: kun tal, der var forkerte; de øvrige er, som de var.",
            *notes.cells(columns, rows),
            *notes.sources(basis, [case.tabel_id]),
        ],
    )


def _corrected_cells(row: Record) -> list[Cell]:
    decimals = danish.needed_decimals(row["vaerdi"]) if row["vaerdi"] is not None else 0
    before: Cell = Text("")
    if row["foer_status"] is not None:
        old = row["foer_vaerdi"]
        before = Figure(old, row["foer_status"], danish.needed_decimals(old or 0))
    return [
        Text(row["omraade_navn"]),
        Text(row["gruppe"] or ""),
        Text(told.measure(row["maaling"])),
        Figure(row["vaerdi"], row["status"], decimals),
        before,
    ]


def _page(
    con: duckdb.DuckDBPyConnection,
    since: Since,
    frame: Shell,
    cases: Sequence[Case],
    counts: Sequence[Record],
    follows: Sequence[Record],
    files: dict[str, dict[str, str]],
) -> bytes:
    return frame.page(
        TEMPLATE,
        shell.CORRECTIONS,
        forrige=since.previous,
        foerste=notice.FIRST,
        resume=notice.summary(counts),
        ordene=notice.WORDS,
        udeladt=[told.TABLE_NAMES[name] for name in since.compared.left_out],
        sager=[_case(case, files[_slug(case)]) for case in cases],
        foelger=[
            f"{told.TABLE_NAMES[row['tabel']]}: {told.number_of(row['antal'], 'tal', 'tal')}"
            for row in follows
        ],
        antal=[
            {
                "tabel": told.TABLE_NAMES[row["tabel"]],
                "art": row["art"],
                "antal": danish.number(row["antal"]),
                "omraader": danish.number(row["omraader"]),
            }
            for row in counts
        ],
        aldre=[
            {
                "tabel": row["tabel_id"],
                "maaned": danish.period(row["periode"]),
                "alder": danish.number(row["alder_mdr"]),
                "antal": danish.number(row["antal"]),
                "omraader": danish.number(row["omraader"]),
                "land": "" if row["land_pct"] is None else f"{told.signed(row['land_pct'])} pct.",
            }
            for row in (records(con, AGES_SQL) if counts else [])
        ][:ROWS_SHOWN],
        stoerste=[_cell(row) for row in (records(con, BIGGEST_SQL) if counts else [])],
    )


def _case(case: Case, names: dict[str, str]) -> dict[str, Any]:
    return {
        "titel": case.title,
        "er_syntetisk": case.is_synthetic,
        "forkert": told.wrong_sentence(case),
        "omraader": told.listed(case.areas),
        "rigtigt": told.right_sentences(case),
        "siden": case.carried_since,
        "aarsag": case.cause,
        "hvorfor": sorted({cell["begrundelse"] for cell in case.cells})[0],
        "celler": [_cell(cell) for cell in case.cells[:ROWS_SHOWN]],
        "flere": danish.number(max(0, len(case.cells) - ROWS_SHOWN)),
        **names,
    }


def _cell(cell: Record) -> dict[str, str]:
    percent = cell["aendring_pct"]
    return {
        "omraade": cell["omraade_navn"],
        "tabel": cell["tabel_id"],
        "gruppe": cell["gruppe"] or "",
        "maaned": danish.period(cell["periode"]),
        "maaling": told.measure(cell["maaling"]),
        "foer": told.shown(cell["foer_vaerdi"], cell["foer_status"]),
        "efter": told.shown(cell["efter_vaerdi"], cell["efter_status"]),
        "aendring": told.signed(cell["aendring"]),
        "pct": "" if percent is None else f"{told.signed(percent)} pct.",
    }
