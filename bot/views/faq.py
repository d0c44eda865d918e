"""Answers to questions as cards: found, perhaps meant, or honestly not known."""

from collections.abc import Sequence

from faq.entry import Entry, Faq
from rules import Policy

from ..outcomes import Answered
from . import personal
from .blocks import RUN_ACTION, Block, Reply, actions, commands, cut, reply
from .inbox import feedback_buttons, none_button, pass_button

NOT_KNOWN = (
    "I do not know that one. I answer questions about renewing Atlassian certifications, and only from "
    "answers somebody has checked."
)
NOT_KNOWN_NEXT = (
    "Try other words, see `/ce help`, or look at the current policies: {policies_page}. For a case of your "
    "own, ask Atlassian Support > Training and certification."
)
ONLY_ENGLISH = (
    "I only know English, sorry. Please ask again in English, such as: "
    "_does coursework need to match the cert?_"
)
EMPTY = "Ask me something about renewing, such as:"
PERHAPS = "I am not sure what you mean. Is it one of these?"
PERHAPS_THIS = "I am not sure what you mean. Is it this?"
CLOSEST = "These topics of mine come closest; they may not be what you mean:"
TAKEN_AS = "I took that as: {question}"
SOURCE = "Source: {titles}. Checked on {reviewed_on}."
ON = (
    "From now on I answer questions about renewing here by myself: in a thread, and only where I am sure. "
    "I see messages only where I am a member, so invite me if I am not. `/ce faq off` ends it."
)
ON_ALREADY = "I answer by myself here already, where I am sure. `/ce faq off` ends it."
OFF = "From now on I answer here only when mentioned. `/ce faq on` brings it back."
OFF_ALREADY = "I answer here only when mentioned. `/ce faq on` lets me answer by myself, where I am sure."
ONLY_IN_CHANNELS = (
    "`/ce faq on` and `/ce faq off` belong into a channel: here I answer every question anyway, so just ask."
)

# Buttons that show a related answer below the one they stand under.
SEE_ACTION = "ce:see"
MOST_RELATED = 3


def answer(found: Answered, policy: Policy) -> Reply:
    """The reply to a question."""
    tier, text = found.answer.tier, found.answer.answer
    if tier == "answer" and found.answer.entry:
        return _entry(found, found.faq.entries[found.answer.entry], policy)
    if tier == "suggest":
        return _suggestions(found)
    if text:
        return reply(text)
    return _not_known(found, policy)


def switched(*, on: bool, changed: bool) -> Reply:
    """The answer to `/ce faq on` and `/ce faq off`, and to `/ce faq`, which changes nothing."""
    return reply((ON if on else OFF) if changed else (ON_ALREADY if on else OFF_ALREADY))


def only_in_channels() -> Reply:
    """The answer to the same in a direct message."""
    return reply(ONLY_IN_CHANNELS)


def _entry(found: Answered, entry: Entry, policy: Policy) -> Reply:
    titles = "; ".join(policy.sources[source].title for source in entry.sources)
    for_you = personal.lines(found.for_you, policy) if found.for_you else ""
    small = [
        TAKEN_AS.format(question=entry.question) if found.follows else "",
        personal.ENROL if found.for_you and not for_you else "",
        SOURCE.format(titles=titles, reviewed_on=entry.reviewed_on),
    ]
    card = reply(found.answer.answer or "", for_you, small=small)
    rows = [_related(entry, found.faq)]
    if found.number is not None:
        rows.append(feedback_buttons(found.number))
    return Reply(card.text, [*card.blocks, *(actions(row) for row in rows if row)])


def _suggestions(found: Answered) -> Reply:
    buttons = _questions(found.answer.suggestions, found.faq)
    none = none_button(found.number, found.asker) if found.number is not None else []
    return reply(PERHAPS if len(buttons) > 1 else PERHAPS_THIS, buttons=[*buttons, *none])


def _not_known(found: Answered, policy: Policy) -> Reply:
    """That nothing fits, which topics come closest, and the way to somebody who may know."""
    topics = _questions(found.answer.closest, found.faq)
    passing = pass_button(found.number, found.asker) if found.number is not None and found.can_pass else []
    return reply(
        NOT_KNOWN if found.answer.is_english else ONLY_ENGLISH,
        CLOSEST if topics else "",
        small=[NOT_KNOWN_NEXT.format(policies_page=policy.links.policies_page)],
        buttons=[*topics, *passing],
    )


def _questions(slugs: Sequence[str], faq: Faq, *, action: str = RUN_ACTION) -> list[Block]:
    """Buttons that ask what some entries answer."""
    asked = [faq.entries[slug].question for slug in slugs]
    return commands(*((cut(question), f"ask {question}") for question in asked), action=action)


def _related(entry: Entry, faq: Faq) -> list[Block]:
    return _questions(entry.see_also[:MOST_RELATED], faq, action=SEE_ACTION)
