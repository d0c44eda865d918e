"""The forms for reminders and for a team: what they hold becomes the words of remind and team settings."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from rules import DAYS

from .. import grammar
from ..grammar import remind as remind_grammar
from ..grammar import team as team_grammar
from ..outcomes import Reminding
from ..views import membership, remind, troubles
from ..views import settings_forms as shown
from ..views.blocks import Reply, View
from ..views.settings_forms import MENTION, OFF, ON, QUIET
from .asked import Asked, Look, Open
from .fields import Fields, FieldsError, Form
from .team import codes_of

CHOOSE = "Choose one of the two."
NUMBER_MISSING = "Write each code with its number, like ACP-620 3."
TWICE = "{code} stands there twice: keep one."

_BETWEEN_TARGETS = re.compile("[,;]+")


# Reminders


def _open_reminders(asked: Asked) -> Reply:
    grammar.read_alone(asked.words, "remind settings")
    found = asked.desk.reminding(asked.who, asked.today)
    return remind.status(found)._replace(modal=shown.reminders(found, remind_grammar.EARLIEST))


def _open_snooze(asked: Asked) -> Reply:
    found = asked.desk.reminding(asked.who, asked.today)
    in_a_week = asked.today + shown.A_WEEK
    by_words = troubles.hint(remind_grammar.SNOOZE_MISSING, f"/ce remind snooze until {in_a_week}")
    return by_words._replace(modal=_snooze_view(found, None))


def _open_begun_snooze(asked: Asked) -> Reply | None:
    """The form, for a snooze of which the end is missing."""
    try:
        grammar.read_remind(asked.words, asked.today, DAYS)
    except grammar.UnfinishedError:
        return _open_snooze(asked)
    except grammar.WordsError:
        return None
    return None


def _snooze_view(found: Reminding, until: date | None) -> View:
    silent_until = until or found.today + shown.A_WEEK
    return shown.snooze(replace(found, settings=replace(found.settings, snoozed_until=silent_until)))


def _look_at_snooze_again(asked: Asked, fields: Fields) -> View:
    return _snooze_view(asked.desk.reminding(asked.who, asked.today), fields.day(shown.UNTIL))


def _say_reminders(asked: Asked, fields: Fields) -> str:
    is_on = {ON: True, OFF: False}.get(fields.choice(shown.IS_ON) or "")
    if is_on is None:
        raise FieldsError({shown.IS_ON: CHOOSE})
    also = fields.choices(shown.ALSO)
    days = _days(fields)
    if is_on and not days:
        raise FieldsError({shown.TICKED: remind_grammar.DAYS_MISSING})
    hour = fields.choice(shown.HOUR)
    return "remind " + grammar.remind_words(
        grammar.RemindWords(
            is_on=is_on,
            days=days or None,
            hour=int(hour) if hour in dict(shown.HOURS) else None,
            quiet_weekends=QUIET in also,
            may_mention=MENTION in also,
            silent_until=_until(asked, fields) if is_on else None,
        )
    )


def _days(fields: Fields) -> tuple[int, ...]:
    more = fields.text(shown.MORE) or ""
    ticked = " ".join(fields.choices(shown.TICKED))
    try:
        return grammar.read_days(f"{ticked} {' '.join(map(str, grammar.read_days(more)))}")
    except grammar.WordsError as error:
        raise FieldsError({shown.MORE: error.sentence}) from error


def _until(asked: Asked, fields: Fields) -> date | None:
    """The first day that is not silent any more, if one is chosen."""
    until = fields.day(shown.UNTIL)
    if until is None:
        return None
    try:
        return grammar.read_remind(f"snooze until {until}", asked.today, DAYS).silent_until
    except grammar.WordsError as error:
        raise FieldsError({shown.UNTIL: error.sentence}) from error


def _say_snooze(asked: Asked, fields: Fields) -> str:
    until = _until(asked, fields)
    if until is None:
        raise FieldsError({shown.UNTIL: remind_grammar.SNOOZE_MISSING})
    return f"remind {grammar.remind_words(grammar.RemindWords(silent_until=until))}"


# Teams


def _show_team(asked: Asked) -> Reply:
    """How a channel's team is told: for its leads, the form to change it."""
    grammar.read_alone(asked.words, "team settings")
    workspace, channel = asked.who.workspace, asked.place.channel
    found = asked.desk.teams.rules(workspace, channel)
    told = membership.settings(found, changed=False)
    if not asked.desk.teams.is_lead(asked.who, channel):
        return told
    return told._replace(modal=shown.team(found, team_grammar.EARLIEST))


def _say_team(asked: Asked, fields: Fields) -> str:
    """One setting in a line; each was read, so that what is wrong with one stands at its field."""
    said = {
        shown.DAYS_BEFORE: [f"days {fields.text(shown.DAYS_BEFORE) or ''}"],
        shown.DIGEST: [f"digest {fields.choice(shown.DIGEST) or ''}"],
        shown.HOUR: [f"hour {fields.choice(shown.HOUR) or ''}"],
        shown.ZONE: [f"timezone {fields.text(shown.ZONE) or ''}"],
        shown.TARGETS: _targets(fields),
    }
    codes, wrong = codes_of(asked), {}
    aimed_at: list[str] = []
    for name, lines in said.items():
        try:
            read = [team_grammar.read_setting(line, codes, asked.levels) for line in lines]
        except grammar.WordsError as error:
            wrong[name] = error.sentence
            continue
        aimed_at += [words.code for words in read if isinstance(words, team_grammar.TargetWords)]
    twice = next((code for code in aimed_at if aimed_at.count(code) > 1), None)
    if twice:
        wrong[shown.TARGETS] = TWICE.format(code=twice)
    if wrong:
        raise FieldsError(wrong)
    gone = [code for code in fields.about.get("targets", ()) if code not in aimed_at]
    lines = [*(line for lines in said.values() for line in lines), *(f"target {code} off" for code in gone)]
    return "team settings " + "\n".join(lines)


def _targets(fields: Fields) -> list[str]:
    parts = (part.strip() for part in _BETWEEN_TARGETS.split(fields.text(shown.TARGETS) or ""))
    return [f"target {part}" for part in parts if part]


OPENING: Mapping[str, Open] = MappingProxyType(
    {"remind": _open_begun_snooze, "remind settings": _open_reminders}
)
LOOKING: Mapping[str, Look] = MappingProxyType(
    {"remind settings": _open_reminders, "team settings": _show_team}
)
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        shown.REMIND: Form(_say_reminders, shown.MORE),
        shown.SNOOZE: Form(_say_snooze, shown.UNTIL, _look_at_snooze_again),
        shown.TEAM: Form(_say_team, shown.DAYS_BEFORE),
    }
)
