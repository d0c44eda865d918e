"""What Slack sends when somebody asks something, and the app with all that it posts."""

from typing import Any

from conftest import Slack

from bot.app import build_app
from bot.clients import OneToken
from bot.console import LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk

KNOWN = "Does coursework have to match the certification?"


class Posts(LocalClient):
    """A client that remembers each call as it was made."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        super().__init__([])

    def api_call(self, api_method: str, **request: Any) -> Any:
        if api_method == "chat.postMessage":
            self.calls.append((api_method, request["json"] if request.get("json") else request["params"]))
        return super().api_call(api_method, **request)


class Listening(Slack):
    """The app, with what it posted in `posts`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.client = Posts()
        courier = Courier(
            OneToken(self.client), submit=at_once, send=lambda url, payload: self.sent.append((url, payload))
        )
        self.app = build_app(desk, courier, self.client)

    @property
    def posts(self) -> list[dict[str, Any]]:
        return [request for _, request in self.client.calls]

    def press(
        self, label: str, message: dict[str, Any], *, channel: str, ephemeral: bool = False, **rest: Any
    ) -> None:
        """Click the button of a message whose label begins so, in a channel, a direct message or a reply."""
        rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
        (found,) = [one for row in rows for one in row if one["text"]["text"].startswith(label)]
        container = {"type": "message", "channel_id": channel, "is_ephemeral": ephemeral}
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        self.dispatch(
            {
                "type": "block_actions",
                "team": {"id": "T1"},
                "user": {"id": "UALICE"},
                "channel": {"id": channel},
                "container": container,
                "actions": [{**found, "block_id": "1"}],
                "trigger_id": f"trigger.{next(self._numbers)}",
                "response_url": "https://hooks.example/3",
                **rest,
            }
        )


def mention(text: str = f"<@UBOT> {KNOWN}", **rest: Any) -> dict[str, Any]:
    event = {"type": "app_mention", "channel": "C1", "user": "UALICE", "text": text, "ts": "100.1"}
    return {**event, **rest}


def direct(text: str = KNOWN, **rest: Any) -> dict[str, Any]:
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "UALICE"}
    return {**event, "text": text, "ts": "100.1", **rest}


def in_channel(text: str = KNOWN, **rest: Any) -> dict[str, Any]:
    """A message in a channel that mentions nobody."""
    return direct(text, **{"channel": "C1", "channel_type": "channel", **rest})
