"""A build that cannot be trusted stops, and says what and where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from warehouse_support import land

from beskplan.errors import BuildError, SeedError
from beskplan.landing import Landing
from beskplan.settings import PROJECT, Settings
from beskplan.warehouse import build_candidate


def with_unknown_area(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.assign(omraade=cells["omraade"].replace("Herlev", "Herløv"))


def test_an_area_that_seeds_do_not_know_stops_the_build(tmp_path: Path) -> None:
    land(Landing(tmp_path / "landing"), "y25i09", 1, with_unknown_area)
    with pytest.raises(BuildError) as caught:
        build_candidate(Settings(home=tmp_path), tmp_path / "arbejde" / "koersel-1")
    assert "relationships_int_obs_omraade_kode" in caught.value.what
    # 36 months, 3 groups, less the rows that the source did not send.
    assert "Got 108 results" in caught.value.what
    assert caught.value.where == "run koersel-1"


def test_a_wrong_seed_stops_before_dbt(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    (seeds / "planer.csv").unlink()
    run = tmp_path / "arbejde" / "koersel-1"
    with pytest.raises(SeedError):
        build_candidate(Settings(home=tmp_path, seeds=seeds), run)
    assert not run.exists()
