"""What stands before Bolt on HTTP: it lets through only bounded bodies that Slack has signed.

Beside them it answers whoever asks for a calendar at its private address, where there are any.
"""

import logging
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, NamedTuple

from slack_sdk.signature import SignatureVerifier

log = logging.getLogger(__name__)

PATH = "/slack/events"
BODY_MOST = 1_000_000
LENGTH_MOST = 20  # digits; int() refuses thousands of them with an error of its own
CALENDAR = re.compile(r"/calendar/(?P<token>[A-Za-z0-9_-]{1,100})\.ics")
# Calendars look again as often as they like; what is between may keep its copy for an hour, theirs alone.
MAY_KEEP = "private, max-age=3600"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


class Served(NamedTuple):
    """A calendar as it is served, and a tag that differs whenever it says something else."""

    content: bytes
    tag: str


class UnavailableError(Exception):
    """Calendars cannot be looked up now."""


# What finds the calendar at a private address by the end of it; None for one that leads nowhere.
CalendarAt = Callable[[str], Served | None]


def guarded(app: Wsgi, verifier: SignatureVerifier, calendar_at: CalendarAt | None = None) -> Wsgi:
    """The app behind a check of path, size and signature, made before a byte of the body is parsed.

    Calendars are not signed for: who knows the address may read it. Without `calendar_at` there are none.
    """

    def front(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        calendar = CALENDAR.fullmatch(environ.get("PATH_INFO") or "")
        if calendar and calendar_at:
            return _calendar(calendar["token"], calendar_at, environ, start_response)
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


def _calendar(
    token: str, calendar_at: CalendarAt, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    """The calendar at a private address. Nothing here may tell the log what it is."""
    method = environ.get("REQUEST_METHOD")
    if method not in ("GET", "HEAD"):
        return _refuse(start_response, "405 Method Not Allowed", ("allow", "GET, HEAD"))
    try:
        found = calendar_at(token)
    except UnavailableError as error:
        log.error("A calendar could not be looked up.", exc_info=error)
        return _refuse(start_response, "503 Service Unavailable", ("retry-after", "60"))
    if found is None:
        return _refuse(start_response, "404 Not Found", ("cache-control", "no-store"))
    tag = f'"{found.tag}"'
    headers = [("cache-control", MAY_KEEP), ("etag", tag), ("x-content-type-options", "nosniff")]
    if tag in str(environ.get("HTTP_IF_NONE_MATCH") or ""):
        start_response("304 Not Modified", headers)
        return []
    headers += [
        ("content-type", "text/calendar; charset=utf-8"),
        ("content-disposition", 'inline; filename="ce-dates.ics"'),
        ("content-length", str(len(found.content))),
    ]
    start_response("200 OK", headers)
    return [found.content] if method == "GET" else []


def _signed(verifier: SignatureVerifier, environ: Environ, body: bytes) -> bool:
    try:
        return verifier.is_valid(
            body.decode("utf-8"),
            environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP") or "",
            environ.get("HTTP_X_SLACK_SIGNATURE") or "",
        )
    except (ValueError, TypeError):  # no UTF-8, no number, no ASCII: whatever it is, Slack did not sign it
        return False


def _refuse(start_response: StartResponse, status: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    start_response(status, [("content-type", "text/plain"), ("content-length", "0"), *headers])
    return [b""]
