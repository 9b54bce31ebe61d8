"""Which address and token mean that figures are real."""

from __future__ import annotations

from pathlib import Path

import pytest

from beskplan.errors import SettingsError
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
    assert "hemmelig" not in repr(Settings(token="hemmelig"))  # noqa: S106 - the test's own, opens nothing


def test_the_token_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "noegle"
    file.write_text("fra-filen\n")
    monkeypatch.delenv("JOBINDSATS_TOKEN", raising=False)
    monkeypatch.setenv("JOBINDSATS_TOKEN_FILE", str(file))
    assert Settings.from_env().token == "fra-filen"  # noqa: S105 - the test's own, opens nothing
    file.write_text("den-nye\n")
    assert Settings.from_env().token == "den-nye", "a new key needs no restart"  # noqa: S105 - the test's own, opens nothing


@pytest.mark.parametrize(
    ("given", "held", "what"),
    [("en", "to", "both set"), ("", " \n", "is empty"), ("", None, "cannot be read")],
)
def test_a_secret_file_that_is_no_use_is_named_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, held: str | None, what: str
) -> None:
    file = tmp_path / "noegle"
    if held is not None:
        file.write_text(held)
    monkeypatch.setenv("JOBINDSATS_TOKEN", given)
    monkeypatch.setenv("JOBINDSATS_TOKEN_FILE", str(file))
    with pytest.raises(SettingsError, match=what):
        Settings.from_env()
