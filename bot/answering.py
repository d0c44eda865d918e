"""Answering questions: what is asked, after what, by whom, and what is remembered of it."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from faq.answer import Answer, ask
from faq.entry import Faq, Personal
from faq.text import words_of
from rules import Policy, outlooks

from .curating import Curating
from .days import Clock
from .followups import belongs_to, meanings_after, named_in
from .ledger import Ledger, LedgerError, Member, ThreadQuestion, Writer
from .outcomes import Answered, ForYou, Place, urgency
from .overheard import is_open_question

log = logging.getLogger(__name__)

# A longer question is answered, but no later one is understood after it.
LONGEST_REMEMBERED = 300
_RANKS = {"none": 0, "suggest": 1, "answer": 2}


@dataclass(frozen=True, slots=True)
class Found:
    """What the curated answers say to a question; `question` is in full what a short one meant."""

    question: str
    answer: Answer
    faq: Faq
    follows: bool = False


class Answering:
    """Answers questions; `faq` gives the answers everybody shares, `today` names a member's own day."""

    def __init__(
        self,
        ledger: Ledger,
        policy: Policy,
        clock: Clock,
        faq: Callable[[], Faq],
        curating: Curating,
        today: Callable[[Member], date],
    ) -> None:
        self._ledger = ledger
        self._policy = policy
        self._clock = clock
        self._faq = faq
        self._curating = curating
        self._today = today
        self._watching: list[Callable[[str], None]] = []

    def watch(self, answered: Callable[[str], None]) -> None:
        """Call this with the tier of each answer that is given."""
        self._watching.append(answered)

    # Asked

    def find(self, workspace: str, question: str, place: Place) -> Found | None:
        """What is known about a question, alone or after the one before it; None where nothing is asked.

        Nothing is kept yet.
        """
        if not words_of(question):
            return None
        faq = self._faq_of(workspace)
        alone = Found(question, ask(faq, question), faq)
        if alone.answer.answer and not is_small_talk(alone.answer, faq):  # "thanks, what about ACA?" goes on
            return alone
        before = self._before(workspace, place)
        return _after(before, alone) if before else alone

    def overhear(self, workspace: str, text: str, place: Place, *, in_thread: bool) -> Found | None:
        """What to answer to a message in a channel that is not for the bot; mostly nothing (None).

        It must be a question to nobody in particular, in a channel that has switched this on, at its top
        or in a thread in which the bot has answered within the hour; and only a sure answer is given.
        """
        if not (is_open_question(text) and self.is_on(workspace, place.channel)):
            return None
        if in_thread and self._before(workspace, place) is None:
            return None
        found = self.find(workspace, text, place)
        return found if found and found.answer.tier == "answer" else None

    def give(self, who: Member, found: Found, place: Place, *, keep: bool = True) -> Answered:
        """The answer for one asker: the question is kept without them, and what is theirs is computed."""
        answer = found.answer
        for answered in self._watching:
            answered(answer.tier)
        number = None
        if keep and not is_small_talk(answer, found.faq):
            number = self._curating.log(who.workspace, found.question, answer)
            self._remember(who.workspace, found, place)
        entry = found.faq.entries[answer.entry] if answer.entry and answer.tier == "answer" else None
        personal = entry.personal if entry and place.is_private else None
        return Answered(
            answer,
            found.faq,
            who.id,
            number,
            found.follows,
            can_pass=self._curating.channel is not None,
            for_you=self._for_you(who, personal, found.question) if personal else None,
        )

    def _faq_of(self, workspace: str) -> Faq:
        with suppress(LedgerError):  # then without the phrasings this workspace accepted
            return self._curating.faq_of(workspace)
        return self._faq()

    def _before(self, workspace: str, place: Place) -> ThreadQuestion | None:
        if place.thread is None:
            return None
        with suppress(LedgerError), self._ledger.faq() as faq:  # then each question stands alone
            return faq.thread(workspace, place.channel, place.thread, self._clock())
        return None

    def _remember(self, workspace: str, found: Found, place: Place) -> None:
        """Keep a question for the one after it, if something is known about it."""
        if place.thread is None or not found.answer.entry or len(found.question) > LONGEST_REMEMBERED:
            return
        with suppress(LedgerError), self._ledger.write() as writer:  # then the next question stands alone
            writer.faq.remember_thread(
                workspace, place.channel, place.thread, found.question, found.answer.entry, self._clock()
            )

    def _for_you(self, who: Member, kind: Personal, question: str) -> ForYou | None:
        """What is computed for the asker: about the certifications the question names, or the most urgent.

        None where it names others than are held.
        """
        try:
            today = self._today(who)
            history = self._ledger.facts(who).history(today)
        except LedgerError:
            log.exception("An answer is given without the asker's own dates.")
            return None
        held = sorted(outlooks(history, self._policy, today), key=lambda one: urgency(one.standing))
        if kind == "several":
            chosen = held
        elif named := named_in(question):
            chosen = [one for one in held if {one.standing.code, one.standing.level} & set(named)]
        else:
            chosen = held[:1]
        return ForYou(kind, today, tuple(chosen), len(held) - len(chosen)) if chosen or not held else None

    # By itself

    def is_on(self, workspace: str, channel: str) -> bool:
        """Whether the bot answers by itself in a channel."""
        with self._ledger.faq() as faq:
            return faq.is_on(workspace, channel)

    def switch(self, writer: Writer, workspace: str, channel: str, *, on: bool) -> bool:
        """Answer by itself in a channel, or no more; whether that is a change."""
        return writer.faq.switch_channel(workspace, channel, on=on, at=self._clock())


def is_small_talk(answer: Answer, faq: Faq) -> bool:
    """Whether a greeting or the like was answered, of which nothing has to be kept."""
    return any(decoy.small_talk and answer.answer == decoy.text for decoy in faq.not_covered.values())


def _after(before: ThreadQuestion, alone: Found) -> Found:
    """The better of two: a question by itself, and what it may mean after the one before it."""
    best = alone
    for meant in meanings_after(before.question, alone.question):
        answer = ask(alone.faq, meant.question)
        entry = alone.faq.entries.get(answer.entry or "")
        if entry is None or not belongs_to(entry, before.question, alone.question):
            continue
        if answer.tier == "answer" and not meant.is_sure:
            answer = replace(answer, tier="suggest", answer=None, suggestions=(entry.slug,))
        if _RANKS[answer.tier] > _RANKS[alone.answer.tier] and _rank(answer) > _rank(best.answer):
            best = Found(meant.question, answer, alone.faq, follows=True)
    return best


def _rank(answer: Answer) -> tuple[int, float]:
    return _RANKS[answer.tier], answer.score
