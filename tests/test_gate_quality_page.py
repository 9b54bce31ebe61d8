"""The quality page: Danish, from the judgement alone, and asks nothing of the network."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from beskplan.gate import Finding, Judgement, Rule, TableVerdict
from beskplan.gate.suspects import causes
from beskplan.release import suspect_text
from beskplan.release.quality_page import LIST, ROWS_SHOWN, render
from beskplan.release.site.shell import QUALITY, Shell

FINDING = Finding(
    regel_id="F6.enkelt",
    udfald="stop",
    besked="1.156 mod ventet 354 <b>",
    omraade="Stevns",
    periode="2026M07",
    maaling="Antal ledige fuldtidspersoner",
    dimensioner="_ygrpi09=A-dagpenge",
    vaerdi=1156.0,
    forventet=353.518,
    score=28.678462,
    graense=4.5,
    forklarer=False,
    forventet_fra=301.0,
    forventet_til=412.0,
    nr=1,
    mistanke=6.372991,
    andel_af_landet_pct=0.88,
    maal_virkning="plan-1, mål 2: 802 for meget, 90 pct. af afstanden til målet",
)
NOTE = replace(FINDING, regel_id="F6", udfald="note", omraade="Læsø", vaerdi=None, besked="=1+1")
RULE = Rule("F6", "Følger sin historik", "warning", "note", 2, "MAD", "4,5", "Målt", 1234, 1, 7)


def table(tabel_id: str, udfald: str, *findings: Finding) -> TableVerdict:
    return TableVerdict("jobindsats", tabel_id, "2026-08-19T07:59:00Z", udfald, False, findings, 1)  # type: ignore[arg-type]


JUDGEMENT = Judgement(
    "koersel-4711",
    (table("y25i01", "stop", FINDING), table("y25i09", "pass", NOTE), table("y60a02", "pass")),
    (),
    (RULE,),
)


FRAME = Shell("2026M07-1", "2026M07", "2026-08-19T18:49:00Z", ("y60a02",))
STAGES = [("Hentet", "3", "94.176 celler", "2 MB", "424 rækker sendte kilden ikke")]
NOT_UPDATED = {"y25i01": "stoppet af kontrollen: F6.enkelt (Stevns)"}


def files(judgement: Judgement) -> dict[str, bytes]:
    return render(judgement, NOT_UPDATED, FRAME, STAGES)


def page(judgement: Judgement) -> str:
    return files(judgement)[QUALITY].decode()


def rows(judgement: Judgement) -> list[list[str]]:
    content = files(judgement)[LIST]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_page_says_what_stands_and_what_does_not() -> None:
    text = page(JUDGEMENT)
    assert "2 af 3 tabeller bestod, med 1 bemærkninger." in text
    assert "<strong>y25i01</strong>: stoppet af kontrollen: F6.enkelt (Stevns)" in text
    assert text.count("syntetiske tal</span>") == 1
    assert "SYNTETISKE TAL" in text
    assert "19. august 2026 kl. 07.59 UTC" in text
    assert "Stevns" in text
    assert "juli 2026" in text
    assert "1.234" in text
    assert '<th scope="row">Hentet</th><td class="tal">3</td>' in text


def test_nothing_is_asked_of_the_network_and_nothing_runs() -> None:
    text = page(JUDGEMENT)
    assert not re.search(
        r"https?:|//|<script|<style|style=|<img|@import|url\(|\bsrc=|\son\w+=", text
    )
    main = text[text.index("<main") : text.index("</main>")]
    assert {target for target in re.findall(r'href="([^"]*)"', main)} == {
        "#y25i01",
        "#y25i09",
        "fund.csv",
    }


def test_a_release_of_recorded_figures_has_no_synthetic_mark() -> None:
    text = render(JUDGEMENT, {}, replace(FRAME, generated=()), STAGES)[QUALITY].decode()
    assert "yntetiske" not in text
    assert "SYNTETISKE" not in text
    assert "Ikke opdateret" not in text


def test_text_from_outside_is_text() -> None:
    assert "354 &lt;b&gt;" in page(JUDGEMENT)


def test_neither_run_nor_earlier_decision_leaves_a_trace() -> None:
    """Two builds from the same landing and seeds give the same bytes."""
    decided = tuple(
        replace(item, allerede_afgjort=item.udfald == "pass") for item in JUDGEMENT.tabeller
    )
    assert files(JUDGEMENT) == files(replace(JUDGEMENT, koersel="anden", tabeller=decided))


@pytest.mark.parametrize(
    ("decided", "words"), [(False, "Afventer gennemsyn"), (True, "Godkendt trods fund")]
)
def test_what_waits_and_what_a_person_let_out_are_told_apart(decided: bool, words: str) -> None:
    found = replace(FINDING, udfald="review")
    judged = replace(
        JUDGEMENT, tabeller=(replace(table("y25i01", "review", found), allerede_afgjort=decided),)
    )
    assert f">{words}</" in page(judged)
    header, row = rows(judged)
    cells = dict(zip(header, row, strict=True))
    assert (cells["tabellens_udfald"], cells["betyder"]) == (words, "Kræver gennemsyn")


def test_the_list_is_one_that_a_danish_spreadsheet_opens() -> None:
    header, stevns, laesoe = rows(JUDGEMENT)
    assert dict(zip(header, stevns, strict=True)) == {
        "kilde": "jobindsats",
        "tabel_id": "y25i01",
        "hentet_utc": "2026-08-19T07:59:00Z",
        "tabellens_udfald": "Stoppet",
        "regel_id": "F6.enkelt",
        "omraade": "Stevns",
        "periode": "2026M07",
        "maaling": "Antal ledige fuldtidspersoner",
        "dimensioner": "_ygrpi09=A-dagpenge",
        "vaerdi": "1156",
        "forventet": "353,518",
        "score": "28,6785",
        "graense": "4,5",
        "betyder": "Stopper",
        "besked": "1.156 mod ventet 354 <b>",
        "nr": "1",
        "mistanke": "6,373",
        "forventet_fra": "301",
        "forventet_til": "412",
        "andel_af_landet_pct": "0,88",
        "maal_virkning": "plan-1, mål 2: 802 for meget, 90 pct. af afstanden til målet",
        "samlet_aarsag": "1.156 mod ventet 354 <b>",
    }
    assert laesoe[header.index("vaerdi")] == ""
    assert laesoe[header.index("besked")] == "'=1+1"


def test_one_cause_stands_above_the_cells_which_come_worst_first() -> None:
    """F9 says what has happened, F6 only that something has; each cell is one line."""
    carried = replace(FINDING, regel_id="F9", forklarer=True, besked="Stevns bærer Sorøs tal.")
    other = replace(carried, omraade="Sorø", besked="Sorø bærer Faxes tal.", nr=2)
    third = replace(FINDING, omraade="Faxe", nr=3, udfald="note", besked="langt fra")
    another = replace(FINDING, dimensioner="_ygrpi09=Kontanthjælp", omraade="Vejle", mistanke=2.0)
    verdict = table("y25i01", "stop", FINDING, other, carried, another, third)
    first, second = causes(verdict.fund)
    assert (first.dimensioner, first.besked) == (FINDING.dimensioner, carried.besked)
    assert [cell.omraade for cell in first.celler] == ["Stevns", "Sorø", "Faxe"]
    assert [cell.omraade for cell in second.celler] == ["Vejle"]
    assert suspect_text.table_lines(verdict)[:3] == [
        "y25i01 (jobindsats)",
        "  Antal ledige fuldtidspersoner, A-dagpenge, juli 2026: Stevns bærer Sorøs tal. "
        "Mistænkte tal: 3.",
        "    1. Stevns: 1.156, ventet 354 (301 til 412), 0,88 pct. af landet; plan-1, mål 2: 802 "
        "for meget, 90 pct. af afstanden til målet",
    ]
    judged = Judgement("k", (verdict,), (), (RULE,))
    text = page(judged)
    order = [text.index(f'<th scope="row">{name}</th>') for name in ("Stevns", "Sorø", "Faxe")]
    assert order == sorted(order)
    header, *found = rows(judged)
    column = header.index("samlet_aarsag")
    assert [row[column] for row in found] == [carried.besked] * 4 + [FINDING.besked]
    assert [row[header.index("nr")] for row in found] == ["1", "1", "2", "3", "1"]
    assert suspect_text.table_lines(table("y60a02", "pass", NOTE)) == []


@pytest.mark.parametrize("count", [ROWS_SHOWN, ROWS_SHOWN + 1])
def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(count: int) -> None:
    long = Judgement("k", (table("y25i01", "stop", *[FINDING] * count),), (), (RULE,))
    assert ("Vist er de 60 første af 61 fund." in page(long)) == (count > ROWS_SHOWN)
    assert page(long).count("<td>Stevns</td>") == ROWS_SHOWN
    assert len(rows(long)) == count + 1


def test_a_release_without_findings_says_so() -> None:
    clean = Judgement("k", (table("y25i01", "pass"),), (), (RULE,))
    assert "1 af 1 tabeller bestod." in page(clean)
    assert "Ingen." in page(clean)
    assert len(rows(clean)) == 1
