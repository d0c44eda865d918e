"""What stands before Bolt on HTTP: it lets through only bounded bodies that Slack has signed."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from slack_sdk.signature import SignatureVerifier

PATH = "/slack/events"
BODY_MOST = 1_000_000
LENGTH_MOST = 20  # digits; int() refuses thousands of them with an error of its own

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


def guarded(app: Wsgi, verifier: SignatureVerifier) -> Wsgi:
    """The app behind a check of path, size and signature, made before a byte of the body is parsed."""

    def front(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return _refuse(start_response, "404 Not Found")
        if environ.get("REQUEST_METHOD") != "POST":
            return _refuse(start_response, "405 Method Not Allowed")
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not (length.isascii() and length.isdigit()):
            return _refuse(start_response, "411 Length Required")
        if len(length) > LENGTH_MOST or int(length) > BODY_MOST:
            return _refuse(start_response, "413 Content Too Large")
        body = environ["wsgi.input"].read(int(length))
        if not _signed(verifier, environ, body):
            return _refuse(start_response, "401 Unauthorized")
        return app({**environ, "wsgi.input": BytesIO(body)}, start_response)

    return front


def _signed(verifier: SignatureVerifier, environ: Environ, body: bytes) -> bool:
    try:
        return verifier.is_valid(
            body.decode("utf-8"),
            environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP") or "",
            environ.get("HTTP_X_SLACK_SIGNATURE") or "",
        )
    except (ValueError, TypeError):  # no UTF-8, no number, no ASCII: whatever it is, Slack did not sign it
        return False


def _refuse(start_response: StartResponse, status: str) -> Iterable[bytes]:
    start_response(status, [("content-type", "text/plain"), ("content-length", "0")])
    return [b""]
