"""What was filled into a form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..views.blocks import View
from ..views.modals import FIELD_ACTION, FORM
from .asked import Asked


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
        """What was typed, without blanks around it and halves of characters."""
        value = self._value(name, "value", "initial_value")
        return " ".join(str(value).encode("utf-8", "ignore").decode().split()) or None if value else None

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

    def files(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """The files that were added, as Slack tells of them."""
        return tuple(self._value(name, "files", "") or ())

    def _value(self, name: str, key: str, initial: str) -> Any:
        """What a field holds. One that cannot be sent empty holds what it began with until it is touched."""
        value = (self._values.get(name) or {}).get(f"{FIELD_ACTION}:{name}", {}).get(key)
        block = self._blocks.get(name) or {}
        if value is None and block and not block.get("optional"):
            return (block.get("element") or {}).get(initial)
        return value
