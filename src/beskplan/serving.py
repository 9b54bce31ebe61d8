"""The planners' pages over HTTP: reads the current release, serves what its manifest lists.

A path is looked up in the manifest and never put together with a folder's name, so that no path
leads out of `site/`; a file that has become a link since is not served either.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from beskplan.errors import ReleaseError
from beskplan.release import manifest, swap
from beskplan.release.site.shell import FOLDER

INDEX = "index.html"
METHODS = ("GET", "HEAD")
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What the machine's own list of types may lack.
TYPES = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SAVED = (".csv", ".docx", ".xlsx")
NOT_FOUND = "404: Siden findes ikke. Begynd ved forsiden: /\n"
NO_RELEASE = "503: Der er ingen udgivelse endnu.\n"
WRONG_METHOD = "405: Kun GET og HEAD.\n"


@dataclass(frozen=True)
class _Site:
    """The pages of one release.

    Args:
        release: its folder.
        sums: path below `site/` → sha256.
    """

    release: Path
    sums: dict[str, str]

    @classmethod
    def of(cls, release: Path) -> _Site:
        """Read what a release lists."""
        begins = f"{FOLDER}/"
        return cls(
            release,
            {
                entry["fil"].removeprefix(begins): entry["sha256"]
                for entry in manifest.read(release)["filer"]
                if entry["fil"].startswith(begins)
            },
        )


class Pages:
    """An ASGI application for the pages of whichever release is current.

    Args:
        releases: folder of releases.
    """

    def __init__(self, releases: Path) -> None:
        """Remember where; a release is read when the first page of it is asked for."""
        self.releases = releases
        self._site: _Site | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        response = self._answer(scope)
        response.headers.update(SECURITY)
        await response(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in METHODS:
            return PlainTextResponse(WRONG_METHOD, 405, {"Allow": ", ".join(METHODS)})
        try:
            site = self._current()
        except ReleaseError:
            site = None
        if site is None:
            return PlainTextResponse(NO_RELEASE, 503, {"Cache-Control": "no-store"})
        name = asked_for(scope)
        path = _held(site, name)
        if path is None or name is None:
            return PlainTextResponse(NOT_FOUND, 404, {"Cache-Control": "no-store"})
        return _file(path, site, name, Headers(scope=scope))

    def _current(self) -> _Site | None:
        """The current release's pages; it is asked each time which one that is."""
        release = swap.current(self.releases)
        if release is None:
            return None
        if self._site is None or self._site.release != release:
            self._site = _Site.of(release)
        return self._site


def asked_for(scope: Scope) -> str | None:
    """The path below `site/` that a request asks for, or None if it cannot be one.

    An escaped slash, backslash, point or NUL has no place in the address of a page; the undecoded
    path is looked at, since decoding it hides them.
    """
    raw = scope.get("raw_path") or scope["path"].encode()
    path: str = scope["path"]
    if b"%" in raw or b"\\" in raw or not path.startswith("/"):
        return None
    name = path[1:]
    return f"{name}{INDEX}" if not name or name.endswith("/") else name


def _held(site: _Site, name: str | None) -> Path | None:
    """The file of a listed name, if it still is a file of the release's own."""
    if name not in site.sums:
        return None
    root = site.release / FOLDER
    path = root / name
    try:
        same = path.resolve(strict=True) == root.resolve(strict=True) / name
    except OSError:
        return None
    return path if same and path.is_file() else None


def _file(path: Path, site: _Site, name: str, headers: Headers) -> Response:
    ending = path.suffix
    kind = TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    tag = f'"{site.release.name}-{site.sums[name][:20]}"'
    # Kept by a browser, but asked about each time: which release is current may have changed.
    own = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in [known.strip().removeprefix("W/") for known in _known(headers)]:
        return Response(status_code=304, headers=own)
    if ending in SAVED:
        own["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return Response(path.read_bytes(), 200, own, kind)


def _known(headers: Headers) -> list[str]:
    return headers.get("if-none-match", "").split(",")


def application(releases: Path) -> ASGIApp:
    """The application that `beskplan serve` runs."""
    return Pages(releases)


def serve(releases: Path, host: str, port: int) -> None:
    """Serve until stopped.

    Args:
        releases: folder of releases.
        host: address to listen on.
        port: port to listen on; 0 is any that is free.
    """
    import uvicorn

    uvicorn.run(
        application(releases),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        lifespan="off",
        ws="none",
    )
