"""Files that prove activities: which there are, which wait to be fetched, which are no longer wanted."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from .facts import Member, Row
from .statements import OF_MEMBER, Statements, moment

_COLUMNS = "number, file, name, media_type, size, state, content_hash, reason, given_at"
_KEY = (
    "WHERE workspace = :workspace AND member = :member AND number = :number AND file = :file "
    "AND added_by = :added_by"
)
_HELD = "claimed_by = :by AND state = :state"
_UNCLAIMED = "claimed_by = NULL, leased_until = NULL"
# What is to be done: files to fetch, and refusals to tell.
_DUE = (
    "due_at <= :now AND ended_by IS NULL AND (leased_until IS NULL OR leased_until <= :now) "
    "AND workspace NOT IN (SELECT workspace FROM departures)"
)
# Written like this, the workspace is looked at in the few rows that the index on time gives.
_IN_WORKSPACE = "workspace || '' = :workspace"


class ProofState(StrEnum):
    """What became of a file: to be fetched, with us, or not taken."""

    WAITING = "waiting"
    KEPT = "kept"
    REFUSED = "refused"


class Proof(NamedTuple):
    """A file that proves the activity with this number; `file` is Slack's id of it.

    `media_type` and `size` (bytes) are what Slack says until it is kept. `reason` says why it is refused, or
    why it could not be had so far; `sha256` is that of its content, None until that is known.
    """

    number: int
    file: str
    name: str
    media_type: str
    size: int
    state: ProofState
    sha256: str | None
    reason: str
    given_at: datetime


class ProofClaim(NamedTuple):
    """A proof that something is to be done about, which nobody else does while the claim holds.

    `tries` is how often that has failed.
    """

    who: Member
    proof: Proof
    added_by: int
    by: str
    tries: int


class KeptFile(NamedTuple):
    """A file that has to be in the folder: whose it is, the hash of its content, and its size in bytes."""

    who: Member
    sha256: str
    size: int


class ProofsReader(Statements):
    """What can be looked up about proofs, in or outside a transaction."""

    def of(self, who: Member) -> tuple[Proof, ...]:
        """The files of a member's activities, by number, the first given first."""
        rows = self._run(
            f"SELECT {_COLUMNS} FROM proofs {OF_MEMBER} AND ended_by IS NULL "  # noqa: S608 - constants
            "ORDER BY number, added_by, file",
            who,
        ).fetchall()
        return tuple([_proof_of(row) for row in rows])

    def total(self, who: Member) -> tuple[int, int]:
        """How many files are kept or to be kept for a member, and their size together, in bytes."""
        count, size = self._run(
            f"SELECT count(*), coalesce(sum(size), 0) FROM proofs {OF_MEMBER} "  # noqa: S608 - a constant
            "AND ended_by IS NULL AND state <> 'refused'",
            who,
        ).fetchone()
        return int(count), int(size)

    def is_due(self, who: Member, now: datetime) -> bool:
        """Whether something is to be done about a file of the member's."""
        row = self._run(
            f"SELECT 1 FROM proofs {OF_MEMBER} AND {_DUE} LIMIT 1",  # noqa: S608 - constants
            who, now=moment(now),
        ).fetchone()  # fmt: skip
        return row is not None

    def due_workspaces(self, now: datetime) -> tuple[str, ...]:
        """The workspaces in which something is to be done, without those that removed the bot."""
        rows = self._db.execute(
            f"SELECT DISTINCT workspace || '' FROM proofs WHERE {_DUE} ORDER BY 1",  # noqa: S608 - a constant
            {"now": moment(now)},
        ).fetchall()
        return tuple(workspace for (workspace,) in rows)

    def kept(self) -> tuple[KeptFile, ...]:
        """The files that have to be in the folder, of all members, each once."""
        rows = self._db.execute(
            "SELECT workspace, member, content_hash, max(size) FROM proofs WHERE state = 'kept' "
            "GROUP BY workspace, member, content_hash ORDER BY 1, 2, 3"
        ).fetchall()
        return tuple(KeptFile(Member(row[0], row[1]), row[2], row[3]) for row in rows)

    def has_ended(self, before: datetime) -> bool:
        """Whether there is something to delete so."""
        return (
            self._db.execute(
                "SELECT 1 FROM proofs WHERE ended_by IS NOT NULL AND EXISTS (SELECT 1 FROM audit "
                "WHERE audit.id = proofs.ended_by AND audit.at <= :before) LIMIT 1",
                {"before": moment(before)},
            ).fetchone()
            is not None
        )


class ProofsWriter(ProofsReader):
    """What can be written about proofs, in a transaction."""

    def attach(
        self,
        who: Member,
        number: int,
        *,
        file: str,
        name: str,
        media_type: str,
        size: int,
        change: int,
        at: datetime,
    ) -> bool:
        """Note that a file proves an activity and is to be fetched; False where it is noted already.

        One that was refused before is tried anew.
        """
        there = {one.file: one for one in self.of(who) if one.number == number}.get(file)
        if there and there.state is not ProofState.REFUSED:
            return False
        if there:
            self.end(who, number, file, change)
        self._run(
            "INSERT INTO proofs (workspace, member, number, file, name, media_type, size, state, given_at, "
            "due_at, added_by) VALUES (:workspace, :member, :number, :file, :name, :media_type, :size, "
            "'waiting', :at, :at, :change)",
            who, number=number, file=file, name=name, media_type=media_type, size=size, change=change,
            at=moment(at),
        )  # fmt: skip
        return True

    def end(self, who: Member, number: int, file: str, change: int) -> bool:
        """Mark a file of an activity as ended by this change; False where there is none."""
        return bool(
            self._run(
                f"UPDATE proofs SET ended_by = :change {OF_MEMBER} "  # noqa: S608 - a constant
                "AND number = :number AND file = :file AND ended_by IS NULL",
                who, number=number, file=file, change=change,
            ).rowcount
        )  # fmt: skip

    def has_ended_by(self, who: Member, change: int) -> bool:
        """Whether what this change took away is still there to be brought back."""
        row = self._run(
            f"SELECT 1 FROM proofs {OF_MEMBER} AND ended_by = :change LIMIT 1",  # noqa: S608 - a constant
            who, change=change,
        ).fetchone()  # fmt: skip
        return row is not None

    def end_all(self, who: Member, number: int, change: int) -> int:
        """Mark all files of an activity as ended by this change; how many there were."""
        return int(
            self._run(
                f"UPDATE proofs SET ended_by = :change {OF_MEMBER} "  # noqa: S608 - a constant
                "AND number = :number AND ended_by IS NULL",
                who, number=number, change=change,
            ).rowcount
        )  # fmt: skip

    def claim(
        self, workspace: str, by: str, most: int, *, now: datetime, until: datetime
    ) -> tuple[ProofClaim, ...]:
        """Take what has waited longest, so much of it at most; nobody else may until then."""
        rows = self._db.execute(
            f"SELECT member, added_by, tries, {_COLUMNS} FROM proofs WHERE {_IN_WORKSPACE} AND {_DUE} "  # noqa: S608
            "ORDER BY due_at, added_by LIMIT :most",
            {"workspace": workspace, "now": moment(now), "most": most},
        ).fetchall()
        claims = tuple(
            ProofClaim(Member(workspace, row[0]), _proof_of(row[3:]), row[1], by, row[2]) for row in rows
        )
        for claim in claims:
            self._settle(claim, "claimed_by = :by, leased_until = :until", until=moment(until), is_held=False)
        return claims

    def give_back(self, claims: Iterable[ProofClaim]) -> None:
        """Let others do what was taken and not begun."""
        for claim in claims:
            self._settle(claim, _UNCLAIMED)

    def name_content(self, claim: ProofClaim, sha256: str) -> bool:
        """Note which file is about to be in the folder; False where the claim holds no more."""
        return self._settle(claim, "content_hash = :digest", digest=sha256)

    def keep(self, claim: ProofClaim, name: str, media_type: str, size: int) -> bool:
        """Note that the file named before is in the folder; False where the claim holds no more."""
        return self._settle(
            claim,
            f"state = 'kept', name = :name, media_type = :media_type, size = :size, reason = '', "
            f"due_at = NULL, {_UNCLAIMED}",
            name=name, media_type=media_type, size=size,
        )  # fmt: skip

    def refuse(self, claim: ProofClaim, reason: str, at: datetime) -> bool:
        """Note why a file is not taken, which its member is now to be told."""
        return self._settle(
            claim,
            f"state = 'refused', reason = :reason, due_at = :at, tries = 0, {_UNCLAIMED}",
            reason=reason, at=moment(at),
        )  # fmt: skip

    def put_off(self, claim: ProofClaim, until: datetime, reason: str) -> bool:
        """Note that something failed and is to be tried again."""
        return self._settle(
            claim,
            f"tries = tries + 1, due_at = :until, reason = :reason, {_UNCLAIMED}",
            until=moment(until), reason=reason,
        )  # fmt: skip

    def note_told(self, claim: ProofClaim) -> bool:
        """Note that the member knows of a refusal, or cannot be told."""
        return self._settle(claim, f"due_at = NULL, {_UNCLAIMED}")

    def delete_ended(self, before: datetime) -> tuple[tuple[Member, str], ...]:
        """Delete what was taken away before a moment, for good; whose files nobody needs now."""
        rows = self._db.execute(
            "DELETE FROM proofs WHERE ended_by IS NOT NULL AND EXISTS (SELECT 1 FROM audit "
            "WHERE audit.id = proofs.ended_by AND audit.at <= :before) "
            "RETURNING workspace, member, content_hash",
            {"before": moment(before)},
        ).fetchall()
        gone = sorted({(Member(row[0], row[1]), row[2]) for row in rows if row[2]})
        return tuple((who, sha256) for who, sha256 in gone if not self._is_named(who, sha256))

    def _is_named(self, who: Member, sha256: str) -> bool:
        row = self._run(
            f"SELECT 1 FROM proofs {OF_MEMBER} AND content_hash = :digest LIMIT 1",  # noqa: S608 - a constant
            who, digest=sha256,
        ).fetchone()  # fmt: skip
        return row is not None

    def _settle(self, claim: ProofClaim, what: str, *, is_held: bool = True, **values: str | int) -> bool:
        held = f"AND {_HELD}" if is_held else ""
        return bool(
            self._run(
                f"UPDATE proofs SET {what} {_KEY} {held}",  # noqa: S608 - constants
                claim.who,
                number=claim.proof.number,
                file=claim.proof.file,
                added_by=claim.added_by,
                by=claim.by,
                **({"state": claim.proof.state.value} if is_held else {}),
                **values,
            ).rowcount
        )


def _proof_of(row: Row) -> Proof:
    number, file, name, media_type, size, state, sha256, reason, given_at = row
    at = datetime.fromisoformat(given_at)
    return Proof(number, file, name, media_type, size, ProofState(state), sha256, reason, at)
