"""Which address and token mean that figures are real."""

from __future__ import annotations

import pytest

from beskplan.settings import JOBINDSATS_URL, Settings


@pytest.mark.parametrize(
    ("token", "url", "real"),
    [
        ("en-noegle", JOBINDSATS_URL, True),
        (None, JOBINDSATS_URL, False),
        ("demo-uden-rettigheder", "http://127.0.0.1:8100", False),
        ("en-noegle", "https://jobindsats.dk.example", False),
    ],
)
def test_only_a_key_for_jobindsats_own_address_is_real(
    token: str | None, url: str, real: bool
) -> None:
    assert Settings(token=token, jobindsats_url=url).has_real_token is real


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="stor"):
        Settings(profile="stor")


def test_the_token_is_not_printed() -> None:
    assert "hemmelig" not in repr(Settings(token="hemmelig"))
