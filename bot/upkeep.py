"""What the bot looks after by itself: standings that hold no more, and what was told long ago."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from .days import Clock
from .ledger import BEGINNING, KEEP_SETTLED, Ledger, Member, Writer

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
        return any([self._see_to_days(serves), self._see_to_policy(serves), self._forget(serves)])

    def _see_to_days(self, serves: Serves) -> bool:
        """Members whose standings held only until a day that has come."""
        day = (self._clock() - WESTERNMOST).date()
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

    def _see_to_policy(self, serves: Serves) -> bool:
        """Members whose standings come from another policy than this process has: looked for once."""
        if self._all_seen:
            return False
        with self._ledger.upkeep() as reader:
            found = reader.policies(self._seen_to, IN_A_ROUND)
        self._restand_all([who for who, of in found if of != {self._policy} and serves(who.workspace)])
        self._all_seen = len(found) < IN_A_ROUND
        if found:
            self._seen_to = found[-1][0]
        return not self._all_seen

    def _restand_all(self, members: Sequence[Member]) -> None:
        for first in range(0, len(members), AT_ONCE):
            with self._ledger.write() as writer:
                for who in members[first : first + AT_ONCE]:
                    self._restand(writer, who)

    def _forget(self, serves: Serves) -> bool:
        before = self._clock() - KEEP_SETTLED
        with self._ledger.outbox() as reader:
            workspaces = [one for one in reader.settled_before(before) if serves(one)]
        if not workspaces:
            return False
        with self._ledger.write() as writer:
            gone = [writer.outbox.forget_settled(one, before, IN_A_ROUND) for one in workspaces]
        return any(count >= IN_A_ROUND for count in gone)
