"""What was asked, where, what the answers are, and what curators make of it."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from faq.answer import Answer
from faq.entry import Faq, Personal
from rules import Outlook

from ..ledger import AskedQuestion


class PassedOn(NamedTuple):
    """A question on its way to the curators' channel; `is_first` where it was not passed on before."""

    asked: AskedQuestion
    channel: str
    is_first: bool


class Near(NamedTuple):
    """An entry that a question may mean: its slug and its own question."""

    slug: str
    question: str


class Cluster(NamedTuple):
    """Similar questions, oldest first; `spoken` speaks for all, `nearest` are entries it may mean."""

    questions: tuple[AskedQuestion, ...]
    spoken: AskedQuestion
    nearest: tuple[Near, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its questions."""
        return tuple(question.id for question in self.questions)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The questions as they were typed, each wording once, the one that speaks for all first."""
        return tuple(dict.fromkeys((self.spoken.question, *(one.question for one in self.questions))))


class Inbox(NamedTuple):
    """The clusters that wait for a curator, the most frequent first, and how many more there are."""

    clusters: tuple[Cluster, ...]
    more: int


class Accepted(NamedTuple):
    """A phrasing that leads to an entry from now on, and how many questions that settled.

    `is_full` says that the file of the entry has as many phrasings as it may.
    """

    number: int
    phrasing: str
    entry: Near
    settled: int
    is_full: bool


class NotOurs(NamedTuple):
    """Questions taken out of the inbox as not ours, and the topic not covered that is nearest, if any is."""

    cluster: Cluster
    decoy: Near | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is asked, by Slack's ids.

    `thread` is the conversation in a channel: the time stamp its thread begins with, "" for a direct message
    as a whole, None where each question stands alone. `is_private` says that only the asker sees the answer,
    `is_shared` that it is a channel, in which the bot may be allowed to answer by itself.
    """

    channel: str = ""
    thread: str | None = None
    is_private: bool = False
    is_shared: bool = False


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class ForYou:
    """What belongs under an answer for one asker alone, and of which kind.

    `outlooks` are the certifications the question is about, the most urgent first; none where none is held.
    `others` is how many more are held.
    """

    kind: Personal
    today: date
    outlooks: tuple[Outlook, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What the curated answers say to a question, and what goes with it.

    `number` is the question's in the log, None where it is not kept; `follows` says that it was understood
    together with the question before it; `can_pass` that there are curators to pass it on to.
    """

    answer: Answer
    faq: Faq
    asker: str
    number: int | None = None
    follows: bool = False
    can_pass: bool = False
    for_you: ForYou | None = None
