"""How a member is reminded, what a change of it means, and the question whether they want it at all."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from rules import SAFE_DAYS, Standing, Status

from ..ledger import ReminderSettings
from ..outcomes import ParkedNotice, PlannedNotice, Reminding
from . import words
from .blocks import Block, Reply, beside, commands, escaped, reply

MAY_I = "Shall I remind you before it is suspended?"
ON, OFF = ("Remind me", "remind on"), ("No reminders", "remind off")
WEEKENDS = {True: ("Weekends, too", "remind weekends on"), False: ("Quiet weekends", "remind weekends off")}
SNOOZE, END_SNOOZE = ("Snooze 1 week", "remind snooze 1 week"), ("End the snooze", "remind snooze off")
STOP = ("Turn off", "remind off")
SETTINGS = ("Settings", "remind settings")

NEVER_SAID = "I do not remind you of anything: you never said that I shall."
IS_OFF = "Your reminders are *off*."
IS_ON = "Your reminders are *on*."
WHEN = (
    "• {days} before a suspension and on its day; once suspended, {safe} before the last safe day\n"
    "• At {hour}:00 of your day ({timezone}); weekends {weekends}\n"
    "• Posts of your teams {mentions} mention you"
)
SNOOZED = "• Snoozed: nothing before *{until}*"
NEXT = "Next: *{on}*, about {codes}."
NOTHING_NEXT = "Next: nothing is planned for the dates I know."
NOTHING_HELD = (
    "I know of no certification of yours yet, so there is nothing to remind you of. Add one: "
    "`/ce cert add ACP-620 earned 2024-01-01`"
)
IS_LATE = ":hourglass: What I have to say about {codes} is late, and I keep trying. {why}"
GIVEN_UP = ":no_entry: What I had to say about {codes} on {on} could not be sent. {why}"
GIVEN_UP_MOST = 3
CODES_MOST = 6
REASON_MOST = 60
HOW_TO_CHANGE = (
    "Change it: `/ce remind days 60 30 7` · `/ce remind hour 8` · `/ce remind weekends off` · "
    "`/ce remind mentions on` · `/ce remind snooze 3 days` · `/ce remind off`"
)

TURNED_ON = (
    "Reminders are *on*: {days} before a suspension and on its day, at {hour}:00 of your day ({timezone})."
)
TURNED_OFF = "Reminders are *off*. What was planned is gone, and none comes until you say `/ce remind on`."
DAYS = "From now on {days} before a suspension, and on its day."
HOUR = "From now on at {hour}:00 of your day ({timezone})."
QUIET = {
    True: "Weekends are quiet: what belongs to a Saturday or Sunday comes on the Friday before.",
    False: "Weekends are like any other day.",
}
MENTIONS = {
    True: "Posts of your teams may mention you when a suspension is 14 days away or less.",
    False: "Posts of your teams do not mention you.",
}
SILENT = "Nothing from me before *{until}*."
SILENCE_OVER = "The snooze is over."
NO_CHANGE = "It was so already."
STILL_OFF = "Reminders are off, though, so none comes."

SUSPENDED_IN_SILENCE = ":warning: *{code}* is suspended on *{suspends}*, before I say anything again."
LAPSES_IN_SILENCE = (
    ":warning: *{code}* is suspended on *{suspends}*, and even its last safe day, *{safe}*, passes before I "
    "say anything again."
)
SAFE_DAY_IN_SILENCE = ":warning: The last safe day of *{code}*, *{safe}*, passes before I say anything again."
MORE_IN_SILENCE = "{more} more of yours likewise: `/ce status`"
IN_SILENCE_MOST = 5
END_IT = "End the snooze: `/ce remind snooze off`"
SOONER = (
    "End the snooze: `/ce remind snooze off`, or let it end a week before: `/ce remind snooze until {sooner}`"
)
A_WEEK = timedelta(days=7)

# Why a reminder could not be sent, by Slack's own word for it, and what to do.
DEACTIVATED = "Slack says that your account is deactivated; if it is not, please tell whoever runs me."
NO_DIRECT_MESSAGE = "Slack does not let me send you direct messages: open one with me."
NO_ACCESS = "Slack does not let me in any more: please tell whoever runs me."
NOT_REACHED = "Slack could not be reached, or would take no more just then."
OTHER_REASON = "The reason given is {reason}: please tell whoever runs me."
TRY_AGAIN = "Where you stand: `/ce status` · to let me try again: `/ce remind on`"
REASONS = {
    DEACTIVATED: "user_disabled user_not_found user_not_visible users_not_found",
    NO_DIRECT_MESSAGE: "cannot_dm_bot channel_not_found messages_tab_disabled restricted_action",
    NO_ACCESS: "access_denied account_inactive ekm_access_denied enterprise_is_restricted invalid_auth "
    "missing_scope no_permission not_allowed_token_type not_authed org_login_required "
    "team_access_not_granted token_expired token_revoked",
    NOT_REACHED: "fatal_error internal_error ratelimited request_timeout service_unavailable unreachable",
}
WHY = MappingProxyType({word: why for why, said in REASONS.items() for word in said.split()})
BY_HTTP = "http_"


def status(found: Reminding) -> Reply:
    """The answer to `/ce remind`: whether, when and by whose clock, what comes next, what did not come."""
    settings = found.settings
    if not settings.is_on:
        return reply(
            IS_OFF if found.is_asked else NEVER_SAID,
            "" if found.standings else NOTHING_HELD,
            buttons=commands(ON, SETTINGS),
        )
    until = _silent_until(found)
    lines = [IS_ON, _said(WHEN, found)]
    if until:
        lines.append(SNOOZED.format(until=words.day(until)))
    return reply(
        "\n".join(lines),
        "\n".join([*_next(found), *in_silence(found)]),
        "\n".join(_given_up(found.waiting.parked)),
        small=[HOW_TO_CHANGE],
        buttons=commands(END_SNOOZE if until else SNOOZE, WEEKENDS[settings.quiet_weekends], STOP, SETTINGS),
    )


def changed(was: ReminderSettings, found: Reminding) -> Reply:
    """The answer to a change: what is different now, what comes next, and what passes in silence."""
    now = found.settings
    lines = _changes(was, found)
    if not now.is_on:
        lines = [*lines, STILL_OFF] if lines else [TURNED_OFF]
        return reply("\n".join(lines), buttons=commands(ON))
    return reply(
        "\n".join(lines or [NO_CHANGE, _said(TURNED_ON, found)]),
        "\n".join([*_next(found), *in_silence(found)]),
        buttons=commands(*_buttons(found)),
    )


def consent_buttons() -> list[Block]:
    """The answers to whether somebody wants to be reminded, given beside what they stand under."""
    return beside(ON, OFF)


def _changes(was: ReminderSettings, found: Reminding) -> list[str]:
    """What is different now, in sentences; nothing of what being off makes needless to say."""
    now, until = found.settings, _silent_until(found)
    if was.is_on and not now.is_on:
        return []
    is_new = now.is_on and not was.is_on
    lines = {
        _said(TURNED_ON, found): is_new,
        _said(DAYS, found): now.days != was.days and not is_new,
        _said(HOUR, found): now.hour != was.hour and not is_new,
        QUIET[now.quiet_weekends]: now.quiet_weekends != was.quiet_weekends,
        MENTIONS[now.may_mention]: now.may_mention != was.may_mention,
        SILENT.format(until=words.day(until or found.today)): until and until != was.snoozed_until,
        SILENCE_OVER: not until and was.snoozed_until and was.snoozed_until > found.today,
    }
    return [line for line, is_so in lines.items() if is_so]


def _said(sentence: str, found: Reminding) -> str:
    settings = found.settings
    return sentence.format(
        days=_days(settings.days),
        safe=_days(SAFE_DAYS),
        hour=settings.hour,
        timezone=found.timezone,
        weekends="are quiet" if settings.quiet_weekends else "are like any other day",
        mentions="may" if settings.may_mention else "do not",
    )


def _days(days: Sequence[int]) -> str:
    """`60, 30 and 7 days`."""
    return f"{words.listed([str(number) for number in days])} {'day' if days == (1,) else 'days'}"


def _buttons(found: Reminding) -> list[tuple[str, str]]:
    if not _silent_until(found):
        return [STOP]
    sooner = _sooner(found)
    until = [(f"Only until {words.day(sooner)}", f"remind snooze until {sooner}")] if sooner else []
    return [END_SNOOZE, *until]


def _silent_until(found: Reminding) -> date | None:
    """The first day that is not silent, where today is."""
    until = found.settings.snoozed_until
    return until if until and until > found.today else None


def _missed(found: Reminding) -> list[Standing]:
    """What is suspended, or cannot safely be renewed any more, before the silence ends."""
    until = _silent_until(found)
    return [
        one
        for one in found.standings
        if until
        and (
            (one.status is Status.ACTIVE and one.cycle.suspends_on <= until)
            or (one.status is Status.SUSPENDED and found.today <= one.last_safe_day < until)
        )
    ]


def in_silence(found: Reminding) -> list[str]:
    """What is suspended, or lost, while a snooze lasts, and how to end it before that."""
    until, missed = _silent_until(found), _missed(found)
    lines = []
    for one in missed[:IN_SILENCE_MOST]:
        is_active = one.status is Status.ACTIVE
        sentence = SUSPENDED_IN_SILENCE if is_active else SAFE_DAY_IN_SILENCE
        if is_active and until and one.last_safe_day < until:
            sentence = LAPSES_IN_SILENCE
        suspends, safe = words.day(one.cycle.suspends_on), words.day(one.last_safe_day)
        lines.append(sentence.format(code=one.code, suspends=suspends, safe=safe))
    if len(missed) > IN_SILENCE_MOST:
        lines.append(MORE_IN_SILENCE.format(more=len(missed) - IN_SILENCE_MOST))
    if missed:
        sooner = _sooner(found)
        lines.append(SOONER.format(sooner=sooner) if sooner else END_IT)
    return lines


def _sooner(found: Reminding) -> date | None:
    """A week before the first date that passes in silence, if that is still to come."""
    dates = [
        one.cycle.suspends_on if one.status is Status.ACTIVE else one.last_safe_day for one in _missed(found)
    ]
    sooner = min(dates) - A_WEEK if dates else found.today
    return sooner if sooner > found.today else None


def _next(found: Reminding) -> list[str]:
    """What comes next, and what should have come and is tried again."""
    if not found.standings:
        return [NOTHING_HELD]
    late = [one for one in found.waiting.next if one.reason]
    planned = [one for one in found.waiting.next if not one.reason]
    lines = [IS_LATE.format(codes=_codes(late), why=_why(late[0].reason))] if late else []
    if planned:
        on = planned[0].on
        when = f"today, {words.day(on)}" if on <= found.today else words.day(on)
        lines.append(NEXT.format(on=when, codes=_codes([one for one in planned if one.on == on])))
    return lines or [NOTHING_NEXT]


def _given_up(parked: Sequence[ParkedNotice]) -> list[str]:
    together: dict[tuple[date, str], list[ParkedNotice]] = {}
    for one in parked:
        together.setdefault((one.on, one.reason), []).append(one)
    lines = [
        GIVEN_UP.format(codes=_codes(notices), on=words.day(on), why=_why(reason))
        for (on, reason), notices in together.items()
    ][:GIVEN_UP_MOST]
    return [*lines, TRY_AGAIN] if lines else []


def _why(reason: str) -> str:
    if reason.startswith(BY_HTTP):
        return NOT_REACHED
    return WHY.get(reason) or OTHER_REASON.format(reason=escaped(reason[:REASON_MOST]))


def _codes(notices: Iterable[PlannedNotice | ParkedNotice]) -> str:
    codes = list(dict.fromkeys(f"*{one.code}*" for one in notices))
    more = len(codes) - CODES_MOST
    return words.listed([*codes[:CODES_MOST], f"{more} more"] if more > 0 else codes)
