"""The forms for a certification and for an exam, with what would come of them while they are filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules import Policy

from ..outcomes import Effect, ExamPreview
from . import words
from .blocks import Block, View, context, plain, section
from .modals import choice_field, day_field, form, text_field
from .reasons import with_weekdays
from .standing import credential, warnings

# The forms, their fields, and the two ways to state a certification.
CERT, EXAM = "cert", "exam"
CODE, OTHER_CODE, SIDE = "code", "other_code", "side"
EARNED, PORTAL = "earned", "portal"
EARNED_ON, PASSED_ON = "earned_on", "passed_on"
SUSPENDS_ON, EXPIRES_ON, STARTED_ON = "suspends_on", "expires_on", "cycle_started_on"
# The choice of a code that the menu does not list.
UNLISTED = "other"
MENU_MOST = 100

CERT_TITLE, EXAM_TITLE = "Certification", "Exam passed"
WHICH = "Certification"
CHOOSE = "Choose a code"
HELD, RETIRED, NOT_LISTED = "{code} · you hold it", "{code} · retired", "Another code …"
ITS_CODE = "Its code"
ITS_CODE_HINT = "A level and three digits, like {like}. I cannot check it, so look at it twice."
SIDES = ((EARNED, "The day I earned it"), (PORTAL, "The dates the portal shows"))
WHAT_YOU_KNOW = "What you know of it"
DAY_EARNED = "Earned on"
DAY_EARNED_HINT = "The day you passed its exam; the dates are calculated from it."
SUSPENDS, EXPIRES, STARTED = "Suspension date", "Expiration date", "Cycle began on"
SUSPENDS_HINT = "The first day on which it is suspended unless it is renewed."
EXPIRES_HINT = "Calculated from the suspension date if you leave it out."
STARTED_HINT = "The day of the last renewal, if the portal shows it; else it is calculated."
PORTAL_WINS = "What <{portal}|the portal> shows wins over everything I calculate."
DAY_PASSED = "Passed on"

PREVIEW = "*Once saved:*"
PREVIEW_NOTHING = "Once a code and a date are here, I show the dates that follow from them."
PREVIEW_NO_EXAM = "Once a code and a day are here, I show what the exam renews."
LAST_SAFE = "Last safe day to finish what renews it: {day}."
IS_WORSE = ":warning: That is worse than now, so I ask before I save it. *Now:* {now}."
NOW = "*Now:* {now}."
STANDS = "suspends {suspends}, expires {expires}; {sure}"
NOT_YET = ":warning: {sentence}"
RENEWS = "*Once saved:* it renews *{code}* on {day}: it suspends *{suspends}* and expires {expires}; {sure}."
RENEWS_BUT_LATER = (
    "*Once saved:* it renews *{code}* on {day}; with a later renewal it suspends *{suspends}* and expires "
    "{expires}; {sure}."
)
RENEWS_NOTHING = "*Once saved:* it is kept, but renews nothing."
WINDOW = "In the present cycle of {code} the exam counts from {opens} to {closes}."
NOT_HELD = (
    "*Once saved:* it is kept. I do not know *{code}* of yours yet, so it renews nothing before you add it."
)
IS_NOTED = "I have that exam already."


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form holds: the code as it was chosen or, of one that is not listed, as it was typed."""

    code: str = ""
    other_code: str = ""
    side: str = EARNED
    earned_on: date | None = None
    suspends_on: date | None = None
    expires_on: date | None = None
    cycle_started_on: date | None = None
    passed_on: date | None = None


def certification(
    filled: Filled, known: Sequence[str], held: Sequence[str], preview: Sequence[Block], policy: Policy
) -> View:
    """The form for a certification, of the codes `known`, with what would come of what it holds."""
    if filled.side == PORTAL:
        dates = [
            day_field(SUSPENDS_ON, SUSPENDS, initial=filled.suspends_on, hint=SUSPENDS_HINT, dispatch=True),
            day_field(
                EXPIRES_ON,
                EXPIRES,
                initial=filled.expires_on,
                hint=EXPIRES_HINT,
                optional=True,
                dispatch=True,
            ),
            day_field(
                STARTED_ON,
                STARTED,
                initial=filled.cycle_started_on,
                hint=STARTED_HINT,
                optional=True,
                dispatch=True,
            ),
        ]
    else:
        dates = [
            day_field(EARNED_ON, DAY_EARNED, initial=filled.earned_on, hint=DAY_EARNED_HINT, dispatch=True)
        ]
    # What the other side held comes back when it is chosen again.
    kept = {
        name: day.isoformat()
        for name in (EARNED_ON, SUSPENDS_ON, EXPIRES_ON, STARTED_ON)
        if (day := getattr(filled, name))
    }
    return form(
        CERT,
        CERT_TITLE,
        [
            *_which(filled, known, held, policy),
            choice_field(SIDE, WHAT_YOU_KNOW, SIDES, initial=filled.side, dispatch=True, buttons=True),
            *dates,
            *(preview or [section(PREVIEW_NOTHING)]),
            context(PORTAL_WINS.format(portal=policy.links.portal)),
        ],
        about=kept,
    )


def exam(
    filled: Filled, known: Sequence[str], held: Sequence[str], preview: Sequence[Block], policy: Policy
) -> View:
    """The form for an exam that was passed, of the codes `known`, those `held` first."""
    return form(
        EXAM,
        EXAM_TITLE,
        [
            *_which(filled, known, held, policy),
            day_field(PASSED_ON, DAY_PASSED, initial=filled.passed_on, dispatch=True),
            *(preview or [section(PREVIEW_NO_EXAM)]),
        ],
    )


def certification_preview(effect: Effect, today: date, policy: Policy) -> list[Block]:
    """The dates that would hold once a certification is saved, and those of now if they are others."""
    after = effect.after
    assert after
    lines = [PREVIEW, credential(after, today, policy)]
    if today <= after.last_safe_day:
        lines.append(LAST_SAFE.format(day=words.day(after.last_safe_day)))
    if effect.moved or effect.is_worse:
        lines.append(_now(effect))
    beside = "\n".join(warnings([after]))
    return [section("\n".join(lines)), *([context(beside)] if beside else [])]


def exam_preview(found: ExamPreview) -> list[Block]:
    """What an exam would renew, or why it would renew nothing (R10)."""
    if found.is_noted:
        return not_yet(IS_NOTED)
    code, renewal, effect = found.exam.code, found.renewal, found.effect
    if effect is None or effect.after is None:
        return [section(NOT_HELD.format(code=code))]
    after = effect.after
    if renewal:
        cycle = after.cycle
        said = (RENEWS if renewal == after.renewals[-1] else RENEWS_BUT_LATER).format(
            code=code,
            day=words.day(renewal.renewed_on),
            suspends=words.day(cycle.suspends_on),
            expires=words.day(cycle.expires_on),
            sure=words.HOW_SURE[cycle.dates],
        )
        return [section("\n".join([said, *([_now(effect)] if effect.is_worse else [])]))]
    lines, window = [RENEWS_NOTHING, plain(with_weekdays(found.why))], after.exam_window
    if str(window.opens_on) not in found.why:  # it was another cycle's
        opens, closes = words.day(window.opens_on), words.day(window.closes_on)
        lines.append(WINDOW.format(code=code, opens=opens, closes=closes))
    return [section("\n".join(filter(None, lines)))]


def not_yet(sentence: str) -> list[Block]:
    """What keeps a form from being saved, in the place of what would come of it."""
    return [section(NOT_YET.format(sentence=plain(sentence)))]


def _now(effect: Effect) -> str:
    """How a certification held stands before it is saved, and that I ask where it stands worse after."""
    assert effect.before
    cycle = effect.before.cycle
    now = STANDS.format(
        suspends=words.day(cycle.suspends_on),
        expires=words.day(cycle.expires_on),
        sure=words.HOW_SURE[cycle.dates],
    )
    return (IS_WORSE if effect.is_worse else NOW).format(now=now)


def _which(filled: Filled, known: Sequence[str], held: Sequence[str], policy: Policy) -> list[Block]:
    """The menu of codes, those held first, and the field for one that it does not list."""
    codes = [*held, *(code for code in known if code not in held)][: MENU_MOST - 1]
    options = [*((code, _named(code, held, policy)) for code in codes), (UNLISTED, NOT_LISTED)]
    menu = choice_field(CODE, WHICH, options, initial=filled.code or None, placeholder=CHOOSE, dispatch=True)
    if filled.code != UNLISTED:
        return [menu]
    hint = ITS_CODE_HINT.format(like=known[0] if known else "ACP-620")
    return [
        menu,
        text_field(OTHER_CODE, ITS_CODE, initial=filled.other_code, hint=hint, most=20, dispatch=True),
    ]


def _named(code: str, held: Sequence[str], policy: Policy) -> str:
    if code in held:
        return HELD.format(code=code)
    return (RETIRED if code in policy.certifications.retired else "{code}").format(code=code)
