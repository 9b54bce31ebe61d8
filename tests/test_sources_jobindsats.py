"""Jobindsats against the stand-in: real figures in, every cell counted, pins followed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import orjson
import pandas as pd
import pytest
from sources_support import TIMES, TOKEN

from beskplan.errors import (
    BadAnswerError,
    CoverageError,
    PinError,
    RefusedQueryError,
    UnknownAreaError,
    WrongKeyError,
)
from beskplan.settings import Settings
from beskplan.sources.jobindsats import Jobindsats, pin_measures
from beskplan.sources.types import TableVintage
from beskplan.standin.recorded import newest_recording
from beskplan.standin.server import Running

pytest_plugins = ["sources_fixtures"]

FULL_TIME = "standin_y25i01_1"


def fetch(settings: Settings, tabel_id: str) -> TableVintage:
    with Jobindsats(settings) as source:
        return source.fetch_table(tabel_id)


def value(cells: pd.DataFrame, *key: str) -> float:
    found = cells[
        (cells[["omraade", "periode", "dimensioner", "maaling_id"]] == list(key)).all(axis=1)
    ]
    assert len(found) == 1
    return float(found["vaerdi"].iloc[0])


def test_the_figures_of_the_real_releases_come_through(
    settings: Settings, standin: Running
) -> None:
    june = {}
    for number, moment in enumerate(TIMES[:2]):
        standin.set_clock(moment)
        cells = fetch(settings, "y25i01").cells
        june[number] = [
            value(cells, area, "2026M06", "", FULL_TIME)
            for area in ("Hele landet", "København", "Herlev")
        ]
    assert june == {0: [88080, 15185, 477], 1: [89907, 15591, 491]}
    assert value(cells, "Hele landet", "2026M07", "", FULL_TIME) == 91583


def test_every_cell_asked_for_is_there_once(settings: Settings) -> None:
    vintage = fetch(settings, "y25i01")
    # 100 areas × 60 months × (total + 2 groups) × 2 measures.
    assert len(vintage.cells) == 36_000
    assert not vintage.cells.duplicated(["omraade", "periode", "dimensioner", "maaling_id"]).any()
    assert set(vintage.cells["dimensioner"]) == {"", "_ygrpi09=A-dagpenge", "_ygrpi09=Kontanthjælp"}
    assert vintage.origin == "optaget"
    assert vintage.retrieved_at == TIMES[2]
    assert vintage.update_latest == "2026-08-19"


def test_every_recorded_cell_is_fetched_as_recorded(settings: Settings) -> None:
    recorded = newest_recording()
    with Jobindsats(settings) as source:
        pins = {(pin.tabel_id, pin.maaling_id): pin.maaling for pin in source.listing.pins.values()}
        fetched = pd.concat(
            source.fetch_table(tabel_id).cells.assign(tabel_id=tabel_id)
            for tabel_id in recorded["tabel_id"].unique()
        )
    fetched["maaling"] = [
        pins[key] for key in zip(fetched["tabel_id"], fetched["maaling_id"], strict=True)
    ]
    fetched = fetched.rename(columns={"omraade": "omraade_navn", "vaerdi": "hentet"})
    key = ["tabel_id", "periode", "omraade_navn", "dimensioner", "maaling"]
    both = recorded.merge(fetched[~fetched["raekke_mangler"]], on=key, validate="one_to_one")
    equal = (both["vaerdi"] == both["hentet"]) | (both["vaerdi"].isna() & both["hentet"].isna())
    assert (len(recorded), len(both), int(equal.sum())) == (94_176, 94_176, 94_176)
    assert int(both["hentet"].isna().sum()) == 424


def test_absent_rows_are_cells_of_their_own_kind(settings: Settings) -> None:
    cells = fetch(settings, "y25i09").cells
    # The recording lacks 57 kommune-months, in the total and both groups.
    absent = cells[cells["raekke_mangler"]]
    assert len(absent) == 57 * 3
    assert len(absent[["omraade", "periode"]].drop_duplicates()) == 57
    assert absent["vaerdi"].isna().all()


def test_a_breakdown_of_the_newest_month_lies_beside_the_totals(settings: Settings) -> None:
    cells = fetch(settings, "y60a02").cells
    broken_down = cells[cells["dimensioner"] != ""]
    assert set(broken_down["periode"]) == {"2026M07"}
    assert set(broken_down["dimensioner"]) >= {"_viskat_1int=Jobparat"}
    assert set(broken_down["maaling_id"]) == {"standin_y60a02_2"}
    # No Uoplyst område in this table: it is neither asked for nor missed.
    assert cells["omraade"].nunique() == 99


def test_named_areas_are_asked_by_id(settings: Settings, standin: Running) -> None:
    vintage = fetch(settings, "y01a02")
    assert vintage.cells["omraade"].nunique() == 11
    assert set(vintage.cells["omraade"]) >= {"Hele landet", "Herlev", "Fanø"}
    assert vintage.origin == "genereret"
    (question,) = [item[2] for item in standin.requests if item[1] == "/v3/data/y01a02"]
    assert "hierarchy._nykom=%2F%2C" in question
    assert "mgroup.mgrpa02_1=standin_y01a02_1" in question


def data_questions(standin: Running) -> list[str]:
    return [item[2] for item in standin.requests if item[1].startswith("/v3/data/")]


def test_a_small_limit_cuts_by_period_and_gives_the_same_cells(
    settings: Settings, standin: Running
) -> None:
    whole = fetch(settings, "y25i01")
    assert len(data_questions(standin)) == len(whole.answers) == 2
    standin.forget_requests()
    # One month asks for 600 cells, so a limit of 6,000 gives 6 answers of 10 months.
    pieces = fetch(replace(settings, answer_cells=6_000), "y25i01")
    assert len(data_questions(standin)) == len(pieces.answers) == 6
    pd.testing.assert_frame_equal(whole.cells, pieces.cells)


def test_the_key_is_in_no_answer_and_no_question(settings: Settings, standin: Running) -> None:
    vintage = fetch(settings, "y60c07")
    assert TOKEN not in repr(vintage.answers)
    assert TOKEN not in repr(standin.requests)
    assert TOKEN not in repr(settings)


def test_without_a_key_nothing_is_asked(settings: Settings, standin: Running) -> None:
    with (
        pytest.raises(WrongKeyError, match="JOBINDSATS_TOKEN"),
        Jobindsats(replace(settings, token=None)) as source,
    ):
        source.catalogue()
    assert standin.requests == []


def test_a_table_that_is_not_offered_is_named(settings: Settings, standin: Running) -> None:
    standin.set_clock(TIMES[0])
    with pytest.raises(RefusedQueryError, match=r"udbydes ikke længere.*jobindsats y60a02"):
        fetch(settings, "y60a02")


# --- the same client on answers that the stand-in does not give -------------------------------


class Front:
    """Passes questions on to the stand-in and changes its answers."""

    def __init__(self, url: str) -> None:
        self.real = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"})
        self.drop_header = False
        self.change_data = lambda data: data
        self.change_table = lambda data: data

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.real.get(request.url.raw_path.decode())
        headers = {"Date": answer.headers["Date"]}
        if not self.drop_header and "X-Standin-Oprindelse" in answer.headers:
            headers["X-Standin-Oprindelse"] = answer.headers["X-Standin-Oprindelse"]
        data = answer.json()
        if request.url.path.startswith("/v3/data/"):
            data = self.change_data(data)
        if request.url.path.startswith("/v3/table/"):
            data = self.change_table(data)
        return httpx.Response(answer.status_code, content=orjson.dumps(data), headers=headers)


@pytest.fixture
def front(standin: Running) -> Iterator[Front]:
    found = Front(standin.url)
    yield found
    found.real.close()


def fetch_through(front: Front, settings: Settings, tabel_id: str) -> TableVintage:
    with Jobindsats(settings, httpx.MockTransport(front)) as source:
        return source.fetch_table(tabel_id)


def test_pins_of_the_stand_in_are_refused_elsewhere(front: Front, settings: Settings) -> None:
    front.drop_header = True
    with pytest.raises(PinError, match=r"standin_y25i01_1.*y25i01.*beskplan kilder laas"):
        fetch_through(front, settings, "y25i01")


def test_with_pins_of_its_own_another_address_is_origin_api(
    front: Front, settings: Settings
) -> None:
    """What a real token and address need: new pins, nothing else."""
    front.drop_header = True

    def own_ids(data: dict[str, object]) -> dict[str, object]:
        return json.loads(json.dumps(data).replace("standin_", "real_"))  # type: ignore[no-any-return]

    class Real(Front):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            back = httpx.Request("GET", str(request.url).replace("real_", "standin_"))
            return super().__call__(back)

    real = Real(settings.jobindsats_url)
    real.drop_header = True
    real.change_table = own_ids
    elsewhere = replace(settings, jobindsats_url="https://api.jobindsats.dk")
    lines = pin_measures(elsewhere, httpx.MockTransport(real))
    assert "y25i01: Antal ledige fuldtidspersoner = real_mgrp_y25i01_1/real_y25i01_1" in lines
    vintage = fetch_through(real, elsewhere, "y25i01")
    real.real.close()
    assert vintage.origin == "api"
    assert value(vintage.cells, "Herlev", "2026M07", "", "real_y25i01_1") == 467
    with (settings.seeds / "maalinger.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["laast_mod"] for row in rows if row["kilde"] == "jobindsats"} == {
        "api.jobindsats.dk"
    }


def test_danish_text_numbers_and_markers_are_read(front: Front, settings: Settings) -> None:
    def danish(data: dict[str, list[list[object]]]) -> dict[str, list[list[object]]]:
        for row in data["rows"]:
            row[-1] = "-" if row[-1] is None else f"{row[-1]:.1f}".replace(".", ",")
        return data

    plain = fetch(settings, "y60c07")
    front.change_data = danish
    pd.testing.assert_frame_equal(plain.cells, fetch_through(front, settings, "y60c07").cells)


def test_other_columns_than_documented_are_refused(front: Front, settings: Settings) -> None:
    front.change_data = lambda data: data | {"columns": ["Area", *data["columns"][1:]]}
    with pytest.raises(BadAnswerError, match=r"Area.*y60c07 2021M08–2026M07"):
        fetch_through(front, settings, "y60c07")
    front.change_data = lambda data: [data]
    with pytest.raises(BadAnswerError, match="columns/rows"):
        fetch_through(front, settings, "y60c07")
    front.change_data = lambda data: data | {"rows": [row[:-1] for row in data["rows"]]}
    with pytest.raises(BadAnswerError, match=r"rækker på \[3\] felter"):
        fetch_through(front, settings, "y60c07")


def test_metadata_of_another_shape_is_refused(front: Front, settings: Settings) -> None:
    front.change_table = lambda data: [data]
    with pytest.raises(BadAnswerError, match=r"dokumenterede form.*y60c07"):
        fetch_through(front, settings, "y60c07")


def test_scattered_holes_above_three_percent_are_refused(front: Front, settings: Settings) -> None:
    def holes(every: int) -> None:
        front.change_data = lambda data: (
            data | {"rows": [row for nr, row in enumerate(data["rows"]) if nr % every]}
        )

    holes(37)
    absent = fetch_through(front, settings, "y60c07").cells["raekke_mangler"].mean()
    assert 0.02 < absent < 0.03
    holes(29)
    with pytest.raises(CoverageError, match=r"3\.\d pct.*y60c07 2021M08–2026M07"):
        fetch_through(front, settings, "y60c07")


def test_a_kommune_gone_from_metadata_is_named(front: Front, settings: Settings) -> None:
    front.change_table = lambda data: json.loads(
        json.dumps(data, ensure_ascii=False).replace("Fanø", "Fanoe")
    )
    with pytest.raises(UnknownAreaError, match=r"»Fanoe«.*»Fanø«"):
        fetch_through(front, settings, "y01a02")


# --- pins --------------------------------------------------------------------------------------


def test_pinning_against_the_stand_in_gives_the_committed_pins(settings: Settings) -> None:
    path = settings.seeds / "maalinger.csv"
    committed = path.read_bytes()
    lines = committed.decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "standin" not in line), encoding="utf-8")
    assert len(pin_measures(settings)) == sum("standin" in line for line in lines)
    assert path.read_bytes() == committed
    assert pin_measures(settings) == []


def test_a_table_that_is_not_offered_keeps_its_pins(settings: Settings, standin: Running) -> None:
    committed = (settings.seeds / "maalinger.csv").read_bytes()
    standin.set_clock(TIMES[0])
    lines = pin_measures(settings)
    assert [line.split(":")[0] for line in lines] == ["y60a02", "y60c07", "y60j01"]
    assert (settings.seeds / "maalinger.csv").read_bytes() == committed


def test_a_label_that_is_nowhere_writes_nothing(settings: Settings) -> None:
    kilder = settings.seeds / "kilder.csv"
    text = kilder.read_text(encoding="utf-8")
    kilder.write_text(text.replace("y60c07,Aktiveringsgrad", "y60c07,Aktivgrad"), encoding="utf-8")
    committed = (settings.seeds / "maalinger.csv").read_bytes()
    with pytest.raises(PinError, match=r"»Aktivgrad«.*nærmest er »Aktiveringsgrad«"):
        pin_measures(settings)
    assert (settings.seeds / "maalinger.csv").read_bytes() == committed
