"""The Joblog bilag: two layouts, four states, old names, a folder that has no clock."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from beskplan import errors, fetching
from beskplan.landing import Landing, find_problems
from beskplan.settings import PROJECT, Settings
from beskplan.sources.bilag import GROUPS, Figure, read_bilag
from beskplan.sources.joblog import Joblog

DATA = PROJECT / "tests" / "data" / "joblog"
CSV = (DATA / "joblog_2018M01_layout.csv").read_bytes()
XLSX = (DATA / "joblog_2018M01_layout.xlsx").read_bytes()
JUNE = datetime(2018, 6, 29, 8, 0, tzinfo=UTC)
MAY = datetime(2018, 5, 7, 8, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "joblog").mkdir()
    return Settings(home=tmp_path)


def put(settings: Settings, name: str, body: bytes, when: datetime = MAY) -> None:
    path = settings.joblog / name
    path.write_bytes(body)
    os.utime(path, (when.timestamp(), when.timestamp()))


def changed(old: str, new: str, body: bytes = CSV) -> bytes:
    text = body.decode("utf-8-sig")
    assert old in text
    return text.replace(old, new, 1).encode()


def fetched(settings: Settings) -> pd.DataFrame:
    return Joblog(settings).fetch_table("joblog").cells


def cell(cells: pd.DataFrame, code: str, group: int, measure: str) -> tuple[float | None, bool]:
    row = cells[
        (cells["omraade"] == code)
        & (cells["dimensioner"] == f"_gruppe={GROUPS[group]}")
        & (cells["maaling_id"] == measure)
    ]
    value = row["vaerdi"].item()
    return (None if pd.isna(value) else value), bool(row["raekke_mangler"].item())


def test_both_layouts_give_the_same_cells(settings: Settings) -> None:
    put(settings, "joblog_2018M01.csv", CSV)
    from_csv = fetched(settings)
    (settings.joblog / "joblog_2018M01.csv").unlink()
    put(settings, "joblog_2018M01.xlsx", XLSX)
    pd.testing.assert_frame_equal(from_csv, fetched(settings))
    assert len(from_csv) == 99 * 3 * 2
    assert set(from_csv["periode"]) == {"2018M01"}
    assert cell(from_csv, "000", 0, "antal_beroerte") == (98230, False)
    assert cell(from_csv, "851", 1, "andel_pct") == (70.1, False)
    assert cell(from_csv, "851", 2, "andel_pct") == (25.0, False)
    # Billund's "-": hidden, not absent; Esbjerg's 0,0 is a figure.
    assert cell(from_csv, "530", 2, "antal_beroerte") == (None, False)
    assert cell(from_csv, "561", 2, "andel_pct") == (0.0, False)


def test_a_lost_cell_is_absent_and_a_hidden_one_is_null(settings: Settings) -> None:
    put(settings, "joblog_2018M01.csv", changed("24;83,3;7;85,7;-;-", "24;mangler;7;85,7;–;–"))
    cells = fetched(settings)
    assert cell(cells, "563", 0, "antal_beroerte") == (24, False)
    assert cell(cells, "563", 0, "andel_pct") == (None, True)
    assert cell(cells, "563", 2, "antal_beroerte") == (None, False)
    assert int(cells["raekke_mangler"].sum()) == 1


SPLIT = "Faaborg;720;97,2;102;39,2;11;54,5\r\nMidtfyn"


def test_old_names_and_names_on_two_lines(settings: Settings) -> None:
    text = CSV.decode("utf-8-sig")
    for new, old in (
        ("\r\nAarhus;", "\r\nÅrhus;"),
        ("Høje-Taastrup;", "Høje  Tåstrup;"),
        ("Nordfyns;", "Nordfyn;"),
        ("Vesthimmerlands;", "Vesthimmerland;"),
        ("Ringkøbing-Skjern;", "Ringkøbing- Skjern;"),
        (
            "Faaborg-Midtfyn;720;97,2;102;39,2;11;54,5",
            "Faaborg;720;97,2;102;39,2;11;54,5\r\nMidtfyn",
        ),
    ):
        assert new in text or new.replace("\r", "") in text
        text = text.replace(new, old).replace(new.replace("\r", ""), old.replace("\r", ""))
    put(settings, "joblog_2018M01.csv", CSV)
    modern = fetched(settings)
    put(settings, "joblog_2018M01.csv", text.encode())
    pd.testing.assert_frame_equal(modern, fetched(settings))
    assert "Århus" in text
    assert "Midtfyn\n" in text.replace("\r", "")


def workbook(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(XLSX))
    page = book.worksheets[0]
    change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_files_own_word_on_where_it_came_from(settings: Settings) -> None:
    def mark(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        page["A108"] = "Oprindelse: genereret. Syntetiske tal til afprøvning."

    put(settings, "joblog_2018M01.csv", CSV + b"\r\nOprindelse: optaget. Avis.\r\n")
    recorded = Joblog(settings).fetch_table("joblog")
    assert recorded.origin == "optaget"
    (settings.joblog / "joblog_2018M01.csv").unlink()
    put(settings, "joblog_2018M01.xlsx", workbook(mark))
    assert Joblog(settings).fetch_table("joblog").origin == "genereret"
    put(settings, "joblog_2018M01.xlsx", XLSX)
    assert Joblog(settings).fetch_table("joblog").origin == "api"


WRONG: dict[str, tuple[bytes, type[errors.SourceError], str]] = {
    "unknown name": (
        changed("Aalborg;", "Ålborg;"),
        errors.UnknownAreaError,
        "Ukendt kommune »Ålborg« i række 4; nærmest er »Aalborg«",
    ),
    "missing": (changed("Samsø;21;81,0;22;54,5;6;83,3", ""), errors.CoverageError, "Samsø"),
    "doubled": (
        changed("Samsø;21;", "Ærø;21;"),
        errors.DuplicateRowsError,
        "»Ærø« står to gange: række",
    ),
    "text for a figure": (
        changed("Samsø;21;", "Samsø;ca. 21;"),
        errors.NotANumberError,
        "»ca. 21« i række 78 (Samsø), Dagpengemodtagere: Antal berørte personer",
    ),
    "empty cell": (changed("Samsø;21;", "Samsø;;"), errors.NotANumberError, "hverken et tal"),
    "decimal point": (
        changed("Samsø;21;81,0", "Samsø;21;81.0"),
        errors.NotANumberError,
        "»81.0« i række 78",
    ),
    "share without antal": (
        changed("Samsø;21;81,0", "Samsø;-;81,0"),
        errors.BadAnswerError,
        "antal er skjult, men andel er tal",
    ),
    "hidden share of a shown antal": (
        changed("Samsø;21;81,0", "Samsø;21;-"),
        errors.BadAnswerError,
        "antal er tal, men andel er skjult",
    ),
    "wrong heading": (
        changed("Dagpengemodtagere: Andel", "Dagpengemodtagere: Pct."),
        errors.BadAnswerError,
        "der står »Dagpengemodtagere: Pct.«, ikke »Dagpengemodtagere: Andel«",
    ),
    "a column too few": (
        changed("Samsø;21;81,0;22;54,5;6;83,3", "Samsø;21;81,0;22;54,5"),
        errors.NotANumberError,
        "»« i række 78 (Samsø), Åbenlyst",
    ),
    "a column too many": (
        changed("Samsø;21;81,0;22;54,5;6;83,3", "Samsø;21;81,0;22;54,5;6;83,3;9"),
        errors.BadAnswerError,
        "har 8 felter, ikke 7",
    ),
    "unknown origin": (
        CSV + b"\r\nOprindelse: hjemmelavet\r\n",
        errors.BadAnswerError,
        "Oprindelsen »hjemmelavet« kendes ikke",
    ),
    "latin-1": (CSV.decode("utf-8-sig").encode("latin-1"), errors.BadAnswerError, "ikke UTF-8"),
    "nothing": (b"", errors.BadAnswerError, "ingen tabel"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_file_is_refused_by_name(settings: Settings, fault: str) -> None:
    body, kind, text = WRONG[fault]
    put(settings, "joblog_2018M01.csv", body)
    with pytest.raises(kind) as caught:
        fetched(settings)
    assert type(caught.value) is kind
    assert text in str(caught.value)
    assert "joblog_2018M01.csv" in caught.value.where
    assert caught.value.do


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["joblog_januar.csv"], "»joblog_januar.csv« siger ikke hvilken måned"),
        (["joblog_2018M13.csv"], "siger ikke hvilken måned"),
        (["joblog_2018M01.csv", "joblog_2018M01.xlsx"], "to filer for 2018M01"),
    ],
)
def test_wrong_file_names(settings: Settings, names: list[str], text: str) -> None:
    for name in names:
        put(settings, name, CSV if name.endswith("csv") else XLSX)
    with pytest.raises(errors.BadAnswerError, match=text):
        fetched(settings)


def test_a_workbook_whose_title_says_another_month(settings: Settings) -> None:
    put(settings, "joblog_2017M12.xlsx", XLSX)
    with pytest.raises(errors.BadAnswerError, match="2017M12, men dens titel siger 2018M01"):
        fetched(settings)


def test_a_workbook_that_is_none(settings: Settings) -> None:
    put(settings, "joblog_2018M01.xlsx", XLSX[: len(XLSX) // 2])
    with pytest.raises(errors.BadAnswerError, match="Regnearket kan ikke læses"):
        fetched(settings)


PAIRS = st.one_of(
    st.just((Figure("skjult"), Figure("skjult"))),
    st.just((Figure("mangler"), Figure("mangler"))),
    st.tuples(
        st.integers(0, 10**6).map(lambda n: Figure("tal", float(n))),
        st.one_of(
            st.just(Figure("mangler")),
            st.integers(0, 1000).map(lambda tenths: Figure("tal", tenths / 10)),
        ),
    ),
)


def written(figure: Figure) -> str:
    if figure.value is None:
        return {"skjult": "-", "mangler": "mangler"}[figure.state]
    return f"{figure.value:g}".replace(".", ",") if figure.value < 10**5 else f"{figure.value:.0f}"


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PAIRS, min_size=9, max_size=9), st.permutations(["Hele landet", "Herlev", "Ærø"]))
def test_whatever_is_written_is_read(pairs: list[tuple[Figure, Figure]], order: list[str]) -> None:
    """Values, states and the order of the rows."""
    areas = {"Hele landet": "000", "Herlev": "163", "Ærø": "492"}
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(next(csv.reader(io.StringIO(CSV.decode("utf-8-sig")), delimiter=";")))
    expected = {}
    for nr, name in enumerate(order):
        mine = pairs[3 * nr : 3 * nr + 3]
        expected[areas[name]] = mine
        writer.writerow([name, *(written(figure) for pair in mine for figure in pair)])
    found = read_bilag(
        "joblog_2018M01.csv", out.getvalue().encode(), "2018M01", areas, "Hele landet"
    )
    assert {code: list(mine) for code, mine in found.figures.items()} == expected


def test_an_empty_or_absent_folder_is_not_an_error(settings: Settings) -> None:
    assert fetching.news(settings, "joblog") == []
    assert fetching.fetch(settings, "joblog", "joblog") == "ikke_udbudt"
    (settings.joblog / ".gemt").touch()
    (settings.joblog / "~$joblog_2018M01.xlsx").touch()
    assert fetching.news(settings, "joblog") == []
    settings.joblog.joinpath(".gemt").unlink()
    settings.joblog.joinpath("~$joblog_2018M01.xlsx").unlink()
    settings.joblog.rmdir()
    assert fetching.fetch(settings, "joblog", "joblog") == "ikke_udbudt"
    looks = Landing(settings.landing).tilsyn("joblog", "joblog")
    assert [look.udfald for look in looks] == ["ikke_udbudt"]


def test_a_corrected_bilag_is_the_next_vintage_whatever_its_clock_says(settings: Settings) -> None:
    """The file of 29 June lands first; a correction with an older time still comes after it."""
    put(settings, "joblog_2018M01.csv", CSV, JUNE)
    assert fetching.fetch_all(settings, "joblog") == {"joblog": "landet"}
    assert fetching.fetch_all(settings, "joblog") == {}
    put(settings, "joblog_2018M01.csv", changed("Samsø;21;81,0", "Samsø;22;81,8"), MAY)
    assert fetching.fetch_all(settings, "joblog") == {"joblog": "landet"}
    # Saved again without a change of figures: noticed, and nothing is stored.
    put(settings, "joblog_2018M01.csv", changed("Samsø;21;81,0", "Samsø;22,0;81,8"), MAY)
    assert fetching.fetch_all(settings, "joblog") == {"joblog": "uaendret"}
    # And a further correction after that one is seen as well.
    put(settings, "joblog_2018M01.csv", changed("Samsø;21;81,0", "Samsø;23;82,6"), MAY)
    assert fetching.fetch_all(settings, "joblog") == {"joblog": "landet"}
    assert fetching.fetch_all(settings, "joblog") == {}
    landing = Landing(settings.landing)
    assert [vintage.hentet_utc for vintage in landing.vintages()] == [
        "2018-06-29T08:00:00Z",
        "2018-06-29T08:00:01Z",
        "2018-06-29T08:00:03Z",
    ]
    assert find_problems(landing) == []


def test_files_are_kept_byte_for_byte(settings: Settings) -> None:
    import gzip

    put(settings, "joblog_2018M01.csv", CSV, JUNE)
    put(settings, "joblog_2018M02.xlsx", workbook(lambda page: page.__setitem__("A1", "Tabel 1")))
    fetching.fetch_all(settings, "joblog")
    vintage = Landing(settings.landing).newest("joblog", "joblog")
    assert vintage is not None
    folder = Landing(settings.landing).folder("joblog", "joblog", vintage.hentet_utc)
    assert [answer["fil"] for answer in vintage.svar] == ["svar-001.csv.gz", "svar-002.xlsx.gz"]
    assert gzip.decompress((folder / "svar-001.csv.gz").read_bytes()) == CSV
    assert [answer["parametre"] for answer in vintage.svar] == [
        [["periode", "2018M01"]],
        [["periode", "2018M02"]],
    ]


def test_a_folder_that_was_emptied_is_an_error(settings: Settings) -> None:
    put(settings, "joblog_2018M01.csv", CSV)
    fetching.fetch_all(settings, "joblog")
    (settings.joblog / "joblog_2018M01.csv").unlink()
    with pytest.raises(errors.NotUpdatedError, match="er tom"):
        fetching.fetch_all(settings, "joblog")
