"""The words after `/ce`, taken apart: what somebody typed becomes values, or one sentence that helps."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import TypeVar

from rules.history import Kind

from .dates import (
    AmbiguousDateError,
    DateError,
    find_dates,
    in_quotes,
    looks_like_date,
    read_date,
    with_weekday,
)

MOST_CHARACTERS = 2_000
LONGEST_TITLE = 200
MOST_UNITS = 1_000

TOO_MUCH_TEXT = "These are {length} characters where {limit} are the most: shorten the text."
QUOTE_LEFT_OPEN = (
    "A quote is opened but not closed: put one quotation mark before the title and one after it."
)

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

CODE_MISSING = "Say which certification: write its code, like {like}."
UNLISTED_CODE = (
    "{code} is not among the certifications I know, where {nearest} is nearest: "
    "check the number, or say anyway at the end if it is right."
)
MISTYPED_CODE = "{typed} is not a certification I know: did you mean {nearest}?"
WRONG_DIGITS = "{typed} should have exactly three digits: check the number."
NOT_A_CODE = "{typed} is not the code of a certification: write one like {like}."
ONLY_THE_CODE = "I need only the certification here, and cannot place {typed}: leave it out."
DATES_MISSING = "Say when {code} was earned, or when it suspends if you know that from the portal."
SUSPENSION_MISSING = "Say when {code} suspends, as the portal shows it: its other dates hang on that one."
WHICH_DATE = (
    "Say what {typed} is: put earned before it if you passed then, or suspends if the portal says so."
)
WHICH_PORTAL_DATE = "Say what {typed} is: put suspends, expires or started before it."
DATE_AFTER_WORD = "A date is missing after {word}."
DATE_TWICE = "{word} is given twice: keep one date for it."
NOT_IN_PORTAL = "{word} does not go with the portal's dates: it belongs to cert add."
MISTYPED_DATE_WORD = "I cannot place {typed}: did you mean {nearest}?"
NOT_UNDERSTOOD = "I cannot place {typed}: leave it out."
EXPIRES_TOO_EARLY = (
    "The expiration on {expires_on} must come after the suspension on {suspends_on}: check both."
)
STARTS_TOO_LATE = "The {what}, {on}, must come before the suspension on {suspends_on}: check both."
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
    return _with_example(
        lambda words: _activity(words, today), text, "add", 'course "Jira Automation" yesterday'
    )


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

    It must be one of `codes`, unless `codes` has none of its level (one of `levels`), where
    any three digits will do, or `anyway` after it says that a plausible one is right.
    `verb` is the command that the example shows.
    Raises UnknownCodeError, or WordsError where no certification is named.
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


def read_exam(
    text: str, today: date, codes: Collection[str], levels: Collection[str], *, verb: str = "exam"
) -> tuple[str, date]:
    """A certification and the day its exam was passed, which is never guessed.

    `verb` is the command that the example shows.
    Raises UnknownCodeError, AmbiguousWordsError or WordsError.
    """
    known = _Known(codes, levels)
    default = f"{known.sample} 2025-11-15"
    return _with_example(lambda words: _exam(words, today, known), text, verb, default)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a slip of, or None if it resembles none of them."""
    likeness, best = _nearest(word, known)
    return best if likeness >= _LIKE_ENOUGH else None


_Read = TypeVar("_Read")


def _with_example(read: Callable[[str], _Read], text: str, verb: str, default: str) -> _Read:
    """What `read` makes of the text; its error leaves here with an example that was tried out."""
    try:
        return read(text)
    except WordsError as error:
        tidy = (" ".join(words.split()) for words in error.instead)
        works = (words for words in tidy if _works(read, words))
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
_LIKE_ENOUGH = 0.6


def _nearest(word: str, known: Iterable[str]) -> tuple[float, str | None]:
    """How much alike (0 to 1) and which; the first in the alphabet where several are."""
    from rapidfuzz.distance import DamerauLevenshtein  # here, because most lines need no suggestion

    typed = word[:100].casefold()
    likenesses = (
        (DamerauLevenshtein.normalized_similarity(typed, candidate.casefold()), candidate)
        for candidate in sorted(known)
    )
    return max(likenesses, key=lambda pair: pair[0], default=(0.0, None))


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
            said = _SLACK_LINK.sub(
                lambda link: link["label"] or link["address"], text[start + 1 : position - 1]
            )
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
    return " ".join(re.split("[-_ ]+", word.casefold().strip(_EDGES + "=-")))


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
    name: tuple[_Token, ...]


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What a line says, sorted by what it looks like and not yet judged; `head` is what comes first."""

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
    pieces = _pieces(line, 0, opening, today)
    said = _judged(line, pieces, opening.kind, today)
    if said.title is None and opening.name and not pieces.quoted:
        said = replace(said, title=_joined(opening.name))
    if said.title is None:
        titled = f'{pieces.head} "{_SAMPLES[opening.kind]}"'
        rest = line.text[len(pieces.head) :]
        raise WordsError(TITLE_MISSING, instead=(f"{titled}{rest}", f"{titled} yesterday"))
    return said


def _edit(text: str, today: date) -> tuple[int, ActivityWords]:
    line = _line(text)
    number = _number(line.tokens[0].text) if line.tokens else None
    if number is None or looks_like_date(line.text):  # "3 May" is a day, and no activity 3
        # 0 and -3 are nobody's number, and would only end up in the title.
        changes = line.text if number else re.sub("^[#+-]?[0-9]+ ", "", line.text)
        raise WordsError(NUMBER_FIRST, instead=(f"3 {changes}",))
    label = _phrase(line.tokens[1:2])
    wanted = _EDIT_LABELS.get(label)
    first = 2 if wanted else 1
    opening = _opening(line.tokens[first:])
    said = _judged(line, _pieces(line, first, opening, today), opening.kind if opening else None, today)
    if wanted and getattr(said, wanted) is None:
        raise WordsError(LABEL_ALONE.format(label=label), instead=(f"{number} yesterday",))
    if said == ActivityWords(None, None, None, None, None):
        raise WordsError(NOTHING_CHANGED, instead=(f"{number} yesterday",))
    return number, said


def _number_alone(text: str) -> int:
    line = _line(text)
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


def _opening(tokens: Sequence[_Token]) -> _Opening | None:
    """The kind that the first words name, by the longest name that fits."""
    for size in range(min(_LONGEST_PHRASE, len(tokens)), 0, -1):
        words = tuple(tokens[:size])
        phrase = _phrase(words)
        if phrase in _KIND_OF:
            return _Opening(_KIND_OF[phrase], size, words if phrase in _EVENT_NAMES else ())
    return None


def _phrase(tokens: Sequence[_Token]) -> str:
    if any(token.form is not _Form.WORD for token in tokens):
        return ""
    return " ".join(_bare(token.text) for token in tokens)


def _unknown_kind(line: _Line) -> WordsError:
    """What to say to a line that begins with no kind: a slip, a kind further on, or none at all."""
    likeness, best, size = 0.0, "", 0
    for words in (2, 1):
        names = (name for name in _KIND_OF if words == 1 or " " in name)
        alike, name = _nearest(_phrase(line.tokens[:words]), names)
        if name and alike > likeness:
            likeness, best, size = alike, name, words
    if likeness >= _LIKE_ENOUGH:
        slip = line.tokens[:size]
        sample = _SAMPLES[_KIND_OF[best]]
        return WordsError(
            UNKNOWN_KIND.format(typed=in_quotes(line.between(slip)), nearest=best),
            instead=(f"{best}{line.text[slip[-1].end :]}", f'{best} "{sample}" yesterday'),
        )
    for at in range(1, len(line.tokens)):
        later = _opening(line.tokens[at:])
        if later and not later.name:
            named = line.tokens[at : at + later.words]
            others = f"{line.text[: named[0].start]}{line.text[named[-1].end :]}"
            return WordsError(KIND_FIRST, instead=(f"{line.between(named)} {others}",))
    return WordsError(KIND_FIRST, instead=(f"course {line.text}",))


def _pieces(line: _Line, first: int, opening: _Opening | None, today: date) -> _Pieces:
    """Sorts what follows the first tokens (a number, a label) and the opening."""
    first += opening.words if opening else 0
    tokens = line.tokens[first:]
    words = [token for token in tokens if token.form is _Form.WORD and token.text.casefold() not in _LABELS]
    units, words = _without_units(line, words)
    dates: list[tuple[_Token, ...]] = []
    for run in _runs(words):
        spans = find_dates([token.text for token in run], today)
        dates += (tuple(run[start:end]) for start, end in spans)
    dated = {token.at for span in dates for token in span}
    return _Pieces(
        head=line.between(line.tokens[:first]),
        name=opening.name if opening else (),
        quoted=tuple(token for token in tokens if token.form is _Form.QUOTED),
        links=tuple(token for token in tokens if token.form is _Form.LINK),
        units=tuple(units),
        dates=tuple(dates),
        free=tuple(token for token in words if token.at not in dated and token.text not in _BRACKETS),
    )


def _without_units(line: _Line, words: Sequence[_Token]) -> tuple[list[str], list[_Token]]:
    """The amounts of units that are stated, and the words that have nothing to do with them."""
    amounts, others = [], []
    for run in _runs(words):
        stated = list(_UNITS.finditer(line.between(run)))
        amounts += [match["before"] or match["after"] for match in stated]
        taken = [(run[0].start + match.start(), run[0].start + match.end()) for match in stated]
        others += [token for token in run if not any(start <= token.start < end for start, end in taken)]
    return amounts, others


def _judged(line: _Line, pieces: _Pieces, kind: Kind | None, today: date) -> ActivityWords:
    """The pieces as values. Raises WordsError where there are too many of them or one is wrong."""
    if len(pieces.links) > 1:
        raise WordsError(TWO_LINKS, instead=(_reworded(line, pieces),))
    return ActivityWords(
        kind=kind,
        title=_title(line, pieces),
        units=_units(line, pieces, kind),
        done_on=_done_on(line, pieces, today),
        link=pieces.links[0].text if pieces.links else None,
    )


def _title(line: _Line, pieces: _Pieces) -> str | None:
    if len(pieces.quoted) > 1:
        first, second = (in_quotes(token.text) for token in pieces.quoted[:2])
        raise WordsError(TWO_TITLES.format(first=first, second=second), instead=(_reworded(line, pieces),))
    if pieces.quoted:
        title = pieces.quoted[0].text
        beside = _joined([token for token in pieces.free if _bare(token.text) not in _BETWEEN])
        if beside:
            raise WordsError(
                BESIDE_TITLE.format(typed=in_quotes(beside)),
                instead=(_reworded(line, pieces, title=f"{title} {beside}"),),
            )
    else:
        title = _joined((*pieces.name, *pieces.free)) if pieces.free else ""
    if len(title) > LONGEST_TITLE:
        raise WordsError(TITLE_TOO_LONG.format(length=len(title), limit=LONGEST_TITLE))
    return title if any(unicodedata.category(char)[0] in "LNPS" for char in title) else None


def _joined(tokens: Sequence[_Token]) -> str:
    """Free words as a title, without the dashes and commas that held them apart from a date."""
    return " ".join(token.text for token in tokens).strip(" ,;:|-–—")


def _units(line: _Line, pieces: _Pieces, kind: Kind | None) -> int | None:
    if not pieces.units:
        return None
    if len(pieces.units) > 1:
        first, second = (in_quotes(amount) for amount in pieces.units[:2])
        raise WordsError(UNITS_TWICE.format(first=first, second=second), instead=(_reworded(line, pieces),))
    digits = re.fullmatch(r"\+?0*([0-9]{1,4})", pieces.units[0])
    units = int(digits[1]) if digits else 0
    if not 1 <= units <= MOST_UNITS:
        # Only a presentation has units to state, so no other example states them.
        right = "" if kind in (Kind.COURSE, Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT) else "30"
        raise WordsError(
            WRONG_UNITS.format(limit=MOST_UNITS, typed=in_quotes(pieces.units[0])),
            instead=(_reworded(line, pieces, units=right),),
        )
    return units


def _done_on(line: _Line, pieces: _Pieces, today: date) -> date | None:
    if not pieces.dates:
        return None
    if len(pieces.dates) > 1:
        return _same_day(line, pieces, today)
    span = pieces.dates[0]
    try:
        return _day(line, span, today)
    except AmbiguousWordsError:
        raise
    except WordsError as error:
        typed = line.between(span)
        sentence = error.sentence
        if pieces.free and not pieces.quoted and not any(char.isdigit() for char in typed):
            sentence = PART_OF_TITLE.format(sentence=sentence.rstrip("."), typed=in_quotes(typed))
        raise WordsError(sentence, instead=(_reworded(line, pieces, on="yesterday"),)) from error


def _same_day(line: _Line, pieces: _Pieces, today: date) -> date:
    """The one day that all dates of the line name. Raises WordsError if they do not."""
    try:
        days = {_day(line, span, today) for span in pieces.dates}
    except WordsError:
        days = set()
    if len(days) != 1:
        first, second = (in_quotes(line.between(span)) for span in pieces.dates[:2])
        last = line.between(pieces.dates[-1])
        raise WordsError(
            TWO_DATES.format(first=first, second=second), instead=(_reworded(line, pieces, on=last),)
        )
    return days.pop()


def _reworded(
    line: _Line, pieces: _Pieces, *, title: str | None = None, on: str | None = None, units: str | None = None
) -> str:
    """The same words put in order, each thing once; what is passed replaces what was said."""
    if title is None:
        title = pieces.quoted[0].text if pieces.quoted else _joined((*pieces.name, *pieces.free))
    if on is None:
        on = line.between(pieces.dates[0]) if pieces.dates else ""
    if units is None:
        units = pieces.units[0] if pieces.units else ""
    title = title.translate(dict.fromkeys(map(ord, _QUOTES), "'"))
    parts = (
        pieces.head,
        f'"{title}"' if title else "",
        on,
        f"{units} units" if units else "",
        pieces.links[0].text if pieces.links else "",
    )
    return " ".join(part for part in parts if part)


# Certifications

_SAMPLE_CODE = "ACP-620"
_CODE = re.compile(r"(?P<level>[A-Za-z]{1,10})[ _\-\u2010-\u2015]*(?P<digits>[0-9]{1,10})(?=[\s,:;.)]|$)")
_DATE_WORDS = {
    "earned": "earned_on", "passed": "earned_on", "since": "earned_on", "from": "earned_on",
    "suspends": "suspends_on", "suspend": "suspends_on", "suspended": "suspends_on",
    "suspension": "suspends_on",
    "expires": "expires_on", "expire": "expires_on", "expired": "expires_on", "expiration": "expires_on",
    "expiry": "expires_on", "until": "expires_on",
    "started": "cycle_started_on", "renewed": "cycle_started_on", "since renewal": "cycle_started_on",
}  # fmt: skip
_PORTAL_DATES = ("suspends_on", "expires_on", "cycle_started_on")
_AROUND_DATES = ("", "on", "and", "date", "is", "at")
_AROUND_EXAM = (*_AROUND_DATES, "passed", "taken", "retaken", "exam", "again")
_LONGEST_DATE = 6  # words
_ANYWAY = "anyway"


class _Known:
    """The certifications that are listed, and the levels there are."""

    def __init__(self, codes: Collection[str], levels: Collection[str]) -> None:
        self.codes = {_canonical(code): code for code in codes}
        self.levels = {level.upper() for level in levels}
        listed = sorted(codes) or [f"{level}-100" for level in sorted(self.levels)] or [_SAMPLE_CODE]
        self.sample = _SAMPLE_CODE if _SAMPLE_CODE in codes else listed[0]

    def plausible(self, code: str) -> bool:
        level, _, digits = code.partition("-")
        return level in self.levels and re.fullmatch("[0-9]{3}", digits) is not None

    def nearest(self, code: str) -> str | None:
        """The listed code that fewest slips turn into this one, and of several the closest number."""
        from rapidfuzz.distance import DamerauLevenshtein

        number = _number_in(code)
        return min(
            sorted(self.codes),
            key=lambda listed: (DamerauLevenshtein.distance(listed, code), abs(_number_in(listed) - number)),
            default=None,
        )

    def lists_none_of_its_level(self, code: str) -> bool:
        level = code.partition("-")[0]
        return not any(listed.partition("-")[0] == level for listed in self.codes)


def _number_in(code: str) -> int:
    digits = re.search("[0-9]{1,10}", code)
    return int(digits[0]) if digits else 0


def _canonical(word: str) -> str:
    code = _CODE.fullmatch(word)
    return f"{code['level'].upper()}-{code['digits']}" if code else word.upper()


def _code(line: _Line, known: _Known) -> tuple[str, tuple[_Token, ...], bool]:
    """The certification that stands first, the tokens after it, and whether the last word was `anyway`.

    Raises UnknownCodeError, or WordsError where no certification is named.
    """
    anyway = len(line.tokens) > 1 and _phrase(line.tokens[-1:]) == _ANYWAY
    found = _CODE.match(line.text)
    if not found and (_phrase(line.tokens[:1]) in ("", _ANYWAY, *_DATE_WORDS) or _begins_with_date(line)):
        raise WordsError(CODE_MISSING.format(like=known.sample), instead=(f"{known.sample} {line.text}",))
    end = found.end() if found else line.tokens[0].end
    typed = line.text[:end]
    code = _canonical(typed.strip(_EDGES))
    rest = tuple(token for token in line.tokens[: -1 if anyway else None] if token.start >= end)
    if code in known.codes:
        return known.codes[code], rest, anyway
    plausible = known.plausible(code)
    if plausible and (anyway or known.lists_none_of_its_level(code)):
        return code, rest, anyway
    best = known.nearest(code)
    sentence = NOT_A_CODE
    if plausible:
        sentence = UNLISTED_CODE
    elif found and found["level"].upper() in known.levels and known.lists_none_of_its_level(code):
        sentence = WRONG_DIGITS
    elif best and nearest(code, (best,)):
        sentence = MISTYPED_CODE
    raise UnknownCodeError(
        sentence.format(code=code, typed=in_quotes(typed), nearest=best, like=known.sample),
        typed=typed,
        nearest=best,
        plausible=plausible,
        instead=(f"{best}{line.text[end:]}",) if best and sentence is not WRONG_DIGITS else (),
    )


def _begins_with_date(line: _Line) -> bool:
    return looks_like_date(line.between(_leading_date(line, line.tokens)))


def _code_alone(text: str, known: _Known) -> str:
    line = _line(text)
    code, rest, anyway = _code(line, known)
    if rest:
        raise WordsError(
            ONLY_THE_CODE.format(typed=in_quotes(line.between(rest))), instead=(_ended(code, anyway=anyway),)
        )
    return code


def _ended(words: str, *, anyway: bool) -> str:
    return f"{words} {_ANYWAY}" if anyway else words


def _cert_add(text: str, today: date, known: _Known) -> CertWords:
    return _cert_words(text, today, known, tuple(_DATE_WORDS.values()), "earned 2024-01-01")


def _portal(text: str, today: date, known: _Known) -> CertWords:
    return _cert_words(text, today, known, _PORTAL_DATES, "suspends 2026-01-01 expires 2026-04-01")


def _cert_words(
    text: str, today: date, known: _Known, welcome: Collection[str], sample_dates: str
) -> CertWords:
    line = _line(text)
    code, rest, anyway = _code(line, known)
    try:
        stated = _stated_dates(line, rest, today, welcome)
        words = CertWords(
            code=code,
            earned_on=stated.get("earned_on"),
            suspends_on=stated.get("suspends_on"),
            expires_on=stated.get("expires_on"),
            cycle_started_on=stated.get("cycle_started_on"),
            anyway=anyway,
        )
        _refuse_inconsistent(words, may_be_earned_alone="earned_on" in welcome)
    except WordsError as error:
        error.instead = (*error.instead, _ended(f"{code} {sample_dates}", anyway=anyway))
        raise
    return words


def _stated_dates(
    line: _Line, tokens: Sequence[_Token], today: date, welcome: Collection[str]
) -> dict[str, date]:
    """The dates, each under the name of the field that the word before it stands for."""
    stated: dict[str, date] = {}
    at = 0
    while at < len(tokens):
        if _bare(tokens[at].text) in _AROUND_DATES:
            at += 1
            continue
        field, size = _date_word(tokens, at)
        word = line.between(tokens[at : at + size])
        if field is None:
            raise _misplaced(line, tokens, at, welcome)
        if field not in welcome:
            raise WordsError(NOT_IN_PORTAL.format(word=in_quotes(word)))
        if field in stated:
            raise WordsError(DATE_TWICE.format(word=in_quotes(word)))
        at += size
        while at < len(tokens) and _bare(tokens[at].text) in _AROUND_DATES:
            at += 1
        end = next((end for end in range(at, len(tokens)) if _date_word(tokens, end)[0]), len(tokens))
        if at == end:
            raise WordsError(DATE_AFTER_WORD.format(word=in_quotes(word)))
        span = _leading_date(line, tokens[at:end])
        stated[field] = _day(line, span, today, future=field in ("suspends_on", "expires_on"))
        at += len(span)
    return stated


def _date_word(tokens: Sequence[_Token], at: int) -> tuple[str | None, int]:
    """The field that the next words stand for, and how many words they are."""
    two_words = _DATE_WORDS.get(_phrase(tokens[at : at + 2]))
    one_word = _DATE_WORDS.get(_phrase(tokens[at : at + 1]))
    return (one_word, 1) if one_word == two_words or not two_words else (two_words, 2)


def _leading_date(line: _Line, tokens: Sequence[_Token]) -> Sequence[_Token]:
    """The longest beginning of these tokens that looks like a date; all of them where none does."""
    for size in range(min(_LONGEST_DATE, len(tokens)), 0, -1):
        if looks_like_date(line.between(tokens[:size])):
            return tokens[:size]
    return tokens


def _misplaced(line: _Line, tokens: Sequence[_Token], at: int, welcome: Collection[str]) -> WordsError:
    """What to say to words that are none of those before a date: a date alone, a slip, or neither."""
    token = tokens[at]
    before, after = line.text[: token.start], line.text[token.end :]
    span = _leading_date(line, tokens[at:])
    typed = line.between(span)
    if looks_like_date(typed):
        sentence = WHICH_DATE if "earned_on" in welcome else WHICH_PORTAL_DATE
        said = f"{token.text}{after}"
        return WordsError(
            sentence.format(typed=in_quotes(typed)),
            instead=(f"{before}earned {said}", f"{before}suspends {said}"),
        )
    meant = nearest(_bare(token.text), _DATE_WORDS)
    if meant:
        return WordsError(
            MISTYPED_DATE_WORD.format(typed=in_quotes(token.text), nearest=meant),
            instead=(f"{before}{meant}{after}",),
        )
    return WordsError(NOT_UNDERSTOOD.format(typed=in_quotes(token.text)), instead=(f"{before}{after}",))


def _refuse_inconsistent(words: CertWords, *, may_be_earned_alone: bool) -> None:
    """Raises WordsError if a date is missing or two of them contradict each other."""
    code, suspends_on, expires_on = words.code, words.suspends_on, words.expires_on
    if suspends_on is None:
        if expires_on is None and words.cycle_started_on is None and may_be_earned_alone:
            if words.earned_on is None:
                raise WordsError(DATES_MISSING.format(code=code))
            return
        rest = f" expires {expires_on}" if expires_on else ""
        raise WordsError(SUSPENSION_MISSING.format(code=code), instead=(f"{code} suspends 2026-01-01{rest}",))
    if expires_on and expires_on <= suspends_on:
        raise WordsError(
            EXPIRES_TOO_EARLY.format(
                expires_on=with_weekday(expires_on), suspends_on=with_weekday(suspends_on)
            ),
            instead=(f"{code} suspends {expires_on} expires {suspends_on}",),
        )
    for what, day in (("earned date", words.earned_on), ("start of the cycle", words.cycle_started_on)):
        if day and day >= suspends_on:
            raise WordsError(
                STARTS_TOO_LATE.format(what=what, on=with_weekday(day), suspends_on=with_weekday(suspends_on))
            )


def _exam(text: str, today: date, known: _Known) -> tuple[str, date]:
    line = _line(text)
    code, rest, anyway = _code(line, known)
    said = [token for token in rest if _bare(token.text) not in _AROUND_EXAM]
    try:
        if not said:
            raise WordsError(EXAM_DATE_MISSING.format(code=code))
        span = _leading_date(line, said)
        passed_on = _day(line, span, today)
        beyond = said[len(span) :]
        if beyond:
            typed = in_quotes(line.between(beyond))
            right = _ended(f"{code} {passed_on}", anyway=anyway)
            raise WordsError(NOT_UNDERSTOOD.format(typed=typed), instead=(right,))
    except WordsError as error:
        error.instead = (*error.instead, _ended(f"{code} 2025-11-15", anyway=anyway))
        raise
    return code, passed_on
