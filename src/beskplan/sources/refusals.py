"""What a source means when it answers with another status than 200."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import orjson

from beskplan.errors import (
    BadAnswerError,
    ForbiddenError,
    RateLimitedError,
    RefusedQueryError,
    SourceDownError,
    SourceError,
    SpuriousRefusalError,
    WrongKeyError,
)

BOM = b"\xef\xbb\xbf"
DO_TRY_LATER = "prøv igen senere; det seneste hentede står ved magt imens"
DO_KEY = (
    "sæt en gyldig nøgle, hvor den står: i filen, som JOBINDSATS_TOKEN_FILE nævner, i "
    "JOBINDSATS_TOKEN eller i Airflows forbindelse `jobindsats`"
)
DO_REPORT = "se svaret efter i kildens egen dokumentation, og ret klienten hvis formen er ændret"


def without_bom(body: bytes) -> bytes:
    """Drop a UTF-8 byte order mark; v2 and StatBank's CSV begin with one."""
    return body.removeprefix(BOM)


def wrong_key(where: str) -> WrongKeyError:
    """The error for a key that the source does not accept."""
    return WrongKeyError("Nøglen er forkert eller udløbet (401)", where=where, do=DO_KEY)


def error_for(response: httpx.Response, where: str) -> SourceError:
    """Name what a status other than 200 means."""
    status = response.status_code
    if status == httpx.codes.UNAUTHORIZED:
        return wrong_key(where)
    if status == httpx.codes.FORBIDDEN:
        return ForbiddenError(
            "Kilden afviste os i døren (403)",
            where=where,
            do="går som regel over af sig selv; bliver det ved, så skriv til jobindsats@star.dk",
        )
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimitedError(
            "Der er spurgt for tit (429)",
            where=where,
            do=DO_TRY_LATER,
            retry_after=_retry_after(response),
        )
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return SourceDownError(f"Kilden melder fejl ({status})", where=where, do=DO_TRY_LATER)
    if status in (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND, 422):
        return _refusal(response, where)
    return BadAnswerError(f"Uventet svar ({status})", where=where, do=DO_REPORT)


def _refusal(response: httpx.Response, where: str) -> SourceError:
    """Tell a refusal that is known to be untrue from one that is meant."""
    try:
        content = orjson.loads(without_bom(response.content))
    except orjson.JSONDecodeError:
        content = {}
    content = content if isinstance(content, dict) else {}
    reason = ": ".join(
        str(content[key]) for key in ("errorTypeCode", "cause", "message") if content.get(key)
    )
    if reason.startswith("Unknown period type"):
        return SpuriousRefusalError(
            f"Kilden siger »{reason}«, som den gør mens en tabel genindlæses",
            where=where,
            do="prøv igen om en time; sker det også i morgen, er periodetypen udgået",
        )
    return RefusedQueryError(
        f"Kilden afviste spørgsmålet ({response.status_code}): {reason or 'uden grund'}",
        where=where,
        do="sammenlign rækken i seeds/kilder.csv med kildens metadata",
    )


def _retry_after(response: httpx.Response) -> float:
    """Seconds to wait, from either form of the header; without a usable one, a minute."""
    value = response.headers.get("Retry-After", "")
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 60.0
    return float(max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()))
