"""The files that prove activities: offered, fetched later, checked, kept beside the database, deleted.

Of each file there is a row from the moment its member gave it, in the transaction of the change that brought
it. Its hash is noted in that row first; then, in one transaction, the file is put in its place and its row
says so. So no row points to a file that is not there, and whoever deletes a row knows which file goes, too.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from .days import Clock
from .folder import ProofFolder, hash_of
from .ledger import Ledger, LoggedActivity, Member, Proof, ProofClaim, ProofState, Writer
from .outcomes import (
    BECAUSE,
    Choice,
    NoSuchActivityError,
    NoSuchProofError,
    OfferedFile,
    ProofChanged,
    ProofRefusedError,
    ProofsOf,
    ProofThereError,
    Refusal,
    is_proven,
)
from .signatures import is_whole, kind_named, kind_of

MOST_BYTES = 10_000_000
# What is kept for one member, which their own sentence says.
MOST_FILES, MOST_TOGETHER = 200, 500_000_000
NAME_MOST = 100
NAMELESS = "file"
# What was taken away is kept so long, for Undo to bring it back.
KEEP_ENDED = timedelta(days=1)
# What a file may take to be fetched, after which another process tries.
CLAIM_HOLDS = timedelta(minutes=5)
# When what failed is tried again; after the last of these it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440, 1440, 1440))
# What is written no more after so long was left by a process that ended.
BEGUN_HOLDS = timedelta(hours=1)
ADD, REMOVE = "attach proof", "remove proof"


class Keeping:
    """Keeps the files of one folder; whoever fetches them from Slack does so through here.

    `zone_of` names a member's time zone.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, folder: ProofFolder, zone_of: Callable[[Member], ZoneInfo]
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._folder = folder
        self._zone_of = zone_of

    # What members do

    def refusal(self, file: OfferedFile) -> Refusal | None:
        """Why a file cannot be proof, as far as that can be told before it is fetched."""
        if kind_named(file.name, file.media_type) is None:
            return Refusal.OTHER_KIND
        return Refusal.TOO_LARGE if file.size > MOST_BYTES else None

    def check(self, file: OfferedFile) -> str | None:
        """The same as a sentence about the file."""
        refusal = self.refusal(file)
        return _refused(file, refusal) if refusal else None

    def attach(self, writer: Writer, who: Member, number: int, file: OfferedFile, change: int) -> bool:
        """Note that a file proves an activity, as part of a change; False where it does already.

        It is fetched once the change is saved. Raises ProofRefusedError.
        """
        refused = self.check(file)
        if refused:
            raise ProofRefusedError(refused)
        is_new = writer.proofs.attach(
            who,
            number,
            file=file.id,
            name=clean(file.name),
            media_type=file.media_type,
            size=max(file.size, 0),
            change=change,
            at=self._clock(),
        )
        count, size = writer.proofs.total(who)
        if is_new and (count > MOST_FILES or size > MOST_TOGETHER):
            raise ProofRefusedError(_refused(file, Refusal.NO_ROOM))
        return is_new

    def add(
        self, writer: Writer, who: Member, number: int, files: Sequence[OfferedFile], today: date
    ) -> ProofChanged:
        """Add files to what proves an activity.

        Raises NoSuchActivityError, ProofRefusedError, and ProofThereError where all of them are there.
        """
        activity = self._activity(who, number)
        change = writer.begin_change(who, ADD, f"activity {number}", self._clock())
        is_new = [self.attach(writer, who, number, file, change) for file in files]
        names = [clean(file.name) for file in files]
        if not any(is_new):
            raise ProofThereError(number)
        return ProofChanged(
            change,
            today,
            (),
            activity=activity,
            added=tuple(name for name, new in zip(names, is_new, strict=True) if new),
            already=tuple(name for name, new in zip(names, is_new, strict=True) if not new),
        )

    def remove(self, writer: Writer, who: Member, number: int, file: str, today: date) -> ProofChanged:
        """Take a file away from what proves an activity; it is deleted for good a day later.

        Raises NoSuchActivityError, NoSuchProofError.
        """
        found = self.proof(who, number, file)
        change = writer.begin_change(who, REMOVE, f"activity {number}", self._clock())
        writer.proofs.end(who, number, file, change)
        return ProofChanged(change, today, (), activity=self._activity(who, number), removed=found.name)

    def remove_all(self, writer: Writer, who: Member, number: int, change: int) -> int:
        """Take away all files of an activity that is removed with this change; how many of them proved it."""
        proved = self.counts(who).get(number, 0)
        writer.proofs.end_all(who, number, change)
        return proved

    # Looking

    def of(self, who: Member) -> dict[int, tuple[Proof, ...]]:
        """The files of a member's activities, by number; what has none is left out."""
        found: dict[int, tuple[Proof, ...]] = {}
        with self._ledger.proofs() as proofs:
            for one in proofs.of(who):
                found[one.number] = (*found.get(one.number, ()), one)
        return found

    def counts(self, who: Member) -> dict[int, int]:
        """How many files prove each of a member's activities, of those that have some."""
        return {
            number: sum(one.state is not ProofState.REFUSED for one in files)
            for number, files in self.of(who).items()
            if is_proven(files)
        }

    def about(self, who: Member, number: int) -> ProofsOf:
        """An activity and its files. Raises NoSuchActivityError."""
        files = self.of(who).get(number, ())
        days = tuple(one.given_at.astimezone(self._zone_of(who)).date() for one in files)
        return ProofsOf(self._activity(who, number), files, days)

    def proof(self, who: Member, number: int, file: str) -> Proof:
        """A file of an activity. Raises NoSuchActivityError, NoSuchProofError."""
        for one in self.about(who, number).files:
            if one.file == file:
                return one
        raise NoSuchProofError(number)

    def choice(self, who: Member, most: int) -> Choice:
        """The activities that files just given may prove, the latest first, so many in all."""
        held = self.of(who)
        by_day = sorted(
            self._ledger.facts(who).activities, key=lambda one: (one.done_on, one.number), reverse=True
        )
        proven = {one.number for one in by_day if one.link or is_proven(held.get(one.number, ()))}
        without = tuple(one for one in by_day if one.number not in proven)[:most]
        others = tuple(one for one in by_day if one.number in proven)[: most - len(without)]
        return Choice(without, others)

    def content(self, who: Member, digest: str) -> bytes | None:
        """A file that is kept; None where it is not there, or damaged."""
        return self._folder.read(who, digest)

    # Fetching

    def is_due(self, who: Member) -> bool:
        """Whether a file of the member's is to be fetched now, or a refusal to be told."""
        with self._ledger.proofs() as proofs:
            return proofs.is_due(who, self._clock())

    def due_workspaces(self) -> tuple[str, ...]:
        """The workspaces in which something is to be fetched or told."""
        with self._ledger.proofs() as proofs:
            return proofs.due_workspaces(self._clock())

    def claim(self, workspace: str, by: str, most: int) -> tuple[ProofClaim, ...]:
        """Take what has waited longest, for nobody else to do it meanwhile."""
        now = self._clock()
        with self._ledger.write() as writer:
            return writer.proofs.claim(workspace, by, most, now=now, until=now + CLAIM_HOLDS)

    def give_back(self, claims: Iterable[ProofClaim]) -> None:
        """Let others do what was taken and not begun."""
        with self._ledger.write() as writer:
            writer.proofs.give_back(claims)

    def take(self, claim: ProofClaim, file: OfferedFile, content: bytes) -> Refusal | None:
        """Keep what was fetched, or refuse it: then why. `file` is what Slack says of it now.

        Raises OSError where the folder takes nothing.
        """
        refusal = _refusal(file.name or claim.proof.name, content)
        if refusal:
            self.refuse(claim, refusal)
            return refusal
        kind = kind_of(content)
        assert kind
        digest, size = hash_of(content), len(content)
        with self._ledger.write() as writer:
            _, together = writer.proofs.total(claim.who)
            if together - claim.proof.size + size > MOST_TOGETHER:
                writer.proofs.refuse(claim, Refusal.NO_ROOM, self._clock())
                return Refusal.NO_ROOM
            if not writer.proofs.name_content(claim, digest):
                return None
        part = self._folder.begin(content)
        try:
            with self._ledger.write() as writer:
                name = clean(file.name or claim.proof.name)
                if writer.proofs.keep(claim, name, kind.media_type, size):
                    self._folder.put(part, claim.who, digest)
        finally:  # forgotten meanwhile, or another process has it, or it cannot be put there
            part.unlink(missing_ok=True)
        return None

    def refuse(self, claim: ProofClaim, refusal: Refusal) -> None:
        """Note that a file is not taken, which its member is now to be told."""
        with self._ledger.write() as writer:
            writer.proofs.refuse(claim, refusal, self._clock())

    def put_off(self, claim: ProofClaim, reason: str) -> None:
        """Note that something failed, to be tried again after a pause, or given up after the last."""
        now = self._clock()
        with self._ledger.write() as writer:
            if claim.tries < len(PAUSES):
                writer.proofs.put_off(claim, now + PAUSES[claim.tries], _reason(claim, reason))
            elif claim.proof.state is ProofState.REFUSED:
                writer.proofs.note_told(claim)
            else:
                writer.proofs.refuse(claim, Refusal.NOT_HAD, now)

    def note_told(self, claim: ProofClaim) -> None:
        """Note that the member knows of a refusal, or cannot be told."""
        with self._ledger.write() as writer:
            writer.proofs.note_told(claim)

    # Deleting

    def delete_ended(self) -> None:
        """Delete for good what was taken away a day ago or longer, and what somebody began and left.

        Raises OSError where the folder keeps a file.
        """
        now = self._clock()
        self._folder.delete_begun(now - BEGUN_HOLDS)
        with self._ledger.proofs() as proofs:
            if not proofs.has_ended(now - KEEP_ENDED):
                return
        with self._ledger.write() as writer:
            for who, digest in writer.proofs.delete_ended(now - KEEP_ENDED):
                self._folder.delete(who, digest)

    def _activity(self, who: Member, number: int) -> LoggedActivity:
        found = self._ledger.facts(who).activity(number)
        if found is None:
            raise NoSuchActivityError(number)
        return found


def clean(name: str) -> str:
    """The name of a file on one line, without what hides or turns around what stands beside it, or a path."""
    composed = unicodedata.normalize("NFC", name)
    shown = "".join(char if char.isprintable() and char not in "/\\" else " " for char in composed)
    shown = " ".join(shown.split()).strip(". ") or NAMELESS
    stem, dot, ending = shown.rpartition(".")
    if len(shown) <= NAME_MOST or not dot or len(ending) > 5:
        return shown[:NAME_MOST]
    return f"{stem[: NAME_MOST - len(ending) - 1]}.{ending}"


def _refused(file: OfferedFile, refusal: Refusal) -> str:
    return f'"{clean(file.name)}" {BECAUSE[refusal]}'


def _refusal(name: str, content: bytes) -> Refusal | None:
    """Why a file that is here is not kept."""
    if not content:
        return Refusal.EMPTY
    if len(content) > MOST_BYTES:
        return Refusal.TOO_LARGE
    kind = kind_of(content)
    if kind is None:
        return Refusal.NOT_AS_NAMED if kind_named(name, "") else Refusal.OTHER_KIND
    return None if is_whole(content, kind) else Refusal.NOT_WHOLE


def _reason(claim: ProofClaim, failed: str) -> str:
    """Why a file is refused stays what it is while telling it fails."""
    return claim.proof.reason if claim.proof.state is ProofState.REFUSED else failed
