"""A planner's new plan is rows in csv files: built on recorded figures, with no code touched."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from warehouse_support import TIMES, land_recorded, rows

from beskplan.landing import Landing
from beskplan.landing.records import Vintage
from beskplan.release import resultatmaal
from beskplan.release.basis import Basis
from beskplan.release.sheet import Text
from beskplan.settings import PROJECT, Settings
from beskplan.sources.types import Answer, TableVintage
from beskplan.warehouse import build_candidate

PLAN = {
    "plan_id": "ny-2026",
    "plan_titel": "Ny plan for Herlev Kommune",
    "kommune_kode": "163",
    "vedtaget_dato": "2026-08-19",
    "periode_fra": "2026-01-01",
    "periode_til": "2026-12-31",
    "er_eksempel": "nej",
    "bedoem_foreloebig": "nej",
}
GOAL = {
    "plan_id": "ny-2026",
    "datakilde": "jobindsats",
    "enhed": "fuldtidspersoner",
    "retning": "<=",
    "baseline_periode_trykt": "2025",
    "maal_periode": "2026",
    "skabelon": "Højst {maal_enhed}: {aendring_ord}",
    "resultatmaal_skabelon": "Højst {maal}",
}
GOALS: tuple[dict[str, str], ...] = (
    {
        "maal_nr": "1",
        "indikator_id": "ledige",
        "enhed": "helårspersoner",
        "baseline_art": "december",
        "baseline_periode": "2025",
        "baseline_trykt": "431",
        "maal_aendring": "-1",
        "maal_vaerdi": "430",
    },
    {
        "maal_nr": "2",
        "indikator_id": "langtidsledige",
        "baseline_art": "rullende_12",
        "baseline_periode": "2025M12",
        "baseline_trykt": "89",
        "maal_aendring": "11",
        "maal_vaerdi": "100",
    },
    {
        "maal_nr": "3",
        "indikator_id": "ledige_a_dagpenge",
        "baseline_art": "budget",
        "baseline_periode": "2026",
        "baseline_trykt": "400",
        "maal_aendring": "-20",
        "maal_vaerdi": "380",
    },
    {
        "maal_nr": "4",
        "indikator_id": "kontanthjaelp_ny",
        "baseline_art": "forventet",
        "forventet_gruppe": "benchmark_kontanthjaelp_mv",
        "baseline_periode": "2022QMAT04",
        "baseline_trykt": "600",
        "maal_aendring": "-200",
        "maal_vaerdi": "400",
    },
    {
        "maal_nr": "5",
        "indikator_id": "kontanthjaelp_ny_pct",
        "enhed": "pct.",
        "baseline_art": "gruppens_bedste_tredjedel",
        "gruppe_id": "region-084",
        "baseline_periode": "2025M12",
        "baseline_trykt": "1.6",
        "maal_aendring": "0",
        "maal_vaerdi": "1.6",
    },
)
BUDGETS = (
    {"budget_dato": "2025-10-09", "vaerdi": "400"},
    {"budget_dato": "2026-08-20", "vaerdi": "390"},
)


def append(path: Path, *new: Mapping[str, str]) -> None:
    """Write rows at the end of a csv file; columns that are not named are empty."""
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writerows(new)


def land_expected(landing: Landing) -> None:
    """Land the source's own expected value for Herlev, in the 12 months to December 2022."""
    cells = pd.DataFrame(
        {
            "omraade": ["Herlev"],
            "periode": ["2022QMAT04"],
            "dimensioner": ["_ygrp_y30r21=Kontanthjælp mv."],
            "maaling_id": ["standin_y30r21_1"],
            "vaerdi": [Decimal("600")],
            "raekke_mangler": [False],
        }
    )
    answer = Answer("http://127.0.0.1/v3/data/y30r21", (), b"{}", TIMES[3], "optaget")
    vintage = TableVintage("jobindsats", "y30r21", "2023-05-01", TIMES[3], (answer,), cells)
    assert landing.store(vintage).udfald == "landet"


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("plan")
    seeds = home / "seeds"
    shutil.copytree(PROJECT / "seeds", seeds)
    append(seeds / "planer.csv", PLAN)
    goals = [GOAL | goal | {"raekkefoelge": str(nr)} for nr, goal in enumerate(GOALS, 1)]
    append(seeds / "resultatmaal.csv", *goals)
    budget = {"kommune_kode": "163", "indikator_id": "ledige_a_dagpenge", "periode": "2026"}
    append(seeds / "budget.csv", *(budget | row | {"kilde": "byrådet"} for row in BUDGETS))
    land_expected(land_recorded(home))
    return build_candidate(Settings(home=home, seeds=seeds), home / "arbejde" / "ny")


def test_five_kinds_of_baseline(candidate: Path) -> None:
    found = rows(
        candidate,
        """
        select
            maal_nr, baseline_beregnet::float, baseline_beregnet_status,
            baseline_revideret::float, gruppe_antal, aktuel_vaerdi::float, status
        from resultatmaal_status
        where plan_id = 'ny-2026' and periode = '2026M06' order by raekkefoelge
        """,
    )
    # December's ledige: 432. Langtidsledige of 2025: 1,069 / 12 = 89.08. The budget of October
    # counted on the 19th of August, that of the 20th counts today. Of the region's 29 kommuner
    # the tenth lowest share in December was 1.6.
    assert [row[:4] for row in found] == [
        ("1", 432, "A", 432),
        ("2", 89, "A", 89),
        ("3", 400, "A", 390),
        ("4", 600, "A", 600),
        ("5", pytest.approx(1.6), "A", pytest.approx(1.6)),
    ]
    assert found[4][4] == 29
    # Herlev in June; langtidsledige of June are provisional.
    assert [found[nr][5] for nr in (0, 1, 3)] == [491, 93, 381]
    assert (found[1][6], found[3][6]) == ("ikke_opgjort", "groen")


def test_its_table_prints(candidate: Path) -> None:
    recorded = [
        Vintage(
            "jobindsats",
            name,
            "2026-08-19T18:49:00Z",
            "x",
            "optaget",
            *["x"] * 2,
            1,
            0,
            "x",
            (),
            "",
        )
        for name in ("y25i01", "y25i09", "y60a02", "y30r21")
    ]
    with duckdb.connect(str(candidate), read_only=True) as con:
        sheet = resultatmaal.sheet(con, "ny-2026", Basis(tuple(recorded), {}, [], {}, "kode"))
    cells = {row.label: row.cells for row in sheet.rows}
    assert cells["1"][1] == Text("Højst 430 helårspersoner: et fald på 1 helårsperson")
    assert cells["2"][1] == Text("Højst 100 fuldtidspersoner: en stigning på 11 fuldtidspersoner")
    assert cells["5"][1] == Text("Højst 1,6 pct.: ingen ændring")
    assert [cells[nr][3] for nr in "345"] == [
        Text("Budget for 2026"),
        Text("Forventet, 12 måneder til december 2022"),
        Text("Bedste tredjedel, december 2025: Region Hovedstaden"),
    ]
    assert sheet.title == "Ny plan for Herlev Kommune: resultatmål"
