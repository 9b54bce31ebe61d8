"""Messages by meaning, received by a mail sink and a web hook: each cause once, and once over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest
from aiosmtpd.controller import Controller

from beskplan import flow, logs, notifiers
from beskplan.beskeder import causes, current, untold
from beskplan.errors import BuildError, NotANumberError, WrongKeyError
from beskplan.landing import Landing
from beskplan.landing.freshness import freshness, next_period
from beskplan.release import friskhed
from beskplan.release.basis import Basis
from beskplan.settings import Settings
from beskplan.sources.types import CELL_COLUMNS, Answer, TableVintage

LANDED = datetime(2026, 8, 20, 7, tzinfo=UTC)
NEXT_DAY = datetime(2026, 9, 25, 6, 5, tzinfo=UTC)
LATE = "y60a02 for 2026M08 skulle være kommet 24. september; stadig 2026M07."


@dataclass
class Inbox:
    """What both sinks received."""

    mail: list[tuple[str, str]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    bearer: list[str | None] = field(default_factory=list)
    is_open: bool = True

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("html",))
        assert body is not None
        assert envelope.rcpt_tos == ["vagt@example.dk", "data@example.dk"]
        self.mail.append((str(message["subject"]), body.get_content()))
        return "250 OK"


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Inbox]:
    received = Inbox()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if received.is_open:
                received.posts.append(json.loads(content))
                received.bearer.append(self.headers["Authorization"])
            self.send_response(204 if received.is_open else 503)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    smtp = Controller(received, hostname="127.0.0.1", port=_free_port())
    web = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=web.serve_forever, daemon=True).start()
    smtp.start()
    mail = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": smtp.port,
        "extra": {"from_email": "beskplan@example.dk", "disable_ssl": True, "disable_tls": True},
    }
    hook = {
        "conn_type": "http",
        "host": f"http://127.0.0.1:{web.server_port}",
        "password": "hemmelig",
    }
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    monkeypatch.setenv("AIRFLOW_CONN_BESKPLAN_MAIL", json.dumps(mail))
    monkeypatch.setenv("AIRFLOW_CONN_BESKPLAN_WEBHOOK", json.dumps(hook))
    monkeypatch.setenv("BESKPLAN_BESKED_TIL", "vagt@example.dk, data@example.dk")
    yield received
    smtp.stop()
    web.shutdown()
    web.server_close()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(causes, "FREE_BYTES", 0)
    monkeypatch.setenv("BESKPLAN_HJEM", str(tmp_path))
    return Settings(home=tmp_path)


def land(
    settings: Settings,
    tabel_id: str,
    newest: int = 7,
    at: datetime = LANDED,
    update_next: str | None = None,
    value: float = 1.0,
) -> None:
    rows = [
        ("Herlev", f"2026M{month:02d}", "", "m", value, False) for month in (newest - 1, newest)
    ]
    answer = Answer("http://x", (), b"[]", at, "api")
    vintage = TableVintage(
        "jobindsats",
        tabel_id,
        f"{at:%Y-%m-%d}",
        at,
        (answer,),
        pd.DataFrame(rows, columns=list(CELL_COLUMNS)),
        update_next,
    )
    landing = Landing(settings.landing)
    result = landing.store(vintage)
    landing.record_tilsyn(
        "jobindsats",
        tabel_id,
        result.udfald,
        seen_at=at,
        update_latest=vintage.update_latest,
        hentet_utc=result.hentet_utc,
        update_next=update_next,
    )


def look(settings: Settings, at: datetime, update_next: str | None) -> None:
    Landing(settings.landing).record_tilsyn(
        "jobindsats",
        "y60a02",
        "intet_nyt",
        seen_at=at,
        update_latest=f"{LANDED:%Y-%m-%d}",
        hentet_utc=f"{LANDED:%Y-%m-%dT%H:%M:%SZ}",
        update_next=update_next,
    )


def keys(settings: Settings, at: datetime = NEXT_DAY) -> list[str]:
    return [cause.noegle for cause in current(settings, at)]


def test_a_late_table_is_told_once_and_told_to_be_over(settings: Settings, inbox: Inbox) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    notifiers.tell(settings, at=datetime(2026, 9, 24, 14, 5, tzinfo=UTC))
    assert inbox.mail == inbox.posts == [], "the announced day is not over"
    for _ in range(3):
        notifiers.tell(settings, at=NEXT_DAY)
    assert [subject for subject, _ in inbox.mail] == [f"Beskplan: {LATE}"]
    assert [post["forhold"] for post in inbox.posts] == [
        [
            {
                "noegle": "for_sent:y60a02:2026M08",
                "tekst": LATE,
                "goer": inbox.posts[0]["forhold"][0]["goer"],
                "tilstand": "ny",
            }
        ]
    ]
    assert inbox.bearer == ["Bearer hemmelig"]
    land(settings, "y60a02", newest=8, at=NEXT_DAY, update_next="2026-10-22")
    notifiers.tell(settings, at=NEXT_DAY)
    assert inbox.mail[1][0] == f"Beskplan: Ovre: {LATE}"
    assert inbox.posts[1]["forhold"][0]["tilstand"] == "ovre"


def test_five_causes_and_more_as_received(
    settings: Settings, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    for tabel_id in ("y25i01", "y25i09", "y30r21"):
        land(settings, tabel_id)
    landing, time = Landing(settings.landing), "2026-08-20T07:00:00Z"
    landing.decide("jobindsats", "y25i01", time, "stoppet", hvem="beskplan", hvorfor="20 byttet om")
    landing.decide_first(
        "jobindsats", "y25i09", time, "afventer", hvem="b", hvorfor="1 kommune afviger"
    )
    fault = NotANumberError("»ukendt« er ikke et tal", where="y30r21 2026M07", do="spørg kilden")
    landing.record_tilsyn("jobindsats", "y30r21", "fejl", error=fault)
    refused = WrongKeyError("Nøglen afvises", where="jobindsats /v3/tables", do="bestil en ny")
    for tabel_id in ("y01a02", "y04a02"):
        landing.record_tilsyn("jobindsats", tabel_id, "fejl", error=refused)
    with pytest.raises(BuildError), flow._fault_kept(settings, "k1", "byg"):
        raise BuildError("dbt build failed", where="run k1", do="read the log")
    monkeypatch.setattr(causes, "FREE_BYTES", 2**60)
    for _ in range(2):
        notifiers.tell(settings, at=NEXT_DAY)
    assert len(inbox.mail) == len(inbox.posts) == 1
    told = {cause["noegle"]: cause["tekst"] for cause in inbox.posts[0]["forhold"]}
    assert told == {
        "disk": f"Der er under {2**30} GB tilbage på disken med {settings.home.name}.",
        "fejl:y30r21:NotANumberError": "y30r21 kunne ikke hentes fra jobindsats: »ukendt« er ikke "
        "et tal [y30r21 2026M07]",
        "for_sent:y60a02:2026M08": LATE,
        f"gennemsyn:y25i09:{time}": f"y25i09, hentet {time}, afventer gennemsyn: 1 kommune afviger",
        "koersel:byg:BuildError": "byg mislykkedes i kørsel k1: dbt build failed [run k1]",
        f"stoppet:y25i01:{time}": f"y25i01, hentet {time}, er stoppet af kontrollen: 20 byttet om",
        "token_afvist:jobindsats:WrongKeyError": "jobindsats afviser nøglen: Nøglen afvises "
        "[jobindsats /v3/tables]",
    }
    assert inbox.mail[0][0] == "Beskplan: 7 nye forhold, 0 er ovre"
    assert all(text in inbox.mail[0][1] for text in told.values())
    lines = (settings.work / logs.FOLDER / logs.FILE).read_text("utf-8").splitlines()
    logged = {line["event"]: line for line in map(json.loads, lines)}
    assert {f"{key}: {text}" for key, text in told.items()} < logged.keys()
    stopped = logged[f"stoppet:y25i01:{time}: {told[f'stoppet:y25i01:{time}']}"]
    assert (stopped["tabel_id"], stopped["hentet_utc"]) == ("y25i01", time)
    assert "a message was taken" in logged


def test_what_to_do_of_tables_that_are_late_together_is_said_once(settings: Settings) -> None:
    for tabel_id in ("y01a02", "y04a02"):
        land(settings, tabel_id, update_next="2026-09-14")
    with untold(settings, "mail", current(settings, NEXT_DAY)) as message:
        assert message is not None
        assert message.tekst == (
            "y01a02 for 2026M08 skulle være kommet 14. september; stadig 2026M07.\n"
            "y04a02 for 2026M08 skulle være kommet 14. september; stadig 2026M07.\n"
            "  Gør: Intet er i stykker: der ses efter hver time. Kilden nævner forsinkelser på sin "
            "forside."
        )


def test_a_run_that_hangs_is_over_when_its_dag_looks_again(
    settings: Settings, inbox: Inbox
) -> None:
    context = {"dag_run": {"dag_id": "jobindsats", "dag_run_id": "planlagt_1"}}
    for _ in range(2):
        notifiers.run_hangs(context, hours=4)
    notifiers.tell(settings, ended_dag="beskaeftigelsesplan", at=LANDED)
    assert [subject for subject, _ in inbox.mail] == [
        "Beskplan: Kørslen planlagt_1 af jobindsats er ikke færdig 4 timer efter, at den blev sat "
        "i kø."
    ]
    notifiers.tell(settings, ended_dag="jobindsats", at=LANDED)
    assert [post["forhold"][0]["tilstand"] for post in inbox.posts] == ["ny", "ovre"]


def test_a_build_that_was_killed_is_told_of_until_its_own_dag_builds_again(
    settings: Settings, inbox: Inbox
) -> None:
    plan = "beskaeftigelsesplan"
    for _ in range(2):
        notifiers.tell(settings, ended_dag=plan, failed=["byg_kandidat"], at=LANDED)
    notifiers.tell(settings, ended_dag="jobindsats", at=LANDED)
    assert [subject for subject, _ in inbox.mail] == [
        "Beskplan: byg_kandidat i beskaeftigelsesplan endte uden at sige hvorfor, også da det blev "
        "prøvet igen: processen blev afbrudt udefra."
    ]
    notifiers.tell(settings, ended_dag=plan, at=LANDED)
    assert [post["forhold"][0]["tilstand"] for post in inbox.posts] == ["ny", "ovre"]


def test_a_build_that_says_why_it_failed_is_not_told_of_twice(
    settings: Settings, inbox: Inbox
) -> None:
    with pytest.raises(BuildError), flow._fault_kept(settings, "k1", "byg"):
        raise BuildError("dbt build failed", where="run k1", do="read the log")
    notifiers.tell(settings, ended_dag="beskaeftigelsesplan", failed=["byg_kandidat"], at=LANDED)
    assert [cause["noegle"] for post in inbox.posts for cause in post["forhold"]] == [
        "koersel:byg:BuildError"
    ]


def test_a_channel_that_fails_is_told_at_the_next_look(settings: Settings, inbox: Inbox) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    inbox.is_open = False
    with pytest.raises(ExceptionGroup, match="not taken"):
        notifiers.tell(settings, at=NEXT_DAY)
    assert (len(inbox.mail), inbox.posts) == (1, [])
    inbox.is_open = True
    notifiers.tell(settings, at=NEXT_DAY)
    assert (len(inbox.mail), len(inbox.posts)) == (1, 1)


def test_a_lost_record_repeats_a_message_and_a_cut_line_is_passed_over(
    settings: Settings, inbox: Inbox
) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    record = settings.work / "beskeder" / "webhook.jsonl"
    notifiers.tell(settings, at=NEXT_DAY)
    record.write_text(record.read_text().rstrip() + '\n{"noeg', encoding="utf-8")
    notifiers.tell(settings, at=NEXT_DAY)
    assert len(inbox.posts) == 1
    record.unlink()
    notifiers.tell(settings, at=NEXT_DAY)
    assert (len(inbox.mail), len(inbox.posts)) == (1, 2)


def test_without_connections_nothing_is_sent(
    settings: Settings, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    monkeypatch.setenv("AIRFLOW_CONN_BESKPLAN_WEBHOOK", "")
    monkeypatch.delenv("BESKPLAN_BESKED_TIL")
    notifiers.tell(settings, at=NEXT_DAY)
    assert inbox == Inbox()


def test_a_day_moved_before_it_comes_is_no_delay(settings: Settings) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    look(settings, datetime(2026, 9, 20, 7, tzinfo=UTC), "2026-09-28")
    assert keys(settings) == []
    assert keys(settings, datetime(2026, 9, 29, 7, tzinfo=UTC)) == ["for_sent:y60a02:2026M08"]


def test_a_day_moved_after_it_passed_is_a_delay_with_a_new_day(settings: Settings) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    look(settings, NEXT_DAY, "2026-10-01")
    (cause,) = current(settings, NEXT_DAY)
    assert cause.tekst == f"{LATE} Kilden siger nu 1. oktober."


def test_a_look_that_fails_neither_ends_a_delay_nor_finds_one(settings: Settings) -> None:
    """Of what the source has published since, a look that failed says nothing."""
    refused = WrongKeyError("Nøglen afvises", where="jobindsats /v3/tables", do="bestil en ny")
    failed = {"error": refused, "seen_at": datetime(2026, 9, 26, 7, tzinfo=UTC)}
    land(settings, "y60a02", update_next="2026-09-24")
    look(settings, NEXT_DAY, "2026-09-24")
    land(settings, "y25i01", update_next="2026-09-26")
    for tabel_id in ("y60a02", "y25i01"):
        Landing(settings.landing).record_tilsyn("jobindsats", tabel_id, "fejl", **failed)
    assert keys(settings, datetime(2026, 9, 29, 8, tzinfo=UTC)) == [
        "for_sent:y60a02:2026M08",
        "token_afvist:jobindsats:WrongKeyError",
    ]


def test_a_correction_without_the_new_month_does_not_keep_the_promise(settings: Settings) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    later = datetime(2026, 9, 24, 6, 10, tzinfo=UTC)
    land(settings, "y60a02", at=later, update_next="2026-10-22", value=2.0)
    assert keys(settings) == ["for_sent:y60a02:2026M08"]


def test_a_release_states_freshness_as_of_its_own_time(settings: Settings) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    land(settings, "y01a02")
    landing = Landing(settings.landing)
    rested_on = [
        *landing.vintages(),
        SimpleNamespace(kilde="jobindsats", tabel_id="andet", hentet_utc="2026-09-29T08:00:00Z"),
    ]
    # What comes later under an earlier time, as a file of the drop folder may.
    land(settings, "y60a02", newest=8, at=NEXT_DAY, update_next="2026-10-22")
    basis = Basis(tuple(rested_on), {}, [], {}, "")  # type: ignore[arg-type]
    with duckdb.connect() as con:
        friskhed.state(con, landing, basis)
        silent, late = friskhed.read(con)
        texts = con.execute("select count(comment) from duckdb_columns() where not internal")
        assert texts.fetchone() == (len(friskhed.COLUMNS),)
    assert (silent.tabel_id, silent.tilstand, silent.ventet_dato) == ("y01a02", "uden_dato", None)
    assert (late.nyeste_periode, late.ventet_periode) == ("2026M07", "2026M08")
    assert (late.tilstand, late.dage_forsinket) == ("forsinket", 5)


def test_freshness_counts_nothing_that_came_later(settings: Settings) -> None:
    land(settings, "y60a02", update_next="2026-09-24")
    land(settings, "y60a02", newest=8, at=NEXT_DAY, update_next="2026-10-22")
    (before,) = freshness(Landing(settings.landing), datetime(2026, 9, 24, 22, 30, tzinfo=UTC))
    # 00:30 on the 25th in Denmark: the day has passed.
    assert (before.nyeste_periode, before.dage_forsinket, before.tilstand) == (
        "2026M07",
        1,
        "forsinket",
    )
    (now,) = freshness(Landing(settings.landing), NEXT_DAY)
    assert (now.nyeste_periode, now.ventet_periode, now.tilstand) == (
        "2026M08",
        "2026M09",
        "aktuel",
    )


@pytest.mark.parametrize(
    ("periods", "following"),
    [
        (["2026M11", "2026M12"], "2027M01"),
        (["2026K3", "2026K4"], "2027K1"),
        (["2022QMAT02", "2022QMAT04"], "2023QMAT02"),
        (["2026M07"], None),
    ],
)
def test_the_period_that_follows(periods: list[str], following: str | None) -> None:
    assert next_period(periods) == following
