"""Requests as Slack signs them, for tests of what stands before Bolt."""

import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from slack_sdk.signature import SignatureVerifier

from bot.front import PATH, Environ, Front, StartResponse, refuse

SECRET = "0123456789abcdef"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def signed(body: bytes, content_type: str = FORM, *, secret: str = SECRET, **changes: Any) -> dict[str, Any]:
    """A request as it reaches the front, signed now, but for some of its variables."""
    stamp = str(int(time.time()))
    try:
        signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    except UnicodeDecodeError:
        signature = "v0=" + "0" * 64
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": content_type,
        "HTTP_X_SLACK_REQUEST_TIMESTAMP": stamp,
        "HTTP_X_SLACK_SIGNATURE": signature,
        **changes,
    }


def through(front: Front, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """What the front makes of a request, asked in the server's order."""
    refusal = front.refusal(environ)
    if not refusal and front.has_body(environ):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ = {**environ, "wsgi.input": BytesIO(body)}
        refusal = front.unsigned(environ, body)
    return refuse(refusal, start_response) if refusal else front.answer(environ, start_response)
