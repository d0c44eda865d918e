"""What would come of what is filled into a form, shown while it is; nothing is saved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from rules import (
    By,
    Credential,
    ExamPass,
    Explanation,
    History,
    Policy,
    PortalDates,
    Standing,
    cautions_about,
    explain,
    standings,
)

from .ledger import Ledger, LoggedActivity, Member
from .outcomes import ActivityChanged, Effect, ExamPreview, NoSuchActivityError, effects_of
from .stating import as_stated


class Previewing:
    """The answers to what if, over one ledger and one policy."""

    def __init__(self, ledger: Ledger, policy: Policy) -> None:
        self._ledger = ledger
        self._policy = policy

    def activity(self, who: Member, activity: LoggedActivity, today: date) -> ActivityChanged:
        """What logging an activity would do, or putting it in the place of the one with its number; 0: none.

        Its day is not to come, and it has units only where they are stated. Raises NoSuchActivityError.
        """
        facts = self._ledger.facts(who)
        was = facts.activity(activity.number)
        if activity.number and was is None:
            raise NoSuchActivityError(activity.number)
        others = [one for one in facts.activities if one is not was]
        # Of two on one day the order of their numbers decides, and the next number is above all others.
        last = max((one.number for one in others), default=0)
        supposed = activity if was else activity._replace(number=last + 1)
        history = replace(facts, activities=(*others, supposed)).history(today)
        before = standings(facts.history(today), self._policy)
        effects = effects_of(before, standings(history, self._policy))
        cautions = cautions_about(supposed.as_fact(), history, self._policy)
        return ActivityChanged(0, today, effects, cautions, supposed, was)

    def certification(
        self,
        who: Member,
        code: str,
        today: date,
        *,
        earned_on: date | None = None,
        shown: PortalDates | None = None,
    ) -> Effect:
        """What stating a certification would do to it; at least one of the two is given, neither to come."""
        facts = self._ledger.facts(who)
        held, history = facts.held(code), facts.history(today)
        before = self._alone(held, history)
        stated = as_stated(code, held, before, earned_on=earned_on, shown=shown)
        (after,) = self._alone(stated, history)
        return Effect(code, before[0] if before else None, after)

    def exam(self, who: Member, exam: ExamPass, today: date) -> ExamPreview:
        """What an exam passed, on a day not to come, would do (R10)."""
        facts = self._ledger.facts(who)
        held, history = facts.held(exam.code), facts.history(today)
        is_noted = exam in history.exams
        before = self._alone(held, history)
        if held is None or not before:
            return ExamPreview(exam, None, None, "", is_noted)
        passed = replace(history, credentials=(held,), exams=(*history.exams, exam))
        (after,) = standings(passed, self._policy)
        renewal = next(
            (one for one in after.renewals if one.renewed_on == exam.passed_on and one.by is By.EXAM), None
        )
        why = ""
        if renewal is None:
            reasons = _all_of(explain(exam.code, passed, self._policy))
            why = next((one.note for one in reasons if (one.key, one.value) == ("exam", exam.passed_on)), "")
        return ExamPreview(exam, Effect(exam.code, before[0], after), renewal, why, is_noted)

    def _alone(self, held: Credential | None, history: History) -> tuple[Standing, ...]:
        """Where one certification stands, if it is known: the others have no part in it (R4)."""
        if held is None or not held.known_on(history.as_of):
            return ()
        return standings(replace(history, credentials=(held,)), self._policy)


def _all_of(root: Explanation) -> Iterator[Explanation]:
    yield root
    for child in root.children:
        yield from _all_of(child)
