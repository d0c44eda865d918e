"""What explanations rest on: the policy's figures, its readings and where sources differ, as nodes."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from .cycle import ExamWindow
from .history import Kind
from .needs import ways_to_renew
from .policy import Dated, Policy


class Explanation(NamedTuple):
    """One value and why it is so: by which rule, from which policy value, and from what (`children`).

    `effective_from` is the day the policy value took effect, None where it is none; `sources` are ids of
    the policy's sources; `note` is a sentence for people, with days as ISO dates.
    """

    key: str
    value: date | int | str | None
    unit: str | None
    rule: str | None
    effective_from: date | None
    sources: tuple[str, ...]
    note: str
    children: tuple["Explanation", ...]


# `Explanation` from its eight values in a tuple, without a check of their number: it runs for everything.
new = partial(tuple.__new__, Explanation)

DATE, DAYS, UNITS, READING = "date", "days", "CE units", "reading"

# What to look at in the portal where a date or a unit rests on a reading.
CHECKS = {
    "surplus": "Look in the portal how many units the new cycle shows.",
    "same_day": "Look in the portal which cycle it counts that day's activities in.",
    "start_day": "Look in the portal whether an activity of that day counts in the new cycle.",
    "suspension_day": "Look in the portal whether it counts the activity of that day.",
    "expiration_day": "Look in the portal whether it still counts the activity of that day.",
    "grace_activity": "Look in the portal from which day the new dates run.",
    "caps": "Look in the portal whether it counted this one.",
    "exam_window": "Look in the portal from when on the exam can be taken to renew.",
    "exam_renewal": "Look in the portal how many units the new cycle shows.",
    "retired": "Look in the portal whether it still shows this certification with dates.",
    "before_programme": "Look in the portal whether it counts this one.",
    "several_days": "Look in the portal which day it shows for the event.",
    "same_title": "Look in the portal whether it counts both.",
}
CHECK_DATES = "Look in the portal which date it shows."
# Members ask about the same days again and again: so many nodes of days are kept, and of what is missing.
DAYS_KEPT, MISSING_KEPT = 1024, 128

# How to say what an activity counts: the words before its title and behind it, since when, by which sources.
Counts = tuple[str, str, date | None, tuple[str, ...]]


class Figure:
    """A dated figure of the policy: a node for each day from which a value holds."""

    def __init__(self, key: str, dated: Dated[Any], checked: Explanation) -> None:
        differs = [
            Explanation(
                f"{key}.differs",
                other.says,
                None,
                dated.rule,
                None,
                (other.source,),
                f"{other.note} {CHECK_DATES}",
                (),
            )
            for other in dated.differs
        ]
        self._changes, values = dated.steps
        self._nodes = [
            Explanation(
                key,
                value,
                dated.unit,
                dated.rule,
                from_on,
                tuple(dated.sources),
                dated.says,
                (*differs, checked),
            )
            for from_on, value in zip(sorted(dated.values), values, strict=True)
        ]

    @property
    def only(self) -> Explanation | None:
        """The node of a figure that never changed."""
        return None if self._changes else self._nodes[0]

    def on(self, day: date) -> Explanation:
        """The node of the value in force on `day`."""
        return self._nodes[bisect_right(self._changes, day)] if self._changes else self._nodes[0]


class Grounds:
    """The nodes of one policy, made once; those of single days are kept as they are asked for."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.checked = Explanation(
            "policy.verified_on",
            policy.verified_on,
            DATE,
            None,
            None,
            (),
            f"The figures were last compared with their sources on {policy.verified_on}.",
            (),
        )
        self.active_months = self._figure("active_months", policy.active_months)
        self.grace_months = self._figure("grace_months", policy.grace_months)
        self.safe_grace_days = self._figure("safe_grace_days", policy.safe_grace_days)
        self.exam_window_months = self._figure("exam_window_months", policy.exam_window_months)
        self.required = {
            level: self._figure(f"required.{level}", dated) for level, dated in policy.required.items()
        }
        self.units = {
            kind: self._figure(f"units.{kind}", of_kind.units) for kind, of_kind in policy.kinds.items()
        }
        self.caps = {kind: self._figure(f"cap.{kind}", of_kind.cap) for kind, of_kind in policy.kinds.items()}
        # Most kinds never changed their value; for those one look is enough for all activities.
        self.always = {
            kind: self.counts(kind, policy.verified_on, figure.only.value)
            for kind, figure in self.units.items()
            if figure.only and isinstance(figure.only.value, int)
        }
        self.began_on = self._fixed(
            "programme_began_on",
            policy.programme_began_on,
            "R16",
            (),
            f"The renewal programme began on {policy.programme_began_on}.",
        )
        self.readings = {
            name: Explanation(
                f"reading.{name}",
                reading.choice,
                READING,
                reading.rule,
                None,
                (),
                f"{reading.note} {CHECKS[name]}",
                (),
            )
            for name, reading in policy.readings
        }
        self.paused = policy.pause.from_on, policy.pause.to_on
        self.done_on = lru_cache(DAYS_KEPT)(self._done_on)
        self.as_of = lru_cache(DAYS_KEPT)(_as_of)
        self.earned = lru_cache(DAYS_KEPT)(self._earned)
        self.dates_of = lru_cache(DAYS_KEPT)(self._dates_of)
        self.safe_day = lru_cache(DAYS_KEPT)(self._safe_day)
        self.exam_window = lru_cache(DAYS_KEPT)(self._exam_window)
        self.reached = lru_cache(DAYS_KEPT)(self._reached)
        self.used = lru_cache(DAYS_KEPT)(self._used)
        self.days_left = lru_cache(DAYS_KEPT)(_days_left)
        self.certification = lru_cache(DAYS_KEPT)(self._certification)
        self.missing = lru_cache(MISSING_KEPT)(self._missing)

    def _figure(self, name: str, dated: Dated[Any]) -> Figure:
        return Figure(f"policy.{name}", dated, self.checked)

    def _fixed(
        self, name: str, value: date | str, rule: str | None, sources: tuple[str, ...], note: str
    ) -> Explanation:
        unit = DATE if isinstance(value, date) else None
        return Explanation(f"policy.{name}", value, unit, rule, None, sources, note, (self.checked,))

    @property
    def pause(self) -> Explanation:
        """The span of 2024 whose expirations were moved."""
        pause = self.policy.pause
        sources = tuple(pause.sources)
        span = (
            self._fixed("pause.from_on", pause.from_on, None, sources, f"The span began on {pause.from_on}."),
            self._fixed("pause.to_on", pause.to_on, None, sources, f"The span ended on {pause.to_on}."),
        )
        note = f"{pause.says} State the dates the portal shows."
        return Explanation("policy.pause", pause.to_on, DATE, None, None, sources, note, span)

    def _certification(self, code: str, level: str) -> Explanation:
        """The certification's code, its level, and what the policy's lists say of it (R6, R16)."""
        listed = self.policy.certifications
        sources = tuple(listed.sources)
        children: tuple[Explanation, ...] = ()
        if code in listed.retired:
            names = ", ".join(listed.retired)
            note = f"The programme's list of retired certifications: {names}."
            children = (
                self._fixed("retired", names, "R16", sources, note),
                self.readings["retired"],
            )
        elif not listed.knows(code):
            names = ", ".join(listed.listed)
            children = (self._fixed("listed", names, "R16", sources, f"The codes listed: {names}."),)
        note = f"{code} is of the level {level}, which says how many CE units renew it."
        return Explanation("certification", code, None, "R6", None, (), note, children)

    def _done_on(self, day: date) -> tuple[Explanation, ...]:
        """The day of an activity, and the doubt if that is older than the programme (R7, R16)."""
        note = f"It was done on {day}; the day it was entered plays no part."
        done_on = Explanation("done_on", day, DATE, "R7", None, (), note, ())
        if day >= self.policy.programme_began_on:
            return (done_on,)
        return done_on, self.readings["before_programme"], self.began_on

    def counts(self, kind: Kind, day: date, worth: int) -> Counts:
        """How to say what an activity of a day counts: in the policy's value, or as stated for it (R5)."""
        figure = self.units[kind].on(day)
        head = f'The {self.policy.kinds[kind].name} "'
        if figure.value is None:
            return head, f'" counts {worth} CE units, as stated for it.', None, ()
        return head, f'" counts {worth} CE units.', figure.effective_from, figure.sources

    def _earned(
        self, earned_on: date, suspends_on: date, expires_on: date
    ) -> tuple[Explanation, Explanation, Explanation]:
        """The day a credential was earned, and the two dates that it gave (R1)."""
        active, grace = self.active_months.on(earned_on), self.grace_months.on(suspends_on)
        why = f"{active.value} months after it was earned on {earned_on}"
        note = f"It was earned on {earned_on}, as stated."
        return (
            Explanation("earned_on", earned_on, DATE, "R1", None, (), note, ()),
            ends("suspends", suspends_on, "R1", why, active),
            ends("expires", expires_on, "R1", f"{grace.value} months after it suspends", grace),
        )

    def _reached(self, credited: int, needed: int) -> tuple[str, tuple[Explanation, ...]]:
        """How a cycle's units renewed it, and what was more than needed (R7, R9)."""
        note = f"It renewed, with {credited} of the {needed} CE units needed."
        if credited == needed:
            return note, ()
        more = credited - needed
        told = f"{more} CE units were more than needed."
        reading = (self.readings["surplus"],)
        return note, (Explanation("surplus", more, UNITS, "R9", None, (), told, reading),)

    def _used(self, kind: Kind, used: int, day: date) -> tuple[str, tuple[Explanation, Explanation]]:
        """How often a kind counts in the current cycle, and the figures that say what it can (R5)."""
        verb = "counts" if used == 1 else "count"
        note = f"{_count(used, dict(self.policy.names)[kind])} {verb} in this cycle."
        return note, (self.units[kind].on(day), self.caps[kind].on(day))

    def _dates_of(
        self, renewed_on: date, anchor: date, suspends_on: date, expires_on: date
    ) -> tuple[Explanation, Explanation]:
        """The two dates that a renewal gave, counted from `anchor`: its own day, but for a reading (R8)."""
        active, grace = self.active_months.on(anchor), self.grace_months.on(suspends_on)
        after = f"it renewed on {renewed_on}" if anchor == renewed_on else f"it had suspended on {anchor}"
        return (
            ends("suspends", suspends_on, "R8", f"{active.value} months after {after}", active),
            ends("expires", expires_on, "R8", f"{grace.value} months after it suspends", grace),
        )

    def _safe_day(self, suspends_on: date, expires_on: date, day: date) -> Explanation:
        """The last safe day, and the two readings of the grace period that it keeps to (R15)."""
        grace = self.safe_grace_days.on(suspends_on)
        assert isinstance(grace.value, int)
        shorter = date.fromordinal(suspends_on.toordinal() + grace.value)
        differ = f" {CHECK_DATES}" if shorter != expires_on else ""
        by_days = f"By {grace.value} days the grace period would end on {shorter}.{differ}"
        by_months = f"By the dates above it ends on {expires_on}."
        note = f"The last safe day is {day}: the day before the grace period ends, by its shorter reading."
        return Explanation(
            "last_safe_day",
            day,
            DATE,
            "R15",
            None,
            (),
            note,
            (
                Explanation("expires_on by days", shorter, DATE, "R15", None, (), by_days, (grace,)),
                Explanation("expires_on by months", expires_on, DATE, "R15", None, (), by_months, ()),
            ),
        )

    def _exam_window(self, window: ExamWindow, suspends_on: date) -> Explanation:
        """The two ends of the days on which the exam renews (R10)."""
        months, reading = self.exam_window_months.on(suspends_on), self.readings["exam_window"]
        end = "expires" if reading.value == "before_expiration" else "suspends"
        opens = f"The exam renews from {window.opens_on} on, {months.value} months before it {end}."
        closes = f"The exam renews up to {window.closes_on}, the day before it expires."
        both = (
            Explanation(
                "exam_window.opens_on", window.opens_on, DATE, "R10", None, (), opens, (months, reading)
            ),
            Explanation("exam_window.closes_on", window.closes_on, DATE, "R10", None, (), closes, ()),
        )
        note = f"Passing its own exam renews it, too, from {window.opens_on} to {window.closes_on}."
        return Explanation("exam_window", None, None, "R10", None, (), note, both)

    def _missing(
        self, credited: int, required: int, used: tuple[tuple[Kind, int], ...] | None, day: date
    ) -> Explanation:
        """What is missing of the requirement, and what would bring it (R6); `used` is None if nothing can."""
        missing = max(required - credited, 0)
        note = f"{missing} CE units are missing: {required} needed, less {credited}."
        ways = (self._ways(missing, used, day),) if missing and used is not None else ()
        return Explanation("missing", missing, UNITS, "R6", None, (), note, ways)

    def _ways(self, missing: int, used: tuple[tuple[Kind, int], ...], day: date) -> Explanation:
        """The sets of activities that would renew, with their numbers (R5)."""
        policy = self.policy
        named = dict(policy.names)
        found = []
        for number, way in enumerate(ways_to_renew(missing, dict(used), day, policy), start=1):
            parts = []
            for kind, count in way:
                worth = self.units[kind].on(day)
                note = f"{_count(count, named[kind])} of {worth.value} CE units each."
                key, unit = f"way {number} {kind}", "activities"
                parts.append(
                    Explanation(key, count, unit, "R5", worth.effective_from, worth.sources, note, ())
                )
            said = " and ".join(_count(count, named[kind]) for kind, count in way)
            size = sum(count for _, count in way)
            found.append(
                Explanation(
                    f"way {number}", size, "activities", "R5", None, (), f"{said} would renew it.", (*parts,)
                )
            )
        note = "The smallest sets of activities that would renew it, done today."
        return Explanation("ways", len(found), "ways", "R5", None, (), note, tuple(found))


def ends(verb: str, day: date, rule: str, why: str, *children: Explanation) -> Explanation:
    """The first day on which a credential is suspended, or gone, and from what it is counted."""
    return new((f"{verb}_on", day, DATE, rule, None, (), f"It {verb} on {day}, {why}.", children))


def beside(node: Explanation, *more: Explanation) -> Explanation:
    """The same node with more children."""
    return new((*node[:7], (*node.children, *more)))


def group(key: str, rule: str, note: str, nodes: Sequence[Explanation]) -> Explanation:
    """Activities under one heading."""
    return Explanation(key, len(nodes), "activities", rule, None, (), note, tuple(nodes))


def _days_left(as_of: date, key: str, until: date, what: str) -> Explanation:
    days = (until - as_of).days
    note = f"{_count(days, ('day', 'days'))} from {as_of} {what}."
    return Explanation(key, days, DAYS, "R2", None, (), note, ())


def _as_of(day: date) -> Explanation:
    note = f"Asked for {day}: what is dated later is left aside."
    return Explanation("as_of", day, DATE, "R12", None, (), note, ())


def _count(number: int, names: tuple[str, str]) -> str:
    return f"{number} {names[0] if number == 1 else names[1]}"


class _Same:
    """A policy as a key: two are the same only if they are one object, for its figures cannot be hashed."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return id(self.policy)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.policy is self.policy


def grounds_of(policy: Policy) -> Grounds:
    """The nodes of a policy."""
    return _grounds_of(_Same(policy))


@lru_cache(maxsize=4)
def _grounds_of(same: _Same) -> Grounds:
    return Grounds(same.policy)
