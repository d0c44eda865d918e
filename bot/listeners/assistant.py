"""The assistant's pane: greeted, with questions to choose from; what is asked there is a direct message."""

import logging
from typing import Any

from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..views import assistant

log = logging.getLogger(__name__)


def greet(body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Greet whoever opened the pane, once in each of its threads."""
    thread = event["assistant_thread"]
    who, channel, ts = Member(body["team_id"], thread["user_id"]), thread["channel_id"], thread["thread_ts"]
    try:
        if not desk.is_new(who, f"thread {channel} {ts}"):
            return
    except LedgerError:
        log.exception("A thread is greeted although it may be a repeated delivery.")
    courier.post(who.workspace, channel, assistant.greeting(), ts)
    suggest(desk, courier, who, channel, ts)


def suggest(desk: Desk, courier: Courier, who: Member, channel: str, thread: str | None = None) -> None:
    """Suggest what to ask, in a thread of the pane or in the direct message itself."""
    try:
        is_enrolled = bool(desk.overview(who, desk.local_today(who)).standings)
    except LedgerError:
        is_enrolled = False
    courier.suggest(who.workspace, channel, assistant.prompts(is_enrolled=is_enrolled), thread)
