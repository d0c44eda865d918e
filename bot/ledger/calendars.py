"""Private calendar addresses: whose is which. An address itself is never kept, only its SHA-256."""

from datetime import datetime

from .facts import Member
from .statements import OF_MEMBER, Statements, moment


class CalendarsReader(Statements):
    """What can be looked up about calendar addresses, in or outside a transaction."""

    def owner(self, address_hash: str) -> Member | None:
        """Whose calendar stands at the address with this hash; hashes are unique over all workspaces."""
        row = self._db.execute(
            "SELECT workspace, member FROM calendars WHERE address_hash = :address_hash",
            {"address_hash": address_hash},
        ).fetchone()
        return Member(*row) if row else None

    def made_at(self, who: Member) -> datetime | None:
        """When the member's address was made; None where there is none."""
        row = self._run(f"SELECT made_at FROM calendars {OF_MEMBER}", who).fetchone()  # noqa: S608
        return datetime.fromisoformat(row[0]) if row else None

    def last_change(self, who: Member) -> tuple[int, datetime | None]:
        """The number and the moment of the member's latest change; 0 and None where there was none."""
        row = self._run(
            f"SELECT id, at FROM audit {OF_MEMBER} ORDER BY id DESC LIMIT 1",  # noqa: S608 - a constant
            who,
        ).fetchone()
        return (row[0], datetime.fromisoformat(row[1])) if row else (0, None)


class CalendarsWriter(CalendarsReader):
    """What can be written about calendar addresses, in a transaction."""

    def keep(self, who: Member, address_hash: str, at: datetime) -> None:
        """Keep the hash of a member's new address; the one before, if any, leads nowhere from now on."""
        self._run(
            "INSERT INTO calendars (workspace, member, address_hash, made_at) "
            "VALUES (:workspace, :member, :address_hash, :at) ON CONFLICT (workspace, member) "
            "DO UPDATE SET address_hash = excluded.address_hash, made_at = excluded.made_at",
            who, address_hash=address_hash, at=moment(at),
        )  # fmt: skip

    def revoke(self, who: Member) -> bool:
        """Let a member's address lead nowhere; False where there was none."""
        row = self._run(f"DELETE FROM calendars {OF_MEMBER} RETURNING member", who).fetchone()  # noqa: S608
        return row is not None
