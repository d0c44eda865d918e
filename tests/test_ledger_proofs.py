"""The rows of files that prove activities: found, claimed, settled, deleted."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from conftest import ALICE

from bot.ledger import ChangedSinceError, Ledger, Member, Proof, ProofState
from bot.ledger.writer import Change

NOW = datetime(2025, 12, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
BOB = Member("T1", "UBOB")
ELSEWHERE = Member("T2", "UALICE")
HASH = "0" * 64


def attach(
    ledger: Ledger, file: str = "F1", *, who: Member = ALICE, number: int = 1, at: datetime = NOW
) -> bool:
    with ledger.write() as writer:
        change = writer.begin_change(who, "attach proof", f"activity {number}", at)
        return writer.proofs.attach(
            who, number, file=file, name="a.png", media_type="image/png", size=9, change=change, at=at
        )


def claim(ledger: Ledger, by: str = "one", *, workspace: str = "T1", most: int = 9, now: datetime = NOW):
    with ledger.write() as writer:
        return writer.proofs.claim(workspace, by, most, now=now, until=now + timedelta(minutes=5))


def of(ledger: Ledger, who: Member = ALICE) -> tuple[Proof, ...]:
    with ledger.proofs() as proofs:
        return proofs.of(who)


def test_what_is_attached_waits_and_is_due_at_once(ledger):
    assert attach(ledger)
    assert of(ledger) == (Proof(1, "F1", "a.png", "image/png", 9, ProofState.WAITING, None, "", NOW),)
    with ledger.proofs() as proofs:
        assert proofs.is_due(ALICE, NOW)
        assert not proofs.is_due(ALICE, NOW - timedelta(seconds=1))
        assert not proofs.is_due(BOB, NOW)
        assert proofs.due_workspaces(NOW) == ("T1",)
        assert proofs.total(ALICE) == (1, 9)
        assert proofs.total(BOB) == (0, 0)


def test_members_and_workspaces_are_kept_apart(ledger):
    for who in (ALICE, BOB, ELSEWHERE):
        assert attach(ledger, who=who)
    assert [one.who for one in claim(ledger)] == [ALICE, BOB]
    with ledger.write() as writer:
        assert not writer.proofs.end(BOB, 2, "F1", 1)
        assert writer.proofs.end_all(BOB, 1, 1) == 1
    assert len(of(ledger)) == len(of(ledger, ELSEWHERE)) == 1
    assert of(ledger, BOB) == ()


def test_a_claim_holds_until_its_time_is_over(ledger):
    attach(ledger)
    (first,) = claim(ledger)
    assert claim(ledger, "two", now=LATER - timedelta(seconds=1)) == ()
    (second,) = claim(ledger, "two", now=LATER)
    with ledger.write() as writer:
        assert not writer.proofs.name_content(first, HASH)
        assert writer.proofs.name_content(second, HASH)
        assert not writer.proofs.keep(first, "a.png", "image/png", 9)
        assert writer.proofs.keep(second, "b.png", "image/png", 8)
        assert not writer.proofs.refuse(second, "empty", NOW)
    assert of(ledger) == (Proof(1, "F1", "b.png", "image/png", 8, ProofState.KEPT, HASH, "", NOW),)
    assert claim(ledger, now=NOW + timedelta(days=9)) == ()


def test_so_many_are_claimed_at_once_those_that_waited_longest_first(ledger):
    for minutes, file in enumerate(("F3", "F1", "F2")):
        attach(ledger, file, at=NOW + timedelta(minutes=minutes))
    found = claim(ledger, most=2, now=LATER)
    assert [one.proof.file for one in found] == ["F3", "F1"]
    with ledger.write() as writer:
        writer.proofs.give_back(found[:1])
    assert [one.proof.file for one in claim(ledger, now=LATER)] == ["F3", "F2"]


def test_what_is_put_off_is_due_later_and_its_tries_are_counted(ledger):
    attach(ledger)
    (first,) = claim(ledger)
    with ledger.write() as writer:
        assert writer.proofs.put_off(first, LATER, "no answer")
    assert claim(ledger, now=LATER - timedelta(seconds=1)) == ()
    (again,) = claim(ledger, now=LATER)
    assert (again.tries, again.proof.reason) == (1, "no answer")


def test_a_refusal_is_told_once_and_counts_no_room(ledger):
    attach(ledger)
    (found,) = claim(ledger)
    with ledger.write() as writer:
        assert writer.proofs.refuse(found, "empty", NOW)
        assert writer.proofs.total(ALICE) == (0, 0)
    (to_tell,) = claim(ledger)
    assert (to_tell.proof.state, to_tell.tries) == (ProofState.REFUSED, 0)
    with ledger.write() as writer:
        assert writer.proofs.note_told(to_tell)
    assert claim(ledger, now=LATER) == ()


def test_what_a_departed_workspace_gave_is_not_due(ledger):
    attach(ledger)
    with ledger.write() as writer:
        writer.forgetting.note_departure("T1", NOW)
    with ledger.proofs() as proofs:
        assert proofs.due_workspaces(NOW) == ()
    assert claim(ledger) == ()


def test_only_files_that_are_kept_have_to_be_there(ledger):
    for file in ("F1", "F2", "F3"):
        attach(ledger, file)
    first, second, third = claim(ledger)
    with ledger.write() as writer:
        writer.proofs.name_content(first, HASH)
        writer.proofs.keep(first, "a.png", "image/png", 9)
        writer.proofs.name_content(second, "1" * 64)
        writer.proofs.refuse(third, "empty", NOW)
    with ledger.proofs() as proofs:
        assert [(one.who, one.sha256, one.size) for one in proofs.kept()] == [(ALICE, HASH, 9)]


def test_no_row_is_kept_without_its_hash(ledger):
    attach(ledger)
    (found,) = claim(ledger)
    with pytest.raises(sqlite3.IntegrityError), ledger.write() as writer:
        writer.proofs.keep(found, "a.png", "image/png", 9)


def test_what_ended_is_deleted_after_its_day_and_not_before(ledger):
    attach(ledger)
    (found,) = claim(ledger)
    with ledger.write() as writer:
        writer.proofs.name_content(found, HASH)
        writer.proofs.keep(found, "a.png", "image/png", 9)
        change = writer.begin_change(ALICE, "remove proof", "activity 1", NOW)
        assert writer.proofs.end(ALICE, 1, "F1", change)
        assert not writer.proofs.end(ALICE, 1, "F1", change)
    with ledger.proofs() as proofs:
        assert not proofs.has_ended(NOW - timedelta(seconds=1))
        assert proofs.has_ended(NOW)
    with ledger.write() as writer:
        assert writer.proofs.delete_ended(NOW - timedelta(seconds=1)) == ()
        assert writer.proofs.has_ended_by(ALICE, change)
        assert writer.proofs.delete_ended(NOW) == ((ALICE, HASH),)
        assert not writer.proofs.has_ended_by(ALICE, change)


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_another_row_of_the_member_points_to_is_still_needed(ledger, is_kept):
    attach(ledger)
    attach(ledger, number=2)
    attach(ledger, who=BOB)
    with ledger.write() as writer:
        for found in writer.proofs.claim("T1", "one", 9, now=NOW, until=LATER):
            writer.proofs.name_content(found, HASH)
            if is_kept:
                writer.proofs.keep(found, "a.png", "image/png", 9)
        for number in (1, 2):
            change = writer.begin_change(ALICE, "remove proof", f"activity {number}", NOW)
            assert writer.proofs.end(ALICE, number, "F1", change)
            assert writer.proofs.delete_ended(NOW) == (() if number == 1 else ((ALICE, HASH),))


def test_a_file_given_again_stands_in_the_way_of_undoing_its_removal(ledger):
    attach(ledger)
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "remove proof", "activity 1", NOW)
        writer.proofs.end(ALICE, 1, "F1", change)
    attach(ledger)
    removal = Change(change, "remove proof", "activity 1")
    with pytest.raises(ChangedSinceError), ledger.write() as writer:
        writer.undo(ALICE, removal, NOW)
    assert len(of(ledger)) == 1


def test_the_same_file_is_not_attached_twice_unless_it_was_refused(ledger):
    assert attach(ledger)
    assert not attach(ledger)
    assert attach(ledger, number=2)
    (found, _) = claim(ledger)
    with ledger.write() as writer:
        writer.proofs.refuse(found, "empty", NOW)
    assert attach(ledger)
    assert [one.state for one in of(ledger)] == [ProofState.WAITING, ProofState.WAITING]
