"""What Slack refuses in a message, as a list of findings: empty means that Slack takes it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

BLOCKS = 50
CHARACTERS = 13_000  # of all blocks together; Slack refused messages near 13,200 (msg_blocks_too_long)
TEXT = 40_000  # of the text beside the blocks
SECTION = 3_000
FIELDS, FIELD = 10, 2_000
HEADER = 150
CONTEXT = 10
ACTIONS = 25
BUTTON, VALUE = 75, 2_000
ID = 255

Message = Mapping[str, Any]


def problems(message: Message) -> list[str]:
    """What Slack would refuse in a message of text and blocks, and what would reach members empty."""
    blocks = message.get("blocks") or []
    return [
        *_length("the text", message.get("text") or "", TEXT),
        *_many("blocks", blocks, BLOCKS),
        *_too_long_together(blocks),
        *_same_ids(blocks),
        *(problem for place, block in enumerate(blocks) for problem in _in_block(f"block {place}", block)),
        *_model_errors(blocks),
    ]


def elements_of(blocks: Iterable[Message]) -> Iterator[Message]:
    """The elements of all rows of buttons."""
    return (element for block in blocks if block["type"] == "actions" for element in block["elements"])


def texts_in(thing: Any) -> Iterator[str]:
    """All that is shown of blocks, also on buttons; never what a button only carries."""
    if isinstance(thing, Mapping):
        for name, value in thing.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts_in(value)
    elif isinstance(thing, Iterable) and not isinstance(thing, str):
        for value in thing:
            yield from texts_in(value)


def _in_block(where: str, block: Message) -> Iterator[str]:
    yield from _length(f"{where}: block_id", block.get("block_id", "-"), ID)
    match block["type"]:
        case "section":
            if not ("text" in block or block.get("fields")):
                yield f"{where} has neither text nor fields"
            if "text" in block:
                yield from _text(f"{where}: text", block["text"], SECTION)
            if "fields" in block:
                yield from _many(f"{where}: fields", block["fields"], FIELDS)
            for field in block.get("fields", ()):
                yield from _text(f"{where}: field", field, FIELD)
        case "header":
            yield from _text(f"{where}: header", block["text"], HEADER, plain=True)
        case "context":
            yield from _many(f"{where}: elements", block["elements"], CONTEXT)
            for element in block["elements"]:
                yield from _text(f"{where}: element", element, SECTION)
        case "actions":
            yield from _many(f"{where}: elements", block["elements"], ACTIONS)
            for element in block["elements"]:
                yield from _in_button(f"{where}: button", element)
        case "divider":
            pass
        case other:
            yield f"{where} is of the unknown type {other!r}"


def _in_button(where: str, element: Message) -> Iterator[str]:
    if element["type"] != "button":
        yield f"{where} is of the unknown type {element['type']!r}"
        return
    yield from _text(f"{where}: label", element["text"], BUTTON, plain=True)
    yield from _length(f"{where}: action_id", element["action_id"], ID)
    yield from _length(f"{where}: value", element.get("value", "-"), VALUE)
    if element.get("style") not in (None, "primary", "danger"):
        yield f"{where} has the unknown style {element['style']!r}"


def _text(where: str, text: Message, most: int, *, plain: bool = False) -> Iterator[str]:
    if text["type"] not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield f"{where} is of the unknown type {text['type']!r}"
    yield from _length(where, text["text"], most)


def _length(where: str, text: str, most: int) -> Iterator[str]:
    if not text.strip():
        yield f"{where} is empty"
    if len(text) > most:
        yield f"{where} has {len(text)} characters where {most} are the most"
    if any("\ud800" <= char <= "\udfff" for char in text):
        yield f"{where} holds half a character, which is no Unicode"


def _many(where: str, things: Any, most: int) -> Iterator[str]:
    if not 1 <= len(things) <= most:
        yield f"{where}: {len(things)} where 1 to {most} are right"


def _too_long_together(blocks: Iterable[Message]) -> Iterator[str]:
    characters = sum(map(len, texts_in(blocks)))
    if characters > CHARACTERS:
        yield f"the blocks have {characters} characters where {CHARACTERS} are the most"


def _same_ids(blocks: Iterable[Message]) -> Iterator[str]:
    for action_id, times in Counter(element["action_id"] for element in elements_of(blocks)).items():
        if times > 1:
            yield f"{times} elements share the action_id {action_id!r}"


def _model_errors(blocks: Any) -> Iterator[str]:
    try:
        for block in Block.parse_all(blocks):
            block.to_dict()
    except SlackObjectFormationError as error:
        yield f"slack_sdk: {error}"
