"""Every fault that a source can have: what comes of it, and that landing stands untouched."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sources_support import TIMES, small_settings

from beskplan import fetching
from beskplan.errors import (
    BadAnswerError,
    CoverageError,
    DuplicateRowsError,
    ForbiddenError,
    MeasureGoneError,
    NotANumberError,
    NotUpdatedError,
    RateLimitedError,
    SourceDownError,
    SourceError,
    SourceTimeoutError,
    SpuriousRefusalError,
    UnknownAreaError,
    WrongKeyError,
)
from beskplan.landing import Landing, find_problems
from beskplan.settings import Settings
from beskplan.standin.server import Running

pytest_plugins = ["sources_fixtures"]

TABLE = "y25i01"
KILDE = "jobindsats"


@pytest.fixture(scope="module")
def first_landing(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first recorded time leaves, made once."""
    home = tmp_path_factory.mktemp("first")
    server.set_clock(TIMES[0])
    fetching.fetch_all(small_settings(server, home), KILDE)
    return home / "landing"


@pytest.fixture
def landed(first_landing: Path, settings: Settings, standin: Running) -> Settings:
    """The first recorded time has landed; the clock stands at the second."""
    shutil.copytree(first_landing, settings.landing)
    standin.set_clock(TIMES[1])
    return settings


def held(settings: Settings) -> dict[str, bytes]:
    """All that landing holds but the record of looks."""
    root = settings.landing
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in ("tilsyn", ".tmp")
    }


def last_look(settings: Settings, tabel_id: str = TABLE) -> Any:
    return Landing(settings.landing).last_tilsyn(KILDE, tabel_id)


# --- faults that pass ---------------------------------------------------------------------------

PASSING: dict[str, dict[str, Any]] = {
    "403_side": {"antal": 2},
    "422_periodetype": {"antal": 2},
    "429": {"antal": 2, "sekunder": 0.05},
    "500": {"antal": 2},
    "afkortet": {"antal": 2},
    "bom": {},
    "maaling_omdoebt": {},
}


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_ends_well(landed: Settings, standin: Running, name: str) -> None:
    standin.fault(name, tabel=TABLE, **PASSING[name])
    assert fetching.fetch(landed, KILDE, TABLE) == "landet"
    assert last_look(landed).udfald == "landet"
    assert find_problems(Landing(landed.landing)) == []
    # The same figures as without the fault: asked again, nothing is new.
    standin.clear_faults()
    assert fetching.fetch(landed, KILDE, TABLE) == "uaendret"


def test_a_time_out_halves_the_question(landed: Settings, standin: Running) -> None:
    standin.fault("timeout", tabel=TABLE, antal=1, sekunder=1.5)
    patient = replace(landed, timeout_s=0.5)
    assert fetching.fetch(patient, KILDE, TABLE) == "landet"
    newest = Landing(landed.landing).newest(KILDE, TABLE)
    assert newest is not None
    # Two questions of 30 months without the fault; one of them became two of 15.
    months = [
        sorted(value.count(",") + 1 for key, value in answer["parametre"] if key == "period.M")
        for answer in newest.svar
    ]
    assert sorted(months) == [[15], [15], [30]]


# --- faults that do not -------------------------------------------------------------------------


@dataclass(frozen=True)
class Lasting:
    """A fault that does not go away: which error, and what its text must hold."""

    fault: str
    error: type[SourceError]
    says: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


LASTING = (
    Lasting("timeout", SourceTimeoutError, ("0.1 sekunder",), {"sekunder": 0.4}),
    Lasting("401", WrongKeyError, ("JOBINDSATS_TOKEN",)),
    Lasting("403_side", ForbiddenError, ("403",)),
    Lasting("422_periodetype", SpuriousRefusalError, ("Unknown period type: M",)),
    Lasting("429", RateLimitedError, ("429",), {"sekunder": 600}),
    Lasting("500", SourceDownError, ("500",)),
    Lasting("afkortet", BadAnswerError, ("brydes af",)),
    Lasting("afkortet_raekker", CoverageError, ("mangler",)),
    Lasting("kommune_mangler", CoverageError, ("København (omraade)",)),
    Lasting("kommune_mangler", CoverageError, ("Herlev (omraade)",), {"omraade": "Herlev"}),
    Lasting("dobbelt", DuplicateRowsError, ("to gange",)),
    Lasting("kommune_omdoebt", UnknownAreaError, ("»København (nyt navn)«", "»København«")),
    Lasting("maaling_vaek", MeasureGoneError, ("standin_y25i01_1", "kilder laas")),
    Lasting("tekst_for_tal", NotANumberError, ("»ukendt«",)),
)


def case_name(case: Lasting) -> str:
    return "-".join([case.fault, *map(str, case.options.values())])


@pytest.mark.parametrize("case", LASTING, ids=case_name)
def test_a_lasting_fault_is_red_and_changes_nothing(
    landed: Settings, standin: Running, case: Lasting
) -> None:
    before = held(landed)
    standin.fault(case.fault, tabel=TABLE, **case.options)
    struck = replace(landed, timeout_s=0.1) if case.fault == "timeout" else landed
    with pytest.raises(case.error) as caught:
        fetching.fetch(struck, KILDE, TABLE)
    text = str(caught.value)
    for part in (KILDE, TABLE, *case.says):
        assert part in text
    assert caught.value.do
    assert held(landed) == before
    look = last_look(landed)
    assert look.udfald == "fejl"
    assert look.fejl.type == case.error.__name__
    assert look.fejl.goer == caught.value.do
    # When the fault is gone the next run lands the table without repair.
    standin.clear_faults()
    assert TABLE in fetching.news(landed, KILDE)
    assert fetching.fetch(landed, KILDE, TABLE) == "landet"
    assert last_look(landed).udfald == "landet"
    assert find_problems(Landing(landed.landing)) == []


def test_a_wrong_key_is_asked_once(landed: Settings, standin: Running) -> None:
    wrong = replace(landed, token="forkert-noegle")  # noqa: S106 - the test's own, opens nothing
    with pytest.raises(WrongKeyError):
        fetching.fetch_all(wrong, KILDE)
    assert len(standin.requests) == 1
    assert "forkert-noegle" not in "".join(
        path.read_text(encoding="utf-8") for path in landed.landing.rglob("tilsyn/*/*/*.json")
    )


def test_text_for_a_number_is_named_with_its_periods(landed: Settings, standin: Running) -> None:
    standin.fault("tekst_for_tal", tabel=TABLE, perioder=["2026M05"])
    with pytest.raises(NotANumberError, match=r"jobindsats y25i01 20\d\dM\d\d–20\d\dM\d\d"):
        fetching.fetch(landed, KILDE, TABLE)


def test_a_shift_passes_the_source_and_lands(landed: Settings, standin: Running) -> None:
    """Nothing in the answer's form is wrong with a row shift: to find it is the gate's work."""
    standin.fault("forskudt", tabel=TABLE)
    assert fetching.fetch(landed, KILDE, TABLE) == "landet"


# --- the run as a whole -------------------------------------------------------------------------


def test_one_failing_table_leaves_the_others_to_finish(landed: Settings, standin: Running) -> None:
    standin.set_clock(TIMES[2])
    standin.fault("500", tabel="y60a02")
    outcomes: dict[str, str] = {}
    with pytest.raises(NotUpdatedError, match=r"1 tabel.*y60a02: .*500.*jobindsats y60a02"):
        fetching.fetch_all(landed, KILDE, lambda name, udfald: outcomes.update({name: udfald}))
    assert outcomes == {
        "y25i01": "landet",
        "y25i09": "uaendret",
        "y60a02": "fejl",
        "y60c07": "landet",
        "y60j01": "landet",
    }
    standin.clear_faults()
    assert fetching.news(landed, KILDE) == ["y60a02"]
    assert fetching.fetch_all(landed, KILDE) == {"y60a02": "landet"}


def test_the_second_real_time_lands_one_table(landed: Settings, standin: Running) -> None:
    assert fetching.news(landed, KILDE) == ["y25i01", "y25i09"]
    assert fetching.fetch_all(landed, KILDE) == {"y25i01": "landet", "y25i09": "uaendret"}
    landing = Landing(landed.landing)
    assert [item.hentet_utc for item in landing.vintages(KILDE, "y25i01")] == [
        "2026-08-18T19:52:00Z",
        "2026-08-19T07:59:00Z",
    ]
    assert [item.hentet_utc for item in landing.vintages(KILDE, "y25i09")] == [
        "2026-08-18T19:52:00Z"
    ]
    look = last_look(landed, "y25i09")
    assert (look.update_latest, look.hentet_utc) == ("2026-08-19", "2026-08-18T19:52:00Z")


def test_a_table_that_is_added_lands_its_whole_history(
    settings: Settings, standin: Running
) -> None:
    wanted = settings.seeds / "kilder.csv"
    all_tables = wanted.read_text("utf-8")
    others = [line for line in all_tables.splitlines(keepends=True) if ",y25i09," not in line]
    wanted.write_text("".join(others), "utf-8")
    standin.set_clock(TIMES[0])
    assert "y25i09" not in fetching.fetch_all(settings, KILDE)
    wanted.write_text(all_tables, "utf-8")
    # Nothing else is asked for, and of its 36 recorded months none is left out.
    assert fetching.fetch_all(settings, KILDE) == {"y25i09": "landet"}
    (vintage,) = Landing(settings.landing).vintages(KILDE, "y25i09")
    cells = settings.landing / KILDE / "y25i09" / "20260818T195200Z" / "celler.parquet"
    periods = "select count(distinct periode), min(periode), max(periode) from read_parquet(?)"
    assert vintage.hentet_utc == "2026-08-18T19:52:00Z"
    assert duckdb.execute(periods, [str(cells)]).fetchone() == (36, "2023M07", "2026M06")


def test_a_look_without_news_asks_one_question_and_writes_nothing(
    landed: Settings, standin: Running
) -> None:
    fetching.fetch_all(landed, KILDE)
    before = all_of(landed.landing)
    standin.forget_requests()
    assert fetching.fetch_all(landed, KILDE) == {}
    assert [item[1] for item in standin.requests] == ["/v3/tables"]
    # A source whose clock has gone back has no news either.
    standin.set_clock(TIMES[0])
    assert fetching.news(landed, KILDE) == []
    assert all_of(landed.landing) == before


def all_of(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_metadata_that_fail_mark_every_table_until_the_next_look(
    landed: Settings, standin: Running
) -> None:
    fetching.fetch_all(landed, KILDE)
    standin.fault("500", sti="/v3/tables")
    with pytest.raises(SourceDownError, match="/v3/tables"):
        fetching.news(landed, KILDE)
    landing = Landing(landed.landing)
    assert {last_look(landed, name).udfald for name in ("y25i01", "y25i09", "y60a02")} == {"fejl"}
    standin.clear_faults()
    standin.forget_requests()
    assert fetching.fetch_all(landed, KILDE) == {}
    assert [item[1] for item in standin.requests] == ["/v3/tables"]
    look = last_look(landed)
    assert (look.udfald, look.update_latest) == ("intet_nyt", "2026-08-19")
    assert last_look(landed, "y60a02").udfald == "ikke_udbudt"
    assert find_problems(landing) == []


def test_a_table_never_offered_is_no_error_and_one_that_vanished_is(
    landed: Settings, standin: Running
) -> None:
    assert last_look(landed, "y60a02").udfald == "ikke_udbudt"
    assert fetching.fetch(landed, KILDE, "y60a02") == "ikke_udbudt"
    standin.set_clock(TIMES[2])
    fetching.fetch_all(landed, KILDE)
    standin.set_clock(TIMES[1])
    assert fetching.news(landed, KILDE) == ["y60a02", "y60c07", "y60j01"]
    with pytest.raises(NotUpdatedError, match=r"3 tabel.*y60a02: .*udbydes ikke længere"):
        fetching.fetch_all(landed, KILDE)
    assert last_look(landed, "y60a02").udfald == "fejl"
    standin.set_clock(TIMES[2])
    assert fetching.fetch_all(landed, KILDE) == {}
    assert last_look(landed, "y60a02").udfald == "intet_nyt"


def test_a_table_without_pin_is_red(landed: Settings) -> None:
    path = landed.seeds / "maalinger.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",y25i09," not in line), encoding="utf-8")
    with pytest.raises(NotUpdatedError, match=r"y25i09: .*ikke låst.*beskplan kilder laas"):
        fetching.fetch_all(landed, KILDE)


def test_a_run_killed_before_it_wrote_down_what_landed_is_made_good(
    landed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Landing, "record_tilsyn", killed)
        fetching.fetch(landed, KILDE, TABLE)
    assert last_look(landed).update_latest != "2026-08-19"
    assert TABLE in fetching.news(landed, KILDE)
    # Those who wait for news must hear of it, although nothing is stored a second time.
    assert fetching.fetch(landed, KILDE, TABLE) == "landet"
    assert fetching.fetch(landed, KILDE, TABLE) == "uaendret"
    assert len(Landing(landed.landing).vintages(KILDE, TABLE)) == 2


def test_an_unknown_source_or_table_is_named(landed: Settings) -> None:
    with pytest.raises(SourceError, match="eurostat"):
        fetching.news(landed, "eurostat")
    with pytest.raises(SourceError, match=r"y99x99.*kilder\.csv|kilder\.csv.*y99x99"):
        fetching.fetch(landed, KILDE, "y99x99")
    assert not (landed.landing / "tilsyn" / KILDE / "y99x99").exists()
