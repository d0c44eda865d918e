"""Which workspaces have the bot, and the tokens it speaks to them with: sealed, as no one else reads them."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from .forgetting import ForgettingWriter
from .statements import moment

# More people than this never install at once; whoever asks for more pushes the oldest out.
STATES_MOST = 10_000

_COLUMNS = "workspace, name, bot_user, bot, scopes, sealed, expires_at, installed_at"
_OF_WORKSPACE = "WHERE workspace = :workspace"


class Installation(NamedTuple):
    """The bot in a workspace: who it is there, what it may do, and its tokens, `sealed`.

    `expires_at` is when the token ends; None for one that does not.
    """

    workspace: str
    name: str
    bot_user: str
    bot: str
    scopes: tuple[str, ...]
    sealed: str
    expires_at: datetime | None
    installed_at: datetime


class InstallationsReader:
    """What can be looked up about installations, in or outside a transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, workspace: str) -> Installation | None:
        """The installation in a workspace; None where there is none."""
        row = self._in(workspace, f"SELECT {_COLUMNS} FROM installations {_OF_WORKSPACE}").fetchone()  # noqa: S608
        return _installation(row) if row else None

    def sealed_of(self, workspace: str) -> str | None:
        """The sealed tokens of a workspace: they differ after every change of them."""
        row = self._in(workspace, f"SELECT sealed FROM installations {_OF_WORKSPACE}").fetchone()  # noqa: S608
        return row[0] if row else None

    def is_rotating(self, workspace: str, now: datetime) -> bool:
        """Whether somebody is about to put new tokens in the place of a workspace's."""
        row = self._in(
            workspace,
            f"SELECT 1 FROM installations {_OF_WORKSPACE} "  # noqa: S608 - a constant
            "AND rotated_by IS NOT NULL AND rotating_until > :now",
            now=moment(now),
        ).fetchone()
        return row is not None

    def all(self) -> tuple[Installation, ...]:
        """All installations, by workspace."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM installations ORDER BY workspace").fetchall()  # noqa: S608
        return tuple(map(_installation, rows))

    def _in(self, workspace: str, sql: str, **values: Any) -> Any:
        return self._db.execute(sql, {"workspace": workspace, **values})


class InstallationsWriter(InstallationsReader):
    """What can be written about installations, in a transaction."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._forgetting = ForgettingWriter(db)

    def keep(self, found: Installation) -> None:
        """Keep an installation, in the place of one before; its workspace has the bot (again)."""
        self._db.execute(
            f"INSERT INTO installations ({_COLUMNS}) VALUES (:workspace, :name, :bot_user, :bot, :scopes, "  # noqa: S608
            ":sealed, :expires_at, :installed_at) ON CONFLICT (workspace) DO UPDATE SET "
            "name = excluded.name, bot_user = excluded.bot_user, bot = excluded.bot, "
            "scopes = excluded.scopes, sealed = excluded.sealed, expires_at = excluded.expires_at, "
            "installed_at = excluded.installed_at, rotated_by = NULL, rotating_until = NULL",
            {
                **found._asdict(),
                "scopes": " ".join(found.scopes),
                "expires_at": moment(found.expires_at) if found.expires_at else None,
                "installed_at": moment(found.installed_at),
            },
        )
        self._forgetting.take_back_departure(found.workspace)

    def end(self, workspace: str, at: datetime, now: datetime) -> bool:
        """Delete the tokens of a workspace that removed the bot at `at`, and note that it left by now.

        False, and nothing changed, where it was installed again since: word of a removal may arrive late, and
        within one second nobody removes what they installed.
        """
        found = self.of(workspace)
        if found and at <= found.installed_at:
            return False
        self._in(workspace, f"DELETE FROM installations {_OF_WORKSPACE}")  # noqa: S608 - a constant
        self._forgetting.note_departure(workspace, now)
        return True

    def lease(self, workspace: str, sealed: str, holder: str, now: datetime, until: datetime) -> bool:
        """Let one alone rotate these tokens until then; False where another does, or they have changed."""
        row = self._in(
            workspace,
            f"UPDATE installations SET rotated_by = :holder, rotating_until = :until {_OF_WORKSPACE} "  # noqa: S608
            "AND sealed = :sealed AND (rotating_until IS NULL OR rotating_until <= :now) RETURNING workspace",
            sealed=sealed, holder=holder, now=moment(now), until=moment(until),
        ).fetchone()  # fmt: skip
        return row is not None

    def rotate(self, workspace: str, sealed: str, new: str, expires_at: datetime | None) -> bool:
        """Put new tokens in the place of those; False where others stand there by now, or none."""
        row = self._in(
            workspace,
            "UPDATE installations SET sealed = :new, expires_at = :expires_at, rotated_by = NULL, "  # noqa: S608
            f"rotating_until = NULL {_OF_WORKSPACE} AND sealed = :sealed RETURNING workspace",
            sealed=sealed, new=new, expires_at=moment(expires_at) if expires_at else None,
        ).fetchone()  # fmt: skip
        return row is not None

    def reseal(self, workspace: str, sealed: str, new: str, now: datetime) -> None:
        """Put the same tokens under another key, unless they have changed or are being rotated."""
        self._in(
            workspace,
            f"UPDATE installations SET sealed = :new {_OF_WORKSPACE} AND sealed = :sealed "  # noqa: S608
            "AND (rotating_until IS NULL OR rotating_until <= :now)",
            sealed=sealed, new=new, now=moment(now),
        )  # fmt: skip

    def wait(self, workspace: str, holder: str, until: datetime) -> None:
        """Let nobody try to rotate before then, after it failed under this holder's lease."""
        self._in(
            workspace,
            "UPDATE installations SET rotated_by = NULL, rotating_until = :until "  # noqa: S608 - a constant
            f"{_OF_WORKSPACE} AND rotated_by = :holder",
            holder=holder, until=moment(until),
        )  # fmt: skip

    # Who began to install, of whom only the hash of a random text is kept

    def issue(self, state_hash: str, now: datetime, until: datetime) -> None:
        """Remember that somebody began to install, and forget whose time is over."""
        self._db.execute("DELETE FROM install_states WHERE expires_at <= :now", {"now": moment(now)})
        self._db.execute(
            "DELETE FROM install_states WHERE expires_at < "
            "(SELECT expires_at FROM install_states ORDER BY expires_at DESC LIMIT 1 OFFSET :most)",
            {"most": STATES_MOST - 1},
        )
        self._db.execute(
            "INSERT INTO install_states (state_hash, expires_at) VALUES (:state_hash, :until)",
            {"state_hash": state_hash, "until": moment(until)},
        )

    def consume(self, state_hash: str, now: datetime) -> bool:
        """Whether somebody began to install with this and may go on; asked a second time, they may not."""
        row = self._db.execute(
            "DELETE FROM install_states WHERE state_hash = :state_hash RETURNING expires_at",
            {"state_hash": state_hash},
        ).fetchone()
        return row is not None and datetime.fromisoformat(row[0]) > now


def _installation(row: tuple[Any, ...]) -> Installation:
    workspace, name, bot_user, bot, scopes, sealed, expires_at, installed_at = row
    return Installation(
        workspace,
        name,
        bot_user,
        bot,
        tuple(scopes.split()),
        sealed,
        datetime.fromisoformat(expires_at) if expires_at else None,
        datetime.fromisoformat(installed_at),
    )
