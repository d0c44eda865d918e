"""`make slack`: a Slack of one's own in the browser, and the bot in it, without an account.

`python tests/e2e/try_slack.py FOLDER` keeps what the bot is told in another folder than data/slack.

The local Slack listens on all interfaces and asks nobody for a password. So it and the bot get a network of
their own, with a socket in a folder of its owner's as the only way in; this process passes on to it what
comes to a port of this machine alone. Where no such network can be had, it starts only after being told so.
"""

import asyncio
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from slack_sdk import WebClient

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from e2e.deliveries import clickable, put_right  # noqa: E402
from e2e.local_slack import ANNA, BEN, Bot, LocalSlack, listens, until  # noqa: E402

FOLDER = Path("data/slack")
PORT = 3000
# What says that the local Slack may be open to everybody who reaches this machine.
OPEN = "CE_BOT_OPEN_SLACK"
PIECE = 65536
HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"(?<=\r\ncontent-length: )[0-9]+", re.IGNORECASE)
PAGE = re.compile(rb"GET /(?:archives/\S*)? ")
NOTHING = re.compile(rb"(?!)")
ENDS_WITHIN = 20  # seconds

ALONE = ("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
ALONE_AS_USER = ("unshare", "--map-root-user", *ALONE[1:])
LOOPBACK = ("sh", "-c", 'ip link set lo up && exec "$@"', "-")

NO_LINUX = "The local Slack is a program for Linux on x86-64 only; elsewhere, make run opens the console."
NOT_ALONE = (
    "The local Slack listens on all interfaces without a password, and this machine does not permit it a "
    f"network of its own (unshare, ip). Where nobody else reaches this machine: {OPEN}=1 make slack."
)


def told(address: str, folder: Path, is_open: bool) -> str:
    """What to do now."""
    earned_on = (datetime.now(UTC) - timedelta(days=200)).date()
    by_whom = "EVERYBODY WHO REACHES THIS MACHINE can use it" if is_open else "only this machine reaches it"
    return f"""
A Slack of your own: {address}
({by_whom}; Ctrl-C ends it and the bot)

In it are Anna and Ben: choose at the top right whom you "Act as". #team is a channel of both; below it are
the direct messages of each with the bot, which is called ce, and under Apps its Home tab.

Three things to try:
  1. In #team, as Anna: /ce cert add ACP-620 earned {earned_on}, then /ce add
  2. Apps, ce: the Home tab shows what is missing, and logs what you did
  3. In #team: @ce does coursework need to match the cert?

What the bot keeps is in {folder}, and there again next time; messages are not.
"""


def main(folder: Path) -> int:
    """Start all of it, pass on what comes, until Ctrl-C; 1 where it cannot be had."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return _refuse(NO_LINUX)
    if subprocess.run([ROOT / "tests/e2e/fetch"], check=False).returncode:
        return 1
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = _free(PORT)
    alone, is_open = _alone(), False
    if alone is None:
        if os.environ.get(OPEN) != "1":
            return _refuse(NOT_ALONE)
        alone, is_open = (), True
    with tempfile.TemporaryDirectory(prefix="ce-bot-slack-") as private:
        gate = None if is_open else Path(private) / "slack"
        again = [sys.executable, __file__, str(folder), "--inside", str(port), str(gate or "")]
        command = [*alone, *again]
        # It ends when this process does, for whatever reason: then nothing holds the other end of its input.
        # A session of its own, so that Ctrl-C comes here alone and ends one thing after the other.
        inside = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        return asyncio.run(_outside(inside, folder, gate, port))


def _refuse(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


def _free(port: int) -> int:
    """This port of this machine, or another one where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _alone() -> tuple[str, ...] | None:
    """What a command is put after to run in a network of its own; None where that cannot be had."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return None
    for alone in (ALONE, ALONE_AS_USER):
        if not subprocess.run([*alone, *LOOPBACK, "true"], check=False, capture_output=True).returncode:
            return (*alone, *LOOPBACK)
    return None


async def _outside(inside: subprocess.Popen[bytes], folder: Path, gate: Path | None, port: int) -> int:
    """Pass on what comes to the port, once all has started, until Ctrl-C or until something in it ends."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    assert inside.stdin
    assert inside.stdout
    ended = loop.run_in_executor(None, inside.wait)
    stopped = asyncio.ensure_future(stop.wait())
    started = loop.run_in_executor(None, inside.stdout.readline)
    await asyncio.wait((started, stopped, ended), return_when=asyncio.FIRST_COMPLETED)
    async with _Doors() as doors:
        if started.done() and started.result() and not stop.is_set():
            if gate:
                await doors.open_port(port, gate)
            sys.stdout.write(told(f"http://127.0.0.1:{port}/", folder, is_open=gate is None))
            sys.stdout.flush()
            await asyncio.wait((stopped, ended), return_when=asyncio.FIRST_COMPLETED)
    fell = not stop.is_set()
    stopped.cancel()
    inside.stdin.close()
    try:
        code = await asyncio.wait_for(ended, ENDS_WITHIN)
    except TimeoutError:
        os.killpg(inside.pid, signal.SIGKILL)
        code = await loop.run_in_executor(None, inside.wait)
    if fell:
        return _refuse(f"It ended by itself; {folder}/bot.log and slack.log say why.")
    sys.stdout.write("The bot and its Slack have ended.\n")
    return 0 if code == 0 else 1


class _Doors:
    """Listeners that pass on to somewhere else what comes, both ways, and end together."""

    def __init__(self) -> None:
        self._servers: list[asyncio.Server] = []
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "_Doors":
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for passing in self._passing:
            passing.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def open_port(self, port: int, gate: Path) -> None:
        """A port of this machine alone, to a socket in the file system."""

        async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_unix_connection(gate)
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                asked = await reader.readuntil(HEAD_ENDS)
                far_writer.write(asked)
                if PAGE.match(asked):
                    writer.write(await _with_buttons(far_reader))
                    far_writer.close()
            await self._pass(reader, writer, far_reader, far_writer, but=PAGE)

        self._servers.append(await asyncio.start_server(came, "127.0.0.1", port))

    async def open_gate(self, gate: Path, port: int) -> None:
        """A socket in the file system, to a port."""

        async def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._pass(reader, writer, *await asyncio.open_connection("127.0.0.1", port))

        self._servers.append(await asyncio.start_unix_server(came, gate))

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
        but: re.Pattern[bytes] = NOTHING,
    ) -> None:
        both = [
            asyncio.ensure_future(_poured(reader, far_writer, but)),
            asyncio.ensure_future(_poured(far_reader, writer)),
        ]
        self._passing.update(both)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._passing.difference_update(both)
            for passing in both:
                passing.cancel()
            for end in (writer, far_writer):
                end.close()


async def _with_buttons(far_reader: asyncio.StreamReader) -> bytes:
    """The answer to a request for the page, with buttons in modals that can be pressed."""
    head = await far_reader.readuntil(HEAD_ENDS)
    (length,) = LENGTH.findall(head)
    page = await far_reader.readexactly(int(length))
    content = clickable(page.decode()).encode()
    return LENGTH.sub(b"%d\r\nConnection: close" % len(content), head) + content


async def _poured(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, but: re.Pattern[bytes] = NOTHING
) -> None:
    """Pass on what comes, until nothing does, or what is not to be passed on here: browsers ask again."""
    with suppress(ConnectionError):
        while (piece := await reader.read(PIECE)) and not but.match(piece):
            writer.write(piece)
            await writer.drain()


def inside(folder: Path, port: int, gate: Path | None) -> int:
    """Run the local Slack and the bot until the input ends; a line on the output when all has started."""
    with suppress(AssertionError), ExitStack() as stack:  # the logs say what went wrong
        slack = LocalSlack("http", folder, port)
        stack.enter_context(put_right(slack))
        stack.enter_context(slack.running())
        bot = Bot(slack, folder)
        stack.enter_context(bot.running())
        client = WebClient("xoxb-local", base_url=f"http://127.0.0.1:{port}/api/")
        for member in (ANNA, BEN):  # so that their direct messages are there to choose
            client.conversations_open(users=member)
        until("the local Slack shows its page", lambda: listens(port))
        return asyncio.run(_inside(port, gate, bot))
    return 1


async def _inside(port: int, gate: Path | None, bot: Bot) -> int:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def wait_for_the_end() -> None:
        while os.read(sys.stdin.fileno(), PIECE):
            """Nothing is said, only the end."""
        with suppress(RuntimeError):  # it has ended by itself
            loop.call_soon_threadsafe(ended.set)

    Thread(target=wait_for_the_end, daemon=True).start()
    async with _Doors() as doors:
        if gate:
            await doors.open_gate(gate, port)
        sys.stdout.write("started\n")
        sys.stdout.flush()
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), timeout=1)
            if not bot.is_running or not listens(port):
                return 1
    return 0


if __name__ == "__main__":
    where, *rest = sys.argv[1:] or [FOLDER]
    if rest[:1] == ["--inside"]:
        sys.exit(inside(Path(where).resolve(), int(rest[1]), Path(rest[2]) if rest[2] else None))
    sys.exit(main(Path(where)))
