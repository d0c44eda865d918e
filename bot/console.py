"""A chat with the real bot in a terminal or through a pipe: only Slack's Web API behind it is a stand-in."""

import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from slack_bolt import BoltRequest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from rules import load_policy

from .app import build_app
from .clients import OneToken
from .courier import Courier
from .curating import NOBODY, Curators
from .dates import DateError, read_date, with_weekday
from .desk import Desk
from .ledger import Ledger
from .rounds import CONSOLE, Rounds
from .settings import Settings
from .terminal import Screen, screen
from .views.blocks import Block, View, escaped

WORKSPACE = CONSOLE
BOT = "UBOT"
CURATORS_CHANNEL = "CCURATORS"
# A day moved to is at noon; late on it every hour that a reminder may come at has come.
NOON, LATE = 12, 23
HINTS = (
    'Type /ce help, /ce add course "Jira Automation" yesterday, or a question; !time 2026-01-01 sets the day',
    "To connect Slack, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN in .env and start again: see README.md.",
)
FILE_KEPT = "{about}\nThe file is {path}"
NO_BUTTON = "No button of the last reply says {label!r}. It has: {labels}."
NO_BUTTONS = "The last reply has no buttons."
NO_FILE = "There is no file {path}: name one as this folder has it, or with its whole path."
UNKNOWN_DIRECTIVE = (
    "{word} is not known here: !click TEXT presses a button, !time DATE moves the clock, !file PATH drops a "
    "file into the direct message."
)

_MENTION = re.compile(r"(?<!\S)@(\w+)")  # on its own: in a link or an address it is none


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the bot said: to whom or where, how (reply, message, update), what, and in which channel."""

    to: str
    kind: str
    text: str
    blocks: list[Block]
    channel: str = ""

    def as_json(self) -> str:
        """One line of the JSON form."""
        return json.dumps({"to": self.to, "kind": self.kind, "text": self.text, "blocks": self.blocks})


class DirectiveError(ValueError):
    """A line meant for the console itself cannot be done; the message says why."""


class Clock:
    """The console's time: the real one, until it is moved to noon of some day."""

    def __init__(self) -> None:
        self.moved_to: date | None = None
        self.hour = NOON

    def __call__(self) -> datetime:
        if self.moved_to is None:
            return datetime.now(UTC)
        return datetime.combine(self.moved_to, time(self.hour), UTC)


class LocalClient(WebClient):
    """Slack's Web API as far as the bot uses it, answered here; files sent are kept in `folder`."""

    def __init__(self, said: list[Said], folder: Path | None = None) -> None:
        super().__init__(token="xoxb-console")  # noqa: S106 - no secret
        self._said = said
        self._folder = folder
        self._numbers = itertools.count(1)
        # The modals that stand open, the topmost last, and everybody's Home.
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}

    def api_call(self, api_method: str, **request: Any) -> SlackResponse:
        """Answer a call as Slack would."""
        values = {**(request.get("json") or {}), **(request.get("params") or {})}
        if api_method == "auth.test":
            return self._answer(api_method, user_id=BOT, bot_id="BBOT", team_id=WORKSPACE, team="Console")
        if api_method == "users.info":
            name = values["user"].removeprefix("U").lower()
            user = {"id": values["user"], "tz": "UTC", "name": name, "is_bot": values["user"] == BOT}
            return self._answer(api_method, user=user)
        if api_method == "conversations.open":
            return self._answer(api_method, channel={"id": f"D{_name(values['users'])}"})
        if api_method == "chat.postMessage":
            to = _name(values["channel"])
            channel = f"D{to}" if values["channel"].startswith("U") else values["channel"]
            self._said.append(Said(to, "message", values["text"], values.get("blocks") or [], channel))
            return self._answer(api_method, channel=channel, ts=f"{next(self._numbers)}.0")
        if api_method == "chat.update":
            channel = values["channel"]
            said = Said(_name(channel), "update", values["text"], values.get("blocks") or [], channel)
            self._said.append(said)
            return self._answer(api_method, channel=channel, ts=values["ts"])
        if api_method in ("views.open", "views.push", "views.update"):
            return self._show(api_method, values)
        if api_method == "views.publish":
            self.homes[values["user_id"]] = values["view"]
            return self._answer(api_method, view={**values["view"], "id": f"V{values['user_id']}"})
        return self._answer(api_method, ok=False, error="unknown_method")

    def _show(self, api_method: str, values: dict[str, Any]) -> SlackResponse:
        """Show a view over what there is, alone, or in the place of another."""
        view = values["view"]
        view_id = values.get("view_id") or f"V{next(self._numbers)}"
        if api_method == "views.open":
            self.views.clear()
        if api_method == "views.update" and view_id not in self.views:
            return self._answer(api_method, ok=False, error="not_found")
        self.views[view_id] = view
        return self._answer(api_method, view={**view, "id": view_id})

    def files_upload_v2(self, **values: Any) -> SlackResponse:
        """Keep a file where its reader finds it, instead of uploading it."""
        content, text = values["content"], values["initial_comment"]
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / values["filename"]
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            text = FILE_KEPT.format(about=text, path=path)
        self._said.append(Said(_name(values["channel"]), "message", text, []))
        return self._answer("files.completeUploadExternal", files=[])

    def _answer(self, api_method: str, *, ok: bool = True, **data: Any) -> SlackResponse:
        answer = SlackResponse(
            client=self,
            http_verb="POST",
            api_url=api_method,
            req_args={},
            data={"ok": ok, **data},
            headers={},
            status_code=200,
        )
        answer.validate()  # type: ignore[no-untyped-call]
        return answer


class Console:
    """One conversation: lines in, what the bot said out, each line through Bolt as Slack would send it."""

    def __init__(self, ledger: Ledger, *, name: str, clock: Clock, curators: Curators = NOBODY) -> None:
        self.clock = clock
        self._name = name
        self._said: list[Said] = []
        self._buttons: list[Block] = []
        self._clickable: Said | None = None
        self._channels: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._session = f"{datetime.now(UTC).timestamp():.6f}"
        client = LocalClient(self._said, Path(ledger.path).with_name("files"))
        courier = Courier(OneToken(client), submit=at_once, send=self._update, fetch=_dropped)
        desk = Desk(ledger, load_policy(), clock, courier.timezone_of, curators, courier.people_of)
        self._app = build_app(desk, courier, client)
        self._rounds = Rounds(desk, courier, clock, WORKSPACE.__eq__)
        self._speaker = name

    def feed(self, line: str) -> list[Said]:
        """What the bot says to one line.

        Raises DirectiveError for a line beginning with `!` that cannot be done.
        """
        self._said.clear()
        line = line.strip()
        if line.startswith("!"):
            self._direct(line)
        elif line:
            self._speak(line)
        self._said[:] = [replace(said, to=self._channels.get(said.to, said.to)) for said in self._said]
        for said in self._said:
            buttons = _buttons_of(said.blocks)
            if buttons or said.kind == "update":  # an update takes the place of the message with the buttons
                self._buttons = buttons
                where = self._clickable and self._clickable.channel
                if said.kind != "update" or said.channel != where:  # else it is the message clicked on
                    self._clickable = said
        return list(self._said)

    def _direct(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "!time":
            self.move(rest)
            self._remind()
        elif word == "!click":
            self._click(rest.strip())
        elif word == "!file":
            self._drop(rest.strip())
        else:
            raise DirectiveError(UNKNOWN_DIRECTIVE.format(word=word))

    def move(self, text: str) -> None:
        """Move the clock to a day.

        Raises DirectiveError for what is no date.
        """
        try:
            self.clock.moved_to = read_date(text, self.clock().date(), future=True)
        except DateError as error:
            raise DirectiveError(error.sentence) from None

    def _remind(self) -> None:
        """Do what is due on this day, whichever hour it is due at."""
        while self._rounds.see_to():
            pass
        try:
            for self.clock.hour in (NOON, LATE):
                self._rounds.send()
        finally:
            self.clock.hour = NOON

    def _drop(self, path: str) -> None:
        file = Path(path.strip("'\"")).expanduser()
        if not file.is_file():
            raise DirectiveError(NO_FILE.format(path=path))
        self._speaker = self._name
        dropped = {"name": file.name, "size": file.stat().st_size, "url_private_download": str(file)}
        event = {"type": "message", "subtype": "file_share", "channel": f"D{self._speaker}"}
        self._event({**event, "channel_type": "im", "files": [dropped]}, "")

    def _speak(self, line: str) -> None:
        speaker, channel, is_plain = self._name, None, False
        while (word := line.partition(" ")[0])[0] in "@#" and len(word) > 1 and " " in line:
            if word[0] == "@":
                speaker = word[1:]
            else:
                channel, is_plain = word.removesuffix(":"), word.endswith(":")
            line = line.partition(" ")[2].strip()
        self._speaker = speaker
        if line.startswith("/"):
            self._command(line, channel)
        elif channel and is_plain:
            said_in = {"channel": self._channel_id(channel), "channel_type": "channel"}
            self._event({"type": "message", **said_in}, escaped(line))
        elif channel:
            self._mention(line, channel)
        else:
            self._message(line)

    def _command(self, line: str, channel: str | None) -> None:
        command, _, text = line.partition(" ")
        body = {
            "command": command,
            "text": _MENTION.sub(lambda found: f"<@{_id(found[1])}|{found[1]}>", escaped(text)),
            "user_id": _id(self._speaker),
            "user_name": self._speaker,
            "team_id": WORKSPACE,
            "channel_id": self._channel_id(channel) if channel else f"D{self._speaker}",
            "channel_name": channel or "directmessage",
            "trigger_id": self._key(),
            "response_url": "console",
            "is_enterprise_install": "false",
        }
        answer = self._dispatch(body)
        if answer.status == 404:
            raise DirectiveError(f"{command} is no command of this bot: /ce help shows what there is.")
        said = json.loads(answer.body)
        to = channel if channel and said["response_type"] == "in_channel" else self._speaker
        blocks = said.get("blocks") or []
        self._said.insert(0, Said(to, "reply", said["text"], blocks, body["channel_id"]))

    def _mention(self, text: str, channel: str) -> None:
        self._event(
            {"type": "app_mention", "channel": self._channel_id(channel), "channel_type": "channel"},
            f"<@{BOT}> {escaped(text)}",
        )

    def _message(self, text: str) -> None:
        event = {"type": "message", "channel": f"D{self._speaker}", "channel_type": "im"}
        self._event(event, escaped(text))

    def _event(self, event: dict[str, Any], text: str) -> None:
        key = self._key()
        self._dispatch(
            {
                "type": "event_callback",
                "team_id": WORKSPACE,
                "event_id": key,
                "event": {**event, "user": _id(self._speaker), "text": text, "ts": key},
            }
        )

    def _click(self, label: str) -> None:
        labels = [button["text"]["text"] for button in self._buttons]
        found = next((one for one in self._buttons if label.lower() in one["text"]["text"].lower()), None)
        if not labels:
            raise DirectiveError(NO_BUTTONS)
        if not found:
            raise DirectiveError(NO_BUTTON.format(label=label, labels=", ".join(labels)))
        assert self._clickable
        if self._clickable.channel.startswith("D") or self._is_ephemeral():
            self._speaker = self._clickable.to  # nobody else sees it
        self._dispatch(
            {
                "type": "block_actions",
                "team": {"id": WORKSPACE},
                "user": {"id": _id(self._speaker)},
                "actions": [{**found, "block_id": "1"}],
                "trigger_id": self._key(),
                "response_url": "console",
                "container": self._container(),
            }
        )

    def _container(self) -> dict[str, Any]:
        """Where the message with the buttons is; the answer to a command only its speaker sees."""
        assert self._clickable
        return {
            "type": "message",
            "channel_id": self._clickable.channel,
            "is_ephemeral": self._is_ephemeral(),
        }

    def _is_ephemeral(self) -> bool:
        assert self._clickable
        return self._clickable.kind == "reply" and not self._clickable.to.startswith("#")

    def _channel_id(self, name: str) -> str:
        """The channel id that stands for a name, which is shown in its place from now on."""
        channel = "C" + re.sub(r"\W", "", name).upper()
        self._channels[channel] = name
        return channel

    def _dispatch(self, body: dict[str, Any]) -> Any:
        return self._app.dispatch(BoltRequest(body=body, mode="socket_mode"))

    def _update(self, _url: str, payload: dict[str, Any]) -> None:
        kind = "update" if payload["replace_original"] else "reply"
        channel = self._clickable.channel if self._clickable else ""
        self._said.append(Said(self._speaker, kind, payload["text"], payload["blocks"], channel))

    def _key(self) -> str:
        return f"{self._session}.{next(self._numbers)}"


def _dropped(path: str, _most: int) -> bytes:
    """A file of this machine, where Slack would hand over one of its own."""
    return Path(path).read_bytes()


def _id(name: str) -> str:
    """The member id that stands for a name."""
    return f"U{name.upper()}"


def _name(channel: str) -> str:
    """Who reads what is posted there: a member, named by their id or direct message, or a channel."""
    if channel.startswith("U"):
        return channel[1:].lower()
    return channel.removeprefix("D")


def _buttons_of(blocks: list[Block]) -> list[Block]:
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [element for row in rows for element in row if element["type"] == "button"]


def at_once(work: Callable[[], Any]) -> "Future[Any]":
    """Do now what the courier would do in a thread of its own."""
    done: Future[Any] = Future()
    try:
        done.set_result(work())
    except Exception as error:  # what a thread of the pool would keep, too
        done.set_exception(error)
    return done


def chat(
    settings: Settings,
    *,
    name: str = "you",
    today: str | None = None,
    as_json: bool = False,
    connect_hint: bool = False,
) -> int:
    """Chat until the input ends; 1 if a line meant for the console could not be done.

    Raises LedgerError where the database cannot be used, DirectiveError for a `today` that is no date.
    """
    database = settings.database
    with closing(Ledger(database)) as ledger:
        console = Console(ledger, name=name, clock=Clock(), curators=_curators(settings, name))
        if today:
            console.move(today)
        by_hand = sys.stdin.isatty() and sys.stdout.isatty() and not as_json
        shown_on = screen(in_colour=by_hand)
        if connect_hint or by_hand:
            for hint in HINTS:
                shown_on.hint(hint)
        good = True
        for line in _typed(Path(database).with_name(".console_history")) if by_hand else _piped():
            try:
                said = console.feed(line)
            except DirectiveError as error:
                sys.stderr.write(f"{error}\n")
                good = False
                continue
            for one in said:
                _show(one, shown_on, as_json=as_json)
            if by_hand and line.startswith("!time"):
                shown_on.hint(f"It is {with_weekday(console.clock().date())}.")
        return 0 if good else 1


def _curators(settings: Settings, name: str) -> Curators:
    """Those the settings name; whoever owns the console and a channel of its own where they name none."""
    members = frozenset({_id(name)}) if settings.curators is None else settings.curators
    return Curators(members, settings.curators_channel or CURATORS_CHANNEL)


def _show(said: Said, shown_on: Screen, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(said.as_json() + "\n")
        sys.stdout.flush()
    else:
        shown_on.show(said.to, said.kind, said.text, said.blocks)


def _piped() -> Iterator[str]:
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    yield from sys.stdin


def _typed(history: Path) -> Iterator[str]:
    """Lines typed by hand, with arrow keys and a history kept beside the database."""
    with suppress(ImportError):
        import readline

        with suppress(OSError):
            readline.read_history_file(history)
    while True:
        try:
            yield input("> ")
        except EOFError:
            sys.stdout.write("\n")
            return
        with suppress(NameError, OSError):
            readline.write_history_file(history)
