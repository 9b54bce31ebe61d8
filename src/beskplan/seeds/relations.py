"""What the register of series that must agree with one another must say."""

from __future__ import annotations

from collections.abc import Iterator

from beskplan.seeds.reading import Fault, Row, Tables, sound

ANY = "*"
OF_SHARES = ("fast_naevner", "andel_af")
PERCENT = "pct"
LEFT, RIGHT = "", "mod_"


def relations_join_known_series(tables: Tables, faults: list[Fault]) -> None:
    """Both sides are fetched, in units that the relation is about.

    Args:
        tables: the rows of each table.
        faults: appended to.
    """
    sources = tables["kilder"]
    for row in sound(tables["sammenhaenge"]):
        reasons = [*_sides(row, sources), *_form(row)]
        faults.extend(Fault("sammenhaenge.csv", row.line, reason) for reason in reasons)


def _measured(row: Row, side: str, name: str, sources: list[Row]) -> list[Row]:
    """The rows of kilder.csv that a side's measure is fetched by."""
    return [
        source
        for source in sources
        if source["kilde"] == row[f"{side}kilde"]
        and row[f"{side}tabel_id"] in (ANY, source["tabel_id"])
        and source["maaling_navn"] == name
    ]


def _sides(row: Row, sources: list[Row]) -> Iterator[str]:
    for side in (LEFT, RIGHT):
        table_id, name = row[f"{side}tabel_id"], row[f"{side}maaling_navn"]
        found = _measured(row, side, name, sources)
        if not found:
            yield f"målingen '{table_id} / {name}' findes ikke i kilder.csv"
            continue
        fetched = {part for source in found for part in source["fordeling"].split("|")}
        for part in filter(None, row[f"{side}dimensioner"].split("|")):
            hierarchy = part.partition("=")[0]
            if part != ANY and hierarchy not in fetched:
                yield f"{table_id!r} hentes ikke fordelt på {hierarchy!r}"
        is_share = found[0]["enhed"] == PERCENT
        if is_share != (side == LEFT and row["relation"] in OF_SHARES):
            wanted = "ikke være" if is_share else "være"
            yield f"{side}maaling_navn skal {wanted} en procent i {row['relation']}"
    counted = row["taeller_maaling_navn"]
    if counted and not _measured(row, LEFT, counted, sources):
        yield f"målingen '{row['tabel_id']} / {counted}' findes ikke i kilder.csv"


def _form(row: Row) -> Iterator[str]:
    relation = row["relation"]
    for column in ("tabel_id", "dimensioner"):
        if (row[column] == ANY) != (row[f"{RIGHT}{column}"] == ANY):
            yield f"{column} og {RIGHT}{column} skal begge være {ANY}, eller ingen af dem"
    if bool(row["decimaler"]) != (relation in OF_SHARES):
        yield f"decimaler skal {'stå' if relation in OF_SHARES else 'være tom'} i {relation}"
    if row["taeller_maaling_navn"] and relation != "andel_af":
        yield "taeller_maaling_navn hører til andel_af"
    if relation == "fast_naevner" and row["tabel_id"] != row["mod_tabel_id"]:
        yield "fast_naevner gælder antal og andel i samme tabel"
