"""How sure it is that a question means an entry, on a scale that the phrasings themselves set."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .matcher import ANSWER_FROM, SUGGEST_FROM, Candidate, Reading, Words
from .models import Labels, train
from .similarity import Floats, Space, packaged_groups, rarity, stem
from .spelling import English, Speller
from .text import SYNONYMS, alike, importance

DIGITS: Final = 6  # of a score; those behind differ between processors
UNKNOWN_COUNTS: Final = 0.2  # how much of a score is left where nothing is known
# Where the two thresholds may lie before the scale is set: a small FAQ says little about them.
LOWEST, HIGHEST = 0.30, 0.75
APART: Final = 0.10  # at least this far from each other
PLATEAU: Final = 0.02
NEAR_COUNTS: Final = 0.10  # of what is to be refused are near topics, the rest are general
STRANGERS_ANSWERED: Final = 0.05  # of the phrasings reach the upper threshold when their entry is not there


Truths = NDArray[np.bool_]


class Scale(NamedTuple):
    """The raw scores from which on an entry is suggested, and given as the answer."""

    suggest: float
    answer: float

    def of(self, raw: Floats) -> Floats:
        """The scores as they are shown: 0.40 at the first threshold, 0.60 at the second."""
        places = (0.0, self.suggest, self.answer, 1.0)
        found: Floats = np.interp(raw, places, (0.0, SUGGEST_FROM, ANSWER_FROM, 1.0))
        return found


class Scorer:
    """Reads a question and scores every entry for it."""

    def __init__(
        self, phrasings: Mapping[str, Sequence[tuple[str, Words]]], elsewhere: Sequence[Words]
    ) -> None:
        """Learn from the phrasings of each entry, with their words as typed, and from questions off topic."""
        self._slugs = sorted(phrasings)
        read = [(text, typed) for slug in self._slugs for text, typed in phrasings[slug]]
        self._texts = [text for text, _ in read]
        sizes = [len(phrasings[slug]) for slug in self._slugs]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._speller = Speller([*(word for _, typed in read for word in typed), *SYNONYMS], English())
        texts = [alike(typed) for _, typed in read]
        self._homes = Counter(term for words in texts for term in _stems(words))
        self.scale = Scale(SUGGEST_FROM, ANSWER_FROM)
        if texts:
            self._learn(texts, [alike(typed) for typed in elsewhere])

    def read(self, typed: Sequence[str]) -> Reading:
        """A question's words, mended and weighed."""
        mended = {word: right for word in typed if (right := self._speller.mended(word)) != word}
        words = alike(mended.get(word, word) for word in typed)
        strange = sum(not self._speller.knows(word) for word in typed if not word.isdigit() and word != "#")
        return Reading(
            words,
            tuple(mended.items()),
            tuple(word for word in dict.fromkeys(words) if stem(word) not in self._homes),
            self._known(words, self._homes.__getitem__),
            is_english=strange * 2 <= len(typed) or (len(typed) < 3 and all(map(str.isascii, typed))),
        )

    def ranked(self, reading: Reading, most: int) -> tuple[Candidate, ...]:
        """The entries a question may mean, best first, ties by name; none that shares nothing."""
        if not reading.words or not self._texts:
            return ()
        likenesses = self._space.likenesses(reading.words)
        fits = self._models.fits(likenesses)[: len(self._slugs)]
        nearest = np.maximum.reduceat(likenesses[: len(self._texts)], self._starts)
        scores = self.scale.of(_raw(fits, nearest, np.array(reading.known))).round(DIGITS)
        return tuple(
            Candidate(
                self._slugs[number],
                float(scores[number]),
                self._closest(likenesses, number),
                round(float(fits[number]), DIGITS),
                round(float(nearest[number]), DIGITS),
            )
            for number in np.argsort(-scores, kind="stable")[:most].tolist()
            if scores[number] > 0
        )

    def _closest(self, likenesses: Floats, number: int) -> str:
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._texts)
        nearest = int(likenesses[start:end].argmax())
        return self._texts[int(start) + nearest]

    def _learn(self, read: Sequence[Words], elsewhere: Sequence[Words]) -> None:
        """Train the models, what is off topic being a class of its own, and set the scale.

        The scale is set by what each phrasing would score were it not in the FAQ, what the general questions
        off topic score, and what each phrasing would score were its whole entry not there: a question about
        a near topic.
        """
        entries, count = len(self._slugs), len(read)
        own = np.repeat(np.arange(entries), np.diff([*self._starts, count]))
        labels = np.concatenate([own, np.full(len(elsewhere), entries)])
        self._space = Space([*read, *elsewhere], packaged_groups())
        likenesses = self._space.among()
        with threadpool_limits(1):  # where other work shares the cores, two threads take twice as long as one
            trained = train(likenesses, labels, entries + bool(elsewhere))
        self._models = trained.models

        np.fill_diagonal(likenesses, 0)
        nearest = np.maximum.reduceat(likenesses[:, :count], self._starts, axis=1)
        known = [self._known(words, lambda term: self._homes[term] - 1) for words in read]
        known += [self._known(words, self._homes.__getitem__) for words in elsewhere]
        best, scores = _best(trained.without_itself[:, :entries], nearest, np.array(known))
        said_in = {
            (label, term) for label, words in zip(own.tolist(), read, strict=True) for term in _stems(words)
        }
        entries_with = Counter(term for _, term in said_in)
        known = [self._known(words, lambda term: entries_with[term] - 1) for words in read]
        without_entry = trained.without_its_class[:count, :entries]
        _, strangers = _best(without_entry, nearest[:count], np.array(known))
        self.scale = scale_for(scores[:count], best[:count] == own, scores[count:], strangers)

    def _known(self, words: Sequence[str], homes: Callable[[str], int]) -> float:
        """The share of what `words` say that phrasings have said before; rare words say more."""
        known = unknown = 0.0
        count = len(self._texts)
        for term, weight in {stem(word): importance(word) for word in words}.items():
            if term == "#" or term.isdigit():  # any number may stand in a question
                continue
            if homes(term) > 0:
                known += weight * rarity(count, self._homes[term]) ** 2
            else:
                unknown += weight * rarity(count, 0) ** 2
        return known / (known + unknown) if known else 0.0


def scale_for(accepted: Floats, is_right: Truths, general: Floats, strangers: Floats) -> Scale:
    """The thresholds that suit the raw scores of phrasings, of general questions and of near ones.

    The lower one so that most phrasings are accepted for the entry they belong to (`is_right`) and most of
    what is off topic is refused; the upper one so that hardly any near question reaches it.
    """

    def worth(threshold: float) -> float:
        refused = (1 - NEAR_COUNTS) * _share(general < threshold)
        near = NEAR_COUNTS * _share(strangers < threshold)
        return _share(is_right & (accepted >= threshold)) + refused + near

    steps = [number / 100 for number in range(round(LOWEST * 100), round((HIGHEST - APART) * 100) + 1)]
    worths = [worth(step) for step in steps]
    good = [step for step, found in zip(steps, worths, strict=True) if found >= max(worths) - PLATEAU]
    suggest = sum(good) / len(good)  # the middle of what is as good: the very best is often chance
    answer = float(np.clip(np.quantile(strangers, 1 - STRANGERS_ANSWERED), suggest + APART, HIGHEST))
    return Scale(suggest, answer)


def _best(fits: Floats, nearest: Floats, known: Floats) -> tuple[Labels, Floats]:
    """The entry with the best raw score for each question, and that score."""
    scores = _raw(fits, nearest, known[:, None])
    return scores.argmax(axis=1), scores.max(axis=1)


def _raw(fits: Floats, nearest: Floats, known: Floats) -> Floats:
    """How sure it is, from 0 to 1, before the scale is set."""
    return np.cbrt(fits * nearest * (UNKNOWN_COUNTS + known) / (1 + UNKNOWN_COUNTS))


def _stems(words: Iterable[str]) -> set[str]:
    return {stem(word) for word in words}


def _share(of: Truths) -> float:
    return float(of.mean()) if of.size else 0.0
