"""What to reply to a question, as a value."""

from dataclasses import dataclass
from typing import Final

from .entry import Faq
from .matcher import ONE_WORD, SUGGEST_FROM, TOO_CLOSE, Match, Tier

MOST_SUGGESTIONS: Final = 3
CLOSEST_FROM: Final = 0.20


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    Tier "answer": `entry` is meant and `answer` is its text. Tier "suggest": `suggestions` may be meant, best
    first, and `entry` is the first of them. Tier "none": nothing fits, or, if `answer` says who can help, the
    topic is one we do not cover. `score` runs from 0 to 1; `matched` is the phrasing that came closest.
    `closest` are the entries nearest to a question that nothing fits: topics to name, never an answer.
    `is_english` is False where hardly a word of the question is.
    """

    tier: Tier
    entry: str | None
    score: float
    answer: str | None
    suggestions: tuple[str, ...]
    matched: str | None
    closest: tuple[str, ...] = ()
    is_english: bool = True


def ask(faq: Faq, question: str) -> Answer:
    """Find the answer to `question`, or what it may have meant, or say that there is none."""
    return reply(faq, faq.matcher.match(question))


def reply(faq: Faq, match: Match) -> Answer:
    """The answer that a match leads to."""
    if match.tier == "none":
        return _none(faq, match)
    best = match.candidates[0]
    if match.tier == "answer" and best.slug in faq.entries:
        return Answer(
            "answer", best.slug, round(best.score, 3), faq.entries[best.slug].text, (), best.phrasing
        )
    topics = [
        candidate
        for candidate in match.candidates
        if candidate.slug in faq.entries and candidate.score >= SUGGEST_FROM
    ][:MOST_SUGGESTIONS]
    # One word alone says too little to send somebody elsewhere where a topic of ours may be meant.
    is_decoy = best.slug in faq.not_covered and not (topics and ONE_WORD in match.guards)
    if is_decoy and (not topics or topics[0].score <= TOO_CLOSE * best.score):
        text = faq.not_covered[best.slug].text
        return Answer("none", None, round(best.score, 3), text, (), best.phrasing)
    suggestions = tuple(topic.slug for topic in topics)
    return Answer("suggest", suggestions[0], round(topics[0].score, 3), None, suggestions, topics[0].phrasing)


def _none(faq: Faq, match: Match) -> Answer:
    is_english = match.reading.is_english
    score = round(match.candidates[0].score, 3) if match.candidates else 0.0
    closest = [
        candidate.slug
        for candidate in match.candidates
        if is_english and candidate.slug in faq.entries and candidate.score >= CLOSEST_FROM
    ]
    return Answer("none", None, score, None, (), None, tuple(closest[:MOST_SUGGESTIONS]), is_english)
