"""docs/sikkerhed.md names tests and files that are there."""

from __future__ import annotations

import re

from beskplan.settings import PROJECT

TEXT = (PROJECT / "docs/sikkerhed.md").read_text("utf-8")


def test_each_test_that_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)
    assert len(named) > 35
    gone = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}" not in (PROJECT / path).read_text("utf-8")
    ]
    assert gone == []


def test_each_file_that_it_names_is_there() -> None:
    named = re.findall(r"`((?:src|deploy|requirements)/[\w./]+|Makefile|pyproject\.toml)`", TEXT)
    assert len(set(named)) >= 5
    assert [path for path in named if not (PROJECT / path).is_file()] == []


def test_static_checks_leave_out_no_more_than_it_says() -> None:
    settings = (PROJECT / "pyproject.toml").read_text("utf-8")
    said = TEXT.partition("Left\n  out:")[2].partition("Each exception")[0]
    left_out = set(re.findall(r'"(S\d{3})"', settings))
    assert left_out == set(re.findall(r"S\d{3}", said))
