"""The words of remind: on or off, days before, the hour, weekends, mentions, and silence for a while."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..dates import WEEKDAYS, in_quotes, with_weekday
from .certifications import leading_date
from .errors import UnfinishedError, WordsError
from .examples import nearest, with_example
from .line import Line, Token, read_day, read_line

EARLIEST = 365  # days before a suspension
MOST_DAYS = 12  # on which to be reminded of one suspension
LONGEST_SNOOZE = 365  # days

NOT_UNDERSTOOD = "I cannot place {typed}: I know on, off, days, hour, weekends, mentions and snooze."
MISTYPED = "I cannot place {typed}: did you mean {nearest}?"
SAID_TWICE = "Two different things are said of {what}: keep one."
WHICH_NUMBER = "Say what {typed} is: put days before it, or hour."
DAYS_MISSING = "Say how many days before a suspension to remind you, one number or several."
DAYS_OUT_OF_RANGE = (
    "Days before a suspension go from 1 to {most}, and {typed} is not among them; the day itself always "
    "comes with them."
)
NOT_DAYS = "I cannot place {typed}: write numbers of days, like 45 21."
TOO_MANY_DAYS = "{count} reminders of one suspension are too many: {most} are the most."
HOUR_MISSING = "Say at which hour of your day to remind you."
NOT_AN_HOUR = "{typed} is no hour of the day: they go from 0 to 23, or from 1 to 12 with am or pm."
FULL_HOURS_ONLY = "Reminders come on the hour, and {typed} is between two: leave the minutes out."
WEEKENDS_HOW = "Say whether weekends are on or off: off keeps Saturdays and Sundays quiet."
MENTIONS_HOW = "Say whether mentions are on or off: on lets a team's posts mention you."
SNOOZE_MISSING = "Say for how long to be silent, or until which day."
DAYS_OR_WEEKS = "Say whether {typed} is days or weeks."
SNOOZE_IS_PAST = "A snooze ends on a day to come, and {typed} is none."
SNOOZE_TOO_LONG = "A snooze lasts a year at most: off stops reminders until you want them again."


@dataclass(frozen=True, slots=True)
class RemindWords:
    """What was said of reminders; None for what nothing was said of.

    `days` are those before a suspension, `hour` is one of the member's own day, `silent_until` the first day
    that is not silent any more; `ends_snooze` says that the days before it are not silent either.
    """

    is_on: bool | None = None
    days: tuple[int, ...] | None = None
    hour: int | None = None
    quiet_weekends: bool | None = None
    may_mention: bool | None = None
    silent_until: date | None = None
    ends_snooze: bool | None = None


def read_remind(text: str, today: date, usual: tuple[int, ...]) -> RemindWords:
    """The words of `/ce remind`, of one thing or several: `days 60 30 7`, `on at 8am`, `snooze 3 days`.

    `usual` are the days that are meant by `days default`.
    Raises AmbiguousWordsError for a date with two readings, UnfinishedError where only the end of a snooze
    is missing, WordsError for the rest.
    """
    return with_example(lambda words: _remind(words, today, usual), text, "remind", "/ce remind")


def remind_words(words: RemindWords) -> str:
    """What `read_remind` reads as just this."""
    said = {
        f"days {_spaced(words.days or ())}": words.days,
        f"hour {words.hour}": words.hour is not None,
        "weekends on": words.quiet_weekends is False,
        "weekends off": words.quiet_weekends,
        "mentions on": words.may_mention,
        "mentions off": words.may_mention is False,
        f"snooze until {words.silent_until}": words.silent_until,
        "snooze off": words.ends_snooze,
        # Last, because before weekends or mentions they would be said of those.
        "on": words.is_on,
        "off": words.is_on is False,
    }
    return " ".join(each for each, is_said in said.items() if is_said)


def read_days(text: str) -> tuple[int, ...]:
    """Numbers of days before a suspension, each once, the earliest first; there may be none.

    Raises WordsError for anything else, and where one cannot be meant or too many are.
    """
    words = _Words(read_line(_BETWEEN_NUMBERS.sub(" ", text)), date.min, ())
    words.take_one(_DAYS)
    found = _numbers(words)
    words.take_one(_DAYS)
    if words.left:
        raise WordsError(NOT_DAYS.format(typed=in_quotes(words.line.between(words.left))))
    return _checked(found)


_Said = dict[str, Any]
_ON = ("on", "start", "yes", "enable")
_OFF = ("off", "stop", "disable", "unsubscribe", "cancel", "quit", "no", "not", "never", "without", "none")
_QUIET = ("quiet", "silent")
_DAYS = ("days", "day")
_HOUR = ("hour", "time", "at")
_WEEKENDS = ("weekends", "weekend")
_MENTIONS = ("mentions", "mention")
_SNOOZE = ("snooze", "pause", "mute", "in")  # remind me in 3 days
_RESUME = ("resume", "unsnooze", "unmute")
_UNTIL = ("until", "till")
_OVER = (*_OFF, "end", "over")
_USUAL = ("default", "usual")
_YES, _NO = (*_ON, "ok", "too", "also"), (*_OFF, *_QUIET)
_BEFORE_WEEKENDS = ("on", "at", "over", "during", "the")
_ME = "me"  # remind me …
_AROUND = ("", _ME, "please", "and", "with", "before", "ahead", "reminders", "the", "my", "now")
_WHAT = {
    "is_on": "on and off",
    "days": "the days",
    "hour": "the hour",
    "quiet_weekends": "weekends",
    "may_mention": "mentions",
    "silent_until": "the snooze",
    "ends_snooze": "the snooze",
}
_NUMBERS = re.compile("[0-9]{1,6}(?:[,/;+& ][0-9]{1,6})*")
_BETWEEN_NUMBERS = re.compile("[,;/+&]")
_TIME = re.compile("(?P<hour>[0-9]{1,6})(?:[:.](?P<minutes>[0-9]{2}))? ?(?:(?P<half>[ap])[.]?m|h|o'clock)?")
_NAMED_HOURS = {"noon": "12:00", "midday": "12:00", "midnight": "0:00"}
_AMOUNT = re.compile("(?P<number>[0-9]{1,6}|[a-z]+) ?(?P<unit>[a-z]*)")
_AMOUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_UNITS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7, "month": 30, "months": 30}
_WEEKDAYS = {name.lower()[:letters]: day for day, name in enumerate(WEEKDAYS) for letters in (3, None)}


class _Words:
    """The words that are left of a line, for one who lives on `today`."""

    def __init__(self, line: Line, today: date, usual: tuple[int, ...]) -> None:
        self.line = line
        self.today = today
        self.usual = usual
        self.left: tuple[Token, ...] = line.tokens

    def word(self, place: int = 0) -> str:
        """One of the next words as tables have it, or nothing."""
        return self.left[place].bare.strip("!") if place < len(self.left) else ""

    def take(self, count: int = 1) -> str:
        """The next words, as they stand there."""
        taken, self.left = self.left[:count], self.left[count:]
        return self.line.between(taken)

    def take_one(self, of: Collection[str], *, after: Collection[str] = ()) -> bool:
        """Whether one of these comes next, or after such words; then it is taken."""
        place = 0
        while self.word(place) in after:
            place += 1
        if self.word(place) not in of:
            return False
        self.take(place + 1)
        return True

    def with_next(self, word: str) -> str:
        """The whole line, with another word in the place of the next."""
        token = self.left[0]
        return f"{self.line.text[: token.start]}{word}{self.line.text[token.end :]}"


def _remind(text: str, today: date, usual: tuple[int, ...]) -> RemindWords:
    words = _Words(read_line(text), today, usual)
    said: _Said = {}
    while words.left:
        if words.take_one(_AROUND):
            continue
        for name, value in _next(words).items():
            if said.setdefault(name, value) != value:
                raise WordsError(SAID_TWICE.format(what=_WHAT[name]))
    if words.line.tokens and words.line.tokens[0].bare == _ME:
        said.setdefault("is_on", True)
    if not said:
        raise WordsError(NOT_UNDERSTOOD.format(typed=in_quotes(text)))
    return RemindWords(**said)


def _next(words: _Words) -> _Said:
    """What is said next."""
    for keywords, read in _READERS:
        if words.take_one(keywords):
            return read(words)
    time, _ = _time(words)
    if time and not time[0].strip().isdigit():
        return _hour(words)
    if _NUMBERS.fullmatch(words.word()):
        return _days_after_numbers(words)
    typed = in_quotes(words.left[0].text)
    meant = nearest(words.word(), (keyword for keywords, _ in _READERS for keyword in keywords))
    if meant:
        sentence = MISTYPED.format(typed=typed, nearest=meant)
        raise WordsError(sentence, instead=(words.with_next(meant), meant))
    raise WordsError(NOT_UNDERSTOOD.format(typed=typed), instead=(words.with_next(""),))


def _on(words: _Words) -> _Said:
    if words.take_one(_WEEKENDS, after=_BEFORE_WEEKENDS):
        return {"quiet_weekends": False}
    return {"is_on": True}


def _off(words: _Words) -> _Said:
    if words.take_one(_WEEKENDS, after=_BEFORE_WEEKENDS):
        return {"quiet_weekends": True}
    if words.take_one(_MENTIONS):
        return {"may_mention": False}
    if words.word() in (*_UNTIL, "for"):
        return _snooze(words)
    return {"is_on": False}


def _quiet(words: _Words) -> _Said:
    if words.take_one(_WEEKENDS, after=_BEFORE_WEEKENDS):
        return {"quiet_weekends": True}
    return _snooze(words)


def _days(words: _Words) -> _Said:
    if words.take_one(_USUAL):
        return {"days": words.usual}
    found = _numbers(words)
    if not found:
        raise WordsError(DAYS_MISSING, instead=(f"days {_spaced(words.usual)}",))
    return {"days": _checked(found)}


def _days_after_numbers(words: _Words) -> _Said:
    """Numbers with nothing before them that says what they are: `30 and 7 days before`."""
    found = _numbers(words)
    if words.take_one(_DAYS):
        return {"days": _checked(found)}
    numbers = _spaced(found)
    sentence = WHICH_NUMBER.format(typed=in_quotes(numbers))
    raise WordsError(sentence, instead=(f"days {numbers}", f"hour {numbers}"))


def _numbers(words: _Words) -> list[int]:
    found: list[int] = []
    while _NUMBERS.fullmatch(words.word()) or (found and words.word() == "and"):
        found += [int(number) for number in re.findall("[0-9]+", words.take())]
    return found


def _checked(days: list[int]) -> tuple[int, ...]:
    """The days, each once, the earliest first; WordsError where one cannot be meant, or too many are."""
    good = tuple(sorted({number for number in days if 1 <= number <= EARLIEST}, reverse=True))
    instead = (f"days {_spaced(good[:MOST_DAYS])}", "days 60 30 7")
    bad = next((number for number in days if number not in good), None)
    if bad is not None:
        raise WordsError(DAYS_OUT_OF_RANGE.format(most=EARLIEST, typed=bad), instead=instead)
    if len(good) > MOST_DAYS:
        raise WordsError(TOO_MANY_DAYS.format(count=len(good), most=MOST_DAYS), instead=instead)
    return good


def _spaced(numbers: Collection[int]) -> str:
    return " ".join(map(str, numbers))


def _hour(words: _Words) -> _Said:
    words.take_one(("at", "is"))
    found, size = _time(words)
    shown = in_quotes(words.take(size))
    if found is None:
        raise WordsError(HOUR_MISSING, instead=("hour 8",))
    hour, half = int(found["hour"]), found["half"]
    earliest, latest = (1, 12) if half else (0, 23)
    if not earliest <= hour <= latest:
        raise WordsError(NOT_AN_HOUR.format(typed=shown), instead=("hour 8",))
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if found["minutes"] not in (None, "00"):
        raise WordsError(FULL_HOURS_ONLY.format(typed=shown), instead=(f"hour {hour}",))
    return {"hour": hour}


def _time(words: _Words) -> tuple[re.Match[str] | None, int]:
    """The hour that stands next, if one does, and of how many words it is."""
    for size in (2, 1):
        typed = " ".join(words.word(place) for place in range(size))
        if found := _TIME.fullmatch(_NAMED_HOURS.get(typed, typed)):
            return found, size
    return None, 1


def _weekends(words: _Words) -> _Said:
    return {"quiet_weekends": not _yes_or_no(words, WEEKENDS_HOW, ("weekends off", "weekends on"))}


def _mentions(words: _Words) -> _Said:
    return {"may_mention": _yes_or_no(words, MENTIONS_HOW, ("mentions on", "mentions off"))}


def _yes_or_no(words: _Words, sentence: str, instead: tuple[str, str]) -> bool:
    if words.take_one(_YES):
        return True
    if words.take_one(_NO):
        return False
    raise WordsError(sentence, instead=instead)


def _snooze(words: _Words) -> _Said:
    if words.take_one(_OVER):
        return {"ends_snooze": True}
    in_a_week = words.today + timedelta(days=7)
    try:
        until = _until(words)
        if until <= words.today:
            raise WordsError(SNOOZE_IS_PAST.format(typed=with_weekday(until)))
        if (until - words.today).days > LONGEST_SNOOZE:
            raise WordsError(SNOOZE_TOO_LONG, instead=(f"snooze {LONGEST_SNOOZE} days",))
    except WordsError as error:
        error.instead = (*error.instead, f"snooze until {in_a_week}")
        raise
    return {"silent_until": until}


def _until(words: _Words) -> date:
    """The first day after a silence."""
    words.take_one((*_UNTIL, "for", "to"))
    if not words.left:
        raise UnfinishedError(SNOOZE_MISSING)
    weekday = _WEEKDAYS.get(words.word())
    if weekday is not None and not words.word(1)[:1].isdigit():
        words.take()
        return words.today + timedelta(days=(weekday - words.today.weekday() - 1) % 7 + 1)
    if (amount := _amount(words)) is not None:
        return words.today + timedelta(days=amount)
    span = leading_date(words.line, words.left)
    day = read_day(words.line, span, words.today, future=True)
    words.take(len(span))
    return day


def _amount(words: _Words) -> int | None:
    """So many days, taken; None where something else stands there."""
    for size in (2, 1):
        found = _AMOUNT.fullmatch(" ".join(words.word(place) for place in range(size)).strip())
        if found and found["unit"] in _UNITS:
            typed = found["number"]
            number = int(typed) if typed.isdigit() else _AMOUNTS.get(typed)
            if number is not None:
                words.take(size)
                return min(number * _UNITS[found["unit"]], LONGEST_SNOOZE + 1)
    alone = words.word()
    if alone.isdigit() and len(words.left) == 1:
        raise WordsError(DAYS_OR_WEEKS.format(typed=in_quotes(alone)), instead=(f"snooze {alone} days",))
    return None


def _resume(_words: _Words) -> _Said:
    return {"ends_snooze": True}


_READERS: tuple[tuple[Collection[str], Callable[[_Words], _Said]], ...] = (
    (_ON, _on),
    (_OFF, _off),
    (_QUIET, _quiet),
    (_DAYS, _days),
    (_HOUR, _hour),
    (_WEEKENDS, _weekends),
    (_MENTIONS, _mentions),
    (_SNOOZE, _snooze),
    (_RESUME, _resume),
)
