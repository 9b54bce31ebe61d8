"""Ask over HTTP: time-outs, retries by kind of error, and errors that say what to do.

The error texts are Danish: a table that could not be fetched is marked in the release, and the
text stands beside the mark.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from beskplan import limits
from beskplan.errors import (
    BadAnswerError,
    ForbiddenError,
    RateLimitedError,
    SourceDownError,
    SourceTimeoutError,
    SpuriousRefusalError,
)
from beskplan.limits import whole
from beskplan.sources.refusals import (
    DO_REPORT,
    DO_TRY_LATER,
    error_for,
    without_bom,
    wrong_key,
)
from beskplan.sources.types import Answer, Origin

log = logging.getLogger("beskplan")

# Without a User-Agent of its own a client is now and then turned away with 403 at the front door.
USER_AGENT = "beskplan/0.1 (tabeller til beskaeftigelsesplaner)"
ORIGIN_HEADER = "X-Standin-Oprindelse"
MAX_SKEW = timedelta(minutes=5)
WRONG_KEY_TEXT = "Forkert nøgle"
# What these say holds of the body as it was sent, not of the unpacked one.
AS_SENT = ("content-encoding", "content-length", "transfer-encoding")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Patience:
    """How long to wait for a source, and how often to ask again.

    Args:
        timeout: seconds without a byte before an answer counts as timed out.
        first_wait: seconds before the first retry; doubled at each further one.
        longest_wait: bound on one wait.
        attempts: how often one question is asked in all.
        longest_retry_after: a 429 that asks for a longer wait than this is not waited for here.
    """

    timeout: float = 60.0
    first_wait: float = 1.0
    longest_wait: float = 20.0
    attempts: int = 4
    longest_retry_after: float = 120.0


@dataclass(frozen=True)
class Reply:
    """An answer with its parsed content.

    Args:
        answer: the answer as it came.
        data: the body as the question's `parse` returned it.
        from_standin: whether the answer carries the stand-in's header.
    """

    answer: Answer
    data: Any
    from_standin: bool


def place(kilde: str, tabel_id: str = "", periods: Iterable[str] = ()) -> str:
    """Name source, table and periods for an error: `jobindsats y25i01 2021M08–2026M07`."""
    ordered = sorted(periods)
    span = ""
    if ordered:
        span = ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]}–{ordered[-1]}"
    return " ".join(part for part in (kilde, tabel_id, span) if part)


def parse_json(body: bytes, where: str) -> Any:
    """Read a JSON body.

    Raises:
        BadAnswerError: the body is a web page, or breaks off.
        WrongKeyError: the body is the plain text that v2 sends for a wrong key.
    """
    text = without_bom(body)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        start = text[:200].decode("utf-8", "replace").strip()
        if WRONG_KEY_TEXT in start:
            raise wrong_key(where) from None
        if start.startswith("<") or "You do not have permission" in start:
            what = "Der kom en webside i stedet for tal"
        else:
            what = f"Svaret kan ikke læses; det brydes af efter {len(body)} bytes"
        raise BadAnswerError(what, where=where, do=DO_TRY_LATER) from error


def is_sendable(token: str | None) -> bool:
    """Whether a token can stand in a header.

    One that cannot is kept away from httpx, which names the whole value in its exception.
    """
    return bool(token and re.fullmatch(r"[\x21-\x7e]+", token))


class HttpClient:
    """One host, asked politely.

    Args:
        kilde: the source's name, for messages.
        base_url: scheme and host.
        patience: waits.
        token: sent as Bearer; kept in the header only.
        transport: for tests.
    """

    def __init__(
        self,
        kilde: str,
        base_url: str,
        patience: Patience,
        *,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Open a connection pool; nothing is asked yet."""
        self.kilde = kilde
        self.base_url = base_url.rstrip("/")
        self.patience = patience
        self._skew_told = False
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        if is_sendable(token):
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(
            base_url=self.base_url,
            headers=headers,
            timeout=patience.timeout,
            transport=transport,
            # A proxy from the environment stands between us and the internet, not loopback.
            trust_env=urlsplit(self.base_url).hostname not in LOOPBACK,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self,
        path: str,
        params: Params,
        *,
        where: str,
        body: Any = None,
        parse: Callable[[bytes, str], Any] = parse_json,
        retry_timeout: bool = True,
    ) -> Reply:
        """Ask one question, again where that may help.

        Args:
            path: path below the host.
            params: query parameters; with `body` they only document the question.
            where: source, table and periods, for errors.
            body: JSON to POST; without it the question is a GET.
            parse: reads the body; a BadAnswerError from it is retried.
            retry_timeout: False where the caller has a better way than asking the same again.

        Returns:
            The answer with its parsed content.

        Raises:
            SourceError: the last attempt's error.
        """
        retrying = Retrying(
            retry=retry_if_exception(lambda error: self._worth_it(error, retry_timeout)),
            wait=self._wait,
            stop=stop_after_attempt(self.patience.attempts),
            before_sleep=self._say_retry,
            reraise=True,
        )
        return retrying(self._ask_once, path, params, where, body, parse)

    def _ask_once(
        self,
        path: str,
        params: Params,
        where: str,
        body: Any,
        parse: Callable[[bytes, str], Any],
    ) -> Reply:
        try:
            asked = (
                self._client.stream("GET", path, params=list(params))
                if body is None
                else self._client.stream("POST", path, json=body)
            )
            with asked as streamed:
                response = _read(streamed, where)
        except httpx.TimeoutException:
            raise SourceTimeoutError(
                f"Intet svar inden for {self.patience.timeout:g} sekunder",
                where=where,
                do=DO_TRY_LATER,
            ) from None
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            raise BadAnswerError(
                "Svaret brydes af undervejs", where=where, do=DO_TRY_LATER
            ) from None
        except httpx.TransportError as error:
            raise SourceDownError(
                f"Ingen forbindelse til {self.base_url} ({type(error).__name__})",
                where=where,
                do="se efter om adressen er rigtig og nettet er oppe; ellers: " + DO_TRY_LATER,
            ) from None
        if response.status_code != httpx.codes.OK:
            raise error_for(response, where)
        data = parse(response.content, where)
        return self._reply(response, f"{self.base_url}{path}", params, data, where)

    def _reply(
        self, response: httpx.Response, url: str, params: Params, data: Any, where: str
    ) -> Reply:
        origin = _origin(response, where)
        answer = Answer(
            url=url,
            params=tuple(params),
            body=response.content,
            retrieved_at=_date(response, where),
            origin=origin,
        )
        return Reply(answer, data, from_standin=ORIGIN_HEADER in response.headers)

    def check_clock(self, answer: Answer) -> None:
        """Warn once if the source's clock and ours differ by more than five minutes."""
        skew = abs(datetime.now(UTC) - answer.retrieved_at)
        if answer.origin == "api" and skew > MAX_SKEW and not self._skew_told:
            self._skew_told = True
            log.warning("%s: the source's clock and ours differ by %s", self.kilde, skew)

    def _worth_it(self, error: BaseException, retry_timeout: bool) -> bool:
        if isinstance(error, SourceTimeoutError):
            return retry_timeout
        if isinstance(error, RateLimitedError):
            return error.retry_after <= self.patience.longest_retry_after
        return isinstance(
            error, SourceDownError | ForbiddenError | SpuriousRefusalError | BadAnswerError
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimitedError):
            return error.retry_after
        first = self.patience.first_wait
        longest = self.patience.longest_wait
        return wait_exponential_jitter(multiplier=first, max=longest, jitter=first)(state)

    def _say_retry(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.info("attempt %d failed, asking again: %s", state.attempt_number, error)


def _read(streamed: httpx.Response, where: str) -> httpx.Response:
    """The answer with its body, unpacked and bounded.

    Raises:
        TooLargeError: it is larger than any answer we ask for.
    """
    body = whole(streamed.iter_bytes(), limits.ANSWER_BYTES, where)
    kept = [(name, value) for name, value in streamed.headers.items() if name not in AS_SENT]
    return httpx.Response(
        streamed.status_code, headers=kept, content=body, request=streamed.request
    )


def _origin(response: httpx.Response, where: str) -> Origin:
    value = response.headers.get(ORIGIN_HEADER, "api")
    known: tuple[Origin, ...] = ("api", "optaget", "genereret")
    for origin in known:
        if value == origin:
            return origin
    raise BadAnswerError(f"Ukendt oprindelse »{value}«", where=where, do=DO_REPORT)


def _date(response: httpx.Response, where: str) -> datetime:
    """The answer's `Date`: the one clock that all answers share."""
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        raise BadAnswerError(
            "Svaret siger ikke hvornår det er givet (Date mangler)", where=where, do=DO_REPORT
        ) from None
