"""The HTTP wrapper: what is asked again, what is not, and what never leaks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from beskplan.errors import (
    BadAnswerError,
    ForbiddenError,
    RateLimitedError,
    RefusedQueryError,
    SourceDownError,
    SourceError,
    SourceTimeoutError,
    SpuriousRefusalError,
    WrongKeyError,
)
from beskplan.sources.http import HttpClient, Patience, place

TOKEN = "hemmelig-noegle-123"  # noqa: S105 - the test's own, opens nothing
QUICK = Patience(timeout=0.2, first_wait=0.001, longest_wait=0.01, longest_retry_after=1)
WHERE = "jobindsats y25i01 2026M06–2026M07"
GOOD = b'{"columns":["Periode"],"rows":[["2026M06"]]}'
DATE = {"Date": "Tue, 18 Aug 2026 19:52:00 GMT"}
IIS = "You do not have permission to view this directory or page."

Responder = Callable[[httpx.Request], httpx.Response]


def good(body: bytes = GOOD, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=body, headers={**DATE, **headers})


class Server:
    """Answers in turn; the last answer repeats."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers[min(len(self.seen), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(server: Responder, token: str | None = TOKEN) -> HttpClient:
    return HttpClient(
        "jobindsats",
        "https://api.example.dk",
        QUICK,
        token=token,
        transport=httpx.MockTransport(server),
    )


def ask(server: Server, **options: object) -> object:
    found = client(server).ask("/v3/data/y25i01", [("format", "json")], where=WHERE, **options)  # type: ignore[arg-type]
    return found.data


def test_the_question_carries_key_and_name_in_its_headers_only() -> None:
    server = Server(good())
    ask(server)
    request = server.seen[0]
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["User-Agent"].startswith("beskplan/")
    assert TOKEN not in str(request.url)


def test_bytes_date_and_origin_are_kept() -> None:
    body = b"\xef\xbb\xbf" + GOOD
    server = Server(good(body, **{"X-Standin-Oprindelse": "optaget"}))
    reply = client(server).ask("/v3/x", [("a", "1"), ("b", "2")], where=WHERE)
    assert reply.data == {"columns": ["Periode"], "rows": [["2026M06"]]}
    assert reply.answer.body == body
    assert reply.answer.url == "https://api.example.dk/v3/x"
    assert reply.answer.params == (("a", "1"), ("b", "2"))
    assert reply.answer.retrieved_at == datetime(2026, 8, 18, 19, 52, tzinfo=UTC)
    assert (reply.answer.origin, reply.from_standin) == ("optaget", True)
    assert client(Server(good())).ask("/v3/x", [], where=WHERE).answer.origin == "api"


PERIOD_TYPE = b'{"code":422,"cause":"Unknown period type: M","request_id":"a36e2446"}'
RETRIED: dict[str, tuple[httpx.Response | Exception, type[SourceError]]] = {
    "500": (httpx.Response(500), SourceDownError),
    "503": (httpx.Response(503), SourceDownError),
    "time-out": (httpx.ReadTimeout("slow"), SourceTimeoutError),
    "no connection": (httpx.ConnectError("refused"), SourceDownError),
    "403": (httpx.Response(403, text=IIS), ForbiddenError),
    "422 untrue": (httpx.Response(422, content=PERIOD_TYPE), SpuriousRefusalError),
    "429": (httpx.Response(429, headers={"Retry-After": "0"}), RateLimitedError),
    "cut off": (good(GOOD[:20]), BadAnswerError),
    "cut off in transit": (httpx.RemoteProtocolError("closed"), BadAnswerError),
    "web page": (good(b"<html>Vedligehold</html>"), BadAnswerError),
    "IIS page": (good(IIS.encode()), BadAnswerError),
}


@pytest.mark.parametrize("name", RETRIED)
def test_what_may_pass_is_asked_again(name: str) -> None:
    server = Server(RETRIED[name][0], RETRIED[name][0], good())
    assert ask(server) == {"columns": ["Periode"], "rows": [["2026M06"]]}
    assert len(server.seen) == 3


@pytest.mark.parametrize("name", RETRIED)
def test_what_does_not_pass_is_named_after_four_times(name: str) -> None:
    answer, kind = RETRIED[name]
    server = Server(answer)
    with pytest.raises(kind) as caught:
        ask(server)
    assert len(server.seen) == 4
    assert WHERE in str(caught.value)
    assert caught.value.do
    assert TOKEN not in str(caught.value) + repr(caught.value)


FINAL: dict[str, tuple[httpx.Response, type[SourceError], str]] = {
    "401": (httpx.Response(401), WrongKeyError, "JOBINDSATS_TOKEN"),
    "wrong key in plain text": (
        good("Forkert nøgle eller nøglen er udløbet.".encode()),
        WrongKeyError,
        "JOBINDSATS_TOKEN",
    ),
    "422": (
        httpx.Response(422, json={"code": 422, "cause": "Unknown hierarchies: ['_omrade']"}),
        RefusedQueryError,
        "Unknown hierarchies: ['_omrade']",
    ),
    "404": (httpx.Response(404, text="Not found"), RefusedQueryError, "404"),
    "400": (
        httpx.Response(400, json={"errorTypeCode": "REQUEST-LIMIT", "message": "op mod 6.224.652"}),
        RefusedQueryError,
        "REQUEST-LIMIT: op mod 6.224.652",
    ),
}


@pytest.mark.parametrize("name", FINAL)
def test_what_cannot_pass_is_asked_once(name: str) -> None:
    answer, kind, text = FINAL[name]
    server = Server(answer)
    with pytest.raises(kind) as caught:
        ask(server)
    assert len(server.seen) == 1
    assert text in str(caught.value)


def test_a_redirect_is_not_followed_with_the_key() -> None:
    server = Server(httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(BadAnswerError, match="302"):
        ask(server)
    assert {request.url.host for request in server.seen} == {"api.example.dk"}


def test_a_time_out_can_be_left_to_the_caller() -> None:
    server = Server(httpx.ReadTimeout("slow"))
    with pytest.raises(SourceTimeoutError):
        ask(server, retry_timeout=False)
    assert len(server.seen) == 1


def test_a_long_retry_after_is_handed_on_at_once() -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": "600"}))
    with pytest.raises(RateLimitedError) as caught:
        ask(server)
    assert caught.value.retry_after == 600
    assert len(server.seen) == 1


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    with pytest.raises(RateLimitedError) as caught:
        ask(Server(httpx.Response(429, headers={"Retry-After": later})))
    assert 290 < caught.value.retry_after <= 300


def test_an_answer_without_a_date_is_refused() -> None:
    with pytest.raises(BadAnswerError, match="Date"):
        ask(Server(httpx.Response(200, content=GOOD)))


@pytest.mark.parametrize("token", ["nøgle med mellemrum", "æøå-æøå-æøå", "a\nb"])
def test_a_token_that_no_header_can_carry_is_not_sent(token: str) -> None:
    server = Server(httpx.Response(401))
    with pytest.raises(WrongKeyError) as caught:
        client(server, token).ask("/v3/x", [], where=WHERE)
    assert "Authorization" not in server.seen[0].headers
    assert token not in str(caught.value)


def test_nothing_logged_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(Server(httpx.Response(500), good()))
    assert "attempt 1 failed" in caplog.text
    assert TOKEN not in caplog.text


def test_a_clock_that_is_off_is_told_once_and_not_of_the_stand_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for headers, warnings in [({"X-Standin-Oprindelse": "genereret"}, 0), ({}, 1)]:
        caplog.clear()
        asker = client(Server(good(**headers)))
        answer = asker.ask("/v3/x", [], where=WHERE).answer
        asker.check_clock(answer)
        asker.check_clock(answer)
        assert len(caplog.records) == warnings
    now = {"Date": format_datetime(datetime.now(UTC), usegmt=True)}
    asker = client(Server(httpx.Response(200, content=GOOD, headers=now)))
    caplog.clear()
    asker.check_clock(asker.ask("/v3/x", [], where=WHERE).answer)
    assert caplog.records == []


def test_places_are_named_shortly() -> None:
    assert place("jobindsats", "y25i01", ["2026M07", "2021M08"]) == (
        "jobindsats y25i01 2021M08–2026M07"
    )
    assert place("statbank", "FOLK1A", ["2026K3"]) == "statbank FOLK1A 2026K3"
    assert place("statbank", "FOLK1A") == "statbank FOLK1A"
