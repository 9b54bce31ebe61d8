"""Series that must agree with one another: what can be wrong in their csv file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from beskplan.errors import SeedError
from beskplan.seeds import check_seeds
from beskplan.settings import PROJECT


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", folder)
    return folder


def add(seeds: Path, line: str) -> Path:
    with (seeds / "sammenhaenge.csv").open("a", encoding="utf-8") as handle:
        handle.write(f"{line}\n")
    return seeds


A07 = "jobindsats,y07a02,antal_fuldtidspersoner"
ALL = "jobindsats,ptv_a02,antal_fuldtidspersoner"


def test_one_more_relation_is_a_row(seeds: Path) -> None:
    check_seeds(add(seeds, f"syge,hoejst,{A07},,{ALL},_ygrpa02=Sygedagpenge,,,En del af det hele"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            f"x,hoejst,jobindsats,y99a02,antal_personer,,{ALL},,,,En del",
            "målingen 'y99a02 / antal_personer' findes ikke i kilder.csv",
        ),
        (
            f"x,hoejst,{A07},_kon=Mænd,{ALL},,,,En del",
            "'y07a02' hentes ikke fordelt på '_kon'",
        ),
        (
            f"x,hoejst,jobindsats,y07a02,andel_befolkning_pct,,{ALL},,,,En del",
            "maaling_navn skal ikke være en procent i hoejst",
        ),
        (
            f"x,andel_af,{A07},,{ALL},,,1,En andel",
            "maaling_navn skal være en procent i andel_af",
        ),
        (
            f"x,hoejst,{A07},*,{ALL},,,,En del",
            "dimensioner og mod_dimensioner skal begge være *, eller ingen af dem",
        ),
        (f"x,hoejst,{A07},,{ALL},,,1,En del", "decimaler skal være tom i hoejst"),
        (
            f"x,hoejst,{A07},,{ALL},,antal_personer,,En del",
            "taeller_maaling_navn hører til andel_af",
        ),
        (
            f"x,fast_naevner,jobindsats,y07a02,andel_befolkning_pct,,{ALL},,,1,En andel",
            "fast_naevner gælder antal og andel i samme tabel",
        ),
        (f"x,mindst,{A07},,{ALL},,,,En del", "relation"),
    ],
)
def test_a_relation_that_cannot_hold_is_refused(seeds: Path, line: str, reason: str) -> None:
    with pytest.raises(SeedError) as caught:
        check_seeds(add(seeds, line))
    assert reason in str(caught.value)
    last = len((seeds / "sammenhaenge.csv").read_text("utf-8").splitlines())
    assert str(caught.value).count(f"sammenhaenge.csv, linje {last}:") == 1
