"""What a person must be told: the causes that stand now, and which have been told already."""

from beskplan.beskeder.causes import Cause, current, ended_from_outside, hanging
from beskplan.beskeder.record import Message, untold

__all__ = ["Cause", "Message", "current", "ended_from_outside", "hanging", "untold"]
