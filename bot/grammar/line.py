"""A typed line, cleaned and cut into its tokens, and the dates among them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ..dates import AmbiguousDateError, DateError, read_date
from .errors import AmbiguousWordsError, WordsError

TOO_MUCH_TEXT = "These are {length} characters where {limit} are the most: shorten the text."
QUOTE_LEFT_OPEN = (
    "A quote is opened but not closed: put one quotation mark before the title and one after it."
)

MOST_CHARACTERS = 2_000

_STRAIGHT_OR_CURLY = '"“”„‟'
_GUILLEMETS = "«»"
QUOTES = _STRAIGHT_OR_CURLY + _GUILLEMETS  # what a quoted title can begin and end with
EDGES = ",;:.()[]"  # punctuation that can cling to a word without belonging to it
# Marks that reorder or hide what is shown: left in a title they could turn a whole message around.
_HIDDEN = "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
SLACK_LINK = re.compile(r"<(?P<address>https?://[^\s<>|]+)(?:\|(?P<label>[^<>]*))?>", re.IGNORECASE)
_BARE_LINK = re.compile(rf"https?://[^\s<>|{QUOTES}]+", re.IGNORECASE)
_WORD = re.compile(rf"(?:(?!<?https?://[^\s<>|{QUOTES}])[^\s{QUOTES}])+", re.IGNORECASE)


class Form(Enum):
    """What a token is: `LINK` is a web address, `QUOTED` whatever stands in quotes."""

    WORD = "word"
    QUOTED = "quoted"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a line: what it says, which one it is, counted from 0, and where in the text it stands."""

    form: Form
    text: str
    at: int
    start: int
    end: int

    @property
    def bare(self) -> str:
        """The word as tables have it."""
        return bare(self.text)


def bare(text: str) -> str:
    """Words as tables have them: lower case, no punctuation around them, no dashes inside."""
    return " ".join(re.split("[-_ ]+", text.casefold().strip(EDGES + "=-")))


@dataclass(frozen=True, slots=True)
class Line:
    """The words after a command, cleaned and cut into tokens; `typed` is what came in."""

    typed: str
    text: str
    tokens: tuple[Token, ...]

    def between(self, tokens: Sequence[Token]) -> str:
        """The text from the first to the last of these neighbours, as it stands in the line."""
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""


def read_line(typed: str) -> Line:
    """The line somebody typed. Raises WordsError if it is too long or a quote is left open."""
    if len(typed) > MOST_CHARACTERS:
        raise WordsError(TOO_MUCH_TEXT.format(length=len(typed), limit=MOST_CHARACTERS))
    text = cleaned(typed)
    return Line(typed, text, tuple(_tokens(text)))


def cleaned(typed: str) -> str:
    """The text on one line, without what cannot be seen; joiners stay, because emoji need them."""
    visible = (
        char
        for char in typed
        if char.isspace() or not (char in _HIDDEN or unicodedata.category(char) in ("Cc", "Cs"))
    )
    return " ".join(unicodedata.normalize("NFC", "".join(visible)).split())


def _tokens(text: str) -> Iterator[Token]:
    position = at = 0
    while position < len(text):
        start = position
        if text[start] == " ":
            position += 1
            continue
        if text[start] in QUOTES:
            position = _closing_quote(text, start) + 1
            said = SLACK_LINK.sub(
                lambda link: link["label"] or link["address"], text[start + 1 : position - 1]
            )
            yield Token(Form.QUOTED, said.strip(), at, start, position)
        elif link := SLACK_LINK.match(text, start):
            position = link.end()
            yield Token(Form.LINK, link["address"], at, start, position)
        elif link := _BARE_LINK.match(text, start):
            position = link.end()
            yield Token(Form.LINK, link[0].rstrip(".,;:!?)]"), at, start, position)
        else:
            word = _WORD.match(text, start)
            position = word.end() if word else start + 1
            yield Token(Form.WORD, text[start:position], at, start, position)
        at += 1


def _closing_quote(text: str, start: int) -> int:
    closing = _GUILLEMETS if text[start] in _GUILLEMETS else _STRAIGHT_OR_CURLY
    for position in range(start + 1, len(text)):
        if text[position] in closing:
            return position
    raise WordsError(QUOTE_LEFT_OPEN)


def runs(tokens: Iterable[Token]) -> list[list[Token]]:
    """The tokens in groups of direct neighbours: nothing said spans a quote or a link."""
    found: list[list[Token]] = []
    for token in tokens:
        if found and found[-1][-1].at + 1 == token.at:
            found[-1].append(token)
        else:
            found.append([token])
    return found


def phrase(tokens: Sequence[Token]) -> str:
    """These neighbours as tables have them; nothing if one of them is a quote or a link."""
    if any(token.form is not Form.WORD for token in tokens):
        return ""
    return " ".join(token.bare for token in tokens)


def read_day(line: Line, span: Sequence[Token], today: date, *, future: bool = False) -> date:
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
