"""How alike a question is to each phrasing: in words, in related words, and in pieces of words."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import chain, pairwise
from math import log, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from snowballstemmer import stemmer  # type: ignore[import-untyped]

Floats = NDArray[np.floating[Any]]

PARTS: Final = (10 / 39, 9 / 39, 20 / 39)  # of the likeness come from words, related words and pieces
SHORTEST_PIECE: Final = 2
LONGEST_PIECE: Final = 5

_STEMMER = stemmer("english")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """`word` without its English ending, so that "matches", "matching" and "matched" are one word."""
    found: str = _STEMMER.stemWord(word)
    return found


@lru_cache(maxsize=4096)
def pieces(word: str) -> tuple[str, ...]:
    """All that can be cut out of a word between blanks: 2 to 5 letters, so that a slip spoils only some.

    Each has a mark before it.
    """
    padded = f" {word} "
    longest = min(LONGEST_PIECE, len(padded))
    return tuple(
        f"~{padded[start : start + length]}"
        for length in range(SHORTEST_PIECE, longest + 1)
        for start in range(len(padded) - length + 1)
    )


def packaged_groups() -> dict[str, str]:
    """The group of each word that has related ones, such as "buy" and "purchase", by its stem."""
    lines = files(__package__).joinpath("related.txt").read_text(encoding="utf-8").splitlines()
    groups: dict[str, str] = {}
    for line in lines:
        words = line.split()
        for word in words:
            groups.setdefault(stem(word), words[0])
    return groups


class Space:
    """Some texts as vectors: a term weighs the more the fewer texts have it (TF-IDF)."""

    def __init__(self, texts: Sequence[Sequence[str]], groups: Mapping[str, str]) -> None:
        """Take the texts, each as its words, and the groups of related words, by stem."""
        self._count = len(texts)
        self._groups = groups
        read = [self._terms(text) for text in texts]
        homes: Counter[str] = Counter()
        for terms in read:
            homes.update(dict.fromkeys(chain(*terms)).keys())  # a set has another order each time
        self._number = {term: number for number, term in enumerate(homes)}
        self._weight = [rarity(len(texts), count) for count in homes.values()]
        # Which texts have a term, and its share of each, stand in a row, one term after the other.
        self._sizes = np.array(list(homes.values()), np.int32)
        self._starts = np.cumsum(self._sizes, dtype=np.int32) - self._sizes
        numbers, shares, lengths = array("i"), array("f"), []
        for terms in read:
            own_numbers, own_shares = self._vector(terms)
            numbers.extend(own_numbers)
            shares.extend(own_shares)
            lengths.append(len(own_numbers))
        order = np.argsort(numbers, kind="stable")
        self._holders = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)[order]
        self._shares = np.array(shares)[order]

    def among(self) -> Floats:
        """How alike each text is to each."""
        order = np.argsort(self._holders, kind="stable")
        numbers = np.repeat(np.arange(len(self._sizes)), self._sizes)[order]
        ends = np.searchsorted(self._holders[order], np.arange(1, self._count))
        found = np.empty((self._count, self._count), np.float32)
        vectors = zip(np.split(numbers, ends), np.split(self._shares[order], ends), strict=True)
        for row, (own, shares) in zip(found, vectors, strict=True):
            row[:] = self._against(own, shares)
        return found

    def likenesses(self, words: Sequence[str]) -> Floats:
        """The cosine between `words` and each text, from 0 to 1; what no text has does not count."""
        numbers, shares = self._vector(self._terms(words))
        return self._against(np.array(numbers, np.intp), np.array(shares, np.float32))

    def _against(self, numbers: NDArray[np.intp], shares: Floats) -> Floats:
        sizes = self._sizes[numbers]
        steps = np.cumsum(sizes)
        # The places of the first term's holders, then those of the second, and so on.
        places = np.arange(steps[-1] if len(steps) else 0) + np.repeat(
            self._starts[numbers] - steps + sizes, sizes
        )
        weights = np.repeat(shares, sizes) * self._shares[places]
        return np.minimum(np.bincount(self._holders[places], weights, self._count), 1.0)

    def _vector(self, kinds: Iterable[Sequence[str]]) -> tuple[list[int], list[float]]:
        """The terms some text has, by number, and the share of each of a length of 1."""
        numbers: list[int] = []
        shares: list[float] = []
        for terms, part in zip(kinds, PARTS, strict=True):
            known = [
                (number, self._weight[number] * (1 + log(times)))
                for term, times in Counter(terms).items()
                if (number := self._number.get(term)) is not None
            ]
            length = sqrt(sum(weight * weight for _, weight in known) / part)
            numbers.extend(number for number, _ in known)
            shares.extend(weight / length for _, weight in known)
        return numbers, shares

    def _terms(self, words: Sequence[str]) -> tuple[list[str], ...]:
        """The three kinds of terms; two have a mark, lest they be taken for a word."""
        stems = [stem(word) for word in words]
        return (
            [*stems, *(f"{one} {other}" for one, other in pairwise(stems))],
            [f"={self._groups.get(one, one)}" for one in stems],
            [piece for word in words for piece in pieces(word)],
        )


def rarity(texts: int, homes: int) -> float:
    """The weight of a term that `homes` of so many texts have."""
    return log((1 + texts) / (1 + homes)) + 1
