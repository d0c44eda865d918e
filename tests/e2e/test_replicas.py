"""Two processes of the bot over one ledger: they share the work, and each goes on without the other."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from zoneinfo import ZoneInfo

import pytest
from e2e.local_slack import ANNA, BEN, Bot, LocalSlack, ago, free_port, listens, started, until
from e2e.proxy import Proxy

ANNAS_ZONE = ZoneInfo("Europe/Berlin")
ROUNDS = 10
KILLED_AFTER_S = 0.3


class Replica(Bot):
    """One of the bot's processes over the ledger that all share."""

    def __init__(self, slack: LocalSlack, folder: Path, number: int) -> None:
        super().__init__(slack, folder)
        self._output = folder / f"bot{number}.log"
        self.port = free_port()

    @property
    def _environment(self) -> dict[str, str]:
        return {**super()._environment, "CE_BOT_PORT": str(self.port)}

    def said(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def _ready(self) -> bool:
        assert self._process.poll() is None, self.said()
        return listens(self.port) if self._slack.mode == "http" else "Connected to Slack" in self.said()

    def kill(self) -> None:
        """As when the machine fails: nothing is finished, nothing is said."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(5)

    def stop(self) -> None:
        if self._process.poll() != -signal.SIGKILL:
            super().stop()


@pytest.fixture(params=["socket", "http"])
def slack(request: pytest.FixtureRequest, tmp_path: Path) -> LocalSlack:
    """One that does not run yet."""
    return LocalSlack(request.param, tmp_path)


@pytest.fixture
def replicas(slack: LocalSlack, proxy: Proxy, tmp_path: Path) -> Iterator[list[Replica]]:
    """Two of them. By HTTP they take turns; by Socket Mode the local Slack sends everything to both."""
    found = [Replica(slack, tmp_path, number) for number in (1, 2)]
    proxy.bots = [one.port for one in found]
    with ExitStack() as all_of_them:
        for one in found:
            all_of_them.enter_context(one.running())
        yield found


def logged(folder: Path) -> list[str]:
    """The titles of all that is logged."""
    with closing(sqlite3.connect(folder / "ce.db")) as db:
        return sorted(title for (title,) in db.execute("SELECT title FROM activities WHERE ended_by IS NULL"))


def test_they_share_the_work_and_do_each_thing_once(
    slack: LocalSlack, replicas: list[Replica], tmp_path: Path
) -> None:
    for number in range(ROUNDS):
        slack.command(ANNA if number % 2 else BEN, f'add course "Round {number}" {ago(100)}')
    assert logged(tmp_path) == [f"Round {number}" for number in range(ROUNDS)]
    channel = slack.say(ANNA, "does coursework need to match the cert?", channel=ANNA).channel
    until("the answer", lambda: slack.answers(channel))
    slack.say(ANNA, "status", channel=ANNA)
    until("the next answer", lambda: len(slack.answers(channel)) > 1)
    time.sleep(0.5)  # until the other would have answered, too
    assert len(slack.answers(channel)) == 2
    slack.click(ANNA, slack.answers(channel)[0], "Helpful")
    until("thanks", lambda: len(slack.answers(channel)) > 2)
    time.sleep(0.5)
    assert len(slack.answers(channel)) == 3


def test_a_reminder_is_sent_once(slack: LocalSlack, replicas: list[Replica], tmp_path: Path) -> None:
    now = datetime.now(UTC)
    channel = slack.say(ANNA, "hello", channel=ANNA).channel
    slack.command(ANNA, f"cert add ACP-620 suspends {now.date() + timedelta(days=20)}")
    slack.command(ANNA, "remind on")
    with closing(sqlite3.connect(tmp_path / "ce.db", isolation_level=None)) as db:
        db.execute("UPDATE reminders SET hour = ?", [now.astimezone(ANNAS_ZONE).hour])
        db.execute(
            "UPDATE outbox SET due_at = ?", [(now - timedelta(minutes=1)).isoformat(timespec="seconds")]
        )
    command, options = replicas[0]._command("remind"), {"cwd": tmp_path, "env": replicas[0]._environment}
    with ExitStack() as at_once:
        rounds = [
            at_once.enter_context(started(command, tmp_path / f"round{number}.log", **options))
            for number in range(4)
        ]
        assert [one.wait(15) for one in rounds] == [0] * 4
    reminders = [each for each in slack.answers(channel) if "/ce remind off" in each.text]
    assert len(reminders) == 1


def test_one_goes_on_where_the_other_is_killed(
    slack: LocalSlack, replicas: list[Replica], tmp_path: Path
) -> None:
    killing = Timer(KILLED_AFTER_S, replicas[0].kill)
    killing.start()
    done: list[str] = []
    while not killing.finished.is_set() or len(done) < ROUNDS:
        title = f"Round {len(done)}"
        assert title in slack.command(ANNA, f'add course "{title}" {ago(100)}').text
        done.append(title)
    killing.join()
    assert slack.command(ANNA, 'add course "The last one"').text
    assert logged(tmp_path) == sorted([*done, "The last one"])
