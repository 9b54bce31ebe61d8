"""Groups of kommuner and nøgletal: what a planner can get wrong in their csv files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from beskplan.errors import SeedError
from beskplan.seeds import check_seeds
from beskplan.settings import PROJECT

KLYNGE = "klynge-x,klynge,Klynge X"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    shutil.copytree(PROJECT / "seeds", folder)
    return folder


def append(folder: Path, file: str, *lines: str) -> int:
    """Add rows; the number of the first of them."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return text.count("\n") + 1


def fault(folder: Path) -> str:
    with pytest.raises(SeedError) as caught:
        check_seeds(folder)
    return str(caught.value)


GROUPS = {
    "unknown kommune": (f"{KLYNGE},164,2026-01-01,,x", "kommunen '164' findes ikke"),
    "ends before it begins": (
        f"{KLYNGE},163,2026-01-01,2025-12-31,x",
        "gyldig_til ligger før gyldig_fra",
    ),
    "no date": (f"{KLYNGE},163,i går,,x", "gyldig_fra er ikke en dato"),
    "unknown kind": ("x,amt,X,163,2026-01-01,,x", "gruppe_art er 'amt'"),
    "two regions": (
        "region-x,region,X,573,2026-01-01,,x",
        "kommunen '573' er allerede i 'region-083' i den tid",
    ),
    "two jobcentre": (
        "jobcenter-x,jobcenter,X,563,2026-01-01,,x",
        "den kan kun være i én jobcenter ad gangen",
    ),
    "two RAR for a day": (
        "rar-x,rar,X,163,2014-01-01,2015-01-01,x",
        "kommunen '163' er allerede i 'rar-x' i den tid",
    ),
    "the warehouse's own id": (
        "sammenlignelig-163,egen,X,163,2026-01-01,,x",
        "gruppe_id 'sammenlignelig-163' skal bestå af",
    ),
    "an id that is a kommune's": ("163,egen,X,163,2026-01-01,,x", "gruppe_id '163' skal bestå"),
    "one id, two names": (
        "egen-seks-byer,egen,Andre byer,163,2026-01-01,,x",
        "gruppen 'egen-seks-byer' har en anden gruppe_navn",
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_wrong_membership_is_named_with_its_line(seeds: Path, name: str) -> None:
    row, reason = GROUPS[name]
    line = append(seeds, "grupper.csv", row)
    said = fault(seeds)
    assert said.startswith("1 fejl")
    assert reason in said
    if name != "two RAR for a day":  # There the later of the two rows is the one named.
        assert f"grupper.csv, linje {line}" in said


def test_a_kommune_may_be_in_many_klynger_and_own_groups(seeds: Path) -> None:
    append(
        seeds,
        "grupper.csv",
        f"{KLYNGE},163,2026-01-01,,x",
        "klynge-y,klynge,Klynge Y,163,2026-01-01,,x",
        "egen-x,egen,Egen,163,2026-01-01,2026-06-30,x",
        "egen-x,egen,Egen,163,2026-07-01,,x",
    )
    check_seeds(seeds)


def test_every_kommune_is_in_one_region_and_one_council_at_a_time(seeds: Path) -> None:
    rows = [
        line.split(",")
        for line in (seeds / "grupper.csv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    for day, councils in (("2018-01-01", 8), ("2026-06-01", 5)):
        for kind, groups in (("region", 5), ("rar", councils)):
            valid = [
                row
                for row in rows
                if row[1] == kind and row[4] <= day and (not row[5] or row[5] >= day)
            ]
            assert len({row[0] for row in valid}) == groups, (kind, day)
            assert len(valid) == len({row[3] for row in valid}) == 98, (kind, day)


NOEGLETAL = {
    "no denominator": (
        "x,11,X,antal,alle,1,lav,bestand,nej,nej,",
        ("x,taeller,y01a02,antal_personer,",),
        "har intet led 'naevner'",
    ),
    "nothing to count ten persons in": (
        "x,11,X,kildens_procent,alle,1,lav,bestand,ja,nej,",
        ("x,procent,y60c07,aktiveringsgrad_pct,",),
        "har intet led 'naevner'",
    ),
    "two denominators": (
        "x,11,X,befolkning_16_66,alle,1,lav,bestand,nej,nej,",
        ("x,taeller,y01a02,antal_personer,", "x,naevner,y04a02,antal_personer,"),
        "har et led 'naevner' for meget",
    ),
    "no part": (
        "x,11,X,befolkning_16_66,alle,1,lav,bestand,nej,nej,",
        (),
        "har intet led 'taeller'",
    ),
    "a number twice": (
        "x,10,X,befolkning_16_66,alle,1,lav,bestand,nej,nej,",
        ("x,taeller,y01a02,antal_personer,",),
        "noegletal_nr '10' står to gange",
    ),
}


@pytest.mark.parametrize("name", NOEGLETAL)
def test_a_noegletal_without_its_parts_is_named(seeds: Path, name: str) -> None:
    row, parts, reason = NOEGLETAL[name]
    line = append(seeds, "noegletal_definitioner.csv", row)
    append(seeds, "noegletal_led.csv", *parts)
    said = fault(seeds)
    assert reason in said
    assert f"noegletal_definitioner.csv, linje {line}" in said


PARTS = {
    "unknown nøgletal": ("y,taeller,y01a02,antal_personer,", "nøgletallet 'y' findes ikke"),
    "unknown measure": ("ledige,taeller,y01a02,antal_biler,", "målingen 'y01a02 / antal_biler'"),
    "a breakdown that is not fetched": (
        "ledige,taeller,y04a02,antal_personer,_kon=Mænd",
        "hentes ikke fordelt på '_kon'",
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_not_fetched_is_named(seeds: Path, name: str) -> None:
    row, reason = PARTS[name]
    line = append(seeds, "noegletal_led.csv", row)
    said = fault(seeds)
    assert reason in said
    assert f"noegletal_led.csv, linje {line}" in said


def test_rar_lines_are_of_fetched_tables(seeds: Path) -> None:
    line = append(seeds, "rar_linjer.csv", "13,Udenfor,y99a02,,ja")
    said = fault(seeds)
    assert f"rar_linjer.csv, linje {line}: tabellen 'y99a02' findes ikke" in said
