"""Fetching the files that prove activities: once a change is saved, and by each round what failed then."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from secrets import token_hex

from .courier import Courier
from .desk import Desk
from .downloads import NOT_SLACKS, NOT_THERE, TOO_LARGE, NotFetchedError
from .keeping import MOST_BYTES
from .ledger import LedgerError, Member, ProofClaim, ProofState
from .outcomes import NoSuchActivityError, Refusal, TryLater
from .sharing import address, offered, refused
from .views import proof as views

log = logging.getLogger(__name__)

# How many files one claim takes: few enough to be fetched well before it ends, and in a round before the next
# reminders are due. After a change it is less: a bot that is to stop waits for those under way.
IN_A_ROUND, AFTER_A_CHANGE = 5, 2
# What is wrong with a file however often it is asked for; whatever else fails is tried again.
_FOR_GOOD = {
    NOT_SLACKS: Refusal.ELSEWHERE,
    NOT_THERE: Refusal.GONE,
    TOO_LARGE.format(megabytes=MOST_BYTES // 1_000_000): Refusal.TOO_LARGE,
}
NOT_ALL_THERE = "not all there"
NO_PLACE = "no place for it"


class Fetching:
    """Fetches what members gave; any number of processes may, over one ledger and one folder."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self._keeping = desk.keeping
        self._desk = desk
        self._courier = courier
        self._name = token_hex(8)

    def soon(self, who: Member) -> None:
        """Fetch, in a thread for files, what a member's change has brought; rounds do what fails."""
        with suppress(LedgerError):  # what was saved is saved
            if self._keeping.is_due(who):
                self._courier.do_beside(partial(self._all_of, who.workspace))

    def run(self, serves: Callable[[str], bool], is_over: Callable[[], bool] = lambda: False) -> bool:
        """Do a part of what is due, and delete what is not wanted any more; whether there may be more.

        It ends after the file under way once `is_over` says so.
        """
        due = [workspace for workspace in self._keeping.due_workspaces() if serves(workspace)]
        done = [self._some_of(workspace, IN_A_ROUND, is_over) for workspace in due]
        try:
            self._keeping.delete_ended()
        except OSError as error:  # it stays noted, and the next round tries again
            log.error("A file cannot be deleted from the folder of proofs: %s.", error.strerror)
        return any(done)

    def _all_of(self, workspace: str) -> None:
        """See to all in a workspace, a few at a time; what is left where the bot stops waits for a round."""
        if self._some_of(workspace, AFTER_A_CHANGE):
            with suppress(RuntimeError):
                self._courier.do_beside(partial(self._all_of, workspace))

    def _some_of(self, workspace: str, most: int, is_over: Callable[[], bool] = lambda: False) -> bool:
        """See to what has waited longest in a workspace; whether there was anything."""
        claims = self._keeping.claim(workspace, self._name, most)
        for place, claim in enumerate(claims):
            if is_over():
                self._keeping.give_back(claims[place:])
                break
            try:
                self._see_to(claim)
            except LedgerError:
                raise
            except Exception as error:  # whatever it is, it must not keep the others waiting
                log.exception("A file cannot be seen to.")
                self._keeping.put_off(claim, type(error).__name__)
        return bool(claims)

    def _see_to(self, claim: ProofClaim) -> None:
        if claim.proof.state is ProofState.REFUSED:
            self._tell(claim)
            return
        try:
            self._fetch(claim)
        except NotFetchedError as error:
            for_good = _FOR_GOOD.get(error.reason)
            if for_good:
                self._keeping.refuse(claim, for_good)
            else:
                log.warning("A file cannot be had from Slack now.")
                self._keeping.put_off(claim, error.reason)
        except OSError as error:
            log.error("A file cannot be written to the folder of proofs: %s.", error.strerror)
            self._keeping.put_off(claim, NO_PLACE)

    def _fetch(self, claim: ProofClaim) -> None:
        workspace = claim.who.workspace
        info = self._courier.file_info(workspace, claim.proof.file)
        file = offered(info)
        refusal = refused(info, claim.who.id)
        if refusal is None and file.size > MOST_BYTES:
            refusal = Refusal.TOO_LARGE
        if refusal:
            self._keeping.refuse(claim, refusal)
            return
        content = self._courier.read_file(workspace, address(info), MOST_BYTES)
        if content and file.size and len(content) != file.size:
            self._keeping.put_off(claim, NOT_ALL_THERE)
        else:
            self._keeping.take(claim, file, content)

    def _tell(self, claim: ProofClaim) -> None:
        try:
            activity = self._desk.activity(claim.who, claim.proof.number)
        except NoSuchActivityError:  # nobody needs its proof any more
            self._keeping.note_told(claim)
            return
        told = self._courier.deliver(claim.who.workspace, claim.who.id, views.not_kept(claim.proof, activity))
        if isinstance(told, TryLater):
            self._keeping.put_off(claim, told.reason)
        else:
            self._keeping.note_told(claim)
            with suppress(RuntimeError):  # the bot stops, and shows and fetches nothing more
                self._desk.saving.tell(claim.who)
