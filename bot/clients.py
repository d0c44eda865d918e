"""Whose token speaks to which workspace."""

from typing import Protocol

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

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


def slack_client(token: str, base_url: str) -> WebClient:
    """A client that waits when told to and never repeats a call Slack may have carried out."""
    return WebClient(
        token=token, base_url=base_url, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)]
    )


def direct_client(token: str, base_url: str) -> WebClient:
    """A client that says at once what Slack answered, for those who wait in their own way."""
    return WebClient(token=token, base_url=base_url, timeout=DIRECT_WAIT_S, retry_handlers=[])
