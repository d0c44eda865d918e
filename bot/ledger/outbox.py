"""What is to be told to whom and when, and what was told: the statements of the outbox."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count, islice
from typing import Any, NamedTuple

from .facts import Member, Row, iso
from .statements import Statements, moment

# What was told this long ago belongs to dates that are over.
KEEP_SETTLED = timedelta(days=400)
DIGEST = "digest"
# What failed is tried again before that.
_LONGEST_WAIT = timedelta(days=3)

_KEY = "workspace, addressee, member, code, threshold, suspends_on"
_OF_KEY = (
    "WHERE workspace = :workspace AND addressee = :addressee AND member = :member AND code = :code "
    "AND threshold = :threshold AND suspends_on = :suspends_on"
)
_DUE = "state = 'planned' AND due_at <= :now"
_FREE = "(leased_until IS NULL OR leased_until <= :now)"
# Written like this, the workspace is looked at in the rows an index on time gives, which are few: taken as
# it stands it leads SQLite to the primary key, and with that through all that a workspace has.
IN_WORKSPACE = "workspace || '' = :workspace"
_UNCLAIMED = "claimed_by = NULL, leased_until = NULL"
_PAGE = 200


class Stage(StrEnum):
    """What became of a notice: still to be told, told, or given up."""

    PLANNED = "planned"
    SENT = "sent"
    PARKED = "parked"


class NoticeKey(NamedTuple):
    """What makes a notice one of its kind; of a digest `member` and `code` are empty."""

    workspace: str
    addressee: str
    member: str
    code: str
    threshold: str
    suspends_on: date


class OutboxRow(NamedTuple):
    """A notice and what became of it; `reason` why it was given up, or why the last try failed."""

    key: NoticeKey
    stage: Stage
    due_at: datetime
    reason: str
    settled_at: datetime | None


class Claim(NamedTuple):
    """The due notices of one addressee, which nobody else may send while the claim holds."""

    workspace: str
    addressee: str
    by: str
    keys: tuple[NoticeKey, ...]


class Held(NamedTuple):
    """What of a claim still holds, and how often sending any of it has failed."""

    keys: tuple[NoticeKey, ...]
    tries: int


class OutboxHealth(NamedTuple):
    """How the outbox is doing: how many notices are planned and how many of them due, and since when.

    `parked` counts what was given up by reason, the most frequent first.
    """

    planned: int
    due: int
    oldest_due_at: datetime | None
    parked: Mapping[str, int]
    last_sent_at: datetime | None


class OutboxReader(Statements):
    """What can be looked up in the outbox, in or outside a transaction."""

    def about(self, who: Member) -> tuple[OutboxRow, ...]:
        """All notices about a member's certifications, to themselves and to their teams' channels."""
        # Joined with itself, because SQLite would not take the index on members for the table as it stands.
        rows = self._run(
            f"SELECT {_KEY}, found.state, found.due_at, found.reason, found.settled_at "  # noqa: S608
            f"FROM outbox AS own JOIN outbox AS found USING ({_KEY}) "
            "WHERE own.workspace = :workspace AND own.member = :member",
            who,
        ).fetchall()
        return tuple([_row_of(row) for row in rows])

    def digests(self, workspace: str, channel: str) -> tuple[OutboxRow, ...]:
        """The weekly digests of a team's channel."""
        rows = self._db.execute(
            f"SELECT {_KEY}, state, due_at, reason, settled_at FROM outbox "  # noqa: S608 - constants
            "WHERE workspace = :workspace AND addressee = :channel AND member = ''",
            {"workspace": workspace, "channel": channel},
        ).fetchall()
        return tuple([_row_of(row) for row in rows])

    def members_told(self, workspace: str, channel: str) -> tuple[str, ...]:
        """Whose certifications a channel is still to be told of."""
        rows = self._db.execute(
            "SELECT DISTINCT member FROM outbox WHERE workspace = :workspace AND addressee = :channel "
            "AND member <> '' AND state = 'planned' ORDER BY member",
            {"workspace": workspace, "channel": channel},
        ).fetchall()
        return tuple(member for (member,) in rows)

    def told_at(self, workspace: str, addressee: str) -> datetime | None:
        """When the addressee was last sent something."""
        (at,) = self._db.execute(
            "SELECT max(settled_at) FROM outbox WHERE workspace = :workspace AND addressee = :addressee "
            "AND state = 'sent'",
            {"workspace": workspace, "addressee": addressee},
        ).fetchone()
        return datetime.fromisoformat(at) if at else None

    def due_workspaces(self, now: datetime) -> tuple[str, ...]:
        """The workspaces in which something is due, without those that removed the bot."""
        rows = self._db.execute(
            f"SELECT DISTINCT workspace || '' FROM outbox WHERE {_DUE} "  # noqa: S608 - constants
            "AND workspace NOT IN (SELECT workspace FROM departures) ORDER BY 1",
            {"now": moment(now)},
        ).fetchall()
        return tuple(workspace for (workspace,) in rows)

    def to_try_again(self, now: datetime) -> Mapping[str, int]:
        """How many addressees of each workspace wait although something was due or failed to be sent.

        Those somebody is just sending to are left out.
        """
        rows = self._db.execute(
            "SELECT workspace || '', count(DISTINCT addressee) FROM outbox WHERE state = 'planned' "  # noqa: S608
            f"AND due_at <= :soon AND (due_at <= :now OR attempts > 0) AND {_FREE} "
            "AND workspace NOT IN (SELECT workspace FROM departures) GROUP BY 1",
            {"now": moment(now), "soon": moment(now + _LONGEST_WAIT)},
        ).fetchall()
        return dict(rows)

    def held(self, claim: Claim, until: datetime) -> Held:
        """What of a claim nobody else may send before `until`."""
        rows = self._db.execute(
            f"SELECT {_KEY}, attempts FROM outbox WHERE workspace = :workspace "  # noqa: S608 - constants
            "AND addressee = :addressee AND state = 'planned' AND claimed_by = :by "
            "AND leased_until >= :until",
            {
                "workspace": claim.workspace,
                "addressee": claim.addressee,
                "by": claim.by,
                "until": moment(until),
            },
        ).fetchall()
        return Held(tuple([_key_of(row[:6]) for row in rows]), max((row[6] for row in rows), default=0))

    def due(self, now: datetime) -> tuple[int, datetime | None]:
        """How many notices are due at a moment, and since when the oldest of them is."""
        count, oldest_due_at = self._db.execute(
            f"SELECT count(*), min(due_at) FROM outbox WHERE {_DUE}",  # noqa: S608 - a constant
            {"now": moment(now)},
        ).fetchone()
        return count, _at(oldest_due_at)

    def health(self, now: datetime) -> OutboxHealth:
        """How the outbox of all workspaces is doing at a moment."""
        (planned,) = self._db.execute(
            "SELECT coalesce(sum(CASE WHEN state = 'planned' THEN 1 ELSE 0 END), 0) FROM outbox"
        ).fetchone()
        due, oldest_due_at = self.due(now)
        parked = self._db.execute(
            "SELECT reason, count(*) FROM outbox WHERE state <> 'planned' AND state = 'parked' "
            "GROUP BY reason ORDER BY 2 DESC, 1"
        ).fetchall()
        (last_sent_at,) = self._db.execute(
            "SELECT max(settled_at) FROM outbox WHERE state <> 'planned' AND state = 'sent'"
        ).fetchone()
        return OutboxHealth(planned, due, oldest_due_at, dict(parked), _at(last_sent_at))

    def settled_before(self, before: datetime) -> tuple[str, ...]:
        """The workspaces with something settled before a moment."""
        rows = self._db.execute(
            "SELECT DISTINCT workspace || '' FROM outbox WHERE state <> 'planned' AND settled_at < :before",
            {"before": moment(before)},
        ).fetchall()
        return tuple(workspace for (workspace,) in rows)


class OutboxWriter(OutboxReader):
    """What can be written in the outbox, in a transaction."""

    def plan(self, key: NoticeKey, due_at: datetime) -> None:
        """Plan a notice; one that is planned, told or given up stays what it is."""
        self._db.execute(
            f"INSERT INTO outbox ({_KEY}, due_at, state) VALUES (:workspace, :addressee, :member, :code, "  # noqa: S608
            f":threshold, :suspends_on, :due_at, 'planned') ON CONFLICT ({_KEY}) DO NOTHING",
            {**_values(key), "due_at": moment(due_at)},
        )

    def move(self, key: NoticeKey, due_at: datetime, now: datetime) -> None:
        """Tell a planned notice at another time, unless it is just being sent."""
        self._db.execute(
            f"UPDATE outbox SET due_at = :due_at, {_UNCLAIMED} {_OF_KEY} AND state = 'planned' AND {_FREE}",  # noqa: S608
            {**_values(key), "due_at": moment(due_at), "now": moment(now)},
        )

    def drop(self, key: NoticeKey) -> None:
        """Tell a planned notice no more."""
        self._db.execute(f"DELETE FROM outbox {_OF_KEY} AND state = 'planned'", _values(key))  # noqa: S608

    def drop_all(self, workspace: str, addressee: str) -> None:
        """Tell an addressee nothing of what is planned."""
        self._db.execute(
            "DELETE FROM outbox WHERE workspace = :workspace AND addressee = :addressee "
            "AND state = 'planned'",
            {"workspace": workspace, "addressee": addressee},
        )

    def unpark(self, workspace: str, addressee: str) -> None:
        """Forget that notices to an addressee were given up, so that they may be planned again."""
        self._db.execute(
            "DELETE FROM outbox WHERE workspace = :workspace AND addressee = :addressee AND state = 'parked'",
            {"workspace": workspace, "addressee": addressee},
        )

    def claim(self, workspace: str, by: str, now: datetime, until: datetime, most: int) -> tuple[Claim, ...]:
        """Take the due notices of so many addressees, who have waited longest, for oneself alone.

        An addressee something is just being sent to is left out: the rest would be a second message.
        """
        values = {"workspace": workspace, "by": by, "now": moment(now), "until": moment(until)}
        chosen = islice((one for one in self._waiting(values) if not self._is_being_told(one, values)), most)
        return tuple([self._claimed(addressee, values) for addressee in list(chosen)])

    def _waiting(self, values: Mapping[str, Any]) -> Iterator[str]:
        """The addressees of what is due and free, those first who have waited longest."""
        seen: set[str] = set()
        for page in count():
            rows = self._db.execute(
                f"SELECT addressee FROM outbox WHERE {_DUE} AND {IN_WORKSPACE} AND {_FREE} "  # noqa: S608
                "ORDER BY due_at LIMIT :page OFFSET :first",
                {**values, "page": _PAGE, "first": page * _PAGE},
            ).fetchall()
            for (addressee,) in rows:
                if addressee not in seen:
                    seen.add(addressee)
                    yield addressee
            if len(rows) < _PAGE:
                return

    def _is_being_told(self, addressee: str, values: Mapping[str, Any]) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM outbox WHERE workspace = :workspace AND addressee = :addressee "
            "AND state = 'planned' AND leased_until > :now LIMIT 1",
            {**values, "addressee": addressee},
        ).fetchone()
        return row is not None

    def _claimed(self, addressee: str, values: Mapping[str, Any]) -> Claim:
        rows = self._db.execute(
            "UPDATE outbox SET claimed_by = :by, leased_until = :until "  # noqa: S608 - constants
            f"WHERE workspace = :workspace AND addressee = :addressee AND {_DUE} AND {_FREE} "
            f"RETURNING {_KEY}",
            {**values, "addressee": addressee},
        ).fetchall()
        keys = tuple([_key_of(row) for row in rows])
        return Claim(values["workspace"], addressee, values["by"], keys)

    def take(self, key: NoticeKey, by: str, now: datetime, until: datetime) -> None:
        """Plan a notice and claim it at once, for the message that is about to be sent anyhow."""
        self.plan(key, now)
        self._db.execute(
            f"UPDATE outbox SET claimed_by = :by, leased_until = :until {_OF_KEY} AND state = 'planned'",  # noqa: S608
            {**_values(key), "by": by, "until": moment(until)},
        )

    def give_back(self, claim: Claim, due_at: datetime | None = None) -> None:
        """Let others send what was claimed: at once, or from another time on."""
        self._db.execute(
            f"UPDATE outbox SET {_UNCLAIMED}, due_at = coalesce(:due_at, due_at) "  # noqa: S608 - constants
            "WHERE workspace = :workspace AND addressee = :addressee AND state = 'planned' "
            "AND claimed_by = :by",
            {
                "workspace": claim.workspace,
                "addressee": claim.addressee,
                "by": claim.by,
                "due_at": moment(due_at) if due_at else None,
            },
        )

    def release(self, key: NoticeKey) -> None:
        """Let go of a claimed notice that is not to be sent now."""
        self._db.execute(f"UPDATE outbox SET {_UNCLAIMED} {_OF_KEY}", _values(key))  # noqa: S608 - constants

    def sent(self, keys: Iterable[NoticeKey], at: datetime) -> None:
        """Note that notices were told, of members that are still known even where they are planned no more.

        Whoever has reminders off and on again while one is sent must not be told the same again.
        """
        for key in keys:
            values = {**_values(key), "at": moment(at)}
            kept = self._db.execute(
                f"UPDATE outbox SET state = 'sent', settled_at = :at, reason = NULL, {_UNCLAIMED} {_OF_KEY} "  # noqa: S608
                "RETURNING state",
                values,
            ).fetchall()
            if not kept:
                self._db.execute(
                    f"INSERT INTO outbox ({_KEY}, due_at, state, settled_at) "  # noqa: S608 - constants
                    "SELECT workspace, :addressee, member, :code, :threshold, :suspends_on, :at, 'sent', :at "
                    "FROM members WHERE workspace = :workspace AND member = :member",
                    values,
                )

    def park(self, keys: Iterable[NoticeKey], reason: str, at: datetime) -> None:
        """Note that notices were given up, and why."""
        for key in keys:
            self._db.execute(
                f"UPDATE outbox SET state = 'parked', settled_at = :at, reason = :reason, {_UNCLAIMED} "  # noqa: S608
                f"{_OF_KEY} AND state = 'planned'",
                {**_values(key), "at": moment(at), "reason": reason},
            )

    def tried(
        self, keys: Iterable[NoticeKey], reason: str, at: datetime, due_at: datetime, most: int
    ) -> bool:
        """Note that sending failed; after so many tries give up: whether with all."""
        stages = [
            row[0]
            for key in keys
            for row in self._db.execute(
                "UPDATE outbox SET attempts = attempts + 1, reason = :reason, due_at = :due_at, "  # noqa: S608
                f"{_UNCLAIMED}, "
                "state = CASE WHEN attempts + 1 >= :most THEN 'parked' ELSE state END, "
                "settled_at = CASE WHEN attempts + 1 >= :most THEN :at ELSE settled_at END "
                f"{_OF_KEY} AND state = 'planned' RETURNING state",
                {**_values(key), "reason": reason, "at": moment(at), "due_at": moment(due_at), "most": most},
            ).fetchall()
        ]
        return Stage.PLANNED not in stages

    def forget_settled(self, workspace: str, before: datetime, most: int) -> int:
        """Delete the oldest of what was settled before a moment, about so many at most; how many."""
        rows = self._db.execute(
            f"DELETE FROM outbox WHERE state <> 'planned' AND {IN_WORKSPACE} "  # noqa: S608 - constants
            "AND settled_at < :before AND settled_at <= coalesce((SELECT settled_at FROM outbox "
            f"WHERE state <> 'planned' AND {IN_WORKSPACE} AND settled_at < :before "
            "ORDER BY settled_at LIMIT 1 OFFSET :most), :before) RETURNING code",
            {"workspace": workspace, "before": moment(before), "most": most - 1},
        ).fetchall()
        return len(rows)


def _values(key: NoticeKey) -> dict[str, Any]:
    return {**key._asdict(), "suspends_on": key.suspends_on.isoformat()}


def _key_of(row: Row) -> NoticeKey:
    workspace, addressee, member, code, threshold, suspends_on = row
    return NoticeKey(workspace, addressee, member, code, threshold, iso(suspends_on))


def _row_of(row: Row) -> OutboxRow:
    state, due_at, reason, settled_at = row[6:]
    return OutboxRow(
        _key_of(row[:6]), Stage(state), datetime.fromisoformat(due_at), reason or "", _at(settled_at)
    )


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
