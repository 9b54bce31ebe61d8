"""The vintage store: answers, looks and decisions, kept for ever."""

from beskplan.landing.records import Decision, Look, Vintage
from beskplan.landing.store import Landing, StoreResult
from beskplan.landing.verify import find_problems

__all__ = ["Decision", "Landing", "Look", "StoreResult", "Vintage", "find_problems"]
