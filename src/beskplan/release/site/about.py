"""The page "Om tallene": signs, definitions, revision, discretion, breaks, sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from beskplan.release import danish, noegletal, notes, resultatmaal
from beskplan.release.basis import Basis
from beskplan.release.rows import Record, records
from beskplan.release.sheet import Cell, Column, Figure, Row, Sheet, Text
from beskplan.release.site import shell
from beskplan.release.site.shell import Shell

INDICATORS_SQL = "select * from dim_indikator order by indikator_navn collate da, indikator_id"
NOEGLETAL_SQL = """
select definitioner.noegletal_nr, definitioner.noegletal_navn, definitioner.naevner_navn,
    string_agg(distinct led.tabel_id, ', ' order by led.tabel_id) as tabeller
from noegletal_definitioner as definitioner
inner join noegletal_led as led on definitioner.noegletal_id = led.noegletal_id
group by all
order by definitioner.noegletal_nr, definitioner.noegletal_navn, definitioner.naevner_navn
"""
REVISION_SQL = """
select ventet_tekst, string_agg(distinct tabel_id, ', ' order by tabel_id) as tabeller
from revision_forventet
where frigivelse is null and ventet_tekst is not null
group by all
order by all
"""
BREAKS_SQL = """
select dato_fra, dato_til, er_forventet, sammenligneligt, bro_tekst, beskrivelse, kilde, art,
    string_agg(distinct tabel_id, ', ' order by tabel_id) as tabeller
from dim_brud
group by all
order by dato_fra desc, beskrivelse, art, kilde, dato_til, bro_tekst, er_forventet,
    sammenligneligt
"""
HIDDEN_SQL = """
select tabel_id, count(*) filter (status = 'C') as skjult, count(*) filter (status = 'U') as ukendt,
    count(*) filter (status = 'M') as mangler, count(*) as celler
from fct_ydelser
group by all
order by tabel_id
"""
SIGNS = (
    (
        "–",
        "Tallet vises ikke. Noten under tabellen siger hvorfor: diskretion, suspension, eller at "
        "kilden ikke sender det.",
    ),
    ("mangler", "Kilden har ikke sendt rækken, eller måneden er ikke hentet eller offentliggjort."),
    ("0", "Ingen. Et skjult eller manglende tal skrives aldrig som 0."),
    ("*", "Foreløbigt tal, som kilden retter i de følgende måneder."),
    ("ingen årgang", "Kildens tal fra før vedtagelsen er ikke gemt."),
    ("databrud", "Baseline og tal ligger på hver sin side af et brud og sammenlignes ikke."),
    ("[år tabt]", "Planens tekst har et år, som er gået tabt i kilden."),
    ("● ▲ ■", "Grøn, gul og rød status; ordet står altid ved siden af tegnet."),
    (
        "SYNTETISKE TAL",
        "Tabellen hviler på tal, der er frembragt til afprøvning og intet siger om virkeligheden.",
    ),
)


def write(con: duckdb.DuckDBPyConnection, frame: Shell, basis: Basis, folder: Path) -> None:
    """Write the page.

    Args:
        con: the candidate.
        frame: the frame of the release's pages.
        basis: what the release rests on.
        folder: the unfinished release.
    """
    content = frame.page(
        "om",
        shell.ABOUT,
        tegnene=SIGNS,
        regel=resultatmaal.RULE,
        indikatorer=_indicators(records(con, INDICATORS_SQL)),
        noegletal=_noegletal(records(con, NOEGLETAL_SQL)),
        revision=[
            f"{record['ventet_tekst']}: {record['tabeller']}."
            for record in records(con, REVISION_SQL)
        ],
        diskretion=_hidden(records(con, HIDDEN_SQL)),
        brud=_breaks(records(con, BREAKS_SQL)),
        kilder=notes.sources(basis, basis.newest),
    )
    shell.write_page(folder, shell.ABOUT, content)


def _sheet(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], lines: Sequence[str] = ()
) -> Sheet:
    return Sheet(
        tab=title,
        title=title,
        warnings=[],
        columns=[Column(name, 20) for name in columns],
        label_columns=1,
        rows=[Row("", cells) for cells in rows],
        notes=lines,
    )


def _texts(*texts: str | None) -> list[Cell]:
    return [Text(text or "") for text in texts]


def _indicators(found: Sequence[Record]) -> Sheet:
    rows = [
        _texts(
            record["indikator_navn"],
            record["tabel_id"],
            danish.members(record["dimensioner"]) or "alle",
            record["enhed"],
        )
        for record in found
    ]
    return _sheet("Indikatorer", ("Indikator", "Tabel", "Opdeling", "Enhed"), rows)


def _noegletal(found: Sequence[Record]) -> Sheet:
    rows = [
        _texts(record["noegletal_navn"], f"i pct. af {record['naevner_navn']}", record["tabeller"])
        for record in found
    ]
    return _sheet(
        "Hvad nøgletallene måles af", ("Nøgletal", "Måles", "Tabeller"), rows, noegletal.RULES
    )


def _hidden(found: Sequence[Record]) -> Sheet:
    rows: list[list[Cell]] = [
        [
            Text(record["tabel_id"]),
            *(Figure(record[name], "A") for name in ("celler", "skjult", "ukendt", "mangler")),
        ]
        for record in found
    ]
    columns = ("Tabel", "Tal i alt", "Skjult", "Vises ikke, ukendt hvorfor", "Rækken mangler")
    return _sheet("Skjulte og manglende tal i kildens tabeller", columns, rows)


def _breaks(found: Sequence[Record]) -> Sheet:
    rows = []
    for record in found:
        when = danish.day(record["dato_fra"])
        if record["dato_til"]:
            when = f"{when} – {danish.day(record['dato_til'])}"
        if record["er_forventet"]:
            when = f"{when} (ventet)"
        tables = (record["tabeller"] or "").replace("*", "alle")
        rows.append(
            _texts(when, tables, record["beskrivelse"], record["bro_tekst"], record["kilde"])
        )
    return _sheet("Register over databrud", ("Dato", "Tabel", "Hvad", "Bro", "Kilde"), rows)
