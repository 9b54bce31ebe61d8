"""Each fault does what its name says, to whom it is meant for, as often as it is meant to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from beskplan.standin.app import create_app
from beskplan.standin.faults import FORBIDDEN_TEXT, NAMES
from beskplan.standin.server import running

KEY = {"Authorization": "Bearer en-noegle-til-test"}
ASK = {"mgroup.*": "*", "period.M": "latest:2", "hierarchy._nykom": "*"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(create_app(), headers=KEY) as client:
        yield client


def fault(client: TestClient, name: str, **options: object) -> None:
    client.post("/standin/fejl", json={"fejl": name} | options).raise_for_status()


def data(client: TestClient, table: str = "y25i01", **params: str) -> httpx.Response:
    answer: httpx.Response = client.get(f"/v3/data/{table}", params=ASK | params)
    return answer


def rows(client: TestClient, table: str = "y25i01", **params: str) -> list[list[Any]]:
    answer = data(client, table, **params)
    assert answer.status_code == 200, answer.text
    found: list[list[Any]] = answer.json()["rows"]
    return found


@pytest.mark.parametrize(
    ("name", "status"), [("401", 401), ("403_side", 403), ("422_periodetype", 422), ("500", 500)]
)
def test_refusing_faults(client: TestClient, name: str, status: int) -> None:
    fault(client, name)
    assert data(client).status_code == status
    client.delete("/standin/fejl").raise_for_status()
    assert data(client).status_code == 200


def test_texts_of_the_refusals(client: TestClient) -> None:
    fault(client, "403_side", antal=1)
    assert data(client).text == FORBIDDEN_TEXT
    fault(client, "422_periodetype", antal=1)
    assert data(client).json()["cause"] == "Unknown period type: M"
    fault(client, "422_periodetype", antal=1)
    assert data(client, "y30r21").json()["cause"] == "Unknown period type: QMAT"
    fault(client, "429", antal=1, sekunder=7)
    answer = data(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_count_table_and_path(client: TestClient) -> None:
    fault(client, "500", tabel="y25i01", antal=2)
    assert data(client, "y25i09").status_code == 200
    assert [data(client).status_code for _ in range(3)] == [500, 500, 200]
    fault(client, "500", sti="/v3/tables", antal=1)
    assert data(client).status_code == 200
    assert [client.get("/v3/tables").status_code for _ in range(2)] == [500, 200]


def test_cut_off_body_is_no_json(client: TestClient) -> None:
    whole = data(client).content
    fault(client, "afkortet", antal=1)
    answer = data(client)
    assert answer.status_code == 200
    assert answer.content == whole[: len(whole) // 2]
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_missing_rows_are_still_json(client: TestClient) -> None:
    whole = rows(client)
    fault(client, "afkortet_raekker")
    assert rows(client) == whole[: len(whole) - len(whole) // 10]


def test_bom(client: TestClient) -> None:
    fault(client, "bom", antal=1)
    assert data(client).content.startswith(b"\xef\xbb\xbf{")
    assert data(client).content.startswith(b"{")


def test_a_kommune_is_missing(client: TestClient) -> None:
    whole = rows(client)
    fault(client, "kommune_mangler", omraade="Herlev")
    assert rows(client) == [row for row in whole if row[1] != "Herlev"]
    client.delete("/standin/fejl")
    fault(client, "kommune_mangler", omraade="Herlev", perioder=["2026M07"])
    assert rows(client) == [row for row in whole if row[:2] != ["2026M07", "Herlev"]]


def test_rows_are_doubled(client: TestClient) -> None:
    whole = rows(client)
    fault(client, "dobbelt")
    assert rows(client) == whole + whole


def test_text_stands_for_a_number(client: TestClient) -> None:
    fault(client, "tekst_for_tal", omraade="Herlev", perioder=["2026M07"])
    struck = [row for row in rows(client) if "ukendt" in row]
    assert [row[:3] for row in struck] == [["2026M07", "Herlev", "ukendt"]]


def test_a_kommune_is_renamed_in_data_and_metadata(client: TestClient) -> None:
    fault(client, "kommune_omdoebt", omraade="Herlev", tabel="y25i01")
    areas = {row[1] for row in rows(client)}
    assert "Herlev (nyt navn)" in areas and "Herlev" not in areas
    assert "Herlev (nyt navn)" in client.get("/v3/table/y25i01").text
    assert "Herlev (nyt navn)" not in client.get("/v3/table/y25i09").text


def test_a_measure_is_renamed_and_keeps_its_id(client: TestClient) -> None:
    fault(client, "maaling_omdoebt", tabel="y25i01")
    assert "Antal ledige fuldtidspersoner (ny)" in data(client).json()["columns"]
    measure = client.get("/v3/table/y25i01").json()["mgroups"][0]["measures"][0]
    assert measure == {
        "measure_id": "standin_y25i01_1",
        "measure_name": "Antal ledige fuldtidspersoner (ny)",
    }


def test_a_measure_id_is_gone(client: TestClient) -> None:
    fault(client, "maaling_vaek", tabel="y25i01", maaling="standin_y25i01_1")
    asked = {key: value for key, value in ASK.items() if not key.startswith("mgroup")}
    answer = client.get("/v3/data/y25i01", params=asked | {"mgroup.*": "standin_y25i01_1"})
    assert answer.status_code == 422
    groups = client.get("/v3/table/y25i01").json()["mgroups"]
    assert [group["mgroup_id"] for group in groups] == ["standin_mgrp_y25i01_2"]
    # what is left still carries its own figures
    assert ["2026M07", "Herlev", 3.0] in rows(client)


def test_shifted_rows_keep_the_total(client: TestClient) -> None:
    whole = rows(client)
    before = client.get("/v3/tables").text.count("2026-08-20")
    client.post("/standin/ur", json={"nu": "2026-08-20T06:00:00Z"})
    fault(client, "forskudt", tabel="y25i01", perioder=["2026M07"])
    struck = rows(client)
    assert [row for row in struck if row[0] == "2026M06"] == whole[:100]
    old = [row[2] for row in whole if row[0] == "2026M07"]
    new = [row[2] for row in struck if row[0] == "2026M07"]
    assert (new[0], sum(new[1:99])) == (old[0], sum(old[1:99]))
    changed = [nr for nr in range(100) if old[nr] != new[nr]]
    assert set(changed) <= set(range(14, 34)) and len(changed) >= 18
    # each of the 20 carries its neighbour's value
    assert new[14:34] == [old[33], *old[14:33]] or new[14:34] == [*old[15:34], old[14]]
    assert client.get("/v3/tables").text.count("2026-08-20") == before + 1


def test_two_rows_shifted_are_a_swapped_pair(client: TestClient) -> None:
    whole = [row[2] for row in rows(client) if row[0] == "2026M07"]
    fault(client, "forskudt", tabel="y25i01", perioder=["2026M07"], start=0, raekker=2)
    struck = [row[2] for row in rows(client) if row[0] == "2026M07"]
    assert (struck[1], struck[2]) == (whole[2], whole[1])
    assert struck[3:] == whole[3:]


def test_shift_strikes_areas_asked_for_alone(client: TestClient) -> None:
    fault(client, "forskudt", perioder=["2026M07"])
    everywhere = {(row[0], row[1]): row[2:] for row in rows(client)}
    some = rows(client, **{"hierarchy._nykom": "/101/,/217/,/240/"})
    assert all(everywhere[row[0], row[1]] == row[2:] for row in some)


def test_faults_of_rows_strike_statbank_too(client: TestClient) -> None:
    body = {
        "table": "FOLK1A",
        "format": "CSV",
        "valuePresentation": "Code",
        "variables": [{"code": "OMRÅDE", "values": ["*"]}],
    }
    fault(client, "kommune_mangler", tabel="FOLK1A", omraade="163")
    text = client.post("/v1/data", json=body).text
    assert "\n163;" not in text and "\n101;" in text
    assert len(rows(client)) == 200


@pytest.mark.parametrize(
    "body",
    [
        {"fejl": "findes_ikke"},
        {},
        {"fejl": "500", "ukendt": 1},
        {"fejl": "500", "antal": "to"},
        {"fejl": "forskudt", "tabel": "FOLK1A"},
    ],
)
def test_unknown_faults_are_refused(client: TestClient, body: dict[str, object]) -> None:
    assert client.post("/standin/fejl", json=body).status_code == 400
    assert data(client).status_code == 200


def test_every_fault_of_the_list_is_tested_here() -> None:
    from pathlib import Path

    text = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in NAMES if f'"{name}"' not in text] == []


def test_a_server_in_a_thread() -> None:
    with running() as standin, httpx.Client(base_url=standin.url, headers=KEY) as client:
        standin.set_clock(datetime(2026, 8, 18, 20, tzinfo=UTC))
        answer = client.get("/v3/data/y25i01", params=ASK)
        assert answer.headers.get_list("Date") == ["Tue, 18 Aug 2026 20:00:00 GMT"]
        assert [(method, path) for method, path, _ in standin.requests] == [
            ("GET", "/v3/data/y25i01")
        ]
        assert standin.requests[0][2].startswith("mgroup.")
        standin.forget_requests()
        assert client.get("/standin/optagelser").json() == [
            "2026-08-18T19:52:00Z",
            "2026-08-19T07:59:00Z",
            "2026-08-19T18:49:00Z",
        ]
        assert standin.requests == []
        standin.fault("timeout", antal=1, sekunder=0.5)
        with pytest.raises(httpx.ReadTimeout):
            client.get("/v3/data/y25i01", params=ASK, timeout=0.2)
        began = time.monotonic()
        assert client.get("/v3/data/y25i01", params=ASK).status_code == 200
        assert time.monotonic() - began < 0.4
        standin.clear_faults()
    with pytest.raises(httpx.ConnectError):
        httpx.get(standin.url)


def test_a_bad_clock_is_refused(client: TestClient) -> None:
    assert client.post("/standin/ur", json={"nu": "i morgen"}).status_code == 400
    assert client.post("/standin/ur", json={"nu": "2026-08-18T20:00:00"}).status_code == 400
    assert client.get("/standin/ur").json() == {"nu": "2026-08-19T18:49:00Z"}
