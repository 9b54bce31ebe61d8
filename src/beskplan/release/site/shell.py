"""What every page has: frame, navigation, release and time, and links that hold from disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from beskplan.release import danish
from beskplan.release.site.table import table

FOLDER = "site"
ASSETS = "stil"
FRONT = "index.html"
JOBLOG = "joblog.html"
RAR = "rar.html"
CORRECTIONS = "rettelser/index.html"
QUALITY = "kvalitet/index.html"
FRESH = "naeste-tal.html"
ABOUT = "om-tallene.html"
# What stands in the navigation of every page, in this order.
NAVIGATION = (
    (FRONT, "Kommuner"),
    (RAR, "Regionale råd"),
    (JOBLOG, "Joblog"),
    (CORRECTIONS, "Rettelser"),
    (QUALITY, "Kvalitet"),
    (FRESH, "Næste tal"),
    (ABOUT, "Om tallene"),
)


@dataclass(frozen=True)
class Shell:
    """The frame of a release's pages.

    Args:
        release_id: `2026M07-1`.
        periode: newest month of its counts.
        stated_time: newest retrieval that it rests on, ISO UTC.
        generated: ids of the tables whose figures are generated.
        absent: pages of the navigation that this release has not.
    """

    release_id: str
    periode: str
    stated_time: str
    generated: Sequence[str] = ()
    absent: Sequence[str] = ()

    def page(self, template: str, path: str, **content: Any) -> bytes:
        """Fill a page in.

        Args:
            template: its template, without ending.
            path: where it will lie below `site/`; its links are relative to that.
            content: what the template shows.
        """
        root = "../" * (len(PurePosixPath(path).parts) - 1)
        navigation = [entry for entry in NAVIGATION if entry[0] not in self.absent]
        text = (
            _environment()
            .get_template(f"{template}.html.j2")
            .render(
                rod=root,
                sti=path,
                punkter=navigation,
                release_id=self.release_id,
                maaned=danish.month(self.periode),
                opgjort=danish.moment(datetime.fromisoformat(self.stated_time)),
                syntetiske=self.generated,
                **content,
            )
        )
        return text.encode()


def write_page(folder: Path, path: str, content: bytes) -> None:
    """Write a page below a release's `site/`."""
    target = folder / FOLDER / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def write_assets(folder: Path) -> None:
    """Write the style sheet and the script."""
    for source in files("beskplan.release.site").joinpath("static").iterdir():
        write_page(folder, f"{ASSETS}/{source.name}", source.read_bytes())


_ENVIRONMENT: list[Environment] = []


def _environment() -> Environment:
    """The templates, compiled once a process."""
    if not _ENVIRONMENT:
        environment = Environment(
            loader=PackageLoader("beskplan.release.site"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["tabel"] = table
        _ENVIRONMENT.append(environment)
    return _ENVIRONMENT[0]
