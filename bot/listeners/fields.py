"""What was filled into a form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .. import grammar
from ..outcomes import OfferedFile
from ..views.blocks import View
from ..views.modals import FIELD_ACTION, FORM
from .asked import Asked

# Of what Slack itself says of a file.
LONGEST_ID = 500
NOT_SENT_BY_A_FORM = "That is what a form sends, and it is incomplete: open the form anew, or use words."


class FieldsError(ValueError):
    """What was filled in cannot be used: what is wrong at which field, by its name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form does once it is open.

    `command` makes the words after `/ce` of what was sent, or raises FieldsError; what the command itself
    refuses is said at the field `blamed`. `again` shows the form anew after a field that asks for it.
    """

    command: Callable[[Asked, "Fields"], str]
    blamed: str
    again: Callable[[Asked, "Fields"], View] | None = None


class Fields:
    """The fields of a view, as Slack sends it, by their names; what is missing or empty is None."""

    def __init__(self, view: Mapping[str, Any]) -> None:
        self.form = str(view.get("callback_id") or "").removeprefix(FORM)
        self.about: Mapping[str, Any] = json.loads(view.get("private_metadata") or "{}")
        self._values = (view.get("state") or {}).get("values") or {}
        self._blocks = {block.get("block_id"): block for block in view.get("blocks") or ()}

    def text(self, name: str) -> str | None:
        """What was typed, on one line, without blanks around it and what cannot be seen."""
        value = self._value(name, "value", "initial_value")
        return grammar.cleaned(str(value)) or None if value else None

    def day(self, name: str) -> date | None:
        """The day that was picked."""
        value = self._value(name, "selected_date", "initial_date")
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise FieldsError({name: "That is not a day: pick one from the calendar."}) from None

    def choice(self, name: str) -> str | None:
        """The value of the option that was chosen."""
        found = self._value(name, "selected_option", "initial_option")
        return str(found["value"]) if found else None

    def choices(self, name: str) -> tuple[str, ...]:
        """The values of the boxes that were ticked."""
        return tuple(str(one["value"]) for one in self._value(name, "selected_options", "") or ())

    def has(self, name: str) -> bool:
        """Whether the form has this field now."""
        return name in self._blocks

    def files(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The files that were added, as Slack tells of them."""
        return tuple(self._value(name, "files", "") or ())

    def _value(self, name: str, key: str, initial: str) -> Any:
        """What a field holds. One that cannot be sent empty holds what it began with until it is touched.

        A field that is gone from the form holds nothing, although Slack may still tell what it held.
        """
        block = self._blocks.get(name)
        if block is None:
            return None
        value = (self._values.get(name) or {}).get(f"{FIELD_ACTION}:{name}", {}).get(key)
        if value is None and not block.get("optional"):
            return (block.get("element") or {}).get(initial)
        return value


def is_sent(words: str) -> bool:
    """Whether the words of a form's command are what was filled in, and not the beginning of it."""
    return words.startswith("{")


def sent(words: str, example: str) -> dict[str, Any]:
    """What was filled in, of the words that a form became; `example` does the same by words.

    Raises WordsError for what no form has made.
    """
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise grammar.WordsError(NOT_SENT_BY_A_FORM, example)
    return found


def files_carried(said: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    """The files that the words of a command carry. Raises ValueError for what nothing of ours has made."""
    carried = said.get("files") or []
    if not isinstance(carried, list):
        raise ValueError
    files = []
    for one in carried:
        match one:
            case {"id": str(file), "name": str(name), "mimetype": str(media_type), "size": int(size)} if (
                file and _can_be_kept(file, media_type)
            ):
                files.append(OfferedFile(file, name, media_type, size))
            case _:
                raise ValueError
    return tuple(files)


def _can_be_kept(*texts: str) -> bool:
    """Whether these are texts as Slack has them, and not halves of characters or whole books."""
    return all(len(text) <= LONGEST_ID and text.isprintable() for text in texts)
