"""Questions by mention and by direct message."""

import logging
import re
from typing import Any

from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..views.blocks import unescaped
from . import commands

log = logging.getLogger(__name__)

# What people try first in a direct message; both only look.
COMMANDS_BY_NAME = ("help", "status")
_MENTION = re.compile(r"<@[^>]+>")


def answer_mention(body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Answer a mention, in a thread below it."""
    _answer(body, event, desk, courier, thread_ts=event.get("thread_ts") or event["ts"])


def answer_message(body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Answer a direct message; edits, deletions, joins and other bots are none of our business."""
    if event.get("channel_type") == "im" and event.get("subtype") in (None, "file_share"):
        _answer(body, event, desk, courier, thread_ts=event.get("thread_ts"))


def _answer(
    body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier, thread_ts: str | None
) -> None:
    if event.get("bot_id") or not event.get("user"):
        return
    who = Member(body["team_id"], event["user"])
    try:
        if not desk.is_new(who, body["event_id"]):
            return
    except LedgerError:
        log.exception("A question is answered although it may be a repeated delivery.")
    question = unescaped(_MENTION.sub(" ", event.get("text") or "")).strip()
    if event.get("channel_type") == "im" and question.lower() in COMMANDS_BY_NAME:
        answer = commands.run(desk, who, question, body["event_id"])
    else:
        answer = commands.answer_question(desk, question)
    courier.post(event["channel"], answer, thread_ts)
