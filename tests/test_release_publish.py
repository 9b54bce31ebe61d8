"""What a release holds, when one is written, and when it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from release_support import (
    FIRST,
    SECOND,
    Landed,
    candidate,
    decide,
    judged,
    land,
    look,
    make_settings,
    verdict,
)

from beskplan.errors import ReleaseError
from beskplan.release import bi, manifest, publish
from beskplan.settings import Settings

CLOCK = "2026-11-23T10:00:00Z"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = make_settings(tmp_path)
    land(made, FIRST)
    return made


def publish_once(settings: Settings, run: str = "k1", **more: object) -> publish.Release:
    release = publish.publish(settings, candidate(settings, run, [FIRST], **more), judged(run))
    assert release is not None
    return release


def test_first_release_is_numbered_and_current(settings: Settings) -> None:
    release = publish_once(settings)
    assert release.release_id == "2026M07-1"
    assert release.stated_time == "2026-08-18T19:52:00Z"
    link = settings.releases / "current"
    assert link.is_symlink()
    assert link.readlink() == Path("2026M07-1")
    assert [path.name for path in settings.releases.glob(".ny-*")] == []


def test_database_holds_marts_with_comments_and_no_inner_table(settings: Settings) -> None:
    release = publish_once(settings)
    with duckdb.connect(release.path / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        names = {name for (name,) in con.execute("show tables").fetchall()}
        comment = con.execute(
            "select comment from duckdb_columns() where table_name = 'fct_ydelser' "
            "and column_name = 'vaerdi'"
        ).fetchone()
        table = con.execute(
            "select comment from duckdb_tables() where table_name = 'fct_ydelser'"
        ).fetchone()
        stated = con.execute("select release_id, opgjort_utc::varchar from _release").fetchall()
        value = con.execute(
            "select vaerdi from fct_ydelser where omraade_kode = '163' and periode = '2026M07'"
        ).fetchone()
    promised = {view.table for view in bi.contract()}
    assert {"_release", "_release_tabeller", "fct_ydelser", "rettelser"} < promised
    assert names == promised | {"joblog_tekst", "rar_resume", "resultatmaal_tekst"} | {
        "revision_forventet"
    }
    assert comment == ("Værdien",)
    assert table == ("Antal ydelsesmodtagere, Jobindsats' tal",)
    assert stated == [("2026M07-1", "2026-08-18 19:52:00")]
    assert value == (163,)


def test_storage_version_is_the_oldest(settings: Settings) -> None:
    release = publish_once(settings)
    with duckdb.connect() as con:
        con.execute(f"attach '{release.path}/beskaeftigelsesplan.duckdb' as r (read_only)")
        tags = con.execute("select tags from duckdb_databases() where database_name = 'r'")
        assert "v1.0.0" in str(tags.fetchone())


def test_manifest_states_rows_sums_and_vintages(settings: Settings) -> None:
    release = publish_once(settings)
    content = manifest.read(release.path)
    files = {entry["fil"]: entry for entry in content["filer"]}
    assert files["parquet/fct_ydelser.parquet"]["raekker"] == 600
    assert files["seeds/planer.csv"]["sha256"]
    assert content["database"]["tabeller"]["fct_ydelser"]["raekker"] == 600
    assert content["tabeller"] == [
        {
            "kilde": "jobindsats",
            "tabel_id": "y25i01",
            "er_opdateret": True,
            "maerke": None,
            "vintager": [
                {
                    "hentet_utc": "2026-08-18T19:52:00Z",
                    "update_latest": "2026-08-18",
                    "oprindelse": "optaget",
                    "indholdssum": "sum-2026-08-18T19:52:00Z",
                }
            ],
        }
    ]
    assert manifest.faults(release.path) == []


def test_second_publish_of_the_same_is_none(settings: Settings) -> None:
    publish_once(settings)
    before = {path: path.stat().st_mtime_ns for path in settings.releases.rglob("*")}
    again = publish.publish(settings, candidate(settings, "k2", [FIRST]), judged("k2"))
    assert again is None
    after = {path: path.stat().st_mtime_ns for path in settings.releases.rglob("*")}
    assert {p.name for p in after} == {p.name for p in before}
    assert all(after[p] == before[p] for p in before if p.name != ".laas")


def test_a_changed_seed_gives_the_next_number_and_back_again_too(settings: Settings) -> None:
    publish_once(settings)
    seed = settings.seeds / "planer.csv"
    old = seed.read_text(encoding="utf-8")
    seed.write_text("plan_id\nherlev-2019\n", encoding="utf-8")
    assert publish_once(settings, "k2").release_id == "2026M07-2"
    seed.write_text(old, encoding="utf-8")
    assert publish_once(settings, "k3").release_id == "2026M07-3"


def test_is_current_needs_decided_vintages(settings: Settings) -> None:
    assert not publish.is_current(settings)
    publish_once(settings)
    assert not publish.is_current(settings), "y25i01 has not been decided"
    decide(settings, FIRST, "accepteret", "beskplan gate", CLOCK)
    publish_once(settings, "k2")
    assert publish.is_current(settings)
    land(settings, SECOND)
    assert not publish.is_current(settings)


def test_stopped_table_goes_out_marked_in_this_run_and_the_next(settings: Settings) -> None:
    land(settings, SECOND)
    decide(settings, SECOND, "stoppet", "beskplan gate", CLOCK)
    stop = judged("k1", verdict("y25i01", "stop"))
    release = publish.publish(settings, candidate(settings, "k1", [FIRST]), stop)
    assert release is not None
    table = manifest.read(release.path)["tabeller"][0]
    assert table["maerke"] == "ikke opdateret: se fund"
    assert [v["hentet_utc"] for v in table["vintager"]] == ["2026-08-18T19:52:00Z"]
    with duckdb.connect(release.path / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        marks = con.execute("select er_opdateret, maerke from _release_tabeller").fetchall()
    assert marks == [(False, "ikke opdateret: se fund")]
    passed = judged("k2", verdict("y25i01", "pass", decided=True))
    assert publish.publish(settings, candidate(settings, "k2", [FIRST]), passed) is None


def test_what_waits_goes_out_marked_until_a_person_decides(settings: Settings) -> None:
    land(settings, SECOND)
    decide(settings, FIRST, "accepteret", "beskplan gate", CLOCK)
    decide(settings, SECOND, "afventer", "beskplan gate", CLOCK)
    waits = judged("k1", verdict("y25i01", "review"))
    release = publish.publish(settings, candidate(settings, "k1", [FIRST]), waits)
    assert release is not None
    table = manifest.read(release.path)["tabeller"][0]
    assert table["maerke"] == "afventer gennemsyn: se fund"
    with duckdb.connect(release.path / "beskaeftigelsesplan.duckdb", read_only=True) as con:
        marks = con.execute("select er_opdateret, maerke from _release_tabeller").fetchall()
    assert marks == [(False, "afventer gennemsyn: se fund")]
    assert publish.is_current(settings), "while it waits there is nothing to build"
    decide(settings, SECOND, "accepteret", "Anna Holm", CLOCK)
    assert not publish.is_current(settings)
    passed = judged("k2", verdict("y25i01", "review", decided=True))
    release = publish.publish(settings, candidate(settings, "k2", [FIRST, SECOND]), passed)
    assert release is not None
    assert manifest.read(release.path)["tabeller"][0]["maerke"] is None
    decisions = (release.path / "afgoerelser.csv").read_text("utf-8-sig").splitlines()
    assert decisions[0] == "kilde;tabel_id;hentet_utc;nr;udfald;hvem;hvorfor;afgjort_utc"
    # A person's time is kept, the machine's is not; text that looks like a formula is text.
    assert decisions[-1].startswith("jobindsats;y25i01;2026-08-19T07:59:00Z;2;accepteret;Anna Holm")
    assert decisions[-1].endswith(f";{CLOCK}")


def test_readme_says_what_is_old_and_synthetic(settings: Settings) -> None:
    land(settings, Landed("y01a02", "2026-08-18T19:52:00Z", "genereret"))
    look(settings, "y25i01", "fejl")
    vintages = [FIRST, Landed("y01a02", "2026-08-18T19:52:00Z", "genereret")]
    release = publish.publish(settings, candidate(settings, "k1", vintages), judged("k1"))
    assert release is not None
    text = (release.path / "LAESMIG.txt").read_text(encoding="utf-8")
    assert "BESKPLAN, udgivelse 2026M07-1" in text
    assert "SYNTETISKE TAL: tallene fra y01a02 er" in text
    assert "y25i01: kunne ikke hentes: nøglen er forkert [y25i01]" in text
    assert "Hviler på svar hentet til og med: 18. august 2026 kl. 19.52 UTC" in text


def test_release_holds_tables_quality_and_seeds(settings: Settings) -> None:
    release = publish_once(settings)
    held = {path.relative_to(release.path).as_posix() for path in release.path.rglob("*.*")}
    assert {
        "tabeller/herlev/plan-a-resultatmaal-2026M07.xlsx",
        "tabeller/herlev/plan-a-resultatmaal-2026M07.csv",
        "tabeller/herlev/plan-a-resultatmaal-2026M07-lang.csv",
        "tabeller/herlev/plan-a-resultatmaal-2026M07.docx",
        "tabeller/herlev/plan-a-ydelsesoversigt-2026M07.xlsx",
        "tabeller/herlev/plan-a-ydelsesoversigt-2026M07.docx",
        "site/kvalitet/index.html",
        "site/kvalitet/fund.csv",
        "site/rettelser/index.html",
        "site/rettelser/meddelelse.txt",
        "site/rettelser/rettelser.csv",
        "seeds/planer.csv",
        "afgoerelser.csv",
        "sbom.cdx.json",
        "LAESMIG.txt",
        "manifest.json",
    } <= held


def test_a_failed_look_marks_until_a_good_one(settings: Settings) -> None:
    look(settings, "y25i01", "landet")
    look(settings, "y25i01", "fejl")
    release = publish_once(settings)
    assert manifest.read(release.path)["tabeller"][0]["er_opdateret"] is False
    look(settings, "y25i01", "intet_nyt")
    release = publish_once(settings, "k2")
    assert manifest.read(release.path)["tabeller"][0]["er_opdateret"] is True


def test_an_approved_review_is_not_marked(settings: Settings) -> None:
    decide(settings, FIRST, "accepteret", "Anne Jensen", CLOCK)
    review = judged("k1", verdict("y25i01", "review", decided=True))
    release = publish.publish(settings, candidate(settings, "k1", [FIRST]), review)
    assert release is not None
    assert manifest.read(release.path)["tabeller"][0]["er_opdateret"] is True


@pytest.mark.parametrize("synthetic", [True, False])
def test_token_refuses_generated_cells(settings: Settings, synthetic: bool) -> None:
    generated = Landed("y01a02", "2026-08-18T19:52:00Z", "api" if synthetic else "genereret")
    land(settings, generated)
    run = candidate(settings, "k1", [FIRST, generated], synthetic=synthetic)
    real = make_settings(settings.home, token="en-noegle")  # noqa: S106 - the test's own, opens nothing
    with pytest.raises(ReleaseError, match="with a real token a release that would hold"):
        publish.publish(real, run, judged("k1"))
    assert not (settings.releases / "current").exists()
    assert publish.publish(settings, run, judged("k1")) is not None


def test_decisions_state_a_persons_time_and_no_machines(settings: Settings) -> None:
    decide(settings, FIRST, "stoppet", "beskplan gate", CLOCK)
    decide(settings, FIRST, "accepteret", "Anne Jensen", "2026-11-24T08:00:00Z")
    release = publish_once(settings)
    lines = (release.path / "afgoerelser.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1].endswith(";1;stoppet;beskplan gate;'=hvorfor;")
    assert lines[2].endswith(";2;accepteret;Anne Jensen;'=hvorfor;2026-11-24T08:00:00Z")


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    held = []
    for nr in (1, 2):
        settings = make_settings(tmp_path / str(nr))
        land(settings, FIRST)
        decide(settings, FIRST, "accepteret", "beskplan gate", f"2026-11-23T10:00:0{nr}Z")
        path = publish_once(settings, f"k{nr}").path
        files = {
            file.relative_to(path).as_posix(): file.read_bytes()
            for file in path.rglob("*")
            if file.is_file() and file.suffix != ".duckdb"
        }
        stated = json.loads(files.pop("manifest.json"))
        assert stated.pop("koersel") == f"k{nr}"
        held.append((files, stated))
    assert held[0] == held[1]


def test_candidate_on_an_unlanded_vintage_is_refused(settings: Settings) -> None:
    run = candidate(settings, "k1", [FIRST, SECOND])
    with pytest.raises(ReleaseError, match="landing does not hold"):
        publish.publish(settings, run, judged("k1"))


def test_a_damaged_release_is_noticed(settings: Settings) -> None:
    release = publish_once(settings)
    (release.path / "seeds" / "planer.csv").write_text("x", encoding="utf-8")
    (release.path / "parquet" / "dim_kommune.parquet").unlink()
    (release.path / "nyt.txt").write_text("x", encoding="utf-8")
    assert manifest.faults(release.path) == [
        "missing: parquet/dim_kommune.parquet",
        "not in the manifest: nyt.txt",
        "changed: seeds/planer.csv",
    ]
