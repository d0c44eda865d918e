"""Files that prove activities: kept, refused, tried again, deleted, whatever comes between."""

import errno
import os
import shutil
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE, TODAY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proving import ONE_OF_EACH, jpeg, pdf, png, shared

from bot.downloads import NO_ANSWER, NOT_ALLOWED, NOT_THERE, TOO_LARGE, TOO_SLOW, NotFetchedError
from bot.fetching import Fetching
from bot.folder import ProofFolder, folder_of, hash_of, name_of
from bot.keeping import BEGUN_HOLDS, KEEP_ENDED, MOST_BYTES, MOST_FILES, MOST_TOGETHER, PAUSES, clean
from bot.ledger import Ledger, LedgerError, LoggedActivity, Member, ProofState
from bot.outcomes import (
    CannotUndoError,
    Delivered,
    DeskError,
    NoSuchActivityError,
    NoSuchProofError,
    OfferedFile,
    ProofDeletedError,
    ProofRefusedError,
    ProofThereError,
    Refusal,
    TryLater,
    Undeliverable,
)
from rules import Kind

BOB = Member("T1", "UBOB")
ELSEWHERE = Member("T2", "UALICE")
FILE = OfferedFile("F1", "certificate.png", "image/png", 0)


class Courier:
    """Stands in for what fetches from Slack and delivers to members."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Any] | NotFetchedError] = {}
        self.contents: dict[str, bytes | NotFetchedError] = {}
        self.delivered: list[tuple[str, str]] = []
        self.becomes: Delivered | TryLater | Undeliverable = Delivered()
        self.fetched = 0

    def has(self, content: bytes, file: str = "F1", **about: Any) -> None:
        self.files[file] = shared(file, content=content, **about)
        self.contents[file] = content

    def file_info(self, _workspace: str, file: str) -> dict[str, Any]:
        found = self.files.get(file, NotFetchedError(NOT_THERE))
        if isinstance(found, NotFetchedError):
            raise found
        return found

    def read_file(self, _workspace: str, url: str, most: int) -> bytes:
        self.fetched += 1
        found = self.contents[url.rpartition("/")[2]]
        if isinstance(found, NotFetchedError):
            raise found
        if len(found) > most:
            raise NotFetchedError(TOO_LARGE.format(megabytes=most // 1_000_000))
        return found

    def deliver(self, _workspace: str, member: str, reply: Any) -> Any:
        self.delivered.append((member, reply.text))
        return self.becomes

    def do_beside(self, work: Any) -> None:
        work()


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def fetching(desk, courier) -> Fetching:
    return Fetching(desk, courier)


@pytest.fixture
def folder(ledger) -> ProofFolder:
    return ProofFolder(folder_of(ledger.path))


def log(desk, who=ALICE, title="Jira Automation") -> int:
    """Log an activity: its number."""
    with desk._ledger.write() as writer:
        activity = LoggedActivity(0, Kind.COURSE, TODAY, title)
        return desk.add_activity(writer, who, activity, TODAY).activity.number


def add(desk, number=1, *files: OfferedFile, who=ALICE):
    with desk._ledger.write() as writer:
        return desk.keeping.add(writer, who, number, files or (FILE,), TODAY)


def remove(desk, number=1, file="F1", who=ALICE):
    with desk._ledger.write() as writer:
        return desk.keeping.remove(writer, who, number, file, TODAY)


def undo(desk, change=None, who=ALICE):
    with desk._ledger.write() as writer:
        return desk.undo(writer, who, change, TODAY)


def on_disk(folder: ProofFolder) -> list[str]:
    return sorted(str(place.relative_to(folder.path)) for place in folder.path.rglob("*") if place.is_file())


def one(desk, who=ALICE, number=1):
    (found,) = desk.keeping.of(who)[number]
    return found


def all_(_workspace: str) -> bool:
    return True


# Keeping


@pytest.mark.parametrize("media_type", ONE_OF_EACH)
def test_a_file_of_each_type_is_kept_under_its_hash_for_its_owner_only(
    desk, courier, fetching, folder, media_type
):
    content = ONE_OF_EACH[media_type]
    courier.has(content, mimetype="text/plain")  # what Slack says is not believed
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    found = one(desk)
    assert (found.state, found.media_type, found.size) == (ProofState.KEPT, media_type, len(content))
    assert found.sha256 == hash_of(content)
    assert on_disk(folder) == [f"{name_of(ALICE)}/{found.sha256}"]
    assert desk.keeping.content(ALICE, found.sha256) == content
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert folder.path_of(ALICE, found.sha256).parent.stat().st_mode & 0o777 == 0o700
    assert folder.path_of(ALICE, found.sha256).stat().st_mode & 0o777 == 0o600
    assert courier.delivered == []


def test_a_file_waits_from_the_change_on_and_is_fetched_by_a_round(desk, courier, fetching):
    courier.has(png())
    log(desk)
    add(desk)
    assert one(desk).state is ProofState.WAITING
    assert fetching.run(all_)
    assert one(desk).state is ProofState.KEPT
    assert not fetching.run(all_)


def test_a_change_that_fails_leaves_nothing_to_fetch(desk, ledger):
    log(desk)
    with suppress(ZeroDivisionError), ledger.write() as writer:
        desk.keeping.add(writer, ALICE, 1, (FILE,), TODAY)
        raise ZeroDivisionError
    assert desk.keeping.of(ALICE) == {}
    assert not desk.keeping.is_due(ALICE)


def test_workspaces_that_are_not_served_wait(desk, courier, fetching):
    courier.has(png())
    log(desk)
    add(desk)
    assert not fetching.run(lambda workspace: workspace != "T1")
    assert one(desk).state is ProofState.WAITING


def test_a_workspace_that_removed_the_bot_is_not_asked_for_files(desk, courier, fetching):
    courier.has(png())
    log(desk)
    add(desk)
    desk.forgetting.note_departure("T1")
    assert not fetching.run(all_)
    assert courier.fetched == 0


@pytest.mark.parametrize(
    ("content", "about", "refusal"),
    [
        (b"", {}, Refusal.EMPTY),
        (b"MZ\x90\x00 a program", {"name": "certificate.png"}, Refusal.NOT_AS_NAMED),
        (b"<html>%PDF-1.4</html>", {"name": "certificate.pdf"}, Refusal.NOT_AS_NAMED),
        (b"a,b\n1,2\n", {"name": "table.csv"}, Refusal.OTHER_KIND),
        (png()[:-1], {}, Refusal.NOT_WHOLE),
        (pdf()[:20], {"name": "certificate.pdf"}, Refusal.NOT_WHOLE),
        (jpeg()[:-1], {}, Refusal.NOT_WHOLE),
        (png(), {"user": "UBOB"}, Refusal.NOT_YOURS),
        (png(), {"is_external": True}, Refusal.ELSEWHERE),
        (png(), {"external_type": "gdrive"}, Refusal.ELSEWHERE),
        (png(), {"mode": "external"}, Refusal.ELSEWHERE),
        (png(), {"file_access": "check_file_info"}, Refusal.ELSEWHERE),
        (png(), {"file_access": "access_denied"}, Refusal.ELSEWHERE),
        (png(), {"file_access": "file_not_found"}, Refusal.GONE),
        (png(), {"mode": "tombstone"}, Refusal.GONE),
        (png(), {"mode": "hidden_by_limit"}, Refusal.HIDDEN),
        (png(), {"mode": "snippet"}, Refusal.OTHER_KIND),
        (png(), {"mode": "canvas"}, Refusal.OTHER_KIND),
        (png(), {"size": MOST_BYTES + 1}, Refusal.TOO_LARGE),
    ],
)
def test_what_is_not_taken_is_refused_with_its_reason_and_told_once(
    desk, courier, fetching, folder, content, about, refusal
):
    courier.has(content, **about)
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    found = one(desk)
    assert (found.state, found.reason, found.sha256) == (ProofState.REFUSED, refusal, None)
    assert on_disk(folder) == []
    ((member, said),) = courier.delivered
    assert member == "UALICE"
    assert "activity 1" in said
    assert not fetching.run(all_)
    assert len(courier.delivered) == 1


@pytest.mark.parametrize(("more", "state"), [(0, ProofState.KEPT), (1, ProofState.REFUSED)])
def test_ten_megabytes_are_kept_and_one_byte_more_is_not(desk, courier, fetching, more, state):
    small = png()
    content = png(b"x" * (MOST_BYTES - len(small) + more))
    assert len(content) == MOST_BYTES + more
    courier.has(content, size=0)  # Slack does not say how large it is
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    assert one(desk).state is state
    assert desk.keeping.check(FILE._replace(size=MOST_BYTES + more)) is None or more


def test_a_file_is_not_refused_for_an_ending_that_belongs_to_another_picture(desk, courier, fetching):
    courier.has(jpeg(), name="certificate.png")
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    assert one(desk).media_type == "image/jpeg"


@pytest.mark.parametrize("reason", [NO_ANSWER, TOO_SLOW, NOT_ALLOWED])
def test_what_fails_is_tried_again_with_longer_pauses_and_given_up_after_days(
    desk, courier, fetching, clock, ledger, reason
):
    courier.has(png())
    courier.files["F1"] = NotFetchedError(reason)
    log(desk)
    add(desk)
    now = desk._clock()
    desk.keeping._clock = lambda: now
    fetching.soon(ALICE)
    assert one(desk).reason == reason
    for pause in PAUSES:
        now += pause - timedelta(seconds=1)
        assert not fetching.run(all_)
        now += timedelta(seconds=1)
        assert one(desk).state is ProofState.WAITING
        assert fetching.run(all_)
    assert one(desk).state is ProofState.REFUSED
    assert one(desk).reason == Refusal.NOT_HAD
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=7)
    fetching.run(all_)
    assert len(courier.delivered) == 1


def test_what_comes_shorter_than_slack_said_is_tried_again(desk, courier, fetching):
    courier.has(png()[:-4], size=len(png()))
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    assert one(desk).state is ProofState.WAITING


def test_a_full_disk_is_no_reason_to_refuse(desk, courier, fetching, folder, monkeypatch):
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    courier.has(png())
    log(desk)
    add(desk)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        fetching.soon(ALICE)
    assert one(desk).state is ProofState.WAITING
    assert on_disk(folder) == []


def test_a_refusal_that_cannot_be_told_now_is_told_later_and_one_that_never_can_is_not(
    desk, courier, fetching
):
    courier.has(b"")
    log(desk)
    add(desk)
    now = desk._clock()
    desk.keeping._clock = lambda: now
    courier.becomes = TryLater(60, "ratelimited")
    fetching.soon(ALICE)
    assert one(desk).reason == Refusal.EMPTY
    courier.becomes = Delivered()
    now += PAUSES[0]
    assert fetching.run(all_)
    assert len(courier.delivered) == 2
    courier.becomes = Undeliverable("user_disabled")
    courier.has(b"", "F2")
    add(desk, 1, FILE._replace(id="F2"))
    fetching.soon(ALICE)
    now += timedelta(days=30)
    assert not fetching.run(all_)
    assert len(courier.delivered) == 3


def test_a_refused_file_given_again_is_tried_anew(desk, courier, fetching):
    courier.has(b"")
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    courier.has(png())
    add(desk)
    fetching.soon(ALICE)
    assert one(desk).state is ProofState.KEPT


# What may not be


def test_only_what_may_be_proof_is_taken_at_all(desk):
    log(desk)
    for file in (FILE._replace(name="a.exe", media_type=""), FILE._replace(size=MOST_BYTES + 1)):
        assert desk.keeping.check(file)
        with pytest.raises(ProofRefusedError):
            add(desk, 1, file)
    assert desk.keeping.of(ALICE) == {}


def test_the_same_file_twice_is_one(desk):
    log(desk)
    found = add(desk, 1, FILE, FILE)
    assert (found.added, found.already) == (("certificate.png",), ("certificate.png",))
    with pytest.raises(ProofThereError):
        add(desk)


def test_an_activity_of_somebody_else_or_of_nobody_takes_no_file(desk):
    log(desk)
    for who, number in ((BOB, 1), (ELSEWHERE, 1), (ALICE, 2), (ALICE, 0)):
        with pytest.raises(NoSuchActivityError):
            add(desk, number, who=who)
        with pytest.raises(NoSuchActivityError):
            desk.keeping.about(who, number)


def test_nobody_sees_or_removes_the_file_of_another(desk, courier, fetching):
    courier.has(png())
    log(desk)
    add(desk)
    fetching.soon(ALICE)
    digest = one(desk).sha256
    for who in (BOB, ELSEWHERE):
        log(desk, who)
        assert desk.keeping.of(who) == {}
        assert desk.keeping.content(who, digest) is None
        with pytest.raises(NoSuchProofError):
            remove(desk, who=who)
    assert one(desk).state is ProofState.KEPT


def test_there_is_room_for_so_many_files_of_a_member_and_no_more(desk, ledger):
    log(desk)
    add(desk, 1, *(FILE._replace(id=f"F{number}") for number in range(MOST_FILES)))
    with pytest.raises(ProofRefusedError, match="200 files and 500 MB"):
        add(desk, 1, FILE._replace(id="FMORE"))
    remove(desk, 1, "F0")
    add(desk, 1, FILE._replace(id="FMORE"))
    log(desk, BOB)
    add(desk, who=BOB)


def test_there_is_room_for_so_many_bytes_of_a_member_and_not_one_more(desk):
    log(desk)
    full = MOST_TOGETHER // MOST_BYTES
    add(desk, 1, *(FILE._replace(id=f"F{number}", size=MOST_BYTES) for number in range(full)))
    with pytest.raises(ProofRefusedError):
        add(desk, 1, FILE._replace(id="FMORE", size=1))
    assert len(desk.keeping.of(ALICE)[1]) == full


def test_a_size_that_was_understated_does_not_make_room(desk, courier, fetching, ledger):
    courier.has(png(), size=0)
    log(desk)
    add(desk, 1, *(FILE._replace(id=f"FX{number}", size=MOST_BYTES) for number in range(49)))
    add(desk, 1, FILE._replace(id="FY", size=MOST_BYTES - 10), FILE)
    with ledger.write() as writer:  # the others are not to be fetched
        writer._db.execute("UPDATE proofs SET due_at = NULL WHERE file <> 'F1'")
    fetching.soon(ALICE)
    states = {found.file: found for found in desk.keeping.of(ALICE)[1]}
    assert states["F1"].reason == Refusal.NO_ROOM


# Taking away and bringing back


def kept(desk, courier, fetching, number=1, file="F1", content=None) -> str:
    courier.has(png() if content is None else content, file)
    add(desk, number, FILE._replace(id=file))
    fetching.soon(ALICE)
    return hash_of(courier.contents[file])


def test_a_removed_file_comes_back_with_undo_within_a_day_and_is_gone_after(
    desk, courier, fetching, folder, clock
):
    log(desk)
    kept(desk, courier, fetching)
    removed = remove(desk)
    assert desk.keeping.of(ALICE) == {}
    clock.moved_to = TODAY + KEEP_ENDED - timedelta(days=1)
    desk.keeping.delete_ended()
    undo(desk, removed.change)
    assert one(desk).state is ProofState.KEPT
    removed = remove(desk)
    clock.moved_to = TODAY + KEEP_ENDED
    desk.keeping.delete_ended()
    assert list(folder.path.iterdir()) == []
    with pytest.raises(ProofDeletedError):
        undo(desk, removed.change)


def test_a_removed_activity_takes_its_files_along_and_undo_brings_both_back(
    desk, courier, fetching, folder, clock, ledger
):
    log(desk)
    digest = kept(desk, courier, fetching)
    with ledger.write() as writer:
        removed = desk.remove_activity(writer, ALICE, 1, TODAY)
    assert removed.files_gone == 1
    assert desk.keeping.of(ALICE) == {}
    desk.keeping.delete_ended()
    undo(desk, removed.change)
    assert desk.keeping.content(ALICE, one(desk).sha256) == png()
    with ledger.write() as writer:
        removed = desk.remove_activity(writer, ALICE, 1, TODAY)
    clock.moved_to = TODAY + KEEP_ENDED
    desk.keeping.delete_ended()
    assert on_disk(folder) == []
    undo(desk, removed.change)  # the activity alone
    assert desk.activity(ALICE, 1)
    assert desk.keeping.of(ALICE) == {}
    assert desk.keeping.content(ALICE, digest) is None


def test_of_the_files_that_go_with_an_activity_those_count_that_were_kept(desk, courier, fetching, ledger):
    log(desk)
    kept(desk, courier, fetching)
    kept(desk, courier, fetching, file="F2", content=b"no picture")
    assert len(desk.keeping.of(ALICE)[1]) == 2
    with ledger.write() as writer:
        removed = desk.remove_activity(writer, ALICE, 1, TODAY)
    assert removed.files_gone == 1
    assert desk.keeping.of(ALICE) == {}


def test_a_file_that_waits_is_not_fetched_while_its_activity_is_gone(desk, courier, fetching, ledger):
    courier.has(png())
    log(desk)
    add(desk)
    with ledger.write() as writer:
        removed = desk.remove_activity(writer, ALICE, 1, TODAY)
    assert not fetching.run(all_)
    undo(desk, removed.change)
    assert fetching.run(all_)
    assert one(desk).state is ProofState.KEPT


def test_an_edit_leaves_the_files_and_its_undo_too(desk, courier, fetching, ledger):
    log(desk)
    kept(desk, courier, fetching)
    with ledger.write() as writer:
        activity = desk.activity(ALICE, 1)._replace(title="Another")
        edited = desk.edit_activity(writer, ALICE, activity, TODAY)
    assert one(desk).state is ProofState.KEPT
    courier.has(png(b"2"), "F2")
    add(desk, 1, FILE._replace(id="F2"))
    undo(desk, edited.change)
    assert [found.file for found in desk.keeping.of(ALICE)[1]] == ["F1", "F2"]


def test_what_was_logged_cannot_be_undone_behind_proof_that_came_later(desk, courier, fetching, ledger):
    with ledger.write() as writer:
        logged = desk.add_activity(writer, ALICE, LoggedActivity(0, Kind.COURSE, TODAY, "Jira"), TODAY)
    kept(desk, courier, fetching)
    with pytest.raises(CannotUndoError):
        undo(desk, logged.change)
    undo(desk)  # the file
    undo(desk)
    with pytest.raises(NoSuchActivityError):
        desk.activity(ALICE, 1)


def test_the_same_picture_of_two_activities_goes_with_the_last_of_them(
    desk, courier, fetching, folder, clock
):
    log(desk)
    log(desk, title="Another")
    kept(desk, courier, fetching, 1, "F1")
    kept(desk, courier, fetching, 2, "F2")
    assert len(on_disk(folder)) == 1
    remove(desk, 1, "F1")
    clock.moved_to = TODAY + KEEP_ENDED
    desk.keeping.delete_ended()
    assert len(on_disk(folder)) == 1
    remove(desk, 2, "F2")
    clock.moved_to = TODAY + 2 * KEEP_ENDED
    desk.keeping.delete_ended()
    assert on_disk(folder) == []


def test_a_forgotten_member_leaves_no_file_and_others_keep_theirs(desk, courier, fetching, folder):
    for who in (ALICE, BOB):
        log(desk, who)
        courier.has(png(), user=who.id)
        add(desk, who=who)
        fetching.soon(who)
    assert len(on_disk(folder)) == 2
    stored, seal = desk.forgetting.stored(ALICE)
    assert stored.proofs == 1
    desk.forgetting.forget(ALICE, seal)
    assert on_disk(folder) == [f"{name_of(BOB)}/{hash_of(png())}"]
    desk.forgetting.forget_workspace("T1")
    assert list(folder.path.iterdir()) == []


def test_a_workspace_that_left_long_ago_leaves_no_file(desk, courier, fetching, folder, clock):
    log(desk)
    kept(desk, courier, fetching)
    desk.forgetting.note_departure("T1")
    clock.moved_to = TODAY + timedelta(days=20)
    while desk.forgetting.delete_departed(clock()):
        pass
    assert on_disk(folder) == []


# Crashes and races


def test_a_crash_before_the_file_is_written_leaves_it_to_the_next_try(desk, courier, fetching, ledger):
    courier.has(png())
    log(desk)
    add(desk)
    (claim,) = desk.keeping.claim("T1", "one", 5)
    with ledger.write() as writer:
        assert writer.proofs.name_content(claim, hash_of(png()))  # and the process ends
    assert (one(desk).state, one(desk).sha256) == (ProofState.WAITING, hash_of(png()))
    assert desk.keeping.claim("T1", "two", 5) == ()  # the claim still holds
    now = desk._clock() + timedelta(minutes=5)
    desk.keeping._clock = lambda: now
    assert fetching.run(all_)
    assert one(desk).state is ProofState.KEPT


def test_a_crash_between_file_and_row_loses_nothing_and_leaves_nothing(
    desk, courier, fetching, folder, ledger, clock
):
    courier.has(png())
    log(desk)
    add(desk)
    (claim,) = desk.keeping.claim("T1", "one", 5)
    with ledger.write() as writer:
        assert writer.proofs.name_content(claim, hash_of(png()))
    folder.write(ALICE, png())  # and the process ends
    with ledger.write() as writer:
        desk.remove_activity(writer, ALICE, 1, TODAY)
    clock.moved_to = TODAY + KEEP_ENDED
    desk.keeping.delete_ended()
    assert on_disk(folder) == []


def test_a_new_database_leaves_the_files_of_the_one_before_to_their_members(desk, courier, fetching, folder):
    folder.write(ALICE, png(b"before"))
    folder.write(BOB, png(b"before"))
    left = on_disk(folder)
    for who in (ALICE, BOB):
        log(desk, who)
    kept(desk, courier, fetching)
    now = desk._clock() + timedelta(days=30)
    desk.keeping._clock = lambda: now
    remove(desk)
    fetching.run(all_)
    assert set(left) < set(on_disk(folder))
    _, seal = desk.forgetting.stored(ALICE)
    desk.forgetting.forget(ALICE, seal)
    assert on_disk(folder) == [f"{name_of(BOB)}/{hash_of(png(b'before'))}"]


def test_who_cannot_be_forgotten_whole_is_not_forgotten(desk, courier, fetching, folder, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    log(desk)
    kept(desk, courier, fetching)
    _, seal = desk.forgetting.stored(ALICE)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", refuse)
        with pytest.raises(LedgerError):
            desk.forgetting.forget(ALICE, seal)
    assert one(desk).state is ProofState.KEPT
    desk.forgetting.forget(ALICE, seal)
    assert on_disk(folder) == []


def test_a_file_that_cannot_be_deleted_now_is_deleted_by_a_later_round(
    desk, courier, fetching, folder, clock, monkeypatch
):
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    log(desk)
    kept(desk, courier, fetching)
    remove(desk)
    clock.moved_to = TODAY + KEEP_ENDED
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        fetching.run(all_)
    assert len(on_disk(folder)) == 1
    fetching.run(all_)
    assert on_disk(folder) == []


def test_who_is_forgotten_while_their_file_is_fetched_leaves_none(desk, courier, folder):
    courier.has(png())
    log(desk)
    add(desk)
    (claim,) = desk.keeping.claim("T1", "one", 5)
    begin = folder.begin

    def forgotten_meanwhile(content: bytes) -> Path:
        _, seal = desk.forgetting.stored(ALICE)
        desk.forgetting.forget(ALICE, seal)
        return begin(content)

    desk.keeping._folder.begin = forgotten_meanwhile
    desk.keeping.take(claim, FILE, png())
    assert on_disk(folder) == []
    assert desk.keeping.of(ALICE) == {}


def test_two_replicas_that_fetch_the_same_file_keep_it_once(desk, courier, folder, ledger):
    courier.has(png())
    log(desk)
    add(desk)
    (first,) = desk.keeping.claim("T1", "one", 5)
    assert desk.keeping.claim("T1", "two", 5) == ()
    now = desk._clock() + timedelta(minutes=6)
    desk.keeping._clock = lambda: now
    (second,) = desk.keeping.claim("T1", "two", 5)
    assert desk.keeping.take(second, FILE, png()) is None
    assert desk.keeping.take(first, FILE, png()) is None  # came late
    assert one(desk).state is ProofState.KEPT
    assert len(on_disk(folder)) == 1


def test_a_round_that_is_to_end_gives_back_what_it_has_not_begun(desk, courier, fetching):
    log(desk)
    for file in ("F1", "F2", "F3"):
        courier.has(png(), file)
    add(desk, 1, *(FILE._replace(id=file) for file in ("F1", "F2", "F3")))
    assert fetching.run(all_, lambda: courier.fetched == 2)
    states = [found.state for found in desk.keeping.of(ALICE)[1]]
    assert states == [ProofState.KEPT, ProofState.KEPT, ProofState.WAITING]
    assert fetching.run(all_)
    assert {found.state for found in desk.keeping.of(ALICE)[1]} == {ProofState.KEPT}


def test_after_a_change_all_it_brought_is_fetched_unless_the_bot_stops(desk, courier, fetching):
    log(desk)
    files = [f"F{number}" for number in range(5)]
    for file in files:
        courier.has(png(), file)
    add(desk, 1, *(FILE._replace(id=file) for file in files))
    beside, stopped = courier.do_beside, []

    def do_beside(work: Any) -> None:
        if len(stopped) == 2:
            raise RuntimeError("cannot schedule new futures after shutdown")
        stopped.append(work)
        beside(work)

    courier.do_beside = do_beside
    fetching.soon(ALICE)
    assert courier.fetched == 4
    courier.do_beside = beside
    fetching.soon(ALICE)
    assert courier.fetched == 5


def test_what_was_begun_is_deleted_after_an_hour_and_nothing_else(desk, courier, fetching, folder):
    log(desk)
    kept(desk, courier, fetching)
    left, under_way, strange = folder.begin(b"left"), folder.begin(b"under way"), folder.path / "notes.txt"
    strange.write_bytes(b"x")
    begun_at = (desk._clock() - BEGUN_HOLDS).timestamp()
    os.utime(left, (begun_at - 1, begun_at - 1))
    os.utime(strange, (0, 0))
    os.utime(under_way, (begun_at, begun_at))
    fetching.run(all_)
    assert {place for place in folder.path.rglob("*") if place.is_file()} == {
        under_way,
        strange,
        folder.path_of(ALICE, one(desk).sha256),
    }


def test_a_crash_with_the_file_in_its_place_and_nothing_saved_is_mended_by_the_next_try(
    desk, courier, fetching, folder, monkeypatch
):
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    courier.has(png())
    log(desk)
    add(desk)
    with monkeypatch.context() as patched:
        patched.setattr("bot.folder._sync", crash)
        with pytest.raises(KeyboardInterrupt):
            fetching.soon(ALICE)
    assert one(desk).state is ProofState.WAITING
    assert len(on_disk(folder)) == 1
    now = desk._clock() + timedelta(minutes=5)
    desk.keeping._clock = lambda: now
    fetching.run(all_)
    assert one(desk).state is ProofState.KEPT
    assert len(on_disk(folder)) == 1


@pytest.mark.parametrize("step", ["refuse", "remove"])
def test_what_a_crash_left_in_its_place_goes_with_its_row(
    desk, courier, fetching, folder, clock, step, ledger
):
    log(desk)
    courier.has(png())
    add(desk)
    (claim,) = desk.keeping.claim("T1", "one", 5)
    with ledger.write() as writer:
        writer.proofs.name_content(claim, hash_of(png()))
    folder.write(ALICE, png())  # and the process ends
    if step == "refuse":
        desk.keeping.refuse(claim, Refusal.GONE)
    remove(desk)
    clock.moved_to = TODAY + KEEP_ENDED
    desk.keeping.delete_ended()
    assert on_disk(folder) == []


def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(folder):
    folder.write(ALICE, png())
    folder.path_of(ALICE, hash_of(png())).write_bytes(b"x")
    assert folder.read(ALICE, hash_of(png())) is None


def test_two_databases_in_one_folder_keep_their_files_apart(tmp_path):
    assert folder_of(tmp_path / "a.db") != folder_of(tmp_path / "b.db")
    assert folder_of(tmp_path / "a.db").parent == tmp_path


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("certificate.png", "certificate.png"),
        ("../../etc/passwd.png", "etc passwd.png"),
        ("..\\..\\boot.png", "boot.png"),
        ("a\u202egnp.exe.png", "a gnp.exe.png"),
        ("a\x00b\nc.png", "a b c.png"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_name_is_one_line_without_a_path_and_without_what_hides(name, shown):
    assert clean(name) == shown


# Whatever happens in whatever order

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 3), st.sampled_from(["F1", "F2", "F3"])),
        st.tuples(st.just("remove"), st.integers(1, 3), st.sampled_from(["F1", "F2", "F3"])),
        st.tuples(st.just("drop"), st.integers(1, 3), st.none()),
        st.tuples(st.just("edit"), st.integers(1, 3), st.none()),
        st.tuples(st.just("undo"), st.integers(0, 12), st.none()),
        st.tuples(st.just("round"), st.integers(0, 2), st.none()),
        st.tuples(st.just("forget"), st.none(), st.none()),
        st.tuples(st.just("log"), st.none(), st.none()),
    ),
    max_size=12,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_folder_holds_exactly_what_rows_point_to(steps, tmp_path_factory, empty_database, policy, clock):
    from bot.desk import Desk

    path = tmp_path_factory.mktemp("proofs") / "ce-bot.db"
    clock.moved_to = TODAY
    with closing(Ledger(shutil.copy(empty_database, path))) as ledger:
        desk, courier = Desk(ledger, policy, clock, lambda _who: "UTC"), Courier()
        fetching, folder = Fetching(desk, courier), ProofFolder(folder_of(path))
        contents = {"F1": png(b"1"), "F2": png(b"1"), "F3": b"no picture"}
        for file, content in contents.items():
            courier.has(content, file)
        log(desk)
        for step, number, file in steps:
            with suppress(DeskError):
                if step == "add":
                    add(desk, number, FILE._replace(id=file))
                elif step == "remove":
                    remove(desk, number, file)
                elif step == "drop":
                    with ledger.write() as writer:
                        desk.remove_activity(writer, ALICE, number, TODAY)
                elif step == "edit":
                    with ledger.write() as writer:
                        edited = desk.activity(ALICE, number)._replace(title="Edited")
                        desk.edit_activity(writer, ALICE, edited, TODAY)
                elif step == "undo":
                    undo(desk, number or None)
                elif step == "round":
                    clock.moved_to += timedelta(days=number)
                    while fetching.run(all_):
                        pass
                elif step == "forget":
                    _, seal = desk.forgetting.stored(ALICE)
                    desk.forgetting.forget(ALICE, seal)
                else:
                    log(desk)
        with ledger.proofs() as proofs:
            for found in proofs.kept():
                assert folder.read(found.who, found.sha256) == png(b"1")
            named = {f"{name_of(found.who)}/{found.sha256}" for found in proofs.kept()}
            held = proofs.of(ALICE)
        assert set(on_disk(folder)) == named
        logged = {done.number for done in ledger.facts(ALICE).activities}
        assert {found.number for found in held} <= logged
