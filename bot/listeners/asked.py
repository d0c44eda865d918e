"""One request of a member's, and what a table of commands says of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules import Policy

from ..desk import Desk
from ..ledger import Member, Writer
from ..outcomes import Changed, Place
from ..views.blocks import Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, where, on which day of theirs, and the words after the subcommand.

    `typed_on` is the day they were typed on: not today where a question whether to save came between.
    """

    desk: Desk
    who: Member
    today: date
    words: str
    typed_on: date
    place: Place

    @property
    def codes(self) -> tuple[str, ...]:
        """The certifications' codes that are known."""
        return self.desk.codes(self.who)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels a code can begin with."""
        return self.desk.policy.levels


Look = Callable[[Asked], Reply]
Write = Callable[[Asked, Writer], Reply]
Do = Callable[[Asked, Writer], Changed]
Show = Callable[[Any, Policy], Reply]
