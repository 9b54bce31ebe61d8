"""Text that somebody put into seeds or a source to do harm is text in every output of a release.

What the seeds check refuses (signs that cannot be seen, the beginning of a formula) may still come
from a source; so the texts are put where both end up, in the candidate.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import openpyxl
import pytest
from release_support import FIRST, add_goal, candidate, judged, land, make_settings

from beskplan.release import publish

# Each begins with its name, or has it inside, so that it can be found again.
HOSTILE = {
    "script": "<script>alert('H1')</script>",
    "attribute": 'H2" onmouseover="alert(1)" x=\'',
    "template": "H3 {{ 7*1234567891 }}{% for a in b %} ${7*1234567891} #{7*1234567891}",
    "formula": "=1+1+cmd|'/C calc'!H4",
    "full-width formula": "＝1+1 H5",
    "long": "H6" + "å" * 5_000,
    "Danish": "H7 æøå ÆØÅ é — „“",
    "markdown and SQL": "H8 '; drop table x; -- | `a` [b](javascript:alert(1)) &amp; &lt;",
    "turned": "H9 \u202egnirts\u202c \u200f\u2066x\u2069\u0007\u2028",
}
# What must come of it for a person: the same, without the signs that cannot be seen.
SEEN = HOSTILE | {"turned": "H9 gnirts x"}
UNSEEN = "\u202e\u202c\u200f\u2066\u2069\u0007\u2028"
FORMULA = ("=", "+", "-", "@", "＝", "\t", "\r")


class Page(HTMLParser):
    """The text that a page shows, its elements and its attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.handlers: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.handlers += [v for _, v in attrs if v and v.strip().lower().startswith("javascript:")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html(path: Path) -> list[str]:
    page = Page(path.read_text(encoding="utf-8"))
    assert page.handlers == [], path
    assert all(script.get("src") for script in page.scripts), f"inline script in {path}"
    return page.texts


def text(path: Path) -> list[str]:
    return [path.read_text(encoding="utf-8-sig")]


def sheet_csv(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8-sig")
    delimiter = "," if path.stem.endswith("-lang") else ";"
    cells = [cell for row in csv.reader(io.StringIO(source), delimiter=delimiter) for cell in row]
    formulas = [cell for cell in cells if cell.startswith(FORMULA) and not number(cell)]
    assert formulas == [], path
    # The apostrophe is a spreadsheet's own sign for text.
    return [cell.removeprefix("'") for cell in cells]


def number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").removeprefix("-").isdigit()


def xlsx(path: Path) -> list[str]:
    cells = [
        cell
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == [], path
    return [cell.value for cell in cells if isinstance(cell.value, str)]


def docx(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as file:
        root = ElementTree.fromstring(file.read("word/document.xml"))  # noqa: S314 - written by the project itself
    paragraphs = root.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    return ["".join(paragraph.itertext()) for paragraph in paragraphs]


def svg(path: Path) -> list[str]:
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - written by the project itself
    assert not [node for node in root.iter() if str(node.tag).endswith("script")], path
    return ["".join(root.itertext())]


# How each kind of file is read for its texts; a new output is a line.
READERS: dict[str, Callable[[Path], list[str]]] = {
    ".html": html,
    ".csv": sheet_csv,
    ".xlsx": xlsx,
    ".docx": docx,
    ".svg": svg,
    ".txt": text,
    ".json": text,
    ".js": text,
    ".css": text,
}
# What holds no text of seeds or sources, or is asked by SQL below.
OTHER = {".duckdb", ".parquet", ".png", ".ico", ".woff2"}
# Where a plan's texts must be found again.
SHOWN_IN = (".html", ".csv", ".xlsx", ".docx")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in which each hostile text is a mål's wording and explanation."""
    settings = make_settings(tmp_path_factory.mktemp("fjendtlig"))
    land(settings, FIRST)
    folder = candidate(settings, "k1", [FIRST])
    with duckdb.connect(folder / "kandidat.duckdb") as con:
        for nr, hostile in enumerate(HOSTILE.values(), start=2):
            add_goal(
                con,
                maal_nr=str(nr),
                raekkefoelge=nr,
                ministermaal=hostile,
                indikator_navn=hostile,
                forklaring=hostile,
                plan_titel=HOSTILE["script"],
            )
        con.execute("update resultatmaal_status set plan_titel = $t", {"t": HOSTILE["script"]})
    release = publish.publish(settings, folder, judged("k1"))
    assert release is not None
    return release.path


@pytest.fixture(scope="module")
def texts(released: Path) -> dict[Path, list[str]]:
    """File → its texts, each file read the way that its kind is read."""
    files = [path for path in released.rglob("*") if path.is_file() and path.suffix not in OTHER]
    unread = {path.suffix for path in files} - READERS.keys()
    assert unread == set(), "a new kind of output: say how its texts are read"
    # The seeds are copied as they are.
    return {path: READERS[path.suffix](path) for path in files if path.parent.name != "seeds"}


@pytest.mark.parametrize("name", sorted(SEEN))
def test_a_hostile_text_is_shown_as_text_in_each_kind_of_output(
    texts: dict[Path, list[str]], name: str
) -> None:
    found = {
        path.suffix
        for path, said in texts.items()
        if any(" ".join(SEEN[name].split()) in " ".join(line.split()) for line in said)
    }
    assert found >= set(SHOWN_IN), found


def test_no_template_and_no_formula_was_computed(texts: dict[Path, list[str]]) -> None:
    computed = str(7 * 1234567891)
    assert [path for path, said in texts.items() if any(computed in line for line in said)] == []


def test_no_sign_that_cannot_be_seen_is_in_what_people_read(texts: dict[Path, list[str]]) -> None:
    wrong = {
        (path.name, sign)
        for path, said in texts.items()
        for sign in UNSEEN
        if any(sign in line for line in said)
    }
    assert wrong == set()


def test_database_and_parquet_hold_the_text_as_it_came(released: Path) -> None:
    sql = "select distinct forklaring from {} where maal_nr <> '1.a'"
    with duckdb.connect(released / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        for source in ("bi.resultatmaal_status_v1", "read_parquet($file)"):
            path = {"file": str(released / "parquet/resultatmaal_status.parquet")}
            found = con.execute(sql.format(source), path if "$" in source else {}).fetchall()
            assert {value for (value,) in found} == set(HOSTILE.values())
