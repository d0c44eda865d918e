"""Whether the bot is well: alive at all, and ready for what Slack sends."""

import json
import logging
import threading
from collections.abc import Callable, Iterable
from time import monotonic

from .front import Environ, StartResponse, Wsgi

log = logging.getLogger(__name__)

Check = Callable[[], bool]

ALIVE, READY = "/healthz", "/readyz"
# Whoever asks more often is told the same: asking must cost the bot nothing.
FRESH_FOR_S = 1.0


class Health:
    """The checks there are, by name: `alive` of what cannot mend itself, `checks` of being ready."""

    def __init__(self) -> None:
        self.alive: dict[str, Check] = {}
        self.checks: dict[str, Check] = {}
        self._known = {name: _Known(checks) for name, checks in ((ALIVE, self.alive), (READY, self.checks))}

    def failing(self, page: str) -> tuple[str, ...]:
        """The names of the checks behind a page that fail; what is dead is not ready either."""
        dead = self._known[ALIVE].failing()
        return dead if page == ALIVE else (*dead, *self._known[READY].failing())

    def pages(self) -> dict[str, Wsgi]:
        """What answers at /healthz and /readyz: 200, or 503 with the names of what fails."""
        return {ALIVE: self._page_of(ALIVE), READY: self._page_of(READY)}

    def _page_of(self, name: str) -> Wsgi:
        def page(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            failing = self.failing(name)
            said = {"status": "failing", "failing": failing} if failing else {"status": "ok"}
            content = json.dumps(said).encode()
            start_response(
                "503 Service Unavailable" if failing else "200 OK",
                [
                    ("content-type", "application/json"),
                    ("cache-control", "no-store"),
                    ("content-length", str(len(content))),
                ],
            )
            return [content] if environ.get("REQUEST_METHOD") == "GET" else []

        return page


class Reach:
    """Whether Slack is in reach, as far as is known: what the last call found."""

    def __init__(self) -> None:
        self.is_reached = True

    def note(self, outcome: str) -> None:
        """Keep what became of a call."""
        self.is_reached = outcome != "unreachable"


class _Known:
    """What some checks found a moment ago, or find now."""

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks
        self._lock = threading.Lock()
        self._failing: tuple[str, ...] = ()
        self._looked_at = float("-inf")

    def failing(self) -> tuple[str, ...]:
        with self._lock:
            if monotonic() - self._looked_at >= FRESH_FOR_S:
                self._failing = tuple(name for name, check in self._checks.items() if not _holds(name, check))
                self._looked_at = monotonic()
            return self._failing


def _holds(name: str, check: Check) -> bool:
    try:
        return check()
    except Exception:  # a check that cannot be made has failed, and whoever asks is answered
        log.exception("The check %s could not be made.", name)
        return False
