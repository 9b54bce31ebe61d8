"""The vintage store: what is kept, what is not kept twice, and what is never changed."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beskplan.errors import CoverageError, LandingError
from beskplan.landing import Landing, find_problems
from beskplan.sources.types import CELL_COLUMNS, Answer, TableVintage

FIRST = datetime(2026, 8, 18, 19, 52, tzinfo=UTC)
LATER = datetime(2026, 8, 19, 7, 59, tzinfo=UTC)
BODY = '{"columns":["Periode","Område","Antal"],"rows":[["2026M06","Herlev",477]]}'.encode()
ROWS = [
    ("Hele landet", "2026M06", "", "m1", 88080.0, False),
    ("København", "2026M06", "", "m1", 15185.0, False),
    ("Herlev", "2026M06", "", "m1", 477.0, False),
    ("Herlev", "2026M06", "_kon=Mænd", "m1", np.nan, False),
    ("Læsø", "2026M06", "", "m1", np.nan, True),
]

Row = tuple[str, str, str, str, float, bool]


def vintage(
    rows: Sequence[Row] = ROWS, when: datetime = FIRST, tabel_id: str = "y25i01"
) -> TableVintage:
    answer = Answer(
        url=f"http://127.0.0.1/v3/data/{tabel_id}",
        params=(("hierarchy._nykom", "*"), ("period.M", "2026M06")),
        body=BODY,
        retrieved_at=when,
        origin="optaget",
    )
    cells = pd.DataFrame(list(rows), columns=list(CELL_COLUMNS))
    return TableVintage("jobindsats", tabel_id, "2026-08-18", when, (answer,), cells)


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".tmp" not in path.parts
    }


def test_a_vintage_lies_where_the_contract_says(tmp_path: Path) -> None:
    result = Landing(tmp_path).store(vintage())
    assert (result.udfald, result.hentet_utc) == ("landet", "2026-08-18T19:52:00Z")
    folder = tmp_path / "jobindsats" / "y25i01" / "20260818T195200Z"
    assert sorted(path.name for path in folder.iterdir()) == [
        "celler.parquet",
        "manifest.json",
        "svar-001.json.gz",
    ]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["hentet_utc"] == "2026-08-18T19:52:00Z"
    assert manifest["update_latest"] == "2026-08-18"
    assert manifest["oprindelse"] == "optaget"
    assert (manifest["raekker_spurgt"], manifest["raekker_mangler"]) == (5, 1)
    assert manifest["svar"][0]["parametre"][1] == ["period.M", "2026M06"]
    assert gzip.decompress((folder / "svar-001.json.gz").read_bytes()) == BODY


def test_null_absent_and_number_are_kept_apart(tmp_path: Path) -> None:
    Landing(tmp_path).store(vintage())
    path = tmp_path / "jobindsats" / "y25i01" / "20260818T195200Z" / "celler.parquet"
    with duckdb.connect() as con:
        rows = con.execute(
            "select omraade, dimensioner, vaerdi::varchar, raekke_mangler, typeof(vaerdi) "
            "from read_parquet($path) where omraade in ('Herlev', 'Læsø') order by all",
            {"path": str(path)},
        ).fetchall()
    assert rows == [
        ("Herlev", "", "477.000", False, "DECIMAL(18,3)"),
        ("Herlev", "_kon=Mænd", None, False, "DECIMAL(18,3)"),
        ("Læsø", "", None, True, "DECIMAL(18,3)"),
    ]


def test_the_same_figures_again_are_not_kept_again(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store(vintage())
    before = all_bytes(tmp_path)
    result = landing.store(vintage(ROWS[::-1], LATER))
    assert (result.udfald, result.hentet_utc) == ("uaendret", "2026-08-18T19:52:00Z")
    assert all_bytes(tmp_path) == before


def test_figures_that_return_are_a_vintage_of_their_own(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    other = [*ROWS[:2], ("Herlev", "2026M06", "", "m1", 491.0, False), *ROWS[3:]]
    outcomes = [
        landing.store(vintage(rows, FIRST + timedelta(days=day))).udfald
        for day, rows in enumerate([ROWS, other, ROWS])
    ]
    assert outcomes == ["landet", "landet", "landet"]
    assert [item.hentet_utc[:10] for item in landing.vintages()] == [
        "2026-08-18",
        "2026-08-19",
        "2026-08-20",
    ]
    newest = landing.newest("jobindsats", "y25i01")
    assert newest is not None
    assert newest.hentet_utc == "2026-08-20T19:52:00Z"
    assert landing.newest("jobindsats", "y60a02") is None


VALUES = st.one_of(st.none(), st.integers(0, 10**9).map(lambda units: units / 1000))


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(VALUES, min_size=1, max_size=12),
    seed=st.randoms(use_true_random=False),
    data=st.data(),
)
def test_identity_is_the_set_of_rows(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[float | None],
    seed: object,
    data: st.DataObject,
) -> None:
    landing = Landing(tmp_path_factory.mktemp("landing"))
    rows = [
        (f"K{number:02d}", "2026M06", "", "m1", np.nan if value is None else value, False)
        for number, value in enumerate(values)
    ]
    assert landing.store(vintage(rows)).udfald == "landet"
    shuffled = list(rows)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert landing.store(vintage(shuffled, LATER)).udfald == "uaendret"
    struck = data.draw(st.integers(0, len(rows) - 1))
    old = values[struck]
    new = data.draw(VALUES.filter(lambda value: value != old))
    changed = list(rows)
    changed[struck] = (*rows[struck][:4], np.nan if new is None else new, False)
    assert landing.store(vintage(changed, LATER)).udfald == "landet"


def test_null_and_zero_and_absent_are_three_vintages(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for day, (value, absent) in enumerate([(np.nan, False), (0.0, False), (np.nan, True)]):
        row = ("Herlev", "2026M06", "", "m1", value, absent)
        assert landing.store(vintage([row], FIRST + timedelta(days=day))).udfald == "landet"


def test_other_figures_of_the_same_moment_are_refused(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store(vintage())
    before = all_bytes(tmp_path)
    with pytest.raises(LandingError, match=r"same moment.*y25i01 2026-08-18T19:52:00Z"):
        landing.store(vintage(ROWS[:2]))
    assert all_bytes(tmp_path) == before
    assert find_problems(landing) == []


def test_the_same_vintage_gives_the_same_bytes(tmp_path: Path) -> None:
    Landing(tmp_path / "a").store(vintage())
    Landing(tmp_path / "b").store(vintage(ROWS[::-1]))
    assert all_bytes(tmp_path / "a") == all_bytes(tmp_path / "b")


def store_many(folder: Path, tabel_id: str) -> None:
    landing = Landing(folder)
    for day in range(3):
        rows = [("Herlev", "2026M06", "", "m1", float(day), False)]
        when = FIRST + timedelta(days=day)
        landing.store(vintage(rows, when, tabel_id))
        landing.record_tilsyn(
            "jobindsats", "y25i01", "landet", seen_at=when, hentet_utc=f"{tabel_id}{day}"
        )


def test_processes_may_store_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    names = [f"y{number:02d}a02" for number in range(4)]
    processes = [context.Process(target=store_many, args=(tmp_path, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    landing = Landing(tmp_path)
    assert len(landing.vintages()) == 12
    # All four wrote looks of one table: each got a number of its own.
    looks = landing.tilsyn("jobindsats", "y25i01")
    assert [look.nr for look in looks] == list(range(1, 13))
    assert len({look.hentet_utc for look in looks}) == 12


def die_while_writing(folder: Path) -> None:
    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    landing = Landing(folder)
    landing._move_in = kill  # type: ignore[method-assign,assignment]
    landing.store(vintage())


def test_a_killed_store_leaves_nothing_behind_that_counts(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(
        target=die_while_writing, args=(tmp_path,)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    landing = Landing(tmp_path)
    assert landing.vintages() == []
    assert find_problems(landing) == []
    assert landing.store(vintage()).udfald == "landet"
    assert find_problems(landing) == []
    assert [path.suffix for path in (tmp_path / ".tmp").iterdir()] == [".laas"]


def test_only_looks_that_say_something_new_are_recorded(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    error = CoverageError("Svaret mangler Herlev", where="jobindsats y25i01", do="prøv igen")
    steps = [
        ("ikke_udbudt", {}),
        ("ikke_udbudt", {}),
        ("landet", {"update_latest": "2026-08-18", "hentet_utc": "a"}),
        ("intet_nyt", {"update_latest": "2026-08-18", "hentet_utc": "a"}),
        ("uaendret", {"update_latest": "2026-08-18", "hentet_utc": "a"}),
        ("uaendret", {"update_latest": "2026-08-19", "hentet_utc": "a"}),
        ("fejl", {"error": error}),
        ("fejl", {"error": error}),
        ("intet_nyt", {"update_latest": "2026-08-19", "hentet_utc": "a"}),
        ("intet_nyt", {"update_latest": "2026-08-19", "hentet_utc": "a"}),
    ]
    for udfald, given_ in steps:
        landing.record_tilsyn("jobindsats", "y25i01", udfald, seen_at=FIRST, **given_)
    looks = landing.tilsyn("jobindsats", "y25i01")
    assert [look.udfald for look in looks] == [
        "ikke_udbudt",
        "landet",
        "uaendret",
        "fejl",
        "intet_nyt",
    ]
    record = json.loads(
        (tmp_path / "tilsyn/jobindsats/y25i01/000004.json").read_text(encoding="utf-8")
    )
    assert record == {
        "kilde": "jobindsats",
        "tabel_id": "y25i01",
        "nr": 4,
        "udfald": "fejl",
        "set_utc": "2026-08-18T19:52:00Z",
        "update_latest": None,
        "hentet_utc": None,
        "fejl": {
            "type": "CoverageError",
            "besked": "Svaret mangler Herlev [jobindsats y25i01]",
            "goer": "prøv igen",
        },
    }


def test_decisions_are_appended_and_numbered(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store(vintage())
    key = ("jobindsats", "y25i01", "2026-08-18T19:52:00Z")
    landing.decide(*key, "stoppet", hvem="beskplan gate", hvorfor="F8", at=LATER)
    landing.decide(*key, "accepteret", hvem="Anna", hvorfor="set efter", at=LATER)
    assert [(item.nr, item.udfald, item.hvem) for item in landing.decisions()] == [
        (1, "stoppet", "beskplan gate"),
        (2, "accepteret", "Anna"),
    ]
    path = tmp_path / "afgoerelser" / "jobindsats__y25i01__20260818T195200Z__02.json"
    assert json.loads(path.read_text(encoding="utf-8"))["afgjort_utc"] == "2026-08-19T07:59:00Z"
    with pytest.raises(LandingError, match="no such vintage"):
        landing.decide(
            "jobindsats", "y25i01", "2026-01-01T00:00:00Z", "stoppet", hvem="x", hvorfor="y"
        )
    with pytest.raises(LandingError, match="no decision"):
        landing.decide(*key, "maaske", hvem="x", hvorfor="y")  # type: ignore[arg-type]


def test_of_two_runs_that_judge_at_once_the_first_decides(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    landing.store(vintage())
    key = ("jobindsats", "y25i01", "2026-08-18T19:52:00Z")
    assert landing.decide_first(*key, "stoppet", hvem="beskplan gate", hvorfor="F8")
    assert not landing.decide_first(*key, "stoppet", hvem="beskplan gate", hvorfor="F8")
    landing.decide(*key, "afvist", hvem="Anna", hvorfor="set efter")
    # A run that began before the person answered does not answer over her.
    assert not landing.decide_first(*key, "accepteret", hvem="beskplan gate", hvorfor="")
    assert [(item.nr, item.udfald) for item in landing.decisions()] == [
        (1, "stoppet"),
        (2, "afvist"),
    ]


def test_the_weakest_origin_counts() -> None:
    mixed = vintage()
    answer = mixed.answers[0]
    answers = (replace(answer, origin="api"), replace(answer, origin="genereret"))
    assert replace(mixed, answers=answers).origin == "genereret"
