"""Who has the bot: workspaces that installed it by OAuth, the tokens it has there, and who is about to."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import NamedTuple

from .days import Clock
from .ledger import Installation, Ledger, LedgerBusyError
from .sealing import Keys, WrongKeyError

log = logging.getLogger(__name__)

# How long somebody may take between "install" and Slack's answer.
STATE_HOLDS = timedelta(minutes=10)
# A token is rotated so long before its end (Slack's last for 12 hours): whoever finds somebody else at it
# goes on with the one there is, and an hour in which Slack cannot be reached does no harm.
ROTATE_BEFORE = timedelta(hours=2)
# More than Slack takes for its answer; then another process may try, should this one have ended meanwhile.
LEASE = timedelta(seconds=60)
TRY_AGAIN_AFTER = timedelta(minutes=5)
# What Slack gave once has to be kept: a busy database is asked this often, for 1.5 s each.
TRIES_TO_KEEP = 5


@dataclass(frozen=True, slots=True)
class Tokens:
    """What speaks to a workspace; `refresh` serves once, for the next two of them."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)


class Installed(NamedTuple):
    """An installation with its tokens, readable."""

    found: Installation
    tokens: Tokens


class Granted(NamedTuple):
    """New tokens as Slack gave them; `expires_at` None for those that do not end."""

    tokens: Tokens
    expires_at: datetime | None


class RefusedError(Exception):
    """Slack gave no new tokens; the message is its word for why."""


# Asks Slack for the tokens that follow on this refresh token. Raises RefusedError.
Refresh = Callable[[str], Granted]


class Installations:
    """What the ledger keeps of installations, with the tokens sealed on the way in, opened on the way out."""

    def __init__(self, ledger: Ledger, keys: Keys, clock: Clock) -> None:
        self._ledger = ledger
        self._keys = keys
        self._clock = clock
        self._name = token_hex(8)
        # What Slack gave and the ledger would not take yet, by workspace: with which sealed tokens it began.
        self._unkept: dict[str, tuple[str, Granted]] = {}

    # Beginning to install

    def issue_state(self) -> str:
        """A random text by which Slack sends back whoever begins to install now; only its hash is kept."""
        state, now = token_urlsafe(32), self._clock()
        with self._ledger.write() as writer:
            writer.installations.issue(_hash(state), now, now + STATE_HOLDS)
        return state

    def consume_state(self, state: str) -> bool:
        """Whether it was issued within 10 minutes and comes back for the first time."""
        with self._ledger.write() as writer:
            return writer.installations.consume(_hash(state), self._clock())

    # What is kept

    def keep(
        self,
        granted: Granted,
        *,
        workspace: str,
        name: str,
        bot_user: str,
        bot: str,
        scopes: tuple[str, ...],
        at: datetime,
    ) -> None:
        """Keep an installation made at `at`: what is stored of the workspace is no longer to be deleted."""
        sealed = self._sealed(workspace, granted.tokens)
        found = Installation(workspace, name, bot_user, bot, scopes, sealed, granted.expires_at, at)
        with self._ledger.write() as writer:
            writer.installations.keep(found)
        self._unkept.pop(workspace, None)

    def of(self, workspace: str) -> Installed | None:
        """The installation in a workspace; None where there is none, or its tokens cannot be opened."""
        with self._ledger.installations() as kept:
            found = kept.of(workspace)
        return self.opened(found) if found else None

    def sealed_of(self, workspace: str) -> str | None:
        """What differs after every change of a workspace's tokens; None where it has none."""
        with self._ledger.installations() as kept:
            return kept.sealed_of(workspace)

    def opened(self, found: Installation) -> Installed | None:
        """An installation with its tokens; None where no key opens them."""
        try:
            tokens = opened(self._keys, found)
        except WrongKeyError:
            log.error("The token of workspace %s cannot be opened: see ce-bot doctor.", found.workspace)
            return None
        return Installed(found, tokens)

    def check_keys(self) -> tuple[int, int]:
        """How many installations there are, and how many of them no key opens.

        What an older key sealed is put under the first one, so that the older can go.
        """
        with self._ledger.installations() as kept:
            all_found = kept.all()
        shut = 0
        for found in all_found:
            try:
                tokens = opened(self._keys, found)
            except WrongKeyError:
                shut += 1
                continue
            if not self._keys.is_by_first(found.sealed):
                with self._ledger.write() as writer:
                    new = self._sealed(found.workspace, tokens)
                    writer.installations.reseal(found.workspace, found.sealed, new, self._clock())
        return len(all_found), shut

    # Rotation

    def is_due(self, found: Installation) -> bool:
        """Whether the token is to be rotated before it is used again."""
        return found.expires_at is not None and found.expires_at - self._clock() <= ROTATE_BEFORE

    def has_ended(self, found: Installation) -> bool:
        """Whether the token serves no more."""
        return found.expires_at is not None and found.expires_at <= self._clock()

    def is_rotating(self, workspace: str) -> bool:
        """Whether a thread or a process is just asking Slack for a workspace's new tokens."""
        with self._ledger.installations() as kept:
            return kept.is_rotating(workspace, self._clock())

    def rotate(self, seen: Installed, refresh: Refresh) -> bool:
        """Have the tokens that were `seen` replaced by new ones; True where they are by now, by whomever.

        Over all threads and processes one alone asks Slack, since a refresh token serves once. What comes of
        it is kept only where the same tokens still stand there: not after an uninstall or a new install. A
        process that ends between Slack's answer and the commit leaves a token that serves until its end;
        once the lease is over the refresh token is tried again, and where Slack takes it no more, the log
        and the doctor ask for a new install.
        """
        workspace, sealed = seen.found.workspace, seen.found.sealed
        if seen.tokens.refresh is None:
            return False
        if workspace in self._unkept:
            return self._keep_rotated(workspace)
        now = self._clock()
        with self._ledger.write() as writer:
            if writer.installations.sealed_of(workspace) != sealed:
                return True
            if not writer.installations.lease(workspace, sealed, self._name, now, now + LEASE):
                return False
        try:
            granted = refresh(seen.tokens.refresh)
        except RefusedError as error:
            log.error("Slack gave workspace %s no new token: %s.", workspace, error)
            with self._ledger.write() as writer:
                writer.installations.wait(workspace, self._name, self._clock() + TRY_AGAIN_AFTER)
            return False
        self._unkept[workspace] = sealed, granted
        return self._keep_rotated(workspace)

    def _keep_rotated(self, workspace: str) -> bool:
        """Keep what Slack gave, however busy the database is: the refresh token before it is spent."""
        kept = self._unkept.get(workspace)
        if kept is None:
            return True  # another thread has
        sealed, granted = kept
        new = self._sealed(workspace, granted.tokens)
        for tries_left in reversed(range(TRIES_TO_KEEP)):
            try:
                with self._ledger.write() as writer:
                    writer.installations.rotate(workspace, sealed, new, granted.expires_at)
                break
            except LedgerBusyError:
                if not tries_left:
                    raise
                log.warning("The database is busy while a new token is to be kept; trying again.")
        self._unkept.pop(workspace, None)
        return True

    def _sealed(self, workspace: str, tokens: Tokens) -> str:
        """Tokens sealed together with whose they are: in another's row they open nothing."""
        return self._keys.seal(json.dumps([workspace, tokens.access, tokens.refresh]))


def opened(keys: Keys, found: Installation) -> Tokens:
    """The tokens of an installation. Raises WrongKeyError, also where they were sealed for another one."""
    try:
        workspace, access, refresh = json.loads(keys.open(found.sealed))
    except ValueError as error:
        raise WrongKeyError from error
    if workspace != found.workspace:
        raise WrongKeyError
    return Tokens(access, refresh)


def _hash(state: str) -> str:
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
