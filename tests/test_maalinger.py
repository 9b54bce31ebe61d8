"""What a stage took is kept whatever comes of it, and log lines say whose they are."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import duckdb
import pytest
from kanarie_support import TOKEN, search_for
from release_support import FIRST, judged, land, make_settings
from release_support import candidate as a_candidate

from beskplan import flow, logs, maalinger
from beskplan.errors import BuildError, SettingsError
from beskplan.landing import Landing
from beskplan.maalinger import measured
from beskplan.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


def lines(settings: Settings) -> list[dict[str, Any]]:
    path = settings.work / logs.FOLDER / logs.FILE
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_stage_that_fails_is_measured_and_told(settings: Settings) -> None:
    with (
        pytest.raises(BuildError),
        measured(settings, "land", "k1", kilde="jobindsats", tabel_id="y1") as measure,
    ):
        measure.raekker = 7
        raise BuildError("it did not go", where="here", do="try again")
    (kept,) = maalinger.read(settings, 10)
    assert (kept.udfald, kept.er_fejl, kept.raekker, kept.tabel_id) == ("BuildError", True, 7, "y1")
    told = lines(settings)[-1]
    assert (told["event"], told["level"]) == ("stage failed", "info")
    assert (told["fejl"], told["besked"], told["hvor"]) == ("BuildError", "it did not go", "here")


def test_a_stage_that_is_interrupted_did_not_go_well(settings: Settings) -> None:
    with pytest.raises(KeyboardInterrupt), measured(settings, "byg", "k1"):
        raise KeyboardInterrupt
    assert [(m.udfald, m.er_fejl) for m in maalinger.read(settings, 1)] == [
        ("KeyboardInterrupt", True)
    ]


def test_a_publish_states_tables_rows_and_bytes(settings: Settings) -> None:
    land(settings, FIRST)
    run = a_candidate(settings, "k1", [FIRST])
    judged("k1").save(run)
    flow.publish(settings, "k1")
    flow.publish(settings, "k1")
    first, again = maalinger.read(settings, 2)
    release = settings.releases / "2026M07-1"
    tables = json.loads((release / "manifest.json").read_text())["database"]["tabeller"]
    assert (first.trin, first.koersel, first.udfald) == ("udgiv", "k1", "2026M07-1")
    assert first.tabeller == len(list((release / "parquet").iterdir()))
    assert first.raekker == sum(table["raekker"] for table in tables.values())
    assert first.bytes and first.bytes > (release / "beskaeftigelsesplan.duckdb").stat().st_size
    assert (again.udfald, again.tabeller) == ("uaendret", None)
    assert not [path for path in release.rglob("*") if "maalinger" in path.name]


def test_every_line_bears_run_table_and_vintage(settings: Settings) -> None:
    with measured(settings, "land", "k1", kilde="jobindsats", tabel_id="y1") as measure:
        logging.getLogger("beskplan").info("attempt %d failed", 2)
        measure.hentet_utc = "2026-08-18T19:52:00Z"
    with measured(settings, "byg", "k2"):
        logging.getLogger("beskplan").warning("slow")
    found = lines(settings)
    assert all(set(logs.FIELDS) < set(line) for line in found)
    assert [(line["event"], line["koersel"], line["tabel_id"]) for line in found] == [
        ("stage begins", "k1", "y1"),
        ("attempt 2 failed", "k1", "y1"),
        ("stage ends", "k1", "y1"),
        ("stage begins", "k2", None),
        ("slow", "k2", None),
        ("stage ends", "k2", None),
    ]
    assert found[2]["hentet_utc"] == "2026-08-18T19:52:00Z"
    assert {line["hentet_utc"] for line in found[3:]} == {None}


def test_a_line_outside_any_work_goes_to_no_home(settings: Settings) -> None:
    with measured(settings, "byg", "k1"):
        pass
    logging.getLogger("beskplan").warning("outside")
    assert [line["event"] for line in lines(settings)] == ["stage begins", "stage ends"]


def test_a_trace_is_not_written_for_it_may_hold_a_secret(settings: Settings) -> None:
    def asks(token: str) -> None:
        raise ValueError(f"no answer to a question of {len(token)} signs")

    with pytest.raises(ValueError, match="no answer"), measured(settings, "land", "k1"):
        asks(TOKEN)
    assert search_for([TOKEN], [settings.work]).found == []
    assert lines(settings)[-1]["besked"] == f"no answer to a question of {len(TOKEN)} signs"


def test_a_work_folder_that_takes_nothing_stops_no_stage(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.work.write_text("a file stands where the folder should")
    with measured(settings, "byg", "k1"):
        pass
    assert "no log line could be written" in capsys.readouterr().err
    assert maalinger.read(settings, 1) == []


def test_a_line_that_was_cut_off_is_passed_over(settings: Settings) -> None:
    with measured(settings, "byg", "k1"):
        pass
    with (settings.work / maalinger.FILE).open("a") as file:
        file.write('{"trin": "byg", "koer')
    assert [measure.koersel for measure in maalinger.read(settings, 9)] == ["k1"]


def test_a_full_file_makes_room_for_a_new_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "LARGEST", 100)
    for run in ("k1", "k2"):
        with measured(settings, "byg", run):
            pass
    folder = settings.work / logs.FOLDER
    assert sorted(path.name for path in folder.iterdir()) == ["beskplan.1.jsonl", "beskplan.jsonl"]
    assert [line["koersel"] for line in lines(settings)] == ["k2"]


def test_what_a_person_reads_and_what_a_machine_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("beskplan")
    monkeypatch.setattr(log, "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    for kind, expected in {
        "tekst": "warning: slow koersel=k1 tabel_id=y1",
        "json": {"event": "slow", "koersel": "k1", "tabel_id": "y1", "level": "warning"},
    }.items():
        monkeypatch.setenv("BESKPLAN_LOG", kind)
        monkeypatch.setattr(log, "handlers", [])
        with logs.about(Settings(), koersel="k1", tabel_id="y1"):
            record = log.makeRecord("beskplan", logging.WARNING, "", 0, "slow", (), None)
            said = log.handlers[1].format(record)
        if isinstance(expected, str):
            assert said == expected
        else:
            assert json.loads(said).items() >= expected.items()


def test_an_unknown_kind_of_log_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("beskplan"), "handlers", [])
    monkeypatch.setenv("BESKPLAN_LOG", "xml")
    with pytest.raises(SettingsError, match="xml"), logs.about(Settings()):
        pass


def test_the_warehouse_reads_what_the_stages_wrote(settings: Settings) -> None:
    """The file's fields are those that the model's source declares, and a cut line is left out."""
    with measured(settings, "byg", "k1") as measure:
        measure.raekker = 5
    path = settings.work / maalinger.FILE
    with path.open("a") as file:
        file.write('{"trin": "byg", "koer')
    with duckdb.connect() as con:
        rows = con.execute(
            "select trin, koersel, raekker, er_fejl from read_json(?, ignore_errors = true, "
            "format = 'newline_delimited') where trin is not null",
            [str(path)],
        ).fetchall()
    assert rows == [("byg", "k1", 5, False)]


def test_what_the_verbs_do_beside_the_stages_is_told_too(settings: Settings) -> None:
    land(settings, FIRST)
    vintage = (FIRST.kilde, FIRST.tabel_id, FIRST.hentet_utc)
    Landing(settings.landing).decide_first(
        *vintage, "afventer", hvem="b", hvorfor="fund", fund=[], uden_styrke=0
    )
    flow.review(settings, FIRST.tabel_id, "afvist", hvem="Anne", hvorfor="forkert måned")
    (line,) = lines(settings)
    assert (line["event"], line["hvem"]) == ("a person decided", "Anne")
    assert (line["tabel_id"], line["hentet_utc"]) == (FIRST.tabel_id, FIRST.hentet_utc)
