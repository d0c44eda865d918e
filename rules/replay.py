"""The replay: one credential's facts walked upwards, a day at a time, cycle after cycle (R3-R11)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from .cycle import Cycle, ExamWindow, exam_window, next_cycle, opening_cycle
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


# An enum's member is slow to look up, and these are looked up for every activity.
_AFTER_EXPIRY = Reason.AFTER_EXPIRY
_BEFORE_CYCLE = Reason.BEFORE_CYCLE
_CLOSED_CYCLE = Reason.CLOSED_CYCLE
_COUNTED = Reason.COUNTED
_FUTURE = Reason.FUTURE
_OVER_CAP = Reason.OVER_CAP
_REJECTED = Reason.REJECTED
_VALUE_UNCONFIRMED = Reason.VALUE_UNCONFIRMED
_STATE_REJECTED = State.REJECTED


class By(StrEnum):
    """The route of a renewal (F10)."""

    UNITS = "units"
    EXAM = "exam"


_BY_UNITS = By.UNITS


class Credited(NamedTuple):
    """What one activity counts in the current cycle, in CE units, and why."""

    id: str
    credited: int
    reason: Reason


class Renewal(NamedTuple):
    """A cycle closed with enough units or an exam, and the dates of the one it opened."""

    renewed_on: date
    by: By
    suspends_on: date
    expires_on: date


# An activity as the walk takes it: its place in the history, its kind, its worth in CE units (None:
# unconfirmed) and how often its kind counts in a cycle (None: no limit). Plain tuples, for their speed.
Use = tuple[int, Kind, int | None, int | None]
# What is looked at together: by the policy's reading, all uses of one day.
Step = tuple[date, Sequence[Use]]


class Timeline(NamedTuple):
    """What every credential of a history is replayed from; a reason stands where an activity cannot count."""

    steps: Sequence[Step]
    ids: Sequence[str]
    reasons: Sequence[Reason]


def timeline_of(history: History, policy: Policy) -> Timeline:
    """The activities that can count, by day and in a day by id: the order of entry does not matter (R12)."""
    as_of, activities = history.as_of, history.activities
    reasons = [
        _FUTURE if one.done_on > as_of else _REJECTED if one.state is _STATE_REJECTED else _BEFORE_CYCLE
        for one in activities
    ]
    usable = sorted(
        (one.done_on, len(one.id), one.id, place)
        for place, (one, reason) in enumerate(zip(activities, reasons, strict=True))
        if reason is _BEFORE_CYCLE
    )
    # Most kinds never changed their value; for those one look is enough for all activities.
    unchanged = {kind: of_kind.steps[1][0] for kind, of_kind in policy.kinds.items() if not of_kind.steps[0]}
    uses: list[tuple[date, Use]] = []
    for day, _, _, place in usable:
        one = activities[place]
        kind = one.kind
        worth, cap = unchanged.get(kind) or policy.kinds[kind].on(day)
        # Stated units count where the policy has no value (R5).
        uses.append((day, (place, kind, one.units if worth is None else worth, cap)))
    if policy.readings.same_title.choice == "counted_once":
        uses = _without_repeats(uses, activities)
    if policy.readings.before_programme.choice == "ignored":
        uses = [(day, use) for day, use in uses if day >= policy.programme_began_on]
    steps: list[Step]
    if policy.readings.same_day.choice == "in_order":
        steps = [(day, (use,)) for day, use in uses]
    else:
        steps = [(day, [use for _, use in of_day]) for day, of_day in groupby(uses, key=itemgetter(0))]
    return Timeline(steps, [one.id for one in activities], reasons)


def _without_repeats(
    uses: Iterable[tuple[date, Use]], activities: Sequence[Activity]
) -> list[tuple[date, Use]]:
    first_of: dict[str, tuple[date, Use]] = {}
    for day, use in uses:
        title = activities[use[0]].title.casefold()
        first_of.setdefault(title or f"#{use[0]}", (day, use))
    return list(first_of.values())


class Walk:
    """One credential's replay: the cycles it closed, the open one, and why each activity counts or not.

    `closed` has, for each of `renewals`, the cycle it closed, what that had credited (CE units) and the
    places of the activities it held, `held` those of the open one; `void` those that a cycle held for
    nothing. `counted_of` says what each activity counted in the cycle that held it; once settled,
    `credited_of` and `reasons` say what it counts now, and why.
    """

    def __init__(
        self, credential: Credential, as_of: date, reasons: Sequence[Reason], policy: Policy
    ) -> None:
        self.policy = policy
        self.required = policy.required[level_of(credential.code)]
        self.cycle = opening_cycle(credential, as_of, policy)
        self.reasons = [*reasons]
        self.counted_of = [0] * len(reasons)
        self.credited_of = [0] * len(reasons)
        self.renewals: list[Renewal] = []
        self.closed: list[tuple[Cycle, int, list[int]]] = []
        self.credited = 0
        self.used: dict[Kind, int] = {}
        self.held: list[int] = []
        self.void: list[int] = []
        self.early_exams: list[date] = []
        self.missed_exams: list[tuple[date, ExamWindow]] = []

    def advance(self, steps: Sequence[Step]) -> None:
        """Apply what was done, day by day, and renew whenever the requirement is reached (R4, R5, R7)."""
        least = min(self.required.values.values())
        reasons, counted_of = self.reasons, self.counted_of
        (started_on, _, expires_on, _), used, held = self.cycle, self.used, self.held
        credited = self.credited
        for day, uses in steps:
            if not (started_on < day < expires_on or self.cycle.takes(day, self.policy)):
                if day > started_on:
                    for use in uses:
                        reasons[use[0]] = _AFTER_EXPIRY
                continue
            for place, kind, worth, cap in uses:
                held.append(place)
                times = used.get(kind, 0)
                if worth is None:
                    reasons[place] = _VALUE_UNCONFIRMED
                    self.void.append(place)
                elif cap is not None and times >= cap:
                    reasons[place] = _OVER_CAP
                    self.void.append(place)
                else:
                    used[kind] = times + 1
                    credited += worth
                    counted_of[place] = worth
            if credited >= least and credited >= self.required.on(day):
                self._renew_by_units(day, credited)
                (started_on, _, expires_on, _), used, held = self.cycle, self.used, self.held
                credited = self.credited
        self.credited = credited

    def _renew_by_units(self, day: date, credited: int) -> None:
        reasons, counted_of = self.reasons, self.counted_of
        for place in self.held:
            reasons[place] = _CLOSED_CYCLE if counted_of[place] else _BEFORE_CYCLE
        self.closed.append((self.cycle, credited, self.held))
        self._renew(day, _BY_UNITS)
        carried = self.policy.readings.surplus.choice == "carried"
        self._open_anew(credited - self.required.on(day) if carried else 0)

    def pass_exam(self, day: date) -> None:
        """Renew by the certification's own exam, if its window is open on `day` (R10)."""
        if day <= self.cycle.started_on:
            self.early_exams.append(day)
            return
        window = exam_window(self.cycle, self.policy)
        if not window.opens_on <= day <= window.closes_on:
            self.missed_exams.append((day, window))
        elif self.policy.readings.exam_renewal.choice == "ends_cycle":
            for place in self.held:
                self.reasons[place] = _BEFORE_CYCLE
            self.closed.append((self.cycle, self.credited, self.held))
            self._renew(day, By.EXAM)
            self._open_anew(0)
        else:
            self.closed.append((self.cycle, 0, []))
            self._renew(day, By.EXAM)

    def _renew(self, day: date, by: By) -> None:
        self.cycle = next_cycle(self.cycle, day, self.policy)
        self.renewals.append(Renewal(day, by, self.cycle.suspends_on, self.cycle.expires_on))

    def _open_anew(self, units: int) -> None:
        self.credited, self.used, self.held = units, {}, []

    def settle(self) -> None:
        """Say what each activity of the open cycle counts, once there is nothing more to apply."""
        reasons, counted_of, credited_of = self.reasons, self.counted_of, self.credited_of
        for place in self.held:
            credited_of[place] = counted_of[place]
            if reasons[place] is _BEFORE_CYCLE:
                reasons[place] = _COUNTED


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
    taken = 0
    for passed_on in exams:
        # What was done on the exam's own day comes first: enough units renew before the exam does.
        until = bisect_right(timeline.steps, passed_on, key=itemgetter(0))
        walk.advance(timeline.steps[taken:until])
        walk.pass_exam(passed_on)
        taken = until
    walk.advance(timeline.steps[taken:])
    walk.settle()
    return walk
