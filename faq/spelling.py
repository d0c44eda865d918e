"""Misspelled words of a question, read as the words of the FAQ they are near to."""

import importlib.util
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST: Final = 4  # letters; a shorter word has too many neighbours that are words themselves
LONG: Final = 6  # letters, from which on two slips may be in one word
# symspellpy ships words of English, the most frequent first, each with its count; only this file is used.
_PACKAGE, _FILE = "symspellpy", "frequency_dictionary_en_82_765.txt"


class English:
    """The words of English: some 80,000, in small letters."""

    def __init__(self) -> None:
        """Read them. Raises FileNotFoundError where the package that has them is not installed."""
        package = importlib.util.find_spec(_PACKAGE)  # found, not imported: its code is not needed
        if package is None or package.origin is None:
            raise FileNotFoundError(f"The package {_PACKAGE} with the words of English is not installed.")
        text = Path(package.origin).with_name(_FILE).read_bytes().removeprefix(b"\xef\xbb\xbf")
        self._words = np.sort(np.array(text.split()[::2]))  # a tenth of what a set of them takes

    def __contains__(self, word: str) -> bool:
        """Whether this is a word of English."""
        typed = word.encode()
        place = int(self._words.searchsorted(typed))
        return place < len(self._words) and bool(self._words[place] == typed)


class Speller:
    """Knows the FAQ's words and those of English, and mends a word that is neither."""

    def __init__(self, words: Iterable[str], english: English) -> None:
        """Take the FAQ's `words`, each as often as it stands there."""
        self._count = Counter(words)
        self._english = english
        self._by_letter: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._count):
            if len(word) >= SHORTEST and word.isalpha():
                self._by_letter[word[0]].append(word)

    def knows(self, word: str) -> bool:
        """Whether the word stands in the FAQ or is English."""
        return word in self._count or word in self._english

    def mended(self, word: str) -> str:
        """The FAQ's word that `word` is a slip of, or `word` itself.

        Only a word that nobody knows is mended, of four letters or more, to one that begins alike and is one
        slip away (a letter too many, too few, another, or two exchanged), or two from six letters on. Of
        several the nearest is meant, then the most frequent.
        """
        if len(word) < SHORTEST or not word.isalpha() or self.knows(word):
            return word
        near = process.extract(
            word,
            self._by_letter.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=2 if len(word) >= LONG else 1,
            limit=None,
        )
        return min(near, key=lambda found: (found[1], -self._count[found[0]], found[0]))[0] if near else word
