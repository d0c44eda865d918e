"""Rounds: what is due is sent, what comes next is planned, what is stale is computed anew."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from secrets import token_hex
from typing import NamedTuple

from .courier import Courier
from .days import Clock
from .desk import Desk
from .fetching import Fetching
from .ledger import Claim, LedgerBusyError, LedgerError, Member, NoticeKey, Stage
from .outcomes import Bundle, Delivered, Delivery, TryLater
from .views import reminders as to_member
from .views import team as to_team
from .views.blocks import Reply

log = logging.getLogger(__name__)

# The workspace of those who talk to the console, which may share a database with the bot in Slack.
CONSOLE = "TCONSOLE"

# How many addressees one claim takes: few enough to be told well before the claim ends.
AT_ONCE = 50
# Slack is asked for so many members' time zones in one round, which is well below what it allows a minute.
ZONES_IN_A_ROUND = 30
EVERY_S = 60.0
# What was sent has to be kept, or it is sent again: a busy database is asked this often, for 1.5 s each.
TRIES_TO_KEEP = 5
# A round that is to come to its end waits so long in all where Slack asks for patience.
PATIENCE = timedelta(minutes=10)
# What goes wrong while a message is made is no reason to lose it, or to keep the others waiting.
FAILED_S = 60


class Sent(NamedTuple):
    """How many messages were sent, how many given up, and how many addressees are to be tried again."""

    sent: int = 0
    parked: int = 0
    later: int = 0


class Rounds:
    """Sends what is due, in this thread; any number of processes may do so over one ledger.

    `serves` says to which workspaces, `keeps` whose data is looked after, where those are more: with theirs
    that have removed the bot. What is late waits for its addressee's hour, unless nobody may be there
    to send it then: `at_any_hour`. Once `stop` is set, a round ends after the message under way.
    """

    def __init__(
        self,
        desk: Desk,
        courier: Courier,
        clock: Clock,
        serves: Callable[[str], bool],
        *,
        keeps: Callable[[str], bool] | None = None,
        at_any_hour: bool = False,
    ) -> None:
        self.stop = threading.Event()
        self._at_any_hour = at_any_hour
        self._desk = desk
        self._courier = courier
        self._clock = clock
        self._serves = serves
        self._keeps = keeps or serves
        self._fetching = Fetching(desk, courier)
        self._name = token_hex(8)
        self._held: dict[str, datetime] = {}
        self._shut: dict[str, tuple[datetime, TryLater]] = {}
        self._unkept: set[tuple[NoticeKey, ...]] = set()
        self._zones_left = 0

    def see_to(self) -> bool:
        """Compute anew what is stale, fetch what members gave, delete who left long ago.

        It does a part at once, and says whether there may be more.
        """
        more = self._desk.upkeep.run(self._keeps)
        more = self._fetching.run(self._serves, self.stop.is_set) or more
        return self._desk.forgetting.delete_departed(self._clock(), self._keeps) or more

    def send(self) -> Sent:
        """Send all that is due, until nothing is or `stop` is set; workspaces take turns."""
        self._zones_left = ZONES_IN_A_ROUND
        told: Counter[Stage | None] = Counter()
        while not self.stop.is_set():
            turn = [stage for workspace in self._open() for stage in self._tell_some(workspace)]
            if not turn:
                break
            told.update(turn)
        waiting = self._desk.reminders.to_try_again()
        later = sum(count for workspace, count in waiting.items() if self._serves(workspace))
        return Sent(told[Stage.SENT], told[Stage.PARKED], later)

    @property
    def resumes_at(self) -> datetime | None:
        """When the first of the workspaces that Slack asked to leave in peace may be sent something again."""
        return min((until for until in self._held.values() if until > self._clock()), default=None)

    def _open(self) -> tuple[str, ...]:
        """The workspaces in which something is due and may be sent."""
        return tuple(
            workspace
            for workspace in self._desk.reminders.due_workspaces()
            if self._serves(workspace) and not self._is_held(workspace)
        )

    def _is_held(self, workspace: str) -> bool:
        """Whether Slack asked to send nothing there for now."""
        until = self._held.get(workspace)
        return until is not None and self._clock() < until

    def _tell_some(self, workspace: str) -> Iterator[Stage | None]:
        """Send what is due to those of a workspace who have waited longest: what became of each message."""
        claims = self._desk.reminders.claim(workspace, self._name, AT_ONCE)
        for place, claim in enumerate(claims):
            if self.stop.is_set() or self._is_held(workspace):
                self._desk.reminders.give_back(claims[place:])
                return
            yield self._tell(claim)

    def _tell(self, claim: Claim) -> Stage | None:
        """Send what is due to one addressee; None where there was nothing to send now."""
        try:
            self._look_up_zone(claim)
            bundle = self._desk.reminders.bundle(claim, at_any_hour=self._at_any_hour)
        except LedgerError:
            raise
        except Exception as error:  # whatever it is, it must not keep the others from being told
            log.exception("What a reminder is to say cannot be told.")
            return self._desk.reminders.fail(claim, type(error).__name__)
        if bundle is None:
            return None
        delivery = self._deliver(bundle)
        if isinstance(delivery, TryLater) and delivery.whole_workspace:
            until = self._clock() + timedelta(seconds=delivery.seconds)
            if delivery.counts_for_all:
                self._shut[bundle.workspace] = until, delivery
            else:
                self._held[bundle.workspace] = until
        return self._keep(bundle, delivery)

    def _look_up_zone(self, claim: Claim) -> None:
        """Ask for the time zone of a member of whom it was long ago."""
        is_member = all(key.member == claim.addressee for key in claim.keys)
        if is_member and self._zones_left:
            self._zones_left -= self._desk.look_up_zone(Member(claim.workspace, claim.addressee))

    def _deliver(self, bundle: Bundle) -> Delivery:
        if bundle.keys in self._unkept:
            return Delivered()
        until, refused = self._shut.get(bundle.workspace, (None, None))
        if until and refused and self._clock() < until:
            return refused  # every message there is as good as tried
        try:
            return self._courier.deliver(bundle.workspace, bundle.addressee, self._message(bundle))
        except Exception as error:  # whatever it is, it must not keep the others from being told
            log.exception("A reminder could not be made.")
            return TryLater(FAILED_S, type(error).__name__)

    def _message(self, bundle: Bundle) -> Reply:
        if not bundle.is_channel:
            return to_member.message(bundle, self._desk.policy)
        view = (
            self._desk.teams.view(bundle.workspace, bundle.addressee, bundle.today)
            if bundle.is_digest
            else None
        )
        return to_team.post(bundle, view, self._desk.policy)

    def _keep(self, bundle: Bundle, delivery: Delivery) -> Stage:
        """Keep what became of a message; what was sent and cannot be kept is not sent again from here."""
        if isinstance(delivery, Delivered):
            self._unkept.add(bundle.keys)
        stage = self._settled(bundle, delivery)
        self._unkept.discard(bundle.keys)
        return stage

    def _settled(self, bundle: Bundle, delivery: Delivery) -> Stage:
        """Keep it however busy the database is: forgotten, it would be sent again."""
        for _ in range(TRIES_TO_KEEP - 1):
            try:
                return self._desk.reminders.settle(bundle, delivery)
            except LedgerBusyError:
                log.warning("The database is busy while a sent reminder is to be kept; trying again.")
            except LedgerError:
                raise
            except Exception:  # whatever it is, it must not have the same message sent again and again
                log.exception("What comes after a reminder cannot be planned.")
                return self._desk.reminders.settle(bundle, delivery, plan_next=False)
        return self._desk.reminders.settle(bundle, delivery)


def in_slack(workspace: str) -> bool:
    """Whether a workspace is one of Slack's."""
    return workspace != CONSOLE


def to_the_end(rounds: Rounds, clock: Clock, pause: Callable[[float], object]) -> Sent:
    """One round that sees to everything and waits a while where Slack asks for it, unless told to stop."""
    while not rounds.stop.is_set() and rounds.see_to():
        pass
    found = rounds.send()
    patient_until = clock() + PATIENCE
    while found.later and (resumes_at := rounds.resumes_at) and resumes_at <= patient_until:
        pause(max((resumes_at - clock()).total_seconds(), 0.0))
        if rounds.stop.is_set():
            break
        more = rounds.send()
        found = Sent(found.sent + more.sent, found.parked + more.parked, more.later)
    return found


class Ticker:
    """Does a round every minute in a thread of its own, until stopped or the main thread ends.

    A round that fails is logged, and the next one is done nevertheless.
    """

    def __init__(self, rounds: Rounds, every_s: float = EVERY_S) -> None:
        self._rounds = rounds
        self._every_s = every_s
        self._watching: list[Callable[[Sent], None]] = []
        self._thread = threading.Thread(target=self._run, name="reminders")

    def watch(self, done: Callable[[Sent], None]) -> None:
        """Call this with what each round sent."""
        self._watching.append(done)

    @property
    def is_alive(self) -> bool:
        """Whether there will be another round."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin with a first round at once."""
        threading.Thread(target=self._watch, name="reminders-end", daemon=True).start()
        self._thread.start()

    def stop(self) -> None:
        """End after the message under way."""
        self._rounds.stop.set()
        self._thread.join()

    def _watch(self) -> None:
        """A server that ends tells its main thread alone."""
        threading.main_thread().join()
        self._rounds.stop.set()

    def _run(self) -> None:
        while not self._rounds.stop.is_set():
            try:
                found = self._rounds.send()
                if found.sent or found.parked:
                    log.info("Sent %s reminders, %s parked, %s to try again.", *found)
                for done in self._watching:
                    done(found)
                self._rounds.see_to()
            except Exception:  # the next round may do better, and nobody else is there to start it
                log.exception("A round of reminders failed; there will be another in a minute.")
            self._rounds.stop.wait(self._every_s)
