"""The whole path on the small profile: what a release holds, and what may never touch it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from bi_support import Question, questions, read_with, shown, snippets
from rich.console import Console
from whole_run_support import build_to_release, land, settings_at, tree

from beskplan import cli, demo, flow, genskab
from beskplan.errors import NotUpdatedError, SeedError, SourceError
from beskplan.landing import Landing
from beskplan.release import bi
from beskplan.release.corrections.between import difference
from beskplan.settings import PROJECT, Settings
from beskplan.standin.recorded import TIMES
from beskplan.standin.server import Running

pytestmark = pytest.mark.system

AFTER_THE_LAST = datetime(2026, 8, 21, 8, 0, tzinfo=UTC)
ACCEPTED, STOPPED = "20260819T075900Z", "20260821T080000Z"
# Faults that no retry mends: name in the stand-in → the error that names them.
RED: dict[str, tuple[str, dict[str, float]]] = {
    "timeout": ("SourceTimeoutError", {"sekunder": 0.6}),
    "401": ("WrongKeyError", {}),
    "403_side": ("ForbiddenError", {}),
    "422_periodetype": ("SpuriousRefusalError", {}),
    "429": ("RateLimitedError", {"sekunder": 600}),
    "500": ("SourceDownError", {}),
    "afkortet": ("BadAnswerError", {}),
    "afkortet_raekker": ("CoverageError", {}),
    "kommune_mangler": ("CoverageError", {}),
    "dobbelt": ("DuplicateRowsError", {}),
    "kommune_omdoebt": ("UnknownAreaError", {}),
    "maaling_vaek": ("MeasureGoneError", {}),
    "tekst_for_tal": ("NotANumberError", {}),
}
# Faults that the clients see through or wait out.
MENDED: dict[str, dict[str, float]] = {
    "bom": {},
    "maaling_omdoebt": {},
    "500": {"antal": 1},
    "429": {"antal": 1, "sekunder": 0.05},
    "422_periodetype": {"antal": 1},
    "403_side": {"antal": 1},
    "afkortet": {"antal": 1},
}

# The one real release there is, measured by itself: column of the file → column of the mart.
MEASURED = PROJECT / "tests/data/revisioner/y25i01_frigivelse_2026-08-19.csv"
TRIANGLE = {
    "alder_mdr": "alder_mdr",
    "n_kommuner": "antal_kommuner",
    "n_aendret": "antal_aendret",
    "middel_aendring": "middel_aendring",
    "max_abs_aendring": "stoerste_aendring",
    "median_abs_pct": "median_pct",
    "p95_abs_pct": "p95_pct",
    "land_foer": "land_foer",
    "land_efter": "land_efter",
    "land_aendring_pct": "land_aendring_pct",
}
GROUPS = {
    "total": "",
    "dagpenge": "_ygrpi09=A-dagpenge",
    "kontanthjaelp": "_ygrpi09=Kontanthjælp",
}

CELL = """
select vaerdi::integer from {table}
where tabel_id = 'y25i01' and ydelsesgruppe = 'Ydelsesgrupper i alt'
    and maaling = 'Antal ledige fuldtidspersoner'
    and periode = '{month}' and omraade_navn = '{name}' {more}
"""


def cell(settings: Settings, table: str, month: str, name: str, more: str = "") -> int | None:
    """One figure of the current release."""
    database = settings.releases / "current" / demo.DATABASE
    sql = CELL.format(table=table, month=month, name=name, more=more)
    with duckdb.connect(database, read_only=True) as con:
        row = con.execute(sql).fetchone()
    return row[0] if row else None


@pytest.fixture(scope="module")
def released(landed: Path, standin: Running, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with one release of the three recorded times."""
    home = tmp_path_factory.mktemp("released") / "home"
    shutil.copytree(landed, home)
    settings = settings_at(home, standin)
    assert build_to_release(settings) == "2026M07-1"
    return settings


@pytest.fixture
def own(released: Settings, standin: Running, tmp_path: Path) -> Settings:
    """A copy of the released home that a test may spoil; the clock stands after the last time."""
    home = tmp_path / "home"
    shutil.copytree(released.home, home, symlinks=True)
    standin.clear_faults()
    standin.set_clock(TIMES[-1])
    standin.forget_requests()
    yield settings_at(home, standin)
    standin.clear_faults()


@pytest.mark.parametrize(
    ("month", "name", "value"),
    [
        ("2026M06", "Hele landet", 89907),
        ("2026M06", "København", 15591),
        ("2026M06", "Herlev", 491),
        ("2026M07", "Hele landet", 91583),
        ("2026M07", "København", 16981),
        ("2026M07", "Herlev", 467),
    ],
)
def test_the_newest_figures(released: Settings, month: str, name: str, value: int) -> None:
    assert cell(released, "fct_ydelser", month, name) == value


@pytest.mark.parametrize(
    ("name", "value"), [("Hele landet", 88080), ("København", 15185), ("Herlev", 477)]
)
def test_as_of_the_evening_before(released: Settings, name: str, value: int) -> None:
    as_of = (
        "and gyldig_fra <= timestamp '2026-08-18 20:00:00' "
        "and (gyldig_til is null or gyldig_til > timestamp '2026-08-18 20:00:00')"
    )
    assert cell(released, "fct_ydelser_vintage", "2026M06", name, as_of) == value


@pytest.mark.parametrize("older", [False, True])
def test_two_clients_find_every_promised_view_described(released: Settings, older: bool) -> None:
    said = read_with(released.releases / "current" / demo.DATABASE, older=older)
    assert {name: found["columns"] for name, found in said["views"].items()} == {
        view.name: [[column.name, column.type] for column in view.columns] for view in bi.contract()
    }, bi.DO
    assert all(found["comment"] for found in said["views"].values())
    assert said["rows"]["fct_ydelser_v1"] == 5
    assert said["attached"] == "2026M07-1"


def test_every_promised_column_is_described(released: Settings) -> None:
    with duckdb.connect(released.releases / "current" / demo.DATABASE, read_only=True) as con:
        without = con.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'bi' and coalesce(comment, '') = ''"
        ).fetchall()
    assert without == []


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.title)
def test_the_bi_page_answers_as_it_says(released: Settings, question: Question) -> None:
    with duckdb.connect(released.releases / "current" / demo.DATABASE, read_only=True) as con:
        result = con.execute(question.sql)
        found = [[column[0] for column in result.description or ()]]
        found += [[shown(value) for value in row] for row in result.fetchall()]
    assert found == question.answer


def test_the_bi_page_has_ten_questions_on_recorded_figures() -> None:
    answers = [row for question in questions() for row in question.answer]
    assert len(questions()) == 10
    for row in (
        ["Hele landet", "2026M06", "89907", "false"],
        ["København", "2026M06", "15591", "false"],
        ["Herlev", "2026M07", "467", "true"],
        *(["Hele landet", "88080"], ["København", "15185"], ["Herlev", "477"]),
    ):
        assert row in answers


def test_the_python_of_the_bi_page_runs(released: Settings) -> None:
    assert len(snippets("python")) == 2
    for snippet in snippets("python"):
        done = subprocess.run(
            [sys.executable, "-c", snippet],
            cwd=released.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_every_recorded_cell_is_in_the_release(released: Settings) -> None:
    result, once = demo.reconcile(released)
    assert (result.compared, result.equal, result.null) == (94_176, 94_176, 424)
    assert (once.compared, once.equal, once.null) == (11_760, 11_760, 0)


def test_second_time_brings_the_changed_and_the_new_cells(released: Settings) -> None:
    database = released.releases / "current" / demo.DATABASE
    with duckdb.connect(database, read_only=True) as con:
        found = con.execute(
            """
            select tabel_id, count(*) filter (periode <> '2026M07'),
                count(*) filter (periode = '2026M07')
            from fct_ydelser_vintage
            where gyldig_fra = timestamp '2026-08-19 07:59:00'
            group by tabel_id
            """
        ).fetchall()
    assert found == [("y25i01", 1600, 600)]


def test_the_revision_triangle_is_the_measured_one(released: Settings) -> None:
    """Every figure of 59 months and three groups, as measured outside the pipeline."""
    with MEASURED.open(encoding="utf-8", newline="") as handle:
        measured = [
            (row["periode"], GROUPS[row["gruppe"]], *(Decimal(row[name]) for name in TRIANGLE))
            for row in csv.DictReader(handle)
        ]
    database = released.releases / "current" / demo.DATABASE
    with duckdb.connect(database, read_only=True) as con:
        found = (
            con.table("revision_maalt")
            .filter("tabel_id = 'y25i01' and maaling_navn = 'antal_fuldtidspersoner'")
            .filter("frigivelse = timestamp '2026-08-19 07:59:00'")
            .project(", ".join(["periode", "dimensioner", *TRIANGLE.values()]))
            .fetchall()
        )
    assert len(measured) == 177
    assert set(measured) <= set(found)
    # Ages 1 to 7 of the total: so many of 98 kommuner were changed.
    total = {row[2]: row[4] for row in found if row[1] == ""}
    assert [total[age] for age in range(1, 8)] == [97, 63, 44, 34, 24, 15, 12]


def test_the_release_of_august_is_a_revision_without_an_error(released: Settings) -> None:
    found = difference(released, "2026-08-18T20:00:00Z", "2026M07-1")
    assert [(row["tabel"], row["art"], row["antal"]) for row in found.counts] == [
        ("fct_ydelser", "revision", 1600)
    ]
    biggest = found.largest[0]
    assert (biggest["omraade_navn"], biggest["periode"]) == ("Hele landet", "2026M06")
    assert (biggest["foer_vaerdi"], biggest["efter_vaerdi"]) == (88_080, 89_907)


def test_a_second_run_asks_for_metadata_only_and_publishes_nothing(
    own: Settings, standin: Running
) -> None:
    landing = tree(own.landing)
    assert land(own) == {}
    asked = {request[1] for request in standin.requests}
    assert not [path for path in asked if "/data" in path], asked
    assert tree(own.landing) == landing
    assert flow.is_current(own)


@pytest.mark.parametrize("fault", sorted(RED))
def test_a_red_fetch_leaves_the_release_as_it_was_and_the_next_is_well(
    own: Settings, standin: Running, fault: str
) -> None:
    before = tree(own.releases)
    error, options = RED[fault]
    standin.fault(fault, tabel="y25i01", **options)
    with pytest.raises(SourceError) as caught:
        flow.fetch(replace(own, timeout_s=0.3), "jobindsats", "y25i01")
    assert type(caught.value).__name__ == error
    assert "y25i01" in str(caught.value)
    standin.clear_faults()
    assert flow.fetch(own, "jobindsats", "y25i01") == "uaendret"
    assert tree(own.releases) == before


@pytest.mark.parametrize("fault", sorted(MENDED))
def test_a_mended_fetch_lands_the_same_figures(own: Settings, standin: Running, fault: str) -> None:
    before = tree(own.releases)
    standin.fault(fault, tabel="y25i01", **MENDED[fault])
    assert flow.fetch(own, "jobindsats", "y25i01") == "uaendret"
    assert tree(own.releases) == before


def test_twenty_kommuner_shifted_by_one_are_stopped_and_named(
    own: Settings, standin: Running
) -> None:
    before = tree(own.releases / "2026M07-1")
    standin.set_clock(AFTER_THE_LAST)
    standin.fault("forskudt", tabel="y25i01", perioder=["2026M07"])
    assert land(own) == {"y25i01": "landet"}
    with pytest.raises(NotUpdatedError, match="y25i01"):
        build_to_release(own)
    assert tree(own.releases / "2026M07-1") == before
    assert cell(own, "fct_ydelser", "2026M07", "Hele landet") == 91583
    assert cell(own, "fct_ydelser", "2026M07", "København") == 16981
    stopped = [d for d in Landing(own.landing).decisions() if d.udfald == "stoppet"]
    assert [(d.tabel_id, d.hentet_utc) for d in stopped] == [("y25i01", "2026-08-21T08:00:00Z")]
    assert shifted_kommuner(own) <= {row["omraade"] for row in findings(own)}


def test_a_swapped_pair_goes_out_when_a_person_has_approved_it(
    own: Settings, standin: Running
) -> None:
    """København and Frederiksberg; that the gate asks about a pair is a test of the gate."""
    standin.set_clock(AFTER_THE_LAST)
    standin.fault("forskudt", tabel="y25i01", perioder=["2026M07"], start=0, raekker=2)
    assert land(own) == {"y25i01": "landet"}
    key = ("jobindsats", "y25i01", "2026-08-21T08:00:00Z")
    Landing(own.landing).decide_first(
        *key, "afventer", hvem="beskplan gate", hvorfor="F6", fund=[], uden_styrke=0
    )
    with pytest.raises(NotUpdatedError, match="y25i01: afventer gennemsyn: se fund"):
        build_to_release(own)
    current = own.releases / "current"
    tables = json.loads((current / "manifest.json").read_text())["tabeller"]
    marks = {table["tabel_id"]: table["maerke"] for table in tables if table["maerke"]}
    assert marks == {"y25i01": "afventer gennemsyn: se fund"}
    assert cell(own, "fct_ydelser", "2026M07", "København") == 16981
    assert "Afventer gennemsyn" in (current / "site/kvalitet/index.html").read_text("utf-8")
    assert flow.is_current(own), "while it waits nothing is built and nobody is asked again"
    flow.review(own, "y25i01", "accepteret", hvem="Anna Holm", hvorfor="STAR har bekræftet det")
    assert build_to_release(own) == "2026M07-3"
    assert cell(own, "fct_ydelser", "2026M07", "Frederiksberg") == 16981
    decisions = (current / "afgoerelser.csv").read_text("utf-8-sig")
    assert "accepteret;Anna Holm;STAR har bekræftet det" in decisions
    named = {
        row["omraade"]
        for row in findings(own)
        if (row["tabellens_udfald"], row["regel_id"]) == ("Godkendt trods fund", "F6.enkelt")
    }
    assert named == {"København", "Frederiksberg"}


def findings(settings: Settings) -> list[dict[str, str]]:
    """The rows of the current release's list of findings."""
    path = settings.releases / "current/site/kvalitet/fund.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def shifted_kommuner(settings: Settings) -> set[str]:
    """Kommuner whose newest total moved by a fifth or more in the stopped vintage."""
    table = settings.landing / "jobindsats" / "y25i01"
    vintages = [str(table / name / "celler.parquet") for name in (STOPPED, ACCEPTED)]
    with duckdb.connect() as con:
        rows = con.execute(
            """
            select ny.omraade
            from read_parquet(?) as ny
            inner join read_parquet(?) as foer
                using (omraade, periode, dimensioner, maaling_id)
            where periode = '2026M07' and dimensioner = '' and ny.vaerdi > 100
                and abs(ny.vaerdi - foer.vaerdi) > 0.2 * foer.vaerdi
            """,
            vintages,
        ).fetchall()
    assert len(rows) >= 10
    return {row[0] for row in rows}


def test_two_builds_give_the_same_bytes(own: Settings) -> None:
    """Published, and rebuilt from landing by what the release knew; later knowledge is not seen."""
    published = own.releases / "2026M07-1"
    landing = Landing(own.landing)
    fault = SourceError("nede", where="y60a02", do="vent")
    landing.record_tilsyn("jobindsats", "y60a02", "fejl", error=fault)
    newest = landing.newest("jobindsats", "y25i01")
    assert newest is not None
    landing.decide(
        "jobindsats", "y25i01", newest.hentet_utc, "stoppet", hvem="Anna", hvorfor="set bagefter"
    )
    rebuilt = genskab.rebuild(own, "2026M07-1")
    first, second = tree(published), tree(rebuilt)
    assert first.keys() == second.keys()
    different = {name for name in first if first[name] != second[name]}
    assert different <= {demo.DATABASE, "manifest.json"}
    manifests = [json.loads((r / "manifest.json").read_text()) for r in (published, rebuilt)]
    runs = {manifest.pop("koersel") for manifest in manifests}
    assert len(runs) == 2
    assert manifests[0] == manifests[1]
    found = genskab.compare(own, rebuilt)
    assert (found.by_bytes, found.different) == (True, [])
    assert found.compared["tabeller"] > 100
    spoil_one_figure_by_another_code(rebuilt)
    (told,) = genskab.compare(own, rebuilt).different
    assert "roskilde-ydelsesoversigt" in told
    assert "line 6: published" in told


def spoil_one_figure_by_another_code(release: Path) -> None:
    """Change a line of one tidy csv, in a release that says so and that other code wrote."""
    (path,) = (release / "tabeller/roskilde").glob("roskilde-ydelsesoversigt-*-lang.csv")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[5] = lines[5].replace("202", "212", 1)
    path.write_text("".join(lines), "utf-8")
    manifest = release / "manifest.json"
    content = json.loads(manifest.read_text())
    sums = tree(release)
    for entry in content["filer"]:
        entry["sha256"] = sums[entry["fil"]]
    manifest.write_text(json.dumps({**content, "kode_sum": "another"}))


def test_a_wrong_seed_stops_the_build(own: Settings) -> None:
    before = tree(own.releases)
    plan = own.seeds / "planer.csv"
    plan.write_text(plan.read_text("utf-8").replace(",163,", ",999,"), encoding="utf-8")
    with pytest.raises(SeedError, match=r"planer\.csv"):
        flow.build(own)
    assert tree(own.releases) == before


def test_the_demo_says_what_it_did(
    own: Settings, standin: Running, monkeypatch: pytest.MonkeyPatch, capsys: object
) -> None:
    console = Console(record=True, width=160, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    monkeypatch.setattr(cli, "console", console)
    demo.run_demo(own, console, cli.build_to_release)
    text = console.export_text()
    assert "only metadata was asked, nothing landed" in text
    assert "nothing published" in text
    assert "94176, equal: 94176, of these null in both: 424" in text
    assert "of y30r21 compared with the release: 11760, equal: 11760, of these null" in text
