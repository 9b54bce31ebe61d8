"""An error is the same on both sides of the border between two processes."""

from __future__ import annotations

import pickle

import pytest

from beskplan.errors import BeskplanError, RateLimitedError, ReleaseError


@pytest.mark.parametrize(
    "error",
    [
        ReleaseError("the page has no figure", where="Herlev", do="look into the log"),
        RateLimitedError("asked too often", where="jobindsats", do="wait", retry_after=7.5),
    ],
)
def test_an_error_comes_whole_from_another_process(error: BeskplanError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))
