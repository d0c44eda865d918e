"""What the ledger keeps of installations: one a workspace, sealed, and never the token of one that left."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from bot.ledger import Installation, Ledger
from bot.ledger.backup import back_up
from bot.ledger.dump import dump, load
from bot.ledger.installations import STATES_MOST

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ACME = Installation("T1", "Acme", "U1", "B1", ("chat:write", "commands"), "sealed-1", None, NOW)


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Ledger]:
    """Another process on the same file."""
    with closing(Ledger(ledger.path)) as found:
        yield found


def keep(ledger: Ledger, found: Installation = ACME) -> None:
    with ledger.write() as writer:
        writer.installations.keep(found)


def kept(ledger: Ledger, workspace: str = "T1") -> Installation | None:
    with ledger.installations() as reader:
        return reader.of(workspace)


def left_at(ledger: Ledger, workspace: str = "T1") -> datetime | None:
    with ledger.forgetting() as reader:
        return reader.left_at(workspace)


# One a workspace


def test_an_installation_comes_back_as_it_was_kept(ledger: Ledger, other: Ledger) -> None:
    ending = ACME._replace(workspace="T2", expires_at=NOW + timedelta(hours=12))
    keep(ledger)
    keep(ledger, ending)
    assert kept(other) == ACME
    assert kept(other, "T2") == ending
    assert kept(other, "T3") is None
    with other.installations() as reader:
        assert reader.all() == (ACME, ending)
        assert [reader.sealed_of(one) for one in ("T1", "T3")] == ["sealed-1", None]


def test_a_new_install_takes_the_place_of_the_one_before(ledger: Ledger) -> None:
    keep(ledger)
    with ledger.write() as writer:
        assert writer.installations.lease("T1", "sealed-1", "me", NOW, NOW + SECOND)
    newer = ACME._replace(sealed="sealed-2", name="Acme Inc", installed_at=NOW + SECOND)
    keep(ledger, newer)
    assert kept(ledger) == newer
    with ledger.write() as writer:  # nobody's lease on the old ones is left
        assert writer.installations.lease("T1", "sealed-2", "you", NOW, NOW + SECOND)


# Leaving and coming back


def end(ledger: Ledger, at: datetime) -> bool:
    with ledger.write() as writer:
        return writer.installations.end("T1", at, NOW + timedelta(days=1))


def test_a_workspace_that_leaves_has_no_tokens_any_more_and_is_noted(ledger: Ledger) -> None:
    keep(ledger)
    keep(ledger, ACME._replace(workspace="T2"))
    assert end(ledger, NOW + SECOND)
    assert kept(ledger) is None
    assert left_at(ledger) == NOW + timedelta(days=1)
    assert kept(ledger, "T2")
    assert left_at(ledger, "T2") is None


@pytest.mark.parametrize(("seconds", "has_left"), [(-3600, False), (-1, False), (0, False), (1, True)])
def test_word_of_a_removal_before_the_install_changes_nothing(
    ledger: Ledger, seconds: int, has_left: bool
) -> None:
    keep(ledger)
    assert end(ledger, NOW + timedelta(seconds=seconds)) is has_left
    assert (kept(ledger) is None) is has_left
    assert (left_at(ledger) is not None) is has_left


def test_one_that_was_never_installed_by_oauth_can_leave_too(ledger: Ledger) -> None:
    assert end(ledger, NOW)
    assert left_at(ledger)


def test_a_new_install_takes_back_that_it_left(ledger: Ledger) -> None:
    assert end(ledger, NOW)
    keep(ledger)
    assert left_at(ledger) is None


def test_a_workspace_that_is_deleted_has_no_tokens_either(ledger: Ledger) -> None:
    keep(ledger)
    with ledger.erasing() as erasing:
        erasing.forget_workspace("T1")
    assert kept(ledger) is None


# Rotating


def lease(ledger: Ledger, holder: str, now: datetime = NOW, sealed: str = "sealed-1") -> bool:
    with ledger.write() as writer:
        return writer.installations.lease("T1", sealed, holder, now, now + timedelta(seconds=60))


@pytest.mark.parametrize(("seconds", "given"), [(0, False), (59, False), (60, True), (61, True)])
def test_one_alone_may_rotate_until_the_lease_ends(
    ledger: Ledger, other: Ledger, seconds: int, given: bool
) -> None:
    keep(ledger)
    assert lease(ledger, "me")
    assert lease(other, "you", NOW + timedelta(seconds=seconds)) is given


def test_nobody_rotates_what_has_changed_or_is_not_there(ledger: Ledger) -> None:
    assert not lease(ledger, "me")
    keep(ledger)
    assert not lease(ledger, "me", sealed="sealed-0")


def test_new_tokens_come_in_the_place_of_those_they_follow_on_and_of_no_others(
    ledger: Ledger, other: Ledger
) -> None:
    keep(ledger)
    assert lease(ledger, "me")
    ends = NOW + timedelta(hours=12)
    with ledger.write() as writer:
        assert writer.installations.rotate("T1", "sealed-1", "sealed-2", ends)
    assert kept(other) == ACME._replace(sealed="sealed-2", expires_at=ends)
    with other.write() as writer:
        assert not writer.installations.rotate("T1", "sealed-1", "sealed-3", ends)
        assert not writer.installations.rotate("T9", "sealed-1", "sealed-3", ends)
    assert lease(other, "you", sealed="sealed-2")  # the lease ended with it


def test_after_a_failure_nobody_tries_for_a_while(ledger: Ledger, other: Ledger) -> None:
    keep(ledger)
    assert lease(ledger, "me")
    with ledger.write() as writer:
        writer.installations.wait("T1", "you", NOW)  # whose lease it is not
        assert writer.installations.is_rotating("T1", NOW + timedelta(seconds=59))
        assert not writer.installations.is_rotating("T1", NOW + timedelta(seconds=60))
    assert not lease(other, "you")
    with ledger.write() as writer:
        writer.installations.wait("T1", "me", NOW + timedelta(minutes=5))
        assert not writer.installations.is_rotating("T1", NOW)
    assert not lease(other, "you", NOW + timedelta(minutes=5) - SECOND)
    assert lease(other, "you", NOW + timedelta(minutes=5))


def test_tokens_are_put_under_another_key_only_while_nobody_rotates_them(ledger: Ledger) -> None:
    keep(ledger)
    assert lease(ledger, "me")
    with ledger.write() as writer:
        writer.installations.reseal("T1", "sealed-1", "anew", NOW)
    assert kept(ledger) == ACME
    with ledger.write() as writer:
        writer.installations.reseal("T1", "sealed-0", "anew", NOW + timedelta(minutes=2))
        writer.installations.reseal("T1", "sealed-1", "anew", NOW + timedelta(minutes=2))
    assert kept(ledger) == ACME._replace(sealed="anew")


# States


def test_a_state_serves_once_and_over_all_processes(ledger: Ledger, other: Ledger) -> None:
    with ledger.write() as writer:
        writer.installations.issue("hash", NOW, NOW + SECOND)
    with other.write() as writer:
        assert writer.installations.consume("hash", NOW)
    with ledger.write() as writer:
        assert not writer.installations.consume("hash", NOW)
        assert not writer.installations.consume("other", NOW)


def test_a_state_serves_until_its_time_is_over(ledger: Ledger) -> None:
    with ledger.write() as writer:
        writer.installations.issue("a", NOW, NOW + SECOND)
        assert not writer.installations.consume("a", NOW + SECOND)
        assert not writer.installations.consume("a", NOW)  # and is gone


def states(ledger: Ledger) -> int:
    with closing(sqlite3.connect(ledger.path)) as db:
        return int(db.execute("SELECT count(*) FROM install_states").fetchone()[0])


def test_states_whose_time_is_over_go_and_the_oldest_make_room(ledger: Ledger) -> None:
    with ledger.write() as writer:
        writer.installations.issue("old", NOW, NOW + SECOND)
        writer.installations.issue("new", NOW + SECOND, NOW + 2 * SECOND)
    assert states(ledger) == 1
    with closing(sqlite3.connect(ledger.path)) as db, db:
        later = [(f"h{n}", (NOW + timedelta(minutes=1, seconds=n)).isoformat()) for n in range(STATES_MOST)]
        db.executemany("INSERT INTO install_states VALUES (?, ?)", later)
    with ledger.write() as writer:
        writer.installations.issue("last", NOW + SECOND, NOW + timedelta(days=1))
        assert not writer.installations.consume("new", NOW)
        assert writer.installations.consume("last", NOW)
    assert states(ledger) == STATES_MOST


# What leaves the machine


def test_an_export_leaves_installations_out_and_comes_back_without_them(
    ledger: Ledger, tmp_path: Path
) -> None:
    keep(ledger)
    with ledger.write() as writer:
        writer.installations.issue("hash", NOW, NOW + SECOND)
    out = BytesIO()
    written = dump(ledger.path, out, ce_bot="1", policy="p", at=NOW)
    assert b"sealed" not in out.getvalue()
    assert b"install" not in out.getvalue().partition(b"\n")[2]
    assert written.rows == 0
    load(BytesIO(out.getvalue()), "x.jsonl", tmp_path / "new.db", at=NOW)
    with closing(Ledger(tmp_path / "new.db")) as new:
        assert kept(new) is None


def test_a_backup_has_them(ledger: Ledger, tmp_path: Path) -> None:
    keep(ledger)
    back_up(ledger.path, tmp_path / "backup.db", at=NOW)
    with closing(Ledger(tmp_path / "backup.db")) as restored:
        assert kept(restored) == ACME
