"""Locks, hashes, what is installed and the release's bill of materials say the same."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from beskplan.errors import ReleaseError
from beskplan.release import sbom
from beskplan.settings import PROJECT

LOCKS = [*sorted(PROJECT.glob("requirements/*.lock")), PROJECT / "deploy/production.lock"]
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}( \\)?")


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sbom.content())
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_each_line_of_a_lock_pins_one_version_by_hash(lock: Path) -> None:
    """A requirement begins in the first column; its hashes follow it, and nothing else does."""
    hashes: dict[str, int] = {}
    for line in lock.read_text().splitlines():
        if line.startswith("    "):
            assert HASH.fullmatch(line.strip()), line
            hashes[list(hashes)[-1]] += 1
        else:
            assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==[0-9][^ ]*( ; .*)? \\$", line), (
                line
            )
            hashes[line] = 0
    assert hashes
    assert [line for line, count in hashes.items() if count == 0] == []


def test_lock_installed_and_bill_hold_the_same_versions(bill: dict[str, Any]) -> None:
    locked = sbom.locked(sbom.LOCK.read_text())
    installed = {canonicalize_name(d.metadata["Name"]): d.version for d in distributions()}
    stated = {c["name"]: c["version"] for c in bill["components"] if c["type"] == "library"}
    assert len(locked) > 150
    assert stated == locked == {name: installed.get(name) for name in locked}


def test_the_bill_names_the_very_lock(bill: dict[str, Any]) -> None:
    (file,) = (c for c in bill["components"] if c["type"] == "file")
    digest = hashlib.sha256((PROJECT / file["name"]).read_bytes()).hexdigest()
    assert file["hashes"] == [{"alg": "SHA-256", "content": digest}]


def test_the_bill_is_cyclonedx(bill: dict[str, Any]) -> None:
    """What the format requires of the fields that are used."""
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    everything = [bill["metadata"]["component"], *bill["components"]]
    references = [component["bom-ref"] for component in everything]
    assert len(set(references)) == len(references)
    for component in everything:
        assert component["type"] in {"application", "library", "file"}
        assert component["name"]
        if component["type"] == "library":
            name, version = component["name"], component["version"]
            assert component["purl"] == component["bom-ref"] == f"pkg:pypi/{name}@{version}"
        for licence in component.get("licenses", ()):
            assert set(licence) == {"expression"}
            assert licence["expression"].strip()
    (dependency,) = bill["dependencies"]
    assert dependency["ref"] == bill["metadata"]["component"]["bom-ref"]
    assert set(dependency["dependsOn"]) < set(references)


def test_the_bill_says_nothing_of_machine_or_time(bill: dict[str, Any]) -> None:
    text = sbom.content()
    sbom.content.cache_clear()
    assert sbom.content() == text
    assert "serialNumber" not in bill
    assert "timestamp" not in bill["metadata"]
    assert str(PROJECT).encode() not in text


def test_a_locked_package_that_is_not_installed_stops_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "run.lock"
    lock.write_text(sbom.LOCK.read_text() + f"findes-ikke==1.0 \\\n    --hash=sha256:{64 * '0'}\n")
    monkeypatch.setattr(sbom, "LOCK", lock)
    sbom.content.cache_clear()
    with pytest.raises(ReleaseError, match="findes-ikke is not installed"):
        sbom.content()
    sbom.content.cache_clear()


def test_markers_choose_what_this_machine_runs() -> None:
    text = "a==1 ; python_version < '3' \\\n    --hash=x\nA_b[c]==2.0 ; python_version > '3' \\\n"
    assert sbom.locked(text) == {"a-b": "2.0"}
