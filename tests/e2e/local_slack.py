"""A Slack on this machine and the bot beside it: what a person does there, and what the bot answers."""

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from string import Template
from subprocess import STDOUT, Popen, TimeoutExpired, run
from typing import Any

from slack_limits import problems, view_problems
from websocket import create_connection

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

ANNA, BEN, BOT = "U01ANNA", "U02BEN", "U0BOT"
TEAM = "C01TEAM"

# The calls by which the bot shows a modal.
MODALS = ("views.open", "views.push", "views.update")

SIGNING_SECRET = "local-signing-secret"
PATIENCE = 15  # seconds until something that should have happened has not
ACK_WITHIN = 3000  # milliseconds Slack waits for the answer to a command or a click
# What the log says of errors that nobody foresaw; Slack's own are to be expected in some tests.
UNFORESEEN = (" CRITICAL ", "Request failed", "was not answered", "could not be taken apart", "A round of")
STOPS_WITHIN = 8  # seconds; container supervisors kill after 10


@dataclass(frozen=True)
class Message:
    """What the bot sent, and where Slack keeps it (no ts: Slack keeps nothing to click on)."""

    channel: str
    ts: str | None
    sent: dict[str, Any]

    @property
    def text(self) -> str:
        """All that is there to read, without the marks for bold and italic."""
        return re.sub(r"[*_`~]", "", "\n".join(texts_in(self.sent)))

    def button(self, label: str) -> dict[str, Any]:
        """The action Slack sends for the button whose label contains `label`."""
        for block in self.sent.get("blocks", []):
            for element in [*block.get("elements", []), block.get("accessory", {})]:
                if element.get("type") == "button" and label in element["text"]["text"]:
                    return {"block_id": block.get("block_id", "b1")} | element  # Slack names each block
        raise AssertionError(f"No button {label!r} in: {self.sent}")


def stored(message: dict[str, Any]) -> Message:
    return Message(message["channel"], message["ts"], message)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a message, in order: its own and those of its blocks."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def until(what: str, happened: Callable[[], Any]) -> Any:
    """What `happened` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE
    while not (result := happened()):
        assert time.monotonic() < deadline, f"Not within {PATIENCE} s: {what}"
        time.sleep(0.02)
    return result


def ago(days: int) -> date:
    """The day so many days before today: the bot runs by the real clock."""
    return datetime.now(UTC).date() - timedelta(days=days)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(command: list[str], output: Path, **options: Any) -> Iterator[Popen]:
    """A process that writes to `output` and does not outlive the block."""
    with output.open("wb") as out, Popen(command, stdout=out, stderr=STDOUT, **options) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except TimeoutExpired:
                process.kill()
                raise


class LocalSlack:
    """The people of a workspace. What they type reaches the bot by Socket Mode or by signed HTTP."""

    def __init__(self, mode: str, folder: Path, port: int | None = None) -> None:
        self.mode = mode
        self.port, self.bot_port = port or free_port(), free_port()
        self.delivers_to = self.bot_port  # by HTTP; set before it runs where something stands between
        self.api = f"http://127.0.0.1:{self.port}/api/"  # what the bot calls; set so, too
        self._folder = folder

    @contextmanager
    def running(self) -> Iterator["LocalSlack"]:
        config = self._folder / "workspace.yaml"
        delivery = {"socket": "socket", "http": "events"}[self.mode]
        template = Template((HERE / "workspace.yaml").read_text(encoding="utf-8"))
        config.write_text(
            template.substitute(signing_secret=SIGNING_SECRET, delivery=delivery, bot_port=self.delivers_to),
            encoding="utf-8",
        )
        command = [
            str(HERE / "node_modules/local-slack-linux-x64/bin/local-slack"),
            *("--config", str(config), "--files-dir", str(self._folder / "files")),
            *("--port", str(self.port), "--base-host", "127.0.0.1"),
        ]
        with started(command, self._folder / "slack.log"):
            until("the local Slack listens", lambda: listens(self.port))
            yield self

    def command(self, member: str, text: str) -> Message:
        """`/ce TEXT`, typed in the team's channel, and the bot's direct answer to it."""
        kept = len(self.messages(TEAM))
        self._post("command", user=member, channel=TEAM, command="/ce", text=text)
        answer = self._acknowledged("slash_commands")
        # Local-slack keeps no answer that is plain text over HTTP; Slack does.
        new = self.messages(TEAM)[kept:]
        return Message(TEAM, new[0].ts if new else None, answer)

    def say(self, member: str, text: str, channel: str) -> Message:
        """A message as a person types it. A member's id for the channel: a direct message to the bot."""
        return stored(self._post("message", user=member, channel=channel, text=text)["message"])

    def drop(self, member: str, name: str, content: bytes, channel: str) -> None:
        """Drops a file where a message could be typed."""
        fields = {"channel": channel, "user": member}
        parts = [f'name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
        parts.append(f'name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'.encode() + content)
        body = b"".join(b"--drop\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts)
        answer = self._call("POST", "upload", body + b"--drop--\r\n", "multipart/form-data; boundary=drop")
        assert answer["ok"], answer

    def click(self, member: str, message: Message, label: str) -> None:
        """Presses a button; what the bot makes of it comes later."""
        self._post(
            "interact",
            user=member,
            channel=message.channel,
            messageTs=message.ts,
            action=message.button(label),
        )
        self._acknowledged("interactive")

    def modal(self, title: str) -> Message:
        """The modal with this title, once the bot has opened it or put it in the place of another."""

        def shown() -> dict[str, Any] | None:
            views = [one["detail"]["view"] for one in self._log() if one["summary"] in MODALS]
            return views[-1] if views and views[-1]["title"]["text"] == title else None

        return Message("", None, until(f"the modal {title}", shown))

    def submit(self, member: str, values: dict[str, dict[str, Any]]) -> Message:
        """Sends the form on top with what its fields hold, by their names: what is shown, or `errors`."""
        state = {name: {f"ce:field:{name}": value} for name, value in values.items()}
        before = self._answers_to_clicks()
        with closing(create_connection(f"ws://127.0.0.1:{self.port}/ui", timeout=PATIENCE)) as page:
            page.send(json.dumps({"t": "view_submit", "user": member, "values": state}))
            until("an answer to the form", lambda: self._answers_to_clicks() > before)
        answer = self._acknowledged("interactive")
        return Message("", None, answer.get("view", answer))

    def open_home(self, member: str) -> None:
        """Opens the Home tab of the bot."""
        self._post("open-home", user=member)

    def home(self, member: str) -> Message:
        """What the member's Home shows now; nothing before the bot has shown it."""
        views = [entry["detail"] for entry in self._log() if entry["summary"] == "views.publish"]
        shown = [one["view"] for one in views if one["user_id"] == member]
        return Message("", None, shown[-1] if shown else {})

    def messages(self, channel: str) -> list[Message]:
        """All in the channel as it stands now; also what only one member sees, and threads."""
        return [stored(each) for each in self._get(f"messages/{channel}")["messages"]]

    def answers(self, channel: str) -> list[Message]:
        return [each for each in self.messages(channel) if each.sent["user"] == BOT]

    def connected(self) -> bool:
        return any(entry["kind"] == "socket" and "hello" in entry["summary"] for entry in self._log())

    def sent_by_bot(self) -> str:
        """All the bot has sent, by whichever way, as JSON."""
        traffic = [entry.get("detail") for entry in self._log() if entry["direction"] == "from_bot"]
        return json.dumps([traffic, [each.sent for each in self.answers(TEAM)]], ensure_ascii=False)

    def _answers_to_clicks(self) -> int:
        """How many clicks and forms the bot has answered."""
        log, click = self._log(), ("to_bot", "interactive")
        clicks = [i for i, one in enumerate(log) if (one["direction"], one["kind"]) == click]
        return sum(any(one["kind"] in ("ack", "interactive") for one in log[i + 1 :]) for i in clicks)

    def refused(self) -> list[str]:
        """What Slack would not have taken of all that the bot has sent, and this one takes."""
        calls = [entry for entry in self._log() if entry["direction"] == "from_bot"]
        said = [one["detail"] for one in calls if one["summary"] in ("chat.postMessage", "chat.update")]
        shown = [one["detail"]["view"] for one in calls if one["summary"].startswith("views.")]
        views = [json.loads(view) if isinstance(view, str) else view for view in shown]
        found = [*map(problems, said), *map(view_problems, views)]
        return [problem for each in found for problem in each]

    def _acknowledged(self, kind: str) -> dict[str, Any]:
        """What came back for the last delivery of this kind: Slack shows it as the answer to a command."""
        log = self._log()
        last = max(
            i for i, entry in enumerate(log) if (entry["direction"], entry["kind"]) == ("to_bot", kind)
        )
        acks = [entry for entry in log[last + 1 :] if entry["kind"] in ("ack", kind)]
        assert acks, f"The bot did not answer: {log[last:]}"
        assert acks[0]["time"] - log[last]["time"] < ACK_WITHIN, acks[0]
        assert acks[0]["summary"].startswith(("ack ", "HTTP 200")), acks[0]
        body = acks[0].get("detail") or ""
        if isinstance(body, str):  # HTTP: a body as it came
            body = json.loads(body) if body.startswith("{") else {"text": body}
        return body

    def _log(self) -> list[dict[str, Any]]:
        return self._get("log")["log"]

    def _get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, None)

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        return self._call("POST", path, json.dumps(body))

    def _call(
        self, method: str, path: str, body: str | bytes | None, content_type: str = "application/json"
    ) -> dict[str, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, f"/_control/{path}", body, {"Content-Type": content_type})
            response = connection.getresponse()
            content = response.read().decode()
            assert response.status == 200, content
            return json.loads(content)
        finally:
            connection.close()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


class Bot:
    """The bot as it is started in earnest, its Slack being the local one."""

    def __init__(self, slack: LocalSlack, folder: Path) -> None:
        self._slack = slack
        self._folder = folder
        self._output = folder / "bot.log"
        self._metrics_port = free_port()
        self._process: Popen

    def watched(self, path: str) -> tuple[int, str]:
        """What whoever watches the bot reads on the port for that: status and body."""
        connection = HTTPConnection("127.0.0.1", self._metrics_port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    @property
    def _environment(self) -> dict[str, str]:
        """One of its own: no token or .env of the person who runs the tests."""
        environment = {
            "PATH": os.defpath,
            "SLACK_API_URL": self._slack.api,
            "SLACK_BOT_TOKEN": "xoxb-local",
            "CE_BOT_PORT": str(self._slack.bot_port),
            "CE_BOT_METRICS_PORT": str(self._metrics_port),
        }
        if self._slack.mode == "socket":
            environment["SLACK_APP_TOKEN"] = "xapp-local"
        else:
            environment["SLACK_SIGNING_SECRET"] = SIGNING_SECRET
        return environment

    def _command(self, word: str) -> list[str]:
        return [str(ROOT / ".venv/bin/ce-bot"), word, "--db", str(self._folder / "ce.db")]

    @contextmanager
    def running(self) -> Iterator["Bot"]:
        options = {"cwd": self._folder, "env": self._environment}
        with started(self._command("run"), self._output, **options) as self._process:
            until("the bot is ready", self._ready)
            yield self
            self.stop()

    def _ready(self) -> bool:
        assert self._process.poll() is None, self._output.read_text(encoding="utf-8")
        return self._slack.connected() if self._slack.mode == "socket" else listens(self._slack.bot_port)

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def remind(self) -> None:
        """One round of reminders beside the bot, as cron starts it."""
        run(self._command("remind"), cwd=self._folder, env=self._environment, check=True, timeout=PATIENCE)

    def stop(self) -> None:
        """As a supervisor stops it: what is in flight is finished, and nothing went wrong all along."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(STOPS_WITHIN)
        output = self._output.read_text(encoding="utf-8")
        assert code == 0, output
        assert "Traceback" not in output, output
        assert not [said for said in UNFORESEEN if said in output], output
