"""Slack's Web API as far as the bot uses it, answered on this machine."""

import itertools
import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from .rounds import CONSOLE
from .views.blocks import Block, View

WORKSPACE = CONSOLE
BOT = "UBOT"
FILE_KEPT = "{about}\nThe file is {path}"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the bot said: to whom or where, how, what, and in which channel.

    How: as a reply, message, update, modal or home; the last two stand in a view instead of a channel.
    """

    to: str
    kind: str
    text: str
    blocks: list[Block]
    channel: str = ""
    view: View | None = None

    def as_json(self) -> str:
        """One line of the JSON form."""
        return json.dumps({"to": self.to, "kind": self.kind, "text": self.text, "blocks": self.blocks})


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
        self.files: dict[str, dict[str, Any]] = {}  # what is known of those that were shared, by their id

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
            return self._answer(api_method, channel={"id": f"D{name_of(values['users'])}"})
        if api_method == "chat.postMessage":
            to = name_of(values["channel"])
            channel = f"D{to}" if values["channel"].startswith("U") else values["channel"]
            self._said.append(Said(to, "message", values["text"], values.get("blocks") or [], channel))
            return self._answer(api_method, channel=channel, ts=f"{next(self._numbers)}.0")
        if api_method == "chat.getPermalink":
            place = f"{values['channel']}/p{values['message_ts'].replace('.', '')}"
            return self._answer(api_method, permalink=f"https://console.slack.com/archives/{place}")
        if api_method == "chat.update":
            channel = values["channel"]
            said = Said(name_of(channel), "update", values["text"], values.get("blocks") or [], channel)
            self._said.append(said)
            return self._answer(api_method, channel=channel, ts=values["ts"])
        if api_method == "files.info" and values["file"] in self.files:
            return self._answer(api_method, file=self.files[values["file"]])
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
        self.show(view_id, view)
        return self._answer(api_method, view={**view, "id": view_id})

    def show(self, view_id: str | None, view: View) -> None:
        """Show a modal in the place of the one with this id, or on top of all (None)."""
        view_id = view_id or f"V{next(self._numbers)}"
        # Of what stands in one place in turn, the last is what is seen.
        self._said[:] = [said for said in self._said if said.kind != "modal" or said.channel != view_id]
        self.views[view_id] = view
        self._said.append(Said("", "modal", view["title"]["text"], view["blocks"], view_id, view))

    def files_upload_v2(self, **values: Any) -> SlackResponse:
        """Keep a file where its reader finds it, instead of uploading it."""
        content, text = values["content"], values["initial_comment"]
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / values["filename"]
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            text = FILE_KEPT.format(about=text, path=path)
        self._said.append(Said(name_of(values["channel"]), "message", text, []))
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


def at_once(work: Callable[[], Any]) -> "Future[Any]":
    """Do now what the courier would do in a thread of its own."""
    done: Future[Any] = Future()
    try:
        done.set_result(work())
    except Exception as error:  # what a thread of the pool would keep, too
        done.set_exception(error)
    return done


def name_of(channel: str) -> str:
    """Who reads what is posted there: a member, named by their id or direct message, or a channel."""
    if channel.startswith("U"):
        return channel[1:].lower()
    return channel.removeprefix("D")
