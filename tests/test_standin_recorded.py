"""The recorded tables answer what was recorded, and nothing else."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from beskplan.standin.app import create_app
from beskplan.standin.recorded import newest_recording

KEY = {"Authorization": "Bearer en-noegle-til-test"}
TIMES = ("2026-08-18T19:52:00Z", "2026-08-19T07:59:00Z", "2026-08-19T18:49:00Z")
EVERYTHING = {"mgroup.*": "*", "period.M": "*", "hierarchy._nykom": "*"}

# Cells, nulls and SHA-256 (first 16) of the sorted lines
# "periode;område;medlem;måling;værdi" of the three recorded csv files, totals with no member.
RECORDED = {
    (0, "y25i01"): (36000, 237, "877d822ee50db882"),
    (0, "y25i09"): (10629, 147, "ebc6360b62ff04f0"),
    (1, "y25i01"): (36000, 239, "d80d543def7fd465"),
    (1, "y25i09"): (10629, 147, "ebc6360b62ff04f0"),
    (2, "y25i01"): (35640, 59, "f686b546e4cee18c"),
    (2, "y25i09"): (10521, 135, "6efa7b962a1fe9bf"),
    (2, "y60c07"): (11880, 0, "38447b2962b1a5cb"),
    (2, "y60j01"): (11880, 174, "6fa8f2f11018cc34"),
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(), headers=KEY)


def ask(client: TestClient, table: str, **params: str) -> list[list[object]]:
    answer = client.get(f"/v3/data/{table}", params=EVERYTHING | params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [body["columns"], *body["rows"]]


def set_time(client: TestClient, time: int) -> None:
    client.post("/standin/ur", json={"nu": TIMES[time]}).raise_for_status()


def lines(table: list[list[object]], members: int) -> list[str]:
    head, *rows = table
    found = []
    for row in rows:
        member = str(row[2]) if members else ""
        for label, value in zip(head[2 + members :], row[2 + members :], strict=True):
            text = "" if value is None else f"{float(str(value)):.1f}"
            found.append(";".join((str(row[0]), str(row[1]), member, str(label), text)))
    return found


def digest(found: list[str]) -> tuple[int, int, str]:
    total = "Ydelsesgrupper i alt"
    plain = sorted(line.replace(f";{total};", ";;") for line in found)
    nulls = sum(line.endswith(";") for line in plain)
    return len(plain), nulls, hashlib.sha256("\n".join(plain).encode()).hexdigest()[:16]


@pytest.mark.parametrize(("time", "table"), RECORDED)
def test_every_recorded_cell_is_answered(client: TestClient, time: int, table: str) -> None:
    set_time(client, time)
    grouped = table in ("y25i01", "y25i09")
    answer = ask(client, table, **({"hierarchy._ygrpi09": "*"} if grouped else {}))
    found = lines(answer, int(grouped))
    if time == 2:  # the third file has no Uoplyst område; the answer takes it from the second
        unknown = [line for line in found if ";Uoplyst område;" in line]
        assert len(unknown) == {"y25i01": 360, "y25i09": 108}.get(table, 0)
        found = [line for line in found if line not in set(unknown)]
    assert digest(found) == RECORDED[time, table]


def test_y60a02_is_whole_with_visitation_for_one_month(client: TestClient) -> None:
    set_time(client, 2)
    found = lines(ask(client, "y60a02"), 0)
    visited = ask(
        client,
        "y60a02",
        **{
            "mgroup.*": "standin_y60a02_2",
            "period.M": "latest:1",
            "hierarchy._viskat_1int": "level:viskat_1int",
        },
    )
    assert digest(found + lines(visited, 1)) == (24255, 56, "3d21fa8c198cbfc6")


def test_the_three_known_figures(client: TestClient) -> None:
    wanted = {"period.M": "2026M06,2026M07", "hierarchy._nykom": "/,/101/,/163/"}
    set_time(client, 2)
    newest = {(row[0], row[1]): row[2] for row in ask(client, "y25i01", **wanted)[1:]}
    assert [newest["2026M06", name] for name in ("Hele landet", "København", "Herlev")] == [
        89907,
        15591,
        491,
    ]
    assert [newest["2026M07", name] for name in ("Hele landet", "København", "Herlev")] == [
        91583,
        16981,
        467,
    ]
    set_time(client, 0)
    before = ask(client, "y25i01", **(wanted | {"period.M": "2026M06"}))[1:]
    assert [row[2] for row in before] == [88080, 15185, 477]


def test_absent_rows_stay_absent(client: TestClient) -> None:
    set_time(client, 2)
    rows = ask(client, "y25i09")[1:]
    there = {(row[0], row[1]) for row in rows}
    periods = {row[0] for row in rows}
    kommuner = {row[1] for row in rows} - {"Hele landet", "Uoplyst område"}
    assert (len(periods), len(kommuner)) == (36, 98)
    assert sum((p, k) not in there for p in periods for k in kommuner) == 57


def test_answers_between_and_before_the_recorded_times(client: TestClient) -> None:
    app = client.app
    for now, newest in (
        (datetime(2020, 1, 1, tzinfo=UTC), "2026M06"),
        (datetime(2026, 8, 19, 7, 58, 59, tzinfo=UTC), "2026M06"),
        (datetime(2026, 8, 19, 7, 59, tzinfo=UTC), "2026M07"),
        (datetime(2026, 12, 24, tzinfo=UTC), "2026M07"),
    ):
        app.state.world.set_clock(now)  # type: ignore[attr-defined]
        answer = client.get("/v3/data/y25i01", params=EVERYTHING | {"period.M": "latest:1"})
        assert answer.json()["rows"][0][0] == newest
        assert answer.headers["X-Standin-Oprindelse"] == "optaget"
        assert answer.headers["Date"] == now.strftime("%a, %d %b %Y %H:%M:%S GMT")


def offered(client: TestClient) -> dict[str, str]:
    body = client.get("/v3/tables").json()
    return {
        table["table_id"]: table["update_latest"]
        for subject in body
        for group in subject["table_groups"]
        for table in group["tables"]
    }


def test_tables_and_their_updates_follow_the_clock(client: TestClient) -> None:
    seen = []
    for time in range(3):
        set_time(client, time)
        seen.append(offered(client))
    assert [len(tables) for tables in seen] == [16, 16, 19]
    assert [tables.get("y25i01") for tables in seen] == ["2026-07-15", "2026-08-19", "2026-08-19"]
    assert [tables.get("y25i09") for tables in seen] == ["2026-07-15", "2026-08-19", "2026-08-19"]
    assert [tables.get("y60a02") for tables in seen] == [None, None, "2026-08-19"]
    assert [tables.get("y01a02") for tables in seen] == ["2026-08-14"] * 3


def test_a_table_not_offered_is_unknown(client: TestClient) -> None:
    set_time(client, 0)
    assert client.get("/v3/table/y60a02").status_code == 404
    assert client.get("/v3/data/y60a02", params=EVERYTHING).status_code == 404
    assert client.get("/v3/table/findes_ikke").json()["cause"] == "Unknown table: findes_ikke"


def test_the_recording_as_a_frame() -> None:
    frame = newest_recording()
    assert (len(frame), int(frame["vaerdi"].isna().sum())) == (94176, 424)
    herlev = frame[
        (frame["omraade_navn"] == "Herlev")
        & (frame["periode"] == "2026M07")
        & (frame["dimensioner"] == "_viskat_1int=Jobparat")
    ]
    assert herlev["vaerdi"].tolist() == [87]
