"""`rules.standings` and the brute-force reference agree on thousands of random histories full of edges."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from rules_reference import (
    NothingKnownError,
    add_months,
    plain,
    reference_standings,
    start_that_gives,
    where_the_replay_starts,
)

import rules
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, State

POLICY = rules.load_policy()
CODES = ("ACP-620", "ACP-520", "ACP-120", "ACA-100")  # no ACA code is known: this number is made up
SPECIAL_DAYS = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2023, 2, 28),
    date(2024, 1, 1),
    date(2023, 12, 31),
    date(2023, 8, 31),
    date(2024, 5, 31),
    date(2023, 11, 30),
    date(2025, 8, 30),
    date(2026, 2, 28),
    date(2025, 11, 29),
)


def days(count: int) -> timedelta:
    return timedelta(days=count)


class Chance:
    """Draws one random history, leaning towards the days on which a rule changes its mind."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.edges: list[date] = []
        self.window_edges: list[date] = []
        self.activities: list[Activity] = []
        self.exams: list[ExamPass] = []

    def history(self) -> History:
        random = self.random
        codes = random.sample(CODES, random.choice((1, 1, 2, 3)))
        credentials = [self.credential(code) for code in codes]
        for _ in range(random.randint(0, 5)):
            draw = random.choice((self.courses, self.courses, self.events, self.talks, self.exam, self.exam))
            draw(codes)
        last = max([done.done_on for done in self.activities], default=self.edge())
        as_of = random.choice((self.edge(), self.edge(), self.edge(), last, last + days(400), self.any_day()))
        if random.random() < 0.9:  # else there may be nothing to compute, which must be refused
            as_of = max([as_of, *(earliest(credential) for credential in credentials)])
        return History(as_of, tuple(credentials), tuple(self.numbered()), tuple(self.exams))

    def credential(self, code: str) -> Credential:
        random = self.random
        earned_on = random.choice((random.choice(SPECIAL_DAYS), self.any_day(date(2023, 1, 1), 1200)))
        if self.edges and random.random() < 0.2:
            earned_on = self.edge()
        self.remember(earned_on, earned_on, add_months(earned_on, 24))
        portal = []
        if random.random() < 0.35:
            for _ in range(random.choice((1, 1, 2, 3))):
                portal.append(self.statement(earned_on))
        return Credential(code, None if portal and random.random() < 0.4 else earned_on, tuple(portal))

    def statement(self, earned_on: date) -> PortalDates:
        random = self.random
        suspends_on = random.choice(
            (
                add_months(earned_on, 24),
                add_months(random.choice(SPECIAL_DAYS), 24),
                date(2028, 2, 29),
                self.edge() + days(365),
                self.any_day(date(2025, 1, 1), 900),
            )
        )
        expires_on = random.choice((None, None, add_months(suspends_on, 3), suspends_on + days(90)))
        inferred = start_that_gives(suspends_on)
        started_on = random.choice((None, None, None, inferred, inferred + days(1), inferred - days(40)))
        confirmed_on = random.choice((date(2025, 6, 1), date(2025, 6, 1), self.edge(), self.any_day()))
        self.remember(started_on or inferred, suspends_on, expires_on or add_months(suspends_on, 3))
        self.edges.append(confirmed_on)
        return PortalDates(suspends_on, expires_on, confirmed_on, started_on)

    def remember(self, started_on: date, suspends_on: date, expires_on: date | None = None) -> None:
        """Keep the days on which something changes in a cycle with these dates."""
        expires_on = expires_on or add_months(suspends_on, 3)
        opens_on = add_months(expires_on, -6)
        self.edges += [started_on, suspends_on, expires_on, expires_on, opens_on, suspends_on + days(90)]
        self.window_edges += [opens_on - days(1), opens_on, suspends_on, expires_on - days(1), expires_on]

    def courses(self, codes: list[str]) -> None:
        """About as many courses as renew, the last of them on an edge; then the edges of the next cycle."""
        random = self.random
        last = self.edge()
        spread = random.choice((1, 60, 400, 700))
        for _ in range(random.choice((3, 4, 4, 5, 8, 9, 9, 9, 10, 11))):
            self.do(Kind.COURSE, last - days(random.randrange(spread)))
        self.do(Kind.COURSE, last)
        if random.random() < 0.1:
            self.exams.append(ExamPass(random.choice(codes), last))
        self.remember(last, add_months(last, 24))

    def events(self, codes: list[str]) -> None:
        random = self.random
        day = self.edge()
        around = random.choice((self.near_edge, lambda: day + days(random.randrange(-40, 40))))
        for _ in range(random.randint(1, 7)):
            self.do(random.choice((Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT, Kind.LOCAL_EVENT)), around())

    def talks(self, codes: list[str]) -> None:
        random = self.random
        for _ in range(random.randint(1, 3)):
            self.do(Kind.PRESENTATION, self.near_edge(), random.choice((None, None, 5, 10, 50, 99, 100)))

    def exam(self, codes: list[str]) -> None:
        random = self.random
        code = random.choice((*codes, *codes, *codes, random.choice(CODES)))
        passed_on = random.choice((self.edge(), random.choice(self.window_edges)))
        self.exams.append(ExamPass(code, passed_on))
        self.remember(passed_on, add_months(passed_on, 24))

    def do(self, kind: Kind, done_on: date, units: int | None = None) -> None:
        state = self.random.choices(list(State), weights=(6, 3, 3, 1))[0]
        self.activities.append(Activity("", kind, done_on, units=units, state=state))

    def numbered(self) -> list[Activity]:
        """Ids in one random order, entries in another."""
        ids = [f"a{number}" for number in range(1, len(self.activities) + 1)]
        self.random.shuffle(ids)
        done = [activity._replace(id=id_) for activity, id_ in zip(self.activities, ids, strict=True)]
        self.random.shuffle(done)
        return done

    def edge(self) -> date:
        """A day on which a rule changes its mind, the day before, or the day after."""
        return self.random.choice(self.edges) + days(self.random.choice((-1, 0, 0, 0, 1)))

    def near_edge(self) -> date:
        return self.random.choice((self.edge(), self.edge() - days(self.random.randrange(300))))

    def any_day(self, first: date = date(2023, 6, 1), span: int = 2400) -> date:
        return first + days(self.random.randrange(span))


def earliest(credential: Credential) -> date:
    """The first day as of which there is something to compute."""
    known_on = [stated.confirmed_on for stated in credential.portal]
    return min([credential.earned_on, *known_on] if credential.earned_on else known_on)


def histories(seed: int, count: int) -> Iterator[History]:
    for number in range(count):
        yield Chance(seed * 1_000_000 + number).history()


def by_reference(history: History) -> Any:
    try:
        return reference_standings(history)
    except NothingKnownError:
        return "nothing to compute"


def by_rules(history: History) -> Any:
    try:
        return [plain(standing) for standing in rules.standings(history, POLICY)]
    except rules.NothingToComputeError:
        return "nothing to compute"


def disagree(history: History) -> bool:
    return by_rules(history) != by_reference(history)


def smallest(history: History, is_wrong: Callable[[History], bool]) -> History:
    """The history with every fact left out without which it is still wrong."""
    for name in ("credentials", "activities", "exams"):
        for fact in getattr(history, name):
            without = tuple(other for other in getattr(history, name) if other is not fact)
            if (without or name != "credentials") and is_wrong(replace(history, **{name: without})):
                history = replace(history, **{name: without})
    return history


def assert_agreement(seed: int, count: int) -> None:
    for history in histories(seed, count):
        if disagree(history):
            history = smallest(history, disagree)
            assert by_rules(history) == by_reference(history), history


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_rules_agree_with_the_day_by_day_reference(seed):
    assert_agreement(seed, count=500)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(101, 161))
def test_the_rules_agree_with_the_reference_at_length(seed):
    assert_agreement(seed, count=1000)


def corners_of(history: History) -> Iterator[str]:
    """What there is to get wrong in a history, by the reference's own answer."""
    answer = by_reference(history)
    if answer == "nothing to compute":
        yield answer
        return
    exams = {(exam.code, exam.passed_on) for exam in history.exams}
    done_on = {done.id: done.done_on for done in history.activities}
    as_of = history.as_of
    for credential, standing in zip(history.credentials, answer, strict=True):
        started_on, suspends_on, expires_on, dates = where_the_replay_starts(credential, as_of)
        yield f"first dates from {dates}"
        yield f"renewed {min(len(standing['renewals']), 3)} times"
        for renewal in standing["renewals"]:
            day = date.fromisoformat(renewal["renewed_on"])
            yield f"by {renewal['by']}"
            where = {suspends_on - days(1): "before", suspends_on: "on", suspends_on + days(1): "after"}
            if day in where:
                yield f"by {renewal['by']} {where[day]} suspension"
            if day == expires_on - days(1):
                yield f"by {renewal['by']} on the last day of grace"
            if renewal["by"] == "exam" and day == add_months(expires_on, -6):
                yield "by exam on the first day of the window"
            if renewal["by"] == "units" and (standing["code"], day) in exams:
                yield "exam on a day of renewal by units"
            suspends_on = date.fromisoformat(renewal["suspends_on"])
            expires_on = date.fromisoformat(renewal["expires_on"])
            started_on = day
        yield f"status {standing['status']}"
        for name, day in (("suspension", suspends_on), ("expiration", expires_on)):
            if abs(as_of - day) <= days(1):
                yield f"as of {name} {(as_of - day).days:+}"
        for code, passed_on in exams:
            if code == standing["code"] and passed_on <= as_of:
                if passed_on == add_months(expires_on, -6) - days(1):
                    yield "exam on the day before the window"
                if passed_on == expires_on:
                    yield "exam on the expiration day"
        for line in standing["activities"]:
            yield f"reason {line['reason']}"
            if line["reason"] not in ("future", "rejected"):
                if done_on[line["id"]] == started_on:
                    yield "activity on the start day"
                if done_on[line["id"]] == expires_on:
                    yield "activity on the expiration day"


def test_the_random_histories_reach_every_corner_of_the_rules():
    seen = Counter(corner for history in histories(seed=1, count=2000) for corner in corners_of(history))
    assert {corner: count for corner, count in seen.items() if count < 5} == {}
    assert len(seen) == 40, sorted(seen)
