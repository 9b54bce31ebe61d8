"""The files of `tabeller/` as links: which there are is read from the folder itself."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from beskplan.release import danish
from beskplan.release.site import shell

TABLES = "tabeller"
NAME = re.compile(
    r"^(?P<hvem>.*?)-?(?P<tabel>resultatmaal|ydelsesoversigt|noegletal|rar-status|rar-notat|"
    r"joblog-bilag|joblog|kvartalsstatus|planudkast)(?P<mere>-[a-z-]+?)??"
    r"(?:-(?P<periode>\d{4}[MK]\d{1,2}))?(?P<form>-lang)?$"
)
TITLES = {
    "resultatmaal": "Resultatmål",
    "ydelsesoversigt": "Ydelsesoversigt",
    "noegletal": "Nøgletal",
    "rar-status": "RAR-status",
    "rar-notat": "RAR-notat",
    "joblog": "Joblog-bilag",
    "joblog-bilag": "Joblog-bilag med brev",
    "kvartalsstatus": "Kvartalsstatus",
    "planudkast": "Udkast til hele planen",
}
# Ending → what it is opened with, in the order in which they are offered.
FORMS = {
    ".docx": "Word",
    ".xlsx": "Excel",
    ".csv": "csv",
    "-lang.csv": "csv til programmer",
}


@dataclass(frozen=True)
class Link:
    """A file in one form.

    Args:
        form: what it is opened with.
        href: its path below `site/`.
    """

    form: str
    href: str


@dataclass(frozen=True)
class Download:
    """A table in the forms that it has.

    Args:
        stem: its files' name without ending.
        title: the table and its period.
        links: its files.
    """

    stem: str
    title: str
    links: Sequence[Link]


def of_folder(folder: Path, sub: str = "", begins: str = "") -> list[Download]:
    """The tables of a folder below `tabeller/`.

    Args:
        folder: the unfinished release.
        sub: the folder's name; empty is `tabeller/` itself.
        begins: only files whose name begins so.
    """
    where = folder / TABLES / sub
    if not where.is_dir():
        return []
    found: dict[str, dict[str, Link]] = {}
    for path in sorted(where.iterdir()):
        ending = _ending(path.name)
        if path.is_file() and ending and path.name.startswith(begins):
            stem = path.name.removesuffix(ending)
            href = path.relative_to(folder).as_posix()
            found.setdefault(stem, {})[ending] = Link(FORMS[ending], href)
    return [
        Download(stem, title_of(stem), [forms[ending] for ending in FORMS if ending in forms])
        for stem, forms in found.items()
    ]


def _ending(name: str) -> str | None:
    """The longest ending that a file has."""
    return max((ending for ending in FORMS if name.endswith(ending)), key=len, default=None)


def title_of(stem: str) -> str:
    """A file's name in words: `herlev-resultatmaal-2026M06` → `Resultatmål, juni 2026`."""
    parts = NAME.match(stem)
    if not parts:
        return stem.replace("-", " ").capitalize()
    title = TITLES[parts["tabel"]]
    if parts["mere"]:
        title += f" ({parts['mere'].strip('-').replace('-', ' ')})"
    return f"{title}, {danish.period(parts['periode'])}" if parts["periode"] else title


def link_tables(folder: Path) -> int:
    """Give every table a second name below `site/`, so that `site/` alone can be served or zipped.

    Returns:
        How many files there are.
    """
    count = 0
    for path in sorted((folder / TABLES).rglob("*")):
        if path.is_file():
            target = folder / shell.FOLDER / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)
            count += 1
    return count
