"""Everything that can go wrong, each with what, where and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class BeskplanError(Exception):
    """An error that a person can act on.

    Args:
        what: what is wrong, one sentence.
        where: source, table, period, file, line: as far as known.
        do: what to do about it.
    """

    def __init__(self, what: str, *, where: str, do: str) -> None:
        """Keep the three parts; the text joins them."""
        super().__init__(f"{what} [{where}] → {do}")
        self.what = what
        self.where = where
        self.do = do

    def __reduce__(self) -> tuple[Any, ...]:
        """Come out of a process of the release as it went in, with its parts."""
        return _again, (type(self), self.args, self.__dict__)


def _again(
    kind: type[BeskplanError], args: tuple[Any, ...], parts: Mapping[str, Any]
) -> BeskplanError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(parts)
    return error


class SettingsError(BeskplanError):
    """What is configured from outside cannot be used."""


class SourceError(BeskplanError):
    """A source did not answer, or answered something that cannot be trusted."""


class WrongKeyError(SourceError):
    """401: the key is wrong or has expired. Never retried."""


class ForbiddenError(SourceError):
    """403: the source's front door turned us away. Retried a few times."""


class RateLimitedError(SourceError):
    """429: asked too often.

    Args:
        retry_after: seconds the source asks us to wait.
    """

    def __init__(self, what: str, *, where: str, do: str, retry_after: float) -> None:
        """Keep the wait beside the text."""
        super().__init__(what, where=where, do=do)
        self.retry_after = retry_after


class SourceDownError(SourceError):
    """5xx, time-out or no connection. Retried."""


class SourceTimeoutError(SourceDownError):
    """No answer in time. A question about several periods is halved, otherwise retried."""


class BadAnswerError(SourceError):
    """The body is cut off, or has not the shape that the source documents."""


class SpuriousRefusalError(SourceError):
    """422 that is known to be untrue around a release (`Unknown period type`). Retried."""


class RefusedQueryError(SourceError):
    """422 or 400: the source does not accept the question."""


class TooLargeError(SourceError):
    """A file or an answer is larger than anything it should hold. Never retried."""


class CoverageError(SourceError):
    """Periods, areas, members or too many rows that were asked for are not in the answer."""


class DuplicateRowsError(SourceError):
    """The answer holds the same cell twice."""


class UnknownAreaError(SourceError):
    """The answer names an area that seeds do not know."""


class MeasureGoneError(SourceError):
    """A pinned measure id is no longer in the table's metadata."""


class NotANumberError(SourceError):
    """Text stands where a number should."""


class PinError(SourceError):
    """A measure is not pinned, or its pin was made against the stand-in."""


class LandingError(BeskplanError):
    """The vintage store does not hold what its manifests say."""


class SeedError(BeskplanError):
    """A hand-kept table holds something impossible; every fault found is in the text."""


class BuildError(BeskplanError):
    """dbt did not finish."""


class GateError(BeskplanError):
    """Something that all tables share is wrong; nothing is released."""


class ReviewError(BeskplanError):
    """A decision about a vintage that does not wait, or one without who or why."""


class ReleaseError(BeskplanError):
    """A release could not be written or swapped in."""


class NotUpdatedError(BeskplanError):
    """The run went through, but some tables were stopped, wait, or could not be fetched."""


class MachineError(BeskplanError):
    """The machine refused a stage something: disk, memory, a lock, or a process that was ended."""


class KilledError(MachineError):
    """A process that worked for a stage was ended from outside. Retried."""


class AirflowStartError(BeskplanError):
    """Airflow did not start on this machine."""
