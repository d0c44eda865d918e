"""A chat with the real bot in a terminal or through a pipe: only Slack's Web API behind it is a stand-in."""

import itertools
import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from slack_bolt import BoltRequest

from rules import load_policy

from .app import build_app
from .clients import OneToken
from .courier import Courier
from .curating import NOBODY, Curators
from .dates import DateError, read_date, with_weekday
from .desk import Desk
from .filling import FillError, field_named, file_at, state_of, value_of
from .ledger import Ledger
from .rounds import Rounds
from .settings import Settings
from .standin import BOT, WORKSPACE, LocalClient, Said, at_once
from .terminal import Screen, screen
from .views.blocks import Block, View, escaped

CURATORS_CHANNEL = "CCURATORS"
# A day moved to is at noon; late on it every hour that a reminder may come at has come.
NOON, LATE = 12, 23
HINTS = (
    'Type /ce help, /ce add course "Jira Automation" yesterday, or a question; !time 2026-01-01 sets the day',
    "To connect Slack, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN in .env and start again: see README.md.",
)
NO_BUTTON = "No button of the last reply says {label!r}. It has: {labels}."
NO_BUTTONS = "The last reply has no buttons."
NO_FORM = "No form is open: /ce add opens one."
UNKNOWN_DIRECTIVE = (
    "{word} is not known here: !click TEXT presses a button, !fill FIELD VALUE and !submit fill in a form "
    "and send it, !home opens the Home tab, !shortcut or !shortcut TEXT logs an activity or that message, "
    "!file PATH drops a file into the direct message, !time DATE moves the clock."
)

_MENTION = re.compile(r"(?<!\S)@(\w+)")  # on its own: in a link or an address it is none


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


class Console:
    """One conversation: lines in, what the bot said out, each line through Bolt as Slack would send it."""

    def __init__(self, ledger: Ledger, *, name: str, clock: Clock, curators: Curators = NOBODY) -> None:
        self.clock = clock
        self._name = name
        self._said: list[Said] = []
        self._buttons: list[tuple[str, Block]] = []
        self._clickable: Said | None = None
        self._channels: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._session = f"{datetime.now(UTC).timestamp():.6f}"
        self._filled: dict[str, dict[str, dict[str, Any]]] = {}
        client = self._client = LocalClient(self._said, Path(ledger.path).with_name("files"))
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
        self._said[:] = [
            replace(said, to=self._channels.get(said.to, said.to) or self._speaker) for said in self._said
        ]
        for said in self._said:
            buttons = _buttons_of(said.blocks)
            if (
                buttons or said.view or said.kind == "update"
            ):  # an update takes the place of the message with the buttons
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
        elif word == "!fill":
            self._fill(rest.strip())
        elif word == "!submit":
            self._submit()
        elif word == "!home":
            self._open_home()
        elif word == "!shortcut":
            self._take_shortcut(rest.strip())
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
        try:
            dropped = file_at(path)
        except FillError as error:
            raise DirectiveError(str(error)) from None
        self._speaker = self._name
        dropped["user"] = _id(self._speaker)
        self._client.files[dropped["id"]] = dropped
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
        if not answer.body:  # what it opened says it all
            return
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
        labels = [text for text, _ in self._buttons]
        found = next((action for text, action in self._buttons if label.lower() in text.lower()), None)
        if not labels:
            raise DirectiveError(NO_BUTTONS)
        if not found:
            raise DirectiveError(NO_BUTTON.format(label=label, labels=", ".join(labels)))
        assert self._clickable
        if self._clickable.view or self._clickable.channel.startswith("D") or self._is_ephemeral():
            self._speaker = self._clickable.to  # nobody else sees it
        action = {"actions": [{**found, "block_id": "1"}]}
        if self._clickable.view:
            home = self._client.homes.get(_id(self._speaker))
            self._dispatch({**self._in_view("block_actions"), **action})
            if self._clickable.kind == "home" and self._client.homes.get(_id(self._speaker)) is not home:
                self._show_home()
            return
        self._dispatch(
            {
                **self._interaction("block_actions"),
                **action,
                "response_url": "console",
                "container": self._container(),
            }
        )

    def _fill(self, text: str) -> None:
        """Fill in a field of the form on top, which may then look different."""
        view = self._form()
        try:
            block, typed = field_named(view, text)
            value = value_of(block, typed, self.clock().date())
        except FillError as error:
            raise DirectiveError(str(error)) from None
        assert self._clickable
        for file in value.get("files", ()):
            file["user"] = _id(self._clickable.to)
            self._client.files[file["id"]] = file
        name, self._speaker = block["block_id"], self._clickable.to
        self._filled.setdefault(self._clickable.channel, {})[name] = value
        if block.get("dispatch_action"):
            action = {"action_id": block["element"]["action_id"], "block_id": name, **value}
            self._dispatch({**self._in_view("block_actions"), "actions": [action]})

    def _submit(self) -> None:
        """Send the form on top, and show what it becomes."""
        self._form()
        assert self._clickable
        self._speaker, view_id = self._clickable.to, self._clickable.channel
        answer = self._dispatch(self._in_view("view_submission"))
        said = json.loads(answer.body) if answer.body else {}
        match said.get("response_action"):
            case "errors":
                named = {block.get("block_id"): block for block in self._clickable.blocks}
                raise DirectiveError(
                    "\n".join(
                        f"{named[name]['label']['text']}: {why}" for name, why in said["errors"].items()
                    )
                )
            case "update":
                self._client.show(view_id, said["view"])
            case "push":
                self._client.show(None, said["view"])
            case _:
                del self._client.views[view_id]

    def _form(self) -> View:
        """The form on top."""
        view = self._clickable and self._clickable.view
        if not view or "submit" not in view:
            raise DirectiveError(NO_FORM)
        return view

    def _open_home(self) -> None:
        self._speaker = self._name
        self._event({"type": "app_home_opened", "tab": "home", "channel": f"D{self._name}"}, "")
        self._show_home()

    def _show_home(self) -> None:
        view = self._client.homes[_id(self._speaker)]
        text = "\n".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section")
        self._said.append(Said(self._speaker, "home", text, view["blocks"], "", view))

    def _take_shortcut(self, text: str) -> None:
        """Log an activity, or a message that says this, from the menus Slack has for both."""
        self._speaker = self._name
        if not text:
            self._dispatch({**self._interaction("shortcut"), "callback_id": "log_activity"})
            return
        key = self._key()
        self._dispatch(
            {
                **self._interaction("message_action"),
                "callback_id": "log_message",
                "response_url": "console",
                "channel": {"id": f"D{self._speaker}", "name": "directmessage"},
                "message_ts": key,
                "message": {"type": "message", "user": _id(self._speaker), "text": escaped(text), "ts": key},
            }
        )

    def _in_view(self, kind: str) -> dict[str, Any]:
        """What Slack sends of what is done in the view on top."""
        assert self._clickable
        view = self._clickable.view
        assert view
        state = state_of(view, self._filled.get(self._clickable.channel, {}))
        return {
            **self._interaction(kind),
            "view": {**view, "id": self._clickable.channel, "hash": self._session, "state": state},
        }

    def _interaction(self, kind: str) -> dict[str, Any]:
        user = {"id": _id(self._speaker), "team_id": WORKSPACE}
        return {"type": kind, "team": {"id": WORKSPACE}, "user": user, "trigger_id": self._key()}

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


def _buttons_of(blocks: list[Block]) -> list[tuple[str, Block]]:
    """All that can be pressed in a message or a view: what it says, and the action that Slack sends of it."""
    found = []
    for block in blocks:
        inside = block["elements"] if block["type"] == "actions" else [block.get("accessory") or {}]
        for element in inside:
            if element.get("type") == "button":
                found.append((element["text"]["text"], element))
            for option in element.get("options", ()):
                chosen = {name: value for name, value in element.items() if name != "options"}
                found.append((option["text"]["text"], {**chosen, "selected_option": option}))
    return found


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
