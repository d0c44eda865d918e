"""Blocks and the text beside them, as values; what Slack allows is checked in the tests."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Block = dict[str, Any]

# Slack takes 3,000 characters in a section and 50 blocks in a message.
SECTION_MOST = 2900
BLOCKS_MOST = 50
BUTTON_TEXT_MOST = 75
BUTTON_VALUE_MOST = 2000


class Reply(NamedTuple):
    """What the bot says: blocks for the eye, text for notifications, readers and terminals."""

    text: str
    blocks: list[Block]


def escaped(text: str) -> str:
    """What people typed, made safe: mentions, links and markup in it stay plain text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """What people typed, as they typed it, from the way Slack sends it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def section(text: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def context(text: str) -> Block:
    """A small line below."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def button(label: str, action_id: str, value: str, *, primary: bool = False) -> Block:
    """A button; `value` comes back with the click."""
    found: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        "value": value,
    }
    if primary:
        found["style"] = "primary"
    return found


def actions(buttons: Sequence[Block]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def reply(*paragraphs: str, small: Iterable[str] = (), buttons: Sequence[Block] = ()) -> Reply:
    """A reply of paragraphs, small lines below them, and buttons last.

    Paragraphs too long for one section are split between lines; past Slack's 50 blocks the rest is cut.
    """
    small = [line for line in small if line]
    texts = [part for paragraph in paragraphs if paragraph for part in _parts(paragraph)]
    tail = [*map(context, small), *([actions(buttons)] if buttons else [])]
    blocks = [*map(section, texts[: BLOCKS_MOST - len(tail)]), *tail]
    return Reply("\n".join([*texts, *small]), blocks)


def _parts(paragraph: str) -> Iterable[str]:
    if len(paragraph) <= SECTION_MOST:
        return (paragraph,)
    parts, part = [], ""
    for line in paragraph.split("\n"):
        if part and len(part) + 1 + len(line) > SECTION_MOST:
            parts.append(part)
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    return (*parts, part)
