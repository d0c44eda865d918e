"""The replay: one credential's facts walked upwards, a day at a time, cycle after cycle (R3-R11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from .cycle import ExamWindow, exam_window, next_cycle, opening_cycle
from .history import Activity, Credential, History, Kind, State
from .policy import Policy, level_of


class Reason(StrEnum):
    """Why an activity counts, or does not, in a credential's current cycle."""

    COUNTED = "counted"
    OVER_CAP = "over_cap"
    BEFORE_CYCLE = "before_cycle"
    CLOSED_CYCLE = "closed_cycle"
    AFTER_EXPIRY = "after_expiry"
    VALUE_UNCONFIRMED = "value_unconfirmed"
    REJECTED = "rejected"
    FUTURE = "future"


class By(StrEnum):
    """The route of a renewal (F10)."""

    UNITS = "units"
    EXAM = "exam"


class Credited(NamedTuple):
    """What one activity counts in the current cycle, in CE units, and why."""

    id: str
    credited: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Renewal:
    """A cycle closed with enough units or an exam, and the dates of the one it opened."""

    renewed_on: date
    by: By
    suspends_on: date
    expires_on: date


class Use(NamedTuple):
    """An activity as the walk takes it: its place in the history and its worth (None: unconfirmed)."""

    place: int
    kind: Kind
    worth: int | None
    cap: int | None


class Step(NamedTuple):
    """What is looked at together: by the policy's reading, all uses of one day."""

    day: date
    uses: Sequence[Use]


class Timeline(NamedTuple):
    """What every credential of a history is replayed from; a reason stands where an activity cannot count."""

    steps: Sequence[Step]
    ids: Sequence[str]
    reasons: Sequence[Reason]


def _reason_at_first(activity: Activity, as_of: date) -> Reason:
    """Why an activity cannot count at all; every other one is before the cycle until a cycle takes it."""
    if activity.done_on > as_of:
        return Reason.FUTURE
    return Reason.REJECTED if activity.state is State.REJECTED else Reason.BEFORE_CYCLE


def timeline_of(history: History, policy: Policy) -> Timeline:
    """The activities that can count, by day and in a day by id: the order of entry does not matter (R12)."""
    reasons = [_reason_at_first(activity, history.as_of) for activity in history.activities]
    usable = sorted(
        (activity.done_on, len(activity.id), activity.id, place)
        for place, activity in enumerate(history.activities)
        if reasons[place] is Reason.BEFORE_CYCLE
    )
    uses = [(day, _use(place, history.activities[place], policy)) for day, _, _, place in usable]
    if policy.readings.same_title.choice == "counted_once":
        uses = _without_repeats(uses, history.activities)
    if policy.readings.before_programme.choice == "ignored":
        uses = [(day, use) for day, use in uses if day >= policy.programme_began_on]
    if policy.readings.same_day.choice == "in_order":
        steps = [Step(day, (use,)) for day, use in uses]
    else:
        steps = [Step(day, [use for _, use in of_day]) for day, of_day in groupby(uses, key=itemgetter(0))]
    return Timeline(steps, [activity.id for activity in history.activities], reasons)


def _use(place: int, activity: Activity, policy: Policy) -> Use:
    """The activity's worth and cap on its day (R5); stated units count where the policy has no value."""
    kind = policy.kinds[activity.kind]
    worth = kind.units.on(activity.done_on)
    cap = kind.cap.on(activity.done_on)
    return Use(
        place,
        activity.kind,
        activity.units if worth is None else worth,
        cap if isinstance(cap, int) else None,
    )


def _without_repeats(
    uses: Iterable[tuple[date, Use]], activities: Sequence[Activity]
) -> list[tuple[date, Use]]:
    first_of: dict[str, tuple[date, Use]] = {}
    for day, use in uses:
        title = activities[use.place].title.casefold()
        first_of.setdefault(title or f"#{use.place}", (day, use))
    return list(first_of.values())


class Walk:
    """One credential's replay: the open cycle, what it has credited, and why each activity counts or not."""

    def __init__(
        self, credential: Credential, as_of: date, reasons: Sequence[Reason], policy: Policy
    ) -> None:
        self.policy = policy
        self.required = policy.required[level_of(credential.code)]
        self.cycle = opening_cycle(credential, as_of, policy)
        self.reasons = [*reasons]
        self.credited_of = [0] * len(reasons)
        self.renewals: list[Renewal] = []
        self.credited = 0
        self.used: dict[Kind, int] = {}
        self.open: list[int] = []
        self.missed_exams: list[tuple[date, ExamWindow]] = []

    def take(self, step: Step) -> None:
        """Apply one step's activities, and renew if they reach the requirement (R4, R5, R7)."""
        if not self.cycle.takes(step.day, self.policy):
            if step.day >= self.cycle.expires_on:
                for use in step.uses:
                    self.reasons[use.place] = Reason.AFTER_EXPIRY
            return
        for use in step.uses:
            self._credit(use)
        surplus = self.credited - self.required.on(step.day)
        if surplus >= 0:
            for place in self.open:
                served = self.credited_of[place] > 0
                self.reasons[place] = Reason.CLOSED_CYCLE if served else Reason.BEFORE_CYCLE
            self._renew(step.day, By.UNITS)
            self._reset(surplus if self.policy.readings.surplus.choice == "carried" else 0)

    def pass_exam(self, day: date) -> None:
        """Renew by the certification's own exam, if its window is open on `day` (R10)."""
        if day <= self.cycle.started_on:
            return
        window = exam_window(self.cycle, self.policy)
        if window.opens_on <= day <= window.closes_on:
            self._renew(day, By.EXAM)
            if self.policy.readings.exam_renewal.choice == "ends_cycle":
                for place in self.open:
                    self.reasons[place] = Reason.BEFORE_CYCLE
                self._reset(0)
        else:
            self.missed_exams.append((day, window))

    def _credit(self, use: Use) -> None:
        self.open.append(use.place)
        used = self.used.get(use.kind, 0)
        if use.worth is None:
            self.reasons[use.place] = Reason.VALUE_UNCONFIRMED
        elif use.cap is not None and used >= use.cap:
            self.reasons[use.place] = Reason.OVER_CAP
        else:
            self.used[use.kind] = used + 1
            self.credited += use.worth
            self.credited_of[use.place] = use.worth
            self.reasons[use.place] = Reason.COUNTED

    def _renew(self, day: date, by: By) -> None:
        self.cycle = next_cycle(self.cycle, day, self.policy)
        self.renewals.append(Renewal(day, by, self.cycle.suspends_on, self.cycle.expires_on))

    def _reset(self, units: int) -> None:
        for place in self.open:
            self.credited_of[place] = 0
        self.credited, self.used, self.open = units, {}, []


def replay(credential: Credential, history: History, timeline: Timeline, policy: Policy) -> Walk:
    """Walk a credential's cycles to the history's day.

    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    walk = Walk(credential, history.as_of, timeline.reasons, policy)
    exams = sorted(
        exam.passed_on
        for exam in history.exams
        if exam.code == credential.code and exam.passed_on <= history.as_of
    )
    for step in timeline.steps:
        while exams and exams[0] < step.day:
            walk.pass_exam(exams.pop(0))
        walk.take(step)
    for passed_on in exams:
        walk.pass_exam(passed_on)
    return walk
