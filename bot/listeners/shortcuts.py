"""The shortcuts: an activity logged from anywhere in Slack, or from a message that tells of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from slack_bolt import Ack

from .. import grammar
from ..courier import Courier
from ..desk import Desk
from ..grammar import ActivityWords
from ..ledger import LedgerError, Member
from ..outcomes import OfferedFile, Place
from ..sharing import offered, refused
from ..views import modals, troubles
from ..views.blocks import View, cut
from . import activity_form
from .asked import Asked

# The callback ids in the manifest.
LOG_ACTIVITY = "log_activity"
LOG_MESSAGE = "log_message"

# A form carries 3,000 characters beside its fields; of a file the name is what may be long.
SHARED_MOST = 5
NAME_MOST = 120


def log_activity(ack: Ack, body: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Open the form for a new activity."""
    ack()
    who = Member(body["team"]["id"], body["user"]["id"])

    def made() -> View:
        return _opened(desk, who, grammar.NOTHING_SAID, ())

    if desk.knows_today(who):
        courier.open_view(who, body["trigger_id"], made())
    else:
        courier.open_then_update(who, body["trigger_id"], modals.loading(), made)


def log_message(ack: Ack, body: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Open the form with what a message says, and the message itself as proof where it links to none."""
    ack()
    who, message = Member(body["team"]["id"], body["user"]["id"]), body["message"]
    found = _words_of(message)
    shared = tuple(_shared(desk, who, message))

    def made() -> View:
        channel, ts = (body.get("channel") or {}).get("id"), message.get("ts") or body.get("message_ts")
        link = found.link or (courier.permalink(who.workspace, channel, ts) if channel and ts else None)
        today = desk.today(who)  # before the day of the message, which needs the same time zone
        done_on = min(_day_of(desk, who, ts) or today, today)
        return _opened(desk, who, ActivityWords(found.kind, found.title, done_on, None, link), shared)

    url = body.get("response_url")
    if found.link and desk.knows_today(who):
        courier.open_view(who, body["trigger_id"], made(), url=url)
    else:
        courier.open_then_update(who, body["trigger_id"], modals.loading(), made, url=url)


def _opened(desk: Desk, who: Member, said: ActivityWords, shared: tuple[OfferedFile, ...]) -> View:
    try:
        today = desk.today(who)
        asked = Asked(desk, who, today, "", today, Place("", is_private=True))
        reply = activity_form.open_new(asked, said, shared)
    except LedgerError as error:
        reply = troubles.ledger_trouble(error)
    return reply.modal or modals.of_reply(reply)


def _words_of(message: Mapping[str, Any]) -> grammar.MessageWords:
    """What a message says; that of an app may say it in what is attached to it."""
    attached = message.get("attachments") or ()
    parts = (one.get(name) for one in attached for name in ("title", "text", "fallback"))
    texts = [message.get("text"), *parts]
    read = [grammar.read_message(text) for text in texts if text and isinstance(text, str)]
    return grammar.MessageWords(
        next((one.title for one in read if one.title), None),
        next((one.link for one in read if one.link), None),
        next((one.kind for one in read if one.title), None),
    )


def _shared(desk: Desk, who: Member, message: Mapping[str, Any]) -> Iterator[OfferedFile]:
    """The files of a message that can be proof: those the member shared, as far as Slack tells of them."""
    own = [one for one in message.get("files") or () if one.get("id") and not refused(one, who.id)]
    files = {one["id"]: offered(one) for one in own}.values()
    fit = [file for file in files if desk.keeping.check(file) is None]
    for file in fit[:SHARED_MOST]:
        yield file._replace(name=_short(file.name))


def _short(name: str) -> str:
    """A file's name, shortened before its ending, which tells what it is."""
    stem, dot, ending = name.rpartition(".")
    return f"{cut(stem, NAME_MOST)}{dot}{ending[:10]}" if dot else cut(name, NAME_MOST)


def _day_of(desk: Desk, who: Member, ts: str | None) -> date | None:
    """The member's day on which a message was written; None where its mark tells no time."""
    try:
        return desk.day_of(who, datetime.fromtimestamp(float(ts or ""), UTC))
    except (ValueError, OverflowError, OSError):
        return None
