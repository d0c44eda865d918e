"""Filling in a form by typing, as the console does it in the place of a person with a mouse."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from .dates import DateError, read_date
from .views.blocks import Block, View

# What is typed to leave a field empty.
EMPTY = "-"

NO_FIELD = "No field is called {label}. There are: {labels}."
NO_OPTION = "{label} has no option {typed}. It has: {options}."
NO_FILE = "There is no file {path}: name one as this folder has it, or with its whole path."

Values = Mapping[str, dict[str, Any]]


class FillError(ValueError):
    """What was typed cannot be filled in; the message says why."""


def labels(view: View) -> list[str]:
    """What the fields of a form are called."""
    return [block["label"]["text"] for block in _fields(view)]


def field_named(view: View, text: str) -> tuple[Block, str]:
    """The field that a line names by words of its label, best the first ones, and the rest of the line.

    Raises FillError where there is none.
    """
    named = [(block, block["label"]["text"].lower().split()) for block in _fields(view)]
    for from_the_first in (True, False):
        for block, words in named:
            for start in (0,) if from_the_first else range(1, len(words)):
                for count in range(len(words) - start, 0, -1):
                    typed = text.split(maxsplit=count)
                    if [word.lower() for word in typed[:count]] == words[start : start + count]:
                        return block, typed[count] if len(typed) > count else ""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    raise FillError(NO_FIELD.format(label=repr(first), labels=", ".join(labels(view))))


def value_of(block: Block, typed: str, today: date) -> dict[str, Any]:
    """What Slack would send of a field into which this was typed; `-` leaves it empty.

    Raises FillError for what the field cannot hold.
    """
    element, typed = block["element"], typed.strip()
    kind, is_empty = element["type"], typed in ("", EMPTY)
    if kind == "datepicker":
        try:
            day = None if is_empty else read_date(typed, today, future=True)
        except DateError as error:
            raise FillError(error.sentence) from None
        return {"type": kind, "selected_date": day.isoformat() if day else None}
    if kind in ("static_select", "radio_buttons"):
        return {"type": kind, "selected_option": None if is_empty else _option(block, typed)}
    if kind == "checkboxes":
        chosen = [] if is_empty else [_option(block, part.strip()) for part in typed.split(",")]
        return {"type": kind, "selected_options": chosen}
    if kind == "file_input":
        return {"type": kind, "files": [] if is_empty else [file_at(typed)]}
    return {"type": kind, "value": None if is_empty else typed}


def file_at(path: str) -> dict[str, Any]:
    """What Slack would tell of a file of this machine. Raises FillError where there is none."""
    file = Path(path.strip("'\"")).expanduser()
    if not file.is_file():
        raise FillError(NO_FILE.format(path=path))
    return {
        "id": str(file),
        "name": file.name,
        "size": file.stat().st_size,
        "url_private_download": str(file),
    }


def state_of(view: View, filled: Values) -> dict[str, Any]:
    """The state of a form: what was filled in, and elsewhere what its fields began with."""
    return {
        "values": {
            block["block_id"]: {
                block["element"]["action_id"]: filled.get(block["block_id"], _initial(block["element"]))
            }
            for block in _fields(view)
        }
    }


def _fields(view: View) -> Iterator[Block]:
    return (block for block in view["blocks"] if block["type"] == "input")


def _initial(element: Block) -> dict[str, Any]:
    held = {
        "datepicker": ("selected_date", "initial_date"),
        "static_select": ("selected_option", "initial_option"),
        "radio_buttons": ("selected_option", "initial_option"),
        "checkboxes": ("selected_options", "initial_options"),
        "file_input": ("files", ""),
    }
    name, initial = held.get(element["type"], ("value", "initial_value"))
    return {"type": element["type"], name: element.get(initial)}


def _option(block: Block, typed: str) -> Block:
    options: list[Block] = block["element"]["options"]
    texts = [option["text"]["text"] for option in options]
    for option, text in zip(options, texts, strict=True):
        if typed.lower() in text.lower():
            return option
    label = block["label"]["text"]
    raise FillError(NO_OPTION.format(label=label, typed=repr(typed), options=", ".join(texts)))
