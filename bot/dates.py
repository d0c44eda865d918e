"""What people type for a day, turned into a date; which day is today is always a parameter."""

import re
import unicodedata
from calendar import isleap, monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

NOT_A_DATE = (
    "{typed} is not a date I can read: write it like 2025-12-01, 1 Dec 2025, yesterday or 3 days ago."
)
NOT_A_FULL_DATE = "{typed} is not a date I can read: write it with its year, like 2026-01-01 or 1 Jan 2026."
NOT_ONE_DAY = (
    "{typed} is not one certain day: write the day itself, like 2025-12-01, yesterday or 3 days ago."
)
SEVERAL_DAYS = "{typed} is more than one day: give only the last one, {last}."
STILL_TO_COME = "{day} is still to come: log it once it is done."
STILL_TO_COME_EITHER_WAY = "{typed} is still to come, read either way: log it once it is done."
TWO_READINGS = "{typed} can be {first} or {second}: write the one you mean that way."
NO_SUCH_MONTH = "There is no month {month}."
NO_SUCH_DAY = "There is no {day} {month} {year}; {month} {year} has {days} days."
NEVER_SUCH_DAY = "There is no {day} {month}; {month} has at most {days} days."
NO_LEAP_DAY = "There was no 29 February in the last twelve months: write its year too, like {leap_day}."
YEAR_MISSING = "{typed} needs its year here: write it in full, like 2026-01-01 or 1 Jan 2026."
TOO_LONG_AGO = "A date before the year 2000 is surely a slip: check the year in {typed}."
TOO_FAR_AHEAD = "A date more than ten years ahead is surely a slip: check the year in {typed}."
OTHER_WEEKDAY = "{day} is a {actual}, not a {stated}: check which of the two is right."

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_FIRST_DAY = date(2000, 1, 1)
_YEARS_AHEAD = 10
_LONGEST_TEXT = 60  # characters; every form is shorter, and what is longer is worth no pattern
_LONGEST_SPAN = 6  # words: "on Friday, 5 December 2025 (Friday)"


class DateError(ValueError):
    """What was typed gives no date; `sentence` says what is wrong and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class AmbiguousDateError(DateError):
    """A numeric date with two readings, day first or month first; `readings` has the earlier first.

    `typed` is the numeric date alone, exactly as it stands in the text.
    """

    def __init__(self, typed: str, readings: tuple[date, date]) -> None:
        first, second = (with_weekday(day) for day in readings)
        super().__init__(TWO_READINGS.format(typed=in_quotes(typed), first=first, second=second))
        self.typed = typed
        self.readings = readings


def read_date(text: str, today: date, *, future: bool = False, day_first: bool | None = None) -> date:
    """The day somebody means by `text`, for one who lives on `today`.

    With `future`, for suspension and expiration dates, days to come are welcome, and
    whatever leaves the year to a guess is refused: a wrong year is the worst mistake there.
    `day_first` says which number of a numeric date is its day, where that is known.

    Raises AmbiguousDateError for a numeric date with two possible readings and DateError
    for everything else that gives no date, or one that cannot be meant.
    """
    asked = _Asked(text, today, future, day_first)
    form = _form(text)
    if form is None:
        raise DateError((NOT_A_FULL_DATE if future else NOT_A_DATE).format(typed=in_quotes(text)))
    day = _possible(form.read(form.match, asked), asked)
    for stated in form.weekdays:
        if day.weekday() != stated:
            raise DateError(
                OTHER_WEEKDAY.format(day=day, actual=WEEKDAYS[day.weekday()], stated=WEEKDAYS[stated])
            )
    return day


def looks_like_date(text: str) -> bool:
    """Whether `text` as a whole is an attempt at a date, even one that `read_date` refuses."""
    return _form(text) is not None


def both_readings(text: str) -> tuple[date | None, date | None] | None:
    """What a numeric date says day first, and what month first; None where the calendar has no such day.

    None for any other text, and for a date that is the same, or no day at all, either way.
    """
    form = _form(text)
    if form is None or form.read is not _read_numeric:
        return None
    year, first, second = _numbers_in(form.match)
    day_first = date(year, second, first) if _exists(year, second, first) else None
    month_first = date(year, first, second) if _exists(year, first, second) else None
    return None if day_first == month_first else (day_first, month_first)


def find_dates(words: Sequence[str], today: date) -> list[tuple[int, int]]:
    """Where dates, and attempts at dates, stand among free words: half-open spans, from the left.

    An attempt that fails (31/02/2025, tomorrow, last week) counts, so that its error is shown
    instead of the words quietly becoming a title. What is commonly part of a title does not:
    a bare month or number, a weekday unless it is all there is, follows "on" or stands as in
    `with_weekday`, a version such as 9.12.14 unless its end can be a year near `today`.
    """
    spans = []
    start = 0
    while start < len(words):
        longest = min(_LONGEST_SPAN, len(words) - start)
        sizes = (size for size in range(longest, 0, -1) if _stands_out(words, start, start + size, today))
        end = start + next(sizes, 0)
        if end > start:
            spans.append((start, end))
        start = max(end, start + 1)
    return spans


def with_weekday(day: date) -> str:
    """A date as it is shown to people: `Fri 2025-12-05`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day}"


def in_quotes(text: str) -> str:
    """What somebody typed, short and on one line, in quotes for a sentence."""
    shown = "".join(char for char in " ".join(text[:200].split()) if char.isprintable())
    return f"“{shown}”" if len(shown) <= 40 else f"“{shown[:39]}…”"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question behind a text: what was typed, on which day, and whether days to come are meant.

    `day_first` says how its numeric dates are to be read, None that this is not known.
    """

    typed: str
    today: date
    future: bool
    day_first: bool | None


_Reader = Callable[[re.Match[str], _Asked], date]


@dataclass(frozen=True, slots=True)
class _Form:
    """A text recognised as one way to write a date, with the weekdays stated beside it."""

    match: re.Match[str]
    read: _Reader
    weekdays: tuple[int, ...]


def _possible(day: date, asked: _Asked) -> date:
    """The same day. Raises DateError if nobody can mean it."""
    if day < _FIRST_DAY:
        raise DateError(TOO_LONG_AGO.format(typed=in_quotes(asked.typed)))
    if not asked.future and day > asked.today:
        raise DateError(STILL_TO_COME.format(day=with_weekday(day)))
    if day.year > asked.today.year + _YEARS_AHEAD:
        raise DateError(TOO_FAR_AHEAD.format(typed=in_quotes(asked.typed)))
    return day


# Reading each form


def _read_year_first(match: re.Match[str], asked: _Asked) -> date:
    return _existing(int(match["year"]), int(match["month"]), int(match["day"]), asked)


def _read_numeric(match: re.Match[str], asked: _Asked) -> date:
    year, first, second = _numbers_in(match)
    day_first, month_first = (second, first), (first, second)
    if asked.day_first is not None:
        return _existing(year, *(day_first if asked.day_first else month_first), asked)
    readings = [date(year, *pair) for pair in (day_first, month_first) if _exists(year, *pair)]
    if not readings:
        slip_in_month_first = 1 <= first <= 12 and not 1 <= second <= 12
        return _existing(year, *(month_first if slip_in_month_first else day_first), asked)
    earlier, later = min(readings), max(readings)
    if earlier == later:
        return earlier
    if not asked.future and earlier > asked.today:
        raise DateError(STILL_TO_COME_EITHER_WAY.format(typed=in_quotes(asked.typed)))
    if not asked.future and later > asked.today:
        return earlier
    raise AmbiguousDateError(_numeric_word(asked.typed), (_possible(earlier, asked), _possible(later, asked)))


def _numbers_in(match: re.Match[str]) -> tuple[int, int, int]:
    """The year of a numeric date, and its two other numbers in the order they stand."""
    return _full_year(match["year"]), int(match["first"]), int(match["second"])


def _numeric_word(typed: str) -> str:
    word = next((word for word in typed.split() if any(char.isdigit() for char in word)), typed)
    return word.strip(_EDGES)


def _read_named_month(match: re.Match[str], asked: _Asked) -> date:
    month, day = _MONTH_NUMBERS[match["month"][:3]], int(match["day"])
    if match["year"]:
        return _existing(_full_year(match["year"]), month, day, asked)
    longest = monthrange(2000, month)[1]  # 2000 was a leap year
    if not 1 <= day <= longest:
        raise DateError(NEVER_SUCH_DAY.format(day=day, month=MONTHS[month - 1], days=longest))
    if asked.future:
        raise DateError(YEAR_MISSING.format(typed=in_quotes(asked.typed)))
    today = asked.today
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    if (month, day) == (2, 29) and not isleap(year):
        leap_year = next(past for past in range(year, year - 9, -1) if isleap(past))
        raise DateError(NO_LEAP_DAY.format(leap_day=date(leap_year, 2, 29)))
    return date(year, month, day)


def _read_named_day(match: re.Match[str], asked: _Asked) -> date:
    return asked.today + timedelta(days=_NAMED_DAYS[match["name"].removeprefix("the ")])


def _read_ago(match: re.Match[str], asked: _Asked) -> date:
    count, days = match["count"], {"day": 1, "week": 7}.get(match["unit"])
    number = int(count) if re.fullmatch("[0-9]{1,20}", count) else _NUMBER_WORDS.get(count)
    if number is None or days is None:
        raise DateError(NOT_ONE_DAY.format(typed=in_quotes(asked.typed)))
    if number * days > (asked.today - _FIRST_DAY).days:
        raise DateError(TOO_LONG_AGO.format(typed=in_quotes(asked.typed)))
    return asked.today - timedelta(days=number * days)


def _read_weekday(match: re.Match[str], asked: _Asked) -> date:
    if asked.future and not match["last"]:
        raise DateError(NOT_A_FULL_DATE.format(typed=in_quotes(asked.typed)))
    back = (asked.today.weekday() - _WEEKDAY_NUMBERS[match["weekday"][:3]]) % 7
    if match["last"] and back == 0:
        back = 7
    return asked.today - timedelta(days=back)


def _refuse_vague(match: re.Match[str], asked: _Asked) -> date:
    if match["which"] == "next" and not asked.future:
        raise DateError(STILL_TO_COME.format(day=in_quotes(asked.typed)))
    raise DateError((NOT_A_FULL_DATE if asked.future else NOT_ONE_DAY).format(typed=in_quotes(asked.typed)))


def _refuse_several(match: re.Match[str], asked: _Asked) -> date:
    # An event of several days is one use, dated on its last day: so that day is named.
    named = match.groupdict()
    last = named.get("last") or f"{named['last_day']} {named['of_month']}{named['of_year'] or ''}"
    day = read_date(last, asked.today, future=asked.future)
    raise DateError(SEVERAL_DAYS.format(typed=in_quotes(asked.typed), last=with_weekday(day)))


def _full_year(digits: str) -> int:
    year = int(digits.lstrip("'"))
    return year if len(digits) == 4 else 2000 + year


def _exists(year: int, month: int, day: int) -> bool:
    return year >= _FIRST_DAY.year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _existing(year: int, month: int, day: int, asked: _Asked) -> date:
    """That day of the calendar. Raises DateError naming exactly what does not exist."""
    if year < _FIRST_DAY.year:
        raise DateError(TOO_LONG_AGO.format(typed=in_quotes(asked.typed)))
    if not 1 <= month <= 12:
        raise DateError(NO_SUCH_MONTH.format(month=month))
    if not _exists(year, month, day):
        days = monthrange(year, month)[1]
        raise DateError(NO_SUCH_DAY.format(day=day, month=MONTHS[month - 1], year=year, days=days))
    return date(year, month, day)


# Recognising the forms

_EDGES = ",;:.()[]"
_DASHES_AND_APOSTROPHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-") | {
    ord("\u2018"): "'",
    ord("\u2019"): "'",
}
_MONTH_NUMBERS = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_WEEKDAY_NUMBERS = {name[:3].lower(): number for number, name in enumerate(WEEKDAYS)}
_NAMED_DAYS = {
    "today": 0,
    "yesterday": -1,
    "tomorrow": 1,
    "day before yesterday": -2,
    "day after tomorrow": 2,
}
_COUNTING = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORDS = {"a": 1, "an": 1} | {word: number for number, word in enumerate(_COUNTING, 1)}

_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = (
    "(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?"
    "|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th|\.)?"
_DAY_NUMBER = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = "(?:[0-9]{4}|'?[0-9]{2})"
_THEN_YEAR = f"(?:(?: ?, ?|[ /-])(?P<year>{_YEAR}))?"
_ISO = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_TO = r" ?(?:-|to|until|till|and|&|/|\.\.+) ?"

_AROUND = re.compile(
    rf"(?:(?P<before>{_WEEKDAY})(?:, ?| ))?(?P<core>.+?)(?: \((?P<after>{_WEEKDAY})\)?)?", re.DOTALL
)
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        ("(?P<year>[0-9]{4})([-/])(?P<month>[0-9]{1,2})\\2(?P<day>[0-9]{1,2})", _read_year_first),
        # With dots two digits each, because 2025.1.2 is the version of some product.
        (r"(?P<year>[0-9]{4})\.(?P<month>[0-9]{2})\.(?P<day>[0-9]{2})", _read_year_first),
        (rf"(?P<first>[0-9]{{1,2}})([-/.])(?P<second>[0-9]{{1,2}})\2(?P<year>{_YEAR})", _read_numeric),
        (f"(?:the )?{_DAY_NUMBER}(?: of |[ /-]?)(?P<month>{_MONTH}){_THEN_YEAR}", _read_named_month),
        (f"(?P<month>{_MONTH})[ /-]{_DAY_NUMBER}{_THEN_YEAR}", _read_named_month),
        (f"(?P<year>[0-9]{{4}})[/-](?P<month>{_MONTH})[/-](?P<day>[0-9]{{1,2}})", _read_named_month),
        (
            "(?P<name>today|yesterday|tomorrow|(?:the )?day (?:before yesterday|after tomorrow))",
            _read_named_day,
        ),
        ("(?P<count>[^ ]{1,20}) (?P<unit>minute|hour|day|week|month|year)s? ago", _read_ago),
        (f"(?P<last>last )?(?P<weekday>{_WEEKDAY})", _read_weekday),
        (f"(?P<which>last|this|next) (?:week|weekend|month|quarter|year|{_WEEKDAY})", _refuse_vague),
        (f"(?:the )?{_DAY}{_TO}(?P<last>{_DAY}(?: of |[ /-]?){_MONTH}(?:,? {_YEAR})?)", _refuse_several),
        (f"(?P<of_month>{_MONTH}) {_DAY}{_TO}(?P<last_day>{_DAY})(?P<of_year>,? {_YEAR})?", _refuse_several),
        (f"{_ISO}{_TO}(?P<last>{_ISO})", _refuse_several),
    )
)
# What `with_weekday` shows, and people copy.
_AS_SHOWN = re.compile("[a-z]{3} [0-9]{4}-[0-9]{2}-[0-9]{2}")
# No form is without one of these, and most words of a title have none: nearly all is sorted out by it.
_HINT = re.compile(rf"\d|\b(?:today|yesterday|tomorrow|ago|last|this|next|{_WEEKDAY})\b", re.IGNORECASE)


def _plain(text: str) -> str:
    """The text as the patterns expect it: lower case, ASCII digits and dashes, single spaces."""
    text = " ".join(text.split())
    if len(text) > _LONGEST_TEXT:
        return ""
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    plain = unicodedata.normalize("NFKC", visible).casefold().translate(_DASHES_AND_APOSTROPHES)
    return " ".join(plain.split()).strip(_EDGES + " ").removeprefix("on ")


def _form(text: str) -> _Form | None:
    around = _AROUND.fullmatch(_plain(text))
    if around is None:
        return None
    stated = tuple(_WEEKDAY_NUMBERS[name[:3]] for name in around.group("before", "after") if name)
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(around["core"]):
            return _Form(match, read, stated)
    return None


def _stands_out(words: Sequence[str], start: int, end: int, today: date) -> bool:
    """Whether the words of this span are so surely a date that no title will miss them."""
    text = " ".join(words[start:end])
    form = _form(text) if _HINT.search(text) else None
    if form is None:
        return False
    if end - start == len(words):
        return True
    first = words[start].casefold()
    as_shown = _AS_SHOWN.fullmatch(_plain(text))
    if first.strip(_EDGES)[:3] in _WEEKDAY_NUMBERS and not (first.endswith(",") or as_shown):
        return False  # the Friday of "Friday talks" and of "Jira Friday 2025-12-01"
    year = form.match.groupdict().get("year") or ""
    if len(year) == 2 and form.match.string[form.match.start("year") - 1] in ". ":
        return -2 <= _full_year(year) - today.year <= 1
    return True
