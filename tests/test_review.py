"""A vintage that waits for a person: asked once, answered once, superseded by a newer one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from test_landing import LATER, ROWS, all_bytes, vintage
from typer.testing import CliRunner

from beskplan import cli, flow
from beskplan.cli import app
from beskplan.errors import ReviewError
from beskplan.gate import Finding, Judgement, TableVerdict
from beskplan.landing import Landing, find_problems, reviews
from beskplan.landing.records import Decision
from beskplan.release import held, review_text
from beskplan.settings import Settings
from beskplan.warehouse import _counted

KEY = ("jobindsats", "y25i01", "2026-08-18T19:52:00Z")
NEWER = "2026-08-19T07:59:00Z"
CAUSE = "To kommuners tal er byttet om."
PERSON = {"hvem": "Anna Holm", "hvorfor": "STAR har bekræftet det"}


def finding(omraade: str, score: float, udfald: str = "review", **more: Any) -> dict[str, Any]:
    return {
        "regel_id": "F6.enkelt" if udfald == "review" else "F6",
        "udfald": udfald,
        "besked": f"{omraade} afviger.",
        "omraade": omraade,
        "periode": "2026M07",
        "maaling": "Antal ledige",
        "dimensioner": "",
        "vaerdi": 2186.0,
        "forventet": 16712.25,
        "score": score,
        "graense": 4.5,
        "aarsag": CAUSE if udfald == "review" else "",
        **more,
    }


FOUND = [finding("Frederiksberg", 61.0), finding("København", 99.5), finding("Læsø", 200, "note")]


def ask(landing: Landing, key: tuple[str, str, str] = KEY) -> Decision | None:
    return landing.decide_first(
        *key, "afventer", hvem="beskplan gate", hvorfor="Afventer.", fund=FOUND, uden_styrke=7
    )


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """One vintage that waits."""
    store = Landing(tmp_path / "landing")
    store.store(vintage())
    assert ask(store)
    return store


@pytest.fixture
def settings(landing: Landing) -> Settings:
    return Settings(home=landing.path.parent)


def outcomes(landing: Landing) -> list[tuple[str, str]]:
    return [(made.udfald, made.hvem) for made in landing.decisions()]


def test_a_vintage_that_waits_is_remembered_with_its_findings(landing: Landing) -> None:
    (asked,) = reviews.waiting(landing)
    assert (asked.key, asked.nr, asked.uden_styrke) == (KEY, 1, 7)
    verdict = TableVerdict.waiting(asked)
    assert [item.omraade for item in verdict.fund] == ["Frederiksberg", "København", "Læsø"]
    assert verdict.fund[1] == Finding(**FOUND[1])
    assert find_problems(landing) == []


def test_what_waits_is_in_no_build_and_the_table_says_so(settings: Settings) -> None:
    landing = Landing(settings.landing)
    assert _counted(settings, "", []) == {}
    assert held.refused_newest(landing) == {"y25i01": "afventer gennemsyn: se fund"}
    reviews.answer(landing, "y25i01", "accepteret", **PERSON)
    assert list(_counted(settings, "", [])) == [KEY]
    assert held.refused_newest(landing) == {}


def test_it_is_asked_once(landing: Landing) -> None:
    assert ask(landing) is None
    reviews.answer(landing, "y25i01", "afvist", **PERSON)
    assert ask(landing) is None, "a rejected vintage is not asked about again"
    assert outcomes(landing) == [("afventer", "beskplan gate"), ("afvist", "Anna Holm")]
    assert held.refused_newest(landing) == {
        "y25i01": "afvist ved gennemsyn: STAR har bekræftet det"
    }


@pytest.mark.parametrize("udfald", ["accepteret", "afvist"])
def test_an_answer_says_who_and_why_and_comes_once(
    landing: Landing, udfald: reviews.Answer
) -> None:
    made = reviews.answer(landing, "y25i01", udfald, hvem=" Anna  Holm", hvorfor="STAR\nhar ringet")
    assert (made.nr, made.udfald, made.hvem, made.hvorfor) == (
        2,
        udfald,
        "Anna Holm",
        "STAR har ringet",
    )
    assert reviews.waiting(landing) == []
    before = all_bytes(landing.path)
    with pytest.raises(ReviewError, match=r"does not wait.*Anna Holm: STAR har ringet"):
        reviews.answer(landing, "y25i01", "accepteret", hvem="Bo", hvorfor="uenig")
    # A task that was killed after it wrote gives the same answer again.
    again = reviews.answer(landing, "y25i01", udfald, hvem="Anna Holm", hvorfor="STAR har ringet")
    assert again == made
    assert all_bytes(landing.path) == before
    assert find_problems(landing) == []


@pytest.mark.parametrize(
    ("hvem", "hvorfor", "message"),
    [
        ("", "derfor", "who made it"),
        (" ", "derfor", "who made it"),
        ("Anna", " \n", "a reason"),
        ("Anna", "x" * 5000, "over the bound of 4000 signs"),
        ("Beskplan gate", "derfor", "how the machine signs"),
    ],
)
def test_who_and_why_are_needed(landing: Landing, hvem: str, hvorfor: str, message: str) -> None:
    with pytest.raises(ReviewError, match=message):
        reviews.answer(landing, "y25i01", "accepteret", hvem=hvem, hvorfor=hvorfor)
    assert len(landing.decisions()) == 1


def test_a_table_that_was_never_asked_about_is_refused(landing: Landing) -> None:
    with pytest.raises(ReviewError, match="Nothing has been asked"):
        reviews.answer(landing, "y60a02", "accepteret", **PERSON)
    landing.store(vintage(tabel_id="y25i09"))
    landing.decide("jobindsats", "y25i09", KEY[2], "stoppet", hvem="beskplan gate", hvorfor="F9")
    with pytest.raises(ReviewError, match="it is stopped"):
        reviews.answer(landing, "y25i09", "accepteret", **PERSON)


def test_a_newer_vintage_supersedes_the_one_that_waits(landing: Landing) -> None:
    assert reviews.supersede(landing) == []
    landing.store(vintage(ROWS[:4], LATER))
    # Before any run has seen the newer one, an answer to the older one is too late already.
    with pytest.raises(ReviewError, match=f"superseded: one of {NEWER} has landed"):
        reviews.answer(landing, "y25i01", "accepteret", **PERSON)
    (made,) = reviews.supersede(landing)
    assert (made.key, made.udfald, made.hvem) == (KEY, "afloest", "beskplan gennemsyn")
    assert NEWER in made.hvorfor
    assert reviews.waiting(landing) == []
    assert reviews.supersede(landing) == []
    with pytest.raises(ReviewError, match="superseded by a newer one"):
        reviews.answer(landing, "y25i01", "accepteret", hentet_utc=KEY[2], **PERSON)
    # The newer one may wait in its turn, and is what an answer without a time is about.
    assert ask(landing, (*KEY[:2], NEWER))
    assert reviews.answer(landing, "y25i01", "accepteret", **PERSON).hentet_utc == NEWER


def _answer(folder: Path, name: str) -> None:
    try:
        reviews.answer(Landing(folder), "y25i01", "accepteret", hvem=name, hvorfor="derfor")
    except ReviewError:
        os._exit(3)


def test_of_several_people_one_decides(landing: Landing) -> None:
    processes = [
        multiprocessing.Process(target=_answer, args=(landing.path, f"P{number}"))
        for number in range(6)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(process.exitcode or 0 for process in processes) == [0, 3, 3, 3, 3, 3]
    assert [made.udfald for made in landing.decisions()] == ["afventer", "accepteret"]


def _die_while_answering(folder: Path) -> None:
    class Dying(Landing):
        def _append_decision(self, decision: Decision) -> Decision:
            os.kill(os.getpid(), signal.SIGKILL)
            return decision

    reviews.answer(Dying(folder), "y25i01", "accepteret", **PERSON)


def test_a_killed_answer_leaves_the_vintage_waiting(landing: Landing) -> None:
    process = multiprocessing.Process(target=_die_while_answering, args=(landing.path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert [made.key for made in reviews.waiting(landing)] == [KEY]
    assert reviews.answer(landing, "y25i01", "accepteret", **PERSON).nr == 2


def test_a_judgement_shows_what_waits_in_place_of_the_older_vintage(landing: Landing) -> None:
    def passed(tabel_id: str, when: str) -> TableVerdict:
        return TableVerdict("jobindsats", tabel_id, when, "pass", True, (), 0)

    older = (passed("y25i01", "2026-07-01T08:00:00Z"), passed("y60a02", "2026-08-01T08:00:00Z"))
    waits = TableVerdict.waiting(reviews.waiting(landing)[0])
    for tables in (older, older[1:]):
        shown = Judgement("k", tables, (), ()).with_waiting([waits])
        assert {table.tabel_id: table.udfald for table in shown.tabeller} == {
            "y25i01": "review",
            "y60a02": "pass",
        }
        assert shown.left_out == [KEY]


def test_the_worst_comes_first_with_what_was_expected(landing: Landing) -> None:
    (asked,) = reviews.waiting(landing)
    rows = review_text.rows(asked)
    # A note is no reason to ask, so it stands last whatever its score.
    assert [(row[1], row[3], row[4], row[5]) for row in rows] == [
        ("København", "2.186", "16.712,3", "99,5"),
        ("Frederiksberg", "2.186", "16.712,3", "61"),
        ("Læsø", "2.186", "16.712,3", "200"),
    ]
    assert rows[0][2] == "juli 2026"
    text = review_text.explained(asked)
    assert text[:2] == [
        "Antal ledige, juli 2026: Frederiksberg afviger. Mistænkte tal: 3.",
        "1. København: København afviger.",
    ]
    assert text[-1] == f"Mulig årsag: {CAUSE}"
    assert text.count(f"Mulig årsag: {CAUSE}") == 1


def test_text_from_a_source_stays_text_in_airflow(landing: Landing) -> None:
    landing.store(vintage(tabel_id="y25i09"))
    sly = [finding("A|B [her](http://x) <b>", 9.0, maaling="*Antal*")]
    landing.decide_first(
        "jobindsats", "y25i09", KEY[2], "afventer", hvem="g", hvorfor="h", fund=sly, uden_styrke=0
    )
    text = review_text.markdown(reviews.waiting(landing)[1])
    assert r"A\|B \[her\](http://x) \<b\>" in text
    assert r"\*Antal\*" in text
    assert "y25i09 (jobindsats), hentet 18. august 2026 kl. 19.52 UTC" in text


def test_the_question_is_there_only_while_the_vintage_waits(settings: Settings) -> None:
    text = flow.question(settings, "y25i01", KEY[2])
    assert text is not None
    assert "København" in text
    assert "afgoerelser.csv" in text
    assert flow.question(settings, "y25i01", NEWER) is None
    flow.review(settings, "y25i01", "afvist", **PERSON)
    assert flow.question(settings, "y25i01", KEY[2]) is None


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    environment = {"BESKPLAN_HJEM": str(settings.home)}
    result = CliRunner(env=environment).invoke(app, ["gennemse", *arguments])
    return result.exit_code, result.output


def test_the_command_lists_and_decides(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr(cli, "console", Console(width=200, highlight=False, soft_wrap=True))
    code, text = run(settings)
    assert code == 0
    assert text.index("København") < text.index("Frederiksberg") < text.index("Læsø")
    assert "16.712,3" in text
    assert f"Mulig årsag: {CAUSE}" in text
    assert "beskplan gennemse y25i01 --godkend|--afvis" in text
    code, text = run(settings, "y25i01", "--godkend", "--hvem", "Anna Holm", "--hvorfor", "Set")
    assert (code, "accepteret (Anna Holm)" in text, "beskplan koer" in text) == (0, True, True)
    assert run(settings) == (0, "nothing waits for a person\n")
    assert outcomes(Landing(settings.landing))[-1] == ("accepteret", "Anna Holm")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--godkend", "--hvem", "Anna", "--hvorfor", "Set"),
        ("y25i01", "--godkend", "--afvis", "--hvem", "Anna", "--hvorfor", "Set"),
        ("y25i01", "--godkend", "--hvorfor", "Set"),
        ("y25i01", "--afvis", "--hvem", "Anna"),
        ("y60a02", "--afvis", "--hvem", "Anna", "--hvorfor", "Set"),
    ],
)
def test_the_command_refuses(settings: Settings, arguments: tuple[str, ...]) -> None:
    code, text = run(settings, *arguments)
    assert code == 1
    assert "ReviewError" in text
    assert "do:" in text
    assert len(Landing(settings.landing).decisions()) == 1
