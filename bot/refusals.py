"""What it means for a message that Slack did not take it, by Slack's own words for why."""

import re
from collections.abc import Mapping

from .outcomes import TryLater, Undeliverable

SOON_S, HOUR_S = 60, 60 * 60
UNREACHABLE = TryLater(SOON_S, "unreachable", whole_workspace=True)
# There is no token for the workspace; whoever installs the bot again brings one.
NOT_INSTALLED = TryLater(HOUR_S, "not_installed", whole_workspace=True, counts_for_all=True)

_TOO_MANY = 429
_RATE_LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# The addressee cannot be sent this, now or later.
_FOR_GOOD = frozenset(
    {
        "as_user_not_supported",
        "cannot_dm_bot",
        "channel_not_found",
        "invalid_blocks",
        "invalid_blocks_format",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_permission",  # mostly that the bot is not in the channel
        "no_text",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_is_bot",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
# Nobody there can be sent anything until somebody sees to the bot's token or its rights.
_SHUT = frozenset(
    {
        "account_inactive",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
_WORD = re.compile("[a-z0-9_]{1,60}")


def became(status: int, error: object, retry_after: object = None) -> TryLater | Undeliverable:
    """What becomes of a message answered with an HTTP status and Slack's word for the error.

    `retry_after` is the header of that name, in seconds; where it cannot be read, a minute is waited.
    """
    word = error if isinstance(error, str) and _WORD.fullmatch(error) else f"http_{status}"
    if status == _TOO_MANY or word in _RATE_LIMITED:
        return TryLater(_seconds(retry_after), "ratelimited", whole_workspace=True)
    if word in _SHUT:
        return TryLater(HOUR_S, word, whole_workspace=True, counts_for_all=True)
    if word in _FOR_GOOD:
        return Undeliverable(word)
    return TryLater(SOON_S, word)


def is_shut(error: object) -> bool:
    """Whether Slack's word for an error says that a token is of no use, until somebody sees to it."""
    return error in _SHUT


def seconds_asked(headers: Mapping[str, object] | None) -> int:
    """The seconds for which the headers of an answer ask to be left alone; 0 where they name no number."""
    found = {name.lower(): value for name, value in (headers or {}).items()}.get("retry-after")
    text = str(found[0] if isinstance(found, list) and found else found).strip()
    return int(text[:6]) if text.isascii() and text.isdigit() else 0


def _seconds(retry_after: object) -> int:
    """The seconds Slack asks for: at least one, at most an hour."""
    text = str(retry_after)
    if not text.isascii() or not text.isdigit():
        return SOON_S
    return min(max(int(text[:9]), 1), HOUR_S)
