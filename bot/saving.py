"""Saving changes: each request once, and what makes something worse only after asking (R14)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Protocol

from rules import Standing

from .days import Clock
from .ledger import Decision, Ledger, Member, Typed, Writer
from .outcomes import (
    AnsweredAlreadyError,
    Changed,
    CredentialChanged,
    NoSuchQuestionError,
    WouldWorsenError,
)


class Changing(Protocol):
    """How a command changes something, shows what it did, and asks before what makes something worse."""

    def do(self, typed: Typed, writer: Writer, /) -> Changed:
        """Change the facts, in this transaction."""

    def show(self, typed: Typed, changed: Changed, /) -> str:
        """What to answer once it is saved."""

    def ask(self, changed: Changed, number: int, /) -> str:
        """The question with this number, about a change that is not saved."""


class Saving:
    """Saves what members change; `replayed` tells where a member stands on a day, with all renewals."""

    def __init__(
        self, ledger: Ledger, clock: Clock, replayed: Callable[[Member, date], tuple[Standing, ...]]
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._replayed = replayed
        self._watching: list[Callable[[Member], None]] = []

    def watch(self, saved: Callable[[Member], None]) -> None:
        """Call this with each member of whom something was saved, once it is."""
        self._watching.append(saved)

    def tell(self, who: Member) -> None:
        """Call those who watch: what is kept of a member is not what it was."""
        for saved in self._watching:
            saved(who)

    def once(self, who: Member, key: str, work: Callable[[Writer], str]) -> str:
        """Do a piece of work once: asked again with its key, nothing changes and the answer is the same."""
        with self._ledger.write() as writer:
            answered = writer.answer_to(who, key)
            if answered is not None:
                return answered
            answer = work(writer)
            writer.keep_answer(who, key, answer, self._clock())
        self.tell(who)
        return answer

    def change(self, who: Member, key: str, typed: Typed, changing: Changing) -> str:
        """Do what was typed, once, and show it; where it makes something worse, ask instead (R14)."""

        def work(writer: Writer) -> str:
            return changing.show(typed, self._guarded(writer, who, typed, changing))

        try:
            return self.once(who, key, work)
        except WouldWorsenError as error:
            return self._ask_first(who, key, typed, error, changing)

    def save(self, who: Member, key: str, number: int, changing: Changing) -> str:
        """Do what a question was about, or ask anew where facts or dates have changed since.

        Raises NoSuchQuestionError and AnsweredAlreadyError.
        """
        asked: list[Typed] = []

        def work(writer: Writer) -> str:
            typed = self._settled(writer, who, number, Decision.SAVED)
            asked.append(typed)
            return changing.show(typed, self._guarded(writer, who, typed, changing))

        try:
            return self.once(who, key, work)
        except WouldWorsenError as error:
            return self._ask_first(who, key, asked[0], error, changing, instead_of=number)

    def cancel(self, writer: Writer, who: Member, number: int) -> Typed:
        """Leave everything as it is; what had been typed.

        Raises NoSuchQuestionError and AnsweredAlreadyError.
        """
        return self._settled(writer, who, number, Decision.CANCELLED)

    def _settled(self, writer: Writer, who: Member, number: int, decision: Decision) -> Typed:
        found = writer.questions.settle(who, number, decision, self._clock())
        if found is None:
            raise NoSuchQuestionError
        if isinstance(found, Decision):
            raise AnsweredAlreadyError(found)
        return found

    def _guarded(self, writer: Writer, who: Member, typed: Typed, changing: Changing) -> Changed:
        """The change, done, if it makes nothing worse or its member has agreed to just this.

        Raises WouldWorsenError, with which nothing is saved. What was agreed to is void after another change.
        """
        changed = changing.do(typed, writer)
        if any(effect.is_worse for effect in changed.effects):
            seal = f"{writer.change_before_last(who)} {changed.seal}"
            if seal != typed.agreed:
                raise WouldWorsenError(changed, seal)
        told = isinstance(changed, CredentialChanged) and changed.shown is not None
        renewed = [
            (effect.code, effect.calculated.renewed_on)
            for effect in changed.effects
            if effect.calculated and not told
        ]
        asked = writer.questions.ask_portal(who, renewed, changed.change)
        return replace(changed, ask_portal=asked) if asked else changed

    def _ask_first(
        self,
        who: Member,
        key: str,
        typed: Typed,
        error: WouldWorsenError,
        changing: Changing,
        *,
        instead_of: int | None = None,
    ) -> str:
        # Kept standings have no renewals, and the question names those that would be gone.
        changed, now = error.changed, self._clock()
        stood = {standing.code: standing for standing in self._replayed(who, changed.today)}
        effects = [replace(effect, before=stood.get(effect.code)) for effect in changed.effects]

        def work(writer: Writer) -> str:
            if instead_of is not None:
                writer.questions.settle(who, instead_of, Decision.ASKED_ANEW, now)
            number = writer.questions.ask(who, typed._replace(agreed=error.seal), now)
            return changing.ask(replace(changed, effects=tuple(effects)), number)

        return self.once(who, key, work)
