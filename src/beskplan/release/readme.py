"""The Danish text file that tells what a release holds and how to cite it."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from beskplan.release import danish, notes
from beskplan.release.basis import Basis
from beskplan.release.database import Identity

README = "LAESMIG.txt"
TEMPLATE = "laesmig.txt.j2"


def text(identity: Identity, basis: Basis) -> str:
    """Fill the template in for one release."""
    # Plain text: nothing in it is markup.
    environment = Environment(  # noqa: S701 - plain text, no HTML
        loader=PackageLoader("beskplan.release"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    newest = basis.newest
    return environment.get_template(TEMPLATE).render(
        release_id=identity.release_id,
        maaned=danish.month(identity.periode),
        opgjort=danish.moment(datetime.fromisoformat(basis.stated_time)),
        syntetisk=sorted(t for t, vintage in newest.items() if vintage.oprindelse == "genereret"),
        maerker=sorted(basis.marked.items()),
        tabeller=notes.sources(basis, newest),
        fingeraftryk=basis.fingerprint,
    )
