"""The forms for how a member is reminded, for a snooze, and for how a team is told."""

from datetime import timedelta

from rules import DAYS, SAFE_DAYS

from ..dates import WEEKDAYS
from ..outcomes import Reminding, TeamRules
from . import membership, remind, words
from .blocks import View, context, fitting, reply, section
from .modals import choice_field, choices_field, day_field, form, text_field

# The forms and their fields.
REMIND, SNOOZE, TEAM = "remind", "snooze", "team"
IS_ON, TICKED, MORE, HOUR, ALSO, UNTIL = "is_on", "ticked", "more", "hour", "also", "until"
DAYS_BEFORE, DIGEST, ZONE, TARGETS = "days_before", "digest", "timezone", "targets"
# What their choices stand for.
ON, OFF = "on", "off"
QUIET, MENTION = "quiet", "mention"
HOURS = tuple((str(hour), f"{hour}:00") for hour in range(24))

REMIND_TITLE, SNOOZE_TITLE, TEAM_TITLE = "Reminders", "Snooze reminders", "Team settings"
SHALL_I = "Direct messages before a suspension"
ON_OR_OFF = ((ON, "Remind me"), (OFF, "No reminders"))
WHEN = "Days before a suspension"
DAY_BEFORE = "{count} before"
OTHER_DAYS = "Other numbers of days"
OTHER_DAYS_HINT = "Numbers from 1 to {earliest}, like 45 21."
AT = "Hour of your day"
BY_CLOCK = "By your clock in Slack: {timezone}."
MORE_CHOICES = "Also"
ALSO_CHOICES = (
    (QUIET, "Quiet weekends: what belongs to one comes on Friday"),
    (MENTION, "Posts of my teams may mention me"),
)
SNOOZE_UNTIL = "Snooze until"
SNOOZE_HINT = "Nothing from me before this day, a year away at most. Empty: no snooze."
ALWAYS = (
    "On the day of a suspension a reminder always comes, and once suspended {safe} days before the last safe "
    "day."
)
FIRST_DAY = "First day on which I may remind you again"
FIRST_DAY_HINT = "A day to come, a year away at most."
A_WEEK = timedelta(days=7)

DAYS_BEFORE_LABEL = "Days before a suspension date"
DAYS_BEFORE_HINT = "One number or several, from 1 to {earliest}; the date itself always comes with them."
WEEKLY = "Weekly digest"
NO_DIGEST = "No digest"
TEAM_HOUR = "Hour of all posts"
TEAM_ZONE = "Time zone of that hour"
TEAM_ZONE_HINT = "By a city's name, like Europe/Berlin."
TARGETS_LABEL = "Targets"
TARGETS_PLACEHOLDER = "ACP-620 3, ACP-120 5"
TARGETS_HINT = (
    "How many are to hold a certification: codes with their numbers. One that you take out is no target any "
    "more."
)
# More than Slack takes in a field stay as they are.
TARGETS_CHARACTERS = 2000
IN_CHANNEL = "For the team in <#{channel}>."


def reminders(found: Reminding, earliest: int) -> View:
    """The form for how a member is reminded, up to `earliest` days before; who never said has to choose."""
    settings = found.settings
    until = settings.snoozed_until
    others = [str(day) for day in settings.days if day not in DAYS]
    also = [*([QUIET] if settings.quiet_weekends else []), *([MENTION] if settings.may_mention else [])]
    is_on = ON if settings.is_on else OFF
    return form(
        REMIND,
        REMIND_TITLE,
        [
            choice_field(IS_ON, SHALL_I, ON_OR_OFF, initial=is_on if found.is_asked else None, buttons=True),
            choices_field(
                TICKED,
                WHEN,
                [(str(day), DAY_BEFORE.format(count=words.count(day, "day", "days"))) for day in DAYS],
                initial=[str(day) for day in settings.days],
            ),
            text_field(
                MORE,
                OTHER_DAYS,
                initial=", ".join(others),
                hint=OTHER_DAYS_HINT.format(earliest=earliest),
                most=200,
                optional=True,
            ),
            choice_field(
                HOUR,
                AT,
                HOURS,
                initial=str(settings.hour),
                hint=BY_CLOCK.format(timezone=found.timezone),
            ),
            choices_field(ALSO, MORE_CHOICES, ALSO_CHOICES, initial=also),
            day_field(
                UNTIL,
                SNOOZE_UNTIL,
                initial=until if until and until > found.today else None,
                hint=SNOOZE_HINT,
                optional=True,
            ),
            context(ALWAYS.format(safe=words.listed([str(day) for day in SAFE_DAYS]))),
        ],
    )


def snooze(found: Reminding) -> View:
    """The form for a silence as these settings would have it, with what passes in it."""
    lines = remind.in_silence(found)
    return form(
        SNOOZE,
        SNOOZE_TITLE,
        [
            day_field(
                UNTIL,
                FIRST_DAY,
                initial=found.settings.snoozed_until,
                hint=FIRST_DAY_HINT,
                dispatch=True,
            ),
            *([section("\n".join(lines))] if lines else []),
        ],
        submit="Snooze",
    )


def team(found: TeamRules, earliest: int) -> View:
    """The form for how a channel's team is told, up to `earliest` days before a suspension date."""
    told = found.settings
    aims = [f"{code} {target}" for code, target in found.targets.items()]
    shown = fitting(aims, len(aims), TARGETS_CHARACTERS)
    return form(
        TEAM,
        TEAM_TITLE,
        [
            context(IN_CHANNEL.format(channel=told.channel)),
            text_field(
                DAYS_BEFORE,
                DAYS_BEFORE_LABEL,
                initial=", ".join(str(day) for day in told.days),
                hint=DAYS_BEFORE_HINT.format(earliest=earliest),
                most=200,
            ),
            choice_field(
                DIGEST,
                WEEKLY,
                [(OFF, NO_DIGEST), *((day.casefold(), f"Every {day}") for day in WEEKDAYS)],
                initial=WEEKDAYS[told.digest_day - 1].casefold() if told.digest_day else OFF,
            ),
            choice_field(HOUR, TEAM_HOUR, HOURS, initial=str(told.hour)),
            text_field(ZONE, TEAM_ZONE, initial=told.timezone, hint=TEAM_ZONE_HINT, most=60),
            text_field(
                TARGETS,
                TARGETS_LABEL,
                initial=", ".join(shown),
                placeholder=TARGETS_PLACEHOLDER,
                hint=TARGETS_HINT,
                optional=True,
            ),
            *reply("\n".join(membership.who(found))).blocks,
        ],
        about={"channel": told.channel, "targets": [*found.targets][: len(shown)]},
    )
