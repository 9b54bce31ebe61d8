"""What a release was made with: a software bill of materials, CycloneDX 1.6 as JSON.

The locked packages name the components, what is installed gives version and licence. It asks no
network and holds neither time nor serial number, so the same environment gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import orjson
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from beskplan.errors import ReleaseError
from beskplan.settings import PROJECT

FILE = "sbom.cdx.json"
LOCK = PROJECT / "requirements" / "run.lock"
SPEC = "1.6"
# A line that pins: name, extras, version and marker, before the hashes.
PIN = re.compile(r"^([A-Za-z0-9][^\\#\n]*==[^\\\n]*?)\s*\\?$", re.MULTILINE)


def locked(text: str) -> dict[str, str]:
    """The packages that a lock pins for this interpreter and machine.

    Args:
        text: a lock, as `make lock` writes it.

    Returns:
        Normal name → version.
    """
    found = {}
    for line in PIN.findall(text):
        pinned = Requirement(line)
        if pinned.marker is None or pinned.marker.evaluate():
            (version,) = pinned.specifier
            found[canonicalize_name(pinned.name)] = version.version
    return dict(sorted(found.items()))


@cache
def content() -> bytes:
    """The bill of the packages that run now.

    Raises:
        ReleaseError: a locked package is not installed.
    """
    lock = LOCK.read_bytes()
    components = [_component(name) for name in locked(lock.decode())]
    own = _component("beskplan")
    # It is in no registry.
    del own["purl"]
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC,
        "version": 1,
        "metadata": {"component": own | {"type": "application"}},
        "components": [
            *components,
            {
                "type": "file",
                "bom-ref": "requirements/run.lock",
                "name": "requirements/run.lock",
                "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(lock).hexdigest()}],
            },
        ],
        "dependencies": [
            {
                "ref": own["bom-ref"],
                "dependsOn": [component["bom-ref"] for component in components],
            }
        ],
    }
    return orjson.dumps(bill, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _component(name: str) -> dict[str, Any]:
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError as error:
        raise ReleaseError(
            f"the locked package {name} is not installed",
            where=str(LOCK),
            do="install the lock anew: delete .venv and call `make run`",
        ) from error
    purl = f"pkg:pypi/{name}@{metadata['Version']}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": metadata["Version"],
        "purl": purl,
    }
    if "License-Expression" in metadata:
        component["licenses"] = [{"expression": metadata["License-Expression"]}]
    return component
