"""Modals: a reply shown in one, and the parts that forms are made of."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from .blocks import Block, Reply, View, cut, section

# What Slack takes.
TITLE_MOST = 24
BLOCKS_MOST = 100
OPTION_MOST = 75
PLACEHOLDER_MOST = 150

# Forms are sent with this before their name; what is filled in is looked at again where a field says so.
FORM = "ce:form:"
FIELD_ACTION = "ce:field"

APP = "CE Bot"
LOADING = "One moment …"


def of_reply(reply: Reply, title: str = APP) -> View:
    """A modal that shows what a message would, with its buttons."""
    return {
        "type": "modal",
        "title": _plain(title, TITLE_MOST),
        "close": _plain("Close"),
        "blocks": reply.blocks[:BLOCKS_MOST],
    }


def loading(title: str = APP) -> View:
    """What is shown while something is looked up."""
    return {
        "type": "modal",
        "title": _plain(title, TITLE_MOST),
        "close": _plain("Close"),
        "blocks": [section(LOADING)],
    }


def form(
    name: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str = "Save",
    about: Mapping[str, Any] | None = None,
) -> View:
    """A form, sent as `name`; `about` comes back with it."""
    return {
        "type": "modal",
        "callback_id": f"{FORM}{name}",
        "title": _plain(title, TITLE_MOST),
        "submit": _plain(submit, TITLE_MOST),
        "close": _plain("Cancel"),
        "private_metadata": json.dumps(about or {}, ensure_ascii=False),
        "blocks": list(blocks),
    }


def text_field(
    name: str,
    label: str,
    *,
    initial: str | None = None,
    placeholder: str = "",
    hint: str = "",
    most: int = 3000,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """A line to type in, of `most` characters."""
    element: Block = {"type": "plain_text_input", "max_length": most}
    if initial:
        element["initial_value"] = initial[:most]
    if placeholder:
        element["placeholder"] = _plain(placeholder, PLACEHOLDER_MOST)
    return _input(name, label, element, hint=hint, optional=optional, dispatch=dispatch)


def number_field(
    name: str,
    label: str,
    *,
    initial: int | None = None,
    least: int,
    most: int,
    hint: str = "",
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """A whole number to type in, from `least` to `most`."""
    element: Block = {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": str(least),
        "max_value": str(most),
    }
    if initial is not None:
        element["initial_value"] = str(initial)
    return _input(name, label, element, hint=hint, optional=optional, dispatch=dispatch)


def day_field(
    name: str,
    label: str,
    *,
    initial: date | None = None,
    hint: str = "",
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """A day to pick."""
    element: Block = {"type": "datepicker"}
    if initial:
        element["initial_date"] = initial.isoformat()
    return _input(name, label, element, hint=hint, optional=optional, dispatch=dispatch)


def choice_field(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    initial: str | None = None,
    hint: str = "",
    placeholder: str = "",
    optional: bool = False,
    dispatch: bool = False,
    buttons: bool = False,
) -> Block:
    """One of up to 100 options (value, text), from a menu; as radio buttons where there are few (10)."""
    shown = [option(value, text) for value, text in options]
    element: Block = {"type": "radio_buttons" if buttons else "static_select", "options": shown}
    chosen = [one for one in shown if one["value"] == initial]
    if chosen:
        element["initial_option"] = chosen[0]
    if placeholder and not buttons:
        element["placeholder"] = _plain(placeholder, PLACEHOLDER_MOST)
    return _input(name, label, element, hint=hint, optional=optional, dispatch=dispatch)


def choices_field(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    initial: Sequence[str] = (),
    hint: str = "",
    optional: bool = True,
    dispatch: bool = False,
) -> Block:
    """Any of up to 10 options (value, text), as boxes to tick."""
    shown = [option(value, text) for value, text in options]
    element: Block = {"type": "checkboxes", "options": shown}
    chosen = [one for one in shown if one["value"] in initial]
    if chosen:
        element["initial_options"] = chosen
    return _input(name, label, element, hint=hint, optional=optional, dispatch=dispatch)


def file_field(name: str, label: str, endings: Sequence[str], *, most: int = 1, hint: str = "") -> Block:
    """Files to add, up to `most` (10) of these endings."""
    element: Block = {"type": "file_input", "filetypes": list(endings), "max_files": most}
    return _input(name, label, element, hint=hint, optional=True, dispatch=False)


def option(value: str, text: str) -> Block:
    """An option of a menu, of radio buttons or boxes to tick."""
    return {"text": _plain(text, OPTION_MOST), "value": value}


def _input(name: str, label: str, element: Block, *, hint: str, optional: bool, dispatch: bool) -> Block:
    # What was filled in stays when a view is put in the place of another with the same names.
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label),
        "element": {**element, "action_id": f"{FIELD_ACTION}:{name}"},
        "optional": optional,
    }
    if hint:
        block["hint"] = _plain(hint, 2000)
    if dispatch:
        block["dispatch_action"] = True
    return block


def _plain(text: str, most: int = 2000) -> Block:
    return {"type": "plain_text", "text": cut(text, most)}
