"""A process that sends what is due, as `ce-bot remind` does; tests start several at once, and kill some.

Called with the database, the file that stands for Slack (a line for each message), the second at which the
tests' clock began and how fast it goes. It says `ready`, waits for a line, and ends when nothing is due.
"""

import os
import random
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.desk import Desk
from bot.ledger import Ledger, LedgerBusyError
from bot.outcomes import Delivered, Delivery
from bot.rounds import Rounds
from bot.views.blocks import Reply
from rules import load_policy

BEGAN: Final = datetime(2025, 12, 3, 9, tzinfo=UTC)
MOST_S: Final = 60


class Slack:
    """Takes messages, and sometimes its time to say so."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def deliver(self, workspace: str, addressee: str, reply: Reply) -> Delivery:
        time.sleep(random.random() / 1000)
        os.write(self._file, f"{addressee} {os.getpid()}\n".encode())
        time.sleep(random.random() / 1000)
        return Delivered()


def main(database: str, slack: str, began_s: str, speed: str) -> None:
    """Send until nothing is due, for a minute at most."""

    def clock() -> datetime:
        return BEGAN + timedelta(seconds=(time.time() - float(began_s)) * float(speed))

    desk = Desk(Ledger(database), load_policy(), clock, lambda who: "UTC")
    rounds = Rounds(desk, Slack(slack), clock, lambda workspace: True)  # type: ignore[arg-type]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    give_up_at = time.monotonic() + MOST_S
    while desk.reminders.due_workspaces() and time.monotonic() < give_up_at:
        with suppress(LedgerBusyError):
            rounds.send()
        time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
