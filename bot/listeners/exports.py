"""`/ce export`, `done`, `calendar` and `forget-me`, and the workspaces that remove the bot or come back."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from .. import grammar
from ..calendars import calendar_file
from ..desk import Desk
from ..ledger import Member, Writer
from ..outcomes import Changed
from ..views import changes, exports, forgetting
from ..views.blocks import Reply
from .asked import Asked, Do, Look, Show, Write

# What deletes a member is done before their day is asked for, because that keeps their time zone.
Forget = Callable[[Desk, Member, str], Reply]


def note_departure(body: dict[str, Any], desk: Desk) -> None:
    """Note that a workspace has removed the bot."""
    desk.forgetting.note_departure(body["team_id"], _said_at(body))


def note_revoked_tokens(body: dict[str, Any], event: dict[str, Any], desk: Desk) -> None:
    """The same, where the bot's own token was revoked and not only some member's."""
    if (event.get("tokens") or {}).get("bot"):
        desk.forgetting.note_departure(body["team_id"], _said_at(body))


def _said_at(body: dict[str, Any]) -> datetime | None:
    """When what an event tells of happened, by Slack's clock; deliveries may come much later."""
    sent_at = body.get("event_time")
    return datetime.fromtimestamp(sent_at, UTC) if isinstance(sent_at, int) else None


def _export(asked: Asked) -> Reply:
    grammar.read_alone(asked.words, "export")
    return exports.exported(asked.desk.exporting.export(asked.who, asked.today), asked.desk.policy)


def _show_proofs(asked: Asked) -> Reply:
    code = grammar.read_proof(asked.words, asked.codes, asked.levels)
    found = asked.desk.exporting.proofs(asked.who, code, asked.today)
    return exports.proofs(found, code, asked.desk.policy)


def _mark(asked: Asked, writer: Writer) -> Changed:
    words = grammar.read_done(asked.words)
    return asked.desk.mark_activities(writer, asked.who, words.spans, asked.today, entered=words.entered)


def _calendar(asked: Asked) -> Reply:
    grammar.read_alone(asked.words, "calendar")
    exporting = asked.desk.exporting
    found = exporting.calendar(asked.who, asked.today)
    make = partial(calendar_file, found, asked.desk.policy)
    return exports.calendar(found, exporting.address(asked.who), make)


def _make_address(asked: Asked, writer: Writer) -> Reply:
    grammar.read_alone(asked.words, "calendar address")
    return exports.address_made(asked.desk.exporting.make_address(writer, asked.who))


def _revoke_address(asked: Asked, writer: Writer) -> Reply:
    grammar.read_alone(asked.words, "calendar revoke")
    there_was_one = asked.desk.exporting.revoke_address(writer, asked.who)
    return exports.revoked(there_was_one=there_was_one)


def _ask_to_forget(desk: Desk, who: Member, words: str) -> Reply:
    grammar.read_alone(words, "forget-me", besides=("me",))
    return forgetting.question(*desk.forgetting.stored(who))


def _forget(desk: Desk, who: Member, words: str) -> Reply:
    forgotten = desk.forgetting.forget(who, words.strip())
    if forgotten is None:
        return forgetting.question(*desk.forgetting.stored(who), changed=True)
    desk.saving.tell(who)
    return forgetting.deleted(forgotten)


def _keep(_desk: Desk, _who: Member, _words: str) -> Reply:
    return forgetting.kept()


LOOKING: Mapping[str, Look] = MappingProxyType(
    {"export": _export, "export proof": _show_proofs, "calendar": _calendar}
)
WRITING: Mapping[str, Write] = MappingProxyType(
    {"calendar address": _make_address, "calendar revoke": _revoke_address}
)
CHANGING: Mapping[str, tuple[Do, Show]] = MappingProxyType({"done": (_mark, changes.activities_marked)})
FORGETTING: Mapping[str, Forget] = MappingProxyType(
    {"forget-me": _ask_to_forget, forgetting.EVERYTHING: _forget, forgetting.KEEP: _keep}
)
