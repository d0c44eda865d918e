"""What the bot looks after by itself: standings that hold no more, and what was told long ago."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from .days import Clock
from .ledger import BEGINNING, KEEP_SETTLED, Ledger, LedgerError, Member, Writer

log = logging.getLogger(__name__)

# How many members one transaction does, so that nobody's own command waits long for it, and one round.
AT_ONCE = 50
IN_A_ROUND = 2000
# A day has come everywhere as many hours after it has in UTC.
WESTERNMOST = timedelta(hours=12)

Serves = Callable[[str], bool]


class Upkeep:
    """Brings up to date, a bounded number at a time, what time alone or a new policy has changed.

    `restand` computes anew where a member stands and plans what they are to be told of it.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, policy: str, restand: Callable[[Writer, Member], None]
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._policy = policy
        self._restand = restand
        self._seen_to = BEGINNING
        self._all_seen = False
        self._outdated: list[Member] = []

    def run(self, serves: Serves) -> bool:
        """See to the workspaces `serves` says yes to, for a bounded time; whether to go on."""
        return any([self._see_to_days(serves), self._check(serves), self._forget(serves)])

    def _see_to_days(self, serves: Serves) -> bool:
        """Members whose standings held only until a day that has come."""
        day = self._day()
        with self._ledger.upkeep() as reader:
            found = [
                who
                for workspace in reader.outdated_in(day)
                if serves(workspace)
                for who in reader.outdated(workspace, day, IN_A_ROUND)
            ]
        goes_on = bool(found) and found != self._outdated  # what stays as it is would be found for ever
        self._outdated = found
        self._restand_all(found[:IN_A_ROUND])
        return goes_on

    def _check(self, serves: Serves) -> bool:
        """Members with another policy than this process has, or without a plan: looked for once.

        What could not be planned, or not even be looked at, comes right when the bot is started anew.
        """
        if self._all_seen:
            return False
        with self._ledger.upkeep() as reader:
            found = reader.checked(self._seen_to, IN_A_ROUND, self._policy, self._day())
        self._restand_all([who for who, is_to_do in found if is_to_do and serves(who.workspace)])
        self._all_seen = len(found) < IN_A_ROUND
        if found:
            self._seen_to = found[-1][0]
        return not self._all_seen

    def _day(self) -> date:
        """The latest day that has come everywhere."""
        return (self._clock() - WESTERNMOST).date()

    def _restand_all(self, members: Sequence[Member]) -> None:
        for first in range(0, len(members), AT_ONCE):
            some = members[first : first + AT_ONCE]
            try:
                self._restand_some(some)
            except LedgerError:
                raise
            except Exception:  # whoever it is, it must not keep the others from being seen to
                for who in some:
                    self._restand_alone(who)

    def _restand_some(self, members: Sequence[Member]) -> None:
        with self._ledger.write() as writer:
            for who in members:
                self._restand(writer, who)

    def _restand_alone(self, who: Member) -> None:
        try:
            self._restand_some([who])
        except LedgerError:
            raise
        except Exception:  # as above
            log.exception("Where a member stands cannot be computed anew.")

    def _forget_files(self) -> None:
        """Delete files that were kept for a day, should nobody send another, with which they go, too."""
        now = self._clock()
        with self._ledger.upkeep() as reader:
            if not reader.has_old_files(now):
                return
        with self._ledger.write() as writer:
            writer.imports.forget_old(now)

    def _forget(self, serves: Serves) -> bool:
        self._forget_files()
        before = self._clock() - KEEP_SETTLED
        with self._ledger.outbox() as reader:
            workspaces = [one for one in reader.settled_before(before) if serves(one)]
        if not workspaces:
            return False
        with self._ledger.write() as writer:
            gone = [writer.outbox.forget_settled(one, before, IN_A_ROUND) for one in workspaces]
        return any(count >= IN_A_ROUND for count in gone)
