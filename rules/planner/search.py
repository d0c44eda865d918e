"""The search for the plan with the fewest activities and, among those, with the latest final dates.

A plan is a sequence of windows. In a window some activities are done; the last of them completes the renewal
of one certification or of several, and without it nothing would have been renewed. So the sequence alone
says what is renewed where, and its days follow: the latest on which nothing lapses, each window's last day
after that of the window before. To do things later moves no date earlier, so these days are the best for
all certifications at once.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from heapq import heappop, heappush
from itertools import product
from typing import NamedTuple

from ..cycle import DAY, Cycle, next_cycle
from ..history import Kind
from ..policy import Policy

# After so many drafts the search gives up: a number and no clock, so that the same facts give the same plan.
DRAFTS = 4000


class Supply(NamedTuple):
    """A kind to plan with: its worth (CE units) and how often it counts in a cycle."""

    kind: Kind
    worth: int
    cap: int


class Held(NamedTuple):
    """A certification's cycle, and the last day on which a renewal keeps it."""

    cycle: Cycle
    deadline_on: date


class Progress(NamedTuple):
    """How far a certification is: CE units missing and required, and how often each event has counted."""

    held: Held
    missing: int
    required: int
    used: tuple[int, ...]


class Window(NamedTuple):
    """How many of each supply are done, which of them comes last, and which certifications that renews."""

    counts: tuple[int, ...]
    last: int
    renewed: tuple[int, ...]


class Draft(NamedTuple):
    """A plan's windows so far with the day of each one's last activity, and where they leave everything."""

    progress: tuple[Progress, ...]
    windows: tuple[Window, ...] = ()
    days: tuple[date, ...] = ()
    size: int = 0


class Found(NamedTuple):
    """The best draft (None: the days are too few), whether all others were ruled out, how many were made."""

    draft: Draft | None
    proven: bool
    examined: int


class Search:
    """Looks for the best plan from `first_on` on, after which nothing is suspended until after `until_on`.

    The last of `supplies`, the base, is not limited; the others, the events, are worth more, the most first.
    """

    def __init__(
        self,
        start: Sequence[Progress],
        supplies: Sequence[Supply],
        first_on: date,
        until_on: date,
        policy: Policy,
    ) -> None:
        self.first_on, self.until_on, self.policy = first_on, until_on, policy
        self.start, self.supplies = tuple(start), supplies
        *self.events, self.base = supplies
        self.unused = (0,) * len(self.events)
        self.by_day: dict[date, Held] = {}
        self.alone: dict[Held, tuple[int, Held]] = {}
        self.fewest_of: dict[tuple[int, tuple[int, ...]], int] = {}

    def best(self) -> Found:
        """Take the most promising draft further until the most promising is complete."""
        start = Draft(self.start)
        drafts = [(*self._promise(start), 0, start)]
        made = 1
        while drafts:
            draft = heappop(drafts)[-1]
            if not self._pending(draft):
                return Found(draft, proven=True, examined=made)
            if made >= DRAFTS:
                return Found(self._straight(draft), proven=False, examined=made)
            for further in self._further(draft):
                heappush(drafts, (*self._promise(further), made, further))
                made += 1
        return Found(None, proven=True, examined=made)

    def _straight(self, draft: Draft) -> Draft | None:
        """Complete a draft by the most promising next window each time, if that leads anywhere."""
        found: Draft | None = draft
        while found and self._pending(found):
            found = min(self._further(found), key=self._promise, default=None)
        return found

    def _pending(self, draft: Draft) -> bool:
        return any(one.held.cycle.suspends_on <= self.until_on for one in draft.progress)

    def _promise(self, draft: Draft) -> tuple[int, int, int]:
        """What no completion of the draft can beat, to be sorted: fewest activities, then latest dates.

        Each certification needs its own activities at least, and ends at the latest with each of its
        renewals on the last day; one renewal more takes a full set of activities more.
        """
        fewest, alone = 0, []
        for held, missing, required, used in draft.progress:
            renewals, end = self._by_itself(held)
            first, again = self._fewest(missing, used), self._fewest(required, self.unused)
            alone.append((first + renewals * again, end))
            if renewals:
                fewest = max(fewest, first + (renewals - 1) * again)
        dates = 0
        for one_more, end in alone:
            latest = end.cycle.suspends_on
            if 0 < fewest >= one_more:
                latest = max(latest, self._renewed(end, self.until_on).cycle.suspends_on)
            dates += latest.toordinal()
        return draft.size + fewest, -dates, -draft.size

    def _by_itself(self, held: Held) -> tuple[int, Held]:
        """How many renewals a certification needs at least, and where they leave it at the latest."""
        if held not in self.alone:
            renewals, end = 0, held
            while end.cycle.suspends_on <= self.until_on:
                renewals, end = renewals + 1, self._renewed(end, end.deadline_on)
            self.alone[held] = renewals, end
        return self.alone[held]

    def _fewest(self, missing: int, used: tuple[int, ...]) -> int:
        """The fewest activities that bring so many CE units to one certification."""
        key = missing, used
        if key not in self.fewest_of:
            number = 0
            for (_, worth, cap), times in zip(self.supplies, (*used, 0), strict=True):
                taken = min(-(-missing // worth), cap - times)
                number, missing = number + taken, missing - taken * worth
            self.fewest_of[key] = number
        return self.fewest_of[key]

    def _further(self, draft: Draft) -> Iterator[Draft]:
        """The draft with each of the windows that could come next, where the days suffice."""
        used = [one.used for one in draft.progress]
        room = (
            event.cap - min(times) for event, times in zip(self.events, zip(*used, strict=True), strict=True)
        )
        least: dict[tuple[int, ...], int] = {}
        for events in product(*(range(most + 1) for most in room)):
            units = [self._units(events, times) for times in used]
            # How many of the base it takes beside these events to renew the first certification, and how
            # many with one event less: with fewer than those, that event can be what completes a renewal.
            bases = (
                -(-(one.missing - brought) // self.base.worth)
                for one, brought in zip(draft.progress, units, strict=True)
            )
            low = least[events] = max(min(bases), 0 if any(events) else 1)
            one_less = {
                least[(*events[:place], times - 1, *events[place + 1 :])]: place
                for place, times in enumerate(events)
                if times
            }
            high = max(one_less, default=0)
            for number in range(low, max(high, low + 1)):
                by_base = number == low > 0
                if by_base or number < high:
                    last = len(events) if by_base else one_less[high]
                    brought = [one + number * self.base.worth for one in units]
                    yield from self._extended(draft, (*events, number), last, brought)

    def _units(self, events: Sequence[int], used: Sequence[int]) -> int:
        """What so many events bring (CE units) where some have counted before."""
        return sum(
            min(times, cap - before) * worth
            for times, before, (_, worth, cap) in zip(events, used, self.events, strict=True)
        )

    def _extended(
        self, draft: Draft, counts: tuple[int, ...], last: int, brought: Sequence[int]
    ) -> Iterator[Draft]:
        """The draft with a window more that brings each certification so many CE units."""
        progress = [*draft.progress]
        renewed = tuple(place for place, units in enumerate(brought) if units >= progress[place].missing)
        day = min(progress[place].held.deadline_on for place in renewed)
        for place, (held, missing, required, used) in enumerate(draft.progress):
            left = missing - brought[place]
            if place in renewed:
                carried = -left if self.policy.readings.surplus.choice == "carried" else 0
                progress[place] = Progress(held, required - carried, required, self.unused)
            else:
                capped = zip(used, counts, self.events, strict=False)
                used = tuple(min(before + times, event.cap) for before, times, event in capped)
                progress[place] = Progress(held, left, required, used)
                if held.cycle.suspends_on <= self.until_on:  # what is not renewed here has to be later
                    day = min(day, held.deadline_on - DAY)
        windows, days = (*draft.windows, Window(counts, last, renewed)), [*draft.days, day]
        if draft.days and day <= draft.days[-1]:
            held_then = self._earlier(windows, days)
            progress = [one._replace(held=held) for one, held in zip(progress, held_then, strict=True)]
        else:
            for place in renewed:
                progress[place] = progress[place]._replace(held=self._renewed(progress[place].held, day))
        if days[0] >= self.first_on:
            yield Draft(tuple(progress), windows, tuple(days), draft.size + sum(counts))

    def _earlier(self, windows: Sequence[Window], days: list[date]) -> list[Held]:
        """Move `days` earlier, as little as it takes, until no two are the same and nothing lapses."""
        while True:
            before = [*days]
            for place in range(len(days) - 1, 0, -1):
                days[place - 1] = min(days[place - 1], days[place] - DAY)
            held = [one.held for one in self.start]
            for place, window in enumerate(windows):
                days[place] = min(days[place], *(held[one].deadline_on for one in window.renewed))
                for one in window.renewed:
                    held[one] = self._renewed(held[one], days[place])
            if days == before or days[0] < self.first_on:
                return held

    def _renewed(self, held: Held, day: date) -> Held:
        """What a renewal on `day` leaves."""
        if day >= held.cycle.suspends_on:  # by one reading it matters from when on it was suspended
            cycle = next_cycle(held.cycle, day, self.policy)
            return Held(cycle, cycle.suspends_on - DAY)
        if day not in self.by_day:
            cycle = next_cycle(held.cycle, day, self.policy)
            self.by_day[day] = Held(cycle, cycle.suspends_on - DAY)
        return self.by_day[day]
