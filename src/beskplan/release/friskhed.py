"""The table of a release that says how fresh each source table is, from `landing.freshness`."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime

import duckdb

from beskplan.landing import Landing
from beskplan.landing.freshness import Freshness, freshness
from beskplan.release import comments
from beskplan.release.basis import Basis

TABLE = "_release_friskhed"
COMMENT = (
    "Hvor nye kildens tal er: en række for hver tabel, der er hentet, som kilderne havde meldt "
    "det, da udgivelsens tal blev opgjort (opgjort_utc i _release)."
)
# In the order of `Freshness`: column → type, text.
COLUMNS = {
    "kilde": ("varchar not null", "jobindsats, statbank eller joblog."),
    "tabel_id": ("varchar not null", "Kildens eget tabel-id."),
    "nyeste_periode": ("varchar not null", "Nyeste måned, kvartal eller år, der er hentet."),
    "hentet_utc": ("timestamp not null", "Hvornår tabellen sidst blev hentet med nye tal (UTC)."),
    "ventet_periode": ("varchar", "Perioden, som næste opdatering skal bringe; tom: intet meldt."),
    "ventet_dato": ("date", "Dagen, som kilden har meldt for den; tom: ingen."),
    "ny_dato": ("date", "Dagen, som kilden melder nu, hvis den første er overskredet."),
    "dage_forsinket": ("integer not null", "Dage siden den meldte dag; 0, til den er passeret."),
    "tilstand": (
        "varchar not null",
        "aktuel; forsinket: den meldte dag er passeret; fejl: kilden kunne ikke læses sidst, og "
        "intet var forsinket før det; uden_dato: kilden melder ingen dag.",
    ),
}


def state(con: duckdb.DuckDBPyConnection, landing: Landing, basis: Basis) -> None:
    """Fill the temporary table that the release copies, as things stood at the release's time.

    Args:
        con: the candidate, from `database.open_candidate`.
        landing: the vintage store.
        basis: what the release rests on; what landed since does not count.
    """
    known = {(v.kilde, v.tabel_id, v.hentet_utc) for v in basis.vintages}
    known |= {(d["kilde"], d["tabel_id"], d["hentet_utc"]) for d in basis.decisions}
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    con.execute(f"create or replace temp table {TABLE} ({columns})")
    places = ", ".join("?" for _ in COLUMNS)
    for table in freshness(landing, datetime.fromisoformat(basis.stated_time), known):
        values = [*astuple(table)]
        values[3] = table.hentet_utc.removesuffix("Z")
        con.execute(f"insert into temp.{TABLE} values ({places})", values)  # noqa: S608 - own names
    said = {None: COMMENT} | {name: text for name, (_, text) in COLUMNS.items()}
    for statement in comments.statements("table", f"temp.{TABLE}", said):
        con.execute(statement)


def read(con: duckdb.DuckDBPyConnection) -> list[Freshness]:
    """What a written release says of its tables, by source and table.

    Args:
        con: a connection in which the table is found by its name.
    """
    time = "strftime(hentet_utc, '%Y-%m-%dT%H:%M:%SZ') as hentet_utc"
    rows = con.table(TABLE).project(f"* replace ({time})").order("kilde, tabel_id").fetchall()
    return [Freshness(*row) for row in rows]
