"""The bot behind its HTTP server: requests a second with 16 in flight, beside a bare ack; start to ready.

Two processors are shared by the server, the load and whatever else runs: rounds of floor and bot alternate.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count, islice
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

import rules
from bot.desk import Desk
from bot.front import Front
from bot.ledger import Ledger, Member
from bot.listeners.commands import name_of
from bot.metrics import Metrics
from bot.receiving import Receiver
from bot.web import Web

from .__main__ import ack_only, enrol, row
from .load import Load, load, signed_request

ROOT = Path(__file__).parent.parent.parent
SECRET = "a-signing-secret"
MEMBERS = 200
IN_FLIGHT = 16
ROUNDS, REQUESTS = 12, 1200
STUB, BARE, BOT = 39_201, 39_202, 39_203
PATIENCE_S = 20


def status_of(member: str, key: int) -> bytes:
    """`/ce status`, as Slack sends it."""
    fields = {
        "token": "verification",
        "team_id": "T1",
        "team_domain": "acme",
        "channel_id": "C1",
        "channel_name": "general",
        "user_id": member,
        "user_name": "somebody",
        "command": "/ce",
        "text": "status",
        "api_app_id": "A1",
        "is_enterprise_install": "false",
        "response_url": "https://hooks.example/1",
        "trigger_id": f"{key}.1.x",
    }
    return signed_request(urlencode(fields).encode(), SECRET)


def bare(port: int) -> None:
    """The floor: the same server, front and checks, and behind them a listener that only acks."""
    front = Front(Receiver(ack_only(), Metrics(), name_of), SignatureVerifier(SECRET))
    Web(front, "127.0.0.1", port, lambda kind, status: None).run(lambda: None, lambda: None)


@contextmanager
def process(
    command: list[str], errors_to: IO[str] | None = None, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Python's, ended with the block."""
    environment = {"PATH": os.defpath, **variables}
    command = [sys.executable, "-m", *command]
    with subprocess.Popen(command, env=environment, stderr=errors_to, cwd=ROOT) as found:
        try:
            yield found
        finally:
            found.terminate()
            found.wait(PATIENCE_S)


def ready(port: int, path: str = "/readyz") -> None:
    """Wait until a server answers; what it says of a path it does not know will do."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", path)
            if connection.getresponse().status in (200, 404):
                return
        except OSError:
            assert time.monotonic() < give_up_at, "The server does not start."
        finally:
            connection.close()
        time.sleep(0.005)


@contextmanager
def bot(
    folder: Path, stub: int = STUB, port: int = BOT, errors_to: IO[str] | None = None, **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`ce-bot run` by HTTP, over the database of a folder."""
    with process(
        ["bot", "run", "--db", str((folder / "ce.db").resolve())],
        errors_to,
        SLACK_BOT_TOKEN="xoxb-bench",
        SLACK_SIGNING_SECRET=SECRET,
        SLACK_API_URL=f"http://127.0.0.1:{stub}/api/",
        CE_BOT_PORT=str(port),
        **variables,
    ) as found:
        yield found


def prepare(folder: Path, members: int = MEMBERS) -> None:
    """A database of members with three certifications and 50 activities each."""
    ledger = Ledger(folder / "ce.db")
    desk = Desk(ledger, rules.load_policy(), lambda: datetime.now(UTC), lambda who: "UTC")
    for number in range(members):
        enrol(desk, ledger, Member("T1", f"U{number}"), number)
    ledger.close()


def rss_mb(pid: int) -> float:
    """The memory a process holds, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"Process {pid} has no memory.")


def start_s(folder: Path, runs: int = 5) -> float:
    """The median time from `ce-bot run` to the first answer that it is ready, in seconds."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        with bot(folder):
            ready(BOT)
            found.append(time.perf_counter() - began)
    return statistics.median(found)


def main() -> None:
    """Measure and report."""
    keys = count(1)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        prepare(folder)
        stack.enter_context(process(["tests.bench.stub", str(STUB)]))
        ready(STUB)
        starts = start_s(folder)
        stack.enter_context(process(["tests.bench.front", "bare", str(BARE)]))
        served = stack.enter_context(bot(folder))
        ready(BARE)
        ready(BOT)
        requests = lambda: [status_of(f"U{key % MEMBERS}", key) for key in islice(keys, REQUESTS)]  # noqa: E731
        found: dict[int, list[Load]] = {BARE: [], BOT: []}
        for round_number in range(ROUNDS + 1):
            for port, loads in found.items():
                measured = load(port, requests(), IN_FLIGHT)
                assert set(measured.statuses) == {200}, measured
                if round_number:  # the first warms up
                    loads.append(measured)
        memory = rss_mb(served.pid)
    floor, ours = (max(loads, key=lambda one: one.per_s) for loads in found.values())
    for what, one in (("HTTP: a bare ack", floor), ("HTTP: /ce status", ours)):
        print(  # noqa: T201
            f"{what}, at best: {one.per_s:.0f} requests/s, p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms "
            f"(the load itself {one.own_us:.0f} µs a request)"
        )
    middle = {port: statistics.median(one.per_s for one in loads) for port, loads in found.items()}
    p99 = statistics.median(one.p99_ms for one in found[BOT])
    # Each round beside the one before it: what else runs disturbs both alike.
    pairs = zip(found[BARE], found[BOT], strict=True)
    ratio = statistics.median(bare_ack.per_s / status.per_s for bare_ack, status in pairs)
    row("HTTP /ce status, 16 in flight", f"{middle[BOT]:.0f}/s", "1500/s", met=middle[BOT] >= 1500)
    row("  p99", f"{p99:.1f} ms", "25 ms", met=p99 <= 25)
    row("  beside a bare ack on the same server", f"{ratio:.2f} x", "3.0 x", met=ratio <= 3)
    row("HTTP start to ready", f"{starts:.2f} s", "1.5 s", met=starts <= 1.5)
    row("  memory after all that", f"{memory:.0f} MB", "110 MB", met=memory <= 110)


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        bare(int(sys.argv[2]))
    else:
        main()
