"""`make bench`: what the bot costs, beside a floor measured in the same run.

Each figure is a median; rounds of floor and bot alternate, so that a noisy machine disturbs both alike.
"""

import hashlib
import hmac
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from slack_bolt import Ack, App, BoltRequest

import rules
from bot.app import build_app
from bot.clients import OneToken
from bot.console import LocalClient
from bot.courier import Courier
from bot.desk import Desk
from bot.ledger import Ledger, LoggedActivity, Member
from bot.views.home import home as views_home

from .planning import forecast_s, plan_ms

SECRET = "a-signing-secret"
TODAY = date(2026, 11, 1)
CREDENTIALS = (("ACP-620", date(2024, 1, 1)), ("ACP-120", date(2024, 5, 1)), ("ACA-100", date(2025, 2, 1)))
ACTIVITIES = 50
KEYS = count(1)


def signed(text: str, member: str) -> BoltRequest:
    """A slash command as Slack sends it by HTTP."""
    body = urlencode(
        {
            "command": "/ce",
            "text": text,
            "user_id": member,
            "team_id": "T1",
            "channel_id": "C1",
            "trigger_id": f"{next(KEYS)}.1",
            "response_url": "https://hooks.example/1",
            "is_enterprise_install": "false",
        }
    )
    stamp = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "content-type": ["application/x-www-form-urlencoded"],
        "x-slack-request-timestamp": [stamp],
        "x-slack-signature": [f"v0={signature}"],
    }
    return BoltRequest(body=body, headers=headers)


def ack_only() -> App:
    """The floor: a Bolt app whose listener does nothing but answer."""
    app = App(client=LocalClient([]), signing_secret=SECRET, process_before_response=True)

    @app.command("/ce")
    def answer(ack: Ack) -> None:
        ack("ok")

    return app


def a_history(seed: int) -> tuple[LoggedActivity, ...]:
    """Some 50 activities of three years, most of them courses."""
    dice = random.Random(seed)
    kinds = [rules.Kind.COURSE] * 6 + [rules.Kind.LOCAL_EVENT, rules.Kind.GLOBAL_EVENT]
    days = sorted(date(2024, 1, 15) + timedelta(days=dice.randrange(1000)) for _ in range(ACTIVITIES))
    return tuple(
        LoggedActivity(number, dice.choice(kinds), day, f"Course {number}")
        for number, day in enumerate(days, start=1)
    )


def enrol(desk: Desk, ledger: Ledger, who: Member, seed: int) -> None:
    """A member with three certifications and 50 activities, in one transaction."""
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    with ledger.write() as writer:
        writer.set_timezone(who, "UTC", now)
        change = writer.begin_change(who, "import", "bench", now)
        for activity in a_history(seed):
            writer.next_number(who, now)
            writer.add_activity(who, activity, change)
        for code, earned_on in CREDENTIALS:
            writer.add_credential(who, code, earned_on, change)
        desk._settle(writer, who, (), TODAY)


def later(_: Callable[[], object]) -> "Future[object]":
    """A pool that comes round to nothing: what is done after the answer is not part of it."""
    return Future()


class Bench:
    """A bot over a database of its own, with some members."""

    def __init__(self, folder: Path, members: int) -> None:
        self.ledger = Ledger(folder / f"{members}.db")
        client = LocalClient([])
        courier = Courier(OneToken(client), submit=later, send=lambda url, payload: None)
        clock = lambda: datetime(2026, 11, 1, 12, tzinfo=UTC)  # noqa: E731
        self.desk = Desk(self.ledger, rules.load_policy(), clock, courier.timezone_of)
        self.app = build_app(self.desk, courier, client, signing_secret=SECRET)
        for number in range(members):
            enrol(self.desk, self.ledger, Member("T1", f"U{number}"), number)


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """How long each round took, in microseconds."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1e6)
    return found


def medians(jobs: dict[str, tuple[Callable[[], object], int]], blocks: int = 20) -> dict[str, float]:
    """The median of each job in microseconds, the jobs taking turns."""
    for work, _ in jobs.values():
        timed(work, 20)
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(blocks):
        for name, (work, rounds) in jobs.items():
            found[name] += timed(work, rounds)
    return {name: statistics.median(times) for name, times in found.items()}


def dispatched(app: App, text: Callable[[], str], member: Callable[[], str]) -> Callable[[], object]:
    """A job: one signed command through the app."""

    def work() -> None:
        answer = app.dispatch(signed(text(), member()))
        assert answer.status == 200, answer.body

    return work


def after_a_write(ledger: Ledger, work: Callable[[], object], rounds: int = 400) -> float:
    """The median of a job right after a durable write, in microseconds.

    Waiting for the disk leaves the processor's caches cold, which every durable command pays for.
    """
    found = []
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    for number in range(rounds):
        with ledger.write() as writer:
            writer.next_number(Member("T1", f"U{number % 1000}"), now)
        found += timed(work, 1)
    return statistics.median(found)


def process_ms(command: list[str], stdin: str = "", runs: int = 15) -> float:
    """The median time a process takes, in milliseconds."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)
        found.append((time.perf_counter() - start) * 1e3)
    return statistics.median(found)


def first_prompt_ms(folder: Path, runs: int = 7) -> float:
    """The median time from `ce-bot run` without tokens to its first two lines, in milliseconds."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        command = [sys.executable, "-m", "bot", "run", "--db", str(folder / "prompt.db")]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin"}
        ) as bot:
            assert bot.stdout
            bot.stdout.readline()
            bot.stdout.readline()
            found.append((time.perf_counter() - start) * 1e3)
            bot.communicate("")
    return statistics.median(found)


def row(what: str, figure: str, aim: str, *, met: bool) -> None:
    """One line of the report."""
    print(f"{what:<58} {figure:>22}   aim {aim:<12} {'met' if met else 'MISSED'}")  # noqa: T201


def main() -> None:
    """Measure and report."""
    print(f"Python {platform.python_version()}, {platform.machine()}, SQLite {_sqlite_version()}")  # noqa: T201
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        one, many = Bench(folder, 1), Bench(folder, 1000)
        dice = random.Random(7)
        titles = count(1)
        found = medians(
            {
                "ack": (dispatched(ack_only(), lambda: "status", lambda: "U0"), 200),
                "status": (dispatched(one.app, lambda: "status", lambda: "U0"), 200),
                "status of 1,000": (
                    dispatched(many.app, lambda: "status", lambda: f"U{dice.randrange(1000)}"),
                    200,
                ),
                "add": (
                    dispatched(
                        many.app,
                        lambda: f'add course "Bench {next(titles)}" 2026-10-30',
                        lambda: f"U{dice.randrange(1000)}",
                    ),
                    40,
                ),
            }
        )
        ack = found["ack"]
        row("listener that only acks, through Bolt", f"{ack:.0f} µs", "-", met=True)
        status, add = found["status"] / ack, found["add"] / ack
        row(
            "/ce status, 3 certifications, 50 activities",
            f"{found['status']:.0f} µs = {status:.2f} x",
            "3.0 x",
            met=status <= 3,
        )
        row("/ce add, durable", f"{found['add']:.0f} µs = {add:.2f} x", "9.0 x", met=add <= 9)
        cold = after_a_write(many.ledger, dispatched(ack_only(), lambda: "status", lambda: "U0"))
        row(
            "  the ack right after a durable write, and add beside it",
            f"{cold:.0f} µs, {found['add'] / cold:.2f} x",
            "-",
            met=True,
        )
        who = Member("T1", "U0")
        home = statistics.median(timed(lambda: views_home(many.desk.home(who, TODAY), many.desk.policy), 200))
        row("  Home made anew after it, in a thread of its own", f"{home:.0f} µs", "-", met=True)
        spread = found["status of 1,000"] / found["status"]
        row("/ce status among 1,000 members", f"{spread:.2f} x one member", "1.2 x", met=spread <= 1.2)

        policy = rules.load_policy()
        credentials = tuple(rules.Credential(code, earned_on) for code, earned_on in CREDENTIALS)
        facts = tuple(activity.as_fact() for activity in a_history(0))
        history = rules.History(TODAY, credentials, facts)
        found = medians(
            {
                "standings": (lambda: rules.standings(history, policy), 200),
                "explained": (lambda: rules.explained(history, policy), 200),
            }
        )
        replay, reasons = found["standings"], found["explained"] / found["standings"]
        row("rules.standings, 3 credentials, 50 activities", f"{replay:.0f} µs", "150 µs", met=replay <= 150)
        row(
            "rules.explained beside it",
            f"{found['explained']:.0f} µs = {reasons:.2f} x",
            "2.0 x",
            met=reasons <= 2,
        )
        times, proven = plan_ms()
        middle, last = times[len(times) // 2], times[-1]
        row(
            "a plan, 5 credentials, 60 activities, p50 of 1,000",
            f"{middle:.1f} ms",
            "50 ms",
            met=middle <= 50,
        )
        row("  the slowest of 1,000 histories", f"{last:.0f} ms", "250 ms", met=last <= 250)
        row("  proven best", f"{proven:.1%}", "-", met=True)
        team = forecast_s()
        row("rules.forecast, 1,000 people, 24 months", f"{team:.2f} s", "2 s", met=team <= 2)

        bare = process_ms([sys.executable, "-c", "pass"])
        usage = process_ms([str(Path(sys.executable).with_name("ce-bot")), "--help"]) - bare
        row("ce-bot --help, beyond python -c pass", f"{usage:.0f} ms", "150 ms", met=usage <= 150)
        prompt = first_prompt_ms(folder)
        row("ce-bot run to its first prompt", f"{prompt:.0f} ms", "1000 ms", met=prompt <= 1000)


def _sqlite_version() -> str:
    import sqlite3

    return sqlite3.sqlite_version


if __name__ == "__main__":
    main()
