"""The checksum of everything that decides what a release looks like, apart from its input."""

from __future__ import annotations

import hashlib
from pathlib import Path

from beskplan.settings import PROJECT

CODE_FOLDERS = ("src", "dbt_project", "expectations", "templates")
# Which versions of others' code run beside it.
CODE_FILES = ("requirements/run.lock",)
# Made by running, not written by anyone.
LEFT_OUT = {"__pycache__", "target", "logs", "dbt_packages", ".user.yml"}


def code_checksum(root: Path = PROJECT) -> str:
    """Sum up names and bytes of every file of the code folders, and the lock.

    Args:
        root: the checkout.
    """
    total = hashlib.sha256()
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            if path.is_file() and not LEFT_OUT.intersection(parts) and not _is_egg_info(parts):
                _add(total, path, "/".join(parts))
    for name in CODE_FILES:
        if (root / name).is_file():
            _add(total, root / name, name)
    return total.hexdigest()


def _add(total: hashlib._Hash, path: Path, name: str) -> None:
    total.update(name.encode() + b"\0")
    total.update(hashlib.sha256(path.read_bytes()).digest())


def _is_egg_info(parts: tuple[str, ...]) -> bool:
    return any(part.endswith(".egg-info") for part in parts)
