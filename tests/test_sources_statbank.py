"""StatBank: the population by kommune and age, from the stand-in and from spoilt answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import orjson
import pytest
from sources_support import TIMES

from beskplan import fetching
from beskplan.errors import (
    BadAnswerError,
    CoverageError,
    DuplicateRowsError,
    NotANumberError,
    RefusedQueryError,
    SourceDownError,
    SourceError,
    UnknownAreaError,
)
from beskplan.landing import Landing, find_problems
from beskplan.settings import Settings
from beskplan.sources import statbank
from beskplan.sources.statbank import StatBank
from beskplan.sources.types import TableVintage
from beskplan.standin.server import Running

pytest_plugins = ["sources_fixtures"]


def fetch(settings: Settings, transport: httpx.BaseTransport | None = None) -> TableVintage:
    with StatBank(settings, transport) as source:
        return source.fetch_table("FOLK1A")


def test_every_person_of_the_plans_age_is_asked_for(settings: Settings) -> None:
    vintage = fetch(settings)
    cells = vintage.cells
    # 98 kommuner + Hele landet × ages 16-66 × 2015K1-2026K3.
    assert len(cells) == 99 * 51 * 47
    assert (cells["periode"].min(), cells["periode"].max()) == ("2015K1", "2026K3")
    assert set(cells["dimensioner"]) == {f"ALDER={age}" for age in range(16, 67)}
    assert set(cells["maaling_id"]) == {"INDHOLD"}
    assert not cells["raekke_mangler"].any()
    assert cells["vaerdi"].notna().all()
    assert vintage.update_latest == "2026-08-11T08:00:00"
    assert vintage.retrieved_at == TIMES[2]
    newest = cells[cells["periode"] == "2026K3"]
    country = newest["omraade"] == "000"
    # Christiansø (411), which is no kommune, has some 90 inhabitants of all ages.
    beside = newest.loc[country, "vaerdi"].sum() - newest.loc[~country, "vaerdi"].sum()
    assert 0 < beside < 90


def test_a_low_cell_limit_cuts_by_period(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fetch(settings)
    # One quarter asks for 5,049 cells: 12 quarters fit below 61,000, so 47 make 4 answers.
    monkeypatch.setattr(statbank, "CELL_LIMIT", 61_000)
    pieces = fetch(settings)
    assert (len(whole.answers), len(pieces.answers)) == (1, 4)
    assert pieces.cells.equals(whole.cells)


def test_the_same_update_is_fetched_once(settings: Settings, standin: Running) -> None:
    assert fetching.fetch_all(settings, "statbank") == {"FOLK1A": "landet"}
    standin.forget_requests()
    assert fetching.fetch_all(settings, "statbank") == {}
    assert [item[1] for item in standin.requests] == ["/v1/tableinfo"]
    landing = Landing(settings.landing)
    (vintage,) = landing.vintages()
    assert [item["fil"] for item in vintage.svar] == ["svar-001.csv.gz"]
    assert dict(vintage.svar[0]["parametre"])["ALDER"].startswith("16,17,")
    assert find_problems(landing) == []


def test_a_source_that_is_down_marks_the_table(settings: Settings, standin: Running) -> None:
    standin.fault("500", tabel="folk1a", sti="/v1/")
    with pytest.raises(SourceDownError, match="statbank FOLK1A"):
        fetching.fetch_all(settings, "statbank")
    look = Landing(settings.landing).last_tilsyn("statbank", "FOLK1A")
    assert look is not None
    assert look.udfald == "fejl"


# --- answers made by hand: two kommuner, two ages, two quarters ---------------------------------

CODES = {"000": "Hele landet", "163": "Herlev", "563": "Fanø"}
AGES = ("16", "17")
QUARTERS = ("2026K2", "2026K3")
HEAD = "OMRÅDE;ALDER;TID;INDHOLD"
ROWS = [
    f"{area};{age};{quarter};{number}"
    for number, (area, age, quarter) in enumerate(
        ((area, age, quarter) for area in CODES for age in AGES for quarter in QUARTERS), start=100
    )
]


def body(rows: list[str], head: str = HEAD) -> bytes:
    return ("\ufeff" + "\r\n".join([head, *rows]) + "\r\n").encode()


def info() -> dict[str, object]:
    def variable(code: str, values: tuple[str, ...], *, time: bool = False) -> dict[str, object]:
        return {"id": code, "time": time, "values": [{"id": value} for value in values]}

    return {
        "id": "FOLK1A",
        "updated": "2026-08-11T08:00:00",
        "variables": [
            variable("OMRÅDE", (*CODES, "084")),
            variable("ALDER", ("IALT", *AGES)),
            variable("Tid", ("2008K1", *QUARTERS), time=True),
        ],
    }


@pytest.fixture
def tiny(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(statbank, "MEMBERS", {"ALDER": AGES})
    rows = "".join(f"{code},{CODES[code]}\n" for code in ("163", "563"))
    text = f"kommune_kode,kommune_navn\n{rows}"
    (settings.seeds / "kommuner.csv").write_text(text, encoding="utf-8")
    kilder = settings.seeds / "kilder.csv"
    head, *lines = kilder.read_text(encoding="utf-8").splitlines(keepends=True)
    only = [line for line in lines if line.startswith("statbank")]
    kilder.write_text(head + "".join(only), encoding="utf-8")
    return replace(settings, statbank_url="https://api.statbank.dk", profile="fuld")


class Bank:
    """Answers tableinfo and data from what it is given, and keeps the questions."""

    def __init__(self, data: bytes, table: dict[str, object] | None = None) -> None:
        self.data = data
        self.table = table or info()
        self.questions: list[dict[str, object]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {"Date": "Tue, 11 Aug 2026 06:00:00 GMT"}
        if request.url.path == "/v1/tableinfo":
            return httpx.Response(200, content=orjson.dumps(self.table), headers=headers)
        self.questions.append(orjson.loads(request.content))
        return httpx.Response(200, content=self.data, headers=headers)


def fetch_from(bank: Bank, settings: Settings) -> TableVintage:
    return fetch(settings, httpx.MockTransport(bank))


def test_the_question_names_codes_and_periods(tiny: Settings) -> None:
    bank = Bank(body(ROWS))
    vintage = fetch_from(bank, tiny)
    assert bank.questions == [
        {
            "table": "FOLK1A",
            "format": "CSV",
            "lang": "da",
            "valuePresentation": "Code",
            "variables": [
                {"code": "OMRÅDE", "values": ["000", "163", "563"]},
                {"code": "Tid", "values": ["2026K2", "2026K3"]},
                {"code": "ALDER", "values": ["16", "17"]},
            ],
        }
    ]
    assert vintage.origin == "api"
    assert vintage.answers[0].body.startswith(b"\xef\xbb\xbf")
    herlev = vintage.cells.query("omraade == '163' and dimensioner == 'ALDER=17'")
    assert herlev["vaerdi"].tolist() == [106, 107]


def test_the_order_of_columns_and_rows_does_not_matter(tiny: Settings) -> None:
    turned = [";".join(reversed(row.split(";"))) for row in reversed(ROWS)]
    other = fetch_from(Bank(body(turned, ";".join(reversed(HEAD.split(";"))))), tiny)
    assert other.cells.equals(fetch_from(Bank(body(ROWS)), tiny).cells)


SPOILT: dict[str, tuple[Callable[[], bytes], type[SourceError], str]] = {
    "cut in a number": (lambda: body(ROWS)[:-4], BadAnswerError, "brydes af"),
    "cut in a row": (lambda: body(ROWS)[:-9], BadAnswerError, "brydes af"),
    "a kommune missing": (
        lambda: body([row for row in ROWS if not row.startswith("563")]),
        CoverageError,
        r"563 \(omraade\)",
    ),
    "a quarter missing": (
        lambda: body([row for row in ROWS if "2026K3" not in row]),
        CoverageError,
        r"2026K3 \(periode\)",
    ),
    "one row missing": (lambda: body(ROWS[:-1]), CoverageError, "2026K3 mangler 17 pct"),
    "doubled": (lambda: body([*ROWS, ROWS[3]]), DuplicateRowsError, "000, 2026K3, 17"),
    "text": (lambda: body([*ROWS[:-1], "563;17;2026K3;mange"]), NotANumberError, "»mange«"),
    "unknown area": (lambda: body([*ROWS, "999;16;2026K2;5"]), UnknownAreaError, "»999«"),
    "labels for codes": (
        lambda: body(["Herlev" + row[3:] if row[:3] == "163" else row for row in ROWS]),
        UnknownAreaError,
        "»Herlev«",
    ),
    "other columns": (
        lambda: body([f"{row};1" for row in ROWS], f"{HEAD};KØN"),
        BadAnswerError,
        "KØN",
    ),
    "web page": (lambda: b"<html>Lukket</html>", BadAnswerError, "webside"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_answer_is_refused_and_named(tiny: Settings, name: str) -> None:
    make, kind, text = SPOILT[name]
    with pytest.raises(kind, match=rf"{text}.*statbank FOLK1A 2026K2–2026K3"):
        fetch_from(Bank(make()), tiny)


def test_missing_markers_are_null_and_zero_is_zero(tiny: Settings) -> None:
    rows = ["000;16;2026K2;0", "000;16;2026K3;..", *ROWS[2:]]
    first, second = fetch_from(Bank(body(rows)), tiny).cells["vaerdi"].head(4)[::2]
    assert first == 0
    assert second != second  # NaN: sent as null


def test_codes_gone_from_metadata_are_named(tiny: Settings) -> None:
    table = info()
    table["variables"][0]["values"].remove({"id": "563"})  # type: ignore[index]
    with pytest.raises(CoverageError, match=r"563 \(OMRÅDE\).*statbank FOLK1A"):
        fetch_from(Bank(body(ROWS), table), tiny)
    with pytest.raises(BadAnswerError, match="dokumenterede form"):
        fetch_from(Bank(body(ROWS), {"id": "FOLK1A"}), tiny)


def test_a_table_that_is_not_there_is_not_offered(tiny: Settings) -> None:
    error = {"errorTypeCode": "EXTRACT-NOTFOUND", "message": "Tabel findes ikke: FOLK1A"}
    transport = httpx.MockTransport(lambda _: httpx.Response(400, json=error))
    with StatBank(tiny, transport) as source:
        assert source.catalogue() == {}
        with pytest.raises(RefusedQueryError, match="udbydes ikke længere"):
            source.fetch_table("FOLK1A")
