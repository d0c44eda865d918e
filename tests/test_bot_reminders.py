"""What is planned for whom and when, what is sent in the end, and what becomes of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import ALICE
from reminding import DAY, NOW, ON, World, key, said

import rules
from bot.days import moment_of
from bot.ledger import Ledger, LoggedActivity, Member, ReminderSettings, Stage
from bot.outcomes import Delivered, TryLater, Undeliverable
from bot.reminders import LEASE, MOST_TRIES, MOST_TRIES_OF_ALL
from bot.upkeep import Upkeep
from rules import Kind

BOB = Member("T1", "UBOB")
CAROL = Member("T1", "UCAROL")
# In 86 days of NOW: of the thresholds, 60 days before comes next.
SUSPENDS_ON = date(2026, 2, 26)


@pytest.fixture
def world(ledger: Ledger, policy: rules.Policy) -> World:
    return World(ledger, policy)


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def before(days: int, suspends_on: date = SUSPENDS_ON) -> date:
    return suspends_on - DAY * days


# The hour


@pytest.mark.parametrize(
    ("zone", "day", "hour", "moment"),
    [
        ("UTC", "2026-03-29", 9, "2026-03-29T09:00"),
        ("Europe/Berlin", "2026-03-28", 9, "2026-03-28T08:00"),
        ("Europe/Berlin", "2026-03-29", 9, "2026-03-29T07:00"),
        ("Europe/Berlin", "2026-03-29", 1, "2026-03-29T00:00"),
        ("Europe/Berlin", "2026-03-29", 2, "2026-03-29T01:00"),  # left out: when clocks show 3 instead
        ("Europe/Berlin", "2026-03-29", 3, "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25", 2, "2026-10-25T00:00"),  # comes twice: the first
        ("Europe/Berlin", "2026-10-25", 3, "2026-10-25T02:00"),
        ("America/New_York", "2026-03-08", 2, "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", 1, "2026-11-01T05:00"),
        ("America/Santiago", "2026-09-06", 0, "2026-09-06T04:00"),  # midnight itself is left out
        ("Pacific/Kiritimati", "2026-01-01", 0, "2025-12-31T10:00"),
        ("Asia/Kathmandu", "2026-01-01", 9, "2026-01-01T03:15"),
        ("Australia/Lord_Howe", "2026-10-04", 2, "2026-10-03T15:30"),
    ],
)
def test_an_hour_of_a_day_is_one_moment_whatever_the_clocks_do(
    zone: str, day: str, hour: int, moment: str
) -> None:
    assert moment_of(date.fromisoformat(day), hour, ZoneInfo(zone)).isoformat() == f"{moment}:00+00:00"


@pytest.mark.parametrize(
    ("zone", "hour", "due_at"),
    [
        ("UTC", 9, at(before(60))),
        ("UTC", 0, at(before(60), 0)),
        ("UTC", 23, at(before(60), 23)),
        ("Asia/Tokyo", 9, at(before(60), 0)),
        ("Asia/Tokyo", 8, at(before(61), 23)),
        ("America/Los_Angeles", 9, at(before(60), 17)),
        ("America/Los_Angeles", 20, at(before(59), 4)),
        ("Nowhere/Nothing", 9, at(before(60))),
    ],
)
def test_a_notice_is_due_at_the_members_hour_by_their_own_clock(
    world: World, zone: str, hour: int, due_at: datetime
) -> None:
    world.zones[ALICE.id] = zone
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE, replace(ON, hour=hour, days=(60,)))
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "60"): due_at}


def test_summer_time_is_that_of_the_day_itself(world: World) -> None:
    world.zones[ALICE.id] = "Europe/Berlin"
    world.holds(ALICE, date(2026, 5, 28))
    world.wants(ALICE, replace(ON, days=(60, 59, 58)))
    told = {}
    for _ in range(3):
        ((threshold, due_at),) = [(name[2], due) for name, due in world.planned(ALICE).items()]
        world.clock.now = told[threshold] = due_at
        assert world.tell()
    assert told == {
        "60": at(date(2026, 3, 29), 7),
        "59": at(date(2026, 3, 30), 7),
        "58": at(date(2026, 3, 31), 7),
    }
    assert world.desk.reminders.waiting(ALICE).next[0].on == date(2026, 5, 28)


# What is missed


@pytest.mark.parametrize(
    ("now", "due_at"),
    [
        (at(before(50), 8, 59), at(before(50))),
        (at(before(50), 9), at(before(49))),
        (at(before(50), 23, 59), at(before(49))),
        (at(before(50), 0), at(before(50))),
    ],
)
def test_a_missed_notice_is_due_when_the_hour_comes_next(
    world: World, now: datetime, due_at: datetime
) -> None:
    world.clock.now = now
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "60"): due_at}


@pytest.mark.parametrize(
    ("now", "threshold", "due_at"),
    [
        (at(before(31), 10), "30", at(before(30))),
        (at(before(30), 8), "30", at(before(30))),
        (at(before(30), 10), "30", at(before(29))),
        (at(before(1), 8), "1", at(before(1))),
        (at(before(1), 10), "0", at(before(0))),
        (at(before(0), 8), "0", at(before(0))),
        (at(before(0), 10), "0", at(before(-1))),
    ],
)
def test_what_belongs_to_today_is_told_tomorrow_once_the_hour_is_over(
    world: World, now: datetime, threshold: str, due_at: datetime
) -> None:
    world.clock.now = now
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", threshold): due_at}


def test_quiet_weekends_are_kept_for_what_was_missed_too(world: World) -> None:
    friday = date(2026, 1, 9)
    world.clock.now = at(friday, 10)
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE, replace(ON, quiet_weekends=True))
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "60"): at(date(2026, 1, 12))}


def test_after_days_of_downtime_the_most_urgent_is_told_once_and_older_ones_never(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    assert world.days(before(13), before(8)) == {before(13): {ALICE.id: ["ACP-620 14"]}}
    assert world.days(before(7), before(7)) == {before(7): {ALICE.id: ["ACP-620 7"]}}
    assert {row.key.threshold for row in world.rows(ALICE, Stage.SENT)} == {"14", "7"}


@pytest.mark.parametrize("hour", [9, 12, 20])
def test_what_is_late_is_not_put_off_by_planning_anew(world: World, hour: int) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.days(before(60), before(60))
    world.clock.now = at(before(1), hour)
    world.holds(ALICE, before(-300), "ACP-120")
    due_at = at(before(1)) if hour < 9 else at(before(30))
    assert world.planned(ALICE)[ALICE.id, "ACP-620", "1"] == due_at
    assert world.tell() == {ALICE.id: ["ACP-620 1"]}


def test_a_post_to_a_channel_does_not_put_off_what_its_member_is_to_be_told(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.team(ALICE)
    world.clock.now = at(before(1), 12)
    assert world.tell() == {"C1": ["ACP-620 1"], ALICE.id: ["ACP-620 1"]}


# Every day


def test_each_notice_comes_on_its_day_and_on_no_other(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    safe = SUSPENDS_ON + DAY * 88  # 90 days and 3 months after: the earlier of the two, less a day
    told = world.days(date(2025, 12, 3), date(2027, 1, 1))
    assert told == {
        date(2025, 12, 3): {ALICE.id: ["ACP-620 90"]},
        **{before(days): {ALICE.id: [f"ACP-620 {days}"]} for days in (60, 30, 14, 7, 1, 0)},
        safe - DAY * 30: {ALICE.id: ["ACP-620 safe 30"]},
        safe - DAY * 7: {ALICE.id: ["ACP-620 safe 7"]},
    }
    assert world.planned(ALICE) == {}


def test_nobody_is_told_who_did_not_ask_to_be(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    assert world.days(date(2025, 12, 3), date(2026, 6, 1)) == {}
    assert not world.reminders.is_asked(ALICE)
    assert world.reminders.settings(ALICE) == ReminderSettings()


@pytest.mark.parametrize("first_on", [True, False])
def test_it_does_not_matter_whether_reminders_or_certifications_come_first(
    world: World, first_on: bool
) -> None:
    steps = [lambda: world.wants(ALICE), lambda: world.holds(ALICE, SUSPENDS_ON)]
    for step in steps if first_on else reversed(steps):
        step()
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "90"): at(date(2025, 12, 3))}


def test_all_certifications_of_a_day_come_in_one_message_the_most_urgent_first(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.holds(ALICE, before(30), "ACP-120")
    world.holds(ALICE, before(-30), "ACA-100")
    world.holds(ALICE, before(-31), "ACP-100")
    world.wants(ALICE, replace(ON, days=(60, 30)))
    told = world.days(before(61), before(30))
    assert told[before(60)] == {ALICE.id: ["ACP-120 30", "ACP-620 60"]}
    assert told[before(30)] == {ALICE.id: ["ACP-120 0", "ACP-620 30", "ACA-100 60"]}


# Changes


def test_off_nothing_stays_planned_and_on_again_what_was_told_is_not_told_again(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    assert world.days(before(60), before(60))
    world.wants(ALICE, ReminderSettings(is_on=False))
    assert world.planned(ALICE) == {}
    assert world.reminders.is_asked(ALICE)
    assert world.days(before(59), before(20)) == {}
    world.wants(ALICE)
    assert world.days(before(19), before(14)) == {
        before(19): {ALICE.id: ["ACP-620 30"]},
        before(14): {ALICE.id: ["ACP-620 14"]},
    }


def test_a_month_of_silence_is_silent_and_ends_with_what_was_missed(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE, replace(ON, snoozed_until=before(10)))
    assert world.days(date(2025, 12, 3), before(7)) == {
        before(10): {ALICE.id: ["ACP-620 14"]},
        before(7): {ALICE.id: ["ACP-620 7"]},
    }


def test_a_day_of_silence_moves_what_belongs_to_it_by_a_day(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.clock.now = at(before(31), 10)
    world.wants(ALICE, replace(ON, snoozed_until=before(29)))
    assert list(world.days(before(31), before(20))) == [before(29)]


@pytest.mark.parametrize(("hour", "due_at"), [(17, at(before(60), 17)), (3, at(before(60), 3))])
def test_another_hour_counts_at_once(world: World, hour: int, due_at: datetime) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.clock.now = at(before(70))
    world.wants(ALICE)
    world.wants(ALICE, replace(ON, hour=hour, days=(60, 30)))
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "60"): due_at}


def test_another_time_zone_counts_as_soon_as_slack_names_it(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.zones[ALICE.id] = "Asia/Tokyo"
    world.days(date(2025, 12, 3), date(2025, 12, 3))
    world.clock.now = NOW + DAY * 31
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "60"): at(before(60))}
    world.desk.today(ALICE)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "60"): at(date(2026, 1, 3), 0)}


def test_what_was_stated_on_a_day_still_to_come_further_west_is_told_there_too(world: World) -> None:
    world.zones[ALICE.id] = "Asia/Tokyo"
    world.clock.now = at(before(30), 20)  # in Tokyo 29 days before
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    with world.ledger.write() as writer:
        writer.set_timezone(ALICE, "America/Los_Angeles", world.clock())
    world.clock.now = at(before(29), 1)
    assert world.desk.today(ALICE) == before(30)
    assert world.tell() == {ALICE.id: ["ACP-620 30"]}


def test_when_dates_move_the_notices_of_the_old_ones_are_void(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.days(before(60), before(60))
    world.holds(ALICE, SUSPENDS_ON + DAY * 40)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "90"): at(before(50))}
    (told,) = world.rows(ALICE, Stage.SENT)
    assert told.key == key(ALICE, "60", SUSPENDS_ON), "what was told stays told"
    world.holds(ALICE, SUSPENDS_ON)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(30))}


def test_a_renewal_moves_the_notices_two_years_ahead(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.days(before(60), before(60))
    today = before(59)
    world.clock.now = at(today)
    with world.ledger.write() as writer:
        world.desk.pass_exam(writer, ALICE, rules.ExamPass("ACP-620", today), today)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "90"): at(date(2027, 12, 29) - DAY * 90)}
    with world.ledger.write() as writer:
        world.desk.undo(writer, ALICE, None, today)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(30))}


def test_a_certification_let_go_of_is_told_of_no_more(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.holds(ALICE, SUSPENDS_ON, "ACP-120")
    world.wants(ALICE)
    with world.ledger.write() as writer:
        world.desk.remove_credential(writer, ALICE, "ACP-620", NOW.date())
    assert list(world.planned(ALICE)) == [(ALICE.id, "ACP-120", "90")]


@pytest.mark.parametrize(
    ("today", "expires_on", "due_at"),
    [
        (before(-1), before(-61), at(before(-30))),
        (before(-5), before(-35), at(before(-6))),  # its day is over: it is told when the hour comes next
    ],
)
def test_an_earlier_end_of_the_grace_period_brings_the_notice_before_it_forward(
    world: World, today: date, expires_on: date, due_at: datetime
) -> None:
    """The key of such a notice has the suspension date alone, which stays."""
    world.clock.now = at(before(0), 10)
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.days(today, today)
    assert list(world.planned(ALICE).values()) == [at(before(-58))]
    with world.ledger.write() as writer:
        shown = rules.PortalDates(SUSPENDS_ON, expires_on, today)
        world.desk.state_credential(writer, ALICE, "ACP-620", today, shown=shown)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "safe 30"): due_at}


def test_planning_again_changes_nothing(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.team(ALICE)
    was = world.rows(ALICE)
    for _ in range(2):
        today = world.desk.today(ALICE)
        with world.ledger.write() as writer:
            world.reminders.replan(writer, ALICE, world.desk._standings(ALICE, today), today)
            world.reminders.replan_channel(writer, "T1", "C1")
    assert world.rows(ALICE) == was


def test_an_activity_that_moves_no_date_does_not_touch_the_outbox(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    world.team(ALICE)
    said: list[str] = []
    with world.ledger.write() as writer:
        writer._db.conn.set_trace_callback(said.append)
        activity = LoggedActivity(0, Kind.COURSE, NOW.date(), "Jira")
        world.desk.add_activity(writer, ALICE, activity, NOW.date())
        writer._db.conn.set_trace_callback(None)
    assert said
    assert not [sql for sql in said if "outbox" in sql or "team" in sql]


def test_standings_that_hold_no_more_are_no_reason_to_leave_the_old_plan(world: World) -> None:
    """What is planned belongs to the dates that were kept, which may not be those before the change."""
    world.clock.now = at(before(85))
    tomorrow = before(84)
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    with world.ledger.write() as writer:  # stated where it is tomorrow already; here it matters from then on
        change = writer.begin_change(ALICE, "state certification", "ACP-620", NOW)
        shown = rules.PortalDates(SUSPENDS_ON + DAY * 100, None, tomorrow)
        writer.add_portal_dates(ALICE, "ACP-620", shown, change)
        world.desk._settle(writer, ALICE, (), before(85))
    assert list(world.planned(ALICE)) == [(ALICE.id, "ACP-620", "90")]
    world.clock.now = at(tomorrow)
    with world.ledger.write() as writer:
        world.desk.add_activity(writer, ALICE, LoggedActivity(0, Kind.COURSE, tomorrow, "Jira"), tomorrow)
    assert [row.key.suspends_on for row in world.rows(ALICE, Stage.PLANNED)] == [SUSPENDS_ON + DAY * 100]


# Right before it is sent


def due(world: World, who: Member = ALICE, settings: ReminderSettings = ON) -> None:
    """A member whose notice, 30 days before, is due now; the clock stands at their hour."""
    world.clock.now = at(before(31), 10)
    world.holds(who, SUSPENDS_ON)
    world.wants(who, settings)
    world.clock.now = at(before(30))


def test_a_bundle_says_what_is_told_to_whom_and_of_which_day(world: World) -> None:
    due(world)
    (bundle,) = world.bundles()
    assert (bundle.workspace, bundle.addressee, bundle.is_channel) == ("T1", ALICE.id, False)
    assert (bundle.today, bundle.is_digest, bundle.tries) == (before(30), False, 0)
    assert bundle.keys == (key(ALICE, "30", SUSPENDS_ON),)
    (notice,) = bundle.notices
    assert (notice.who, notice.name, notice.threshold, notice.may_mention) == (ALICE, "", "30", False)
    assert notice.standing.cycle.suspends_on == SUSPENDS_ON


def test_off_is_honoured_at_once_even_for_what_is_claimed(world: World) -> None:
    due(world)
    (claim,) = world.reminders.claim("T1", "one", 50)
    world.wants(ALICE, ReminderSettings(is_on=False))
    assert world.reminders.bundle(claim) is None
    assert world.rows(ALICE) == ()


def test_what_was_turned_off_and_on_while_it_was_sent_is_not_sent_again(world: World) -> None:
    due(world)
    (bundle,) = world.bundles()
    world.wants(ALICE, ReminderSettings())
    world.reminders.settle(bundle, Delivered())
    world.wants(ALICE)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "14"): at(before(14))}
    assert world.days(before(30), before(13)) == {before(14): {ALICE.id: ["ACP-620 14"]}}


def test_of_who_was_forgotten_while_something_was_sent_nothing_is_kept(world: World) -> None:
    due(world)
    (bundle,) = world.bundles()
    with world.ledger.erasing() as erasing:
        erasing.forget(ALICE)
    world.reminders.settle(bundle, Delivered())
    assert world.rows(ALICE) == ()


def test_a_snooze_is_honoured_at_once_even_for_what_is_claimed(world: World) -> None:
    due(world)
    (claim,) = world.reminders.claim("T1", "one", 50)
    world.wants(ALICE, replace(ON, snoozed_until=before(25)))
    assert world.reminders.bundle(claim) is None
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(25))}
    assert world.days(before(30), before(20)) == {before(25): {ALICE.id: ["ACP-620 30"]}}


def test_dates_that_moved_after_the_claim_are_not_told_of(world: World) -> None:
    due(world)
    (claim,) = world.reminders.claim("T1", "one", 50)
    world.holds(ALICE, SUSPENDS_ON + DAY * 100)
    assert world.reminders.bundle(claim) is None
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "90"): at(before(-10))}


def test_what_came_due_with_it_is_told_with_it(world: World) -> None:
    due(world)
    (claim,) = world.reminders.claim("T1", "one", 50)
    world.holds(ALICE, before(20), "ACP-120")
    bundle = world.reminders.bundle(claim)
    assert bundle
    assert said(bundle) == ["ACP-120 14", "ACP-620 30"]
    world.reminders.settle(bundle, Delivered())
    assert world.days(before(30), before(28)) == {}


@pytest.mark.parametrize(
    ("later", "is_told"),
    [
        (timedelta(), True),
        (timedelta(hours=12), True),
        (timedelta(hours=12, seconds=1), False),
        (timedelta(hours=14, minutes=59), False),
        (timedelta(hours=15), False),
        (timedelta(hours=23, minutes=59), False),
        (timedelta(hours=24), True),
    ],
)
def test_what_is_late_is_told_the_same_day_but_not_at_night(
    world: World, later: timedelta, is_told: bool
) -> None:
    due(world)
    world.clock.now += later
    assert world.tell() == ({ALICE.id: ["ACP-620 30"]} if is_told else {})
    if not is_told:
        assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(29))}


@pytest.mark.parametrize("hour", range(24))
def test_what_is_late_is_told_at_any_hour_where_nobody_may_be_there_at_the_right_one(
    world: World, hour: int
) -> None:
    due(world)
    world.clock.now = at(before(29), hour)
    (claim,) = world.reminders.claim("T1", "one", 50)
    bundle = world.reminders.bundle(claim, at_any_hour=True)
    assert bundle
    assert said(bundle) == ["ACP-620 30"]


def test_who_moved_west_is_told_by_their_new_clock(world: World) -> None:
    due(world)
    with world.ledger.write() as writer:
        writer.set_timezone(ALICE, "America/Los_Angeles", world.clock())
    assert world.tell() == {}
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(30), 17)}


@pytest.mark.parametrize("hour", [9, 10, 20])
def test_whoever_was_told_something_today_is_told_the_rest_tomorrow(world: World, hour: int) -> None:
    due(world)
    assert world.tell() == {ALICE.id: ["ACP-620 30"]}
    world.wants(ALICE, replace(ON, hour=hour))
    world.clock.now = at(before(30), 9, 30)
    world.holds(ALICE, before(23), "ACP-120")
    world.clock.now = at(before(30), hour, 1)
    assert world.tell() == {}
    assert world.planned(ALICE)[ALICE.id, "ACP-120", "7"] == at(before(29), hour)
    world.clock.now = at(before(29), hour)
    assert world.tell() == {ALICE.id: ["ACP-120 7"]}


@pytest.mark.parametrize(
    ("later", "is_sent"), [(LEASE - timedelta(minutes=1), True), (LEASE - timedelta(seconds=59), False)]
)
def test_nothing_is_sent_once_a_claim_is_about_to_end(world: World, later: timedelta, is_sent: bool) -> None:
    due(world)
    (claim,) = world.reminders.claim("T1", "one", 50)
    world.clock.now += later
    assert bool(world.reminders.bundle(claim)) is is_sent


def test_a_claim_that_somebody_else_has_now_is_left_to_them(world: World) -> None:
    due(world)
    (claim,) = world.reminders.claim("T1", "one", 50)
    world.clock.now += LEASE
    (other,) = world.reminders.claim("T1", "two", 50)
    assert world.reminders.bundle(claim) is None
    bundle = world.reminders.bundle(other)
    assert bundle
    assert said(bundle) == ["ACP-620 30"]


def test_a_claim_given_back_is_anybodys(world: World) -> None:
    due(world)
    world.reminders.give_back(world.reminders.claim("T1", "one", 50))
    (bundle,) = world.bundles("two")
    assert said(bundle) == ["ACP-620 30"]


# What becomes of it


def test_after_each_failure_it_is_tried_again_later_and_in_the_end_given_up(world: World) -> None:
    due(world, settings=replace(ON, hour=0, days=(30,)))
    world.clock.now = at(before(30), 0)
    tried_at = []
    for tries in range(MOST_TRIES):
        (bundle,) = world.bundles()
        assert bundle.tries == tries
        tried_at.append(world.clock.now)
        stage = world.reminders.settle(bundle, TryLater(60, "http_500"))
        (world.clock.now,) = world.planned(ALICE).values()
    assert [f"{moment:%j %H:%M}" for moment in tried_at] == [
        "027 00:00", "027 00:01", "027 00:06", "027 00:36", "027 02:36", "027 08:36",
        "028 00:00",  # 20:36 would be night
        "029 00:00",
    ]  # fmt: skip
    assert stage is Stage.PARKED
    (parked,) = world.rows(ALICE, Stage.PARKED)
    assert (parked.reason, parked.settled_at) == ("http_500", tried_at[-1])
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "0"): at(before(0), 0)}, "what comes next is told"


@pytest.mark.parametrize(
    ("delivery", "wait"),
    [
        (TryLater(60, "http_500"), timedelta(minutes=1)),
        (TryLater(90, "ratelimited", whole_workspace=True), timedelta(seconds=90)),
        (TryLater(3600, "invalid_auth", whole_workspace=True, counts_for_all=True), timedelta(hours=1)),
    ],
)
def test_at_least_as_long_is_waited_as_slack_asks_for(
    world: World, delivery: TryLater, wait: timedelta
) -> None:
    due(world)
    world.tell(delivery)
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(30)) + wait}
    (waiting,) = world.reminders.waiting(ALICE).next
    assert (waiting.code, waiting.threshold, waiting.on) == ("ACP-620", "30", before(30))
    assert waiting.reason == delivery.reason


def test_what_a_workspace_does_not_let_through_is_tried_for_two_weeks(world: World) -> None:
    due(world, settings=replace(ON, days=(30,)))
    refused = TryLater(3600, "token_revoked", whole_workspace=True, counts_for_all=True)
    for tries in range(1, MOST_TRIES_OF_ALL + 1):
        (bundle,) = world.bundles()
        tried_at, stage = world.clock.now, world.reminders.settle(bundle, refused)
        assert stage is (Stage.PLANNED if tries < MOST_TRIES_OF_ALL else Stage.PARKED)
        (world.clock.now,) = world.planned(ALICE).values()
    assert timedelta(days=13) < tried_at - at(before(30)) < timedelta(days=15)


def test_a_change_of_facts_leaves_what_failed_put_off(world: World) -> None:
    due(world)
    world.tell(TryLater(3600, "http_500"))
    world.holds(ALICE, before(-300), "ACP-120")
    assert world.planned(ALICE)[ALICE.id, "ACP-620", "30"] == at(before(30), 10)


def test_what_cannot_be_delivered_is_parked_with_slacks_reason_and_later_ones_come(world: World) -> None:
    due(world)
    world.tell(Undeliverable("user_disabled"))
    (parked,) = world.reminders.waiting(ALICE).parked
    assert parked == ("ACP-620", "30", SUSPENDS_ON, before(30), "user_disabled")
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "14"): at(before(14))}
    assert world.days(before(30), before(10)) == {before(14): {ALICE.id: ["ACP-620 14"]}}


def test_on_gives_what_was_given_up_a_new_chance(world: World) -> None:
    due(world)
    world.tell(Undeliverable("user_disabled"))
    world.clock.now = at(before(28), 8)
    world.wants(ALICE)
    assert world.reminders.waiting(ALICE).parked == ()
    assert world.planned(ALICE) == {(ALICE.id, "ACP-620", "30"): at(before(28))}


def test_what_cannot_even_be_looked_at_is_tried_again_and_given_up(world: World) -> None:
    due(world)
    for tries in range(1, MOST_TRIES + 1):
        (claim,) = world.reminders.claim("T1", "one", 50)
        stage = world.reminders.fail(claim, "KeyError")
        assert stage is (Stage.PLANNED if tries < MOST_TRIES else Stage.PARKED)
        world.clock.now += timedelta(hours=6)
    assert world.reminders.claim("T1", "one", 50) == ()


def test_what_waits_is_shown_with_the_members_own_days(world: World) -> None:
    world.zones[ALICE.id] = "Asia/Tokyo"
    world.holds(ALICE, SUSPENDS_ON)
    world.holds(ALICE, SUSPENDS_ON + DAY * 3, "ACP-120")
    world.wants(ALICE, replace(ON, hour=8, days=(60,)))
    world.team(ALICE)
    assert [(one.code, one.threshold, one.on) for one in world.reminders.waiting(ALICE).next] == [
        ("ACP-620", "60", before(60)),
        ("ACP-120", "60", before(57)),
    ]
    assert world.reminders.waiting(BOB) == ((), ())


# Teams


def test_a_team_is_told_of_those_who_joined_by_its_own_thresholds_hour_and_clock(world: World) -> None:
    for who in (ALICE, BOB):
        world.holds(who, SUSPENDS_ON)
    world.team(ALICE, hour=17, timezone="Europe/Berlin", days=(20,))
    assert world.planned(ALICE) == {("C1", "ACP-620", "20"): at(before(20), 16)}
    assert world.planned(BOB) == {}


def test_who_is_only_invited_is_told_of_to_nobody(world: World) -> None:
    world.holds(BOB, SUSPENDS_ON)
    world.team(ALICE)
    with world.ledger.write() as writer:
        writer.teams.invite(BOB, "C1", "Bob", NOW)
        world.reminders.replan_channel(writer, "T1", "C1")
    assert world.planned(BOB) == {}


def test_a_team_gets_one_post_a_day_about_all_its_members(world: World) -> None:
    for who in (ALICE, BOB, CAROL):
        world.holds(who, SUSPENDS_ON)
    world.holds(BOB, before(16), "ACP-120")
    world.wants(BOB, replace(ON, may_mention=True))
    world.team(ALICE, BOB, CAROL)
    world.clock.now = at(before(30))
    bundles = {bundle.addressee: bundle for bundle in world.bundles()}
    team = bundles["C1"]
    assert said(team) == ["ACP-120 14", "ACP-620 30", "ACP-620 30", "ACP-620 30"]
    assert [(one.name, one.may_mention) for one in team.notices] == [
        ("Ubob", True), ("Ualice", False), ("Ubob", True), ("Ucarol", False),
    ]  # fmt: skip
    assert (team.is_channel, team.is_digest, team.today) == (True, False, before(30))
    assert said(bundles["UBOB"]) == ["ACP-120 14", "ACP-620 30"]
    assert set(bundles) == {"C1", "UBOB"}


def test_leaving_removes_somebody_at_once_even_from_what_is_claimed(world: World) -> None:
    for who in (ALICE, BOB):
        world.holds(who, SUSPENDS_ON)
    world.team(ALICE, BOB)
    world.clock.now = at(before(30))
    (claim,) = world.reminders.claim("T1", "one", 50)
    with world.ledger.write() as writer:
        writer.teams.leave(BOB, "C1")
    bundle = world.reminders.bundle(claim)
    assert bundle
    assert [one.who for one in bundle.notices] == [ALICE]
    assert world.planned(BOB) == {}


def test_a_team_that_stopped_is_told_nothing_more(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.team(ALICE, digest_day=1)
    world.clock.now = at(before(30))
    (claim,) = world.reminders.claim("T1", "one", 50)
    with world.ledger.write() as writer:
        writer._db.execute("DELETE FROM teams")
    assert world.reminders.bundle(claim) is None
    assert world.planned(ALICE) == {}
    with world.ledger.write() as writer:
        world.reminders.replan_channel(writer, "T1", "C1")
    with world.ledger.outbox() as outbox:
        assert outbox.digests("T1", "C1") == ()


def test_other_settings_of_a_team_count_at_once_and_give_what_was_parked_a_new_chance(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE, replace(ON, hour=20))
    world.team(ALICE)
    world.clock.now = at(before(30))
    (bundle,) = world.bundles()
    world.reminders.settle(bundle, Undeliverable("not_in_channel"))
    assert world.planned(ALICE) == {
        (ALICE.id, "ACP-620", "90"): at(before(30), 20),
        ("C1", "ACP-620", "14"): at(before(14)),
    }
    with world.ledger.write() as writer:
        with world.ledger.teams() as teams:
            team = teams.settings("T1", "C1")
        assert team
        writer.teams.set_settings("T1", team._replace(hour=11, days=(28, 7)))
        world.reminders.replan_channel(writer, "T1", "C1")
    assert world.planned(ALICE) == {
        (ALICE.id, "ACP-620", "30"): at(before(30), 20),
        ("C1", "ACP-620", "28"): at(before(28), 11),
    }


@pytest.mark.parametrize(
    ("zone", "member", "now", "threshold", "status"),
    [
        ("Pacific/Kiritimati", "America/Los_Angeles", at(before(0), 7), "0", "suspended"),
        ("America/Los_Angeles", "Pacific/Kiritimati", at(before(1), 18), "1", "active"),
    ],
)
def test_a_channel_is_told_by_its_own_day_what_counts_by_the_members(
    world: World, zone: str, member: str, now: datetime, threshold: str, status: str
) -> None:
    """The member's day is the one before or after; what they did on it counts for both."""
    world.zones[ALICE.id] = member
    world.holds(ALICE, SUSPENDS_ON)
    world.holds(ALICE, SUSPENDS_ON, "ACP-120")
    world.team(ALICE, timezone=zone, hour=10)
    world.clock.now = now
    today = world.desk.today(ALICE)
    with world.ledger.write() as writer:
        world.desk.pass_exam(writer, ALICE, rules.ExamPass("ACP-620", today), today)
    (bundle,) = world.bundles()
    assert abs(bundle.today - today) == DAY
    assert [(due.standing.code, due.threshold, due.standing.status) for due in bundle.notices] == [
        ("ACP-120", threshold, status)
    ]


# The digest

MONDAY = date(2025, 12, 8)


@pytest.mark.parametrize(
    ("now", "hour", "zone", "day", "due_at"),
    [
        (at(date(2025, 12, 5)), 9, "UTC", MONDAY, at(MONDAY)),
        (at(MONDAY, 8, 59), 9, "UTC", MONDAY, at(MONDAY)),
        (at(MONDAY, 9), 9, "UTC", MONDAY + DAY * 7, at(MONDAY + DAY * 7)),
        (at(MONDAY, 9), 9, "America/New_York", MONDAY, at(MONDAY, 14)),
        (at(date(2025, 12, 7), 23), 9, "Asia/Tokyo", MONDAY, at(MONDAY, 0)),
    ],
)
def test_the_first_digest_comes_when_its_weekday_does(
    world: World, now: datetime, hour: int, zone: str, day: date, due_at: datetime
) -> None:
    world.clock.now = now
    world.team(ALICE, digest_day=1, hour=hour, timezone=zone)
    assert world.digest() == (day, due_at)


def test_a_digest_comes_every_week(world: World) -> None:
    world.team(ALICE, digest_day=1)
    assert world.days(date(2025, 12, 3), date(2026, 1, 1)) == {
        MONDAY + DAY * 7 * week: {"C1": ["digest"]} for week in range(4)
    }


def test_digest_and_notices_of_one_day_are_one_post(world: World) -> None:
    world.holds(ALICE, MONDAY + DAY * 30)
    world.team(ALICE, digest_day=1)
    assert world.days(MONDAY, MONDAY + DAY) == {MONDAY: {"C1": ["ACP-620 30", "digest"]}}


def test_a_digest_that_was_missed_comes_late_but_not_beside_the_next(world: World) -> None:
    world.team(ALICE, digest_day=1)
    assert world.days(MONDAY + DAY * 2, MONDAY + DAY * 8) == {
        MONDAY + DAY * 2: {"C1": ["digest"]},
        MONDAY + DAY * 7: {"C1": ["digest"]},
    }
    assert world.days(MONDAY + DAY * 30, MONDAY + DAY * 36) == {MONDAY + DAY * 35: {"C1": ["digest"]}}


@pytest.mark.parametrize("digest_day", [None, 3])
def test_another_day_of_the_digest_counts_at_once(world: World, digest_day: int | None) -> None:
    world.team(ALICE, digest_day=1)
    with world.ledger.write() as writer:
        with world.ledger.teams() as teams:
            team = teams.settings("T1", "C1")
        assert team
        writer.teams.set_settings("T1", team._replace(digest_day=digest_day))
        world.reminders.replan_channel(writer, "T1", "C1")
    if digest_day:
        assert world.digest() == (date(2025, 12, 3), at(date(2025, 12, 3)))
    else:
        with world.ledger.outbox() as outbox:
            assert outbox.digests("T1", "C1") == ()


def test_a_digest_that_cannot_be_posted_is_parked_and_the_next_one_tried(world: World) -> None:
    world.team(ALICE, digest_day=1)
    world.clock.now = at(MONDAY)
    assert world.tell(Undeliverable("is_archived")) == {"C1": ["digest"]}
    assert world.digest() == (MONDAY + DAY * 7, at(MONDAY + DAY * 7))


def test_a_digest_that_cannot_even_be_looked_at_is_given_up_and_the_next_one_planned(world: World) -> None:
    world.team(ALICE, digest_day=1)
    world.clock.now = at(MONDAY)
    for _ in range(MOST_TRIES):
        (claim,) = world.reminders.claim("T1", "one", 50)
        world.reminders.fail(claim, "KeyError")
        world.clock.now += timedelta(hours=6)
    assert world.digest() == (MONDAY + DAY * 7, at(MONDAY + DAY * 7))


# Upkeep


def test_standings_that_time_alone_changes_are_planned_anew(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    world.wants(ALICE)
    tomorrow = NOW.date() + DAY
    with world.ledger.write() as writer:
        change = writer.begin_change(ALICE, "state certification", "ACP-620", NOW)
        shown = rules.PortalDates(SUSPENDS_ON + DAY * 100, None, tomorrow)
        writer.add_portal_dates(ALICE, "ACP-620", shown, change)
        world.desk._settle(writer, ALICE, (), NOW.date())
    assert [row.key.suspends_on for row in world.rows(ALICE)] == [SUSPENDS_ON]
    world.clock.now = at(tomorrow, 11)
    assert world.desk.upkeep.run(lambda _: True) is False, "it has not come everywhere"
    world.clock.now = at(tomorrow, 12)
    assert world.desk.upkeep.run(lambda _: False) is False, "none of ours"
    assert world.desk.upkeep.run(lambda _: True) is True
    assert [row.key.suspends_on for row in world.rows(ALICE)] == [SUSPENDS_ON + DAY * 100]
    assert world.desk.upkeep.run(lambda _: True) is False


def test_what_stays_as_it_is_is_not_computed_anew_for_ever(world: World) -> None:
    world.holds(ALICE, SUSPENDS_ON)
    with world.ledger.write() as writer:
        writer._db.execute("UPDATE standings SET holds_before = '2025-12-01'")
    done: list[Member] = []
    upkeep = Upkeep(world.ledger, world.clock, world.desk._fingerprint, lambda _, who: done.append(who))
    assert upkeep.run(lambda _: True) is True
    assert upkeep.run(lambda _: True) is False
    assert done == [ALICE, ALICE]


def test_a_new_policy_is_looked_for_once_in_a_process(world: World, ledger: Ledger) -> None:
    for who in (ALICE, BOB):
        world.holds(who, SUSPENDS_ON)
        world.wants(who)
    with ledger.write() as writer:
        writer._db.execute("UPDATE standings SET policy = 'older', suspends_on = '2026-03-01'")
    desk = World(ledger, world.desk.policy, world.clock).desk
    desk.upkeep.run(lambda workspace: workspace == "T2")
    assert {ledger.kept_standings(who, NOW.date()).policy for who in (ALICE, BOB)} == {"older"}  # type: ignore[union-attr]
    desk = World(ledger, world.desk.policy, world.clock).desk
    desk.upkeep.run(lambda _: True)
    kept = [ledger.kept_standings(who, NOW.date()) for who in (ALICE, BOB)]
    assert {(one.policy, one.standings[0].cycle.suspends_on) for one in kept if one} == {
        (rules.fingerprint(desk.policy), SUSPENDS_ON)
    }
    with ledger.write() as writer:
        writer._db.execute("UPDATE standings SET policy = 'older'")
    desk.upkeep.run(lambda _: True)
    assert {ledger.kept_standings(who, NOW.date()).policy for who in (ALICE, BOB)} == {"older"}  # type: ignore[union-attr]


def test_what_nothing_is_planned_about_is_planned_when_the_bot_starts(world: World, ledger: Ledger) -> None:
    """After a fault, that is, which kept it from being planned, and which a new version mends."""
    quiet = Member("T1", "UQUIET")
    for who in (ALICE, BOB, CAROL, quiet):
        world.holds(who, SUSPENDS_ON)
    world.wants(ALICE)
    world.wants(BOB)
    world.team(CAROL, BOB)
    planned = {who: world.rows(who) for who in (ALICE, BOB, CAROL)}
    with ledger.write() as writer:
        writer._db.execute("DELETE FROM outbox WHERE addressee IN ('UALICE', 'C1')")
    done: list[Member] = []
    day = {"policy": rules.fingerprint(world.desk.policy), "clock": world.clock}
    assert Upkeep(ledger, restand=lambda _, who: done.append(who), **day).run(lambda _: True) is False  # type: ignore[arg-type]
    assert done == [ALICE, BOB, CAROL], "not who is told nothing anyway"
    World(ledger, world.desk.policy, world.clock).desk.upkeep.run(lambda _: True)
    assert {who: world.rows(who) for who in (ALICE, BOB, CAROL)} == planned
    done.clear()
    Upkeep(ledger, restand=lambda _, who: done.append(who), **day).run(lambda _: True)  # type: ignore[arg-type]
    assert done == []


def test_what_was_told_long_ago_is_forgotten(world: World) -> None:
    due(world)
    world.tell()
    world.clock.now += DAY * 401
    world.desk.upkeep.run(lambda workspace: workspace != "T1")
    assert world.rows(ALICE, Stage.SENT)
    world.desk.upkeep.run(lambda _: True)
    assert world.rows(ALICE, Stage.SENT) == ()
