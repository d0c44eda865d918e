"""Several processes over one file: each notice is sent once, and killed ones lose nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from reminding import World
from rounds_process import BEGAN

import rules
from bot.ledger import Ledger, Member, Stage
from bot.reminders import LEASE

SUSPENDS_ON = date(2026, 2, 26)
HERE = Path(__file__).parent


class Sending:
    """A database with due notices, a file that stands for Slack, and the processes between them."""

    def __init__(self, ledger: Ledger, policy: rules.Policy, members: int) -> None:
        self.world = World(ledger, policy)
        self.members = [Member("T1", f"U{number:03}") for number in range(members)]
        ledger._db().conn.execute("PRAGMA synchronous = OFF")
        for who in self.members:
            self.world.holds(who, SUSPENDS_ON)
            self.world.wants(who)
        ledger._db().conn.execute("PRAGMA synchronous = FULL")
        self.database = Path(ledger.path)
        self.slack = self.database.with_name("slack.txt")
        self.began_s = time.time()
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, speed: float) -> subprocess.Popen[str]:
        """One more process, ready to begin."""
        process = subprocess.Popen(
            [
                sys.executable,
                HERE / "rounds_process.py",
                self.database,
                self.slack,
                str(self.began_s),
                str(speed),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        )
        self.processes.append(process)
        return process

    def go(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()

    @property
    def told(self) -> Counter[str]:
        """How often each addressee was sent a message."""
        lines = self.slack.read_text().splitlines() if self.slack.exists() else []
        return Counter(line.split()[0] for line in lines)

    @property
    def senders(self) -> set[str]:
        return {line.split()[1] for line in self.slack.read_text().splitlines()}

    def is_kept(self) -> bool:
        """Whether of each member the notice is kept as sent, and the next one planned."""
        return all(
            Counter(row.stage for row in self.world.rows(who)) == {Stage.SENT: 1, Stage.PLANNED: 1}
            for who in self.members
        )


@contextmanager
def sending(ledger: Ledger, policy: rules.Policy, members: int) -> Iterator[Sending]:
    found = Sending(ledger, policy, members)
    try:
        yield found
    finally:
        for process in found.processes:
            process.kill()
            process.communicate()


def test_four_processes_send_each_of_500_notices_once(ledger: Ledger, policy: rules.Policy) -> None:
    with sending(ledger, policy, 500) as world:
        processes = [world.start(1) for _ in range(4)]
        for process in processes:
            world.go(process)
        for process in processes:
            assert process.wait(timeout=60) == 0
        assert world.told == {who.id: 1 for who in world.members}
        assert len(world.senders) > 1
        assert world.is_kept()


def check_killing(ledger: Ledger, policy: rules.Policy, members: int, kills: int, most_wait_s: float) -> None:
    """Processes are killed at random points until nothing is left to send."""
    speed = LEASE / timedelta(seconds=2)  # so that a claim holds for that long
    dice = random.Random(members)
    with sending(ledger, policy, members) as world:
        running = [world.start(speed) for _ in range(3)]
        for process in running:
            world.go(process)
        killed = 0
        while killed < kills and len(world.told) < members:
            time.sleep(dice.random() * most_wait_s)
            victim = running.pop(dice.randrange(len(running)))
            fresh = world.start(speed)
            if victim.poll() is None:
                victim.send_signal(signal.SIGKILL)
                killed += 1
            world.go(fresh)
            running.append(fresh)
        for process in running:
            assert process.wait(timeout=60) == 0
        assert killed
        assert set(world.told) == {who.id for who in world.members}, "none is lost"
        assert world.told.total() - members <= killed, "at most the one in flight is repeated"
        assert world.is_kept()


def test_killed_processes_lose_nothing_and_repeat_at_most_the_message_in_flight(
    ledger: Ledger, policy: rules.Policy
) -> None:
    check_killing(ledger, policy, members=80, kills=3, most_wait_s=0.05)


@pytest.mark.soak
def test_many_killed_processes_lose_nothing(ledger: Ledger, policy: rules.Policy) -> None:
    check_killing(ledger, policy, members=1500, kills=25, most_wait_s=0.15)


def test_the_clock_of_the_processes_leaves_time_to_be_told(ledger: Ledger, policy: rules.Policy) -> None:
    with sending(ledger, policy, 1) as world:
        ((_, due_at),) = world.world.planned(world.members[0]).items()
    assert due_at == BEGAN
