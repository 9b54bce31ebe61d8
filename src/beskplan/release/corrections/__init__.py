"""What changed since the release before: the diff, its class, and what is told of it."""

from __future__ import annotations

from beskplan.release.corrections.compare import Compared, Side, compare
from beskplan.release.corrections.files import write
from beskplan.release.corrections.previous import Since, side, since

__all__ = ["Compared", "Side", "Since", "compare", "side", "since", "write"]
