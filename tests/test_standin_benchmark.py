"""y30r21: recorded half-years of moving annual totals, by kommune and without the country."""

from __future__ import annotations

import csv
import hashlib
from typing import Any

import pytest
from fastapi.testclient import TestClient

from beskplan.settings import PROJECT
from beskplan.standin.app import create_app
from beskplan.standin.recorded import ONCE, newest_recording

COUNT, SHARE = (
    f"Forventet og faktisk {what} fuldtidspersoner på offentlig forsørgelse"
    for what in ("antal", "andel")
)
PERIODS = ["2020QMAT02", "2020QMAT04", "2021QMAT02", "2021QMAT04", "2022QMAT02", "2022QMAT04"]
ASK = {"mgroup.*": "*", "period.QMAT": "*", "hierarchy._nykom": "*"}
GROUPS = {"hierarchy._ygrp_y30r21": "*"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(), headers={"Authorization": "Bearer en-noegle-til-test"})


def answer(client: TestClient, **params: str) -> dict[str, Any]:
    found = client.get("/v3/data/y30r21", params=ASK | GROUPS | params)
    assert (found.status_code, found.headers["X-Standin-Oprindelse"]) == (200, "optaget")
    body: dict[str, Any] = found.json()
    return body


def test_an_answer_has_the_shape_of_v3(client: TestClient) -> None:
    body = answer(client, **{"period.QMAT": "2020QMAT02", "hierarchy._nykom": "/101/"})
    assert list(body) == ["columns", "rows"]
    assert body["columns"] == [
        *("Periode", "Område", "Ydelsesgrupper"),
        f"{COUNT}: Forventet antal",
        f"{COUNT}: Faktisk antal",
        f"{COUNT}: Forskel mellem forventet og faktisk antal",
        f"{SHARE}: Forventet andel (pct.)",
        f"{SHARE}: Faktisk andel (pct.)",
        f"{SHARE}: Forskel mellem forventet og faktisk andel (pct. point)",
        "Placering på benchmarkranglisten",
    ]
    place = ["2020QMAT02", "København"]
    assert body["rows"] == [
        [*place, "Ydelsesgrupper i alt", 43070, 44010, 940, 9.08, 9.28, 0.2, 63],
        [*place, "A-dagpenge mv.", 16170, 15890, -280, 3.41, 3.35, -0.06, 24],
        [*place, "Sygedagpenge mv.", 8770, 8300, -470, 1.85, 1.75, -0.1, 25],
        [*place, "Kontanthjælp mv.", 18120, 19830, 1710, 3.82, 4.18, 0.36, 87],
    ]
    assert {type(value) for value in body["rows"][0][3:6]} == {int}


def test_every_recorded_cell_is_answered(client: TestClient) -> None:
    """SHA-256 of the recorded file's sorted lines `periode;område;gruppe;måling;værdi`."""
    body = answer(client)
    lines = [
        ";".join((*row[:3], label, f"{value:.2f}"))
        for row in body["rows"]
        for label, value in zip(body["columns"][3:], row[3:], strict=True)
    ]
    assert len(lines) == 98 * 4 * 6 * 7
    found = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    assert found[:16] == "8552eda213b40a11"


def test_metadata_say_the_period_type_and_group_the_measures(client: TestClient) -> None:
    table = client.get("/v3/table/y30r21").json()
    (periods,) = table["periods"]
    assert periods["periodtype_id"] == "QMAT"
    assert [value["period_id"] for value in periods["values"]] == PERIODS
    assert [len(group["measures"]) for group in table["mgroups"]] == [3, 3, 1]
    assert table["mgroups"][0]["mgroup_name"] == COUNT
    assert table["mgroups"][0]["measures"][1]["measure_name"] == "Faktisk antal"
    areas, groups = (dimension["hierarchies"][0] for dimension in table["dimensions"])
    names = [value["value_name"] for level in areas["levels"] for value in level["values"]]
    assert (len(names), "Hele landet" in names) == (98, False)
    assert groups["hierarchy_id"] == "_ygrp_y30r21"
    assert [v["value_name"] for level in groups["levels"] for v in level["values"]] == [
        *("Ydelsesgrupper i alt", "A-dagpenge mv.", "Sygedagpenge mv.", "Kontanthjælp mv.")
    ]


def test_the_catalogue_lists_it_with_its_last_period(client: TestClient) -> None:
    (listed,) = [
        table
        for subject in client.get("/v3/tables").json()
        for group in subject["table_groups"]
        for table in group["tables"]
        if table["table_id"] == "y30r21"
    ]
    assert listed["periods"] == {
        "periodtypes": [{"periodtype_id": "QMAT", "period_last": "2022QMAT04"}]
    }
    assert len(listed["mgroups"]) == 3


@pytest.mark.parametrize(
    ("params", "cause"),
    [
        ({"period.M": "latest:1"}, "Unknown period type: M"),
        (
            {"period.QMAT": "latest:7"},
            "Requested latest:7 for type QMAT, but only 6 periods are available.",
        ),
        ({"period.QMAT": "2020QMAT01"}, "Unknown periods: ['2020QMAT01']"),
        ({"hierarchy._nykom": "/"}, "Unknown values of _nykom: ['/']"),
    ],
)
def test_what_was_not_recorded_is_refused(
    client: TestClient, params: dict[str, str], cause: str
) -> None:
    found = client.get("/v3/data/y30r21", params=ASK | params)
    assert (found.status_code, found.json()["cause"]) == (422, cause)


def test_without_areas_there_is_no_country_to_answer(client: TestClient) -> None:
    asked = {key: value for key, value in ASK.items() if key != "hierarchy._nykom"}
    found = client.get("/v3/data/y30r21", params=asked)
    assert found.status_code == 422
    assert "_nykom" in found.json()["cause"]


def implied() -> dict[tuple[str, str, str], tuple[float, float, float]]:
    """Area, period, group → actual count, actual share, derived population 16-66."""
    path = PROJECT / "tests" / "data" / "befolkning_16_66_udledt_af_y30r21.csv"
    with path.open(encoding="utf-8") as file:
        known = {
            (row["kommune"], period): int(row[period])
            for row in csv.DictReader(file)
            for period in PERIODS
        }
    wide = newest_recording(ONCE).pivot(
        index=["omraade_navn", "periode", "dimensioner"], columns="maaling", values="vaerdi"
    )
    measures = [f"{COUNT}: Faktisk antal", f"{SHARE}: Faktisk andel (pct.)"]
    return {
        (area, period, group.partition("=")[2]): (count, share, known[area, period])
        for (area, period, group), count, share in wide[measures].itertuples(name=None)
    }


def fits(count: float, share: float, population: float) -> bool:
    """Whether what both roundings (to tens, to 0.01) allow reaches the population, within 1 pct."""
    low, high = 100 * (count - 5) / (share + 0.005), 100 * (count + 5) / (share - 0.005)
    return low <= 1.01 * population and high >= 0.99 * population


def test_totals_imply_the_population() -> None:
    """Actual total over its share is the derived population, within 0.1 pct. in every kommune."""
    off = [
        abs(100 * count / share / population - 1)
        for (_, _, group), (count, share, population) in implied().items()
        if not group
    ]
    assert len(off) == 98 * 6
    assert 0 < max(off) < 0.001


def test_groups_imply_the_population_but_for_two_kommuner_that_swapped_shares() -> None:
    """The source itself: in 2021QMAT04 Herlev and Furesø have each other's A-dagpenge shares.

    The third is Læsø, where one person is 0.1 pct. of the population.
    """
    cells = implied()
    assert len(cells) == 98 * 6 * 4
    place = ("2021QMAT04", "A-dagpenge mv.")
    assert {key for key, cell in cells.items() if not fits(*cell)} == {
        ("Herlev", *place),
        ("Furesø", *place),
        ("Læsø", "2022QMAT04", "Sygedagpenge mv."),
    }
    mine, theirs = cells["Herlev", *place], cells["Furesø", *place]
    assert fits(mine[0], theirs[1], mine[2]) and fits(theirs[0], mine[1], theirs[2])
