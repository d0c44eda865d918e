"""The words of why, plan, timeline and forecast: certifications to look at, and from which day on."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from ..dates import in_quotes, looks_like_date, with_weekday
from .certifications import Known, leading_code, leading_date
from .errors import WordsError
from .examples import with_example
from .line import Line, Token, phrase, read_day, read_line

ONE_CODE = "I explain one certification at a time and cannot place {typed}: leave it out."
NOT_A_DAY = "I cannot place {typed}: write on and a day after the certifications, or leave it out."
DAY_IS_PAST = (
    "{day} is past, and a plan begins today or later: what an older activity does is shown when you log it."
)
_BETWEEN_CODES = re.compile(r"[,;&+]|\band\b", re.IGNORECASE)
_WHOLE = ("all", "everything", "whole")
_BEFORE_DAY = ("on", "from")


@dataclass(frozen=True, slots=True)
class PlanWords:
    """The certifications to plan for (none: all of them), and the day to plan from, where one was named."""

    codes: tuple[str, ...]
    on: date | None


def read_why(text: str, codes: Collection[str], levels: Collection[str]) -> tuple[str | None, bool]:
    """The words of `/ce why`: a certification, if one is named, and whether all reasons are asked for.

    Raises UnknownCodeError, or WordsError where more was typed.
    """
    known = Known(codes, levels)
    return with_example(lambda words: _why(words, known), text, "why", f"/ce why {known.sample}")


def read_plan(text: str, today: date, codes: Collection[str], levels: Collection[str]) -> PlanWords:
    """The words of `/ce plan`: certifications, and a day from today on.

    Raises UnknownCodeError, AmbiguousWordsError for a date with two readings, WordsError for the rest.
    """
    known = Known(codes, levels)
    return with_example(lambda words: _plan(words, today, known), text, "plan", "/ce plan")


def read_codes(text: str, codes: Collection[str], levels: Collection[str], *, verb: str) -> tuple[str, ...]:
    """The certifications that may follow `/ce {verb}`, each once; none where nothing was typed.

    Raises UnknownCodeError, or WordsError where more was typed.
    """
    known = Known(codes, levels)
    return with_example(lambda words: _codes_alone(words, known), text, verb, f"/ce {verb}")


def _why(text: str, known: Known) -> tuple[str | None, bool]:
    line = read_line(text)
    whole = phrase(line.tokens[-1:]) in _WHOLE
    rest = line.tokens[: -1 if whole else None]
    if not rest:
        return None, whole
    code, beyond, _ = leading_code(read_line(line.between(rest)), known)
    if beyond:
        raise WordsError(ONE_CODE.format(typed=in_quotes(line.between(beyond))), instead=(code,))
    return code, whole


def _plan(text: str, today: date, known: Known) -> PlanWords:
    line = read_line(_BETWEEN_CODES.sub(" ", text))
    codes, rest = _leading_codes(line, known, lambda tokens: _begins_day(line, tokens))
    return PlanWords(tuple(dict.fromkeys(codes)), _day(line, rest, today, codes) if rest else None)


def _codes_alone(text: str, known: Known) -> tuple[str, ...]:
    codes, _ = _leading_codes(read_line(_BETWEEN_CODES.sub(" ", text)), known, lambda _: False)
    return tuple(dict.fromkeys(codes))


def _leading_codes(
    line: Line, known: Known, is_beyond: Callable[[tuple[Token, ...]], bool]
) -> tuple[list[str], tuple[Token, ...]]:
    """The codes a line begins with, up to where something else begins, and the tokens from there on."""
    codes: list[str] = []
    rest = line.tokens
    while rest and not is_beyond(rest):
        try:
            code, beyond, _ = leading_code(read_line(line.between(rest)), known)
        except WordsError as error:
            if codes:
                error.instead = (" ".join(codes),)
            raise
        codes.append(code)
        rest = line.tokens[len(line.tokens) - len(beyond) :]
    return codes, rest


def _begins_day(line: Line, tokens: tuple[Token, ...]) -> bool:
    return tokens[0].bare in _BEFORE_DAY or looks_like_date(line.between(leading_date(line, tokens)))


def _day(line: Line, tokens: tuple[Token, ...], today: date, codes: list[str]) -> date:
    named = tokens[1:] if tokens[0].bare in _BEFORE_DAY else tokens
    without = " ".join(codes)
    if not named:
        raise WordsError(NOT_A_DAY.format(typed=in_quotes(line.between(tokens))), instead=(without,))
    span = leading_date(line, named)
    day = read_day(line, span, today, future=True)
    beyond = named[len(span) :]
    if beyond:
        typed = in_quotes(line.between(beyond))
        raise WordsError(NOT_A_DAY.format(typed=typed), instead=(f"{without} on {day}",))
    if day < today:
        raise WordsError(DAY_IS_PAST.format(day=with_weekday(day)), instead=(without,))
    return day
