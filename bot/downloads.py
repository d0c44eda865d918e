"""Files that members share, fetched from Slack with the bot's token, which nobody else is ever shown."""

import re
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from time import monotonic
from typing import IO
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

NOT_SLACKS = "it is kept somewhere else than in Slack: download it there and drop it here."
TOO_LARGE = "it is larger than {megabytes} MB: split it and drop the parts here one after the other."
TOO_SLOW = "Slack took too long to hand it over: drop it here once more in a minute."
NOT_ALLOWED = (
    "Slack does not let me read files: please tell whoever runs me to give the app the scope files:read and "
    "to install it again. Until then, paste the rows after /ce import."
)
NOT_THERE = "it is no longer in Slack: drop it here once more."
NO_ANSWER = "Slack did not hand it over: drop it here once more in a minute."

# Seconds to wait for the next bytes, and for all of them.
NEXT_S, ALL_S = 10.0, 30.0
_SLACKS = ("slack.com", "slack-gov.com")
_HOST_ALONE = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_CHUNK = 65_536

Fetch = Callable[[str, int], bytes]


class NotFetchedError(Exception):
    """A file cannot be had; `reason` is what follows "because", and says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def fetch(url: str, most: int, *, token: str | None, api_url: str, within_s: float = ALL_S) -> bytes:
    """The file at an address of Slack's own, or of the Slack that the API address names.

    Raises NotFetchedError, also for more than `most` bytes and for what is not all there in time.
    """
    if not is_slacks(url, api_url):
        raise NotFetchedError(NOT_SLACKS)
    request = Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - checked above
    give_up_at = monotonic() + within_s
    try:
        with build_opener(_Within(api_url)).open(request, timeout=NEXT_S) as answer:
            if answer.headers.get_content_type() == "text/html":  # its page to sign in
                raise NotFetchedError(NOT_ALLOWED)
            found = bytearray()
            while chunk := answer.read(_CHUNK):
                found += chunk
                if len(found) > most:
                    raise NotFetchedError(TOO_LARGE.format(megabytes=most // 1_000_000))
                if monotonic() > give_up_at:
                    raise NotFetchedError(TOO_SLOW)
            # A connection that ends early looks like the end of the file.
            if answer.length:
                raise NotFetchedError(NO_ANSWER)
            return bytes(found)
    except HTTPError as error:
        error.close()
        refused = {401: NOT_ALLOWED, 403: NOT_ALLOWED, 404: NOT_THERE, 410: NOT_THERE}
        raise NotFetchedError(refused.get(error.code, NO_ANSWER)) from error
    except TimeoutError as error:
        raise NotFetchedError(TOO_SLOW) from error
    except (OSError, HTTPException) as error:
        raise NotFetchedError(NO_ANSWER) from error


def is_slacks(url: str, api_url: str) -> bool:
    """Whether an address is Slack's own, by TLS, or on the very host and port of the API."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
        # Blanks are dropped by one reader of addresses and kept by another, which then see two hosts.
        if not _HOST_ALONE.fullmatch(asked.netloc) or not url.isprintable() or " " in url:
            return False
        if _end(asked) == _end(api):
            return True
        scheme, host, port = _end(asked)
    except ValueError:
        return False
    by_tls = (scheme, port) == ("https", 443)
    return by_tls and any(host == slacks or host.endswith(f".{slacks}") for slacks in _SLACKS)


def _end(url: SplitResult) -> tuple[str, str, int]:
    """Who is spoken to, and how."""
    return url.scheme, url.hostname or "", url.port or {"https": 443, "http": 80}.get(url.scheme, 0)


class _Within(HTTPRedirectHandler):
    """Goes on to another address only where that is Slack's, too: the token goes with it."""

    max_redirections = 3

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if not is_slacks(newurl, self._api_url):
            fp.close()
            raise NotFetchedError(NOT_SLACKS)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
