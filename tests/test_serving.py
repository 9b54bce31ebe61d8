"""`beskplan serve`: only what the current release lists, with the headers, whatever is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from serving_support import Server

from beskplan.release import swap

PAGES = {
    "index.html": "<!doctype html><title>Forside</title>",
    "kommune/herlev.html": "<!doctype html><title>Herlev</title>",
    "stil/beskplan.js": '"use strict";',
    "stil/beskplan.css": "body { margin: 0 }",
    "diagrammer/a.svg": "<svg/>",
    "tabeller/herlev/herlev-resultatmaal-2026M06.csv": "a;b",
}
SECRET = "hemmeligt"  # noqa: S105 - the test's own, opens nothing


def make_release(releases: Path, name: str, pages: Mapping[str, str] = PAGES) -> Path:
    """A release with pages, and files beside them that nobody may read."""
    release = releases / name
    for path, text in pages.items():
        (release / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (release / "site" / path).write_text(text)
    listed = [
        {"fil": f"site/{path}", "sha256": sha256(text.encode()).hexdigest()}
        for path, text in pages.items()
    ]
    (release / "seeds").mkdir()
    (release / "seeds" / "planer.csv").write_text(SECRET)
    (release / "site" / "ikke-i-manifestet.html").write_text(SECRET)
    listed.append({"fil": "seeds/planer.csv", "sha256": "x"})
    (release / "manifest.json").write_text(json.dumps({"filer": listed}))
    return release


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    folder = tmp_path / "releases"
    folder.mkdir()
    (tmp_path / "udenfor.html").write_text(SECRET)
    swap.swap_in(make_release(folder, "2026M07-1"))
    return folder


@pytest.fixture
def server(releases: Path) -> Iterator[Server]:
    running = Server(releases)
    yield running
    running.stop()


@pytest.mark.parametrize(
    ("target", "path", "kind"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/index.html?x=1", "index.html", "text/html; charset=utf-8"),
        ("/kommune/herlev.html", "kommune/herlev.html", "text/html; charset=utf-8"),
        ("/stil/beskplan.js", "stil/beskplan.js", "text/javascript; charset=utf-8"),
        ("/stil/beskplan.css", "stil/beskplan.css", "text/css; charset=utf-8"),
        ("/diagrammer/a.svg", "diagrammer/a.svg", "image/svg+xml"),
    ],
)
def test_a_listed_page_with_its_headers(server: Server, target: str, path: str, kind: str) -> None:
    status, headers, content = server.ask(target)
    assert (status, content.decode(), headers["content-type"]) == (200, PAGES[path], kind)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"
    assert headers["etag"].startswith('"2026M07-1-')


def test_a_table_is_saved_and_not_shown(server: Server) -> None:
    name = "herlev-resultatmaal-2026M06.csv"
    status, headers, content = server.ask(f"/tabeller/herlev/{name}")
    assert (status, content) == (200, b"a;b")
    assert headers["content-disposition"] == f'attachment; filename="{name}"'


TRICKS = (
    "/../seeds/planer.csv",
    "/kommune/../../seeds/planer.csv",
    "/kommune/../index.html",
    "/%2e%2e/seeds/planer.csv",
    "/..%2fseeds/planer.csv",
    "/..%2Fseeds%2Fplaner.csv",
    "/%2e%2e%2fseeds%2fplaner.csv",
    "/%252e%252e/seeds/planer.csv",
    "/..%5cseeds%5cplaner.csv",
    "/..\\seeds\\planer.csv",
    "/index.html%00",
    "/index.html%00.css",
    "/kommune%2fherlev.html",
    "/./index.html",
    "//index.html",
    "//etc/passwd",
    "/etc/passwd",
    "/seeds/planer.csv",
    "/manifest.json",
    "/.laas",
    "/kommune",
    "/kommune/",
    "/stil/",
    "/ikke-i-manifestet.html",
    "/INDEX.HTML",
    "/index.html/",
    "/findes-ikke.html",
)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", TRICKS)
def test_nothing_else_is_there(server: Server, target: str, method: str) -> None:
    status, headers, content = server.ask(target, method)
    assert status == 404
    assert SECRET.encode() not in content
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_out_of_the_release_is_not_followed(
    releases: Path, server: Server, what: str
) -> None:
    """Somebody with a shell put a link where a listed page was."""
    outside = releases.parent / "udenfor.html"
    page = releases / "2026M07-1/site/kommune/herlev.html"
    page.unlink()
    if what == "file":
        page.symlink_to(outside)
    else:
        page.parent.rmdir()
        (releases.parent / "mappe").mkdir()
        (releases.parent / "mappe/herlev.html").write_text(SECRET)
        page.parent.symlink_to(releases.parent / "mappe")
    status, _, content = server.ask("/kommune/herlev.html")
    assert (status, SECRET.encode() in content) == (404, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_it_only_reads(server: Server, method: str) -> None:
    status, headers, _ = server.ask("/", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_head_has_the_headers_and_no_content(server: Server) -> None:
    _, whole, content = server.ask("/")
    status, headers, nothing = server.ask("/", "HEAD")
    assert (status, nothing) == (200, b"")
    assert headers["etag"] == whole["etag"]
    assert headers["content-length"] == str(len(content))


def test_what_a_browser_has_is_not_sent_again_until_the_release_changes(
    releases: Path, server: Server
) -> None:
    tag = server.ask("/")[1]["etag"]
    status, headers, content = server.ask("/", If_None_Match=f'"other", W/{tag}')
    assert (status, content, headers["etag"]) == (304, b"", tag)
    swap.swap_in(make_release(releases, "2026M07-2", PAGES | {"index.html": "ny"}))
    status, headers, content = server.ask("/", If_None_Match=tag)
    assert (status, content) == (200, b"ny")
    assert headers["etag"].startswith('"2026M07-2-')


def test_before_the_first_release_it_says_so(tmp_path: Path) -> None:
    running = Server(tmp_path)
    status, headers, content = running.ask("/")
    assert (status, headers["cache-control"]) == (503, "no-store")
    assert "ingen udgivelse" in content.decode()
    swap.swap_in(make_release(tmp_path, "2026M07-1"))
    assert running.ask("/")[0] == 200
    running.stop()
