"""An overview of any kommune and month from a published release."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pytest
from release_support import FIRST, candidate, decide, insert, judged, land, make_settings, verdict

from beskplan.errors import ReleaseError
from beskplan.release import publish
from beskplan.release.on_demand import write_overview


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    settings = make_settings(tmp_path)
    land(settings, FIRST)
    decide(settings, FIRST, "accepteret", "beskplan gate", "2026-11-23T10:00:00Z")
    folder = candidate(settings, "k1", [FIRST])
    with duckdb.connect(folder / "kandidat.duckdb") as con:
        for code, name in (("492", "Ærø"), ("550", "Tønder")):
            insert(con, "dim_kommune", kommune_kode=code, kommune_navn=name)
        for month, count in (("2026M06", 41), ("2026M07", 43)):
            insert(
                con,
                "ydelsesoversigt",
                kommune_kode="492",
                raekke_nr=1,
                ydelsesgruppe="Ledige",
                tabel_id="y25i01",
                periode=month,
                maaned=f"{month[:4]}-{month[5:]}-01",
                antal_fuldtidspersoner=count,
                antal_status="A",
                andel_befolkning_pct="1.0",
            )
    judgement = judged("k1", verdict("y25i01", "pass"))
    assert publish.publish(settings, folder, judgement) is not None
    return settings.releases


@pytest.mark.parametrize("kommune", ["Ærø", "ærø", "492"])
def test_a_kommune_without_a_plan_gets_its_overview(
    releases: Path, tmp_path: Path, kommune: str
) -> None:
    files = write_overview(releases, kommune, "2026M06", tmp_path / "ud")
    assert [path.name for path in files] == [
        "aeroe-ydelsesoversigt-2026M06.docx",
        "aeroe-ydelsesoversigt-2026M06.xlsx",
        "aeroe-ydelsesoversigt-2026M06.csv",
        "aeroe-ydelsesoversigt-2026M06-lang.csv",
    ]
    text = files[2].read_text(encoding="utf-8-sig")
    title, *_, source = text.strip().splitlines()
    assert title.endswith("ydelsesgrupper i Ærø, juni 2025–juni 2026")
    assert "Ledige;Antal;mangler;" in text
    assert ";41;" in text
    assert "43" not in text
    assert "tabel y25i01; opgjort pr. 18. august 2026; hentet 18. august 2026 kl. 19.52" in source
    book = openpyxl.load_workbook(files[1])
    assert str(book.properties.created) == "2026-08-18 19:52:00"


def test_the_newest_month_is_the_default(releases: Path, tmp_path: Path) -> None:
    assert "2026M07" in write_overview(releases, "492", None, tmp_path)[0].name


@pytest.mark.parametrize(
    ("kommune", "last", "said"),
    [
        ("Tøndr", None, "did you mean Tønder?"),
        ("999", None, "give its name or its three digits"),
        ("492", "2026M08", "choose a month from 2026M06 to 2026M07"),
        ("492", "2026-07", "expected e.g. 2018M05"),
    ],
)
def test_what_cannot_be_printed_says_what_to_do(
    releases: Path, tmp_path: Path, kommune: str, last: str | None, said: str
) -> None:
    with pytest.raises(ReleaseError) as caught:
        write_overview(releases, kommune, last, tmp_path / "ud")
    assert said in caught.value.do
    assert not (tmp_path / "ud").exists()


def test_without_a_release_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="there is no release"):
        write_overview(tmp_path / "releases", "492", None, tmp_path)
