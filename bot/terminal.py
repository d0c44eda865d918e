"""What Slack shows, on a terminal in colour or in a pipe as plain text."""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Protocol

from .views.blocks import Block, unescaped

# Slack's names of the signs we use, each with what stands for it here and its colour.
EMOJI = {
    "arrow_right": ("→", "cyan"),
    "bell": ("◆", "yellow"),
    "hourglass": ("…", "yellow"),
    "information_source": ("ℹ", "blue"),
    "large_green_circle": ("●", "green"),
    "no_entry": ("✕", "red"),
    "tada": ("★", "yellow"),
    "warning": ("⚠", "yellow"),
}
_PIECE = re.compile(
    r"\*(?P<bold>[^*\n]+)\*|`(?P<code>[^`\n]+)`|<(?P<url>https?://[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|<(?P<mention>[@#]\w+)(?:\|[^>]*)?>|:(?P<emoji>[a-z_]+):"
)
WIDTH = 100
# Of a long menu only the first are shown.
FEW_OPTIONS = 12


class Screen(Protocol):
    """Where the console shows what the bot says."""

    def hint(self, text: str) -> None:
        """Show a line of the console's own."""

    def show(self, to: str, kind: str, text: str, blocks: Sequence[Block], /) -> None:
        """Show what the bot said to somebody."""


def screen(*, in_colour: bool) -> Screen:
    """A screen for a person, or for a pipe."""
    return _Colour() if in_colour else _Plain()


class _Plain:
    def hint(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def show(self, _to: str, kind: str, text: str, blocks: Sequence[Block]) -> None:
        lines = ["".join(text for text, _ in pieces) for pieces in _lines(text, blocks)]
        if kind == "modal":
            lines = [f"== {text} ==", "", *lines]
        sys.stdout.write("\n".join(lines) + "\n\n")
        sys.stdout.flush()


class _Colour:
    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(highlight=False)

    def hint(self, text: str) -> None:
        self._console.print(text, style="dim", markup=False)

    def show(self, to: str, kind: str, text: str, blocks: Sequence[Block]) -> None:
        from rich.panel import Panel
        from rich.text import Text

        shown = Text()
        for number, pieces in enumerate(_lines(text, blocks)):
            if number:
                shown.append("\n")
            for piece, style in pieces:
                shown.append(piece, style=style)
        title = to if kind == "reply" else f"{to} ({text if kind == 'modal' else kind})"
        self._console.print(
            Panel(
                shown,
                title=title,
                title_align="left",
                border_style="dim",
                width=min(WIDTH, self._console.width),
            )
        )


def _lines(text: str, blocks: Sequence[Block]) -> Iterator[list[tuple[str, str]]]:
    """Each line as pieces of text with their style."""
    if not blocks:
        yield from _of_mrkdwn(text)
    for number, block in enumerate(blocks):
        if number:
            yield []
        if block["type"] in ("section", "header"):
            yield from _of_mrkdwn(block["text"]["text"])
            if "accessory" in block:
                yield _pressable(block["accessory"])
        elif block["type"] == "input":
            yield from _of_field(block)
        elif block["type"] == "context":
            for element in block["elements"]:
                yield from _of_mrkdwn(element["text"], "dim")
        elif block["type"] == "actions":
            yield [piece for element in block["elements"] for piece in _pressable(element)]
        elif block["type"] == "divider":
            yield [("─" * 20, "dim")]
        elif block["type"] == "image":
            yield [(block["alt_text"], "dim")]


def _pressable(element: Block) -> list[tuple[str, str]]:
    """A button, or the options of a menu."""
    texts = [element["text"]] if "text" in element else [one["text"] for one in element.get("options", ())]
    return [(f"[ {text['text']} ]  ", "reverse") for text in texts]


def _of_field(block: Block) -> Iterator[list[tuple[str, str]]]:
    """A field of a form: its label, what it begins with, and its options."""
    element, optional = block["element"], " (optional)" if block.get("optional") else ""
    begins = element.get("initial_value") or element.get("initial_date") or ""
    yield [(f"{block['label']['text']}{optional}: ", "bold"), (begins, "")]
    chosen = [element.get("initial_option"), *element.get("initial_options", ())]
    options = element.get("options", ())
    if len(options) > FEW_OPTIONS:
        options = [*options[:FEW_OPTIONS], {"text": {"text": "…"}}]
    for option in options:
        yield [(f"  {'(x)' if option in chosen else '( )'} {option['text']['text']}", "")]
    if "hint" in block:
        yield [(block["hint"]["text"], "dim")]


def _of_mrkdwn(text: str, style: str = "") -> Iterator[list[tuple[str, str]]]:
    for line in text.split("\n"):
        yield list(_pieces(line, style))


def _pieces(line: str, style: str) -> Iterator[tuple[str, str]]:
    at = 0
    for found in _PIECE.finditer(line):
        yield unescaped(line[at : found.start()]), style
        yield _piece(found, style)
        at = found.end()
    yield unescaped(line[at:]), style


def _piece(found: re.Match[str], style: str) -> tuple[str, str]:
    match found.lastgroup:
        case "bold":
            return unescaped(found["bold"]), f"{style} bold".strip()
        case "code":
            bar = found["code"][0] in "█░"
            return (found["code"], "green") if bar else (f"`{unescaped(found['code'])}`", "cyan")
        case "url" | "label":
            url, label = unescaped(found["url"]), found["label"]
            return (f"{unescaped(label)} ({url})" if label else url), "underline"
        case "mention":
            return found["mention"], f"{style} bold".strip()
        case _:
            return EMOJI.get(found["emoji"], (found[0], style))
