"""What Slack refuses in a message, as a list of findings: empty means that Slack takes it."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
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

VIEW_BLOCKS = 100
VIEW_TITLE, METADATA = 24, 3_000
VIEW_SIZE = 250_000  # of a view as JSON
INPUT_LABEL, HINT = 2_000, 2_000
PLACEHOLDER = 150
OPTIONS, OPTION_TEXT, OPTION_VALUE = 100, 75, 150
BOXES = 10  # to tick, radio buttons
OVERFLOW = 5
ALT_TEXT = 2_000
FILES = 10
# What may stand where, by Slack's reference of Block Kit.
IN_ACTIONS = {"button", "overflow", "static_select", "datepicker", "checkboxes", "radio_buttons"}
IN_SECTION = {*IN_ACTIONS, "image"}
IN_INPUT = {
    "plain_text_input", "number_input", "datepicker", "static_select", "radio_buttons", "checkboxes",
    "file_input", "timepicker",
}  # fmt: skip

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


def view_problems(view: Message) -> list[str]:
    """What Slack would refuse in a modal or a Home tab."""
    blocks = view.get("blocks") or []
    is_modal = view["type"] == "modal"
    asks = any(block["type"] == "input" for block in blocks)
    named = {"title": view.get("title")} if is_modal else {}
    named |= {name: view[name] for name in ("submit", "close") if name in view}
    return [
        *([] if view["type"] in ("modal", "home") else [f"a view of the unknown type {view['type']!r}"]),
        *(
            problem
            for name, text in named.items()
            for problem in _text(name, text or {}, VIEW_TITLE, plain=True)
        ),
        *(["a form without a button to send it"] if is_modal and asks and "submit" not in view else []),
        *(
            ["a button to send a form that calls nobody"]
            if "submit" in view and not view.get("callback_id")
            else []
        ),
        *_length("callback_id", view.get("callback_id", "-"), ID),
        *_length("private_metadata", view.get("private_metadata", "-"), METADATA),
        *_length("the view", json.dumps(view), VIEW_SIZE),
        *_many("blocks", blocks, VIEW_BLOCKS),
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
            if "accessory" in block:
                yield from _in_element(f"{where}: accessory", block["accessory"], IN_SECTION)
        case "header":
            yield from _text(f"{where}: header", block["text"], HEADER, plain=True)
        case "context":
            yield from _many(f"{where}: elements", block["elements"], CONTEXT)
            for element in block["elements"]:
                yield from _text(f"{where}: element", element, SECTION)
        case "actions":
            yield from _many(f"{where}: elements", block["elements"], ACTIONS)
            for element in block["elements"]:
                yield from _in_element(f"{where}: element", element, IN_ACTIONS)
        case "divider":
            pass
        case "image":
            yield from _length(f"{where}: alt_text", block["alt_text"], ALT_TEXT)
        case "input":
            yield from _text(f"{where}: label", block["label"], INPUT_LABEL, plain=True)
            if "hint" in block:
                yield from _text(f"{where}: hint", block["hint"], HINT, plain=True)
            yield from _in_element(f"{where}: element", block["element"], IN_INPUT)
        case other:
            yield f"{where} is of the unknown type {other!r}"


def _in_element(where: str, element: Message, allowed: Collection[str]) -> Iterator[str]:
    kind = element["type"]
    if kind not in allowed:
        yield f"{where} is of the unknown type {kind!r}"
        return
    if kind == "image":
        yield from _length(f"{where}: alt_text", element["alt_text"], ALT_TEXT)
        return
    yield from _length(f"{where}: action_id", element["action_id"], ID)
    if "placeholder" in element:
        yield from _text(f"{where}: placeholder", element["placeholder"], PLACEHOLDER, plain=True)
    if kind == "button":
        yield from _text(f"{where}: label", element["text"], BUTTON, plain=True)
        yield from _length(f"{where}: value", element.get("value", "-"), VALUE)
        if element.get("style") not in (None, "primary", "danger"):
            yield f"{where} has the unknown style {element['style']!r}"
    if "options" in element or kind in ("static_select", "radio_buttons", "checkboxes", "overflow"):
        most = {"static_select": OPTIONS, "overflow": OVERFLOW}.get(kind, BOXES)
        options = element.get("options") or []
        yield from _many(f"{where}: options", options, most)
        for option in options:
            yield from _text(
                f"{where}: option", option["text"], OPTION_TEXT, plain=kind in ("static_select", "overflow")
            )
            yield from _length(f"{where}: option value", option["value"], OPTION_VALUE)
        if repeated := [
            value for value, times in Counter(one["value"] for one in options).items() if times > 1
        ]:
            yield f"{where}: the option {repeated[0]!r} stands there more than once"
        initial = (
            [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
        )
        if any(one not in options for one in initial):
            yield f"{where}: what is chosen at first is none of the options"
    if kind == "file_input" and not 1 <= element.get("max_files", 10) <= FILES:
        yield f"{where}: {element['max_files']} files where 1 to {FILES} are right"
    if kind == "plain_text_input" and len(element.get("initial_value", "")) > element.get("max_length", 3000):
        yield f"{where} begins with more than it takes"


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
    elements = [*elements_of(blocks), *(block["accessory"] for block in blocks if "accessory" in block)]
    elements += [block["element"] for block in blocks if "element" in block]
    actions = Counter(element["action_id"] for element in elements if "action_id" in element)
    named = Counter(block["block_id"] for block in blocks if "block_id" in block)
    for name, times in [*actions.items(), *named.items()]:
        if times > 1:
            yield f"{times} elements or blocks share the id {name!r}"


def _model_errors(blocks: Any) -> Iterator[str]:
    try:
        for block in Block.parse_all(blocks):
            block.to_dict()
    except SlackObjectFormationError as error:
        yield f"slack_sdk: {error}"
