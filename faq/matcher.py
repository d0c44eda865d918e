"""Which curated answer a question means, how sure that is, and what may be done with it.

Importing this costs nothing: what computes (numpy) is loaded with the first matcher.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from .text import EMPTY, NEGATIONS, STATES, SUBJECT, alike, importance, is_negated, typed_words

if TYPE_CHECKING:
    from .scores import Scale

Tier = Literal["answer", "suggest", "none"]
Words = tuple[str, ...]

# Whatever is in the FAQ, these two mean the same: the scale of the scores is set by the phrasings at load.
SUGGEST_FROM: Final = 0.40
ANSWER_FROM: Final = 0.60
TOO_CLOSE: Final = 0.85  # a second entry with this share of the first's score makes it a choice of two
MOST_CANDIDATES: Final = 12

NO_SUBJECT: Final = "no word says what it is about"
ONE_WORD: Final = "one word alone names a subject"
NEGATED: Final = "a negation that no phrasing of the entry has"
STATE: Final = "something has befallen that no phrasing of the entry speaks of: {}"
CLOSE_SECOND: Final = "a second entry is nearly as close: {}"
NOT_ENGLISH: Final = "hardly a word is English"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry a question may mean: `score` from 0 to 1, and the phrasing that came closest.

    The score is made of `fit` (what the models think of the entry), `alike` (the cosine to that phrasing) and
    how much of the question is known at all.
    """

    slug: str
    score: float
    phrasing: str
    fit: float = 1.0
    alike: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as the matcher reads it.

    `mended` has each misspelling and the word it was read as; `unknown` the words no phrasing has; `known`
    the share of the question, from 0 to 1, that the FAQ has ever spoken of.
    """

    words: Words
    mended: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    known: float = 1.0
    is_english: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """What may be done with a question, and the entries it may mean, best first.

    `guards` says why the best is no answer although it scores like one.
    """

    tier: Tier
    candidates: tuple[Candidate, ...]
    reading: Reading
    guards: tuple[str, ...] = ()


class Matcher:
    """Compares a question with the phrasings of every entry; asking never changes it."""

    scale: Scale

    def __init__(
        self, phrasings: Mapping[str, Sequence[str]], off_topic: Sequence[str] | None = None
    ) -> None:
        """Learn from `phrasings` (slug to everything it may be asked as) which words tell entries apart.

        `off_topic` are questions about anything else, by default those of this package.
        """
        from .scores import Scorer

        read = {slug: _with_words(texts) for slug, texts in phrasings.items()}
        self._exact: dict[Words, Candidate] = {}
        self._said: dict[str, set[str]] = {slug: set() for slug in read}
        for slug, texts in read.items():
            for text, typed in texts:
                words = alike(typed)
                self._exact.setdefault(words, Candidate(slug, 1.0, text))
                self._said[slug].update(words)
        elsewhere = packaged_off_topic() if off_topic is None else off_topic
        self._scorer = Scorer(
            {slug: texts for slug, texts in read.items() if texts},
            [typed for _, typed in _with_words(elsewhere)],
        )
        self.scale = self._scorer.scale

    def match(self, question: str) -> Match:
        """Say which entries `question` may mean and whether the best of them may be given as the answer.

        A question equal to a phrasing is an answer. Any other must score high enough and be stopped by no
        guard; otherwise the entries are suggestions, or nothing at all.
        """
        typed = typed_words(question)
        words = alike(typed)
        if words in self._exact:
            return Match("answer", (self._exact[words],), Reading(words))
        reading = self._scorer.read(typed)
        candidates = self._scorer.ranked(reading, MOST_CANDIDATES)
        if not candidates or candidates[0].score < SUGGEST_FROM:
            return Match("none", candidates, reading)
        if all(importance(word) == EMPTY for word in reading.words):
            return Match("none", candidates, reading, (NO_SUBJECT,))
        if not reading.is_english and candidates[0].score < ANSWER_FROM:  # else it was only badly typed
            return Match("none", candidates, reading, (NOT_ENGLISH,))
        guards = tuple(self._guards(reading, candidates))
        is_clear = candidates[0].score >= ANSWER_FROM and not guards
        return Match("answer" if is_clear else "suggest", candidates, reading, guards)

    def shared(self, words: Sequence[str], slug: str) -> tuple[str, ...]:
        """Those of `words` that some phrasing of the entry has."""
        return tuple(word for word in words if word in self._said[slug])

    def _guards(self, reading: Reading, candidates: Sequence[Candidate]) -> list[str]:
        """Why the best candidate must not be given as the answer."""
        if reading.words in self._exact:  # it was a phrasing with a slip in it
            return []
        best, found = candidates[0], []
        said = self._said[best.slug]
        if len({word for word in reading.words if importance(word) == SUBJECT}) < 2:
            found.append(ONE_WORD)
        if is_negated(reading.words) and NEGATIONS.isdisjoint(said):
            found.append(NEGATED)
        if befallen := [word for word in reading.words if word in STATES and word not in said]:
            found.append(STATE.format(", ".join(befallen)))
        if len(candidates) > 1 and candidates[1].score > TOO_CLOSE * best.score:
            found.append(CLOSE_SECOND.format(candidates[1].slug))
        return found


def _with_words(texts: Iterable[str]) -> list[tuple[str, Words]]:
    """Each text with its words as they were typed; without those that have none."""
    return [(text, typed) for text in texts if (typed := typed_words(text))]


def packaged_off_topic() -> list[str]:
    """Questions about anything but certifications, one a line."""
    return files(__package__).joinpath("off_topic.txt").read_text(encoding="utf-8").splitlines()
