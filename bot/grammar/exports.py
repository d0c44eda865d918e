"""The words of export, done and calendar, and those that must stand alone."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from ..dates import in_quotes
from .certifications import Known, leading_code
from .errors import WordsError
from .examples import with_example
from .line import Line, Token, phrase, read_line

ONE_CODE = "I show the list of one certification or of all, and cannot place {typed}: leave it out."
NUMBERS_MISSING = "Say which activities are in the portal, by their numbers in the list, or say all."
NOT_A_NUMBER = "I cannot place {typed}: give numbers of the list, such as 3, 1-4 or all."
BACKWARDS = "{typed} counts backwards: write the smaller number first."
ALONE = "{verb} stands alone, and I cannot place {typed}: leave it out."

_SPAN = re.compile(r"#?(?P<first>[0-9]{1,6})(?:(?:-|–|—|\.\.)#?(?P<last>[0-9]{1,6}))?[.:]?")
_SEPARATORS = re.compile(r"\s*[,;&+]\s*|\s+and\s+", re.IGNORECASE)
_DASHES = re.compile(r"\s*(?:-|–|—|\.\.|\bto\b)\s*", re.IGNORECASE)
_ALL = ("all", "everything", "all of them")
_NOT = ("not", "undone", "not entered", "not yet", "not in portal", "not in the portal")


@dataclass(frozen=True, slots=True)
class DoneWords:
    """Which activities are in the portal, or not after all: spans of numbers, first and last included.

    No spans at all stand for all activities.
    """

    spans: tuple[tuple[int, int], ...]
    entered: bool = True


def read_proof(text: str, codes: Collection[str], levels: Collection[str]) -> str | None:
    """The words of `/ce export proof`: a certification, if one is named.

    Raises UnknownCodeError, or WordsError where more was typed.
    """
    known = Known(codes, levels)
    return with_example(lambda words: _proof(words, known), text, "export proof", "/ce export proof")


def read_done(text: str) -> DoneWords:
    """The words of `/ce done`: numbers, spans of them or all, and whether that is taken back.

    Raises WordsError for anything else.
    """
    return with_example(_done, text, "done", "/ce list")


def read_alone(text: str, verb: str, *, besides: Collection[str] = ()) -> None:
    """Nothing, which is all that `/ce {verb}` takes, or one of the words it may be followed by.

    Raises WordsError for anything else.
    """
    with_example(lambda words: _alone(words, verb, besides), text, verb, f"/ce {verb}")


def _alone(text: str, verb: str, besides: Collection[str]) -> None:
    line = read_line(text)
    if line.tokens and phrase(line.tokens) not in besides:
        raise WordsError(ALONE.format(verb=verb, typed=in_quotes(line.text)))


def _proof(text: str, known: Known) -> str | None:
    line = read_line(text)
    if not line.tokens or phrase(line.tokens) in _ALL:
        return None
    code, beyond, _ = leading_code(line, known)
    if beyond:
        raise WordsError(ONE_CODE.format(typed=in_quotes(line.between(beyond))), instead=(code,))
    return code


def _done(text: str) -> DoneWords:
    line = read_line(_DASHES.sub("-", _SEPARATORS.sub(" ", read_line(text).text)))
    tokens, entered = _without_not(line)
    if not tokens:
        raise WordsError(NUMBERS_MISSING, instead=("all",))
    if phrase(tokens) in _ALL:
        return DoneWords((), entered)
    spans = tuple(_span(token, tokens) for token in tokens)
    return DoneWords(spans, entered)


def _without_not(line: Line) -> tuple[tuple[Token, ...], bool]:
    """The tokens before words that take it back, and whether there were none of those."""
    for size in range(min(4, len(line.tokens)), 0, -1):
        if phrase(line.tokens[-size:]) in _NOT:
            return line.tokens[:-size], False
    return line.tokens, True


def _span(token: Token, tokens: tuple[Token, ...]) -> tuple[int, int]:
    """The numbers that a token names. Raises WordsError."""
    found = _SPAN.fullmatch(token.text)
    others = " ".join(one.text for one in tokens if _SPAN.fullmatch(one.text))
    if not found or not int(found["first"]):
        raise WordsError(NOT_A_NUMBER.format(typed=in_quotes(token.text)), instead=(others,))
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if last < first:
        raise WordsError(
            BACKWARDS.format(typed=in_quotes(token.text)), instead=(f"{last}-{first}",) if last else ()
        )
    return first, last
