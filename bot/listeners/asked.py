"""One request of a member's, and what a table of commands says of each."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rules import Policy

from ..desk import Desk
from ..ledger import Member, Writer
from ..outcomes import Changed, Person, Place
from ..views.blocks import Reply


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who asks, where, on which day of theirs, and the words after the subcommand.

    `typed_on` is the day they were typed on: not today where a question whether to save came between.
    `people` are those it is about, by member id, where Slack was asked about them. Delivered again it has the
    same `key`.
    """

    desk: Desk
    who: Member
    today: date
    words: str
    typed_on: date
    place: Place
    people: Mapping[str, Person] = field(default_factory=dict)
    key: str = ""

    @property
    def number(self) -> int:
        """The number a button sends, which members never see; 0 for words that are none."""
        return int(self.words) if re.fullmatch("[0-9]{1,18}", self.words) else 0

    @property
    def codes(self) -> tuple[str, ...]:
        """The certifications' codes that are known."""
        return self.desk.codes(self.who)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels a code can begin with."""
        return self.desk.policy.levels


Look = Callable[[Asked], Reply]
# The form that the words of a command begin; None where they say all, or what is wrong with them.
Open = Callable[[Asked], Reply | None]
Write = Callable[[Asked, Writer], Reply]
Do = Callable[[Asked, Writer], Changed]
Show = Callable[[Any, Policy], Reply]


def kept_reply(answer: str) -> Reply:
    """A reply as it was kept, as JSON, with the request it answers."""
    return Reply(*json.loads(answer))
