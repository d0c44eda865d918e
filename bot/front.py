"""What stands before Bolt on HTTP: it lets through only bounded bodies that Slack has signed.

Beside them it answers whoever asks for a calendar at its private address, and for the pages there are.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

from slack_sdk.signature import SignatureVerifier

log = logging.getLogger(__name__)

PATH = "/slack/events"
BODY_MOST = 1_000_000
LENGTH_MOST = 20  # digits; int() refuses thousands of them with an error of its own
# How far the moment of a signature may lie from now, in seconds; Slack says so, too.
SIGNED_WITHIN_S = 300
# What Slack's headers look like: whatever else comes, its body is not worth reading.
STAMP = re.compile(r"[0-9]{1,12}")
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
CALENDAR = re.compile(r"/calendar/(?P<token>[A-Za-z0-9_-]{1,100})\.ics")
# Calendars look again as often as they like; what is between may keep its copy for an hour, theirs alone.
MAY_KEEP = "private, max-age=3600"
READS = ("GET", "HEAD")
# Where those behind the front say what kind of request it was.
KIND = "ce_bot.kind"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
NO_PAGES: Mapping[str, Wsgi] = MappingProxyType({})


class Served(NamedTuple):
    """A calendar as it is served, and a tag that differs whenever it says something else."""

    content: bytes
    tag: str


class Refusal(NamedTuple):
    """How a request is turned away: the status, and headers beside the usual ones."""

    status: str
    headers: tuple[tuple[str, str], ...] = ()


class UnavailableError(Exception):
    """Calendars cannot be looked up now."""


# What finds the calendar at a private address by the end of it; None for one that leads nowhere.
CalendarAt = Callable[[str], Served | None]

NOT_FOUND = Refusal("404 Not Found")
NOT_POSTED = Refusal("405 Method Not Allowed", (("allow", "POST"),))
NOT_READ = Refusal("405 Method Not Allowed", (("allow", ", ".join(READS)),))
NO_LENGTH = Refusal("411 Length Required")
TOO_LARGE = Refusal("413 Content Too Large")
UNSIGNED = Refusal("401 Unauthorized")


class Front:
    """The app behind a check of path, size and signature, made before a byte of the body is parsed.

    What a request's headers tell is asked by `refusal`, what its body tells by `unsigned`, and `answer` is
    for those that both let through. Calendars are not signed for: who knows the address may read it. Neither
    are `pages`, which answer GET and HEAD of a path.
    """

    def __init__(
        self,
        app: Wsgi,
        verifier: SignatureVerifier,
        calendar_at: CalendarAt | None = None,
        pages: Mapping[str, Wsgi] = NO_PAGES,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._calendar_at = calendar_at
        self._pages = pages

    def has_body(self, environ: Environ) -> bool:
        """Whether a request that is not refused has a body to read, of CONTENT_LENGTH bytes."""
        return environ.get("PATH_INFO") == PATH

    def refusal(self, environ: Environ) -> Refusal | None:
        """Why a request is turned away whatever its body may be."""
        path = environ.get("PATH_INFO") or ""
        if path != PATH:
            if path not in self._pages and not (self._calendar_at and CALENDAR.fullmatch(path)):
                return NOT_FOUND
            return None if environ.get("REQUEST_METHOD") in READS else NOT_READ
        if environ.get("REQUEST_METHOD") != "POST":
            return NOT_POSTED
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not (length.isascii() and length.isdigit()):
            return NO_LENGTH
        if len(length) > LENGTH_MOST or int(length) > BODY_MOST:
            return TOO_LARGE
        return None if self._may_be_signed(environ) else UNSIGNED

    def _may_be_signed(self, environ: Environ) -> bool:
        stamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP") or ""
        return bool(
            STAMP.fullmatch(stamp)
            and abs(self._verifier.clock.now() - int(stamp)) <= SIGNED_WITHIN_S
            and SIGNATURE.fullmatch(environ.get("HTTP_X_SLACK_SIGNATURE") or "")
        )

    def unsigned(self, environ: Environ, body: bytes) -> Refusal | None:
        """The refusal of a body that Slack did not sign."""
        try:
            is_signed = self._verifier.is_valid(
                body.decode("utf-8"),
                environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP") or "",
                environ.get("HTTP_X_SLACK_SIGNATURE") or "",
            )
        except UnicodeDecodeError:  # Slack writes UTF-8
            is_signed = False
        return None if is_signed else UNSIGNED

    def answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The answer to a request that is not refused."""
        path = environ["PATH_INFO"]
        if path == PATH:
            return self._app(environ, start_response)
        if page := self._pages.get(path):
            environ[KIND] = "page"
            return page({**environ, "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()}, start_response)
        calendar = CALENDAR.fullmatch(path)
        assert calendar
        assert self._calendar_at
        environ[KIND] = "calendar"
        return _calendar(calendar["token"], self._calendar_at, environ, start_response)


def refuse(refusal: Refusal, start_response: StartResponse) -> Iterable[bytes]:
    """Turn a request away without a word."""
    start_response(
        refusal.status, [("content-type", "text/plain"), ("content-length", "0"), *refusal.headers]
    )
    return [b""]


def _calendar(
    token: str, calendar_at: CalendarAt, environ: Environ, start_response: StartResponse
) -> Iterable[bytes]:
    """The calendar at a private address. Nothing here may tell the log what it is."""
    try:
        found = calendar_at(token)
    except UnavailableError as error:
        log.error("A calendar could not be looked up.", exc_info=error)
        return refuse(Refusal("503 Service Unavailable", (("retry-after", "60"),)), start_response)
    if found is None:
        return refuse(NOT_FOUND._replace(headers=(("cache-control", "no-store"),)), start_response)
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
    return [found.content] if environ.get("REQUEST_METHOD") == "GET" else []
