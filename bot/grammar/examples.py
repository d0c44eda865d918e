"""For words that do not work: a line that does, and the known word that a slip was meant to be."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from .errors import WordsError

LIKE_ENOUGH = 0.6  # the likeness from which on one word is taken for a slip of another

_LONGEST_EXAMPLE = 300  # characters; a longer line helps nobody

_Read = TypeVar("_Read")


def with_example(read: Callable[[str], _Read], text: str, verb: str, default: str) -> _Read:
    """What `read` makes of the text; its error leaves here with an example that was tried out.

    `default` is a line that works whatever was typed and does no harm.
    """
    try:
        return read(text)
    except WordsError as error:
        tidy = (" ".join(words.split()) for words in error.instead)
        works = (words for words in tidy if _works(read, words))
        error.example = next((f"/ce {verb} {words}".rstrip() for words in works), default)
        raise


def _works(read: Callable[[str], object], words: str) -> bool:
    if len(words) > _LONGEST_EXAMPLE:
        return False
    try:
        read(words)
    except WordsError:
        return False
    return True


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a slip of, or None if it resembles none of them."""
    likeness, best = most_alike(word, known)
    return best if likeness >= LIKE_ENOUGH else None


def most_alike(word: str, known: Iterable[str]) -> tuple[float, str]:
    """How much alike (0 to 1) and which known word; the first in the alphabet where several are."""
    from rapidfuzz.distance import DamerauLevenshtein  # here, because most lines need no suggestion

    typed = word[:100].casefold()
    likenesses = (
        (DamerauLevenshtein.normalized_similarity(typed, candidate.casefold()), candidate)
        for candidate in sorted(known)
    )
    return max(likenesses, key=lambda pair: pair[0], default=(0.0, ""))
