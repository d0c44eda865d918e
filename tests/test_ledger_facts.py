"""What the ledger remembers about a member: facts, changes, their undoing, and where the member stands."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlite_utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rules
from bot.ledger import ChangedSinceError, Facts, Kept, Ledger, LoggedActivity, Member, Writer
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, State

NOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
ALICE = Member("T1", "UALICE")
BOB = Member("T1", "UBOB")
ALICE_ELSEWHERE = Member("T2", "UALICE")

COURSE = LoggedActivity(0, Kind.COURSE, date(2025, 12, 1), "Jira Automation")
SHOWN = PortalDates(date(2026, 1, 1), date(2026, 4, 1), date(2025, 6, 1), date(2024, 1, 1))
EXAM = ExamPass("ACP-620", date(2025, 11, 15))

T = TypeVar("T")
Do = Callable[[Writer, int], object]


def but(value: T, **changes: Any) -> T:
    """The same value but for some fields, for dataclasses and named tuples alike."""
    if hasattr(value, "_replace"):
        return value._replace(**changes)
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]


def change(ledger: Ledger, do: Do, who: Member = ALICE, action: str = "some action") -> int:
    """Do something as one change of its own."""
    with ledger.write() as writer:
        number = writer.begin_change(who, action, "something", NOW)
        do(writer, number)
    return number


def log(ledger: Ledger, activity: LoggedActivity = COURSE, who: Member = ALICE) -> int:
    """Log an activity under the member's next number; the number of the change."""

    def do(writer: Writer, number: int) -> None:
        writer.add_activity(who, but(activity, number=writer.next_number(who, NOW)), number)

    return change(ledger, do, who)


def edit(ledger: Ledger, activity: LoggedActivity, who: Member = ALICE) -> int:
    """Put another version in the place of an activity."""

    def do(writer: Writer, number: int) -> None:
        writer.end_activity(who, activity.number, number)
        writer.add_activity(who, activity, number)

    return change(ledger, do, who)


def undo(ledger: Ledger, number: int | None, who: Member = ALICE) -> None:
    with ledger.write() as writer:
        found = writer.change(who, number)
        assert found
        writer.undo(who, found, NOW)


def rows(ledger: Ledger, sql: str) -> list[tuple[object, ...]]:
    """What a person with their own tools reads in the file."""
    db = sqlite_utils.Database(ledger.path)
    try:
        return list(db.execute(sql).fetchall())
    finally:
        db.close()


# What is written is read back


@pytest.mark.parametrize(
    "activity",
    [
        COURSE,
        but(COURSE, kind=Kind.GLOBAL_EVENT, title='Team \'26, "Europe"; DROP TABLE activities'),
        but(COURSE, kind=Kind.LOCAL_EVENT, title="ACE München 🎉", done_on=date(2024, 2, 29)),
        but(COURSE, kind=Kind.PRESENTATION, units=30, link="https://example.com/a?b=<c>&d='e'"),
        but(COURSE, state=State.ENTERED, title=""),
        but(COURSE, state=State.CONFIRMED, title="a\nb\x00c"),
        but(COURSE, state=State.REJECTED, done_on=date(1, 1, 1)),
    ],
)
def test_an_activity_is_read_back_as_it_was_written(ledger: Ledger, activity: LoggedActivity) -> None:
    log(ledger, activity)
    assert ledger.facts(ALICE).activities == (but(activity, number=1),)


@pytest.mark.parametrize("earned_on", [date(2024, 1, 1), None])
@pytest.mark.parametrize(
    "portal",
    [
        (),
        (SHOWN,),
        (PortalDates(date(2026, 1, 1), None, date(2025, 6, 1)), SHOWN),
        (but(SHOWN, suspends_on=date(2027, 1, 1)), but(SHOWN, cycle_started_on=None), SHOWN),
    ],
)
def test_a_credential_is_read_back_with_its_portal_dates_in_the_order_they_were_stated(
    ledger: Ledger, earned_on: date | None, portal: tuple[PortalDates, ...]
) -> None:
    change(ledger, lambda writer, number: writer.add_credential(ALICE, "ACP-620", earned_on, number))
    for shown in portal:
        change(ledger, lambda writer, number: writer.add_portal_dates(ALICE, "ACP-620", shown, number))  # noqa: B023
    assert ledger.facts(ALICE) == Facts(credentials=(Credential("ACP-620", earned_on, portal),))


def test_portal_dates_stay_with_their_own_certification(ledger: Ledger) -> None:
    later = but(SHOWN, suspends_on=date(2027, 1, 1))

    def do(writer: Writer, number: int) -> None:
        for code, shown in (("ACP-620", SHOWN), ("ACP-120", later)):
            writer.add_credential(ALICE, code, None, number)
            writer.add_portal_dates(ALICE, code, shown, number)

    change(ledger, do)
    assert ledger.facts(ALICE).credentials == (
        Credential("ACP-120", None, (later,)),
        Credential("ACP-620", None, (SHOWN,)),
    )


def test_exams_are_read_back_by_code_and_day(ledger: Ledger) -> None:
    passed = [EXAM, ExamPass("ACP-120", date(2025, 1, 1)), but(EXAM, passed_on=date(2024, 1, 1))]
    for exam in passed:
        change(ledger, lambda writer, number: writer.add_exam(ALICE, exam, number))  # noqa: B023
    assert ledger.facts(ALICE).exams == (passed[1], passed[2], passed[0])


def test_a_time_zone_is_read_back_with_the_moment_it_was_asked_for(ledger: Ledger) -> None:
    assert ledger.timezone(ALICE) == (None, None)
    for named, at in (("Asia/Tokyo", NOW), ("Europe/Berlin", NOW + timedelta(days=31))):
        with ledger.write() as writer:
            writer.set_timezone(ALICE, named, at)
        assert ledger.timezone(ALICE) == (named, at)
    log(ledger, who=BOB)
    assert ledger.timezone(BOB) == (None, None)


def test_a_moment_of_any_zone_is_kept_in_utc(ledger: Ledger) -> None:
    tokyo = datetime(2025, 12, 2, 18, 30, tzinfo=timezone(timedelta(hours=9)))
    with ledger.write() as writer:
        writer.set_timezone(ALICE, "Asia/Tokyo", tokyo)
    assert rows(ledger, "SELECT timezone_checked_at FROM members") == [("2025-12-02T09:30:00+00:00",)]
    assert ledger.timezone(ALICE)[1] == tokyo


def test_an_answer_is_read_back_letter_for_letter(ledger: Ledger) -> None:
    answer = '["<&> 🎉\\n", [{"type": "section"}]]'
    with ledger.write() as writer:
        writer.keep_answer(ALICE, "k1", answer, NOW)
        assert writer.answer_to(ALICE, "k1") == answer
        assert writer.answer_to(ALICE, "k2") is None
    with ledger.write() as writer:
        assert writer.answer_to(ALICE, "k1") == answer


def test_what_a_transaction_wrote_is_seen_in_it_and_gone_when_it_fails(ledger: Ledger) -> None:
    def write_and_fail() -> None:
        with ledger.write() as writer:
            number = writer.begin_change(ALICE, "add activity", "activity 1", NOW)
            writer.add_activity(ALICE, but(COURSE, number=writer.next_number(ALICE, NOW)), number)
            writer.keep_answer(ALICE, "k1", "answer", NOW)
            assert ledger.facts(ALICE).activities == (but(COURSE, number=1),)
            assert len(ledger.titles(ALICE)) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert ledger.facts(ALICE) == Facts()
    assert rows(ledger, "SELECT * FROM members") == rows(ledger, "SELECT * FROM requests") == []
    log(ledger)
    assert ledger.facts(ALICE).activities[0].number == 1


# Nothing is overwritten


def test_a_removed_activity_stays_marked_with_the_change_that_ended_it(ledger: Ledger) -> None:
    added = log(ledger)
    removed = change(ledger, lambda writer, number: writer.end_activity(ALICE, 1, number))
    assert ledger.facts(ALICE) == Facts()
    assert len(ledger.titles(ALICE)) == 0
    assert rows(ledger, "SELECT title, added_by, ended_by FROM activities") == [
        ("Jira Automation", added, removed)
    ]


def test_an_edit_supersedes_and_the_version_before_is_kept(ledger: Ledger) -> None:
    added = log(ledger)
    better = but(COURSE, number=1, title="Jira Automation, part 2", done_on=date(2025, 11, 30))
    edited = edit(ledger, better)
    assert ledger.facts(ALICE).activities == (better,)
    assert rows(ledger, "SELECT title, done_on, added_by, ended_by FROM activities ORDER BY added_by") == [
        ("Jira Automation", "2025-12-01", added, edited),
        ("Jira Automation, part 2", "2025-11-30", edited, None),
    ]


def test_every_fact_names_the_changes_that_brought_it_in_and_took_it_out(ledger: Ledger) -> None:
    added = change(
        ledger,
        lambda writer, number: (
            writer.add_credential(ALICE, "ACP-620", None, number),
            writer.add_portal_dates(ALICE, "ACP-620", SHOWN, number),
            writer.add_exam(ALICE, EXAM, number),
        ),
        action="add all",
    )
    ended = change(
        ledger,
        lambda writer, number: (
            writer.end_credential(ALICE, "ACP-620", number),
            writer.end_portal_dates(ALICE, "ACP-620", number),
            writer.end_exam(ALICE, EXAM, number),
        ),
        action="end all",
    )
    for table in ("credentials", "portal_dates", "exams"):
        assert rows(ledger, f"SELECT added_by, ended_by FROM {table}") == [(added, ended)], table
    assert rows(ledger, "SELECT id, action FROM audit ORDER BY id") == [
        (added, "add all"),
        (ended, "end all"),
    ]


def test_ending_what_has_ended_changes_nothing(ledger: Ledger) -> None:
    log(ledger)
    removed = change(ledger, lambda writer, number: writer.end_activity(ALICE, 1, number))
    change(ledger, lambda writer, number: writer.end_activity(ALICE, 1, number))
    assert rows(ledger, "SELECT ended_by FROM activities") == [(removed,)]


def test_a_number_is_never_used_again(ledger: Ledger) -> None:
    log(ledger)
    second = log(ledger)
    change(ledger, lambda writer, number: writer.end_activity(ALICE, 1, number))
    undo(ledger, second)
    assert ledger.facts(ALICE) == Facts()
    log(ledger)
    assert [activity.number for activity in ledger.facts(ALICE).activities] == [3]


# Undo


def test_undo_takes_back_what_was_added(ledger: Ledger) -> None:
    added = change(
        ledger,
        lambda writer, number: (
            writer.add_activity(ALICE, but(COURSE, number=1), number),
            writer.add_credential(ALICE, "ACP-620", date(2024, 1, 1), number),
            writer.add_portal_dates(ALICE, "ACP-620", SHOWN, number),
            writer.add_exam(ALICE, EXAM, number),
        ),
    )
    undo(ledger, added)
    assert ledger.facts(ALICE) == Facts()
    ((undone_by,),) = rows(ledger, f"SELECT undone_by FROM audit WHERE id = {added}")
    assert rows(ledger, f"SELECT action FROM audit WHERE id = {undone_by}") == [("undo",)]
    assert rows(ledger, "SELECT ended_by FROM activities") == [(undone_by,)]


def everything(ledger: Ledger) -> Facts:
    """Some of each kind of fact, each added by a change of its own."""
    log(ledger)
    change(ledger, lambda writer, number: writer.add_credential(ALICE, "ACP-620", date(2024, 1, 1), number))
    change(ledger, lambda writer, number: writer.add_portal_dates(ALICE, "ACP-620", SHOWN, number))
    change(ledger, lambda writer, number: writer.add_exam(ALICE, EXAM, number))
    return ledger.facts(ALICE)


@pytest.mark.parametrize(
    "end",
    [
        lambda writer, number: writer.end_activity(ALICE, 1, number),
        lambda writer, number: writer.end_credential(ALICE, "ACP-620", number),
        lambda writer, number: writer.end_portal_dates(ALICE, "ACP-620", number),
        lambda writer, number: writer.end_exam(ALICE, EXAM, number),
    ],
    ids=["activity", "credential", "portal dates", "exam"],
)
def test_undo_brings_back_what_was_ended(ledger: Ledger, end: Do) -> None:
    before = everything(ledger)
    ended = change(ledger, end)
    assert ledger.facts(ALICE) != before
    undo(ledger, ended)
    assert ledger.facts(ALICE) == before


@pytest.mark.parametrize(
    "supersede",
    [
        lambda writer, number: (
            writer.end_activity(ALICE, 1, number),
            writer.add_activity(ALICE, but(COURSE, number=1, title="Other"), number),
        ),
        lambda writer, number: (
            writer.end_credential(ALICE, "ACP-620", number),
            writer.add_credential(ALICE, "ACP-620", date(2024, 2, 2), number),
        ),
        lambda writer, number: (
            writer.end_portal_dates(ALICE, "ACP-620", number),
            writer.add_portal_dates(ALICE, "ACP-620", but(SHOWN, expires_on=None), number),
        ),
        lambda writer, number: (
            writer.end_exam(ALICE, EXAM, number),
            writer.add_exam(ALICE, EXAM, number),
        ),
    ],
    ids=["activity", "credential", "portal dates", "exam"],
)
def test_undo_of_a_new_version_brings_back_the_one_before(ledger: Ledger, supersede: Do) -> None:
    before = everything(ledger)
    undo(ledger, change(ledger, supersede))
    assert ledger.facts(ALICE) == before


def test_undo_after_undo_goes_back_one_change_at_a_time(ledger: Ledger) -> None:
    states = [ledger.facts(ALICE)]
    for do in (
        lambda: log(ledger),
        lambda: edit(ledger, but(COURSE, number=1, title="Second title")),
        lambda: edit(ledger, but(COURSE, number=1, title="Third title")),
        lambda: change(ledger, lambda writer, number: writer.end_activity(ALICE, 1, number)),
    ):
        do()
        states.append(ledger.facts(ALICE))
    for expected in reversed(states[:-1]):
        undo(ledger, None)
        assert ledger.facts(ALICE) == expected
    with ledger.write() as writer:
        assert writer.change(ALICE) is None


def test_what_is_undone_cannot_be_undone_again_nor_can_an_undo(ledger: Ledger) -> None:
    added = log(ledger)
    undo(ledger, added)
    ((undone_by,),) = rows(ledger, f"SELECT undone_by FROM audit WHERE id = {added}")
    with ledger.write() as writer:
        assert writer.change(ALICE, added) is None
        assert writer.change(ALICE, int(str(undone_by))) is None
        assert writer.change(ALICE, 999) is None


def test_undo_of_what_was_edited_since_is_refused_and_changes_nothing(ledger: Ledger) -> None:
    added = log(ledger)
    better = but(COURSE, number=1, title="Better")
    edited = edit(ledger, better)
    audit = rows(ledger, "SELECT * FROM audit")
    with pytest.raises(ChangedSinceError):
        undo(ledger, added)
    assert ledger.facts(ALICE).activities == (better,)
    assert rows(ledger, "SELECT * FROM audit") == audit
    undo(ledger, edited)
    undo(ledger, added)
    assert ledger.facts(ALICE) == Facts()


def test_undo_of_a_removal_is_refused_where_the_same_was_added_anew(ledger: Ledger) -> None:
    everything(ledger)
    removed = change(
        ledger,
        lambda writer, number: (
            writer.end_credential(ALICE, "ACP-620", number),
            writer.end_portal_dates(ALICE, "ACP-620", number),
        ),
    )
    anew = change(
        ledger, lambda writer, number: writer.add_credential(ALICE, "ACP-620", date(2025, 1, 1), number)
    )
    facts = ledger.facts(ALICE)
    with pytest.raises(ChangedSinceError):
        undo(ledger, removed)
    assert ledger.facts(ALICE) == facts
    undo(ledger, anew)
    undo(ledger, removed)
    assert ledger.facts(ALICE).credentials == (Credential("ACP-620", date(2024, 1, 1), (SHOWN,)),)


def test_undo_of_an_exam_stated_again_leaves_it_stated_once(ledger: Ledger) -> None:
    first = change(ledger, lambda writer, number: writer.add_exam(ALICE, EXAM, number))
    again = change(
        ledger,
        lambda writer, number: (
            writer.end_exam(ALICE, EXAM, number),
            writer.add_exam(ALICE, EXAM, number),
        ),
    )
    with pytest.raises(ChangedSinceError):
        undo(ledger, first)
    undo(ledger, again)
    assert ledger.facts(ALICE).exams == (EXAM,)


# Everybody for themselves


@pytest.mark.parametrize("other", [BOB, ALICE_ELSEWHERE], ids=["another member", "another workspace"])
def test_nobody_sees_or_touches_what_is_of_others(
    ledger: Ledger, policy: rules.Policy, other: Member
) -> None:
    hers = everything(ledger)
    with ledger.write() as writer:
        writer.keep_answer(ALICE, "k1", "hers", NOW)
        writer.set_timezone(ALICE, "Asia/Tokyo", NOW)
        writer.keep_standings(
            ALICE,
            rules.standings(hers.history(NOW.date()), policy),
            policy="p",
            as_of=NOW.date(),
            holds_before=None,
        )
    kept = ledger.kept_standings(ALICE, NOW.date())
    assert kept

    assert ledger.facts(other) == Facts()
    assert len(ledger.titles(other)) == 0
    assert ledger.kept_standings(other, NOW.date()) is None
    assert ledger.timezone(other) == (None, None)

    with ledger.write() as writer:
        assert writer.change(other) is None
        assert writer.change(other, 1) is None
        theirs = writer.begin_change(other, "end all", "all", NOW)
        writer.end_activity(other, 1, theirs)
        writer.end_credential(other, "ACP-620", theirs)
        writer.end_portal_dates(other, "ACP-620", theirs)
        writer.end_exam(other, EXAM, theirs)
        writer.keep_standings(other, (), policy="p", as_of=NOW.date(), holds_before=None)
        writer.set_timezone(other, "Europe/Berlin", NOW)
    assert ledger.facts(ALICE) == hers
    assert ledger.kept_standings(ALICE, NOW.date()) == kept
    assert ledger.timezone(ALICE) == ("Asia/Tokyo", NOW)


def test_members_count_their_activities_each_from_1(ledger: Ledger) -> None:
    for who in (ALICE, BOB, ALICE, ALICE_ELSEWHERE, BOB):
        log(ledger, who=who)
    numbers = {who: [one.number for one in ledger.facts(who).activities] for who in (ALICE, BOB)}
    assert numbers == {ALICE: [1, 2], BOB: [1, 2]}
    assert [one.number for one in ledger.facts(ALICE_ELSEWHERE).activities] == [1]


def test_the_latest_change_is_the_members_own_latest(ledger: Ledger) -> None:
    hers = log(ledger)
    log(ledger, who=BOB)
    log(ledger, who=ALICE_ELSEWHERE)
    with ledger.write() as writer:
        found = writer.change(ALICE)
    assert found
    assert found.id == hers


def test_the_same_key_in_another_workspace_is_another_request(ledger: Ledger) -> None:
    with ledger.write() as writer:
        writer.keep_answer(ALICE, "k1", "hers", NOW)
        assert writer.answer_to(ALICE_ELSEWHERE, "k1") is None
        writer.keep_answer(ALICE_ELSEWHERE, "k1", "other", NOW)
        assert writer.answer_to(ALICE, "k1") == "hers"


@pytest.mark.parametrize(("seconds", "kept"), [(0, True), (24 * 3600, True), (24 * 3600 + 1, False)])
def test_an_answer_is_kept_for_a_day(ledger: Ledger, seconds: int, kept: bool) -> None:
    with ledger.write() as writer:
        writer.keep_answer(ALICE, "k1", "answer", NOW)
        writer.keep_answer(BOB, "k2", "another", NOW + timedelta(seconds=seconds))
        assert (writer.answer_to(ALICE, "k1") is not None) is kept


def test_the_audit_has_no_personal_text(desk, ledger: Ledger) -> None:
    secret = LoggedActivity(
        0, Kind.PRESENTATION, date(2025, 11, 1), "My secret talk", 30, link="https://example.com/secret"
    )
    today = date(2025, 12, 2)
    with ledger.write() as writer:
        desk.add_activity(writer, ALICE, secret, today)
        desk.edit_activity(writer, ALICE, but(secret, number=1, title="My secret talk, again"), today)
        desk.remove_activity(writer, ALICE, 1, today)
        desk.state_credential(writer, ALICE, "ACP-620", today, earned_on=date(2024, 1, 1))
        desk.state_credential(writer, ALICE, "ACP-620", today, shown=SHOWN)
        desk.pass_exam(writer, ALICE, EXAM, today)
        desk.remove_exam(writer, ALICE, EXAM, today)
        desk.remove_credential(writer, ALICE, "ACP-620", today)
        desk.undo(writer, ALICE, None, today)
    assert rows(ledger, "SELECT workspace, member, action, subject, at FROM audit ORDER BY id") == [
        ("T1", "UALICE", action, subject, "2025-12-02T12:00:00+00:00")
        for action, subject in [
            ("add activity", "activity 1"),
            ("edit activity", "activity 1"),
            ("remove activity", "activity 1"),
            ("state certification", "ACP-620"),
            ("state certification", "ACP-620"),
            ("state exam", "ACP-620"),
            ("remove exam", "ACP-620"),
            ("remove certification", "ACP-620"),
            ("undo", "ACP-620"),
        ]
    ]


# Where a member stands

AS_OF = date(2025, 12, 2)


@pytest.mark.parametrize(
    ("day", "policy", "holds_before", "holds"),
    [
        (AS_OF - timedelta(days=1), "p1", None, False),
        (AS_OF, "p1", None, True),
        (AS_OF, "p2", None, False),
        (AS_OF + timedelta(days=9999), "p1", None, True),
        (AS_OF + timedelta(days=9), "p1", AS_OF + timedelta(days=10), True),
        (AS_OF + timedelta(days=10), "p1", AS_OF + timedelta(days=10), False),
        (AS_OF + timedelta(days=11), "p1", AS_OF + timedelta(days=10), False),
        (AS_OF, "p1", AS_OF + timedelta(days=1), True),
    ],
)
def test_kept_standings_hold_from_their_day_up_to_the_next_fact(
    day: date, policy: str, holds_before: date | None, holds: bool
) -> None:
    assert Kept("p1", AS_OF, holds_before, ()).holds_on(day, policy) is holds


def keep(
    ledger: Ledger,
    who: Member,
    found: Sequence[rules.Standing],
    as_of: date,
    holds_before: date | None = None,
) -> None:
    with ledger.write() as writer:
        writer.keep_standings(who, found, policy="p1", as_of=as_of, holds_before=holds_before)


def hold(ledger: Ledger, who: Member, *credentials: Credential) -> None:
    """Note that a member holds certifications."""

    def do(writer: Writer, number: int) -> None:
        for held in credentials:
            writer.add_credential(who, held.code, held.earned_on, number)

    change(ledger, do, who)


def test_kept_standings_are_those_kept_last(ledger: Ledger, policy: rules.Policy) -> None:
    held = Credential("ACP-120", date(2024, 1, 1)), Credential("ACP-620", date(2024, 2, 2))
    hold(ledger, ALICE, *held)
    for earned_on in (date(2024, 1, 1), date(2024, 3, 3)):
        found = rules.standings(History(AS_OF, (Credential("ACP-120", earned_on), held[1])), policy)
        keep(ledger, ALICE, found, AS_OF)
        kept = ledger.kept_standings(ALICE, AS_OF)
        assert kept
        assert [(one.code, one.cycle) for one in kept.standings] == [(one.code, one.cycle) for one in found]


def test_the_kept_standing_of_a_certification_no_longer_held_goes(
    ledger: Ledger, policy: rules.Policy
) -> None:
    held = Credential("ACP-120", date(2024, 1, 1)), Credential("ACP-620", date(2024, 2, 2))
    hold(ledger, ALICE, *held)
    keep(ledger, ALICE, rules.standings(History(AS_OF, held), policy), AS_OF)
    change(ledger, lambda writer, number: writer.end_credential(ALICE, "ACP-120", number))
    keep(ledger, ALICE, rules.standings(History(AS_OF, held[1:]), policy), AS_OF)
    kept = ledger.kept_standings(ALICE, AS_OF)
    assert kept
    assert [standing.code for standing in kept.standings] == ["ACP-620"]
    change(ledger, lambda writer, number: writer.end_credential(ALICE, "ACP-620", number))
    keep(ledger, ALICE, (), AS_OF)
    assert ledger.kept_standings(ALICE, AS_OF) is None


def test_standings_of_different_days_are_not_mixed(ledger: Ledger, policy: rules.Policy) -> None:
    """A clock put back, or a member gone west: on that day one certification is not yet known."""
    held = Credential("ACP-120", date(2024, 1, 1)), Credential("ACP-620", date(2025, 6, 1))
    hold(ledger, ALICE, *held)
    keep(ledger, ALICE, rules.standings(History(AS_OF, held), policy), AS_OF)
    back = date(2025, 1, 1)
    keep(ledger, ALICE, rules.standings(History(back, held[:1]), policy), back, date(2025, 6, 1))
    assert ledger.kept_standings(ALICE, back) is None


DAYS = st.dates(date(2023, 6, 1), date(2028, 12, 31))
CREDENTIALS = st.lists(
    st.builds(
        lambda code, earned_on, portal: Credential(code, earned_on, portal),
        st.sampled_from(["ACP-620", "ACP-120", "ACP-300", "ACA-100"]),
        st.one_of(st.none(), DAYS),
        st.lists(
            st.builds(
                lambda on, months, confirmed_on: PortalDates(
                    on, on + timedelta(days=months * 30) if months else None, confirmed_on
                ),
                DAYS,
                st.sampled_from([0, 3]),
                DAYS,
            ),
            max_size=2,
        ).map(tuple),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda held: held.code,
)
ACTIVITIES = st.lists(
    st.builds(
        lambda kind, on, units, state, title: (kind, on, units, state, title),
        st.sampled_from(Kind),
        DAYS,
        st.sampled_from([None, 30]),
        st.sampled_from(State),
        st.sampled_from(["One", "Two", "Drei 🎉"]),
    ),
    max_size=14,
)
EXAMS = st.lists(st.builds(ExamPass, st.sampled_from(["ACP-620", "ACA-100"]), DAYS), max_size=2, unique=True)


NUMBERS = count(1)


@pytest.fixture(scope="module")
def shared_ledger(tmp_path_factory: pytest.TempPathFactory):
    found = Ledger(Path(tmp_path_factory.mktemp("ledger")) / "ce-bot.db")
    yield found
    found.close()


@settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(credentials=CREDENTIALS, activities=ACTIVITIES, exams=EXAMS, as_of=DAYS, later=st.integers(0, 900))
def test_as_long_as_they_hold_kept_standings_are_what_a_replay_gives(
    shared_ledger: Ledger,
    policy: rules.Policy,
    credentials: list[Credential],
    activities: list[tuple[Kind, date, int | None, State, str]],
    exams: list[ExamPass],
    as_of: date,
    later: int,
) -> None:
    facts = Facts(
        tuple(sorted(credentials, key=lambda held: held.code)),
        tuple(
            LoggedActivity(number, kind, on, title, units if kind is Kind.PRESENTATION else None, state)
            for number, (kind, on, units, state, title) in enumerate(activities, 1)
        ),
        tuple(exams),
    )
    holds_before = facts.changes_after(as_of)
    who = Member("T1", f"U{next(NUMBERS)}")
    hold(shared_ledger, who, *facts.credentials)
    keep(shared_ledger, who, rules.standings(facts.history(as_of), policy), as_of, holds_before)
    day = as_of + timedelta(days=later)
    if holds_before:
        day = min(day, holds_before - timedelta(days=1))
    kept = shared_ledger.kept_standings(who, day)
    replayed = tuple(
        but(standing, activities=(), renewals=()) for standing in rules.standings(facts.history(day), policy)
    )
    if not replayed:
        assert kept is None
        return
    assert kept
    assert kept.holds_on(day, "p1")
    assert kept.standings == replayed
    assert [list(one.used) for one in kept.standings] == [list(one.used) for one in replayed]


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (Facts(), None),
        (Facts(activities=(but(COURSE, number=1, done_on=AS_OF),)), None),
        (Facts(activities=(but(COURSE, number=1, done_on=AS_OF + timedelta(days=1)),)), 1),
        (Facts(exams=(ExamPass("ACP-620", AS_OF + timedelta(days=2)),)), 2),
        (Facts(credentials=(Credential("ACP-620", AS_OF + timedelta(days=3)),)), 3),
        (
            Facts(
                credentials=(
                    Credential("ACP-620", None, (but(SHOWN, confirmed_on=AS_OF + timedelta(days=4)),)),
                ),
                exams=(ExamPass("ACP-620", AS_OF + timedelta(days=5)),),
            ),
            4,
        ),
    ],
)
def test_the_next_day_on_which_a_fact_matters(facts: Facts, first: int | None) -> None:
    assert facts.changes_after(AS_OF) == (AS_OF + timedelta(days=first) if first else None)


def test_facts_become_a_history_that_leaves_out_what_was_not_yet_known() -> None:
    facts = Facts(
        (Credential("ACP-120", None, (SHOWN,)), Credential("ACP-620", date(2024, 1, 1))),
        (but(COURSE, number=7, units=None, link="https://example.com"),),
        (EXAM,),
    )
    early = facts.history(SHOWN.confirmed_on - timedelta(days=1))
    assert [held.code for held in early.credentials] == ["ACP-620"]
    late = facts.history(SHOWN.confirmed_on)
    assert [held.code for held in late.credentials] == ["ACP-120", "ACP-620"]
    assert late.activities == (Activity("7", Kind.COURSE, COURSE.done_on, COURSE.title),)
    assert late.exams == (EXAM,)
