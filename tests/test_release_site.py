"""The parts of the planners' pages: table, files, index, and the fan-out over kommuner."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from release_support import FIRST, candidate, insert, judged, land, make_settings

from beskplan.landing import Landing
from beskplan.release import basis as bases
from beskplan.release import csvfile, kommuner, publish
from beskplan.release.database import DATABASE
from beskplan.release.kommuner import Work
from beskplan.release.sheet import Column, Figure, Row, Sheet, Text
from beskplan.release.site import downloads
from beskplan.release.site.kommune import Told
from beskplan.release.site.shell import Shell
from beskplan.release.site.table import only

FRAME = Shell("2026M07-1", "2026M07", "2026-08-19T18:49:00Z")
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} =cmd|' /C calc' \u202eæøå"
SHEET = Sheet(
    tab="Prøve",
    title="SYNTETISKE TAL: prøve",
    warnings=["Eksempel, ikke vedtaget."],
    columns=[Column("Gruppe", 10), Column("Tal", 8), Column("Mål", 8), Column("Status", 8)],
    label_columns=1,
    rows=[
        Row("A", [Text("Ministermål 1")], is_heading=True),
        Row(
            "a",
            [
                Text("A-dagpenge"),
                Figure(1467, "A", provisional=True),
                Figure(1400, "A"),
                Text("Rød", mark="roed"),
            ],
        ),
        Row("b", [Text(HOSTILE, indent=1), Figure(None, "C"), Figure(None, "M"), Text("")]),
    ],
    notes=["– diskretioneret: b."],
)


@dataclass
class Cell:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""


class Cells(HTMLParser):
    """Every cell and caption of a page, with its attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Cell] = []
        self.scripts: list[dict[str, str | None]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("th", "td", "caption"):
            self.found.append(Cell(tag, dict(attrs)))
            self.inside = True
        if tag == "script":
            self.scripts.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("th", "td", "caption")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1].text += data


def page_of(sheet: Sheet) -> tuple[Cells, str]:
    text = FRAME.page("gruppe", "rar/x.html", navn="X", kommuner=[], filer=[], ark=sheet).decode()
    read = Cells()
    read.feed(text)
    return read, text


def test_a_table_says_what_its_cells_are() -> None:
    read, text = page_of(SHEET)
    caption, *cells = read.found
    assert caption.text == "SYNTETISKE TAL: prøve"
    assert [(c.attributes["scope"], c.text) for c in cells[:4]] == [
        ("col", "Gruppe"),
        ("col", "Tal"),
        ("col", "Mål"),
        ("col", "Status"),
    ]
    assert (cells[4].attributes["scope"], cells[4].attributes["colspan"]) == ("rowgroup", "4")
    assert [(c.tag, c.text, c.attributes.get("class")) for c in cells[5:9]] == [
        ("th", "A-dagpenge", None),
        ("td", "1.467*", "tal foreloebig"),
        ("td", "1.400", "tal"),
        ("td", "Rød", "maerke roed"),
    ]
    assert [c.text for c in cells[10:12]] == ["–", "mangler"]
    assert "Eksempel, ikke vedtaget." in text
    assert "<li>– diskretioneret: b.</li>" in text


def test_hostile_text_is_text() -> None:
    read, text = page_of(SHEET)
    assert read.scripts == []
    assert read.found[10].text == HOSTILE
    assert "<script>" not in text
    assert "49" not in read.found[10].text


def test_nothing_is_asked_of_another_place() -> None:
    _, text = page_of(SHEET)
    assert not re.search(r'(?:href|src)="(?:[a-z]+:|/)', text)
    assert "style=" not in text
    assert 'href="../stil/beskplan.css"' in text


def test_some_columns_of_a_table_keep_their_cells_and_headings() -> None:
    short = only(SHEET, ["Gruppe", "Status"], title="Kort")
    assert [column.title for column in short.columns] == ["Gruppe", "Status"]
    assert short.rows[0] == SHEET.rows[0]
    assert short.rows[1].cells == [Text("A-dagpenge"), Text("Rød", mark="roed")]
    with pytest.raises(KeyError):
        only(SHEET, ["Findes ikke"])


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("herlev-2018-resultatmaal-2026M06", "Resultatmål, juni 2026"),
        ("herlev-2018-resultatmaal", "Resultatmål"),
        ("herlev-ydelsesoversigt-2018M05", "Ydelsesoversigt, maj 2018"),
        ("noegletal", "Nøgletal"),
        ("rar-status-2026M06", "RAR-status, juni 2026"),
        ("joblog-2018M01", "Joblog-bilag, januar 2018"),
        ("joblog-bilag-2018M01", "Joblog-bilag med brev, januar 2018"),
        ("regionalt-raad-fyn-rar-notat-2026M06", "RAR-notat, juni 2026"),
        ("herlev-kvartalsstatus-2026K2", "Kvartalsstatus, 2. kvartal 2026"),
        ("herlev-planudkast-2026M07", "Udkast til hele planen, juli 2026"),
        ("noget-andet", "Noget andet"),
    ],
)
def test_a_file_in_words(stem: str, title: str) -> None:
    assert downloads.title_of(stem) == title


def test_a_tables_forms_stand_together(tmp_path: Path) -> None:
    folder = tmp_path / "tabeller/herlev"
    folder.mkdir(parents=True)
    for ending in (".csv", "-lang.csv", ".xlsx", ".docx"):
        csvfile.write_rows(folder / f"herlev-ydelsesoversigt-2026M06{ending}", [["x"]])
    found = downloads.of_folder(tmp_path, "herlev")
    assert [(table.title, [link.form for link in table.links]) for table in found] == [
        ("Ydelsesoversigt, juni 2026", ["Word", "Excel", "csv", "csv til programmer"])
    ]
    assert downloads.link_tables(tmp_path) == 4
    assert (tmp_path / "site" / found[0].links[0].href).samefile(
        folder / "herlev-ydelsesoversigt-2026M06.docx"
    )


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Work]]:
    """A release of two kommuner that every table was asked about, and one that lacks a table."""
    settings = make_settings(tmp_path_factory.mktemp("site"))
    land(settings, FIRST)
    run = candidate(settings, "k1", [FIRST])
    asked = (("163", "Herlev"), ("492", "Ærø"), ("550", "Tønder </script>"))
    with duckdb.connect(run / "kandidat.duckdb") as con:
        con.execute("delete from dim_kommune")
        for code, name in asked:
            insert(con, "dim_kommune", kommune_kode=code, kommune_navn=name)
        for nr, table in enumerate(("y25i01", "y01a02"), start=1):
            for code, name in asked if nr == 1 else asked[:2]:
                for month, count in (("2026M06", 41), ("2026M07", 43)):
                    insert(
                        con,
                        "ydelsesoversigt",
                        kommune_kode=code,
                        kommune_navn=name,
                        raekke_nr=nr,
                        ydelsesgruppe=f"Gruppe {nr}",
                        tabel_id=table,
                        periode=month,
                        maaned=f"{month[:4]}-{month[5:]}-01",
                        antal_fuldtidspersoner=None if code == "492" else count,
                        antal_status="M" if code == "492" else "A",
                        er_foreloebig=month == "2026M07",
                    )
    made = publish.publish(settings, run, judged("k1"))
    assert made is not None
    judgement = judged("k1")
    basis = bases.of_candidate(
        run / "kandidat.duckdb", Landing(settings.landing), settings.seeds, judgement
    )
    yield (
        made.path,
        settings.home,
        Work(run / "kandidat.duckdb", made.path, basis, FRAME, Told()),
    )


def test_a_kommune_that_a_table_was_not_asked_about_has_no_page(
    released: tuple[Path, Path, Work],
) -> None:
    release, *_ = released
    assert sorted(path.name for path in (release / "site/kommune").iterdir()) == [
        "aeroe.html",
        "herlev.html",
    ]
    front = (release / "site/index.html").read_text(encoding="utf-8")
    assert "1 kommune har ingen side" in front
    assert "43*" in (release / "site/kommune/herlev.html").read_text(encoding="utf-8")
    assert "mangler" in (release / "site/kommune/aeroe.html").read_text(encoding="utf-8")


def test_the_index_is_a_script_that_holds_data_only(released: tuple[Path, Path, Work]) -> None:
    release, *_ = released
    text = (release / "site/stil/soeg.js").read_text(encoding="utf-8")
    assert "<" not in text
    entries = json.loads(text.removeprefix("window.BESKPLAN_SOEG = ").removesuffix(";\n"))
    assert entries[0][:2] == ["Herlev", "kommune/herlev.html"]
    assert "163" in entries[0][2].split()


def test_pages_are_in_the_manifest(released: tuple[Path, Path, Work]) -> None:
    release, *_ = released
    content = json.loads((release / "manifest.json").read_text())
    listed = {entry["fil"] for entry in content["filer"]}
    assert {"site/index.html", "site/kommune/herlev.html", "site/stil/soeg.js"} <= listed
    assert content["antal"]["kommuner"] == 2
    assert content["antal"]["sider"] == len([name for name in listed if name.endswith(".html")])


def test_bytes_do_not_depend_on_the_number_of_processes(
    released: tuple[Path, Path, Work], tmp_path: Path
) -> None:
    _, _, work = released
    held = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        (folder / DATABASE).symlink_to(work.folder / DATABASE)
        told: list[tuple[int, int]] = []
        own = Work(work.candidate, folder, work.basis, work.frame, work.told)
        with duckdb.connect() as con:
            con.execute(f"attach '{work.candidate}' as kandidat (read_only)")
            con.execute("use kandidat")
            places = kommuner.with_files(con)
        written = kommuner.write(
            own, places, lambda done, total, told=told: told.append((done, total)), workers
        )
        assert written.counts["kommuner"] == 2
        assert told == [(0, 2), (1, 2), (2, 2)]
        pages = sorted(path for path in folder.rglob("*.*") if not path.is_symlink())
        held.append({path.relative_to(folder): path.read_bytes() for path in pages})
    assert held[0] == held[1]
    assert len(held[0]) >= 2


PROGRAM = """
if __name__ != "__main__":
    raise SystemExit("imported again")
import pickle, sys
from pathlib import Path
from beskplan.release import kommuner
work, places = pickle.loads(Path(sys.argv[1]).read_bytes())
print(kommuner.write(work, places, workers=2).counts["kommuner"])
"""


def test_a_program_that_cannot_be_imported_again_writes_with_two_processes(
    released: tuple[Path, Path, Work], tmp_path: Path
) -> None:
    _, _, work = released
    (tmp_path / DATABASE).symlink_to(work.folder / DATABASE)
    own = Work(work.candidate, tmp_path, work.basis, work.frame, work.told)
    with duckdb.connect() as con:
        con.execute(f"attach '{work.candidate}' as kandidat (read_only)")
        con.execute("use kandidat")
        places = kommuner.with_files(con)
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "work").write_bytes(pickle.dumps((own, places)))
    done = subprocess.run(
        [sys.executable, tmp_path / "program.py", tmp_path / "work"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr
