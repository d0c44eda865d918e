"""The words of team: people by mention, and how a channel's team is told."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import available_timezones

from ..dates import WEEKDAYS, in_quotes
from .certifications import Known, leading_code
from .errors import WordsError
from .examples import nearest, with_example
from .exports import read_alone
from .line import read_line

MOST_INVITED = 20  # at once
EARLIEST = 365  # days before a suspension date
MOST_DAYS = 10
MOST_HOLDERS = 1000

WHICH = "I do not know team {typed}: did you mean {nearest}?"
WHICH_OF_ALL = "I do not know team {typed}: there are {known}."
LEAVE_ALONE = "Everybody leaves by themselves, so I cannot place {typed}: leave it out."
NOBODY = "Say who: type @ and pick them from the list that Slack shows."
NOT_A_PERSON = "{typed} is nobody I know: type @ and pick people from the list that Slack shows."
GROUP = "A group cannot be named here: name its people, each with @."
ONE_PERSON = "One person at a time: leave {typed} out."
TOO_MANY_PEOPLE = "These are {count} people where {most} are the most at once: invite the rest afterwards."
WHICH_SETTING = "I cannot set {typed}: there are days, digest, hour, timezone and target."
MISTYPED_SETTING = "I cannot set {typed}: did you mean {nearest}?"
DAYS_MISSING = "Say how many days before a suspension date the channel is told, one number or several."
NOT_DAYS = "{typed} is no number of days: they go from 1 to {most}; the date itself always comes with them."
TOO_MANY_DAYS = "These are {count} numbers of days where {most} are the most: keep the important ones."
HOUR_MISSING = "Say at which hour of the day the channel is told."
NOT_AN_HOUR = "{typed} is no full hour of the day: they go from 0 to 23."
ZONE_MISSING = "Say in which time zone the hour is meant, by a city's name like Europe/Berlin."
NOT_A_ZONE = "{typed} is no time zone I know: name a city of it, like Europe/Berlin."
MISTYPED_ZONE = "{typed} is no time zone I know: did you mean {nearest}?"
DIGEST_MISSING = "Say on which weekday the digest comes, or off for none."
NOT_A_WEEKDAY = "{typed} is no weekday: write one like Monday, or off for no digest."
TARGET_MISSING = "Say how many are to hold {code}, or off for no target."
NOT_A_TARGET = "{typed} is no number of people: they go from 1 to {most}, or write off for no target."
NOT_A_PAGE = "{typed} is no page: they are numbers from 1 on."

# The words that can follow `/ce team`.
SUBJECTS = ("all", "forecast", "invite", "join", "lead", "leave", "remove", "settings", "start", "stop")
_SETTINGS = ("days", "digest", "hour", "target", "timezone")
_OFF = ("off", "none", "no", "never", "stop")
_AROUND = ("and", "on", "at", "before", "the", "to", "=", "&")
_MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|(?P<name>[^<>]*))?>")
_CHANNEL = re.compile(r"(?:<#)?(?P<id>[CG][A-Z0-9]+)(?:\|[^<>]*)?>?")
_BETWEEN = re.compile(r"[\s,;&+]+|\band\b")
_GROUP = re.compile(r"<!(?:subteam\^|here|channel|everyone)")
_NO_PLACES = {"Factory", "localtime", "posixrules"}  # they depend on the machine, or mean none
_HOUR = re.compile("(?P<hour>[0-9]{1,2})(?:[:.]00)?(?P<half>am|pm)?")
_NOON = 12
_FIRST_LETTERS = 3
_LONGEST_NUMBER = 6


class DaysWords(NamedTuple):
    """The channel is told so many days before a suspension date, the earliest first."""

    days: tuple[int, ...]


class HourWords(NamedTuple):
    """It is told at this hour of the day."""

    hour: int


class ZoneWords(NamedTuple):
    """The hour is one of this time zone (IANA)."""

    timezone: str


class DigestWords(NamedTuple):
    """The digest comes on this weekday (1 Monday to 7 Sunday; None: never), at this hour if one was named."""

    weekday: int | None
    hour: int | None


class TargetWords(NamedTuple):
    """So many are to hold a certification; None for no target."""

    code: str
    target: int | None


SettingWords = DaysWords | HourWords | ZoneWords | DigestWords | TargetWords


def unknown_subject(text: str) -> WordsError:
    """What to say to words after `/ce team` that are none of SUBJECTS."""
    word = _readable(text).split()[0]
    meant = nearest(word, SUBJECTS)
    if meant:
        return WordsError(WHICH.format(typed=in_quotes(word), nearest=meant), "/ce team")
    known = f"{', '.join(SUBJECTS[:-1])} and {SUBJECTS[-1]}"
    return WordsError(WHICH_OF_ALL.format(typed=in_quotes(word), known=known), "/ce team")


def refuse_more(text: str, subject: str) -> None:
    """Raises WordsError for words after `/ce team {subject}`, which stands alone."""
    read_alone(_readable(text), f"team {subject}")


def read_people(text: str) -> Mapping[str, str]:
    """The people mentioned, by member id: what they were called there. Raises WordsError."""
    return with_example(_people, text, "team invite", "/ce team invite @bob")


def read_person(text: str, subject: str) -> tuple[str, str]:
    """The one member mentioned after `/ce team {subject}`: their id, and what they were called there.

    Raises WordsError.
    """
    return with_example(_person, text, f"team {subject}", "/ce team")


def read_whose(text: str) -> str | None:
    """Whose status is asked for: the id of the one member mentioned, whatever else is said; None for none.

    Raises WordsError for several, and for an @ that names nobody.
    """
    if "@" not in text:
        return None
    mentioned = " ".join(found[0] for found in _MENTION.finditer(text))
    person, _ = with_example(_person, mentioned or text, "status", "/ce status")
    return person


def read_channel(text: str) -> str | None:
    """The channel that `/ce team leave` names, by its id; None where it names none.

    Raises WordsError for anything else, as nobody takes others out.
    """
    word = text.strip()
    found = _CHANNEL.fullmatch(word)
    if word and not found:
        raise WordsError(LEAVE_ALONE.format(typed=in_quotes(_readable(word))), "/ce team leave")
    return found["id"] if found else None


def read_page(text: str) -> int:
    """The page of `/ce team all`, from 1; the first where none is named. Raises WordsError."""
    word = text.strip()
    if not word:
        return 1
    page = _number(word, 1, 10**_LONGEST_NUMBER)
    if page is None:
        raise WordsError(NOT_A_PAGE.format(typed=in_quotes(word)), "/ce team all")
    return page


def read_setting(text: str, codes: Collection[str], levels: Collection[str]) -> SettingWords:
    """What `/ce team settings` is to change: `days 30 14 7`, `digest monday 9`, `target ACP-620 3`.

    Raises UnknownCodeError, and WordsError for the rest.
    """
    known = Known(codes, levels)
    return with_example(lambda words: _setting(words, known), text, "team settings", "/ce team settings")


def read_settings(text: str, codes: Collection[str], levels: Collection[str]) -> tuple[SettingWords, ...]:
    """The same of several settings, one in a line. Raises as `read_setting` does."""
    return tuple(read_setting(line, codes, levels) for line in text.splitlines() or [text])


def _people(text: str) -> Mapping[str, str]:
    if _GROUP.search(text):
        raise WordsError(GROUP)
    found = {match["id"]: _called(match) for match in _MENTION.finditer(text)}
    beside = [word for word in _BETWEEN.split(_MENTION.sub(" ", text)) if word]
    if beside:
        raise WordsError(NOT_A_PERSON.format(typed=in_quotes(beside[0])))
    if not found:
        raise WordsError(NOBODY)
    if len(found) > MOST_INVITED:
        raise WordsError(TOO_MANY_PEOPLE.format(count=len(found), most=MOST_INVITED))
    return found


def _person(text: str) -> tuple[str, str]:
    (first, *others) = _people(text).items()
    if others:
        raise WordsError(ONE_PERSON.format(typed=in_quotes(f"@{others[0][1]}")))
    return first


def _called(mention: re.Match[str]) -> str:
    return "".join(char for char in mention["name"] or "" if char.isprintable()).strip()


def _readable(text: str) -> str:
    """What was typed, with people as they were called and not by their ids."""
    return _MENTION.sub(lambda found: f"@{_called(found)}", text)


def _setting(text: str, known: Known) -> SettingWords:
    words = text.split() or [""]
    read = _READERS.get(words[0].casefold().rstrip(":="))
    if read is None:
        meant = nearest(words[0], _SETTINGS)
        sentence = MISTYPED_SETTING if meant else WHICH_SETTING
        instead = (" ".join([meant, *words[1:]]),) if meant else ()
        raise WordsError(sentence.format(typed=in_quotes(words[0]), nearest=meant), instead=instead)
    return read(" ".join(words[1:]), known)


def _days(text: str, _known: Known) -> DaysWords:
    words = [word for word in _words(text) if word not in ("days", "day")]
    if not words:
        raise WordsError(DAYS_MISSING, instead=("days 30 14 7",))
    numbers = {word: _number(word, 1, EARLIEST) for word in words}
    good = tuple(sorted({number for number in numbers.values() if number}, reverse=True))
    instead = (" ".join(["days", *map(str, good[:MOST_DAYS])]), "days 30 14 7")
    bad = next((word for word, number in numbers.items() if number is None), None)
    if bad is not None:
        raise WordsError(NOT_DAYS.format(typed=in_quotes(bad), most=EARLIEST), instead=instead)
    if len(good) > MOST_DAYS:
        raise WordsError(TOO_MANY_DAYS.format(count=len(good), most=MOST_DAYS), instead=instead)
    return DaysWords(good)


def _hour(text: str, _known: Known) -> HourWords:
    words = _words(text)
    if not words:
        raise WordsError(HOUR_MISSING, instead=("hour 9",))
    return HourWords(_hour_of("".join(words), "hour"))


def _digest(text: str, _known: Known) -> DigestWords:
    words = _words(text)
    if not words:
        raise WordsError(DIGEST_MISSING, instead=("digest monday 9",))
    first, *rest = words
    if first in _OFF and not rest:
        return DigestWords(None, None)
    weekday = next(
        (
            number
            for number, name in enumerate(WEEKDAYS, start=1)
            if len(first) >= _FIRST_LETTERS and name.casefold().startswith(first.removesuffix("s"))
        ),
        None,
    )
    if weekday is None:
        meant = nearest(first, WEEKDAYS)
        instead = (" ".join(["digest", meant, *rest]),) if meant else ("digest monday 9",)
        raise WordsError(NOT_A_WEEKDAY.format(typed=in_quotes(first)), instead=instead)
    return DigestWords(weekday, _hour_of("".join(rest), f"digest {first}") if rest else None)


def _zone(text: str, _known: Known) -> ZoneWords:
    word = "_".join(text.split())
    if not word:
        raise WordsError(ZONE_MISSING, instead=("timezone Europe/Berlin",))
    found = _zones().get(word.casefold())
    if found is None:
        meant = nearest(word, _zones())
        sentence = MISTYPED_ZONE if meant else NOT_A_ZONE
        best = _zones()[meant] if meant else "Europe/Berlin"
        raise WordsError(
            sentence.format(typed=in_quotes(text.strip()), nearest=best), instead=(f"timezone {best}",)
        )
    return ZoneWords(found)


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    """The names of time zones by how they may be written, which is also by their city alone."""
    named = sorted(available_timezones() - _NO_PLACES, reverse=True)
    cities = {name.rpartition("/")[2].casefold(): name for name in named if "/" in name}
    return {**cities, **{name.casefold(): name for name in named}}


def _target(text: str, known: Known) -> TargetWords:
    line = read_line(text)
    try:
        code, rest, anyway = leading_code(line, known)
    except WordsError as error:
        error.instead = tuple(f"target {words}{number}" for words in error.instead for number in ("", " 3"))
        raise
    words = [token.bare for token in rest if token.bare not in _AROUND]
    said = " anyway" if anyway else ""
    right = f"target {code} 3{said}"
    if not words:
        raise WordsError(TARGET_MISSING.format(code=code), instead=(right,))
    if words[0] in _OFF and len(words) == 1:
        return TargetWords(code, None)
    number = _number(words[0], 1, MOST_HOLDERS) if len(words) == 1 else None
    if number is None:
        typed = in_quotes(line.between(rest))
        raise WordsError(NOT_A_TARGET.format(typed=typed, most=MOST_HOLDERS), instead=(right,))
    return TargetWords(code, number)


def _words(text: str) -> list[str]:
    """The words as tables have them, without those that only hold others together."""
    found = (word.strip(".") for word in re.split(r"[\s,;/]+", text.casefold()))
    return [word for word in found if word and word not in _AROUND]


def _number(word: str, least: int, most: int) -> int | None:
    if not (word.isascii() and word.isdigit()) or len(word) > _LONGEST_NUMBER + 1:
        return None
    return int(word) if least <= int(word) <= most else None


def _hour_of(typed: str, setting: str) -> int:
    found = _HOUR.fullmatch(typed)
    hour, half = (int(found["hour"]), found["half"]) if found else (-1, None)
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0) if 1 <= hour <= _NOON else -1
    if not 0 <= hour < 2 * _NOON:
        raise WordsError(NOT_AN_HOUR.format(typed=in_quotes(typed)), instead=(f"{setting} 9",))
    return hour


_READERS: Mapping[str, Callable[[str, Known], SettingWords]] = {
    **dict.fromkeys(("days", "day"), _days),
    **dict.fromkeys(("hour", "time"), _hour),
    **dict.fromkeys(("timezone", "zone"), _zone),
    "digest": _digest,
    **dict.fromkeys(("target", "targets"), _target),
}
