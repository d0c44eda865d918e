"""Questions: by mention, by direct message, by a button, and those that nobody in particular was asked."""

import logging
import re
from typing import Any

from slack_bolt import Ack

from .. import grammar
from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..outcomes import Place
from ..views import faq as views
from ..views.blocks import Reply, unescaped
from . import commands, dropped, imports
from .places import place_of_click, place_of_event
from .surfaces import show_after_click

log = logging.getLogger(__name__)

# What people try first in a direct message; both only look.
COMMANDS_BY_NAME = ("help", "status")
_MENTION = re.compile(r"<@[^>]+>")
# Slack's own bot, which comes without a bot's id: reminders, and replies that words of ours may set off.
_SLACKBOT = "USLACKBOT"


def answer_mention(body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Answer a mention, in a thread below it."""
    if _is_from_a_person(event):
        who, place = Member(body["team_id"], event["user"]), place_of_event(event)
        if reply := _answer(desk, who, _question(event), place, _key(event)):
            courier.post(who.workspace, place.channel, reply, place.thread)


def answer_message(body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Answer a direct message, and in a channel what may be answered unasked.

    Edits, deletions, joins and other bots are none of our business. A mention comes as an event of its own,
    and here, like every message that names somebody, is left alone.
    """
    if event.get("subtype") not in (None, "file_share") or not _is_from_a_person(event):
        return
    who, place, key = Member(body["team_id"], event["user"]), place_of_event(event), _key(event)
    if place.is_private:
        may_prove = dropped.is_dropped(event)
        if imports.is_dropped(event) and not may_prove:
            imports.read_dropped(desk, courier, who, place, event, key)
        elif not (may_prove and dropped.says_which(event)) and (
            reply := _answer(desk, who, _question(event), place, key)
        ):
            courier.post(who.workspace, place.channel, reply, place.thread or None)
        if may_prove:
            dropped.ask_about(desk, courier, who, place, event, key)
    elif place.is_shared:
        said, in_thread = unescaped(event.get("text") or ""), place.thread != event["ts"]
        found = desk.answering.overhear(who.workspace, said, place, in_thread=in_thread)
        if found and desk.is_new(who, key):
            answered = desk.answering.give(who, found, place)
            courier.post(who.workspace, place.channel, views.answer(answered, desk.policy), place.thread)


def show_related(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], desk: Desk, courier: Courier
) -> None:
    """Answer a question from below an answer, which stays where it is."""
    ack()
    who, place = Member(body["team"]["id"], body["user"]["id"]), place_of_click(body)
    reply = _answer(desk, who, unescaped(action["value"]).removeprefix("ask "), place, body["trigger_id"])
    if reply is None:
        return
    if place.is_private and place.thread is None:
        show_after_click(courier, who, body, reply, replace=False)
    else:
        courier.post(who.workspace, place.channel, reply, place.thread or None)


def _answer(desk: Desk, who: Member, question: str, place: Place, key: str) -> Reply | None:
    """What the bot says to a question, once for each key; where that cannot be known, it says it."""
    keep = True
    try:
        if not desk.is_new(who, key):
            return None
    except LedgerError:
        log.exception("A question is answered although it may be a repeated delivery.")
        keep = False
    if place.is_private and question.lower() in COMMANDS_BY_NAME:
        return commands.run(desk, who, question, key, place)
    if place.is_private and grammar.is_pasted_table(question):
        return commands.run(desk, who, f"import {question}", f"{key} table", place)
    return commands.answer_question(desk, who, question, place, keep=keep)


def _is_from_a_person(event: dict[str, Any]) -> bool:
    is_bot = event.get("bot_id") or event.get("bot_profile") or event.get("user") == _SLACKBOT
    return bool(event.get("user")) and not is_bot


def _key(event: dict[str, Any]) -> str:
    """What a message is known by, in whichever events and however often Slack delivers it."""
    return f"message {event['channel']} {event['ts']}"


def _question(event: dict[str, Any]) -> str:
    return unescaped(_MENTION.sub(" ", event.get("text") or "")).strip()
