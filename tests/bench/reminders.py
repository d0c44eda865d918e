"""`make bench`: what a day of reminders costs, by how many are due and by how many there are.

Databases of certifications with reminders on, filled by SQL, their next notices spread over the year.
Measured is a day's planning, claiming and looking once more before each message, without Slack; beside it
stands the floor: the bare statement that finds what is due, in the same run.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import rules
from bot.clients import OneToken
from bot.console import LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.ledger import Claim, Ledger, Member
from bot.outcomes import Bundle, Delivered
from bot.views.reminders import message

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
SIZES = (10_000, 100_000, 1_000_000)
PER_MEMBER = 2
# So many of 10,000 certifications have a notice on the day.
DUE_OF_10_000 = 45
AIM_S = 2.0
AT_ONCE = 50
DUE = "SELECT workspace, addressee, member, code FROM outbox WHERE state = 'planned' AND due_at <= ?"


def fill(ledger: Ledger, credentials: int, due: int) -> None:
    """Members with two certifications each, reminders on, the next notices planned, `due` of them today."""
    numbers = f"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {credentials - 1})"
    of_members = f"{numbers} SELECT {{}} FROM n WHERE i % {PER_MEMBER} = 0"
    who = f"'T1', 'U' || (i / {PER_MEMBER})"
    # Notices of 30 days before, on the days of a year from tomorrow on, but for those that are due today.
    every = credentials // due
    is_due = f"i % {every} = 0 AND i < {every * due}"
    on = f"CASE WHEN {is_due} THEN '2026-11-01' ELSE date('2026-11-02', (i % 364) || ' days') END"
    suspends_on = f"date({on}, '30 days')"
    code = f"CASE i % {PER_MEMBER} WHEN 0 THEN 'ACP-620' ELSE 'ACP-120' END"
    policy = rules.fingerprint(rules.load_policy())
    db = ledger._db().conn
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN IMMEDIATE")
    db.execute(
        "INSERT INTO members (workspace, member, timezone, timezone_checked_at, enrolled_at) "
        + of_members.format(f"{who}, 'UTC', '{NOW.isoformat()}', '2026-01-01T00:00:00+00:00'")
    )
    db.execute(
        "INSERT INTO reminders (workspace, member, is_on, days, hour, quiet_weekends, may_mention) "
        + of_members.format(f"{who}, 1, '30', 9, 0, 0")
    )
    db.execute(
        "INSERT INTO standings (workspace, member, code, policy, as_of, level, started_on, suspends_on, "
        "expires_on, last_safe_day, dates, credited, required, exam_opens_on, exam_closes_on, courses, "
        f"global_events, local_events, presentations, warnings) {numbers} SELECT {who}, {code}, '{policy}', "
        f"'2026-10-01', 'ACP', date({suspends_on}, '-24 months'), {suspends_on}, "
        f"date({suspends_on}, '3 months'), date({suspends_on}, '88 days'), 'portal', 40, 100, "
        f"date({suspends_on}, '-3 months'), date({suspends_on}, '3 months', '-1 day'), 4, 0, 0, 0, '[]' "
        "FROM n"
    )
    db.execute(
        "INSERT INTO outbox (workspace, addressee, member, code, threshold, suspends_on, due_at, state) "
        f"{numbers} SELECT {who}, 'U' || (i / {PER_MEMBER}), {code}, '30', {suspends_on}, "
        f"{on} || 'T09:00:00+00:00', 'planned' FROM n"
    )
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("PRAGMA synchronous = FULL")


@dataclass
class Day:
    """One day over a database: each part measured in seconds."""

    desk: Desk
    ledger: Ledger

    def floor(self) -> int:
        """The bare statement."""
        return len(self.ledger._db().conn.execute(DUE, (NOW.isoformat(timespec="seconds"),)).fetchall())

    def claim(self) -> list[Claim]:
        """What every round does: see to what is stale, then claim what is due."""
        self.desk.upkeep.run(lambda _: True)
        claims: list[Claim] = []
        while found := self.desk.reminders.claim("T1", "bench", AT_ONCE):
            claims += found
        return claims

    def bundles(self, claims: list[Claim]) -> list[Bundle]:
        """The look right before each message."""
        return [found for claim in claims if (found := self.desk.reminders.bundle(claim))]

    def plan(self, claims: list[Claim]) -> None:
        """Plan anew what all of them are to be told."""
        for first in range(0, len(claims), AT_ONCE):
            with self.ledger.write() as writer:
                for claim in claims[first : first + AT_ONCE]:
                    who = Member(claim.workspace, claim.addressee)
                    found = self.desk._standings(who, NOW.date())
                    self.desk.reminders.replan(writer, who, found, NOW.date())

    def give_back(self, claims: list[Claim]) -> None:
        self.desk.reminders.give_back(claims)

    def settle(self, bundles: list[Bundle]) -> None:
        """Keep each as sent, durably, and plan what comes next."""
        for bundle in bundles:
            self.desk.reminders.settle(bundle, Delivered())


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Figures(NamedTuple):
    """What a day cost, in seconds."""

    credentials: int
    due: int
    floor_s: float
    claim_s: float
    look_s: float
    plan_s: float
    render_s: float
    settle_s: float

    @property
    def day_s(self) -> float:
        """Planner and claim: all but making the messages, sending and keeping them."""
        return self.claim_s + self.look_s + self.plan_s


def a_day(folder: Path, credentials: int, due: int, rounds: int = 3) -> Figures:
    """A day on which so many of so many certifications are due: the median of some rounds."""
    path = folder / f"{credentials}-{due}.db"
    ledger = Ledger(path)
    fill(ledger, credentials, due)
    courier = Courier(OneToken(LocalClient([])), submit=at_once, send=lambda url, payload: None)
    desk = Desk(ledger, rules.load_policy(), lambda: NOW, courier.timezone_of)
    while desk.upkeep.run(lambda _: True):  # whether the policy is another is looked for once in a process
        pass
    day = Day(desk, ledger)
    parts: dict[str, list[float]] = {"floor": [], "claim": [], "look": [], "plan": []}
    claims: list[Claim] = []
    bundles: list[Bundle] = []
    for _ in range(rounds):
        parts["floor"].append(seconds(day.floor))
        parts["claim"].append(seconds(lambda: claims.extend(day.claim())))
        parts["plan"].append(seconds(lambda: day.plan(claims)))
        parts["look"].append(seconds(lambda: bundles.extend(day.bundles(claims))))
        told = sum(len(bundle.notices) for bundle in bundles)
        assert told == due, (told, due)
        if len(parts["floor"]) < rounds:
            day.give_back(claims)
            claims.clear()
            bundles.clear()
    render_s = seconds(lambda: [message(bundle, desk.policy) for bundle in bundles])
    settle_s = seconds(lambda: day.settle(bundles))
    assert not desk.reminders.due_workspaces()
    ledger.close()
    path.unlink()
    floor, claim, look, plan = (statistics.median(found) for found in parts.values())
    return Figures(credentials, due, floor, claim, look, plan, render_s, settle_s)


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        shares = [a_day(folder, size, size * DUE_OF_10_000 // 10_000) for size in SIZES]
        fixed = [a_day(folder, size, DUE_OF_10_000) for size in SIZES]
    for title, found in (("0.45 % due", shares), (f"{DUE_OF_10_000} due", fixed)):
        for one in found:
            print(  # noqa: T201
                f"{title:>10} of {one.credentials:>9,}: {one.due:>5,} due; floor {one.floor_s * 1e3:.2f} ms, "
                f"plan {one.plan_s * 1e3:.1f}, claim {one.claim_s * 1e3:.1f}, look {one.look_s * 1e3:.1f}"
                f" (messages {one.render_s * 1e3:.1f}, kept {one.settle_s * 1e3:.1f})"
            )
    most = shares[-1]
    row(
        f"planner and claim, {most.due:,} due of {most.credentials:,}",
        f"{most.day_s:.2f} s = {most.day_s / most.floor_s:.0f} x floor",
        f"{AIM_S:.0f} s",
        met=most.day_s <= AIM_S,
    )
    growth = fixed[-1].day_s / fixed[0].day_s
    row(
        f"  {DUE_OF_10_000} due: of {SIZES[-1]:,} beside of {SIZES[0]:,}",
        f"{growth:.2f} x",
        "3.0 x",
        met=growth <= 3,
    )
    each = [one.day_s / one.due for one in shares]
    row(
        "  for each that is due, the largest beside the smallest",
        f"{each[-1] * 1e6:.0f} µs = {each[-1] / each[0]:.2f} x",
        "3.0 x",
        met=each[-1] <= 3 * each[0],
    )


def row(what: str, figure: str, aim: str, *, met: bool) -> None:
    """One line of the report."""
    print(f"{what:<58} {figure:>22}   aim {aim:<12} {'met' if met else 'MISSED'}")  # noqa: T201


if __name__ == "__main__":
    main()
