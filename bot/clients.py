"""Whose token speaks to which workspace."""

from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

# A message that is delivered waits this long for Slack to take it, each time it has to wait.
DIRECT_WAIT_S = 15


class Clients(Protocol):
    """The clients that speak to each workspace."""

    def of(self, workspace: str, /) -> WebClient:
        """The client that speaks to a workspace. Raises NoTokenError."""

    def direct_of(self, workspace: str, /) -> WebClient:
        """One that says at once what Slack answered and tries nothing twice. Raises NoTokenError."""


class NoTokenError(Exception):
    """There is no token that speaks to the workspace: it has removed the bot."""


class OneToken:
    """One token for all there is: that of the workspace the bot was set up for."""

    def __init__(self, client: WebClient, direct: WebClient | None = None) -> None:
        self._client = client
        self._direct = direct or client

    def of(self, _workspace: str, /) -> WebClient:
        """The one client."""
        return self._client

    def direct_of(self, _workspace: str, /) -> WebClient:
        """The one that tries nothing twice."""
        return self._direct


# A method of Slack's that was called, what became of it (ok, unreachable, or Slack's word), and the seconds.
Called = Callable[[str, str, float], None]


class CountedClient(WebClient):
    """A client that tells somebody what became of each call."""

    def __init__(self, called: Called | None, **options: Any) -> None:
        super().__init__(**options)
        self._called = called

    def api_call(self, api_method: str, **options: Any) -> SlackResponse:
        """Call a method, as WebClient does."""
        if self._called is None:
            return super().api_call(api_method, **options)
        outcome, began = "unreachable", monotonic()
        try:
            answer = super().api_call(api_method, **options)
            outcome = "ok"
        except SlackApiError as error:
            said = error.response.data
            outcome = str(said.get("error") if isinstance(said, dict) else None)
            raise
        finally:
            self._called(api_method, outcome, monotonic() - began)
        return answer


def slack_client(token: str | None, base_url: str, called: Called | None = None) -> WebClient:
    """A client that waits when told to and never repeats a call Slack may have carried out."""
    return CountedClient(
        called, token=token, base_url=base_url, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)]
    )


def direct_client(
    token: str | None, base_url: str, *, wait_s: int = DIRECT_WAIT_S, called: Called | None = None
) -> WebClient:
    """A client that says at once what Slack answered, for those who wait in their own way."""
    return CountedClient(called, token=token, base_url=base_url, timeout=wait_s, retry_handlers=[])
