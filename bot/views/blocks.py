"""Blocks and the text beside them, as values; what Slack allows is checked in the tests."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

Block = dict[str, Any]
# A modal or a Home tab, as Slack takes it.
View = dict[str, Any]

# Slack takes 3,000 characters in a section, 50 blocks and about 13,000 characters in a message.
SECTION_MOST = 2900
BLOCKS_MOST = 50
CHARACTERS_MOST = 12_000
SMALL_MOST = 15
BUTTON_TEXT_MOST = 75
BUTTON_VALUE_MOST = 2000
ID_MOST = 255

# The actions of buttons that run a command, which is their value: answered in the place of the message
# clicked on, or beside it, where that message stays of use or belongs to others, too.
RUN_ACTION = "ce:run"
BESIDE_ACTION = "ce:beside"
# The actions of menus, whose options are commands.
MENU_ACTION = "ce:menu"

LEFT_OUT = "There is more than Slack shows in one message; the rest is left out here."


class File(NamedTuple):
    """A file to send: its name, what is said of it for those who cannot open it, and what makes it.

    It is made after the request is answered, and then asked what to say, where `about` is no text; `make` may
    raise NotMadeError. A private one goes to its member's direct message, any other to the channel asked in.
    """

    name: str
    about: str | Callable[[], str]
    make: Callable[[], bytes]
    is_private: bool = True


class NotMadeError(Exception):
    """There is no file to make after all; `reply` says why to whoever waits for it."""

    def __init__(self, reply: "Reply") -> None:
        super().__init__(reply.text)
        self.reply = reply


class Reply(NamedTuple):
    """What the bot says: blocks for the eye, text for notifications, readers and terminals.

    The answer to a command is seen by `everyone` in the channel only where it says so; `files` follow it, and
    `posts` to others go out with it. Delivered again it is `repeated` instead, where that is given.
    One with a `modal` opens that instead; its text and blocks say the same to those who cannot open it.
    """

    text: str
    blocks: list[Block]
    everyone: bool = False
    files: Sequence[File] = ()
    posts: Sequence["Post"] = ()
    repeated: "Reply | None" = None
    modal: View | None = None


class Post(NamedTuple):
    """A message to a member or a channel, by their id, that goes out with the answer to somebody else."""

    to: str
    message: Reply


class Prompt(NamedTuple):
    """A question suggested to whoever opens the assistant's pane: what it is called, and what it asks."""

    title: str
    message: str


def escaped(text: str) -> str:
    """What people typed, made safe: mentions, links and markup in it stay plain text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """The same without three backticks, which would show the lines up to the next three as code, too."""
    return escaped(text).replace("```", "'''")


def unescaped(text: str) -> str:
    """What people typed, as they typed it, from the way Slack sends it; halves of characters are dropped."""
    text = text.encode("utf-8", "ignore").decode()
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def section(text: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def context(text: str) -> Block:
    """A small line below."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def button(label: str, action_id: str, value: str) -> Block:
    """A button; `value` comes back with the click."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        "value": value,
    }


def cut(text: str, most: int = BUTTON_TEXT_MOST) -> str:
    """A text of so many characters at most, which is what a button takes unless said otherwise."""
    return text if len(text) <= most else text[: most - 1] + "…"


def commands(*labelled: tuple[str, str], action: str = RUN_ACTION, first: int = 0) -> list[Block]:
    """Buttons that run a command (label, command); one too long for a button to carry is left out.

    `first` is the number of the first, where a message has several rows of them.
    """
    return [
        button(label, f"{action}:{place}", command)
        for place, (label, command) in enumerate(labelled, start=first)
        if len(command) <= BUTTON_VALUE_MOST
    ]


def beside(*labelled: tuple[str, str]) -> list[Block]:
    """The same, answered beside the message they stand in; in it, no two run the same command."""
    return [button(label, f"{BESIDE_ACTION}:{command}"[:ID_MOST], command) for label, command in labelled]


def actions(buttons: Sequence[Block]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def menu(name: str, *labelled: tuple[str, str]) -> Block:
    """A menu of up to five commands (label, command of 150 characters); `name` tells it from others there."""
    options = [
        {"text": {"type": "plain_text", "text": label}, "value": command} for label, command in labelled
    ]
    return {"type": "overflow", "action_id": f"{MENU_ACTION}:{name}", "options": options}


def reply(
    *paragraphs: str, small: Iterable[str] = (), buttons: Sequence[Block] = (), left_out: str = LEFT_OUT
) -> Reply:
    """A reply of paragraphs, small lines below them, and buttons last.

    Paragraphs too long for one section are split between lines. What Slack would not take any more is cut
    at the end, and `left_out` says so.
    """
    lines = [line for line in small if line]
    texts = [part for paragraph in paragraphs if paragraph for part in _parts(paragraph)]
    small = fitting(lines, SMALL_MOST, CHARACTERS_MOST // 3)
    room = CHARACTERS_MOST - sum(map(len, small))
    shown = fitting(texts, BLOCKS_MOST - len(small) - 2, room)
    if len(shown) + len(small) < len(texts) + len(lines):
        small.insert(0, left_out)
    blocks = [*map(section, shown), *map(context, small), *([actions(buttons)] if buttons else [])]
    return Reply("\n".join([*shown, *small]), blocks)


def fitting(texts: Sequence[str], most: int, characters: int) -> list[str]:
    """The first of these texts: at most so many, and together no longer than that."""
    lengths = accumulate(len(text) + 1 for text in texts)
    return [text for text, length in zip(texts[:most], lengths, strict=False) if length <= characters]


def _lines(paragraph: str) -> Iterator[str]:
    for line in paragraph.split("\n"):
        yield from (line[at : at + SECTION_MOST] for at in range(0, max(len(line), 1), SECTION_MOST))


def _parts(paragraph: str) -> Iterable[str]:
    if len(paragraph) <= SECTION_MOST:
        return (paragraph,)
    parts, part = [], ""
    for line in _lines(paragraph):
        if part and len(part) + 1 + len(line) > SECTION_MOST:
            parts.append(part)
            part = line
        else:
            part = f"{part}\n{line}" if part else line
    return (*parts, part)
