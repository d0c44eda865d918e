"""What is to be told to whom, and what becomes of it."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from rules import Standing

from ..ledger import Member, NoticeKey, ReminderSettings


class Due(NamedTuple):
    """One notice of a bundle: whose certification, what its team calls them, which threshold has come.

    `may_mention` says that a post in a channel may mention the member; it is of no meaning elsewhere.
    """

    who: Member
    name: str
    threshold: str
    standing: Standing
    may_mention: bool


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that an addressee, a member or a team's channel, is told on one of their days: one message.

    The most urgent notice comes first; `is_digest` where it is the day of a channel's weekly digest, too.
    `keys` are the rows of the outbox that it settles, `tries` is how often sending any of them has failed.
    """

    workspace: str
    addressee: str
    is_channel: bool
    today: date
    notices: tuple[Due, ...]
    is_digest: bool = False
    keys: tuple[NoticeKey, ...] = ()
    tries: int = 0


class Delivered(NamedTuple):
    """A message was sent."""


class TryLater(NamedTuple):
    """A message was not sent and may be in so many seconds; `whole_workspace`: no other before that, either.

    `counts_for_all` where the workspace takes none: a failed try of everything that is due there.
    """

    seconds: int
    reason: str
    whole_workspace: bool = False
    counts_for_all: bool = False


class Undeliverable(NamedTuple):
    """A message that its addressee cannot be sent, and why, in Slack's word."""

    reason: str


Delivery = Delivered | TryLater | Undeliverable


class PlannedNotice(NamedTuple):
    """A notice still to be told, on this day of its addressee's; `reason` why the last try failed, or ""."""

    code: str
    threshold: str
    suspends_on: date
    on: date
    reason: str = ""


class ParkedNotice(NamedTuple):
    """A notice that was given up on this day of its addressee's, and why."""

    code: str
    threshold: str
    suspends_on: date
    on: date
    reason: str


class Waiting(NamedTuple):
    """What a member is still to be told, the next first, and what was given up, the latest first."""

    next: tuple[PlannedNotice, ...] = ()
    parked: tuple[ParkedNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminding:
    """How a member is reminded, of what, and by whose clock; the most urgent certification first.

    `is_asked` says that they ever said how they want it.
    """

    today: date
    settings: ReminderSettings
    is_asked: bool
    timezone: str
    standings: tuple[Standing, ...]
    waiting: Waiting
