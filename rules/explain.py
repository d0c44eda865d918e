"""Why a standing is what it is: the walk that computed it, told as a tree of reasons."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

from .cautions import oddities_of
from .cycle import Cycle, Dates, Status, exam_window, portal_on
from .grounds import CHECK_DATES, DATE, UNITS, Explanation, beside, ends, grounds_of, group, new
from .history import Credential, History, Kind, in_order
from .policy import Policy
from .replay import By, Reason, Walk, replay, timeline_of
from .standing import Standing, standing_of

_EVENTS = {Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT}
# An enum's member is slow to look up, and these are looked up for every renewal or credential.
_ACTIVE, _SUSPENDED, _EXPIRED = Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED
_BY_UNITS = By.UNITS
_PORTAL = Dates.PORTAL
_AFTER_EXPIRY = Reason.AFTER_EXPIRY


class NoSuchCredentialError(LookupError):
    """A history has no credential with the code asked for."""


def explained(history: History, policy: Policy) -> tuple[tuple[Standing, Explanation], ...]:
    """Where each credential stands, as `standings` says, and why: the whole tree of reasons (R1-R16).

    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    account = _Account(history, policy)
    return tuple([account.of(credential) for credential in history.credentials])


def explain(code: str, history: History, policy: Policy) -> Explanation:
    """Why one credential of the history stands where it does (R1-R16).

    Raises NoSuchCredentialError if the history has none with this code, and NothingToComputeError for one
    without an earned date and portal dates.
    """
    for credential in history.credentials:
        if credential.code == code:
            return _Account(history, policy).of(credential)[1]
    held = ", ".join(credential.code for credential in history.credentials) or "none"
    raise NoSuchCredentialError(f"This history has no {code}; its credentials: {held}.")


class _Account:
    """What is told alike of all credentials of a history, and the telling of each."""

    def __init__(self, history: History, policy: Policy) -> None:
        self.history = history
        self.policy = policy
        self.grounds = grounds_of(policy)
        self.timeline = timeline_of(history, policy)
        self.odd = oddities_of(history, policy)
        self.names = dict(policy.names)
        readings = policy.readings
        self.counts_start = readings.start_day.choice == "counted"
        self.carries = readings.surplus.choice == "carried"
        self.counting = self._counting()
        self.order = [*self.counting]
        self.days = [history.activities[place].done_on for place in self.order]
        self._older: list[Explanation] = []
        self._void: dict[int, Explanation] = {}
        self.as_of = self.grounds.as_of(history.as_of)
        self.aside = tuple(self._aside())

    def of(self, credential: Credential) -> tuple[Standing, Explanation]:
        """A credential's standing and its reasons."""
        walk = replay(credential, self.history, self.timeline, self.policy)
        standing = standing_of(walk, credential, self.history, self.timeline, self.odd, self.policy)
        return standing, _Telling(self, credential, walk, standing).whole()

    def _counting(self) -> dict[int, Explanation]:
        """What an activity counts in a cycle that has room for it (R5), by place and in order of the days."""
        activities, grounds, always = self.history.activities, self.grounds, self.grounds.always
        found: dict[int, Explanation] = {}
        for day, uses in self.timeline.steps:
            done_on = grounds.done_on(day)
            for place, kind, worth, _ in uses:
                if worth is None:
                    found[place] = self._nothing_in_cycle(place)
                    continue
                id_, _, _, title, _, _ = activities[place]
                head, tail, since, sources = always.get(kind) or grounds.counts(kind, day, worth)
                note = f"{head}{title or id_}{tail}"
                found[place] = new((f"activity {id_}", worth, UNITS, "R5", since, sources, note, done_on))
        for _, again in self.odd.repeated:
            if again in found:
                found[again] = beside(found[again], grounds.readings["same_title"])
        return found

    def nothing(self, place: int, why: str, *children: Explanation) -> Explanation:
        """An activity that counts nothing."""
        id_, kind, day, title, _, _ = self.history.activities[place]
        note = f'The {self.names[kind][0]} "{title or id_}" counts nothing: {why}.'
        children = (self.grounds.done_on(day)[0], *children)
        return new((f"activity {id_}", 0, UNITS, "R5", None, (), note, children))

    def older(self, number: int) -> list[Explanation]:
        """So many of the first activities, dated before a credential's first cycle; of use to several."""
        counting = self.counting
        for place in self.order[len(self._older) : number]:
            key, _, _, _, _, _, told, children = counting[place]
            called = told.rpartition(" counts ")[0]
            note = f"{called} counts nothing: it is older than the cycle."
            self._older.append(new((key, 0, UNITS, "R5", None, (), note, children[:1])))
        return self._older[:number]

    def void(self, place: int) -> Explanation:
        """An activity that a cycle took but that counts nothing in it; what is said of it fits several."""
        return self._void.get(place) or self._void.setdefault(place, self._nothing_in_cycle(place))

    def _nothing_in_cycle(self, place: int) -> Explanation:
        one = self.history.activities[place]
        name = self.names[one.kind]
        worth = self.grounds.units[one.kind].on(one.done_on)
        if worth.value is None and one.units is None:
            why = f"what a {name[0]} is worth is not published; state what the portal granted"
            return self.nothing(place, why, worth)
        cap = self.grounds.caps[one.kind].on(one.done_on)
        assert isinstance(cap.value, int)
        why = f"only {cap.value} {name[cap.value != 1]} can count in a cycle"
        return self.nothing(place, why, cap, self.grounds.readings["caps"])

    def _aside(self) -> Iterator[Explanation]:
        """The activities that count for no credential, whichever is asked about."""
        reasons, activities = self.timeline.reasons, self.history.activities
        if len(self.order) == len(activities):
            return
        places = in_order(set(range(len(activities))) - set(self.order), activities)
        future = [self.nothing(p, "it is dated later") for p in places if reasons[p] is Reason.FUTURE]
        if future:
            note = f"Dated after {self.history.as_of}, the day asked for."
            yield group("future", "R12", note, future)
        rejected = [
            self.nothing(p, "the portal rejected it") for p in places if reasons[p] is Reason.REJECTED
        ]
        if rejected:
            yield group("rejected", "R5", "Rejected by the portal.", rejected)
        readings, again = self.grounds.readings, {again for _, again in self.odd.repeated}
        left_out = [
            self.nothing(place, "its title was counted before", readings["same_title"])
            if readings["same_title"].value == "counted_once" and place in again
            else self.nothing(
                place, "it is older than the programme", readings["before_programme"], self.grounds.began_on
            )
            for place in places
            if reasons[place] is Reason.BEFORE_CYCLE
        ]
        if left_out:
            yield group("left_out", "R16", "Left out by a reading.", left_out)


class _Telling:
    """One credential's tree, put together from its walk and its standing."""

    def __init__(self, account: _Account, credential: Credential, walk: Walk, standing: Standing) -> None:
        self.account, self.credential, self.walk, self.standing = account, credential, walk, standing
        self.grounds = account.grounds
        self.activities = account.history.activities
        self.first: Cycle = walk.closed[0][0] if walk.closed else walk.cycle
        nodes = account.counting
        if walk.void:
            nodes = nodes.copy()
            nodes.update(zip(walk.void, map(account.void, walk.void), strict=True))
        self.node_of = nodes.__getitem__
        self.readings = account.grounds.readings
        self.required = account.grounds.required[standing.level]

    def whole(self) -> Explanation:
        """The root: the status, and under it everything it follows from (R2)."""
        account, standing, as_of = self.account, self.standing, self.account.history.as_of
        cycle, status = standing.cycle, standing.status
        # In what is told of every credential, `!s` spares a day's own formatting, which is slow.
        if status is _ACTIVE:
            note, rule = f"{standing.code} is active: it suspends only on {cycle.suspends_on!s}.", "R2"
        elif status is _SUSPENDED:
            until = f"can still be renewed before it expires on {cycle.expires_on}"
            note, rule = f"{standing.code} is suspended since {cycle.suspends_on} and {until}.", "R2"
        else:
            back = "it comes back only by earning it again"
            note, rule = f"{standing.code} expired on {cycle.expires_on}: {back}.", "R11"
        renewals: list[Explanation] = []
        if self.walk.closed:
            renewals, (suspends, expires) = self._renewals()
            children = [beside(suspends, renewals[-1]), expires]
        else:
            origin, suspends, expires = self._first()
            children = [beside(suspends, origin), expires]
        if status is _ACTIVE:
            children.append(
                self.grounds.days_left(as_of, "days_left", cycle.suspends_on, "until it suspends")
            )
        elif status is _SUSPENDED:
            children.append(
                self.grounds.days_left(
                    as_of, "days_left.safe", standing.last_safe_day, "to its last safe day"
                )
            )
            children.append(self.grounds.days_left(as_of, "days_left", cycle.expires_on, "until it expires"))
        children.append(self.grounds.safe_day(cycle.suspends_on, cycle.expires_on, standing.last_safe_day))
        children += [
            self._credited(),
            self.required.on(as_of),
            self.grounds.missing(
                standing.credited,
                standing.required,
                tuple(standing.used.items()) if status is not _EXPIRED else None,
                as_of,
            ),
            self._exam(),
            *self._outside(),
            *account.aside,
        ]
        if renewals:
            children.append(self._earlier(renewals[:-1]))
        children.append(self.grounds.certification(standing.code, standing.level))
        from_on, to_on = self.grounds.paused
        if cycle.dates is not _PORTAL and from_on <= cycle.expires_on < to_on:
            children.append(self.grounds.pause)
        for warning in standing.warnings:
            children.append(new(("warning", None, None, "R16", None, (), warning, ())))
        children += [account.as_of, self.grounds.checked]
        return new(("status", status.value, None, rule, None, (), note, tuple(children)))

    def _first(self) -> tuple[Explanation, Explanation, Explanation]:
        """What the first cycle starts from, and its two dates: the earned date (R1) or the portal's (R13)."""
        cycle, earned_on, grounds = self.first, self.credential.earned_on, self.grounds
        shown = portal_on(self.credential, self.account.history.as_of)
        if not shown:
            return grounds.earned(cycle.started_on, cycle.suspends_on, cycle.expires_on)
        why: tuple[Explanation, ...] = ()
        if shown.cycle_started_on == cycle.started_on:
            started = f"The portal showed that the cycle started on {cycle.started_on}."
        elif earned_on == cycle.started_on:
            started = f"The cycle starts on {earned_on}: never before it was earned."
        else:
            months = grounds.active_months.on(cycle.started_on)
            why = (months,)
            started = (
                f"The cycle starts on {cycle.started_on}: the latest day from which {months.value} months "
                f"lead to {cycle.suspends_on}. {CHECK_DATES}"
            )
        note = f"What the portal showed on {shown.confirmed_on} replaces all before."
        start = Explanation("started_on", cycle.started_on, DATE, "R13", None, (), started, why)
        as_shown = f"as the portal showed on {shown.confirmed_on}"
        expires = ends("expires", cycle.expires_on, "R13", as_shown)
        if not shown.expires_on:
            grace = grounds.grace_months.on(cycle.suspends_on)
            why_then = f"{grace.value} months after it suspends: state the date the portal shows"
            expires = ends("expires", cycle.expires_on, "R13", why_then, grace)
        return (
            Explanation("portal", shown.confirmed_on, DATE, "R13", None, (), note, (start,)),
            ends("suspends", cycle.suspends_on, "R13", as_shown),
            expires,
        )

    def _renewals(self) -> tuple[list[Explanation], tuple[Explanation, Explanation]]:
        """The renewals, and the two dates the last one gave.

        Each has what made it, the readings its day rests on, and but for the last the dates it gave (R7-R10).
        """
        walk, activities, readings = self.walk, self.activities, self.readings
        required_on, dates_of, reached = self.required.on, self.grounds.dates_of, self.grounds.reached
        node_of, counts_start = self.node_of, self.account.counts_start
        carries, own_date = self.account.carries, readings["grace_activity"].value == "own_date"
        last = walk.renewals[-1]
        found = []
        for (cycle, credited, held), renewal in zip(walk.closed, walk.renewals, strict=True):
            day, by, suspends_on, expires_on = renewal
            more, anchor = [], day
            if day > cycle.suspends_on:
                more = [readings["grace_activity"]]
                anchor = day if own_date else cycle.suspends_on
            gave = dates_of(day, anchor, suspends_on, expires_on)
            if by is _BY_UNITS:
                required, rule = required_on(day), "R7"
                assert isinstance(required.value, int)
                note, surplus = reached(credited, required.value)
                more += surplus
                if activities[held[-1]].kind in _EVENTS:
                    more.append(readings["several_days"])
                if len(held) > 1 and activities[held[-2]].done_on == day:
                    more.append(readings["same_day"])
                if carries:
                    more += self._carried(credited, held)
                more.append(required)
            else:
                more += self._by_exam(cycle, credited)
                note, rule = "It renewed by its own exam, passed that day.", "R10"
            # What made it is seldom as late as the suspension day, and never later than its own.
            if day < cycle.suspends_on and not counts_start:
                more += map(node_of, held)
            else:
                more += self._marked(held, cycle)
            if renewal is not last:
                more += gave
            found.append(new(("renewal", day, DATE, rule, None, (), note, (*more,))))
        return found, gave

    def _by_exam(self, cycle: Cycle, credited: int) -> tuple[Explanation, ...]:
        """What an exam renewal rests on: its window, and what it did with the cycle's units (R10)."""
        window = self.grounds.exam_window(exam_window(cycle, self.account.policy), cycle.suspends_on)
        reading = self.readings["exam_renewal"]
        if reading.value != "ends_cycle":
            return (window, reading)
        if not credited:
            return (window,)
        note = f"{credited} CE units ended with the cycle."
        return (window, Explanation("ended", credited, UNITS, "R10", None, (), note, (reading,)))

    def _carried(self, credited: int, held: Sequence[int]) -> tuple[Explanation, ...]:
        """The surplus that the cycle began with, by a reading (R9)."""
        units = credited - sum(self.walk.counted_of[place] for place in held)
        if not units:
            return ()
        note = f"{units} CE units came from the cycle before."
        return (Explanation("carried", units, UNITS, "R9", None, (), note, (self.readings["surplus"],)),)

    def _marked(self, held: Sequence[int], cycle: Cycle) -> Iterator[Explanation]:
        """The activities a cycle took, those on the edges of its days with the readings by which it did."""
        edges = {
            cycle.started_on: self.readings["start_day"],
            cycle.suspends_on: self.readings["suspension_day"],
            cycle.expires_on: self.readings["expiration_day"],
        }
        for place in held:
            edge = edges.get(self.activities[place].done_on)
            node = self.node_of(place)
            yield beside(node, edge) if edge else node

    def _credited(self) -> Explanation:
        """What counts in the current cycle, by kind, with what each activity counts (R5)."""
        walk, grounds, account = self.walk, self.grounds, self.account
        as_of, cycle, standing = account.history.as_of, walk.cycle, self.standing
        by_kind: dict[Kind, list[Explanation]] = {}
        for place, node in zip(walk.held, self._marked(walk.held, cycle), strict=True):
            by_kind.setdefault(self.activities[place].kind, []).append(node)
        children = []
        for kind, nodes in by_kind.items():
            used = walk.used.get(kind, 0)
            note, figures = grounds.used(kind, used, as_of)
            children.append(
                new((f"kind {kind}", used, "activities", "R5", None, (), note, (*figures, *nodes)))
            )
        note = f"{standing.credited} CE units count since the cycle started on {cycle.started_on!s}."
        if account.carries:
            children += self._carried(standing.credited, walk.held)
        return new(("credited", standing.credited, UNITS, "R5", None, (), note, tuple(children)))

    def _exam(self) -> Explanation:
        """When the exam renews, and the exams that renewed nothing (R10)."""
        walk, grounds, account, window = self.walk, self.grounds, self.account, self.standing.exam_window
        node = grounds.exam_window(window, walk.cycle.suspends_on)
        if self.standing.status is _EXPIRED:
            note = f"No exam renews it any more: the last day for that was {window.closes_on}."
            node = Explanation("exam_window", None, None, "R11", None, (), note, ())
        if not account.history.exams:
            return node
        children: list[Explanation] = []
        for passed_on in walk.early_exams:
            if passed_on != self.credential.earned_on:
                children.append(self._exam_for_nothing(passed_on, "no cycle was open that began before it"))
        for passed_on, missed in walk.missed_exams:
            cycles = (cycle for cycle, _, _ in [*walk.closed, (walk.cycle, 0, [])])
            cycle = next(cycle for cycle in cycles if exam_window(cycle, account.policy) == missed)
            why = f"in that cycle it counted from {missed.opens_on} to {missed.closes_on}"
            then = () if missed == window else grounds.exam_window(missed, cycle.suspends_on).children
            children.append(self._exam_for_nothing(passed_on, why, *then))
        as_of = account.history.as_of
        later = sorted(
            exam.passed_on
            for exam in account.history.exams
            if exam.code == self.credential.code and exam.passed_on > as_of
        )
        children += [self._exam_for_nothing(day, f"it is dated after {as_of}") for day in later]
        return beside(node, *children)

    def _exam_for_nothing(self, passed_on: date, why: str, *children: Explanation) -> Explanation:
        note = f"The exam passed on {passed_on} renews nothing: {why}."
        return Explanation("exam", passed_on, DATE, "R10", None, (), note, children)

    def _outside(self) -> Iterator[Explanation]:
        """The activities that no cycle took: older than the first, or too late (R3, R11)."""
        walk, account, readings = self.walk, self.account, self.readings
        order, days, started_on = account.order, account.days, self.first.started_on
        older = bisect_left(days, started_on)
        inside = older if account.counts_start else bisect_right(days, started_on)
        late = len(order)
        while late > inside and walk.reasons[order[late - 1]] is _AFTER_EXPIRY:
            late -= 1
        before = account.older(older)
        why = "it was done on the day the cycle started"
        before += [account.nothing(place, why, readings["start_day"]) for place in order[older:inside]]
        if late - inside > len(walk.held) + sum([len(held) for _, _, held in walk.closed]):
            taken = {*walk.held, *chain.from_iterable(held for _, _, held in walk.closed)}
            why = "it was done on a day of renewal, after it"
            edge = (readings["same_day"], readings["start_day"])
            before += [
                account.nothing(place, why, *edge) for place in order[inside:late] if place not in taken
            ]
        if before:
            note = f"Not dated after {started_on}, when its first cycle started."
            yield group("before_cycle", "R3", note, before)
        if late < len(order):
            expires_on, why = walk.cycle.expires_on, "it came too late"
            after = [
                account.nothing(place, why, *[readings["expiration_day"]] * (day == expires_on))
                for place, day in zip(order[late:], days[late:], strict=True)
            ]
            note = f"Not dated before {expires_on}, when it expired."
            yield group("after_expiry", "R11", note, after)

    def _earlier(self, renewals: Sequence[Explanation]) -> Explanation:
        """What came before the last renewal, in its order."""
        origin, suspends, expires = self._first()
        children = (beside(origin, suspends, expires), *renewals)
        note = "What came before the last renewal."
        return new(("earlier", len(renewals), "renewals", "R7", None, (), note, children))
