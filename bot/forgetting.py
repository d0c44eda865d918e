"""What is kept about members, and how it is deleted for good: theirs at their word, a workspace's in time."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256

from .days import Clock
from .folder import ProofFolder, folder_of
from .ledger import Ledger, LedgerError, Member, Stored
from .outcomes import Forgotten, NothingStoredError

# What is kept of a workspace that has removed the bot is kept this long, should it come back.
KEEP_DEPARTED = timedelta(days=14)
# So many members are deleted in one transaction, within which nobody else can write.
MEMBERS_AT_ONCE = 100
LOOK_AGAIN_AFTER = timedelta(minutes=1)


def _all(_workspace: str) -> bool:
    return True


class Forgetting:
    """Deletes for good: what is deleted leaves no copy in the database or beside it, and no file."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._folder = ProofFolder(folder_of(ledger.path))
        self._is_log_full = False
        self._seen: dict[str, datetime] = {}

    # A member

    def stored(self, who: Member) -> tuple[Stored, str]:
        """What is kept about a member, and the seal with which they can agree to its deletion."""
        with self._ledger.forgetting() as kept:
            found = kept.stored(who)
        return found, _seal(who, found)

    def forget(self, who: Member, seal: str) -> Forgotten | None:
        """Delete everything about a member who has agreed to what `seal` seals; None where it has changed.

        Nothing is kept of it, not even that it was asked. Raises NothingStoredError, and FileRefusedError
        where a file of theirs cannot be deleted.
        """
        with self._ledger.erasing() as erasing:
            stored = erasing.stored(who)
            if stored.is_nothing:
                raise NothingStoredError
            if _seal(who, stored) != seal:
                return None
            forgotten = Forgotten(stored, erasing.forget(who))
            self._folder.delete_all_of(who)
        self._empty_log()
        return forgotten

    # A workspace

    def note_departure(self, workspace: str, at: datetime | None = None) -> bool:
        """Note that a workspace has removed the bot, whose tokens go at once; False where it came back since.

        `at` is when it did, now unless said: word of it may arrive after a new install.
        """
        now = self._clock()
        with self._ledger.write() as writer:
            has_left = writer.installations.end(workspace, at or now, now)
        if has_left:
            self._seen.pop(workspace, None)
        return has_left

    def note_return(self, workspace: str, at: datetime | None = None) -> bool:
        """Note that a workspace has the bot, if it was noted as gone; whether it was.

        `at` is when it was seen, now unless said: what it sent before it left may arrive after.
        """
        with self._ledger.forgetting() as kept:
            left_at = kept.left_at(workspace)
        if left_at is None:
            self._seen[workspace] = self._clock()
            return False
        if (at or self._clock()) <= left_at:
            return False
        with self._ledger.write() as writer:
            writer.forgetting.take_back_departure(workspace)
        return True

    def see(self, workspace: str, at: datetime | None = None) -> None:
        """Take a request for a sign of life of its workspace; looked into once a minute, for its speed."""
        seen_at = self._seen.get(workspace)
        if seen_at is None or not timedelta(0) <= self._clock() - seen_at < LOOK_AGAIN_AFTER:
            with suppress(LedgerError):  # another request will do
                self.note_return(workspace, at)

    def delete_departed(self, now: datetime, serves: Callable[[str], bool] = _all) -> bool:
        """Delete what is kept of a workspace that left 14 days ago or more; whether there is more to delete.

        Only those are deleted that `serves` says yes to. One call takes a bounded time and does a part of
        it, whole members; call it again and again.
        """
        if self._is_log_full:
            self._empty_log()
        until = now - KEEP_DEPARTED
        with self._ledger.forgetting() as kept:
            if not any(map(serves, kept.departed(until))):
                return False
        with self._ledger.erasing() as erasing:
            due = list(filter(serves, erasing.departed(until)))  # one may have come back just now
            if not due:
                return False
            members = erasing.members(due[0], MEMBERS_AT_ONCE)
            for who in members:
                erasing.forget(who)
                self._folder.delete_all_of(who)
            is_through = len(members) < MEMBERS_AT_ONCE
            if is_through:
                erasing.forget_workspace(due[0])
        self._empty_log()
        return not is_through or len(due) > 1

    def members(self, workspace: str) -> int:
        """How many members of a workspace something is kept about."""
        with self._ledger.forgetting() as kept:
            return kept.count_members(workspace)

    def has_token(self, workspace: str) -> bool:
        """Whether a workspace installed the bot by OAuth, and has it."""
        with self._ledger.installations() as kept:
            return kept.sealed_of(workspace) is not None

    def forget_workspace(self, workspace: str) -> None:
        """Delete everything of a workspace now, in one go."""
        with self._ledger.erasing() as erasing:
            for who in erasing.members(workspace):
                self._folder.delete_all_of(who)
            erasing.forget_workspace(workspace)
        self._empty_log()

    def _empty_log(self) -> None:
        """Leave no copy beside the file; while others read, it stays until it is tried again."""
        self._is_log_full = not self._ledger.empty_log()


def _seal(who: Member, stored: Stored) -> str:
    """A short text that differs for each member, and whenever something about them was changed."""
    said = f"{who.workspace} {who.id} {stored.since} {stored.last_change}"
    return sha256(said.encode()).hexdigest()[:16]
