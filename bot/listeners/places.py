"""Where a request of Slack comes from, and who sees the answer to it."""

from typing import Any

from ..outcomes import Place

# Channels of these types may let the bot answer by itself.
SHARED = ("channel", "group")


def place_of_command(command: dict[str, Any]) -> Place:
    """The place of a slash command, whose answer only its sender sees."""
    channel, name = command.get("channel_id") or "", command.get("channel_name") or ""
    is_direct = channel.startswith("D") or name == "directmessage" or name.startswith("mpdm-")
    return Place(channel, is_private=True, is_shared=bool(channel) and not is_direct)


def place_of_click(body: dict[str, Any]) -> Place:
    """The place of the message or view a button stands in; what is not known to be private is not."""
    if body.get("view"):  # a modal or the Home tab
        return Place("", is_private=True)
    container = body.get("container") or {}
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    if container.get("is_ephemeral"):
        return Place(channel, is_private=True)
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    if channel.startswith("D"):
        return Place(channel, thread or "", is_private=True)
    return Place(channel, thread or container.get("message_ts"))


def place_of_event(event: dict[str, Any]) -> Place:
    """The place of a message: in a channel its thread, or the thread that an answer to it begins."""
    channel = event["channel"]
    if event.get("channel_type") == "im":
        return Place(channel, event.get("thread_ts") or "", is_private=True)
    thread = event.get("thread_ts") or event["ts"]
    return Place(channel, thread, is_shared=event.get("channel_type") in SHARED)
