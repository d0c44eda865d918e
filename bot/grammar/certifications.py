"""The words of cert, portal and exam: a certification, and the dates that belong to it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from ..dates import in_quotes, looks_like_date, with_weekday
from .errors import UnfinishedError, UnknownCodeError, WordsError
from .examples import nearest, with_example
from .line import EDGES, Line, Token, phrase, read_day, read_line

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


@dataclass(frozen=True, slots=True)
class CertWords:
    """What was said about a certification; with `anyway` an unlisted code was said to be right."""

    code: str
    earned_on: date | None
    suspends_on: date | None
    expires_on: date | None
    cycle_started_on: date | None
    anyway: bool


def cert_words(words: CertWords) -> str:
    """What `read_cert_add` reads as just this, and `read_portal` where nothing is said of the day earned."""
    dates = (
        ("earned", words.earned_on),
        ("suspends", words.suspends_on),
        ("expires", words.expires_on),
        ("started", words.cycle_started_on),
    )
    said = [f"{word} {day}" for word, day in dates if day]
    return _ended(" ".join([words.code, *said]), anyway=words.anyway)


def read_code(text: str, codes: Collection[str], levels: Collection[str], *, verb: str) -> str:
    """The certification that is all `/ce {verb}` needs, in any case, with or without dash or space.

    It must be one of `codes`, except at a level (`levels`) for which `codes` has none at all:
    there any three digits will do.
    Raises UnknownCodeError, or WordsError where nothing or more was typed.
    """
    known = Known(codes, levels)
    return with_example(lambda words: _code_alone(words, known), text, verb, "/ce cert list")


def read_cert_add(text: str, today: date, codes: Collection[str], levels: Collection[str]) -> CertWords:
    """The words of `/ce cert add`: a certification and when it was earned, suspends, expires.

    Raises UnknownCodeError unless the last word is `anyway` and the code plausible, UnfinishedError
    with what was said where a date is missing or everything, AmbiguousWordsError for a date with two
    readings, WordsError for the rest.
    """
    known = Known(codes, levels)
    return with_example(
        lambda words: _cert_words(words, today, known, _ALL_DATES, _SAMPLE_EARNED),
        text,
        "cert add",
        f"/ce cert add {known.sample} {_SAMPLE_EARNED}",
    )


def read_portal(text: str, today: date, codes: Collection[str], levels: Collection[str]) -> CertWords:
    """The words of `/ce portal`: a certification, when it suspends, and perhaps when it expires and began.

    Raises as `read_cert_add` does.
    """
    known = Known(codes, levels)
    return with_example(
        lambda words: _cert_words(words, today, known, _PORTAL_DATES, _SAMPLE_SHOWN),
        text,
        "portal",
        f"/ce portal {known.sample} {_SAMPLE_SHOWN}",
    )


def read_exam(
    text: str, today: date, codes: Collection[str], levels: Collection[str], *, verb: str = "exam"
) -> tuple[str, date]:
    """A certification and the day its exam was passed, which is never guessed.

    `verb` is the command that the example shows.
    Raises UnknownCodeError, UnfinishedError, AmbiguousWordsError or WordsError.
    """
    known = Known(codes, levels)
    default = f"/ce {verb} {known.sample} {_SAMPLE_PASSED}"
    return with_example(lambda words: _exam(words, today, known), text, verb, default)


_SAMPLE_CODE = "ACP-620"
_SAMPLE_EARNED = "earned 2024-01-01"
_SAMPLE_SHOWN = "suspends 2026-01-01 expires 2026-04-01"
_SAMPLE_PASSED = "2025-11-15"
_CODE = re.compile(r"(?P<level>[A-Za-z]{1,10})[ _\-\u2010-\u2015]*(?P<digits>[0-9]{1,10})(?=[\s,:;.)]|$)")
_DATE_WORDS = {
    "earned": "earned_on", "passed": "earned_on", "since": "earned_on", "from": "earned_on",
    "suspends": "suspends_on", "suspend": "suspends_on", "suspended": "suspends_on",
    "suspension": "suspends_on",
    "expires": "expires_on", "expire": "expires_on", "expired": "expires_on", "expiration": "expires_on",
    "expiry": "expires_on", "until": "expires_on",
    "started": "cycle_started_on", "renewed": "cycle_started_on", "since renewal": "cycle_started_on",
}  # fmt: skip
_ALL_DATES = frozenset(_DATE_WORDS.values())
_PORTAL_DATES = _ALL_DATES - {"earned_on"}
_AROUND_DATES = ("", "on", "and", "date", "is", "at")
_AROUND_EXAM = (*_AROUND_DATES, "passed", "taken", "retaken", "exam", "again")
_LONGEST_DATE = 6  # words
_ANYWAY = "anyway"


class Known:
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


def leading_code(line: Line, known: Known) -> tuple[str, tuple[Token, ...], bool]:
    """The certification that stands first, the tokens after it, and whether the last word was `anyway`.

    Raises UnknownCodeError, or WordsError where no certification is named.
    """
    anyway = len(line.tokens) > 1 and phrase(line.tokens[-1:]) == _ANYWAY
    found = _CODE.match(line.text)
    dated = phrase(line.tokens[:1]) in _DATE_WORDS or _begins_with_date(line)
    if not line.tokens:
        raise UnfinishedError(CODE_MISSING.format(like=known.sample), about="code")
    if not found and (dated or phrase(line.tokens[:1]) in ("", _ANYWAY)):
        # Only to dates a code is added: alone it would name a certification that nobody typed.
        instead = (f"{known.sample} {line.text}",) if dated else ()
        raise WordsError(CODE_MISSING.format(like=known.sample), instead=instead, about="code")
    end = found.end() if found else line.tokens[0].end
    typed = line.text[:end]
    code = _canonical(typed.strip(EDGES))
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


def _begins_with_date(line: Line) -> bool:
    return looks_like_date(line.between(leading_date(line, line.tokens)))


def _code_alone(text: str, known: Known) -> str:
    line = read_line(text)
    code, rest, anyway = leading_code(line, known)
    if rest:
        raise WordsError(
            ONLY_THE_CODE.format(typed=in_quotes(line.between(rest))),
            instead=(_ended(code, anyway=anyway),),
            about="code",
        )
    return code


def _ended(words: str, *, anyway: bool) -> str:
    return f"{words} {_ANYWAY}" if anyway else words


def _cert_words(
    text: str, today: date, known: Known, welcome: Collection[str], sample_dates: str
) -> CertWords:
    line = read_line(text)
    code, rest, anyway = leading_code(line, known)
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
        refuse_inconsistent(words, may_be_earned_alone="earned_on" in welcome)
    except WordsError as error:
        error.instead = (*error.instead, _ended(f"{code} {sample_dates}", anyway=anyway))
        raise
    return words


def _stated_dates(
    line: Line, tokens: Sequence[Token], today: date, welcome: Collection[str]
) -> dict[str, date]:
    """The dates, each under the name of the field that the word before it stands for."""
    stated: dict[str, date] = {}
    at = 0
    while at < len(tokens):
        if tokens[at].bare in _AROUND_DATES:
            at += 1
            continue
        field, size = _date_word(tokens[at:])
        if field is None:
            raise _misplaced(line, tokens[at:], welcome)
        word = line.between(tokens[at : at + size])
        if field not in welcome:
            raise WordsError(NOT_IN_PORTAL.format(word=in_quotes(word)))
        if field in stated:
            raise WordsError(DATE_TWICE.format(word=in_quotes(word)))
        at += size
        while at < len(tokens) and tokens[at].bare in _AROUND_DATES:
            at += 1
        end = next((end for end in range(at, len(tokens)) if _date_word(tokens[end:])[0]), len(tokens))
        if at == end:
            raise WordsError(DATE_AFTER_WORD.format(word=in_quotes(word)))
        span = leading_date(line, tokens[at:end])
        try:
            stated[field] = read_day(line, span, today, future=field in ("suspends_on", "expires_on"))
        except WordsError as error:
            error.about = field
            raise
        at += len(span)
    return stated


def _date_word(tokens: Sequence[Token]) -> tuple[str | None, int]:
    """The field that the first words stand for, and how many words they are."""
    two_words = _DATE_WORDS.get(phrase(tokens[:2])) if len(tokens) > 1 else None
    return (two_words, 2) if two_words else (_DATE_WORDS.get(phrase(tokens[:1])), 1)


def leading_date(line: Line, tokens: Sequence[Token]) -> Sequence[Token]:
    """The longest beginning of these tokens that looks like a date; all of them where none does."""
    for size in range(min(_LONGEST_DATE, len(tokens)), 0, -1):
        if looks_like_date(line.between(tokens[:size])):
            return tokens[:size]
    return tokens


def _misplaced(line: Line, tokens: Sequence[Token], welcome: Collection[str]) -> WordsError:
    """What to say to words that are none of those before a date: a date alone, a slip, or neither."""
    token = tokens[0]
    before, after = line.text[: token.start], line.text[token.end :]
    typed = line.between(leading_date(line, tokens))
    if looks_like_date(typed):
        sentence = WHICH_DATE if "earned_on" in welcome else WHICH_PORTAL_DATE
        said = f"{token.text}{after}"
        return WordsError(
            sentence.format(typed=in_quotes(typed)),
            instead=(f"{before}earned {said}", f"{before}suspends {said}"),
        )
    meant = nearest(token.bare, _DATE_WORDS)
    if meant:
        return WordsError(
            MISTYPED_DATE_WORD.format(typed=in_quotes(token.text), nearest=meant),
            instead=(f"{before}{meant}{after}",),
        )
    return WordsError(NOT_UNDERSTOOD.format(typed=in_quotes(token.text)), instead=(f"{before}{after}",))


def refuse_inconsistent(words: CertWords, *, may_be_earned_alone: bool) -> None:
    """Raise UnfinishedError if a date is missing, WordsError if two of them contradict each other."""
    code, suspends_on, expires_on = words.code, words.suspends_on, words.expires_on
    if suspends_on is None:
        if expires_on or words.cycle_started_on or not may_be_earned_alone:
            rest = f" expires {expires_on}" if expires_on else ""
            right = f"{code} suspends 2026-01-01{rest}"
            sentence = SUSPENSION_MISSING.format(code=code)
            raise UnfinishedError(sentence, said=words, instead=(right,), about="suspends_on")
        if words.earned_on is None:
            raise UnfinishedError(DATES_MISSING.format(code=code), said=words, about="earned_on")
        return
    if expires_on and expires_on <= suspends_on:
        raise WordsError(
            EXPIRES_TOO_EARLY.format(
                expires_on=with_weekday(expires_on), suspends_on=with_weekday(suspends_on)
            ),
            instead=(f"{code} suspends {expires_on} expires {suspends_on}",),
            about="expires_on",
        )
    for field, what in (("earned_on", "earned date"), ("cycle_started_on", "start of the cycle")):
        day = getattr(words, field)
        if day and day >= suspends_on:
            raise WordsError(
                STARTS_TOO_LATE.format(
                    what=what, on=with_weekday(day), suspends_on=with_weekday(suspends_on)
                ),
                about=field,
            )


def _exam(text: str, today: date, known: Known) -> tuple[str, date]:
    line = read_line(text)
    code, rest, anyway = leading_code(line, known)
    said = [token for token in rest if token.bare not in _AROUND_EXAM]
    try:
        if not said:
            held = CertWords(code, None, None, None, None, anyway)
            raise UnfinishedError(EXAM_DATE_MISSING.format(code=code), said=held, about="passed_on")
        span = leading_date(line, said)
        passed_on = read_day(line, span, today)
        beyond = said[len(span) :]
        if beyond:
            typed = in_quotes(line.between(beyond))
            right = _ended(f"{code} {passed_on}", anyway=anyway)
            raise WordsError(NOT_UNDERSTOOD.format(typed=typed), instead=(right,))
    except WordsError as error:
        error.about = error.about or "passed_on"
        error.instead = (*error.instead, _ended(f"{code} {_SAMPLE_PASSED}", anyway=anyway))
        raise
    return code, passed_on
