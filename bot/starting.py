"""Who the bot is, asked of Slack at the start; while Slack is away, again and again for a while."""

import logging
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from .refusals import is_shut, seconds_asked
from .settings import BOT_TOKEN, SlackRefusedError

log = logging.getLogger(__name__)

# A supervisor starts the bot again; until then it is its own.
TRY_FOR_S = 60.0
PAUSE_S, PAUSE_MOST_S = 0.5, 5.0


def identity(
    client: WebClient,
    *,
    try_for_s: float = TRY_FOR_S,
    pause: Callable[[float], object] = time.sleep,
    timer: Callable[[], float] = time.monotonic,
) -> Mapping[str, Any]:
    """What `auth.test` says of the client's token; the client should try nothing twice.

    Raises SlackRefusedError: at once where Slack does not accept the token, else after `try_for_s`.
    """
    until, pause_s = timer() + try_for_s, PAUSE_S
    while True:
        asked_s = 0
        try:
            found = client.auth_test().data
            if isinstance(found, dict) and isinstance(found.get("team_id"), str):
                return found
            trouble = "gives no answer that makes sense"
        except SlackApiError as error:
            said, status = error.response.data, error.response.status_code
            reason = said.get("error") if isinstance(said, dict) else None
            if is_shut(reason):
                raise SlackRefusedError(
                    f"Slack does not accept {BOT_TOKEN} ({reason}): copy the bot token anew."
                ) from error
            trouble = f"answers with status {status}, which is no word about the token"
            asked_s = seconds_asked(error.response.headers)
        except (SlackClientError, HTTPException, OSError, ValueError, AttributeError) as error:
            trouble = f"cannot be reached ({type(error).__name__})"
        pause_s = max(pause_s, asked_s)
        if timer() + pause_s > until:
            raise SlackRefusedError(
                f"Slack at {client.base_url} {trouble}: check the network, or try again later."
            )
        log.warning("Slack at %s %s; trying again for %.0f s.", client.base_url, trouble, until - timer())
        pause(pause_s)
        pause_s = min(pause_s * 2, PAUSE_MOST_S)
