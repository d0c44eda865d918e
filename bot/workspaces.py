"""Many workspaces, each spoken to with its own token, which is renewed here where it ends."""

import logging
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

from .clients import DIRECT_WAIT_S, Called, CountedClient, NoTokenError
from .installations import Installations, Installed, Refresh

log = logging.getLogger(__name__)

# Which workspaces have the bot is known for this long, whatever another process learns meanwhile; a token
# that sends is looked up each time.
LOOK_AGAIN_S = 2.0
# Whoever finds another process at renewing a token that has ended waits so often, for so long.
WAITS, WAIT_S = 30, 0.1
# Slack's words for a token that serves no more.
EXPIRED = "token_expired"
ENDED = frozenset({EXPIRED, "token_revoked", "invalid_auth", "account_inactive"})

Pause = Callable[[float], object]


class _Known(NamedTuple):
    """A workspace's installation as it was looked up last, and the clients that speak with its token."""

    installed: Installed
    patient: WebClient
    direct: WebClient


class ManyWorkspaces:
    """The clients of all workspaces that have the bot.

    `refresh` asks Slack for new tokens, `called` is told what became of each call, `timer` counts seconds.
    """

    def __init__(
        self,
        installations: Installations,
        refresh: Refresh,
        api_url: str,
        *,
        called: Called | None = None,
        timer: Callable[[], float] = time.monotonic,
        pause: Pause = time.sleep,
    ) -> None:
        self._installations = installations
        self._refresh = refresh
        self._api_url = api_url
        self._called = called
        self._timer = timer
        self._pause = pause
        self._known: dict[str, _Known] = {}
        self._looked: dict[str, tuple[float, Installed | None]] = {}

    def of(self, workspace: str, /) -> WebClient:
        """The client that speaks to a workspace. Raises NoTokenError; may wait for Slack to renew a token."""
        return self._fresh(workspace).patient

    def direct_of(self, workspace: str, /) -> WebClient:
        """One that says at once what Slack answered. Raises NoTokenError; may wait for a new token, too."""
        return self._fresh(workspace).direct

    def serves(self, workspace: str) -> bool:
        """Whether a workspace has the bot, as it was within the last seconds."""
        return self.installed(workspace) is not None

    def installed(self, workspace: str) -> Installed | None:
        """The installation in a workspace as it was within the last seconds; it calls nobody."""
        at, found = self._looked.get(workspace, (0.0, None))
        now = self._timer()
        if found is None or now - at >= LOOK_AGAIN_S:
            try:
                found = self._current(workspace).installed
            except NoTokenError:
                # Anybody's word for a workspace is looked up, and none of those that have no bot is kept.
                self._looked.pop(workspace, None)
                return None
            self._looked[workspace] = now, found
        return found

    def _current(self, workspace: str) -> _Known:
        """What stands in the ledger now. Raises NoTokenError."""
        sealed = self._installations.sealed_of(workspace)
        known = self._known.get(workspace)
        if known and known.installed.found.sealed == sealed:
            return known
        installed = self._installations.of(workspace) if sealed else None
        if installed is None:
            self._known.pop(workspace, None)
            raise NoTokenError
        known = self._known[workspace] = _Known(
            installed,
            self._client(installed, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)]),
            self._client(installed, timeout=DIRECT_WAIT_S, retry_handlers=[]),
        )
        return known

    def _client(self, installed: Installed, **options: Any) -> WebClient:
        return _Renewing(
            lambda error: self._instead(installed, error),
            self._called,
            token=installed.tokens.access,
            base_url=self._api_url,
            **options,
        )

    def _fresh(self, workspace: str) -> _Known:
        """The same, with a token that will serve for a while yet."""
        known = self._current(workspace)
        if not self._installations.is_due(known.installed.found):
            return known
        self._renew(known.installed, wait=self._installations.has_ended(known.installed.found))
        return self._current(workspace)

    def _renew(self, seen: Installed, *, wait: bool) -> None:
        """Have a token renewed; where somebody else is at it, `wait` for them a little."""
        if self._installations.rotate(seen, self._refresh) or not wait:
            return
        for _ in range(WAITS):
            if not self._installations.is_rotating(seen.found.workspace):
                return
            self._pause(WAIT_S)

    def _instead(self, seen: Installed, error: str) -> str | None:
        """The token to try again with, once Slack has refused the one seen; None where there is no other."""
        workspace = seen.found.workspace
        try:
            if error == EXPIRED and self._installations.sealed_of(workspace) == seen.found.sealed:
                self._renew(seen, wait=True)
            now = self._current(workspace).installed
        except NoTokenError:
            return None
        return now.tokens.access if now.tokens.access != seen.tokens.access else None


class _Renewing(CountedClient):
    """A client that calls once more with the new token where its own has ended.

    Slack does nothing that it refuses for its token, so nothing is done twice.
    """

    def __init__(self, instead: Callable[[str], str | None], called: Called | None, **options: Any) -> None:
        super().__init__(called, **options)
        self._instead = instead

    def api_call(self, api_method: str, **options: Any) -> SlackResponse:
        """Call a method, as WebClient does."""
        try:
            return super().api_call(api_method, **options)
        except SlackApiError as error:
            word = error.response.get("error")
            token = self._instead(word) if word in ENDED else None
            if token is None:
                raise
        anew = CountedClient(
            self._called,
            token=token,
            base_url=self.base_url,
            timeout=self.timeout,
            retry_handlers=list(self.retry_handlers),
        )
        return anew.api_call(api_method, **options)


def why(error: Exception) -> str:
    """One word for why Slack did not do it, fit for a log."""
    if isinstance(error, SlackApiError):
        data = error.response.data if hasattr(error.response, "data") else error.response
        word = data.get("error") if isinstance(data, dict) else None
        return word if isinstance(word, str) and word.isidentifier() else "no_answer_of_slacks"
    return "unreachable"


# What a call of Slack's can end with.
NOT_DONE = (SlackApiError, SlackClientError, HTTPException, OSError, ValueError)
