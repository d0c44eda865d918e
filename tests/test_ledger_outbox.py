"""The outbox's statements: what is planned once, claimed by one alone, and kept as told."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import ALICE

from bot.ledger import (
    DIGEST,
    KEEP_SETTLED,
    Claim,
    Ledger,
    Member,
    NoticeKey,
    OutboxHealth,
    OutboxRow,
    ReminderSettings,
    Stage,
    Writer,
)

NOW = datetime(2025, 12, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
BOB = Member("T1", "UBOB")
SUSPENDS_ON = date(2026, 1, 1)


def key(
    who: Member = ALICE,
    threshold: str = "30",
    *,
    addressee: str | None = None,
    code: str = "ACP-620",
    suspends_on: date = SUSPENDS_ON,
) -> NoticeKey:
    return NoticeKey(who.workspace, addressee or who.id, who.id, code, threshold, suspends_on)


@pytest.fixture
def writer(ledger: Ledger) -> Iterator[Writer]:
    with ledger.write() as found:
        yield found


def planned(writer: Writer, *keys: NoticeKey, at: datetime = NOW) -> None:
    for one in keys:
        writer.outbox.plan(one, at)


def row(writer: Writer, who: Member = ALICE) -> OutboxRow:
    (found,) = writer.outbox.about(who)
    return found


def claimed(
    writer: Writer, by: str = "one", now: datetime = NOW, *, until: datetime = LATER, most: int = 50
) -> dict[str, set[str]]:
    """Whom a claim takes, and the thresholds it takes for each."""
    found = writer.outbox.claim("T1", by, now, until, most)
    return {claim.addressee: {one.threshold for one in claim.keys} for claim in found}


# How members want to be reminded

WISHES = ReminderSettings(
    is_on=True,
    days=(30, 7),
    hour=17,
    quiet_weekends=True,
    may_mention=True,
    snoozed_until=date(2026, 1, 5),
)


def test_who_never_said_how_to_be_reminded_has_no_settings(ledger: Ledger) -> None:
    assert ledger.reminder_settings(ALICE) is None


@pytest.mark.parametrize("settings", [ReminderSettings(), WISHES, ReminderSettings(days=())])
def test_settings_are_kept_as_they_were_stated_for_one_member(
    ledger: Ledger, settings: ReminderSettings
) -> None:
    with ledger.write() as writer:
        for who in (ALICE, BOB):
            writer.enrol(who, NOW)
            writer.reminders.keep(who, WISHES)
        writer.reminders.keep(ALICE, settings)
    assert ledger.reminder_settings(ALICE) == settings
    assert ledger.reminder_settings(BOB) == WISHES
    assert ledger.reminder_settings(Member("T2", ALICE.id)) is None


# Planning


def test_a_notice_is_planned_once_and_stays_as_planned(writer: Writer) -> None:
    planned(writer, key(), at=NOW)
    planned(writer, key(), at=LATER)
    assert row(writer) == OutboxRow(key(), Stage.PLANNED, NOW, "", None)


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.PARKED])
def test_what_was_told_or_given_up_is_not_planned_again(writer: Writer, stage: Stage) -> None:
    planned(writer, key())
    if stage is Stage.SENT:
        writer.outbox.sent([key()], LATER)
    else:
        writer.outbox.park([key()], "user_not_found", LATER)
    planned(writer, key(), at=LATER)
    writer.outbox.drop(key())
    found = row(writer)
    assert (found.stage, found.settled_at) == (stage, LATER)


@pytest.mark.parametrize(
    "other",
    [
        key(threshold="14"),
        key(code="ACP-120"),
        key(suspends_on=date(2026, 1, 2)),
        key(addressee="C1"),
    ],
)
def test_each_part_of_its_key_makes_it_another_notice(writer: Writer, other: NoticeKey) -> None:
    planned(writer, key(), other)
    writer.outbox.drop(key())
    assert [found.key for found in writer.outbox.about(ALICE)] == [other]


def test_all_there_is_about_a_member_is_found_wherever_it_is_told(writer: Writer) -> None:
    keys = {key(), key(addressee="C1"), key(code="ACA-100")}
    planned(writer, *keys, key(BOB), key(BOB, addressee="C1"), key(Member("T2", ALICE.id)))
    assert {found.key for found in writer.outbox.about(ALICE)} == keys
    assert writer.outbox.members_told("T1", "C1") == (ALICE.id, "UBOB")


def test_a_channels_digests_are_found_by_themselves(writer: Writer) -> None:
    digest = NoticeKey("T1", "C1", "", "", DIGEST, date(2025, 12, 8))
    planned(writer, digest, key(addressee="C1"), digest._replace(addressee="C2"))
    assert [found.key for found in writer.outbox.digests("T1", "C1")] == [digest]
    assert writer.outbox.members_told("T1", "C2") == ()


def test_what_is_planned_for_an_addressee_can_go_at_once_and_what_was_told_stays(writer: Writer) -> None:
    planned(writer, key(), key(threshold="14"), key(addressee="C1"))
    writer.outbox.sent([key()], NOW)
    writer.outbox.drop_all("T1", ALICE.id)
    assert {(one.key, one.stage) for one in writer.outbox.about(ALICE)} == {
        (key(), Stage.SENT),
        (key(addressee="C1"), Stage.PLANNED),
    }


def test_what_was_given_up_can_be_planned_again_once_it_is_forgotten(writer: Writer) -> None:
    planned(writer, key(), key(BOB))
    writer.outbox.park([key(), key(BOB)], "user_not_found", NOW)
    writer.outbox.unpark("T1", ALICE.id)
    assert writer.outbox.about(ALICE) == ()
    assert row(writer, BOB).stage is Stage.PARKED


# Claiming


@pytest.mark.parametrize(("due_at", "is_due"), [(NOW, True), (NOW + timedelta(seconds=1), False)])
def test_what_is_due_is_claimed_from_its_moment_on(writer: Writer, due_at: datetime, is_due: bool) -> None:
    planned(writer, key(), at=due_at)
    assert claimed(writer) == ({ALICE.id: {"30"}} if is_due else {})


def test_all_that_is_due_to_an_addressee_is_claimed_together(writer: Writer) -> None:
    planned(writer, key(), key(code="ACP-120", threshold="7"), key(addressee="C1", threshold="14"))
    planned(writer, key(threshold="1"), at=LATER)
    assert claimed(writer) == {ALICE.id: {"30", "7"}, "C1": {"14"}}


def test_only_so_many_are_claimed_and_those_first_who_have_waited_longest(writer: Writer) -> None:
    for number in range(5):
        planned(writer, key(Member("T1", f"U{number}")), at=NOW - MINUTE * number)
    planned(writer, key(Member("T1", "U0"), "7"), at=NOW)
    assert claimed(writer, most=2) == {"U4": {"30"}, "U3": {"30"}}
    assert claimed(writer, most=2) == {"U2": {"30"}, "U1": {"30"}}
    assert claimed(writer, most=2) == {"U0": {"30", "7"}}
    assert claimed(writer, most=2) == {}


@pytest.mark.parametrize(
    ("now", "is_free"), [(LATER - timedelta(seconds=1), False), (LATER, True), (LATER + MINUTE, True)]
)
def test_a_claim_is_free_for_others_once_its_time_is_over(
    writer: Writer, now: datetime, is_free: bool
) -> None:
    planned(writer, key())
    assert claimed(writer, "one", NOW, until=LATER)
    assert bool(claimed(writer, "two", now, until=now + MINUTE)) is is_free


def test_while_an_addressee_is_being_told_the_rest_waits_or_it_would_be_a_second_message(
    writer: Writer,
) -> None:
    planned(writer, key())
    assert claimed(writer, "one") == {ALICE.id: {"30"}}
    planned(writer, key(threshold="7"))
    assert claimed(writer, "two") == {}
    assert claimed(writer, "two", LATER, until=LATER + MINUTE) == {ALICE.id: {"30", "7"}}


def test_many_notices_that_must_wait_do_not_keep_the_others_from_being_claimed(writer: Writer) -> None:
    """More than one page of them stands before the one that can be sent."""
    crowd = [key(Member("T1", f"U{number}"), addressee="C1") for number in range(1200)]
    planned(writer, crowd[0], at=NOW - MINUTE * 2)
    assert claimed(writer, "one") == {"C1": {"30"}}
    planned(writer, *crowd[1:], at=NOW - MINUTE)
    planned(writer, key())
    assert claimed(writer, "two") == {ALICE.id: {"30"}}


def test_a_claim_is_of_one_workspace(writer: Writer) -> None:
    other = Member("T2", ALICE.id)
    planned(writer, key(), key(other))
    assert writer.outbox.due_workspaces(NOW) == ("T1", "T2")
    (claim,) = writer.outbox.claim("T2", "one", NOW, LATER, 50)
    assert claim == Claim("T2", ALICE.id, "one", (key(other),))
    assert claimed(writer) == {ALICE.id: {"30"}}


def test_workspaces_are_due_by_their_planned_notices_and_not_after_they_removed_the_bot(
    ledger: Ledger, writer: Writer
) -> None:
    for workspace in ("T1", "T2", "T3", "T4"):
        planned(writer, key(Member(workspace, "U1")))
    writer.outbox.sent([key(Member("T2", "U1"))], NOW)
    writer.outbox.park([key(Member("T3", "U1"))], "channel_not_found", NOW)
    writer.outbox._db.execute("INSERT INTO departures (workspace, left_at) VALUES ('T4', :at)", {"at": ""})
    assert writer.outbox.due_workspaces(NOW) == ("T1",)
    assert writer.outbox.due_workspaces(NOW - MINUTE) == ()


def test_how_many_wait_counts_addressees_that_nobody_is_telling(writer: Writer) -> None:
    planned(writer, key(), key(threshold="7"), key(BOB), key(Member("T2", "U1")))
    assert writer.outbox.to_try_again(NOW) == {"T1": 2, "T2": 1}
    claimed(writer, most=1)
    assert writer.outbox.to_try_again(NOW) == {"T1": 1, "T2": 1}
    assert writer.outbox.to_try_again(NOW - MINUTE) == {}


def test_what_failed_waits_and_what_is_only_planned_does_not(writer: Writer) -> None:
    planned(writer, key(), key(BOB))
    assert writer.outbox.to_try_again(NOW - MINUTE) == {}
    writer.outbox.tried([key()], "timeout", NOW, NOW + timedelta(days=1), 8)
    assert writer.outbox.to_try_again(NOW - MINUTE) == {"T1": 1}


# Holding and giving back


def claim_one(writer: Writer, by: str = "one") -> Claim:
    (claim,) = writer.outbox.claim("T1", by, NOW, LATER, 1)
    return claim


@pytest.mark.parametrize(("until", "holds"), [(LATER, True), (LATER + timedelta(seconds=1), False)])
def test_a_claim_holds_as_long_as_nobody_else_may_take_it(
    writer: Writer, until: datetime, holds: bool
) -> None:
    planned(writer, key())
    held = writer.outbox.held(claim_one(writer), until)
    assert held.keys == ((key(),) if holds else ())


def test_a_claim_holds_no_more_once_others_have_it_or_it_was_settled_or_dropped(writer: Writer) -> None:
    keys = [key(), key(threshold="14"), key(threshold="7")]
    planned(writer, *keys)
    claim = claim_one(writer)
    assert {*writer.outbox.held(claim, NOW).keys} == {*keys}
    writer.outbox.sent([keys[0]], NOW)
    writer.outbox.drop(keys[1])
    assert writer.outbox.held(claim, NOW).keys == (keys[2],)
    claimed(writer, "two", LATER, until=LATER + MINUTE)
    assert writer.outbox.held(claim, NOW).keys == ()


def test_what_is_given_back_can_be_claimed_at_once_or_from_its_time_on(writer: Writer) -> None:
    planned(writer, key())
    writer.outbox.give_back(claim_one(writer))
    assert row(writer).due_at == NOW
    writer.outbox.give_back(claim_one(writer, "two"), LATER)
    assert row(writer).due_at == LATER
    assert claimed(writer) == {}
    assert claimed(writer, "three", LATER, until=LATER + MINUTE) == {ALICE.id: {"30"}}


def test_only_what_is_ones_own_can_be_given_back(writer: Writer) -> None:
    planned(writer, key())
    claim = claim_one(writer)
    writer.outbox.give_back(claim._replace(by="two"))
    assert writer.outbox.held(claim, NOW).keys == (key(),)


def test_a_notice_is_moved_unless_it_is_just_being_sent(writer: Writer) -> None:
    planned(writer, key())
    claim_one(writer)
    writer.outbox.move(key(), LATER, NOW)
    assert row(writer).due_at == NOW
    writer.outbox.move(key(), LATER + MINUTE, LATER)
    assert row(writer).due_at == LATER + MINUTE


def test_a_notice_is_taken_along_and_let_go_again(writer: Writer) -> None:
    planned(writer, key())
    claim, other = claim_one(writer), key(threshold="14")
    writer.outbox.take(other, "one", NOW, LATER)
    assert {*writer.outbox.held(claim, NOW).keys} == {key(), other}
    writer.outbox.release(key())
    assert writer.outbox.held(claim, NOW).keys == (other,)


# Settling


def test_what_is_sent_is_due_no_more_and_tells_when_its_addressee_was_last_told(writer: Writer) -> None:
    planned(writer, key(), key(threshold="14"), key(addressee="C1"))
    assert writer.outbox.told_at("T1", ALICE.id) is None
    writer.outbox.sent([key()], NOW)
    writer.outbox.sent([key(threshold="14")], LATER)
    writer.outbox.park([key(addressee="C1")], "is_archived", LATER)
    assert writer.outbox.told_at("T1", ALICE.id) == LATER
    assert writer.outbox.told_at("T1", "C1") is None
    assert writer.outbox.told_at("T2", ALICE.id) is None
    assert writer.outbox.due_workspaces(LATER) == ()


def test_what_failed_is_tried_again_later_so_many_times_and_then_given_up(writer: Writer) -> None:
    planned(writer, key())
    for tries in (1, 2):
        claim = claim_one(writer)
        assert writer.outbox.tried(claim.keys, "ratelimited", NOW, NOW, 3) is False
        assert writer.outbox.held(claim, NOW).keys == (), "whoever failed holds it no more"
        assert row(writer) == OutboxRow(key(), Stage.PLANNED, NOW, "ratelimited", None)
        again = claim_one(writer)
        assert writer.outbox.held(again, NOW).tries == tries
        writer.outbox.give_back(again)
    assert writer.outbox.tried([key()], "timeout", NOW, LATER, 3) is True
    found = row(writer)
    assert (found.stage, found.reason, found.settled_at) == (Stage.PARKED, "timeout", NOW)


def test_each_notice_of_a_message_counts_its_own_tries(writer: Writer) -> None:
    old, new = key(threshold="30"), key(code="ACP-120")
    planned(writer, old)
    writer.outbox.tried([old], "timeout", NOW, NOW, 2)
    planned(writer, new)
    assert writer.outbox.tried([old, new], "timeout", NOW, LATER, 2) is False
    assert {one.key: one.stage for one in writer.outbox.about(ALICE)} == {
        old: Stage.PARKED,
        new: Stage.PLANNED,
    }


def test_what_was_sent_after_all_is_not_tried_or_given_up_any_more(writer: Writer) -> None:
    planned(writer, key())
    writer.outbox.sent([key()], NOW)
    writer.outbox.tried([key()], "timeout", NOW, LATER, 1)
    writer.outbox.park([key()], "timeout", LATER)
    assert row(writer) == OutboxRow(key(), Stage.SENT, NOW, "", NOW)


# What is forgotten, and how the outbox is doing


def test_what_was_settled_long_ago_is_forgotten_the_oldest_first_and_not_all_at_once(writer: Writer) -> None:
    before = NOW - KEEP_SETTLED
    old = [key(Member("T1", f"U{number}")) for number in range(5)]
    for number, one in enumerate(old):
        planned(writer, one)
        writer.outbox.sent([one], before - MINUTE * (5 - number))
    planned(writer, key(), key(BOB), key(Member("T2", "U1")), at=before - MINUTE)
    writer.outbox.sent([key(), key(Member("T2", "U1"))], before)
    writer.outbox.park([key(Member("T2", "U1"))], "x", before)
    assert writer.outbox.settled_before(before) == ("T1",)
    assert writer.outbox.forget_settled("T1", before, 2) == 2
    assert [bool(writer.outbox.about(Member("T1", f"U{number}"))) for number in range(5)] == [
        False, False, True, True, True,
    ]  # fmt: skip
    assert writer.outbox.forget_settled("T1", before, 50) == 3
    assert writer.outbox.forget_settled("T1", before, 50) == 0
    assert row(writer).stage is Stage.SENT
    assert row(writer, BOB).stage is Stage.PLANNED


def test_an_empty_outbox_is_well(ledger: Ledger) -> None:
    with ledger.outbox() as outbox:
        assert outbox.health(NOW) == OutboxHealth(0, 0, None, {}, None)


def test_how_the_outbox_is_doing_is_told_over_all_workspaces(ledger: Ledger) -> None:
    with ledger.write() as writer:
        members = [Member(f"T{number % 2}", f"U{number}") for number in range(9)]
        for number, who in enumerate(members):
            planned(writer, key(who), at=NOW - MINUTE * (number - 1))
        writer.outbox.sent([key(members[8])], NOW - MINUTE)
        writer.outbox.sent([key(members[7])], NOW - MINUTE * 2)
        for who, reason in zip(
            members[4:7], ("is_archived", "user_not_found", "user_not_found"), strict=True
        ):
            writer.outbox.park([key(who)], reason, NOW)
    with ledger.outbox() as outbox:
        health = outbox.health(NOW)
    assert health == OutboxHealth(
        4, 3, NOW - MINUTE * 2, {"user_not_found": 2, "is_archived": 1}, NOW - MINUTE
    )
    assert list(health.parked) == ["user_not_found", "is_archived"]


# Indexes

WHOLE = re.compile(r"SCAN (outbox|standings)(?! USING INDEX outbox_settled)|PRIMARY KEY \(workspace=\?\)")


def test_no_statement_reads_all_a_workspace_has(ledger: Ledger) -> None:
    """With a million notices that would take a second, and each `/ce add` would wait for it."""
    said: list[str] = []
    with ledger.write() as writer:
        db = writer.outbox._db.conn
        db.set_trace_callback(said.append)
        planned(writer, key(), key(BOB), key(ALICE, "1"))
        outbox = writer.outbox
        claim = claim_one(writer)
        outbox.held(claim, NOW)
        outbox.take(key(threshold="7"), "one", NOW, LATER)
        outbox.release(key(threshold="7"))
        outbox.move(key(), LATER, NOW)
        outbox.drop(key(threshold="1"))
        outbox.tried([key()], "timeout", NOW, LATER, 2)
        outbox.sent([key()], NOW)
        outbox.park([key(BOB)], "x", NOW)
        outbox.give_back(claim, LATER)
        outbox.unpark("T1", "UBOB")
        outbox.drop_all("T1", "UBOB")
        outbox.about(ALICE)
        outbox.digests("T1", "C1")
        outbox.members_told("T1", "C1")
        outbox.told_at("T1", "C1")
        outbox.due_workspaces(NOW)
        outbox.to_try_again(NOW)
        outbox.settled_before(NOW)
        outbox.forget_settled("T1", NOW, 10)
        with ledger.upkeep() as upkeep:
            upkeep.outdated_in(date(2026, 1, 1))
            upkeep.outdated("T1", date(2026, 1, 1), 50)
            upkeep.checked(ALICE, 50, "x", date(2026, 1, 1))
        db.set_trace_callback(None)
        assert len(said) > 25
        for sql in said:
            plans = [detail for *_, detail in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
            assert not any(WHOLE.search(plan) for plan in plans), (sql, plans)


def test_statements_that_read_too_much_are_seen(ledger: Ledger) -> None:
    with ledger.write() as writer:
        db: sqlite3.Connection = writer.outbox._db.conn
        for sql in ("SELECT 1 FROM outbox WHERE workspace = 'T1' AND state = 'sent'", "SELECT 1 FROM outbox"):
            plans = [detail for *_, detail in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
            assert any(WHOLE.search(plan) for plan in plans), plans
