"""Texts kept so that only who has the key can read them, or change them unnoticed."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKeyError(Exception):
    """None of the keys opens what was sealed."""


class Keys:
    """The first key seals, and all of them open: so a key is changed without losing what it sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        ways = [Fernet(base64.urlsafe_b64encode(key)) for key in keys]
        self._first, self._all = ways[0], MultiFernet(ways)

    def seal(self, text: str) -> str:
        """A text sealed; the same text never comes out the same twice."""
        return self._first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises WrongKeyError."""
        try:
            return self._all.decrypt(sealed.encode()).decode()
        except (InvalidToken, ValueError) as error:
            raise WrongKeyError from error

    def is_by_first(self, sealed: str) -> bool:
        """Whether the first key sealed it."""
        try:
            self._first.decrypt(sealed.encode())
        except (InvalidToken, ValueError):
            return False
        return True
