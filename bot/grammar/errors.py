"""What is wrong with words that cannot be used, and what may be said instead."""

from collections.abc import Sequence
from typing import Any

from ..dates import AmbiguousDateError


class WordsError(ValueError):
    """What was typed cannot be used: `sentence` says why and what to do, `example` is a line that works.

    `instead` holds rewordings of what was typed that may work, best first: the reader that
    raises this tries them and makes an example of the first that does. `about` names the value
    that is wrong, where the words hold several.
    """

    def __init__(
        self, sentence: str, example: str = "", *, instead: Sequence[str] = (), about: str = ""
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.example = example
        self.instead = tuple(instead)
        self.about = about


class UnfinishedError(WordsError):
    """What was typed is right as far as it goes, and a form can ask for the rest: `said` is what was said."""

    def __init__(
        self, sentence: str, *, said: Any = None, instead: Sequence[str] = (), about: str = ""
    ) -> None:
        super().__init__(sentence, instead=instead, about=about)
        self.said = said


class AmbiguousWordsError(WordsError):
    """A date among the words has two readings, the earlier first.

    `typed` is that date exactly as it stands in the text, and `texts` are the same words
    with the date written out in the one and in the other reading.
    """

    def __init__(self, error: AmbiguousDateError, typed: str, texts: tuple[str, str]) -> None:
        super().__init__(error.sentence, instead=texts)
        self.typed = typed
        self.readings = error.readings
        self.texts = texts


class UnknownCodeError(WordsError):
    """No listed certification has this code.

    `nearest` is the listed code most like it (None if none is listed). `plausible` says that
    the code has the right shape, a known level and three digits, so it may be a newer one.
    """

    def __init__(
        self, sentence: str, *, typed: str, nearest: str | None, plausible: bool, instead: Sequence[str]
    ) -> None:
        super().__init__(sentence, instead=instead, about="code")
        self.typed = typed
        self.nearest = nearest
        self.plausible = plausible
