"""A table of moving annual totals is fetched as any other: type and areas as the source has."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from beskplan.errors import (
    BadAnswerError,
    CoverageError,
    DuplicateRowsError,
    NotANumberError,
    SourceError,
    SpuriousRefusalError,
)
from beskplan.settings import Settings
from beskplan.sources.jobindsats import Jobindsats
from beskplan.sources.types import TableVintage
from beskplan.standin.recorded import ONCE, newest_recording
from beskplan.standin.server import Running

pytest_plugins = ["sources_fixtures"]

TABLE = "y30r21"
KEY = ["omraade", "periode", "dimensioner", "maaling"]


def fetch(settings: Settings) -> TableVintage:
    with Jobindsats(settings) as source:
        return source.fetch_table(TABLE)


def test_every_recorded_cell_that_is_listed_is_fetched_as_recorded(
    settings: Settings, standin: Running
) -> None:
    vintage = fetch(settings)
    cells = vintage.cells
    # 98 kommuner × 6 half-years × (total + 3 groups) × 5 measures
    assert (len(cells), bool(cells["raekke_mangler"].any())) == (11_760, False)
    assert "Hele landet" not in set(cells["omraade"])
    assert (vintage.origin, vintage.update_latest) == ("optaget", "2023-05-01")
    with Jobindsats(settings) as source:
        labels = {pin.maaling_id: pin.maaling for pin in source.listing.pins.values()}
    fetched = cells.assign(maaling=cells["maaling_id"].map(labels))
    recorded = newest_recording(ONCE).rename(columns={"omraade_navn": "omraade"})
    both = recorded.merge(fetched, on=KEY, suffixes=("", "_hentet"), validate="one_to_one")
    assert len(both) == 11_760
    assert (both["vaerdi"] == both["vaerdi_hentet"]).all()
    (question,) = [item[2] for item in standin.requests if item[1] == f"/v3/data/{TABLE}"]
    assert "period.QMAT=2020QMAT02%2C2020QMAT04" in question
    assert "period.M=" not in question


def test_a_small_limit_cuts_by_half_year(settings: Settings, standin: Running) -> None:
    whole = fetch(settings)
    # a half-year asks for 98 × 4 × 5 = 1,960 cells
    pieces = fetch(replace(settings, answer_cells=4_000))
    assert [len(vintage.answers) for vintage in (whole, pieces)] == [1, 3]
    pd.testing.assert_frame_equal(whole.cells, pieces.cells)


def test_a_window_longer_than_the_table_takes_all_of_it(settings: Settings) -> None:
    path = settings.seeds / "kilder.csv"
    text = path.read_text(encoding="utf-8")
    for window, periods in (("latest:26", 6), ("latest:2", 2)):
        path.write_text(
            text.replace("_ygrp_y30r21,*,", f"_ygrp_y30r21,{window},"), encoding="utf-8"
        )
        assert fetch(settings).cells["periode"].nunique() == periods


@pytest.mark.parametrize(
    ("fault", "options", "error", "text"),
    [
        ("kommune_mangler", {"omraade": "Ærø"}, CoverageError, "Ærø"),
        ("kommune_mangler", {"omraade": "Ærø", "perioder": ["2021QMAT02"]}, None, ""),
        ("dobbelt", {}, DuplicateRowsError, "2352 rækker"),
        ("dobbelt", {"perioder": ["2022QMAT04"]}, DuplicateRowsError, "392 rækker"),
        ("afkortet_raekker", {}, CoverageError, "2022QMAT04"),
        ("tekst_for_tal", {}, NotANumberError, "ukendt"),
        ("afkortet", {}, BadAnswerError, TABLE),
        ("422_periodetype", {}, SpuriousRefusalError, "QMAT"),
    ],
)
def test_a_spoilt_answer_is_named(
    settings: Settings,
    standin: Running,
    fault: str,
    options: dict[str, object],
    error: type[SourceError] | None,
    text: str,
) -> None:
    standin.fault(fault, tabel=TABLE, **options)
    if error is None:  # 20 of 11,760 rows: they are marked, not missed
        absent = fetch(settings).cells.query("raekke_mangler")
        assert (len(absent), set(absent["omraade"])) == (20, {"Ærø"})
        return
    with pytest.raises(error, match=text) as caught:
        fetch(settings)
    assert TABLE in str(caught.value)


def test_a_refusal_while_the_table_is_reloaded_is_asked_again(
    settings: Settings, standin: Running
) -> None:
    standin.fault("422_periodetype", tabel=TABLE, antal=1)
    assert len(fetch(settings).cells) == 11_760
