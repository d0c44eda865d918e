"""The forms for a certification and for an exam: what they hold becomes the words that say the same."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import NoReturn

from rules import Dates, ExamPass, PortalDates, expiration_of, portal_on

from .. import grammar
from ..views import certification_form as shown
from ..views import troubles
from ..views.blocks import Block, Reply, View
from ..views.certification_form import EARNED, PORTAL, UNLISTED, Filled
from .asked import Asked, Look, Open
from .fields import Fields, FieldsError, Form

Read = Callable[[str, date, Collection[str], Collection[str]], grammar.CertWords]

NO_CERTIFICATION = "Choose which certification."
DATES = (shown.EARNED_ON, shown.SUSPENDS_ON, shown.EXPIRES_ON, shown.STARTED_ON)


def portal_dates(words: grammar.CertWords, confirmed_on: date) -> PortalDates | None:
    """What the portal shows by these words, looked at on a day; None where they are not about that."""
    if words.suspends_on is None:
        return None
    return PortalDates(words.suspends_on, words.expires_on, confirmed_on, words.cycle_started_on)


# Opening


def _open_certification(asked: Asked) -> Reply:
    return _certification(asked, "cert add", grammar.read_cert_add, EARNED)


def open_portal(asked: Asked) -> Reply:
    """The form for what the portal shows, as far as the words after `/ce portal` say it."""
    return _certification(asked, "portal", grammar.read_portal, PORTAL)


def _certification(asked: Asked, command: str, read: Read, side: str) -> Reply:
    """The form for a certification, with as much filled in as was said, or else is known of it."""
    try:
        said: grammar.CertWords | None = read(asked.words, asked.today, asked.codes, asked.levels)
        by_words = troubles.hint("", f"/ce {command} {asked.words}")
    except grammar.UnfinishedError as error:
        said, by_words = error.said, troubles.hint(error.sentence, error.example)
    filled = Filled(side=side)
    if said:
        is_shown = any((said.suspends_on, said.expires_on, said.cycle_started_on))
        filled = replace(
            _chosen(said.code, asked),
            side=PORTAL if is_shown else side,
            **{name: getattr(said, name) for name in DATES},
        )
        if not (is_shown or said.earned_on):
            filled = _as_held(filled, asked)
    return by_words._replace(modal=_certification_view(asked, _as_stated(filled, asked)))


def _open_exam(asked: Asked) -> Reply:
    try:
        code, passed_on = grammar.read_exam(asked.words, asked.today, asked.codes, asked.levels)
        filled = replace(_chosen(code, asked), passed_on=passed_on)
        by_words = troubles.hint("", f"/ce exam {asked.words}")
    except grammar.UnfinishedError as error:
        filled = _chosen(error.said.code, asked) if error.said else Filled()
        by_words = troubles.hint(error.sentence, error.example)
    return by_words._replace(modal=_exam_view(asked, filled))


def _chosen(code: str, asked: Asked) -> Filled:
    """A code as the menu has it, or as it is typed where the menu lists it not."""
    if code in (*asked.codes, *_held_codes(asked)):
        return Filled(code)
    return Filled(UNLISTED, code)


def _as_held(filled: Filled, asked: Asked) -> Filled:
    """The same, with the dates that are known where there are none; of the portal's dates all or none."""
    found = asked.desk.holdings(asked.who, asked.today).held if filled.code in _held_codes(asked) else ()
    held, standing = next((both for both in found if both[0].code == filled.code), (None, None))
    if held is None or standing is None:
        return filled
    if held.earned_on is None and filled.earned_on is None:
        filled = replace(filled, side=PORTAL)
    if filled.side == EARNED:
        return replace(filled, earned_on=filled.earned_on or held.earned_on)
    if any((filled.suspends_on, filled.expires_on, filled.cycle_started_on)):
        return filled
    cycle = standing.cycle
    stated = portal_on(held, asked.today) if cycle.dates is Dates.PORTAL else None
    return replace(
        filled,
        suspends_on=cycle.suspends_on,
        expires_on=cycle.expires_on,
        cycle_started_on=stated.cycle_started_on if stated else None,
    )


def _as_stated(filled: Filled, asked: Asked) -> Filled:
    """The same without an expiration date that follows from the suspension date.

    It would stay, and be wrong, where only the other is put right.
    """
    suspends_on = filled.suspends_on
    follows = suspends_on and filled.expires_on == expiration_of(suspends_on, asked.desk.policy)
    return replace(filled, expires_on=None) if follows else filled


def _held_codes(asked: Asked) -> list[str]:
    """What is held, the most urgent first."""
    return [standing.code for standing in asked.desk.overview(asked.who, asked.today).standings]


# Showing


def _certification_view(asked: Asked, filled: Filled) -> View:
    preview = _certification_preview(asked, filled)
    return shown.certification(filled, asked.codes, _held_codes(asked), preview, asked.desk.policy)


def _certification_preview(asked: Asked, filled: Filled) -> list[Block]:
    day = filled.suspends_on if filled.side == PORTAL else filled.earned_on
    if not (day and _names_one(filled)):
        return []
    try:
        words = _read_certification(asked, filled)
    except FieldsError as error:
        return shown.not_yet(str(error))
    effect = asked.desk.previewing.certification(
        asked.who,
        words.code,
        asked.today,
        earned_on=words.earned_on,
        shown=portal_dates(words, asked.today),
    )
    return shown.certification_preview(effect, asked.today, asked.desk.policy)


def _exam_view(asked: Asked, filled: Filled) -> View:
    preview = _exam_preview(asked, filled)
    return shown.exam(filled, asked.codes, _held_codes(asked), preview, asked.desk.policy)


def _exam_preview(asked: Asked, filled: Filled) -> list[Block]:
    if not (filled.passed_on and _names_one(filled)):
        return []
    try:
        code, passed_on, _ = _read_exam(asked, filled)
    except FieldsError as error:
        return shown.not_yet(str(error))
    return shown.exam_preview(asked.desk.previewing.exam(asked.who, ExamPass(code, passed_on), asked.today))


def _names_one(filled: Filled) -> bool:
    return bool(filled.other_code if filled.code == UNLISTED else filled.code)


def _look_again(asked: Asked, fields: Fields) -> View:
    filled = _filled(fields)
    side_shown = PORTAL if fields.has(shown.SUSPENDS_ON) else EARNED
    if filled.side != side_shown:
        side, filled = filled.side, _as_held(filled, asked)
        filled = _as_stated(replace(filled, side=side), asked)
    return _certification_view(asked, filled)


def _look_again_at_exam(asked: Asked, fields: Fields) -> View:
    return _exam_view(asked, _filled(fields))


# What was filled in


def _filled(fields: Fields) -> Filled:
    """What the fields hold, and the day that a field held which is not there now."""
    return Filled(
        fields.choice(shown.CODE) or "",
        fields.text(shown.OTHER_CODE) or "",
        PORTAL if fields.choice(shown.SIDE) == PORTAL else EARNED,
        passed_on=fields.day(shown.PASSED_ON),
        **{name: fields.day(name) if fields.has(name) else _kept(fields, name) for name in DATES},
    )


def _kept(fields: Fields, name: str) -> date | None:
    try:
        return date.fromisoformat(str(fields.about.get(name)))
    except ValueError:
        return None


def _read_certification(asked: Asked, filled: Filled) -> grammar.CertWords:
    """What the form says, checked as the words that say it are. Raises FieldsError."""
    code, anyway = _code(asked, filled)
    if filled.side == PORTAL:
        read: Read = grammar.read_portal
        dates = (filled.suspends_on, filled.expires_on, filled.cycle_started_on)
        words = grammar.CertWords(code, None, *dates, anyway)
    else:
        read = grammar.read_cert_add
        words = grammar.CertWords(code, filled.earned_on, None, None, None, anyway)
    try:
        return read(grammar.cert_words(words), asked.today, asked.codes, asked.levels)
    except grammar.WordsError as error:
        _blame(error)


def _read_exam(asked: Asked, filled: Filled) -> tuple[str, date, str]:
    """The same of an exam: its code, its day, and the words that say both."""
    code, anyway = _code(asked, filled)
    said = [code, *([filled.passed_on.isoformat()] if filled.passed_on else [])]
    words = " ".join([*said, *(["anyway"] if anyway else [])])
    try:
        return *grammar.read_exam(words, asked.today, asked.codes, asked.levels), words
    except grammar.WordsError as error:
        _blame(error)


def _code(asked: Asked, filled: Filled) -> tuple[str, bool]:
    """The code, and whether it is none of those that are known: whoever types one says that it is right."""
    if not filled.code:
        raise FieldsError({shown.CODE: NO_CERTIFICATION})
    is_typed = filled.code == UNLISTED
    typed = f"{filled.other_code} anyway" if is_typed else filled.code
    try:
        code = grammar.read_code(typed, asked.codes, asked.levels, verb="cert add")
    except grammar.WordsError as error:
        raise FieldsError({shown.OTHER_CODE if is_typed else shown.CODE: error.sentence}) from error
    return code, is_typed and code not in asked.codes


def _blame(error: grammar.WordsError) -> NoReturn:
    raise FieldsError({error.about: error.sentence}) from error


def _say_certification(asked: Asked, fields: Fields) -> str:
    filled = _filled(fields)
    words = grammar.cert_words(_read_certification(asked, filled))
    return f"portal {words}" if filled.side == PORTAL else f"cert add {words}"


def _say_exam(asked: Asked, fields: Fields) -> str:
    return f"exam {_read_exam(asked, _filled(fields))[2]}"


# Words that are only the beginning


def _if_begun(read: Callable[[str, date, Collection[str], Collection[str]], object], then: Look) -> Open:
    """Open the form for words to which something is missing, and which it can hold: one side of the two."""

    def opened(asked: Asked) -> Reply | None:
        try:
            read(asked.words, asked.today, asked.codes, asked.levels)
        except grammar.UnfinishedError as error:
            says_both = error.about == shown.SUSPENDS_ON and error.said.earned_on
            return None if says_both else then(asked)
        except grammar.WordsError:
            return None
        return None

    return opened


OPENING: Mapping[str, Open] = MappingProxyType(
    {
        "cert add": _if_begun(grammar.read_cert_add, _open_certification),
        "portal": _if_begun(grammar.read_portal, open_portal),
        "exam": _if_begun(grammar.read_exam, _open_exam),
    }
)
LOOKING: Mapping[str, Look] = MappingProxyType(
    {"form cert": _open_certification, "form portal": open_portal, "form exam": _open_exam}
)
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        shown.CERT: Form(_say_certification, shown.CODE, _look_again),
        shown.EXAM: Form(_say_exam, shown.PASSED_ON, _look_again_at_exam),
    }
)
