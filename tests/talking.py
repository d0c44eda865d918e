"""A conversation with the bot by commands and clicks, each answer of which Slack takes."""

import json
from typing import Any

from conftest import Slack
from slack_limits import elements_of, problems, texts_in, view_problems


class Talk:
    """A conversation by commands and clicks, as Slack has it."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.shown: dict[str, Any] = {}

    def say(self, *lines: str, user: str = "UALICE", key: str | None = None) -> str:
        for line in lines:
            self.shown = json.loads(self.slack.command(line, user=user, key=key).body)
            assert problems(self.shown) == []
        return str(self.shown["text"])

    def button(self, label: str) -> dict[str, Any]:
        return next(one for one in elements_of(self.shown["blocks"]) if one["text"]["text"] == label)

    def labels(self) -> list[str]:
        return [one["text"]["text"] for one in elements_of(self.shown["blocks"])]

    def click(self, label: str | dict[str, Any], *, user: str = "UALICE", key: str | None = None) -> str:
        button = self.button(label) if isinstance(label, str) else label
        self.slack.click(button, user=user, key=key)
        self.shown = self.slack.sent[-1][1]
        assert problems(self.shown) == []
        return str(self.shown["text"])


def opened(slack: Slack, words: str, **sent: Any) -> dict[str, Any]:
    """The form that opens for these words."""
    slack.client.views.clear()
    answer = slack.command(words, **sent)
    assert (answer.status, answer.body) == (200, "")
    assert view_problems(slack.view) == []
    return slack.view


def shown(view: dict[str, Any]) -> str:
    """What stands between the fields of a form."""
    return "\n".join(texts_in([block for block in view["blocks"] if block["type"] != "input"]))


def said_of(answer: dict[str, Any]) -> str:
    """What takes the place of a form that was sent."""
    assert answer["response_action"] == "update", answer
    assert view_problems(answer["view"]) == []
    return "\n".join(texts_in(answer["view"]["blocks"]))


def errors_of(answer: dict[str, Any]) -> dict[str, str]:
    """What is wrong at which field of a form that was sent."""
    assert answer["response_action"] == "errors", answer
    return dict(answer["errors"])
