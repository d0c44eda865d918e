"""The words of add, edit and remove: an activity, or its number."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rules import Kind

from ..dates import find_dates, in_quotes, looks_like_date
from .errors import AmbiguousWordsError, UnfinishedError, WordsError
from .examples import LIKE_ENOUGH, most_alike, with_example
from .line import QUOTES, Form, Line, Token, phrase, read_day, read_line, runs

NOTHING_ADDED = "Nothing was named: say the kind, the title and the day."
KIND_FIRST = "The kind comes first: course, global event, local event or presentation."
UNKNOWN_KIND = "{typed} is not a kind I know: did you mean {nearest}?"
TITLE_MISSING = "The title is missing: put it after the kind, in quotes if there is a date or a number in it."
TITLE_TOO_LONG = "The title has {length} characters where {limit} are the most: shorten it."
TWO_TITLES = "Two titles stand in quotes, {first} and {second}: keep one."
BESIDE_TITLE = "{typed} stands beside the title in quotes: put it inside the quotes or leave it out."
TWO_LINKS = "Two links are given: keep the one that proves it best."
TWO_DATES = (
    "Two dates are given, {first} and {second}: keep one, or put the title in quotes if one belongs to it."
)
UNITS_TWICE = "Units are given twice, {first} and {second}: keep one, or put the title in quotes."
WRONG_UNITS = "Units are a whole number from 1 to {limit}, and {typed} is not: write them like 30 units."
PART_OF_TITLE = "{sentence}, or put the title in quotes if {typed} is part of it."

NUMBER_MISSING = "Say which activity by its number in the list, such as 3."
NOT_A_NUMBER = "{typed} is not the number of an activity: give the one it has in the list, such as 3."
NUMBER_ALONE = "I need only the number here, and cannot place {typed}: leave it out."
NUMBER_FIRST = "The number of the activity comes first, before what changes: take it from the list."
NOTHING_CHANGED = "Say what to change after the number: the kind, the title, the day, the units or the link."
LABEL_ALONE = "After {label} I found no {label} to change it to."

LONGEST_TITLE = 200
MOST_UNITS = 1_000


@dataclass(frozen=True, slots=True)
class ActivityWords:
    """What was said about an activity; None stands for what was not said."""

    kind: Kind | None
    title: str | None
    done_on: date | None
    units: int | None
    link: str | None


NOTHING_SAID = ActivityWords(None, None, None, None, None)


def read_activity(text: str, today: date) -> ActivityWords:
    """The words of `/ce add`: the kind, then title, date, units and a link in any order.

    Without a date `done_on` is None, and the caller takes today.
    Raises UnfinishedError where the kind or the title is missing and nothing is wrong, with what was said as
    ActivityWords; WordsError for whatever else cannot be logged as it stands.
    """
    return with_example(
        lambda words: _activity(words, today), text, "add", '/ce add course "Jira Automation" yesterday'
    )


def read_edit(text: str, today: date) -> tuple[int, ActivityWords]:
    """The words of `/ce edit`: the activity's number and what is to be different.

    Raises UnfinishedError for a number alone, with that number; WordsError where it is missing or a change
    cannot be.
    """
    return with_example(lambda words: _edit(words, today), text, "edit", "/ce list")


def read_number(text: str, verb: str) -> int:
    """The number of an activity, all that `/ce {verb}` needs. Raises WordsError for anything else."""
    return with_example(_number_alone, text, verb, "/ce list")


_KINDS = {
    Kind.COURSE: (
        "course", "courses", "coursework", "online course", "training course", "training", "trainings",
        "class", "classes", "webinar", "webinars", "live learning", "live learning webinar",
        "e learning", "elearning",
    ),
    Kind.GLOBAL_EVENT: ("global", "global event", "global events", "team", "unleash", "high velocity"),
    Kind.LOCAL_EVENT: (
        "local", "local event", "local events", "ace", "meetup", "meetups", "meet up", "community event",
        "user group",
    ),
    Kind.PRESENTATION: (
        "presentation", "presentations", "presenting", "presented", "talk", "talks", "speaker", "speaking",
        "session",
    ),
}  # fmt: skip
KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
_USUAL_NAME = {kind: phrases[0] for kind, phrases in _KINDS.items()}
_EVENT_NAMES = ("team", "unleash", "high velocity", "ace")
_LONGEST_PHRASE = 3  # words
_SAMPLES = {
    Kind.COURSE: "Jira Automation",
    Kind.GLOBAL_EVENT: "Team '25",
    Kind.LOCAL_EVENT: "ACE Berlin",
    Kind.PRESENTATION: "How we use Jira",
}
_LABELS = ("title:", "name:", "date:", "day:", "kind:", "type:", "link:", "proof:", "on:")
_EDIT_LABELS = {
    "kind": "kind", "type": "kind", "title": "title", "name": "title",
    "date": "done_on", "day": "done_on", "link": "link", "proof": "link",
}  # fmt: skip
_BETWEEN = ("", "on", "at", "for", "with", "and", "called", "title", "date", "link", "proof", "see", "–")
_BRACKETS = ("(", ")", "()", "[", "]", "[]", "<", ">", "<>")

_UNIT = "(?:units?|ces?|ceus?|pdus?|points?|credits?)"
_AMOUNT = r"[+\-−–]?[0-9]+(?:[.,][0-9]+)?"
_UNITS = re.compile(
    rf"(?<!\S)(?:(?P<before>{_AMOUNT}) ?{_UNIT}(?: (?:units?|points?|credits?))?"
    rf"|(?:units? ?[:=]? ?|{_UNIT} ?[:=] ?)(?P<after>{_AMOUNT}))[,;.)]?(?!\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Opening:
    """The kind named by the first words, and those words if they are an event's own name."""

    kind: Kind
    words: int
    name: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What a line says, sorted by what it looks like and not yet judged; `head` is what comes first."""

    line: Line
    kind: Kind | None
    head: str
    name: tuple[Token, ...]
    quoted: tuple[Token, ...]
    links: tuple[Token, ...]
    units: tuple[str, ...]
    dates: tuple[tuple[Token, ...], ...]
    free: tuple[Token, ...]


def _activity(text: str, today: date) -> ActivityWords:
    line = read_line(text)
    if not line.tokens:
        raise UnfinishedError(NOTHING_ADDED, said=NOTHING_SAID)
    opening = _opening(line.tokens)
    if opening is None:
        raise _without_kind(line, today)
    pieces = _pieces(line, 0, opening, today)
    said = _judged(pieces, today)
    if said.title is None and opening.name and not pieces.quoted:
        said = replace(said, title=_joined(opening.name))
    if said.title is None:
        titled = f'{pieces.head} "{_SAMPLES[opening.kind]}"'
        rest = line.text[len(pieces.head) :]
        instead = (f"{titled}{rest}", f"{titled} yesterday")
        raise UnfinishedError(TITLE_MISSING, said=said, instead=instead)
    return said


def _edit(text: str, today: date) -> tuple[int, ActivityWords]:
    line = read_line(text)
    number = _number(line.tokens[0].text) if line.tokens else None
    if number is None or looks_like_date(line.text):  # "3 May" is a day, and no activity 3
        raise WordsError(NUMBER_FIRST)
    label = phrase(line.tokens[1:2])
    wanted = _EDIT_LABELS.get(label)
    first = 2 if wanted else 1
    said = _judged(_pieces(line, first, _opening(line.tokens[first:]), today), today)
    if wanted and getattr(said, wanted) is None:
        raise WordsError(LABEL_ALONE.format(label=label), instead=(f"{number} yesterday",))
    if said == NOTHING_SAID:
        instead = (f"{number} yesterday",)
        if len(line.tokens) == 1:
            raise UnfinishedError(NOTHING_CHANGED, said=number, instead=instead)
        raise WordsError(NOTHING_CHANGED, instead=instead)
    return number, said


def _number_alone(text: str) -> int:
    line = read_line(text)
    if not line.tokens:
        raise WordsError(NUMBER_MISSING)
    number = _number(line.tokens[0].text)
    if number is None:
        raise WordsError(NOT_A_NUMBER.format(typed=in_quotes(line.text)))
    if len(line.tokens) > 1:
        beyond = in_quotes(line.between(line.tokens[1:]))
        raise WordsError(NUMBER_ALONE.format(typed=beyond), instead=(str(number),))
    return number


def _number(word: str) -> int | None:
    digits = re.fullmatch(r"#?([0-9]{1,6})[.,:]?", word)
    return int(digits[1]) or None if digits else None


def _opening(tokens: Sequence[Token]) -> _Opening | None:
    """The kind that the first words name, by the longest name that fits."""
    for size in range(min(_LONGEST_PHRASE, len(tokens)), 0, -1):
        words = tuple(tokens[:size])
        name = phrase(words)
        if name in KIND_OF:
            return _Opening(KIND_OF[name], size, words if name in _EVENT_NAMES else ())
    return None


def _without_kind(line: Line, today: date) -> WordsError:
    """What to say to a line that begins with no kind: only that is missing, or something is wrong."""
    error = _unknown_kind(line)
    if error.instead:
        return error
    try:
        said = _judged(_pieces(line, 0, None, today), today)
    except WordsError:
        return error
    return UnfinishedError(error.sentence, said=said)


def _unknown_kind(line: Line) -> WordsError:
    """What to say to a line that begins with no kind: a slip, a kind further on, or none at all."""
    one, two = line.tokens[:1], line.tokens[:2]
    guesses = (
        (*most_alike(phrase(two), (name for name in KIND_OF if " " in name)), two),
        (*most_alike(phrase(one), KIND_OF), one),
    )
    likeness, best, slip = max(guesses, key=lambda guess: guess[0])
    if likeness >= LIKE_ENOUGH:
        sample = _SAMPLES[KIND_OF[best]]
        return WordsError(
            UNKNOWN_KIND.format(typed=in_quotes(line.between(slip)), nearest=best),
            instead=(f"{best}{line.text[slip[-1].end :]}", f'{best} "{sample}" yesterday'),
        )
    for at in range(1, len(line.tokens)):
        later = _opening(line.tokens[at:])
        if later and later.name:  # an event's own name belongs to its title
            return WordsError(KIND_FIRST, instead=(f"{_USUAL_NAME[later.kind]} {line.text}",))
        if later:
            named = line.tokens[at : at + later.words]
            others = f"{line.text[: named[0].start]}{line.text[named[-1].end :]}"
            return WordsError(KIND_FIRST, instead=(f"{line.between(named)} {others}",))
    return WordsError(KIND_FIRST)


def _pieces(line: Line, first: int, opening: _Opening | None, today: date) -> _Pieces:
    """Sorts what follows the first tokens (a number, a label) and the opening."""
    first += opening.words if opening else 0
    tokens = line.tokens[first:]
    words = [token for token in tokens if token.form is Form.WORD and token.text.casefold() not in _LABELS]
    units, words = _without_units(line, words)
    dates: list[tuple[Token, ...]] = []
    for run in runs(words):
        spans = find_dates([token.text for token in run], today)
        dates += (tuple(run[start:end]) for start, end in spans)
    dated = {token.at for span in dates for token in span}
    return _Pieces(
        line=line,
        kind=opening.kind if opening else None,
        head=line.between(line.tokens[:first]),
        name=opening.name if opening else (),
        quoted=tuple(token for token in tokens if token.form is Form.QUOTED),
        links=tuple(token for token in tokens if token.form is Form.LINK),
        units=tuple(units),
        dates=tuple(dates),
        free=tuple(token for token in words if token.at not in dated and token.text not in _BRACKETS),
    )


def _without_units(line: Line, words: Sequence[Token]) -> tuple[list[str], list[Token]]:
    """The amounts of units that are stated, and the words that have nothing to do with them."""
    amounts, others = [], []
    for run in runs(words):
        stated = list(_UNITS.finditer(line.between(run)))
        amounts += [match["before"] or match["after"] for match in stated]
        taken = [(run[0].start + match.start(), run[0].start + match.end()) for match in stated]
        others += [token for token in run if not any(start <= token.start < end for start, end in taken)]
    return amounts, others


def _judged(pieces: _Pieces, today: date) -> ActivityWords:
    """The pieces as values. Raises WordsError where there are too many of them or one is wrong."""
    if len(pieces.links) > 1:
        raise WordsError(TWO_LINKS, instead=(_reworded(pieces),))
    return ActivityWords(
        kind=pieces.kind,
        title=_title(pieces),
        units=_units(pieces),
        done_on=_done_on(pieces, today),
        link=pieces.links[0].text if pieces.links else None,
    )


def _title(pieces: _Pieces) -> str | None:
    if len(pieces.quoted) > 1:
        first, second = (in_quotes(token.text) for token in pieces.quoted[:2])
        raise WordsError(TWO_TITLES.format(first=first, second=second), instead=(_reworded(pieces),))
    if pieces.quoted:
        title = pieces.quoted[0].text
        beside = _joined([token for token in pieces.free if token.bare not in _BETWEEN])
        if beside:
            raise WordsError(
                BESIDE_TITLE.format(typed=in_quotes(beside)),
                instead=(_reworded(pieces, title=f"{title} {beside}"),),
            )
    else:
        title = _joined((*pieces.name, *pieces.free)) if pieces.free else ""
    return title_of(title)


def title_of(text: str) -> str | None:
    """The text as a title, None where nothing in it can be seen. Raises WordsError if it is too long."""
    if len(text) > LONGEST_TITLE:
        raise WordsError(TITLE_TOO_LONG.format(length=len(text), limit=LONGEST_TITLE))
    return text if any(unicodedata.category(char)[0] in "LNPS" for char in text) else None


def _joined(tokens: Sequence[Token]) -> str:
    """Free words as a title, without the dashes and commas that held them apart from a date."""
    return " ".join(token.text for token in tokens).strip(" ,;:|-–—")


def _units(pieces: _Pieces) -> int | None:
    if not pieces.units:
        return None
    if len(pieces.units) > 1:
        first, second = (in_quotes(amount) for amount in pieces.units[:2])
        raise WordsError(UNITS_TWICE.format(first=first, second=second), instead=(_reworded(pieces),))
    units = units_of(pieces.units[0])
    if units is None:
        # Only a presentation has units to state, so no other example states them.
        right = "" if pieces.kind in (Kind.COURSE, Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT) else "30"
        raise WordsError(
            WRONG_UNITS.format(limit=MOST_UNITS, typed=in_quotes(pieces.units[0])),
            instead=(_reworded(pieces, units=right),),
        )
    return units


def units_of(typed: str) -> int | None:
    """The CE units typed, None for what no member can have been granted."""
    digits = re.fullmatch(r"\+?0*([0-9]{1,4})", typed)
    units = int(digits[1]) if digits else 0
    return units if 1 <= units <= MOST_UNITS else None


def _done_on(pieces: _Pieces, today: date) -> date | None:
    if not pieces.dates:
        return None
    if len(pieces.dates) > 1:
        return _same_day(pieces, today)
    span = pieces.dates[0]
    try:
        return read_day(pieces.line, span, today)
    except AmbiguousWordsError:
        raise
    except WordsError as error:
        typed = pieces.line.between(span)
        sentence = error.sentence
        if pieces.free and not pieces.quoted and not any(char.isdigit() for char in typed):
            sentence = PART_OF_TITLE.format(sentence=sentence.rstrip("."), typed=in_quotes(typed))
        raise WordsError(sentence, instead=(_reworded(pieces, on="yesterday"),)) from error


def _same_day(pieces: _Pieces, today: date) -> date:
    """The one day that all dates of the line name. Raises WordsError if they do not."""
    try:
        days = {read_day(pieces.line, span, today) for span in pieces.dates}
    except WordsError:
        days = set()
    if len(days) != 1:
        first, second = (in_quotes(pieces.line.between(span)) for span in pieces.dates[:2])
        last = pieces.line.between(pieces.dates[-1])
        raise WordsError(TWO_DATES.format(first=first, second=second), instead=(_reworded(pieces, on=last),))
    return days.pop()


def _reworded(
    pieces: _Pieces, *, title: str | None = None, on: str | None = None, units: str | None = None
) -> str:
    """The same words put in order, each thing once; what is passed replaces what was said."""
    if title is None:
        title = pieces.quoted[0].text if pieces.quoted else _joined((*pieces.name, *pieces.free))
    if on is None:
        on = pieces.line.between(pieces.dates[0]) if pieces.dates else ""
    if units is None:
        units = pieces.units[0] if pieces.units else ""
    title = title.translate(dict.fromkeys(map(ord, QUOTES), "'"))
    parts = (
        pieces.head,
        f'"{title}"' if title else "",
        on,
        f"{units} units" if units else "",
        pieces.links[0].text if pieces.links else "",
    )
    return " ".join(part for part in parts if part)
