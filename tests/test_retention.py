"""Which releases are thinned, what is left of one, and a run as of a past moment."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from release_support import FIRST, candidate, judged, land, make_settings

from beskplan import flow
from beskplan.errors import ReleaseError
from beskplan.maalinger import began
from beskplan.release import retention, swap
from beskplan.release.corrections.between import difference
from beskplan.settings import Settings

NONE_WRONG = "select 'x' as release_id, 'x' as forrige_release_id, 'x' as foer_udgivelse, '' as art"


def published(releases: Path, name: str, run: str, wrong_since: str | None = None) -> Path:
    """A release as far as thinning looks at it; it corrected an error of `wrong_since`."""
    folder = releases / name
    for part in ("seeds", "parquet", "site"):
        (folder / part).mkdir(parents=True)
    for file in (
        "beskaeftigelsesplan.duckdb",
        "afgoerelser.csv",
        "seeds/planer.csv",
        "site/a.html",
    ):
        (folder / file).write_text("x")
    (folder / "manifest.json").write_text(
        json.dumps({"koersel": run, "opgjort_utc": began_iso(run)})
    )
    rows = (
        NONE_WRONG
        if wrong_since is None
        else (
            f"select '{name}' as release_id, '2026M03-9' as forrige_release_id, "
            f"'{wrong_since}' as foer_udgivelse, 'fejlrettelse' as art"
        )
    )
    duckdb.sql(rows).write_parquet(str(folder / "parquet/rettelser.parquet"))
    swap.swap_in(folder)
    return folder


def began_iso(run: str) -> str:
    return f"{began(run):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Seven releases of a spring."""
    folder = tmp_path / "releases"
    published(folder, "2026M01-1", "20260210T070000-1")  # replaced on the 12th
    published(folder, "2026M01-2", "20260212T070000-1")  # replaced on 27 February, after 07:00
    published(folder, "2026M01-3", "20260227T070000-1")  # current on 28 February
    published(folder, "2026M02-1", "20260310T070000-1")
    # Begun when it was 1 April in Denmark already: what it replaced was current on 31 March.
    published(folder, "2026M03-1", "20260331T221500-1")
    published(folder, "2026M03-2", "20260410T070000-1", wrong_since="2026M01-1")
    published(folder, "2026M03-3", "20260411T070000-1")
    return folder


def test_each_rule_keeps_what_it_says(releases: Path) -> None:
    kept = {one.path.name: one.because for one in retention.standings(releases, 1)}
    notice = "named in the notice of a correction"
    assert kept == {
        "2026M01-1": (notice,),
        # Its successor may have been swapped in as late as the 28th.
        "2026M01-2": ("current on 2026-02-28",),
        "2026M01-3": ("current on 2026-02-28",),
        "2026M02-1": ("current on 2026-03-31",),
        "2026M03-1": (),
        "2026M03-2": (notice,),
        "2026M03-3": ("current", "one of the newest 1", "current on 2026-04-30"),
    }


def test_what_is_left_is_enough_to_make_it_again(releases: Path) -> None:
    assert [path.name for path in retention.thin(releases, 1)] == ["2026M03-1"]
    left = sorted(path.name for path in (releases / "2026M03-1").iterdir())
    assert left == ["afgoerelser.csv", "manifest.json", "seeds"]
    assert retention.thin(releases, 1) == []
    assert not retention.is_whole(releases / "2026M03-1")
    assert retention.is_whole(releases / "2026M03-2")


def test_a_thinning_that_was_cut_off_is_gone_on_with(releases: Path) -> None:
    (releases / "2026M03-1/beskaeftigelsesplan.duckdb").unlink()
    assert [path.name for path in retention.thin(releases, 1)] == ["2026M03-1"]
    assert not (releases / "2026M03-1/site").exists()


def test_a_difference_with_a_thinned_release_says_how_to_get_it_back(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    published(settings.releases, "2026M03-1", "20260401T070000-1")
    published(settings.releases, "2026M03-2", "20260410T070000-1")
    published(settings.releases, "2026M03-3", "20260411T070000-1")
    retention.thin(settings.releases, 1)
    with pytest.raises(ReleaseError, match="2026M03-1 has been thinned") as caught:
        difference(settings, "2026-04-02", "2026M03-3")
    assert "beskplan rebuild 2026M03-1 --verify" in caught.value.do


def test_a_run_without_time_is_said(releases: Path) -> None:
    (releases / "2026M01-1/manifest.json").write_text(json.dumps({"koersel": "k1"}))
    with pytest.raises(ReleaseError, match="'k1' is no run's id"):
        retention.standings(releases, 1)


def run_at(settings: Settings, run: str, as_of: str | None, factor: int = 1) -> None:
    """A judged run of `flow`, with a hand-made candidate."""
    judged(run).save(candidate(settings, run, [FIRST], factor=factor, as_of=as_of))


def test_a_run_as_of_a_past_moment_never_becomes_current(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    land(settings, FIRST)
    run_at(settings, "k1", None)
    assert flow.publish(settings, "k1") == "2026M07-1"
    before = sorted(path.name for path in settings.releases.iterdir())
    run_at(settings, "k2", "2026-08-18T22:00:00+02:00", factor=2)
    assert flow.publish(settings, "k2") == "2026M07-1"
    assert sorted(path.name for path in settings.releases.iterdir()) == before
    aside = settings.work / "genskabt/pr-20260818T200000Z"
    assert [path.name for path in swap.finished(aside)] == ["2026M07-1"]
    assert highest(settings.releases) == 299
    assert highest(aside) == 598
    # The same moment again rests on the same things.
    run_at(settings, "k3", "2026-08-18T20:00:00Z", factor=2)
    assert flow.publish(settings, "k3") is None


def highest(releases: Path) -> int:
    path = str(releases / "current/beskaeftigelsesplan.duckdb")
    with duckdb.connect(path, read_only=True) as con:
        return int(con.execute("select max(vaerdi) from fct_ydelser").fetchall()[0][0])
