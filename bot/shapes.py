"""What Slack sends has a shape: here it is told from what only looks as if it came from Slack.

A signature says who sent a request, not that it makes sense. Listeners take apart what passed here and need
not ask again whether a member's id is text.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

# What may stand for whom or where a request is about, as a name alone or as an object with its id.
_WHO_AND_WHERE = ("team", "user", "channel", "enterprise")
_NAMES = ("team_id", "user_id", "channel_id", "trigger_id", "enterprise_id", "event_id", "callback_id")
_TEXTS = ("response_url", "text")
# What would be an object, where a form has but text.
_NOT_OF_COMMANDS = frozenset({"authorizations", "event", "view", "user", "team", "enterprise"})
_OF_COMMANDS = ("user_id", "team_id", "channel_id", "trigger_id")
# Of an event's, that listeners read.
_NAMES_OF_EVENTS = (
    *("user", "channel", "ts", "thread_ts", "event_ts", "channel_type", "subtype", "bot_id", "team"),
    *("user_team", "tab"),
)
_TYPES_OF_FILES = {
    **dict.fromkeys(("id", "name", "title", "mimetype", "filetype", "permalink", "file_access", "mode"), str),
    **dict.fromkeys(("url_private", "url_private_download"), str),
    "size": int,
}
_VIEWS = ("modal", "home")
_MESSAGES = ("message", "app_mention")
# Ids are short; what Slack calls a trigger has some eighty characters, a button's name 255 at most.
NAME_MOST = 300
_INTERACTIONS = ("block_actions", "view_submission", "view_closed", "shortcut", "message_action")

Body = Mapping[str, Any]


def kind_of(body: Body) -> str | None:
    """What a request is, in Slack's words; None for one without what Slack sends with each of its kind."""
    if "command" in body:
        return "command" if _is_command(body) else None
    if not (_is_plain(body) and _names_are_sound(body)):
        return None
    kind = body.get("type")
    if kind == "event_callback":
        return kind if _is_event(body) else None
    if kind == "url_verification":
        return kind if _is_name(body.get("challenge")) else None
    if kind in _INTERACTIONS:
        return kind if _is_interaction(body, kind) else None
    return "other" if isinstance(kind, str) else None


def _is_name(value: object) -> bool:
    """Whether something may be an id or another name of Slack's: short text in plain letters."""
    return isinstance(value, str) and 0 < len(value) <= NAME_MOST and value.isascii()


def _is_name_or_none(value: object) -> bool:
    return value is None or value == "" or _is_name(value)


def _is_command(body: Body) -> bool:
    return (
        all(_is_name(body.get(part)) for part in _OF_COMMANDS)
        and all(isinstance(value, str) for value in body.values())
        and not body.keys() & _NOT_OF_COMMANDS
    )


def _is_plain(body: Body) -> bool:
    """Whether what stands for itself is text, and a name where it names something."""
    return all(_is_name_or_none(body.get(part)) for part in _NAMES) and all(
        isinstance(body.get(part) or "", str) for part in _TEXTS
    )


def _names_are_sound(body: Body) -> bool:
    for part in _WHO_AND_WHERE:
        value = body.get(part)
        if not (value is None or isinstance(value, str) or _is_object(value)):
            return False
    authorizations = body.get("authorizations")
    return authorizations is None or (
        isinstance(authorizations, list)
        and all(isinstance(one, dict) and _is_plain(one) and _is_flat(one) for one in authorizations)
    )


def _is_flat(one: Body) -> bool:
    """Whether an authorization names nothing by an object."""
    return not any(isinstance(value, dict | list) for value in one.values())


def _is_object(value: object) -> bool:
    """Whether something is an object that names things as Slack does."""
    return isinstance(value, dict) and all(
        _is_name_or_none(value.get(part)) for part in ("id", "team_id", "enterprise_id")
    )


def _has_id(value: object) -> bool:
    return isinstance(value, dict) and _is_name(value.get("id"))


def _is_event(body: Body) -> bool:
    event = body.get("event")
    return (
        isinstance(event, dict)
        and _is_name(event.get("type"))
        and _is_name(body.get("team_id"))
        and _is_name(body.get("event_id"))
        # Slack tells of some channels and users by an object; those are no events of ours.
        and all(_is_name_or_none(event.get(part)) for part in _NAMES_OF_EVENTS)
        and isinstance(event.get("text") or "", str)
        and (event["type"] not in _MESSAGES or (_is_name(event.get("channel")) and _is_name(event.get("ts"))))
        and _are_files(event.get("files"))
    )


def _are_files(value: object) -> bool:
    return _are_objects(value) and all(
        all(isinstance(inner, _TYPES_OF_FILES.get(part, object)) for part, inner in one.items())
        for one in cast(list[dict[str, Any]], value or [])
    )


def _are_objects(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


def _is_interaction(body: Body, kind: str) -> bool:
    if not (_has_id(body.get("user")) and _has_id(body.get("team"))):
        return False
    urls = body.get("response_urls", [])
    if urls is None or not _are_objects(urls):
        return False
    if kind != "view_closed" and not _is_name(body.get("trigger_id")):
        return False
    view: Any = body.get("view")
    if (kind.startswith("view_") or view is not None) and not _is_view(view):
        return False
    if kind.startswith("view_") and not _is_name(view.get("callback_id")):
        return False
    if kind == "block_actions":
        beside = ("container", "message", "state")
        return _are_actions(body) and all(isinstance(body.get(part) or {}, dict) for part in beside)
    if kind == "message_action":
        return _is_message(body.get("message")) and _has_id(body.get("channel"))
    return True


def _is_message(message: object) -> bool:
    return isinstance(message, dict) and all(
        message.get(part) is None or isinstance(message[part], str) for part in ("text", "ts", "user")
    )


def _are_actions(body: Body) -> bool:
    actions = body.get("actions")
    return (
        isinstance(actions, list)
        and bool(actions)
        and all(
            isinstance(one, dict)
            and _is_name(one.get("action_id"))
            and _is_name(one.get("type"))
            and _is_name_or_none(one.get("block_id"))
            and _is_field(one)
            for one in actions
        )
    )


def _is_view(view: object) -> bool:
    if not (isinstance(view, dict) and _is_name(view.get("id")) and view.get("type") in _VIEWS):
        return False
    names = ("callback_id", "hash", "app_installed_team_id", "team_id")
    return (
        all(_is_name_or_none(view.get(part)) for part in names)
        and _is_noted(view.get("private_metadata"))
        and _are_objects(view.get("blocks"))
        and all(_is_block(one) for one in view.get("blocks") or ())
        and _are_filled(view.get("state") or {})
    )


def _is_block(block: Body) -> bool:
    element = block.get("element")
    return _is_name_or_none(block.get("block_id")) and (
        element is None or (isinstance(element, dict) and _is_element(element))
    )


def _is_element(element: Body) -> bool:
    """Whether a field holds from the beginning what fields may hold."""
    return all(
        isinstance(element.get(part) or "", str) for part in ("initial_value", "initial_date")
    ) and _is_option(element.get("initial_option"))


def _is_noted(note: object) -> bool:
    """Whether something is what the bot notes on its views, and Slack only gives back."""
    if not isinstance(note, str):
        return note is None
    try:
        return not note or isinstance(json.loads(note), dict)
    except (ValueError, RecursionError):
        return False


def _are_filled(state: object) -> bool:
    """Whether something is what a form's fields hold, by block and action, as Slack sends it."""
    values = state.get("values") or {} if isinstance(state, dict) else None
    return isinstance(values, dict) and all(
        isinstance(block, dict) and all(_is_field(field) for field in block.values())
        for block in values.values()
    )


def _is_field(field: object) -> bool:
    return (
        isinstance(field, dict)
        and all(isinstance(field.get(part) or "", str) for part in ("value", "selected_date"))
        and _is_option(field.get("selected_option"))
        and _are_objects(field.get("selected_options"))
        and all(_is_option(one) for one in field.get("selected_options") or ())
        and _are_files(field.get("files"))
    )


def _is_option(option: object) -> bool:
    return option is None or (isinstance(option, dict) and isinstance(option.get("value"), str))
