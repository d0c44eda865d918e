"""`/ce remind`: how a member is reminded, and the buttons of a reminder."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from rules import DAYS

from .. import grammar
from ..ledger import ReminderSettings, Writer
from ..outcomes import NotHeldError
from ..views import remind, reminders
from ..views.blocks import Reply, cut
from .asked import Asked, Look, Write
from .certification_form import open_portal


def _show(asked: Asked) -> Reply:
    return remind.status(asked.desk.reminding(asked.who, asked.today))


def _show_renewed(asked: Asked) -> Reply:
    codes, held = asked.words.split(), asked.desk.overview(asked.who, asked.today).standings
    found = [standing for standing in held if not codes or standing.code in codes]
    if codes and not found:
        raise NotHeldError(cut(codes[0]))
    told = reminders.renewed(found, asked.today, asked.desk.policy)
    if len(found) != 1:
        return told
    stated = reminders.portal_words(found[0], asked.today, asked.desk.policy)
    return told._replace(modal=open_portal(replace(asked, words=stated)).modal)


def _change(asked: Asked, writer: Writer) -> Reply:
    words = grammar.read_remind(asked.words, asked.today, DAYS)
    was = asked.desk.reminders.settings(asked.who)
    asked.desk.reminders.change(writer, asked.who, _with(words, was), asked.today)
    return remind.changed(was, asked.desk.reminding(asked.who, asked.today))


def _with(words: grammar.RemindWords, was: ReminderSettings) -> ReminderSettings:
    """The settings after what was said; on and off both end a snooze that is not said with them."""
    ends_snooze = words.ends_snooze or words.is_on is not None
    return ReminderSettings(
        is_on=was.is_on if words.is_on is None else words.is_on,
        days=words.days or was.days,
        hour=was.hour if words.hour is None else words.hour,
        quiet_weekends=was.quiet_weekends if words.quiet_weekends is None else words.quiet_weekends,
        may_mention=was.may_mention if words.may_mention is None else words.may_mention,
        snoozed_until=words.silent_until or (None if ends_snooze else was.snoozed_until),
    )


LOOKING: Mapping[str, Look] = MappingProxyType(
    {"remind": _show, "remind status": _show, reminders.RENEWED: _show_renewed}
)
WRITING: Mapping[str, Write] = MappingProxyType({"remind": _change})
