"""A short question after another: "what about ACA?" after one about ACP."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from faq.entry import Entry
from faq.text import EMPTY, SUBJECT, importance, words_of

# More words than this say by themselves what they mean.
MOST_WORDS = 8

_OPENING = re.compile(
    r"^(?:(?:and|ok|okay|so|but|also|then|hm+|thanks|thank you|great|what about|how about|what if it is|"
    r"what if|same (?:question )?(?:for|with)|does (?:that|this|it) (?:also )?apply to|for|with|an?|the)\b"
    r"[\s,.:;!]*)+",
    re.IGNORECASE,
)
_QUESTION_WORDS = re.compile(
    r"^\W*(?:(?:how (?:long|many|much|often|far)|what|when|where|which|who|why|how)(?:'s|\s+is|\s+are)?)\b",
    re.IGNORECASE,
)
# Words of which one can stand in the place of another.
_LEVELS = re.compile(r"\b(?:AC[AP](?:-\d{3})?|associates?|professionals?)\b", re.IGNORECASE)
_KINDS = re.compile(
    r"\b(?:courses?|class(?:es)?|trainings?|webinars?|events?|conferences?|meetups?|exams?|presentations?|"
    r"talks?)\b",
    re.IGNORECASE,
)


class Meant(NamedTuple):
    """What a short question may mean in full; only where `is_sure` may it be answered without asking back."""

    question: str
    is_sure: bool


def meanings_after(previous: str, new: str) -> tuple[Meant, ...]:
    """What `new` may mean after the question `previous`; nothing where it is long or adds nothing."""
    rest = _rest(new)
    if not _tells(rest) or len(words_of(new)) > MOST_WORDS:
        return ()
    if swapped := tuple(_swapped(previous, rest)):
        return tuple(Meant(question, is_sure=True) for question in swapped)
    # A new subject beside the old one is a combination nobody has asked for: it may only be suggested.
    is_sure = not any(importance(word) == SUBJECT for word in _tells(_LEVELS.sub(" ", rest)))
    subject = _QUESTION_WORDS.sub("", previous).strip()
    return tuple(Meant(text, is_sure) for text in (f"{rest} {subject}", f"{previous} {rest}"))


def belongs_to(entry: Entry, previous: str, new: str) -> bool:
    """Whether the entry speaks both of the previous question and of every word that the new one adds.

    Without this, a question about anything would get the previous answer once more.
    """
    said = {word for way in entry.ways_to_ask for word in words_of(way)}
    added = set(_tells(_LEVELS.sub(" ", _rest(new))))
    before = {word for word in words_of(previous) if importance(word) == SUBJECT}
    return added <= said and not said.isdisjoint(before)


def named_in(question: str) -> tuple[str, ...]:
    """The codes (ACP-620) and levels (ACP) that a question names, in its order."""
    named = (found[0].upper() for found in _LEVELS.finditer(question))
    return tuple({"ASS": "ACA", "PRO": "ACP"}.get(word[:3], word) for word in named)


def _rest(new: str) -> str:
    """What a short question says without the words it begins with."""
    return _OPENING.sub("", new.strip()).strip(" \t\n?!.,;:")


def _swapped(previous: str, rest: str) -> Iterator[str]:
    """The previous question with the one word of the new one in the place of its like."""
    for alike in (_LEVELS, _KINDS):
        instead = alike.search(rest)
        if instead and alike.search(previous) and not _tells(alike.sub(" ", rest)):
            yield alike.sub(instead[0], previous, count=1)


def _tells(text: str) -> list[str]:
    """The words of a text that say something of their own."""
    return [word for word in words_of(text) if importance(word) > EMPTY]
