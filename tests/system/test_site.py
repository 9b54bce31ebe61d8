"""The planners' pages in a real browser: a newcomer's path, from a server and from disk."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe
from docx import Document
from figures_support import (
    LONG,
    differences,
    of_csv,
    of_document,
    of_page,
    of_tidy,
    of_workbook,
    overview_in_bi,
)
from playwright.sync_api import Browser, BrowserContext, Download, Page, sync_playwright
from serving_support import Server
from whole_run_support import build_to_release, settings_at

from beskplan.release import danish
from beskplan.settings import PROJECT
from beskplan.standin.server import Running

pytestmark = pytest.mark.system

PAGE_LIMIT = 300_000
# One of each kind; the plan and the group are those of the small profile.
KINDS = (
    "index.html",
    "kommune/herlev.html",
    "kommune/fanoe.html",
    "plan/herlev-2018.html",
    "plan/eksempel-2026.html",
    "joblog.html",
    "rar.html",
    "rar/*.html",
    "rettelser/index.html",
    "kvalitet/index.html",
    "naeste-tal.html",
    "om-tallene.html",
)
# 360 pixels: a phone. 640: a screen of 1280 at 200 % zoom.
WIDTHS = (360, 640)
# What a file of each form begins with.
FORMS = {"Word": b"PK", "Excel": b"PK", "csv": b"\xef\xbb\xbf"}
LINK = re.compile(r'(?:href|src)="([^"]+)"')


@pytest.fixture(scope="module")
def site(landed: Path, standin: Running) -> Path:
    """The pages of one release of the small profile."""
    settings = settings_at(landed, standin)
    assert build_to_release(settings) == "2026M07-1"
    return settings.releases / "current" / "site"


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[Server]:
    running = Server(site.parents[1])
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "chromium is needed: apt-get install chromium (.ci/run does)"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class Watched:
    """A page, with what went wrong on it and what it asked for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, context: BrowserContext) -> Watched:
        found = cls(context.new_page())
        found.page.on("pageerror", lambda error: found.errors.append(str(error)))
        found.page.on(
            "console",
            lambda said: found.errors.append(said.text) if said.type == "error" else None,
        )
        found.page.on("request", lambda request: found.asked.append(request.url))
        return found


def start(where: str, site: Path, server: Server) -> str:
    return f"{server.url}/" if where == "server" else site.resolve().as_uri() + "/"


def saved(watched: Watched, table: str, form: str) -> tuple[str, bytes]:
    """Click on a table's file; its name and content."""
    line = watched.page.locator(".hent li", has_text=table).first
    with watched.page.expect_download() as waiting:
        line.get_by_role("link", name=re.compile(f"^{form} –")).click()
    download: Download = waiting.value
    return download.suggested_filename, Path(download.path()).read_bytes()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("where", ["server", "disk"])
def test_a_newcomers_path(
    browser: Browser, site: Path, server: Server, where: str, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript, accept_downloads=True)
    watched = Watched.open(context)
    page = watched.page
    root = start(where, site, server)
    page.goto(root + "index.html")
    links = page.locator("#kommuner a:visible")
    assert links.count() == 10
    if javascript:
        page.get_by_label("Søg på navn").press_sequentially("Her")
        assert links.all_inner_texts() == ["Herlev"]
        assert page.get_by_role("status").inner_text().startswith("1 kommune")
    else:
        assert not page.get_by_label("Søg på navn").is_visible()
    page.locator("#kommuner").get_by_role("link", name="Herlev").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Herlev Kommune"
    for form, begins in FORMS.items():
        name, content = saved(watched, "Resultatmål", form)
        assert name.startswith("herlev-2018-resultatmaal")
        assert content.startswith(begins)
    page.get_by_role("navigation", name="Sider").get_by_role("link", name="Rettelser").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Rettelser i udgivelse 2026M07-1"
    context.close()
    assert watched.errors == []
    assert [url for url in watched.asked if not url.startswith(root)] == []


def test_every_kind_of_page_is_accessible_and_fits(
    browser: Browser, site: Path, server: Server
) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 800})
    watched = Watched.open(context)
    page = watched.page
    wide: list[str] = []
    broken: list[str] = []
    for kind in KINDS:
        path = next(iter(sorted(site.glob(kind)))).relative_to(site).as_posix()
        page.goto(f"{server.url}/{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            body = page.evaluate("document.documentElement.scrollWidth")
            wide += [f"{path}: {body} at {width}"] if body > width else []
        assert watched.errors == [], path
        for found in Axe().run(page).response["violations"]:
            broken.append(f"{path}: {found['id']}: {found['nodes'][0]['html'][:200]}")
        watched.errors.clear()
    context.close()
    assert wide == []
    assert broken == []


def test_every_link_leads_somewhere_and_no_page_is_heavy(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= 20
    dead: list[str] = []
    heavy: list[str] = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = len(text.encode())
        for found in set(LINK.findall(text)):
            address, anchor = urldefrag(found)
            target = (page.parent / address if address else page).resolve()
            inside = target.is_file() and site.resolve() in target.parents
            named = not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8")
            if not (inside and named):
                dead.append(f"{page.relative_to(site)}: {found}")
            elif target.suffix in (".css", ".js", ".svg"):
                loaded += target.stat().st_size
        if loaded > PAGE_LIMIT:
            heavy.append(f"{page.relative_to(site)}: {loaded}")
    assert dead == []
    assert heavy == []


def test_site_alone_holds_the_tables(site: Path) -> None:
    """Hard links: the same bytes once on the disk."""
    tables = site.parent / "tabeller"
    files = [path.relative_to(tables) for path in tables.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert (tables / path).samefile(site / "tabeller" / path)


@pytest.mark.parametrize(("path", "lies"), [("plan/herlev-2018", True), ("joblog", False)])
def test_a_printed_page_is_fit_for_an_agenda(
    browser: Browser, site: Path, path: str, lies: bool
) -> None:
    """Wide tables on paper that lies down; what only serves a screen is left out."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / f"{path}.html").resolve().as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".hent").first.is_visible()
    assert not page.get_by_role("navigation", name="Sider").is_visible()
    assert page.locator("footer").is_visible()
    printed = page.pdf(prefer_css_page_size=True)
    context.close()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert {float(width) > float(height) for width, height in boxes} == {lies}


@pytest.mark.parametrize("name", ["Herlev", "Roskilde", "Fanø"])
def test_every_figure_is_the_same_in_every_form(site: Path, name: str) -> None:
    """Word, Excel, both kinds of csv, page and BI: overview, nøgletal and resultatmål."""
    slug = danish.slug(name)
    folder, page = site.parent / "tabeller" / slug, site / f"kommune/{slug}.html"
    kinds = {
        "ydelsesoversigt": ("Ydelsesgruppe", "Oversigt over udviklingen", "ydelsesoversigt"),
        "noegletal": ("Nøgletal", "Nøgletal for", "kvartalsstatus"),
        "resultatmaal": ("Nr.", "resultatmål", "resultatmaal"),
    }
    compared = 0
    for path in sorted(folder.glob(f"*{LONG}")):
        stem = path.name.removesuffix(LONG)
        whose, kind, _ = re.split("-(ydelsesoversigt|noegletal|resultatmaal)-", stem)
        first, caption, template = kinds[kind]
        (document,) = folder.glob(f"{whose}-{template}-*.docx")
        outputs = {
            "lang": of_tidy(path),
            "csv": of_csv(folder / f"{stem}.csv"),
            "xlsx": of_workbook(folder / f"{stem}.xlsx"),
            "docx": of_document(document, first),
        }
        if whose == slug or kind == "resultatmaal":
            outputs["side"] = of_page(page, caption)
        if kind == "ydelsesoversigt" and whose == slug:
            months = [f"{year}M{month:02}" for year in (2025, 2026) for month in range(1, 13)]
            titles = {month: danish.month(month) for month in months}
            database = site.parent / "beskaeftigelsesplan.duckdb"
            outputs["bi"] = overview_in_bi(database, name, titles)
            assert outputs["bi"].keys() == outputs["lang"].keys()
        assert differences(outputs) == []
        compared += len(outputs["lang"])
    assert compared > 60


def test_the_herlev_document_is_the_plans_own_table(site: Path) -> None:
    """Columns, order and wording of the plan as it was printed."""
    (path,) = (site.parent / "tabeller/herlev").glob("herlev-2018-resultatmaal-*.docx")
    table = Document(str(path)).tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["Ministermål og mål for indsatsen", "Resultatmål 2018"]
    headings = [row[0] for row in rows if row[0] == row[1] and row[0].startswith("Ministermål ")]
    assert [heading[:12] for heading in headings] == [f"Ministermål {nr}"[:12] for nr in "12345"]
    with (PROJECT / "tests/data/herlev_tekster_2018.csv").open(encoding="utf-8") as file:
        printed = [f"{row['maal_nr']} {row['tekst']}" for row in csv.DictReader(file)]
    goals = [row[0].strip() for row in rows[1:] if row[0] not in headings]
    assert goals == printed
    assert rows[2][1] == "Højest 150 unge på uddannelseshjælp (fuldtidspersoner)"
