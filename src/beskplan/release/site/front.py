"""The front page and the search index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson

from beskplan.gate.judgement import Judgement
from beskplan.release import danish, notes, quality_page
from beskplan.release.basis import Basis
from beskplan.release.corrections import notice, told
from beskplan.release.marks import printed
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Column, Row, Sheet, Text
from beskplan.release.site import downloads, shell
from beskplan.release.site.kommune import path_of, plan_path
from beskplan.release.site.shell import Shell

NOTE = "-rar-notat-"
INDEX = f"{shell.ASSETS}/soeg.js"
NEWEST_SQL = """
select tabel_id, strftime(max(maaned), '%YM%m') as periode,
    string_agg(distinct maaling, '; ' order by maaling) as indhold
from fct_ydelser
group by tabel_id
order by tabel_id
"""
CHANGED_SQL = """
select omraade_kode, omraade_navn, count(*) as antal from rettelser
where omraade_kode <> '000' and tabel in ('fct_ydelser', 'joblog_daekningsgrad')
group by all
order by antal desc, omraade_navn collate da
limit 12
"""
COLUMNS = (
    Column("Tabel", 10),
    Column("Indhold", 44),
    Column("Nyeste måned", 14),
    Column("Hentet", 26),
    Column("Siden sidst", 14),
    Column("Tal", 20),
)
FIRST = "Det er den første udgivelse: alle tabeller er nye."
NONE_NEW = "Ingen af kildens tabeller er hentet på ny siden udgivelse {previous}."
NEW = "Hentet på ny siden udgivelse {previous}: {tables}."


def write(
    con: duckdb.DuckDBPyConnection,
    frame: Shell,
    basis: Basis,
    judgement: Judgement,
    kommuner: Sequence[Record],
    groups: Sequence[Record],
    previous: tuple[str, Mapping[str, str]] | None,
    folder: Path,
) -> None:
    """Write the front page and the search index.

    Args:
        con: the candidate, with `rettelser`.
        frame: the frame of the release's pages.
        basis: what the release rests on.
        judgement: the gate's judgement.
        kommuner: those with a page.
        groups: the groups of kommuner with a page: gruppe_id, gruppe_navn, href, medlemmer.
        previous: the release before and each table's newest vintage in it; None before the first.
        folder: the unfinished release.
    """
    plans = records(con, "select * from dim_plan order by er_eksempel, kommune_navn, plan_id")
    pages = {place["kommune_navn"]: path_of(place) for place in kommuner}
    ordered = sorted(pages, key=danish.alphabet)
    content = frame.page(
        "forside",
        shell.FRONT,
        ikke_opdateret=sorted(basis.marked.items()),
        kommuner=[{"navn": name, "href": pages[name]} for name in ordered],
        uden_side=_without_page(con, len(pages)),
        nyt=_news(basis, previous),
        rettelser=notice.summary(records(con, told.COUNTS_SQL)) if previous else notice.FIRST,
        kontrol=quality_page.summary(judgement),
        rettede=[
            {
                "navn": record["omraade_navn"],
                "href": pages.get(record["omraade_navn"]),
                "antal": danish.number(record["antal"]),
            }
            for record in records(con, CHANGED_SQL)
        ],
        naevnte=[
            {"navn": name, "href": pages.get(name)}
            for name in sorted(quality_page.areas(judgement), key=danish.alphabet)
        ],
        planer=[
            {
                "titel": plan["plan_titel"],
                "href": plan_path(plan["plan_id"]),
                "er_eksempel": plan["er_eksempel"],
            }
            for plan in plans
        ],
        # The councils' notes stand on the councils' own pages.
        filer=[table for table in downloads.of_folder(folder) if NOTE not in table.stem],
        kilder=_tables(con, basis, previous),
    )
    shell.write_page(folder, shell.FRONT, content)
    shell.write_page(folder, INDEX, _index(frame, kommuner, groups, plans))


def _without_page(con: duckdb.DuckDBPyConnection, shown: int) -> str:
    known = records(con, "select count(*) as antal from dim_kommune")[0]["antal"]
    if shown == known:
        return ""
    return (
        f"{told.number_of(known - shown, 'kommune', 'kommuner')} har ingen side, fordi ikke alle "
        "tabeller i udgivelsen er hentet for den."
    )


def _news(basis: Basis, previous: tuple[str, Mapping[str, str]] | None) -> str:
    if previous is None:
        return FIRST
    name, before = previous
    fresh = [t for t, vintage in basis.newest.items() if before.get(t) != vintage.hentet_utc]
    text = NEW if fresh else NONE_NEW
    return text.format(previous=name, tables=", ".join(sorted(fresh)))


def _tables(
    con: duckdb.DuckDBPyConnection,
    basis: Basis,
    previous: tuple[str, Mapping[str, str]] | None,
) -> Sheet:
    """Each source table: what it holds, how new it is, whether it is new since the last time."""
    held = {record["tabel_id"]: record for record in records(con, NEWEST_SQL)}
    before = previous[1] if previous else {}
    rows = []
    for tabel_id, vintage in sorted(basis.newest.items()):
        own = held.get(tabel_id)
        state = "ny" if before.get(tabel_id) != vintage.hentet_utc else "uændret"
        if tabel_id in basis.marked:
            state = printed(basis.marked[tabel_id])
        texts = (
            tabel_id,
            own["indhold"] if own else notes.PUBLISHERS[vintage.kilde],
            danish.month(own["periode"]) if own else "",
            danish.moment(datetime.fromisoformat(vintage.hentet_utc)),
            state,
            notes.ORIGINS[vintage.oprindelse],
        )
        rows.append(Row(tabel_id, [Text(text) for text in texts]))
    return Sheet(
        tab="Kilder",
        title="Kildens tabeller i udgivelsen",
        warnings=[],
        columns=COLUMNS,
        label_columns=1,
        rows=rows,
        notes=[],
    )


def _index(
    frame: Shell, kommuner: Sequence[Record], groups: Sequence[Record], plans: Sequence[Record]
) -> bytes:
    """The search index as a script: a page opened from disk may load no other."""
    member_of: dict[str, list[str]] = {}
    for group in groups:
        for code in group["medlemmer"]:
            member_of.setdefault(code, []).append(group["gruppe_navn"])
    entries: list[list[Any]] = []
    for place in kommuner:
        code = place["kommune_kode"]
        words = " ".join([code, *member_of.get(code, [])])
        entries.append([place["kommune_navn"], path_of(place), words])
    entries += [
        [plan["plan_titel"], plan_path(plan["plan_id"]), plan["kommune_navn"]] for plan in plans
    ]
    entries += [[group["gruppe_navn"], group["href"], "regionalt råd rar"] for group in groups]
    entries += [
        [word, page, ""]
        for page, word in shell.NAVIGATION
        if page != shell.FRONT and page not in frame.absent
    ]
    # As text inside a script: what would end it, or a line, is written as an escape.
    json = orjson.dumps(entries).decode()
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        json = json.replace(sign, f"\\u{ord(sign):04x}")
    return f"window.BESKPLAN_SOEG = {json};\n".encode()
