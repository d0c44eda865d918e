"""Answers to questions: found, perhaps meant, or honestly not known."""

from faq.answer import Answer
from faq.entry import Entry, Faq
from rules import Policy

from .blocks import BUTTON_TEXT_MOST, Reply, commands, reply

NOT_KNOWN = (
    "I do not know that one. I answer questions about renewing Atlassian certifications, and only from "
    "answers somebody has checked."
)
NOT_KNOWN_NEXT = (
    "Try other words, see `/ce help`, or look at the current policies: {policies_page}. For a case of your "
    "own, ask Atlassian Support > Training and certification."
)
EMPTY = "Ask me something about renewing, such as:"
PERHAPS = "I am not sure what you mean. Is it one of these?"
PERHAPS_THIS = "I am not sure what you mean. Is it this?"
SOURCE = "Source: {titles}. Checked on {reviewed_on}."


def answer(found: Answer, faq: Faq, policy: Policy) -> Reply:
    """The reply to a question."""
    if found.tier == "answer" and found.entry:
        return _entry(found.answer or "", faq.entries[found.entry], policy)
    if found.tier == "suggest":
        asked = [faq.entries[slug].question for slug in found.suggestions]
        buttons = commands(*((_label(question), f"ask {question}") for question in asked))
        return reply(PERHAPS if len(buttons) > 1 else PERHAPS_THIS, buttons=buttons)
    if found.answer:
        return reply(found.answer)
    return reply(NOT_KNOWN, small=[NOT_KNOWN_NEXT.format(policies_page=policy.links.policies_page)])


def _entry(text: str, entry: Entry, policy: Policy) -> Reply:
    titles = "; ".join(policy.sources[source].title for source in entry.sources)
    return reply(text, small=[SOURCE.format(titles=titles, reviewed_on=entry.reviewed_on)])


def _label(question: str) -> str:
    return question if len(question) <= BUTTON_TEXT_MOST else question[: BUTTON_TEXT_MOST - 1] + "…"
