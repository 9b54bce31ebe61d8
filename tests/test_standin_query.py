"""What `/v3/data/<id>` understands, and how it refuses the rest."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient

from beskplan.standin.app import create_app

BASE = {"mgroup.*": "*", "period.M": "latest:2", "hierarchy._nykom": "/"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(), headers={"Authorization": "Bearer en-noegle-til-test"})


def rows(client: TestClient, table: str, **params: str) -> list[list[object]]:
    answer = client.get(f"/v3/data/{table}", params=BASE | params)
    assert answer.status_code == 200, answer.text
    found: list[list[object]] = answer.json()["rows"]
    return found


def test_columns_are_periode_omraade_dimensions_measures(client: TestClient) -> None:
    answer = client.get("/v3/data/y25i01", params=BASE | {"hierarchy._ygrpi09": "/2/"})
    assert answer.json() == {
        "columns": [
            "Periode",
            "Område",
            "Ydelsesgrupper",
            "Antal ledige fuldtidspersoner",
            "Ledige fuldtidspersoner i pct. af arbejdsstyrken 16-66 år",
        ],
        "rows": answer.json()["rows"],
    }
    assert list(json.loads(answer.content)) == ["columns", "rows"]


def test_a_hierarchy_not_named_is_collapsed_and_has_no_column(client: TestClient) -> None:
    params = {key: value for key, value in BASE.items() if not key.startswith("hierarchy")}
    answer = client.get("/v3/data/y25i01", params=params | {"period.M": "2026M07"}).json()
    assert answer["columns"][0] == "Periode"
    assert "Område" not in answer["columns"]
    assert [row[:2] for row in answer["rows"]] == [["2026M07", 91583]]


@pytest.mark.parametrize(
    ("selector", "count"),
    [("/", 1), ("*", 100), ("/101/,/163/", 2), ("level:kommune", 98), ("level:land,/997/", 2)],
)
def test_area_selectors(client: TestClient, selector: str, count: int) -> None:
    found = rows(client, "y25i01", **{"hierarchy._nykom": selector, "period.M": "latest:1"})
    assert len(found) == count
    assert len({row[1] for row in found}) == count


def test_level_leaves_the_total_out(client: TestClient) -> None:
    found = rows(client, "y01a02", **{"hierarchy._aldera": "level:aldera", "period.M": "2020M01"})
    assert len(found) == 11
    assert "Alder i alt" not in {row[2] for row in found}


@pytest.mark.parametrize(
    ("period", "count"),
    [("latest:1", 1), ("latest:60", 60), ("*", 60), ("2026M05,2024M01", 2)],
)
def test_period_selectors(client: TestClient, period: str, count: int) -> None:
    assert len(rows(client, "y25i01", **{"period.M": period})) == count


def test_measures_by_id_and_by_group(client: TestClient) -> None:
    params = {key: value for key, value in BASE.items() if not key.startswith("mgroup")}
    one = client.get("/v3/data/y60a02", params=params | {"mgroup.mgrpa02_3": "standin_y60a02_2"})
    assert one.json()["columns"] == ["Periode", "Område", "Antal fuldtidspersoner"]
    both = [*params.items(), ("mgroup.mgrpa02_1", "*"), ("mgroup.mgrpa02_5b", "standin_y60a02_4")]
    assert client.get("/v3/data/y60a02", params=both).json()["columns"][2:] == [
        "Antal personer",
        "Fuldtidspersoner i pct. af befolkningen",
    ]


@pytest.mark.parametrize(
    ("params", "cause"),
    [
        ({"period.Q": "latest:4"}, "Unknown period type: Q"),
        (
            {"period.M": "latest:61"},
            "Requested latest:61 for type M, but only 60 periods are available.",
        ),
        ({"period.M": "2026M13"}, "Unknown periods: ['2026M13']"),
        ({"hierarchy._omrade": "*"}, "Unknown hierarchies: ['_omrade']"),
        ({"hierarchy._nykom": "/999/"}, "Unknown values of _nykom: ['/999/']"),
        ({"hierarchy._nykom": "level:by"}, "Unknown levels of _nykom: ['by']"),
        ({"mgroup.findes_ikke": "*"}, "Unknown measure groups: ['findes_ikke']"),
        ({"mgroup.*": "findes_ikke"}, "Unknown measures: ['findes_ikke']"),
        ({"mgroup.*": ""}, "No mgroup selected."),
        ({"period.M": ""}, "No period selected."),
        ({"area": "Herlev"}, "Unknown parameters: ['area']"),
        ({"format": "xml"}, "Unknown format: xml"),
    ],
)
def test_refusals(client: TestClient, params: dict[str, str], cause: str) -> None:
    answer = client.get("/v3/data/y25i01", params=BASE | params)
    body = answer.json()
    assert (answer.status_code, body["code"], body["cause"]) == (422, 422, cause)
    assert list(body) == ["code", "cause", "request_id"]
    assert answer.text.startswith('{"code":422,"cause":"')


@pytest.mark.parametrize(
    "params", [{"period.M": "2026M06"}, {"period.M": "latest:1", "mgroup.*": "standin_y60a02_1"}]
)
def test_visitation_beyond_the_recording_is_refused(
    client: TestClient, params: dict[str, str]
) -> None:
    wanted = {"mgroup.*": "standin_y60a02_2", "hierarchy._viskat_1int": "*"} | params
    answer = client.get("/v3/data/y60a02", params=BASE | wanted)
    assert answer.status_code == 422
    assert "recorded for period 2026M07" in answer.json()["cause"]


def test_csv_has_bom_semicolons_and_decimal_comma(client: TestClient) -> None:
    params = BASE | {"format": "csv", "period.M": "2026M07", "hierarchy._nykom": "/163/,/997/"}
    answer = client.get("/v3/data/y25i01", params=params)
    assert answer.content.startswith("\ufeffPeriode;Område;".encode())
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert table[1][2:] == ["467", "3,0"]
    assert table[2][3] == ""  # Uoplyst område has no percent


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "en-noegle-til-test"},
        {"Authorization": "Bearer kort"},
        {"Authorization": "Bearer forkert-noegle"},
        {"Authorization": "Basic en-noegle-til-test"},
    ],
)
@pytest.mark.parametrize("path", ["/v3/subjects", "/v3/tables", "/v3/table/y25i01"])
def test_wrong_keys(headers: dict[str, str], path: str) -> None:
    bare = TestClient(create_app())
    assert bare.get(path, headers=headers).status_code == 401
    assert bare.get("/v3/data/y25i01", params=BASE, headers=headers).status_code == 401


def test_metadata_of_a_table(client: TestClient) -> None:
    body = client.get("/v3/table/Y25I01").json()
    assert body["table_id"] == "y25i01"
    assert [period["period_id"] for period in body["periods"][0]["values"]][-1] == "2026M07"
    area, groups = body["dimensions"]
    assert (area["dimension_id"], area["hierarchies"][0]["hierarchy_id"]) == ("_omrade", "_nykom")
    land, kommune, unknown = area["hierarchies"][0]["levels"]
    assert land["values"] == [{"value_id": "/", "value_name": "Hele landet"}]
    assert kommune["values"][0] == {"value_id": "/101/", "value_name": "København"}
    assert unknown["values"][0]["value_name"] == "Uoplyst område"
    members = [v for level in groups["hierarchies"][0]["levels"] for v in level["values"]]
    assert [(m["value_id"], m["value_name"]) for m in members] == [
        ("/", "Ydelsesgrupper i alt"),
        ("/2/", "A-dagpenge"),
        ("/3/", "Kontanthjælp"),
    ]
    assert body["mgroups"][0]["measures"] == [
        {"measure_id": "standin_y25i01_1", "measure_name": "Antal ledige fuldtidspersoner"}
    ]


def test_rows_of_some_tables_come_member_by_member(client: TestClient) -> None:
    found = rows(client, "y25i09", **{"hierarchy._nykom": "/101/,/147/"})
    assert [row[:2] for row in found] == [
        ["2026M05", "København"],
        ["2026M06", "København"],
        ["2026M05", "Frederiksberg"],
        ["2026M06", "Frederiksberg"],
    ]
