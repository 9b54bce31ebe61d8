"""FOLK1A answers as StatBank does, and its figures lie where the recorded ones say."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from fastapi.testclient import TestClient

from beskplan.standin.app import create_app
from beskplan.standin.population import QUARTERS, working_by_month
from beskplan.standin.recorded import TIMES, Recorded
from beskplan.standin.spec import AREAS, Selection
from beskplan.standin.tables import tables

WORKING = [str(age) for age in range(16, 67)]
# kommune-quarters whose months imply intervals that have no common population
EMPTY = {
    ("Fanø", "2022K3"), ("Fanø", "2023K4"), ("Fanø", "2024K4"), ("Fanø", "2026K2"),
    ("Halsnæs", "2024K2"), ("Herlev", "2024K2"), ("Læsø", "2022K2"), ("Læsø", "2023K4"),
    ("Læsø", "2024K4"), ("Læsø", "2025K4"), ("Samsø", "2024K1"), ("Samsø", "2024K2"),
    ("Ærø", "2021K3"),
}  # fmt: skip


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app())


def ask(client: TestClient, form: str = "CSV", **variables: list[str]) -> Any:
    body = {
        "table": "folk1a",
        "format": form,
        "lang": "da",
        "valuePresentation": "Code",
        "variables": [{"code": code, "values": values} for code, values in variables.items()],
    }
    return client.post("/v1/data", json=body)


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    text = answer.content.decode("utf-8-sig")
    return [line.split(";") for line in text.splitlines()]


def test_tableinfo_by_get_and_post(client: TestClient) -> None:
    info = client.post("/v1/tableinfo", json={"table": "FOLK1A"}).json()
    assert info == client.get("/v1/tableinfo/folk1a?lang=da").json()
    assert (info["id"], info["updated"]) == ("FOLK1A", "2026-08-11T08:00:00")
    sizes = {v["id"]: len(v["values"]) for v in info["variables"]}
    assert sizes == {"OMRÅDE": 105, "KØN": 3, "ALDER": 127, "CIVILSTAND": 5, "Tid": 75}
    assert info["variables"][-1]["values"][0]["id"] == "2008K1"
    assert info["variables"][-1]["values"][-1]["id"] == "2026K3"


def test_real_totals_come_out(client: TestClient) -> None:
    found = rows(
        client.get("/v1/data/FOLK1A/CSV", params={"OMRÅDE": "*", "Tid": ">=2021K4<=2024K2"})
    )
    assert found[0] == ["OMRÅDE", "TID", "INDHOLD"]
    assert ["Hele landet", "2022K1", "5873420"] in found
    # SHA-256 (first 16) of the sorted lines "område;kvartal;antal" of the real FOLK1AM,
    # the first month of eleven quarters, 105 areas
    lines = sorted(";".join(row) for row in found[1:])
    assert len(lines) == 1155
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] == "ba675d197ae6ccd6"


def test_population_lies_in_the_interval_that_recorded_percents_imply() -> None:
    table = tables()["y60a02"]
    periods = Recorded().periods(table, TIMES[-1])
    everywhere = range(len(table.hierarchies[0].members))
    cells = Recorded().cells(table, Selection(periods, (1, 3), {AREAS: everywhere}), TIMES[-1])
    population = working_by_month()[(2021 - 2015) * 12 + 7 :]
    outside = set()
    for nr, period in enumerate(periods):
        for area, member in enumerate(table.hierarchies[0].members):
            count, percent = cells.values[nr, area]
            people = int(population[nr, area])
            tenths = (2000 * int(count) + people) // (2 * people)
            if tenths != round(10 * percent):
                quarter = f"{period[:4]}K{(int(period[5:]) + 2) // 3}"
                outside.add((member.name, quarter))
    assert outside <= EMPTY
    assert len(outside) == 13


def test_working_ages_are_the_population_of_the_percents(client: TestClient) -> None:
    found = rows(ask(client, OMRÅDE=["163"], ALDER=WORKING, Tid=["2017K3"]))[1:]
    assert len(found) == 51
    month = (2017 - 2015) * 12 + 6
    assert sum(int(row[-1]) for row in found) == working_by_month()[month, 9]


def test_breakdowns_add_up(client: TestClient) -> None:
    found = rows(
        ask(
            client,
            OMRÅDE=["000", "081", "411"],
            KØN=["*"],
            ALDER=["IALT", "40"],
            CIVILSTAND=["*"],
            Tid=["2020K1"],
        )
    )[1:]
    assert len(found) == 3 * 3 * 2 * 5
    value = {tuple(row[:4]): int(row[5]) for row in found}
    for area in ("000", "081", "411"):
        for age in ("IALT", "40"):
            total = value[area, "TOT", age, "TOT"]
            assert value[area, "1", age, "TOT"] + value[area, "2", age, "TOT"] == total
            assert sum(value[area, "TOT", age, status] for status in "UGEF") == total


def test_ages_add_up_to_the_total(client: TestClient) -> None:
    ages = [str(age) for age in range(126)]
    parts = rows(ask(client, OMRÅDE=["101"], ALDER=ages, Tid=["2026K3"]))[1:]
    total = rows(ask(client, OMRÅDE=["101"], Tid=["2026K3"]))[1]
    assert sum(int(row[-1]) for row in parts) == int(total[-1])


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("*K1", [q for q in QUARTERS if q.endswith("K1")]),
        ("2023*", ["2023K1", "2023K2", "2023K3", "2023K4"]),
        (">=2026K1", ["2026K1", "2026K2", "2026K3"]),
        ("<=2008K2", ["2008K1", "2008K2"]),
        (">=2010K1<=2010K3", ["2010K1", "2010K2", "2010K3"]),
        ("(1)", ["2026K3"]),
        ("(2)", ["2026K2"]),
        ("(-n+3)", ["2026K1", "2026K2", "2026K3"]),
        ("2020k1", ["2020K1"]),
    ],
)
def test_value_rules(client: TestClient, rule: str, wanted: list[str]) -> None:
    found = rows(ask(client, OMRÅDE=["000"], tid=[rule]))[1:]
    assert [row[1] for row in found] == wanted


def test_omitted_variables_are_eliminated_and_time_is_the_newest(client: TestClient) -> None:
    assert rows(ask(client, OMRÅDE=["163"]))[1][:2] == ["163", "2026K3"]
    assert rows(ask(client))[0] == ["TID", "INDHOLD"]


@pytest.mark.parametrize(
    ("presentation", "text"),
    [("Value", "Herlev"), ("Code", "163"), ("CodeAndValue", "163 Herlev"), ("Default", "Herlev")],
)
def test_presentations(client: TestClient, presentation: str, text: str) -> None:
    params = {"OMRÅDE": "163", "valuePresentation": presentation}
    assert rows(client.get("/v1/data/FOLK1A/CSV", params=params))[1][0] == text


def test_the_cell_limit(client: TestClient) -> None:
    answer = ask(client, OMRÅDE=["*"], ALDER=["*"], Tid=["*"])
    assert answer.status_code == 400
    assert answer.json() == {
        "errorTypeCode": "REQUEST-LIMIT",
        "message": "Forespørgslen på op mod 1.000.125 celler er over begrænsningen på 1.000.000 "
        "celler for denne filtype. Anvend BULK eller andet streaming format i stedet.",
    }


def test_bulk_has_no_limit_no_bom_and_no_zeros(client: TestClient) -> None:
    everything = {"OMRÅDE": ["*"], "ALDER": ["*"], "KØN": ["TOT"], "CIVILSTAND": ["TOT"]}
    answer = ask(client, "BULK", **everything, Tid=["*"])
    assert answer.content.startswith("OMRÅDE;KØN;ALDER;CIVILSTAND;TID;INDHOLD\r\n".encode())
    found = rows(answer)
    assert 800_000 < len(found) < 1_000_125
    assert min(int(row[5]) for row in found[1:]) == 1
    assert len({row[4] for row in found[1:]}) == 75
    csv = rows(ask(client, **{**everything, "Tid": ["2026K3"]}))[1:]
    bulk = rows(ask(client, "BULK", **{**everything, "Tid": ["2026K3"]}))[1:]
    assert sorted(bulk) == sorted(row for row in csv if row[5] != "0")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"table": "FOLK9Z", "format": "CSV"}, "EXTRACT-NOTFOUND", "Tabel findes ikke: FOLK9Z"),
        (
            {"table": "FOLK1A", "format": "CSV", "variables": [{"code": "X", "values": ["*"]}]},
            "EXTRACT-NOTFOUND",
            "Kan ikke finde variablen: X",
        ),
        (
            {
                "table": "FOLK1A",
                "format": "CSV",
                "variables": [{"code": "OMRÅDE", "values": ["999999"]}],
            },
            "EXTRACT-NOTFOUND",
            "Kan ikke finde værdien: 999999 (OMRÅDE)",
        ),
        (
            {
                "table": "FOLK1A",
                "format": "BULK",
                "variables": [{"code": "OMRÅDE", "values": ["*"]}],
            },
            "EXTRACT-NOTALLOWED",
            "Der skal vælges værdier for variabel: KØN",
        ),
        ({"format": "CSV"}, "REQUEST-MISSING", "Parameteren table mangler"),
        ({"table": "FOLK1A", "format": "JSON"}, "EXTRACT-NOTALLOWED", "Ukendt format: JSON"),
    ],
)
def test_refusals(client: TestClient, body: dict[str, Any], code: str, message: str) -> None:
    answer = client.post("/v1/data", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"errorTypeCode": code, "message": message}


def test_csv_has_a_bom_and_says_that_it_is_generated(client: TestClient) -> None:
    answer = ask(client, OMRÅDE=["000"])
    assert answer.content.startswith("\ufeffOMRÅDE;TID;INDHOLD".encode())
    assert answer.headers["X-Standin-Oprindelse"] == "genereret"
    assert answer.headers["Date"] == "Wed, 19 Aug 2026 18:49:00 GMT"
