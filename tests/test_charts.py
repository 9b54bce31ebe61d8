"""Charts: what is drawn of the marts, what is said of it, and that the SVG is fit for a page."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from lxml import etree
from release_support import DDL

from beskplan.release import charts
from beskplan.release.charts import fonts, render
from beskplan.release.charts.panels import ABOVE, HEIGHT, LABELS, TRACK, Panel, dots, small
from beskplan.release.charts.series import Line, Picture, Point
from beskplan.settings import PROJECT

RECORDED = PROJECT / "src/beskplan/standin/data/optaget.parquet"
# Of the third recorded time (bit 4), the newest of which is provisional.
UNEMPLOYED = f"""
insert into fct_ydelser by name
select
    'y25i01' as tabel_id, '163' as omraade_kode, omraade as omraade_navn, '' as dimensioner,
    periode, strptime(periode, '%YM%m')::date as maaned, 'x' as maaling,
    'antal_fuldtidspersoner' as maaling_navn, vaerdi, 'A' as status,
    periode = '2026M07' as er_foreloebig, false as er_syntetisk
from '{RECORDED}'
where tabel = 'y25i01' and omraade = 'Herlev' and medlem = 'Ydelsesgrupper i alt'
    and maaling = 'Antal ledige fuldtidspersoner' and tider & 4 > 0
"""  # noqa: S608 - the test's own names
ROWS = """
insert into dim_kommune values ('163', 'Herlev');
insert into dim_indikator by name
select 'ledige' as indikator_id, 'Ledige' as indikator_navn, 'y25i01' as tabel_id,
    'antal_fuldtidspersoner' as maaling_navn, '' as dimensioner;
insert into prognose values
    ('163', 'ledige', '2026-07-01', 483, 457, 509, 'prognose'),
    ('163', 'ledige', '2026-08-01', 502, 461, 545, 'prognose');
"""
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}\"&' url(#clip0)"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(DDL + ROWS)
    con.execute(UNEMPLOYED)
    return con


def months(first: str, *values: int | None) -> list[Point]:
    year, month = (int(part) for part in first.split("-"))
    return [
        Point(date(year, month + nr, 1), None if value is None else Decimal(value))
        for nr, value in enumerate(values)
    ]


def drawing(*lines: Line, name: str = "proeve", **changes: Any) -> charts.Drawing:
    return charts.Drawing(name, "Titel", "Fund.", Picture(lines, **changes).spec())


def test_the_finding_holds_the_recorded_figures(con: duckdb.DuckDBPyConnection) -> None:
    (drawn,) = charts.kommune_drawings(con, "163")
    assert drawn.name == "herlev-ledige"
    assert drawn.title == "Ledige fuldtidspersoner i Herlev, 36 måneder"
    assert drawn.finding == (
        "Ledige i Herlev: 491 fuldtidspersoner i juni 2026 mod 465 i juni 2025; foreløbigt 467 i "
        "juli 2026. Prognosen for august 2026 er 502 (80 pct.-interval 461 til 545)."
    )


def test_a_drawn_chart_tells_itself_in_danish(con: duckdb.DuckDBPyConnection) -> None:
    (drawn,) = charts.kommune_drawings(con, "163")
    root = etree.fromstring(charts.svg(drawn).encode())
    assert root.get("role") == "img"
    told = [root.find(f".//*[@id='{name}']").text for name in root.get("aria-labelledby").split()]
    assert told == [drawn.title, drawn.finding]
    said = [text.strip() for text in root.itertext()]
    assert {"491", "467", "prognose 502", "jan 2026", "Tom cirkel: foreløbigt tal."} <= set(said)
    assert "Aksen begynder ikke ved 0." in said


def test_the_same_figures_give_the_same_bytes(con: duckdb.DuckDBPyConnection) -> None:
    (drawn,) = charts.kommune_drawings(con, "163")
    first = charts.svg(drawn)
    render._compiled.cache_clear()
    assert charts.svg(drawn) == first
    assert charts.png(drawn) == charts.png(drawn)
    con.execute("drop table diagram_indikator")
    con.execute("update fct_ydelser set vaerdi = 492 where periode = '2026M06'")
    assert charts.svg(charts.kommune_drawings(con, "163")[0]) != first


def test_a_chart_that_has_not_changed_is_read_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = drawing(Line("A", months("2026-01", 1, 2, 3)))
    first = charts.svg(one, tmp_path)
    monkeypatch.setattr(render, "to_svg", lambda _: pytest.fail("drawn again"))
    assert charts.svg(one, tmp_path) == first
    monkeypatch.undo()
    other = charts.svg(drawing(Line("A", months("2026-01", 1, 2, 4))), tmp_path)
    assert other != first
    assert len(list(tmp_path.iterdir())) == 2


def test_a_hidden_month_is_a_gap_and_a_lone_one_a_dot() -> None:
    """1 6 – 8 – 9: the line breaks twice; 8 stands alone; a missing row is a gap as well."""
    points = months("2026-01", 1, 6, None, 8, None, 9)
    del points[4]
    spec = Picture([Line("A", points)]).spec()
    assert [row["v"] for row in spec["data"]["serie"]] == [1, 6, None, 8, None, 9]
    assert [row["v"] for row in spec["data"]["punkter"]] == [8, 9]
    assert spec["noter"] == ["Hul i linjen: måneden er ikke vist af kilden eller ikke hentet."]
    drawn = charts.svg(drawing(Line("A", points)))
    (line,) = re.findall(r'<path d="([^"]+)"[^>]*stroke-width="2.2"', drawn) or re.findall(
        r'stroke-width="2.2"[^>]* d="([^"]+)"', drawn
    )
    assert line.count("M") >= 2


def test_synthetic_months_are_drawn_and_named_apart() -> None:
    points = months("2026-01", 100, 101, 102, 103)
    mixed = [replace(p, synthetic=nr < 2) for nr, p in enumerate(points)]
    spec = Picture([Line("A", mixed)]).spec()
    assert [(row["v"], row["art"]) for row in spec["data"]["serie"]] == [
        (100, "syntetisk"),
        (101, "syntetisk"),
        (101, "kilde"),
        (102, "kilde"),
        (103, "kilde"),
    ]
    assert spec["noter"][0] == "SYNTETISKE TAL: januar 2026–februar 2026 (prikket linje)."


def test_the_axis_begins_at_0_unless_the_figures_are_far_from_it() -> None:
    low, high = months("2026-01", 3, 10), months("2026-01", 8, 10)
    assert Picture([Line("A", low)]).spec()["fra_nul"] is True
    assert Picture([Line("A", high)]).spec()["noter"] == ["Aksen begynder ikke ved 0."]


def test_names_that_would_cover_each_other_stand_apart() -> None:
    data = Picture([Line("A", months("2026-01", 100)), Line("B", months("2026-01", 101))]).spec()[
        "data"
    ]
    assert [row["tekst"] for row in data["navne_under"]] == ["A 100"]
    assert [row["tekst"] for row in data["navne_over"]] == ["B 101"]


def test_two_charts_in_one_page_share_no_id_and_break_no_policy() -> None:
    drawn = [
        charts.svg(drawing(Line("A", months("2026-01", 1, 2)), name=name)) for name in ("a", "b")
    ]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in drawn]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    for svg in drawn:
        assert not re.search(r"<style|<script|\bstyle=|\bon\w+=|https?://(?!www\.w3\.org/)", svg)
        assert all(f'id="{name}"' in svg for name in re.findall(r"url\(#([^)]+)\)", svg))


def test_hostile_text_is_only_text() -> None:
    one, two = (Line(HOSTILE, months("2026-01", 5, 6)), Line("B", months("2026-01", 1, 1)))
    picture = Picture([one, two]).spec()
    svg = charts.svg(charts.Drawing(HOSTILE, HOSTILE, HOSTILE, picture))
    root = etree.fromstring(svg.encode())
    assert not list(root.iter("{*}script"))
    assert root.findtext("{*}title") == HOSTILE
    assert f"{HOSTILE} 6" in [element.text for element in root.iter("{*}text")]


def test_the_charts_of_a_kommune_are_small(con: duckdb.DuckDBPyConnection) -> None:
    """Eight like the largest leave most of a page's 300 kB to the page."""
    three_years = [
        Point(date(2023 + nr // 12, nr % 12 + 1, 1), Decimal(1100 + nr)) for nr in range(36)
    ]
    panels = [Panel(f"Ydelsesgruppe {nr}: 1.135", Line("A", three_years)) for nr in range(16)]
    spec = {"skabelon": "smaa", "fra_nul": True, "noter": [], **small(panels)}
    assert len(charts.svg(charts.Drawing("x", "T", "F", spec)).encode()) < 25_000
    (lines,) = charts.kommune_drawings(con, "163")
    assert len(charts.svg(lines).encode()) < 8_000


def test_each_small_panel_has_its_own_axis_from_0() -> None:
    """100 of an axis to 100 is at the top; 60 of 61 needs an axis to 80; a hidden month a gap."""
    one = Line("A", months("2026-01", 100, None, 50))
    two = Line("B", [replace(p, provisional=True) for p in months("2026-01", 61, 0)])
    data = small([Panel("A: 50", one), Panel("B: 61", two)])["data"]
    top, bottom = ABOVE, ABOVE + HEIGHT
    first = [row["y"] for row in data["serie"] if row["led"].startswith("0")]
    assert first == [top, None, (top + bottom) / 2]
    (high, zero) = (row["y"] for row in data["aabne"])
    assert zero == bottom
    assert high == pytest.approx(bottom - HEIGHT * 61 / 80)
    said = [row["tekst"] for row in data["tekster"]]
    assert [text for text in said if text in ("100", "80", "0")] == ["0", "100", "0", "80"]


def test_a_place_stands_on_its_track() -> None:
    rows = [
        {"navn": "Ledige", "rang": 98, "foer": 1, "af": 98, "tekst": "nr. 98 af 98"},
        {"navn": "Langtidsledige", "rang": None, "foer": None, "af": 96, "tekst": "under 10"},
    ]
    laid = dots(rows)
    assert laid["data"]["flyttet"] == [{"x": LABELS, "x2": LABELS + TRACK, "y": 13, "y2": 13}]
    assert len(laid["data"]["nu"]) == 1
    assert laid["hoejde"] > 2 * 26


def test_a_drawing_is_plain_data(con: duckdb.DuckDBPyConnection) -> None:
    (drawn,) = charts.kommune_drawings(con, "163")
    assert json.loads(json.dumps(drawn.spec)) == drawn.spec


@pytest.mark.parametrize("before", [None, "elsewhere.conf"])
def test_looking_for_no_fonts_ends_with_the_look(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else runs in the process (a browser) finds the machine's fonts as before."""
    monkeypatch.delenv(fonts.VARIABLE, raising=False)
    if before:
        monkeypatch.setenv(fonts.VARIABLE, before)
    fonts.use_own_fonts.cache_clear()
    fonts.use_own_fonts()
    assert os.environ.get(fonts.VARIABLE) == before
