"""What holds of reminders whatever members do, whenever the bot runs, and whatever Slack answers."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from conftest import ALICE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reminding import DAY, ON, Moment, World

import rules
from bot.days import moment_of
from bot.ledger import Ledger, LoggedActivity, Member, ReminderSettings
from bot.outcomes import Bundle, Delivered, Delivery, TryLater, Undeliverable
from bot.ways import AWAKE
from rules import Kind

BOB = Member("T1", "UBOB")
BEGAN = datetime(2025, 11, 20, 6, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati")
CODES = ("ACP-620", "ACP-120")

quick = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
thorough = settings(
    max_examples=160,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@contextmanager
def a_world(empty_database: Path, policy: rules.Policy) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(shutil.copy(empty_database, Path(folder) / "ce-bot.db"))
        ledger._db().conn.execute("PRAGMA synchronous = OFF")  # no power cuts here
        try:
            yield World(ledger, policy, Moment(BEGAN))
        finally:
            ledger.close()


class History:
    """Two members and their team, doing what chance has them do; each message is checked as it is sent."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world = world
        self.dice = dice
        self.told: set[object] = set()
        self.days: set[tuple[str, date]] = set()
        self.urgency: dict[object, tuple[bool, int]] = {}
        for who in (ALICE, BOB):
            world.zones[who.id] = dice.choice(ZONES)
        self.team_zone = dice.choice(ZONES)
        world.holds(ALICE, self.some_day())
        world.team(
            ALICE, BOB, hour=dice.randrange(24), timezone=self.team_zone, digest_day=dice.randint(1, 7)
        )

    def some_day(self) -> date:
        return self.world.clock().date() + DAY * self.dice.randint(-60, 100)

    def live(self, days: int) -> None:
        """So many days, in each of which a few things happen at any time."""
        for _ in range(days):
            moments = sorted(self.dice.randrange(24 * 60) for _ in range(self.dice.randint(1, 4)))
            midnight = self.world.clock.now.replace(hour=0, minute=0)
            for minutes in moments:
                self.world.clock.now = midnight + timedelta(minutes=minutes)
                if self.dice.random() < 0.35:
                    self.change()
                if self.dice.random() < 0.7:
                    self.round()
            self.world.clock.now = midnight + DAY

    def change(self) -> None:
        world, dice, who = self.world, self.dice, self.dice.choice((ALICE, BOB))
        today = world.desk.today(who)
        match dice.randrange(6):
            case 0:
                world.holds(who, self.some_day(), dice.choice(CODES))
            case 1 | 2:
                world.wants(who, self.some_settings(today))
            case 3:
                world.wants(who, ReminderSettings(is_on=False))
            case 4:
                with world.ledger.write() as writer:
                    activity = LoggedActivity(0, Kind.GLOBAL_EVENT, today, "Team")
                    world.desk.add_activity(writer, who, activity, today)
            case 5:
                with world.ledger.write() as writer:
                    world.reminders.replan_channel(writer, "T1", "C1")

    def some_settings(self, today: date) -> ReminderSettings:
        dice = self.dice
        return ReminderSettings(
            is_on=True,
            days=tuple(sorted(dice.sample(rules.DAYS, dice.randint(0, 6)), reverse=True)),
            hour=dice.randrange(24),
            quiet_weekends=dice.random() < 0.3,
            snoozed_until=today + DAY * dice.randint(-3, 20) if dice.random() < 0.3 else None,
        )

    def round(self) -> None:
        """Send what is due; some claims are left lying, as by a process that was killed."""
        for bundle in self.world.bundles(f"process {self.dice.randrange(3)}"):
            if self.dice.random() < 0.1:
                continue
            delivery = self.some_delivery()
            if isinstance(delivery, Delivered):
                self.check(bundle)
            self.world.reminders.settle(bundle, delivery)

    def some_delivery(self) -> Delivery:
        chance = self.dice.random()
        if chance < 0.1:
            return TryLater(60, "http_500")
        return Undeliverable("user_disabled") if chance < 0.15 else Delivered()

    def check(self, bundle: Bundle) -> None:
        world, now = self.world, self.world.clock()
        zone = ZoneInfo(self.team_zone if bundle.is_channel else world.zones[bundle.addressee])
        local = now.astimezone(zone)
        assert bundle.today == local.date()
        assert (bundle.addressee, local.date()) not in self.days, "one message a day"
        self.days.add((bundle.addressee, local.date()))
        for key in bundle.keys:
            assert key not in self.told, "told once"
            self.told.add(key)
        if not bundle.is_channel:
            said = world.reminders.settings(Member("T1", bundle.addressee))
            assert said.is_on
            assert said.snoozed_until is None or said.snoozed_until <= local.date()
            at = moment_of(local.date(), said.hour, zone)
            assert at <= now <= at + AWAKE
        for due in bundle.notices:
            standing, cycle = due.standing, due.standing.cycle
            (stands,) = [
                one
                for one in world.desk.overview(due.who, world.desk.today(due.who)).standings
                if one.code == standing.code
            ]
            assert cycle.suspends_on == stands.cycle.suspends_on, "of the dates that hold"
            assert local.date() <= standing.last_safe_day
            is_safe, days = due.threshold.startswith("safe"), int(due.threshold.removeprefix("safe "))
            begins_on = (standing.last_safe_day if is_safe else cycle.suspends_on) - DAY * days
            assert begins_on - DAY * 2 <= local.date(), "not before its day, but for a weekend"
            name = bundle.addressee, due.who, standing.code, cycle.suspends_on
            assert self.urgency.get(name, (False, -1000)) < (is_safe, -days), "ever more urgent"
            self.urgency[name] = is_safe, -days


def check_history(empty_database: Path, policy: rules.Policy, seed: int, days: int) -> None:
    with a_world(empty_database, policy) as world:
        History(world, Random(seed)).live(days)


@quick
@given(seed=st.integers(0, 2**32))
def test_nothing_is_told_twice_or_twice_a_day_or_while_off_or_before_its_time(
    empty_database: Path, policy: rules.Policy, seed: int
) -> None:
    check_history(empty_database, policy, seed, 60)


@pytest.mark.soak
@thorough
@given(seed=st.integers(0, 2**32))
def test_nothing_is_told_twice_in_many_long_histories(
    empty_database: Path, policy: rules.Policy, seed: int
) -> None:
    check_history(empty_database, policy, seed, 150)


def check_told_in_time(empty_database: Path, policy: rules.Policy, seed: int, *, at_any_hour: bool) -> None:
    """With reminders on, somebody is told within the 14 days before: by a bot that runs all day, or once."""
    dice = Random(seed)
    with a_world(empty_database, policy) as world:
        world.zones[ALICE.id] = dice.choice(ZONES)
        suspends_on = BEGAN.date() + DAY * dice.randint(15, 40)
        days = tuple(sorted({dice.randint(1, 13), *dice.sample(rules.DAYS, 3)}, reverse=True))
        # Running once a day, before the hour, it comes to Friday's notice on Saturday: it must run hourly.
        quiet_weekends = not at_any_hour and dice.random() < 0.5
        wanted = replace(ON, days=days, hour=dice.randrange(24), quiet_weekends=quiet_weekends)
        world.wants(ALICE, wanted)
        world.holds(ALICE, suspends_on)
        hours = [dice.randrange(24)] if at_any_hour else range(24)
        told = []
        while world.clock().date() <= suspends_on + DAY:
            for hour in hours:
                world.clock.now = world.clock.now.replace(hour=hour)
                for claim in world.reminders.claim("T1", "one", 50):
                    if bundle := world.reminders.bundle(claim, at_any_hour=at_any_hour):
                        told.append(bundle.today)
                        world.reminders.settle(bundle, Delivered())
            world.clock.now += DAY
        assert any(suspends_on - DAY * 15 <= day <= suspends_on for day in told), (told, suspends_on, wanted)


@quick
@given(seed=st.integers(0, 2**32), at_any_hour=st.booleans())
def test_who_wants_to_be_reminded_is_told_in_time(
    empty_database: Path, policy: rules.Policy, seed: int, at_any_hour: bool
) -> None:
    check_told_in_time(empty_database, policy, seed, at_any_hour=at_any_hour)


@pytest.mark.soak
@thorough
@given(seed=st.integers(0, 2**32), at_any_hour=st.booleans())
def test_who_wants_to_be_reminded_is_told_in_time_in_many_cases(
    empty_database: Path, policy: rules.Policy, seed: int, at_any_hour: bool
) -> None:
    check_told_in_time(empty_database, policy, seed, at_any_hour=at_any_hour)


def test_a_history_in_which_nothing_is_planned_anew_is_found_out(
    empty_database: Path, policy: rules.Policy
) -> None:
    """The checks see what they are there for: a message told twice."""
    with a_world(empty_database, policy) as world:
        history = History(world, Random(1))
        world.zones[ALICE.id] = "UTC"
        world.wants(ALICE)
        world.holds(ALICE, BEGAN.date() + DAY * 20)
        world.clock.now = BEGAN.replace(hour=9)
        (bundle,) = [one for one in world.bundles() if not one.is_channel]
        history.check(bundle)
        with pytest.raises(AssertionError, match="one message a day"):
            history.check(bundle)
        history.days.clear()
        with pytest.raises(AssertionError, match="told once"):
            history.check(bundle)
