"""Which curated answer a question means, how sure that is, and what may be done with it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .text import EMPTY, SUBJECT, SYNONYMS, importance, is_negated, stem, terms_of, words_of

Tier = Literal["answer", "suggest", "none"]

ANSWER_FROM: Final = 0.65
SUGGEST_FROM: Final = 0.35
TOO_CLOSE: Final = 0.85  # a second entry with this share of the first's score makes it a choice of two
AT_HOME: Final = 2  # phrasings of an entry with a term, from which on the term is that entry's own
REPAIRED: Final = 0.8  # how much of a term a repaired misspelling is worth


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry a question may mean: `score` from 0 to 1, and the phrasing that came closest."""

    slug: str
    score: float
    phrasing: str


@dataclass(frozen=True, slots=True)
class Match:
    """What may be done with a question, and the entries it may mean, best first."""

    tier: Tier
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two entries and the two phrasings, one of each, that are hardest to tell apart; `score` from 0 to 1."""

    score: float
    slugs: tuple[str, str]
    phrasings: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Phrasing:
    slug: str
    text: str
    negated: bool
    weights: Mapping[str, float]  # of length 1


@dataclass(frozen=True, slots=True)
class _Question:
    weights: Mapping[str, float]  # of length 1, over terms some phrasing has
    known: float  # the share of the question's weight that lies on such terms


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    shared_subjects: int  # terms naming a subject that question and entry both have
    same_sense: bool  # the closest phrasing is negated just as the question is


class Matcher:
    """Compares a question with the phrasings of every entry; asking never changes it."""

    def __init__(self, phrasings: Mapping[str, Sequence[str]]) -> None:
        """Learn from `phrasings` (slug to everything it may be asked as) which terms tell entries apart."""
        read = [(slug, text, words_of(text)) for slug, texts in phrasings.items() for text in texts]
        self._exact = {words: Candidate(slug, 1.0, text) for slug, text, words in read}

        uses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for slug, _, words in read:
            for term in terms_of(words):
                uses[term][slug] += 1
        self._weights = {
            term: log(1 + len(phrasings) / len(slugs)) * importance(term) for term, slugs in uses.items()
        }
        self._rarest = log(1 + len(phrasings))
        spelled = {word: word for _, _, words in read for word in words} | SYNONYMS
        self._term_spelled = {
            spelling: stem(word)
            for spelling, word in sorted(spelled.items())
            if len(spelling) >= 4 and importance(word) > EMPTY and stem(word) in self._weights
        }
        self._spellings = tuple(self._term_spelled)
        self._at_home = {
            term: {slug: min(1.0, count / AT_HOME) for slug, count in slugs.items()}
            for term, slugs in uses.items()
        }

        self._phrasings = [
            _Phrasing(
                slug, text, is_negated(words), _unit({term: self._weights[term] for term in terms_of(words)})
            )
            for slug, text, words in read
        ]
        self._holding: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, phrasing in enumerate(self._phrasings):
            for term, weight in phrasing.weights.items():
                self._holding[term].append((number, weight))

    def match(self, question: str) -> Match:
        """Say which entries `question` may mean and whether the best of them may be given as the answer.

        A question equal to a phrasing is an answer. Any other must score high enough, share more than one
        term that names a subject with the entry, be clearly closer to it than to the next, and be negated
        just as the phrasing is; otherwise the entries are suggestions, or nothing at all.
        """
        words = words_of(question)
        if words in self._exact:
            return Match("answer", (self._exact[words],))
        ranked = self._ranked(words)
        candidates = tuple(scored.candidate for scored in ranked)
        if not candidates or candidates[0].score < SUGGEST_FROM:
            return Match("none", candidates)
        is_clear = (
            candidates[0].score >= ANSWER_FROM
            and ranked[0].shared_subjects > 1
            and ranked[0].same_sense
            and not (len(candidates) > 1 and candidates[1].score > TOO_CLOSE * candidates[0].score)
        )
        return Match("answer" if is_clear else "suggest", candidates)

    def likenesses(self) -> tuple[Likeness, ...]:
        """For every two entries that share a term the two phrasings most alike; most alike entries first."""
        best: dict[tuple[str, str], Likeness] = {}
        for phrasing in self._phrasings:
            for number, score in self._similarities(phrasing.weights).items():
                other = self._phrasings[number]
                slugs = (phrasing.slug, other.slug)
                if phrasing.slug < other.slug and (slugs not in best or score > best[slugs].score):
                    best[slugs] = Likeness(min(score, 1.0), slugs, (phrasing.text, other.text))
        return tuple(sorted(best.values(), key=lambda found: (-found.score, found.slugs)))

    def _ranked(self, words: tuple[str, ...]) -> list[_Scored]:
        """Score each entry that shares a subject with the question, best first, ties by slug.

        The score is the middle (geometric) of two likenesses, to the entry's closest phrasing and to the
        entry's own vocabulary, times the share of the question that any entry has ever spoken of: a word
        nobody wrote about is a reason to say less.
        """
        question = self._read(words)
        closest: dict[str, tuple[float, int]] = {}
        for number, cosine in self._similarities(question.weights).items():
            slug = self._phrasings[number].slug
            if slug not in closest or cosine > closest[slug][0]:
                closest[slug] = (cosine, number)
        ranked = []
        for slug, (cosine, number) in closest.items():
            shared = {term: home for term in question.weights if (home := self._at_home[term].get(slug))}
            subjects = sum(importance(term) == SUBJECT for term in shared)
            if not subjects:  # "how long until" is a shape that any subject may have
                continue
            own = sum(question.weights[term] ** 2 * home for term, home in shared.items())
            score = min(sqrt(cosine * own) * question.known, 1.0)
            phrasing = self._phrasings[number]
            ranked.append(
                _Scored(
                    Candidate(slug, score, phrasing.text),
                    subjects,
                    phrasing.negated == is_negated(words),
                )
            )
        return sorted(ranked, key=lambda scored: (-scored.candidate.score, scored.candidate.slug))

    def _read(self, words: tuple[str, ...]) -> _Question:
        known: dict[str, float] = {}
        unknown = 0.0
        for word in dict.fromkeys(words):
            term = stem(word)
            if term in self._weights:
                known[term] = self._weights[term]
            elif importance(term) > EMPTY and not term.isdigit():  # any number may stand in a question
                meant = self._repaired(word)
                if meant is None:
                    unknown += (self._rarest * importance(term)) ** 2
                else:
                    known[meant] = max(known.get(meant, 0.0), self._weights[meant] * REPAIRED)
                    unknown += self._weights[meant] ** 2 * (1 - REPAIRED**2)
        weight = sum(weight**2 for weight in known.values())
        return _Question(_unit(known), weight / (weight + unknown) if weight else 0.0)

    def _repaired(self, word: str) -> str | None:
        """The known term that `word` is a misspelling of, if one is near."""
        if len(word) < 5:  # short words have too many neighbours that are words themselves
            return None
        allowed = 1 if len(word) < 8 else 2
        found = process.extractOne(word, self._spellings, scorer=OSA.distance, score_cutoff=allowed)
        if found is None or found[0][0] != word[0]:
            return None
        spelling: str = found[0]
        if allowed == 1 and len(spelling) == len(word) and sorted(spelling) != sorted(word):
            return None  # one letter for another is more often another word: "print" is not "point"
        return self._term_spelled[spelling]

    def _similarities(self, weights: Mapping[str, float]) -> dict[int, float]:
        """The cosine between `weights` (of length 1) and each phrasing that shares a term, by its number."""
        sums: defaultdict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for number, other in self._holding[term]:
                sums[number] += weight * other
        return sums


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(weight**2 for weight in weights.values())) or 1.0
    return {term: weight / length for term, weight in weights.items()}
