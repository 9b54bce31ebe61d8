"""Refusals in the byte shape that v3 sends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from starlette.responses import Response


def refusal(status: int, cause: str, headers: Mapping[str, str] | None = None) -> Response:
    """`{"code":…,"cause":"…","request_id":"…"}`, without blanks."""
    body = {"code": status, "cause": cause, "request_id": str(uuid.uuid4())}
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return Response(
        text, status_code=status, media_type="application/json", headers=dict(headers or {})
    )
