"""The words after `/ce`, taken apart: what somebody typed becomes values, or one sentence that helps."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from bot.dates import (
    AmbiguousDateError,
    DateError,
    find_dates,
    in_quotes,
    looks_like_date,
    read_date,
    with_weekday,
)
from rules.history import Kind

MOST_CHARACTERS = 2_000
LONGEST_TITLE = 200
MOST_UNITS = 1_000

TOO_MUCH_TEXT = "These are {length} characters where {limit} are the most: shorten the text."
QUOTE_LEFT_OPEN = "A quote is opened but not closed: put one quotation mark before the title and one after it."

NOTHING_ADDED = "Nothing was named: say the kind, the title and the day."
KIND_FIRST = "The kind comes first: course, global event, local event or presentation."
UNKNOWN_KIND = "{typed} is not a kind I know: did you mean {nearest}?"
TITLE_MISSING = "The title is missing: put it after the kind, in quotes if there is a date or a number in it."
TITLE_TOO_LONG = "The title has {length} characters where {limit} are the most: shorten it."
TWO_TITLES = "Two titles stand in quotes, {first} and {second}: keep one."
BESIDE_TITLE = "{typed} stands beside the title in quotes: put it inside the quotes or leave it out."
TWO_LINKS = "Two links are given: keep the one that proves it best."
TWO_DATES = "Two dates are given, {first} and {second}: keep one, or put the title in quotes if one belongs to it."
UNITS_TWICE = "Units are given twice, {first} and {second}: keep one, or put the title in quotes."
WRONG_UNITS = "Units are a whole number from 1 to {limit}, and {typed} is not: write them like 30 units."
PART_OF_TITLE = "{sentence}, or put the title in quotes if {typed} is part of it."

NUMBER_MISSING = "Say which activity by its number in the list, between 1 and {limit}."
NUMBER_ALONE = "{typed} is not the number of an activity: give the one from the list, and nothing after it."
NUMBER_FIRST = "The number of the activity comes first, before what changes: take it from the list."
NOTHING_CHANGED = "Say what to change after the number: the kind, the title, the day, the units or the link."
LABEL_ALONE = "After {label} I found no {label} to change it to."

CODE_MISSING = "Say which certification: write its code, like {nearest}."
UNLISTED_CODE = "{code} is not among the certifications I know, where {nearest} is nearest: check the number."
UNLISTED_CODE_ANYWAY = (
    "{code} is not among the certifications I know, where {nearest} is nearest: "
    "check the number, or say anyway at the end if it is right."
)
MISTYPED_CODE = "{typed} is not a certification I know: did you mean {nearest}?"
NOT_A_CODE = "{typed} is not the code of a certification: write one like {nearest}."
ONLY_THE_CODE = "I need only the certification here, and cannot place {typed}: leave it out."
DATES_MISSING = "Say when {code} was earned, or when it suspends if you know that from the portal."
SUSPENSION_MISSING = "Say when {code} suspends, as the portal shows it: its other dates hang on that one."
WHICH_DATE = (
    "Say what {typed} is: put earned before it if you passed then, or suspends if the portal shows it as that."
)
DATE_AFTER_WORD = "A date is missing after {word}."
DATE_TWICE = "{word} is given twice: keep one date for it."
NOT_IN_PORTAL = "{word} does not go with the portal's dates: it belongs to cert add."
MISTYPED_DATE_WORD = "I cannot place {typed}: did you mean {nearest}?"
NOT_UNDERSTOOD = "I cannot place {typed}: leave it out."
EXPIRES_TOO_EARLY = "The expiration ({expires_on}) must come after the suspension ({suspends_on}): check both."
STARTS_TOO_LATE = "The {what} ({on}) must come before the suspension ({suspends_on}): check both."
EXAM_DATE_MISSING = "Say on which day you passed {code}, because its renewal counts from that day."


class WordsError(ValueError):
    """What was typed cannot be used: `sentence` says why and what to do, `example` is a line that works.

    `instead` holds rewordings of what was typed that may work, best first: the reader that
    raises this tries them and makes an example of the first that does.
    """

    def __init__(self, sentence: str, example: str = "", *, instead: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.example = example
        self.instead = tuple(instead)


class AmbiguousWordsError(WordsError):
    """A date among the words has two readings, the earlier first.

    `typed` is that date exactly as it stands in the text, and `texts` are the same words
    with the date written out in the one and in the other reading.
    """

    def __init__(self, error: AmbiguousDateError, typed: str, texts: tuple[str, str]) -> None:
        super().__init__(error.sentence, instead=texts)
        self.typed = typed
        self.readings = error.readings
        self.texts = texts


class UnknownCodeError(WordsError):
    """No listed certification has this code.

    `nearest` is the listed code most like it (None if none is listed). `plausible` says that
    the code has the right shape, a known level and three digits, so it may be a newer one.
    """

    def __init__(
        self, sentence: str, *, typed: str, nearest: str | None, plausible: bool, instead: Sequence[str]
    ) -> None:
        super().__init__(sentence, instead=instead)
        self.typed = typed
        self.nearest = nearest
        self.plausible = plausible


@dataclass(frozen=True, slots=True)
class ActivityWords:
    """What was said about an activity; None stands for what was not said."""

    kind: Kind | None
    title: str | None
    done_on: date | None
    units: int | None
    link: str | None


@dataclass(frozen=True, slots=True)
class CertWords:
    """What was said about a certification; with `anyway` an unlisted code was said to be right."""

    code: str
    earned_on: date | None
    suspends_on: date | None
    expires_on: date | None
    cycle_started_on: date | None
    anyway: bool


# What can be said


def read_activity(text: str, today: date) -> ActivityWords:
    """The words of `/ce add`: the kind, then title, date, units and a link in any order.

    Without a date `done_on` is None, and the caller takes today.
    Raises WordsError for whatever cannot be logged as it stands.
    """
    return _with_example(lambda words: _activity(words, today), text, "add", 'course "Jira Automation" yesterday')


def read_edit(text: str, today: date) -> tuple[int, ActivityWords]:
    """The words of `/ce edit`: the activity's number and what is to be different.

    Raises WordsError where the number is missing, nothing changes or a change cannot be.
    """
    return _with_example(lambda words: _edit(words, today), text, "edit", "3 yesterday")


def read_number(text: str, verb: str) -> int:
    """The number of an activity, all that `/ce {verb}` needs. Raises WordsError for anything else."""
    return _with_example(_number_alone, text, verb, "3")


def read_code(word: str, codes: Collection[str], levels: Collection[str], *, verb: str = "why") -> str:
    """The certification meant by `word`, in any case, with or without dash or space.

    It must be one of `codes`, except at a level (`levels`) for which `codes` has none at all:
    there any three digits will do. `verb` is the command that the example shows.
    Raises UnknownCodeError, or WordsError where nothing was typed.
    """
    return read_code_only(word, codes, levels, verb)


def read_code_only(text: str, codes: Collection[str], levels: Collection[str], verb: str) -> str:
    """The certification that is all `/ce {verb}` needs. Raises UnknownCodeError or WordsError."""
    known = _Known(codes, levels)
    return _with_example(lambda words: _code_alone(words, known), text, verb, known.sample)


def read_cert_add(text: str, today: date, codes: Collection[str], levels: Collection[str]) -> CertWords:
    """The words of `/ce cert add`: a certification and when it was earned, suspends, expires.

    Raises UnknownCodeError unless the last word is `anyway` and the code plausible,
    AmbiguousWordsError for a date with two readings, WordsError for the rest.
    """
    known = _Known(codes, levels)
    default = f"{known.sample} earned 2024-01-01"
    return _with_example(lambda words: _cert_add(words, today, known), text, "cert add", default)


def read_portal(text: str, today: date, codes: Collection[str], levels: Collection[str]) -> CertWords:
    """The words of `/ce portal`: a certification, when it suspends, and perhaps when it expires and began.

    Raises as `read_cert_add` does.
    """
    known = _Known(codes, levels)
    default = f"{known.sample} suspends 2026-01-01 expires 2026-04-01"
    return _with_example(lambda words: _portal(words, today, known), text, "portal", default)


def read_exam(text: str, today: date, codes: Collection[str], levels: Collection[str]) -> tuple[str, date]:
    """The words of `/ce exam`: a certification and the day its exam was passed, which is never guessed.

    Raises UnknownCodeError, AmbiguousWordsError or WordsError.
    """
    known = _Known(codes, levels)
    default = f"{known.sample} 2025-11-15"
    return _with_example(lambda words: _exam(words, today, known), text, "exam", default)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a slip of, or None if it resembles none of them."""
    return max(_likenesses(word, known), default=(0.0, None))[1]


_Read = TypeVar("_Read")


def _with_example(read: Callable[[str], _Read], text: str, verb: str, default: str) -> _Read:
    """What `read` makes of the text; its error leaves here with an example that was tried out."""
    try:
        return read(text)
    except WordsError as error:
        works = (words for words in error.instead if _works(read, words))
        error.example = f"/ce {verb} {next(works, default)}"
        raise


def _works(read: Callable[[str], object], words: str) -> bool:
    if len(words) > _LONGEST_EXAMPLE:
        return False
    try:
        read(words)
    except WordsError:
        return False
    return True


_LONGEST_EXAMPLE = 300  # characters; a longer line helps nobody


# A line and its tokens

_STRAIGHT_OR_CURLY = '"“”„‟'
_GUILLEMETS = "«»"
_QUOTES = _STRAIGHT_OR_CURLY + _GUILLEMETS
_EDGES = ",;:.()[]"
# Marks that reorder or hide what is shown: left in a title they could turn a whole message around.
_HIDDEN = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_SLACK_LINK = re.compile(r"<(?P<address>https?://[^\s<>|]+)(?:\|(?P<label>[^<>]*))?>", re.IGNORECASE)
_BARE_LINK = re.compile(rf"https?://[^\s<>|{_QUOTES}]+", re.IGNORECASE)
_WORD = re.compile(rf"(?:(?!<?https?://[^\s<>|{_QUOTES}])[^\s{_QUOTES}])+", re.IGNORECASE)


class _Form(Enum):
    WORD = "word"
    QUOTED = "quoted"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class _Token:
    """One piece of a line: what it says, and where it stands."""

    form: _Form
    text: str
    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    """The words after a command, cleaned and cut into tokens; `typed` is what came in."""

    typed: str
    text: str
    tokens: tuple[_Token, ...]

    def between(self, tokens: Sequence[_Token]) -> str:
        """The text from the first to the last of these neighbours, as it stands in the line."""
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""


def _line(typed: str) -> _Line:
    """Raises WordsError if the text is too long or a quote is left open."""
    if len(typed) > MOST_CHARACTERS:
        raise WordsError(TOO_MUCH_TEXT.format(length=len(typed), limit=MOST_CHARACTERS))
    text = _cleaned(typed)
    return _Line(typed, text, tuple(_tokens(text)))


def _cleaned(typed: str) -> str:
    """The text on one line, without what cannot be seen; joiners stay, because emoji need them."""
    visible = (
        char
        for char in typed
        if char.isspace() or not (char in _HIDDEN or unicodedata.category(char) in ("Cc", "Cs"))
    )
    return " ".join(unicodedata.normalize("NFC", "".join(visible)).split())


def _tokens(text: str) -> Iterator[_Token]:
    position = at = 0
    while position < len(text):
        start = position
        if text[start] == " ":
            position += 1
            continue
        if text[start] in _QUOTES:
            position = _closing_quote(text, start) + 1
            said = _SLACK_LINK.sub(lambda link: link["label"] or link["address"], text[start + 1 : position - 1])
            yield _Token(_Form.QUOTED, said.strip(), at, start, position)
        elif link := _SLACK_LINK.match(text, start):
            position = link.end()
            yield _Token(_Form.LINK, link["address"], at, start, position)
        elif link := _BARE_LINK.match(text, start):
            position = link.end()
            yield _Token(_Form.LINK, link[0].rstrip(".,;:!?)]"), at, start, position)
        else:
            word = _WORD.match(text, start)
            position = word.end() if word else start + 1
            yield _Token(_Form.WORD, text[start:position], at, start, position)
        at += 1


def _closing_quote(text: str, start: int) -> int:
    closing = _GUILLEMETS if text[start] in _GUILLEMETS else _STRAIGHT_OR_CURLY
    for position in range(start + 1, len(text)):
        if text[position] in closing:
            return position
    raise WordsError(QUOTE_LEFT_OPEN)


def _runs(tokens: Iterable[_Token]) -> list[list[_Token]]:
    """The tokens in groups of direct neighbours: nothing said spans a quote or a link."""
    runs: list[list[_Token]] = []
    for token in tokens:
        if runs and runs[-1][-1].at + 1 == token.at:
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def _bare(word: str) -> str:
    """A word as the tables have it: lower case, no punctuation around it, no dashes inside."""
    return word.strip(_EDGES + "=").casefold().replace("-", " ").replace("_", " ")


def _day(line: _Line, span: Sequence[_Token], today: date, *, future: bool = False) -> date:
    """The date that stands there. Raises WordsError, and AmbiguousWordsError for two readings."""
    typed = line.between(span)
    try:
        return read_date(typed, today, future=future)
    except AmbiguousDateError as error:
        start = span[0].start + typed.find(error.typed)
        before, after = line.text[:start], line.text[start + len(error.typed) :]
        first, second = (f"{before}{reading}{after}" for reading in error.readings)
        raise AmbiguousWordsError(error, _as_typed(line.typed, error.typed), (first, second)) from error
    except DateError as error:
        raise WordsError(error.sentence) from error


def _as_typed(typed: str, word: str) -> str:
    """The word as it stands in what was typed, where hidden marks may be in between."""
    hidden = f"[{_HIDDEN}]*"
    found = re.search(hidden.join(map(re.escape, word)), typed)
    return found[0] if found else word


# Activities

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
_KIND_OF = {phrase: kind for kind, phrases in _KINDS.items() for phrase in phrases}
_EVENT_NAMES = ("team", "unleash", "high velocity", "ace")
_LONGEST_PHRASE = 3  # words
_SAMPLES = {
    Kind.COURSE: "Jira Automation",
    Kind.GLOBAL_EVENT: "Team '25",
    Kind.LOCAL_EVENT: "ACE Berlin",
    Kind.PRESENTATION: "How we use Jira",
}
_LABELS = ("title:", "name:", "date:", "day:", "kind:", "type:", "link:", "proof:", "on:")
_BETWEEN = ("", "on", "at", "for", "with", "and", "called", "titled", "title", "date", "link", "proof", "see", "-", "–")

_UNIT = "(?:units?|ces?|ceus?|pdus?|points?|credits?)"
_AMOUNT = r"[+\-−–]?[0-9]+(?:[.,][0-9]+)?"
_UNITS = re.compile(
    rf"(?<!\S)(?:(?P<before>{_AMOUNT}) ?{_UNIT}(?: (?:units?|points?|credits?))?"
    rf"|(?:units? ?[:=]? ?|{_UNIT} ?[:=] ?)(?P<after>{_AMOUNT}))[,;.)]?(?!\S)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Opening:
    """The kind with which a line begins, in how many words, and whether it is an event's own name."""

    kind: Kind
    words: int
    is_name: bool


@dataclass(frozen=True, slots=True)
class _Pieces:
    """All that a line says after its opening, sorted by what it looks like and not yet judged."""

    head: str
    name: tuple[_Token, ...]
    quoted: tuple[_Token, ...]
    links: tuple[_Token, ...]
    units: tuple[str, ...]
    dates: tuple[tuple[_Token, ...], ...]
    free: tuple[_Token, ...]


def _activity(text: str, today: date) -> ActivityWords:
    line = _line(text)
    if not line.tokens:
        raise WordsError(NOTHING_ADDED)
    opening = _opening(line.tokens)
    if opening is None:
        raise _unknown_kind(line)
    pieces = _pieces(line, line.tokens, opening, today)
    said = _said(line, pieces, opening.kind, today)
    if said.title is None:
        sample = _SAMPLES[opening.kind]
        rest = line.text[len(pieces.head) :]
        raise WordsError(
            TITLE_MISSING, instead=(f'{pieces.head} "{sample}"{rest}', f'{pieces.head} "{sample}" yesterday')
        )
    return said


def _edit(text: str, today: date) -> tuple[int, ActivityWords]:
    line = _line(text)
    if not line.tokens:
        raise WordsError(NUMBER_FIRST)
    number = _number(line.tokens[0].text) if line.tokens[0].form is _Form.WORD else None
    if number is None or looks_like_date(line.text):  # "3 May" alone is a day, and no activity 3
        raise WordsError(NUMBER_FIRST, instead=(f"3 {line.text}",))
    changes = line.tokens[1:]
    label = _bare(changes[0].text) if changes and changes[0].form is _Form.WORD else ""
    if label in _EDIT_LABELS:
        changes = changes[1:]
    opening = _opening(changes)
    pieces = _pieces(line, changes, opening, today)
    said = _said(line, pieces, opening.kind if opening else None, today)
    if said == ActivityWords(None, None, None, None, None):
        raise WordsError(NOTHING_CHANGED, instead=(f"{number} yesterday",))
    wanted = _EDIT_LABELS.get(label)
    if wanted and getattr(said, wanted) is None:
        raise WordsError(LABEL_ALONE.format(label=label), instead=(f"{number} yesterday",))
    return number, said
